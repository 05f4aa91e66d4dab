// How people see what the compiler of hot code does: its log, profilers, debuggers, listings.

#include <filesystem>
#include <regex>

#include <gtest/gtest.h>

#include "tests/process.h"
#include "tests/temp_folder.h"

namespace noodle::tests {
namespace {

constexpr std::string_view kProgram = R"(fn fib(n: Int) -> Int {
    if n < 2 { return n }
    fib(n - 1) + fib(n - 2)
}

fn mix(turns: Int) -> Int {
    var sum = 0
    for i in 0..turns { sum = (sum ^ (i * 3)) % 1000003 }
    sum
}

fn half(x: Float, n: Int) -> Float {
    if n == 0 { return x }
    half(x, n - 1) * 0.37
}

fn main() {
    print(mix(args()[1].to_int() ?? 0))
    print(fib(args()[0].to_int() ?? 0))
    print(half(1.0, 3))
}
)";

class Jit : public TempFolder {
 protected:
  void SetUp() override {
    TempFolder::SetUp();
    write("a.noodle", kProgram);
  }
  ProcessResult run(const std::vector<std::string>& words) { return run_process(words, folder_.string(), "", 120); }
  ProcessResult noodle(std::vector<std::string> words) {
    words.insert(words.begin(), NOODLE_COMMAND);
    return run(words);
  }
  ProcessResult shell(const std::string& script) { return run({"/bin/bash", "-c", script, "bash", NOODLE_COMMAND}); }
};

bool matches(const std::string& text, const char* pattern) { return std::regex_search(text, std::regex(pattern)); }

TEST_F(Jit, TheLogSaysWhatWasCompiledAndHowLongThatTook) {
  const ProcessResult result = noodle({"run", "--jit=always", "--jit-log", "a.noodle", "10", "100"});
  EXPECT_EQ(result.exit_code, 0);
  constexpr const char* kLine =
      R"(jit: \d+\.\d\d ms: fib \(a.noodle:2\) before it runs: 1 function, [1-9]\d* bytes of code, \d+ of constants; )"
      R"(queued \d+\.\d\d, lowered \d+\.\d\d, optimised \d+\.\d\d, emitted \d+\.\d\d, installed \d+\.\d\d ms\n)";
  EXPECT_TRUE(matches(result.err, kLine)) << result.err;
  EXPECT_TRUE(matches(result.err, R"(main \(a.noodle:\d+\) and its loop at a.noodle:8 before it runs:)")) << result.err;
  EXPECT_TRUE(matches(result.err, R"(jit: [1-9]\d* pieces compiled, [1-9]\d* functions, \d+ bytes of code)"));
  EXPECT_TRUE(matches(result.err, R"(jit: emitted +\d+\.\d\d +\d+\.\d\d\n)")) << result.err;
}

TEST_F(Jit, TheLogSaysWhatIsHot) {
  const ProcessResult result = noodle({"run", "--jit-log", "a.noodle", "38", "10"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(matches(result.err, R"(fib \(a.noodle:2\) after \d+\.\d samples: )")) << result.err;
}

TEST_F(Jit, TheLogCountsWhereCompiledCodeIsLeft) {
  write("b.noodle", R"(fn odd(n: Int) -> Int {
    let c: Channel<Int> = Channel.new(1)
    c.send(n)
    c.receive() ?? 0
}

fn main() {
    var sum = 0
    for i in 0..50 { sum = sum + odd(i) }
    print(sum)
}
)");
  const ProcessResult result = noodle({"run", "--jit=always", "--jit-log", "b.noodle"});
  EXPECT_EQ(result.out, "1225\n") << result.err;
  EXPECT_TRUE(matches(result.err, R"(jit: compiled code was left [1-9]\d* times)")) << result.err;
  EXPECT_TRUE(matches(result.err, R"(jit: +\d\d  .*noodle:\d+ in .*: `channel\.)")) << result.err;
}

TEST_F(Jit, MixedIsCompiledInPartAndLeftAllTheTime) {
  const ProcessResult result = noodle({"run", "--jit=mixed", "--jit-log", "a.noodle", "15", "1000"});
  const ProcessResult plain = noodle({"run", "--jit=off", "a.noodle", "15", "1000"});
  EXPECT_EQ(result.out, plain.out);
  EXPECT_TRUE(matches(result.err, R"(jit: compiled code was left [1-9]\d\d+ times)")) << result.err;
  auto compiled = [&](const std::string& mode) {
    const std::string log = noodle({"run", "--jit=" + mode, "--jit-log", "a.noodle", "1", "1"}).err;
    std::smatch count;
    EXPECT_TRUE(std::regex_search(log, count, std::regex(R"(jit: (\d+) pieces compiled)"))) << log;
    return count.empty() ? 0 : std::stoi(count[1].str());
  };
  const int all = compiled("always"), some = compiled("mixed");
  EXPECT_GT(some, 0);
  EXPECT_LT(some, all);
  EXPECT_EQ(compiled("mixed:0"), some);
}

TEST_F(Jit, AnUnknownModeIsRefused) {
  for (const std::string mode : {"often", "mixed:", "mixed:x", "mixed7"}) {
    const ProcessResult result = noodle({"run", "--jit=" + mode, "a.noodle", "1", "1"});
    EXPECT_EQ(result.exit_code, 2) << mode;
    EXPECT_EQ(result.err,
              "noodle: `--jit` takes off, on, always, or mixed with a seed such as mixed:7, not `" + mode + "`\n");
  }
}

TEST_F(Jit, WithoutTheFlagNothingIsSaid) {
  const ProcessResult result = noodle({"run", "--jit=always", "a.noodle", "10", "100"});
  EXPECT_EQ(result.err, "");
}

TEST_F(Jit, APerfMapNamesFunctionsAndLoops) {
  const ProcessResult result = shell(
      "$1 run --perf --jit=always a.noodle 10 100 >/dev/null & wait $!; cat /tmp/perf-$!.map; rm /tmp/perf-$!.map");
  EXPECT_TRUE(matches(result.out, R"((^|\n)[0-9a-f]+ [1-9a-f][0-9a-f]* fib \[noodle\]\n)")) << result.out << result.err;
  EXPECT_TRUE(matches(result.out, R"(\n[0-9a-f]+ [0-9a-f]+ main@loop 18 \[noodle\]\n)")) << result.out;
  EXPECT_TRUE(matches(result.out, R"(\n[0-9a-f]+ [0-9a-f]+ enter fib \[noodle\]\n)")) << result.out;
  EXPECT_EQ(shell("$1 run --jit=always a.noodle 1 1 >/dev/null & wait $!; test -e /tmp/perf-$!.map").exit_code, 1);
}

TEST_F(Jit, APerfMapThatCantBeWrittenIsSaid) {
  const ProcessResult result = shell(
      "(mkdir /tmp/perf-$BASHPID.map; exec $1 run --perf a.noodle 1 1) & wait $!; "
      "code=$?; rmdir /tmp/perf-$!.map; exit $code");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(matches(result.err, R"(^noodle: can't write /tmp/perf-\d+\.map: File exists\n)")) << result.err;
}

TEST_F(Jit, PerfNamesWhatIsHot) {
  if (shell("perf record -o try.data -- true").exit_code != 0) GTEST_SKIP() << "perf can't run here";
  const ProcessResult recorded = shell("perf record -o a.data -- $1 run --perf a.noodle 36 10");
  ASSERT_EQ(recorded.exit_code, 0) << recorded.err;
  const ProcessResult report = shell(
      "perf report -i a.data --stdio 2>&1; perf script -i a.data -F pid | sort -u | "
      "while read pid; do rm -f /tmp/perf-$pid.map; done");
  EXPECT_TRUE(matches(report.out, R"(\[\.\] fib \[noodle\])")) << report.out;
}

TEST_F(Jit, ADebuggerNamesFramesOfCompiledCode) {
  if (shell("gdb --version").exit_code != 0) GTEST_SKIP() << "there is no gdb";
  // Compiled code looks every few milliseconds whether it has to leave.
  const ProcessResult result = shell(
      "DEBUGINFOD_URLS= gdb -batch -nx -ex 'break helper_safepoint' -ex run -ex bt "
      "--args $1 run --workers 1 a.noodle 42 10 2>&1");
  if (matches(result.out, "ptrace: Operation not permitted|[Cc]annot|[Cc]ouldn't|warning: Error disabling")) {
    GTEST_SKIP() << "gdb can't run programs here: " << result.out;
  }
  constexpr const char* kFrames =
      R"(in fib \(\)\n(#\d+ +0x[0-9a-f]+ in fib \(\)\n)*#\d+ +0x[0-9a-f]+ in enter fib \(\)\n#\d+ .*enter)";
  EXPECT_TRUE(matches(result.out, kFrames)) << result.out;
  EXPECT_TRUE(matches(result.out, "run_program")) << result.out;
  const ProcessResult loop = shell(
      "DEBUGINFOD_URLS= gdb -batch -nx -ex 'break helper_safepoint' -ex run -ex bt "
      "--args $1 run --workers 1 a.noodle 1 3000000000 2>&1");
  EXPECT_TRUE(matches(loop.out, R"(in main@loop 18 \(\)\n(.*\n)*.*run_program)")) << loop.out;
}

TEST_F(Jit, ListsMachineCodeBesideItsInstructions) {
  const ProcessResult result = noodle({"disasm", "--native", "fib", "a.noodle"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.starts_with("fib:\n")) << result.out;
  EXPECT_TRUE(matches(result.out, R"(\n        \w+ .*; \d+: call f\d+ \[)")) << result.out;
  EXPECT_TRUE(matches(result.out, R"(\n        call\w* +fib\b)")) << result.out;
  EXPECT_TRUE(matches(result.out, R"(; \d+: add\.i64 )")) << result.out;
  EXPECT_TRUE(matches(result.out, R"(\n        ret)")) << result.out;
}

#ifdef NOODLE_SANITIZED
TEST_F(Jit, ASanitizerChecksCompiledCode) {
  write("b.noodle",
        "fn sum(xs: List<Int>) -> Int {\n    var all = 0\n    for x in xs { all = all + x }\n    all\n}\n"
        "fn main() { print(sum([args().len(), 2, 3])) }\n");
  const ProcessResult result = noodle({"disasm", "--native", "main", "b.noodle"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(matches(result.out, R"(\n        call\w* +__(asan_load|tsan_read)\d)")) << result.out;
  EXPECT_EQ(noodle({"run", "--jit=always", "b.noodle"}).out, "5\n");
}
#endif

TEST_F(Jit, ListsConstantsThatTheCodeUses) {
  const ProcessResult result = noodle({"disasm", "--native", "half", "a.noodle", "-o", "half.txt"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(matches(shell("cat half.txt").out, R"(\n\.LCPI\w+:\n\t\.quad)")) << shell("cat half.txt").out;
}

TEST_F(Jit, AListingOfNoFunctionSaysWhichMayBeMeant) {
  ProcessResult result = noodle({"disasm", "--native", "fob", "a.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "noodle: the program has no function `fob`; did you mean `fib`?\n");
  result = noodle({"disasm", "--native", "quite_another", "a.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err,
            "noodle: the program has no function `quite_another`; a small one is part of those that call it\n");
}

TEST_F(Jit, WithoutTheLibraryThereIsNoListing) {
  // The library is looked for beside the command.
  ASSERT_EQ(shell("mkdir bin && cp $1 bin/noodle").exit_code, 0);
  const ProcessResult result = run({(folder_ / "bin/noodle").string(), "disasm", "--native", "fib", "a.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(result.err.starts_with("noodle: there is no machine code without the compiler: ")) << result.err;
  EXPECT_NE(result.err.find("libnoodle-jit.so"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace noodle::tests
