// `noodle test` from outside: what runs, what is told, what is written.

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/command_test.h"

namespace noodle::tests {
namespace {

namespace fs = std::filesystem;

class TestCommand : public CommandTest {
 protected:
  ProcessResult noodle(std::vector<std::string> words, const std::string& where = "") {
    std::string command = "NOODLE_CACHE='" + (folder_ / "cache").string() + "' exec \"$0\" \"$@\"";
    std::vector<std::string> all{"/bin/bash", "-c", command, NOODLE_COMMAND};
    all.insert(all.end(), words.begin(), words.end());
    return run_process(all, (folder_ / where).string(), "", 60);
  }
  ProcessResult test(std::vector<std::string> words) {
    words.insert(words.begin(), "test");
    return noodle(std::move(words));
  }
};

constexpr std::string_view kShapes = R"(/// The area of a square.
///
/// ```
/// expect shapes.area(3) == 9
/// ```
pub fn area(side: Int) -> Int { side * side }

test "areas" { expect area(2) == 4 }
)";

constexpr std::string_view kMain = R"(import shapes
fn main() { print(shapes.area(2)) }
test "sums" { expect shapes.area(1) + 1 == 2 }
)";

// ---- which tests run

TEST_F(TestCommand, AFolderIsTestedWhole) {
  write("src/shapes.noodle", kShapes);
  write("src/main.noodle", kMain);
  write("src/deep/more.noodle", "import shapes\ntest \"deep\" { expect shapes.area(5) == 25 }\n");
  write("src/none.noodle", "pub fn nothing() { this is wrong }\n");  // without tests it is nobody's business
  const ProcessResult result = test({"src"});
  EXPECT_EQ(result.out,
            "ok    src/deep/more.noodle: deep\nok    src/main.noodle: sums\nok    src/shapes.noodle: areas\n"
            "ok    src/shapes.noodle: area (line 4)\n4 passed, 0 failed\n")
      << result.err;
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(noodle({"test"}, "src").exit_code, 0);
}

TEST_F(TestCommand, FiltersByNameAndFile) {
  write("a.noodle", "test \"one\" {}\ntest \"one more\" {}\ntest \"two\" {}\n");
  write("b.noodle", "test \"one\" {}\n");
  EXPECT_EQ(test({"a.noodle", "one"}).out, "ok    one\nok    one more\n2 passed, 0 failed\n");
  EXPECT_EQ(test({"a.noodle", "one", "--exact"}).out, "ok    one\n1 passed, 0 failed\n");
  EXPECT_EQ(test({"a.noodle", "b.noodle", "--filter", "one", "--exact"}).out,
            "ok    a.noodle: one\nok    b.noodle: one\n2 passed, 0 failed\n");
  EXPECT_EQ(test({".", "--file", "b."}).out, "ok    one\n1 passed, 0 failed\n");
  const ProcessResult none = test({"a.noodle", "three", "--exact"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_EQ(none.err, "noodle: no test is called `three`\n");
}

TEST_F(TestCommand, WrongUsageIsTold) {
  write("a.noodle", "test \"one\" {}\n");
  const auto refused = [&](std::vector<std::string> words, const std::string& why) {
    const ProcessResult result = test(std::move(words));
    EXPECT_EQ(result.exit_code, 2) << why;
    EXPECT_TRUE(has(result.err, why)) << result.err;
  };
  refused({"a.noodle", "--exact"}, "`--exact` needs the name of a test");
  refused({"a.noodle", "--jobs", "0"}, "`--jobs` takes a number from 1 to 256, not `0`");
  refused({"a.noodle", "--time-limit", "soon"},
          "`--time-limit` takes a time such as 500ms, 10s or 2m, or none, not `soon`");
  refused({"a.noodle", "--slowest", "0"}, "`--slowest` takes a number from 1");
  refused({"a.noodle", "--seed", "x"}, "`--seed` takes a number");
  refused({"a.noodle", "--affected", "--since", "HEAD"}, "can't be had together");
  refused({"a.noodle", "--keep", "1"}, "`--keep` needs `--simulate`");
  const ProcessResult missing = test({"nowhere.noodle"});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_TRUE(has(missing.err, "can't read `nowhere.noodle`")) << missing.err;
}

// Nobody says which folder is the program's: it is where a file's imports are.
TEST_F(TestCommand, AModuleFindsWhatItsProgramHas) {
  write("geometry/points.noodle", "pub fn square(n: Int) -> Int { n * n }\n");
  write("geometry/shapes.noodle", "import geometry.points\ntest \"area\" { expect points.square(2) == 4 }\n");
  write("tests/all.noodle", "import geometry.points\ntest \"all\" { expect points.square(3) == 9 }\n");
  write("other/main.noodle", "import helper\nfn main() { helper.help() }\ntest \"other\" { helper.help() }\n");
  write("other/helper.noodle", "pub fn help() {}\n");
  const std::string all =
      "ok    geometry/shapes.noodle: area\nok    other/main.noodle: other\nok    tests/all.noodle: all\n";
  EXPECT_EQ(test({"."}).out, all + "3 passed, 0 failed\n");
  EXPECT_EQ(test({"geometry", "tests/all.noodle"}).out,
            "ok    geometry/shapes.noodle: area\nok    tests/all.noodle: all\n2 passed, 0 failed\n");
  for (const char* verb : {"check", "test"}) {
    EXPECT_EQ(noodle({verb, "geometry/shapes.noodle"}).exit_code, 0) << verb;
    EXPECT_EQ(noodle({verb, "./geometry/shapes.noodle"}).exit_code, 0) << verb;
  }
  EXPECT_EQ(noodle({"lint", "."}).err, "");
  // It is not looked for outside the current folder, where anything may lie.
  EXPECT_EQ(noodle({"check", "shapes.noodle"}, "geometry").exit_code, 1);
  EXPECT_EQ(noodle({"check", (folder_ / "geometry/shapes.noodle").string()}, "other").exit_code, 1);
}

TEST_F(TestCommand, TheFolderThatIsNamedComesFirst) {
  write("src/size.noodle", "pub const SIZE: Int = 1\n");
  write("src/deep/size.noodle", "pub const SIZE: Int = 2\n");
  write("src/deep/uses.noodle", "import size\ntest \"size\" { expect size.SIZE == 1 }\n");
  EXPECT_EQ(test({"src"}).exit_code, 0);
  EXPECT_EQ(test({"src/deep"}).exit_code, 1);
}

TEST_F(TestCommand, AFileWithErrorsKeepsNoOtherBack) {
  write("good.noodle", "test \"fine\" {}\n");
  write("bad.noodle", "test \"wrong\" { expect 1 == \"a\" }\n");
  const ProcessResult result = test({"."});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "FAIL  bad.noodle: compiles\nok    good.noodle: fine\n1 passed, 1 failed\n");
  EXPECT_TRUE(has(result.err, "bad.noodle: compiles:\n  error[")) << result.err;
  EXPECT_TRUE(has(result.err, "bad.noodle:1:")) << result.err;
}

// ---- how they run

TEST_F(TestCommand, OutputIsShownOfWhatFails) {
  write("a.noodle",
        "test \"good\" { print(\"quiet\") }\ntest \"bad\" { print(\"one\")\n print_error(\"two\")\n expect false }\n");
  const ProcessResult result = test({"a.noodle"});
  EXPECT_EQ(result.out, "ok    good\nFAIL  bad\n1 passed, 1 failed\n");
  EXPECT_EQ(result.err,
            "bad:\n  panic: expected false\n    in test \"bad\" at a.noodle:4:2\n  it printed:\n    one\n    two\n");
  EXPECT_EQ(test({"a.noodle", "good", "--show-output"}).out, "ok    good\n  quiet\n1 passed, 0 failed\n");
}

TEST_F(TestCommand, ModulesHaveTestsToo) {
  write("a.noodle", "test \"one\" {}\ntest \"two\" { expect 1 == 2 }\n");
  EXPECT_EQ(noodle({"build", "a.noodle"}).exit_code, 0);
  EXPECT_EQ(test({"a.nbc"}).out, "ok    one\nFAIL  two\n1 passed, 1 failed\n");
}

TEST_F(TestCommand, ATestThatTakesTooLongIsStopped) {
  write("a.noodle", "test \"loops\" { while true {} }\ntest \"sleeps\" { sleep(1h) }\ntest \"fine\" { sleep(1ms) }\n");
  const ProcessResult result = test({"a.noodle", "--time-limit", "300ms", "--jobs", "1"});
  EXPECT_EQ(result.out, "FAIL  loops\nFAIL  sleeps\nok    fine\n1 passed, 2 failed\n");
  EXPECT_EQ(result.err, "loops:\n  it took longer than 300 ms\nsleeps:\n  it took longer than 300 ms\n");
}

TEST_F(TestCommand, JobsRunSideBySide) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += "test \"t" + std::to_string(i) + "\" { sleep(200ms) }\n";
  write("a.noodle", text);
  const ProcessResult result = shell("time -p \"$1\" test a.noodle --jobs 8");
  EXPECT_TRUE(has(result.out, "ok    t0\nok    t1\n")) << result.out;
  const std::size_t at = result.err.find("real ");
  ASSERT_NE(at, std::string::npos) << result.err;
  EXPECT_LT(std::stod(result.err.substr(at + 5)), 1.5);  // one after the other they take 1.6 seconds
}

TEST_F(TestCommand, ExitEndsTheTestAlone) {
  write("a.noodle", "test \"leaves\" { exit(0) }\ntest \"stays\" {}\n");
  const ProcessResult result = test({"a.noodle"});
  EXPECT_EQ(result.out, "FAIL  leaves\nok    stays\n1 passed, 1 failed\n");
  EXPECT_EQ(result.err, "leaves:\n  the test called `exit`\n");
}

TEST_F(TestCommand, TheOutcomeIsTheSameHoweverItIsCompiled) {
  write("shapes.noodle", kShapes);
  write("main.noodle", std::string(kMain) +
                           "test \"hot\" {\n    var n = 0\n    for i in 0..20000 { if i % 3 == 0 { n += i } }\n    "
                           "expect n == 66663333\n}\n"
                           "test \"bad\" { expect [1, 2, 3, 4, 5, 6].map(n => n * n) == [1, 4, 9, 16, 25, 37] }\n");
  const std::vector<std::string> base{".", "--coverage", "--missed", "--jobs", "1"};
  std::string out, err;
  for (const std::string way : {"off", "on", "always", "mixed:3"}) {
    std::vector<std::string> words = base;
    words.push_back("--jit=" + way);
    words.push_back("--lcov=" + way);
    const ProcessResult result = test(words);
    EXPECT_EQ(result.exit_code, 1);
    if (way == "off") {
      out = result.out;
      err = result.err;
      EXPECT_TRUE(has(out, "3 passed, 1 failed") || has(out, "4 passed, 1 failed")) << out;
    }
    EXPECT_EQ(result.out, out) << way;
    EXPECT_EQ(result.err, err) << way;
    EXPECT_EQ(read(way), read("off")) << way;
  }
}

// ---- examples in documentation

TEST_F(TestCommand, ExamplesAreTests) {
  write("lib/words.noodle", R"(/// Counts.
///
/// ```
/// import words
/// struct Line { text: String }
/// impl Line { fn count(self) -> Int { words.count(self.text) } }
/// let line = Line { text: "a b" }
/// expect line.count() == 2
/// ```
///
/// ```fails
/// words.count(words.count("a b").to_string()[3..9])
/// ```
///
/// ```no_run
/// exit(words.count("a"))
/// ```
///
/// ```text
/// this is no program
/// ```
pub fn count(text: String) -> Int { text.split(" ").len() }

/// Nobody outside can use it.
///
/// ```
/// expect secret() == 1
/// ```
fn secret() -> Int { 1 }

pub struct Word {
    text: String
}

impl Word {
    /// How long it is.
    /// ```
    /// expect words.Word { text: "abc" }.size() == 4
    /// ```
    pub fn size(self) -> Int { self.text.len() }

    /// ```
    /// expect words.nothing()
    /// ```
    pub fn wrong(self) {}
}
)");
  const ProcessResult result = test({"lib/words.noodle"});
  EXPECT_EQ(result.out,
            "ok    count (line 4)\nok    count (line 12)\nok    count (line 16)\nFAIL  Word.size (line 38)\n"
            "FAIL  Word.wrong (line 43)\n3 passed, 2 failed\n")
      << result.err;
  // Places are those in the comment.
  EXPECT_TRUE(has(result.err, "in test \"Word.size (line 38)\" at words.noodle:38:")) << result.err;
  EXPECT_TRUE(has(result.err, "lib/words.noodle:43:")) << result.err;
  EXPECT_TRUE(has(result.err, "/// expect words.nothing()")) << result.err;
  EXPECT_EQ(test({"lib/words.noodle", "--examples", "none"}).out, "0 passed, 0 failed\n");
  write("lib/one.noodle", std::string(kShapes));
  EXPECT_EQ(test({"lib/one.noodle", "areas", "--examples", "only"}).out, "0 passed, 0 failed\n");
}

TEST_F(TestCommand, AnExampleRunsOnce) {
  write("side.noodle",
        "/// ```\n/// expect side.Side.Left != side.Side.Right\n/// ```\npub enum Side { Left, Right }\n");
  EXPECT_EQ(test({"side.noodle"}).out, "ok    Side (line 2)\n1 passed, 0 failed\n");
}

TEST_F(TestCommand, AFileWhoseNameIsNoNameHasNoExamples) {
  write("my-file.noodle", "/// ```\n/// expect true\n/// ```\npub fn f() {}\n");
  const ProcessResult result = test({"my-file.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(has(result.err, "no module can be called `my-file.noodle`")) << result.err;
}

// ---- what failed, what changed

TEST_F(TestCommand, OnlyWhatFailedRunsAgain) {
  write("a.noodle", "test \"good\" {}\ntest \"bad\" { expect false }\n");
  write("b.noodle", "test \"fine\" {}\n");
  EXPECT_EQ(test({"."}).exit_code, 1);
  EXPECT_EQ(test({".", "--failed"}).out, "FAIL  bad\n0 passed, 1 failed\n");
  write("a.noodle", "test \"good\" {}\ntest \"bad\" { expect true }\n");
  EXPECT_EQ(test({".", "--failed"}).out, "ok    bad\n1 passed, 0 failed\n");
  EXPECT_EQ(test({".", "--failed"}).out, "0 passed, 0 failed\n");
  const ProcessResult off = shell("NOODLE_CACHE=off \"$1\" test . --failed");
  EXPECT_EQ(off.exit_code, 2);
  EXPECT_TRUE(has(off.err, "nothing is remembered")) << off.err;
}

TEST_F(TestCommand, OnlyWhatChangesAffectRuns) {
  write("shapes.noodle", kShapes);
  write("main.noodle", kMain);
  write("other.noodle", "test \"other\" {}\n");
  EXPECT_EQ(test({".", "--affected"}).out,
            "ok    main.noodle: sums\nok    other.noodle: other\nok    shapes.noodle: areas\n"
            "ok    shapes.noodle: area (line 4)\n4 passed, 0 failed\n");
  EXPECT_EQ(test({".", "--affected"}).out, "0 passed, 0 failed\n");
  write("shapes.noodle", std::string(kShapes) + "// changed\n");
  EXPECT_EQ(
      test({".", "--affected"}).out,
      "ok    main.noodle: sums\nok    shapes.noodle: areas\nok    shapes.noodle: area (line 4)\n3 passed, 0 failed\n");
  // What fails stays affected.
  write("other.noodle", "test \"other\" { expect false }\n");
  EXPECT_EQ(test({".", "--affected"}).out, "FAIL  other\n0 passed, 1 failed\n");
  EXPECT_EQ(test({".", "--affected"}).out, "FAIL  other\n0 passed, 1 failed\n");
}

TEST_F(TestCommand, OnlyWhatChangedSinceACommitRuns) {
  write("shapes.noodle", kShapes);
  write("main.noodle", kMain);
  write("other.noodle", "test \"other\" {}\n");
  // `./dev test` needs no git where the project is not a checkout.
  if (!is_installed("git")) GTEST_SKIP() << "git is not installed";
  const ProcessResult git = shell(
      "git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -q -m one && echo '// new' >> "
      "shapes.noodle "
      "&& echo 'test \"new\" {}' > fresh.noodle && echo 'test \"newer\" {}' > größe.noodle");
  ASSERT_EQ(git.exit_code, 0) << git.err;
  EXPECT_EQ(test({".", "--since", "HEAD"}).out,
            "ok    fresh.noodle: new\nok    größe.noodle: newer\nok    main.noodle: sums\nok    shapes.noodle: areas\n"
            "ok    shapes.noodle: area (line 4)\n5 passed, 0 failed\n");
  const ProcessResult wrong = test({".", "--since", "nowhere"});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_TRUE(has(wrong.err, "`git` failed:")) << wrong.err;
}

TEST_F(TestCommand, WatchesFiles) {
  write("shapes.noodle", kShapes);
  write("main.noodle", kMain);
  write("other.noodle", "test \"other\" {}\n");
  const ProcessResult result = shell(
      "\"$1\" test . --watch --watch-runs 2 > out 2>&1 & p=$!\n"
      "for i in $(seq 200); do grep -q waiting out 2>/dev/null && break; sleep 0.05; done\n"
      "sleep 0.2; sed -i 's/side \\* side/side + side/' shapes.noodle; wait $p; echo code $?; cat out");
  EXPECT_TRUE(has(result.out, "code 1\n")) << result.out;
  EXPECT_TRUE(has(result.out, "4 passed, 0 failed\nwaiting for changes\n")) << result.out;
  // In the second run: two that break, and nothing of the file that has nothing to do with it.
  const std::string second = result.out.substr(result.out.find("waiting for changes"));
  EXPECT_TRUE(has(second, "FAIL  main.noodle: sums")) << second;
  EXPECT_FALSE(has(second, "other")) << second;
}

// ---- what is written

TEST_F(TestCommand, WritesJUnit) {
  write("a.noodle", "test \"good <&>\" { print(\"x\\u{1}y\") }\ntest \"bad\" { expect \"a\" == \"b\" }\n");
  EXPECT_EQ(test({"a.noodle", "--junit", "out.xml"}).exit_code, 1);
  const std::string xml = read("out.xml");
  EXPECT_TRUE(has(xml, "<testsuites tests=\"2\" failures=\"1\">")) << xml;
  EXPECT_TRUE(has(xml, "<testcase classname=\"a.noodle\" name=\"good &lt;&amp;&gt;\"")) << xml;
  EXPECT_TRUE(has(xml, "<system-out>x\xEF\xBF\xBDy\n</system-out>")) << xml;
  EXPECT_TRUE(has(xml, "<failure message=\"panic: expected &quot;a&quot; == &quot;b&quot;\">")) << xml;
  const ProcessResult parsed = shell(
      "python3 -c 'import xml.etree.ElementTree as e; print(len(e.parse(\"out.xml\").findall(\".//testcase\")))'");
  EXPECT_EQ(parsed.out, "2\n") << parsed.err;
}

TEST_F(TestCommand, TellsTimes) {
  write("a.noodle", "test \"quick\" {}\ntest \"slow\" { sleep(30ms) }\n");
  const ProcessResult result = test({"a.noodle", "--times", "--slowest", "1"});
  EXPECT_TRUE(has(result.out, "ok    slow  (")) << result.out;
  const std::size_t at = result.out.find("slowest:\n");
  ASSERT_NE(at, std::string::npos) << result.out;
  EXPECT_TRUE(has(result.out.substr(at), "ms  slow\n2 passed")) << result.out;
}

TEST_F(TestCommand, CountsLinesAndBranches) {
  write("sign.noodle", R"(pub fn sign(n: Int) -> Int {
    if n < 0 {
        return -1
    }
    match n {
        0 => 0
        _ => 1
    }
}
pub fn unused(items: List<Int>) -> Int {
    var total = 0
    for item in items { total += item }
    total
}
)");
  write("sign_test.noodle",
        "import sign\ntest \"of numbers\" {\n    expect sign.sign(5) == 1\n    expect sign.sign(0) == 0\n}\n");
  const ProcessResult result =
      test({"sign_test.noodle", "--coverage", "--missed", "--lcov", "out.info", "--html", "pages"});
  EXPECT_EQ(result.out,
            "ok    of numbers\n1 passed, 0 failed\n"
            "file                       lines             branches\n"
            "sign.noodle    50.0%         4/8    50.0%         3/6\n"
            "  not reached: 3, 11-13\n"
            "all            50.0%         4/8    50.0%         3/6\n")
      << result.err;
  const std::string lcov = read("out.info");
  EXPECT_TRUE(has(lcov, "SF:" + (folder_ / "sign.noodle").string() + "\n")) << lcov;
  EXPECT_TRUE(has(lcov, "DA:2,2\nDA:3,0\nDA:5,2\n")) << lcov;
  EXPECT_TRUE(has(lcov, "BRDA:2,5,0,2\nBRDA:2,5,1,0\n")) << lcov;
  EXPECT_TRUE(has(lcov, "BRDA:12,5,0,-\n")) << lcov;
  EXPECT_TRUE(has(lcov, "BRF:6\nBRH:3\n")) << lcov;
  const std::string page = read("pages/sign.noodle.html");
  EXPECT_TRUE(has(page, "<span class=\"missed\"><i>3</i><i>0</i>        return -1")) << page;
  EXPECT_TRUE(has(page, "<b>never: then</b>")) << page;
  EXPECT_TRUE(has(read("pages/index.html"), "<a href=\"sign.noodle.html\">sign.noodle</a>"));
}

TEST_F(TestCommand, EachFileHasItsOwnPage) {
  constexpr std::string_view kOne = "fn one() -> Int {\n    1\n}\ntest \"one\" { expect one() == 1 }\n";
  write("a/b.noodle", kOne);
  write("a b.noodle", kOne);
  EXPECT_EQ(test({".", "--coverage", "--html", "pages"}).exit_code, 0);
  EXPECT_TRUE(has(read("pages/a_2fb.noodle.html"), "<h1>a/b.noodle</h1>"));
  EXPECT_TRUE(has(read("pages/a_20b.noodle.html"), "<h1>a b.noodle</h1>"));
}

// ---- snapshots and properties

TEST_F(TestCommand, ComparesSnapshots) {
  const auto program = [](const std::string& last) {
    return "import testing\ntest \"a page: whole\" {\n    testing.snapshot(\"title\\n" + last +
           "\")\n    testing.snapshot([1, 2], name: \"numbers\")\n}\n";
  };
  write("page.noodle", program("text"));
  const ProcessResult first = test({"page.noodle"});
  EXPECT_EQ(first.exit_code, 1);
  EXPECT_TRUE(
      has(first.err, "there is no snapshot `snapshots/page/a-page-whole.txt` yet: `noodle test --update` makes it"))
      << first.err;
  EXPECT_EQ(test({"page.noodle", "--update"}).exit_code, 0);
  EXPECT_EQ(read("snapshots/page/a-page-whole.txt"), "title\ntext");
  EXPECT_EQ(read("snapshots/page/a-page-whole-numbers.txt"), "[1, 2]");
  EXPECT_EQ(test({"page.noodle"}).exit_code, 0);
  write("page.noodle", program("other"));
  const ProcessResult changed = test({"page.noodle"});
  EXPECT_EQ(changed.exit_code, 1);
  EXPECT_TRUE(has(changed.err, "    title\n  - text\n  + other\n")) << changed.err;
  EXPECT_EQ(test({"page.noodle", "--update"}).exit_code, 0);
  EXPECT_EQ(test({"page.noodle"}).exit_code, 0);
}

TEST_F(TestCommand, PropertiesAreShrunk) {
  write("p.noodle", R"(import check
test "sums stay small" {
    check.all(check.lists(check.ints_in(0, 1000)), list => { expect list.sum() < 1500 })
}
test "hold" { check.all(check.ints(), n => { expect n == n }) }
test "small" { check.all(check.ints(), n => { expect n < 1000 }) }
)");
  const ProcessResult result = test({"p.noodle", "--seed", "7"});
  EXPECT_EQ(result.out, "FAIL  sums stay small\nok    hold\nFAIL  small\n1 passed, 2 failed\n") << result.err;
  EXPECT_TRUE(has(result.err, "it fails for 1000, found in case")) << result.err;
  EXPECT_TRUE(has(result.err, "again: --seed 7\n")) << result.err;
  EXPECT_TRUE(has(result.err, "panic: expected n < 1000\n    left:  1000\n")) << result.err;
  // Two numbers are the fewest that sum up to so much, and 1500 the least sum.
  EXPECT_TRUE(has(result.err, "panic: expected list.sum() < 1500\n    left:  1500\n")) << result.err;
  EXPECT_EQ(test({"p.noodle", "--seed", "7"}).err, result.err);
}

}  // namespace
}  // namespace noodle::tests
