// The verbs around source text from outside: lint, explain, doc, completions and manual pages.

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/command_test.h"

namespace noodle::tests {
namespace {

namespace fs = std::filesystem;

class Daily : public CommandTest {
 protected:
  /// What bash offers behind these words, the last of which is being written.
  std::string completed(const std::string& words) {
    const ProcessResult result = shell("source <(\"$1\" completions bash)\nCOMP_WORDS=(" + words +
                                       ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_noodle\necho \"${COMPREPLY[*]}\"");
    EXPECT_EQ(result.err, "");
    return result.out;
  }
};

TEST_F(Daily, LintMendsWhatItMay) {
  write("a.noodle",
        "fn main() {\n    var items = [1, 2]\n    if items.len() == 0 { print(\"none\") }\n"
        "    for i in 0..items.len() { print(items[i]) }\n}\n");
  const ProcessResult found = noodle({"lint", "a.noodle"});
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_TRUE(found.err.ends_with("3 warnings\n")) << found.err;
  const ProcessResult mended = noodle({"lint", "--fix", "a.noodle"});
  EXPECT_EQ(mended.out, "fixed a.noodle: 3 changes\n");
  EXPECT_EQ(mended.err, "");
  EXPECT_EQ(mended.exit_code, 0);
  EXPECT_EQ(read("a.noodle"),
            "fn main() {\n    let items = [1, 2]\n    if items.is_empty() { print(\"none\") }\n"
            "    for item in items { print(item) }\n}\n");
  EXPECT_EQ(noodle({"lint", "."}).exit_code, 0);
}

TEST_F(Daily, LintSaysWhenItCantMend) {
  write("a.noodle", "fn main() {\n    var x = 1\n    print(x)\n}\n");
  expect_result(with_full_disk("lint --fix a.noodle"), 1, "noodle: can't write `a.noodle`: File too large\n", "");
  EXPECT_EQ(read("a.noodle"), "fn main() {\n    var x = 1\n    print(x)\n}\n");
}

TEST_F(Daily, LintTakesRules) {
  write("a.noodle", "pub fn f(n: Int) -> Int {\n    return 1\n}\n\nfn main() { print(f(1)) }\n");
  EXPECT_TRUE(noodle({"lint", "--rules=needless_return", "a.noodle"}).err.ends_with("1 warning\n"));
  EXPECT_TRUE(noodle({"lint", "--rules=W0118,unused_parameter", "a.noodle"}).err.ends_with("2 warnings\n"));
  EXPECT_TRUE(
      noodle({"lint", "--rules=all,-missing_docs,-missing_examples", "a.noodle"}).err.ends_with("2 warnings\n"));
  EXPECT_TRUE(noodle({"lint", "--rules=-needless_return", "a.noodle"}).err.ends_with("1 warning\n"));
  const ProcessResult wrong = noodle({"lint", "--rules=needless_retrun", "a.noodle"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.err, "noodle: there is no rule `needless_retrun`; did you mean `needless_return`?\n");
}

TEST_F(Daily, LintSaysWhatIsWrongFirst) {
  write("a.noodle", "fn main() {\n    var x = 1\n    print(y)\n}\n");
  const ProcessResult result = noodle({"lint", "--fix", "a.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("error[E0201]"), std::string::npos) << result.err;
  EXPECT_EQ(read("a.noodle"), "fn main() {\n    var x = 1\n    print(y)\n}\n");
  EXPECT_EQ(noodle({"lint", "no.noodle"}).exit_code, 1);
}

TEST_F(Daily, ExplainsCodesAndRules) {
  const ProcessResult code = noodle({"explain", "E0201"});
  EXPECT_EQ(code.exit_code, 0);
  EXPECT_TRUE(code.out.starts_with("E0201: a name means nothing here\n")) << code.out;
  EXPECT_NE(code.out.find("    print(widht)\n"), std::string::npos) << code.out;
  EXPECT_EQ(noodle({"explain", "e0201"}).out, code.out);
  EXPECT_EQ(noodle({"explain", "unknown_name"}).out, code.out);
  EXPECT_NE(noodle({"explain", "W0109"}).out.find("as a rule: needless_return\n"), std::string::npos);
  EXPECT_NE(noodle({"explain"}).out.find("W0118  "), std::string::npos);
  const ProcessResult wrong = noodle({"explain", "E02O1"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_TRUE(wrong.err.starts_with("noodle: there is no diagnostic `E02O1`; did you mean `E0")) << wrong.err;
}

TEST_F(Daily, BashCompletes) {
  EXPECT_EQ(completed("noodle expl"), "explain\n");
  EXPECT_EQ(completed("noodle test --sim"), "--simulate\n");
  EXPECT_EQ(completed("noodle check --diagnostics = t"), "text\n");
  EXPECT_EQ(completed("noodle check --diagnostics =''"), "text json\n");
  EXPECT_EQ(completed("noodle completions z"), "zsh\n");
  EXPECT_EQ(completed("noodle explain E020"), "E0201 E0202 E0203 E0204 E0205 E0206 E0207 E0208 E0209\n");
  write("hello.noodle", "fn main() {}\n");
  write("hello.txt", "");
  EXPECT_EQ(completed("noodle run hel"), "hello.noodle\n");
  // Nothing that is hidden from the help is offered.
  EXPECT_EQ(completed("noodle run --check-l"), "\n");
}

TEST_F(Daily, OtherShellsHaveCompletions) {
  EXPECT_EQ(noodle({"completions", "tcsh"}).exit_code, 2);
  for (const char* name : {"zsh", "fish"}) {
    EXPECT_NE(noodle({"completions", name}).out.find("simulate"), std::string::npos) << name;
  }
}

// `./dev test` installs neither zsh nor fish, which are somebody's choice, nor Sphinx, which `./dev docs` does.
TEST_F(Daily, ZshReadsItsCompletions) {
  if (!is_installed("zsh")) GTEST_SKIP() << "zsh is not installed";
  EXPECT_EQ(shell("\"$1\" completions zsh > _noodle && zsh -n _noodle").exit_code, 0);
}

TEST_F(Daily, FishReadsItsCompletions) {
  if (!is_installed("fish")) GTEST_SKIP() << "fish is not installed";
  EXPECT_EQ(shell("\"$1\" completions fish > noodle.fish && fish --no-execute noodle.fish").exit_code, 0);
}

TEST_F(Daily, EveryVerbHasAManualPage) {
  for (const char* verb : {"run", "test", "fmt", "doc"}) {
    const ProcessResult page = noodle({"help", "--man", verb});
    EXPECT_EQ(page.exit_code, 0);
    EXPECT_TRUE(page.out.starts_with(".TH noodle-" + std::string(verb) + " 1 ")) << page.out;
    EXPECT_NE(page.out.find(".SH OPTIONS\n"), std::string::npos);
  }
  EXPECT_NE(noodle({"help", "--man"}).out.find("\n.B fmt\n"), std::string::npos);
  EXPECT_EQ(noodle({"help", "--man", "nothing"}).exit_code, 2);
}

TEST_F(Daily, PackagesHavePagesAndCompletions) {
  const ProcessResult made = run({NOODLE_PACKAGING "/make_pages.sh", NOODLE_COMMAND, "share"});
  EXPECT_EQ(made.out + made.err, "");
  EXPECT_EQ(made.exit_code, 0);
  EXPECT_TRUE(read("share/man/man1/noodle.1").starts_with(".TH noodle 1 "));
  EXPECT_EQ(read("share/man/man1/noodle-lint.1"), noodle({"help", "--man", "lint"}).out);
  EXPECT_EQ(read("share/bash-completion/completions/noodle"), noodle({"completions", "bash"}).out);
  // Without a command that tells its verbs there is nothing to say.
  EXPECT_NE(run({NOODLE_PACKAGING "/make_pages.sh", "/bin/false", "share"}).exit_code, 0);
}

constexpr std::string_view kShapes =
    "/// A point of the plane, as `x` and `y`.\n"
    "///\n"
    "/// ```\n"
    "/// let p = Point { x: 1.0, y: 2.0 }\n"
    "/// ```\n"
    "pub struct Point {\n    /// To the right.\n    x: Float\n    private y: Float\n}\n\n"
    "impl Point {\n    /// From the origin: a * b is no markup, nor is a_b_.\n"
    "    pub fn length(self) -> Float { self.x }\n    fn secret(self) {}\n}\n\n"
    "fn hidden() {}\n";

TEST_F(Daily, DocMakesPages) {
  write("src/geometry/shapes.noodle", kShapes);
  write("src/main.noodle", "fn main() {}\n");
  const ProcessResult result = noodle({"doc", "--rst", "--title", "Geometry", "src"});
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, "build/doc/index.rst\n");
  const std::string page = read("build/doc/geometry.shapes.rst");
  EXPECT_TRUE(page.starts_with("geometry.shapes\n===============\n\n")) << page;
  EXPECT_NE(page.find("A point of the plane, as ``x`` and ``y``."), std::string::npos) << page;
  EXPECT_NE(page.find(".. code-block:: none\n\n   let p = Point { x: 1.0, y: 2.0 }\n"), std::string::npos) << page;
  EXPECT_NE(page.find("``x: Float``\n   To the right.\n"), std::string::npos) << page;
  EXPECT_NE(page.find("``Point.length``\n"), std::string::npos) << page;
  EXPECT_NE(page.find("fn length(self) -> Float\n"), std::string::npos) << page;
  EXPECT_NE(page.find("a \\* b is no markup, nor is a\\_b\\_"), std::string::npos) << page;
  EXPECT_EQ(page.find("secret"), std::string::npos);
  EXPECT_EQ(page.find("private"), std::string::npos);
  EXPECT_TRUE(read("build/doc/index.rst").starts_with("Geometry\n========\n")) << read("build/doc/index.rst");
  EXPECT_EQ(noodle({"doc", "--rst", "--private", "src"}).exit_code, 0);
  EXPECT_NE(read("build/doc/geometry.shapes.rst").find("secret"), std::string::npos);
}

TEST_F(Daily, DocHasAPageForAModuleCalledIndex) {
  write("index.noodle", "pub fn look_up() {}\n");
  EXPECT_EQ(noodle({"doc", "--rst", "--title", "Books", "index.noodle"}).exit_code, 0);
  EXPECT_TRUE(read("build/doc/index.rst").starts_with("Books\n=====\n")) << read("build/doc/index.rst");
  EXPECT_NE(read("build/doc/index.rst").find("   index_\n"), std::string::npos);
  EXPECT_NE(read("build/doc/index_.rst").find("look_up"), std::string::npos);
}

TEST_F(Daily, DocMakesHtmlWithASearch) {
  if (!is_installed("sphinx-build")) GTEST_SKIP() << "Sphinx is not installed";
  write("shapes.noodle", kShapes);
  const ProcessResult result = noodle({"doc", "shapes.noodle", "--out=pages"});
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, "pages/html/index.html\n");
  EXPECT_TRUE(fs::exists(folder_ / "pages/html/search.html"));
  EXPECT_NE(read("pages/html/searchindex.js").find("length"), std::string::npos);
  EXPECT_NE(read("pages/html/shapes.html").find("Point.length"), std::string::npos);
}

TEST_F(Daily, DocSaysWhatIsMissing) {
  write("a.noodle", "fn main() {}\n");
  const ProcessResult nothing = noodle({"doc", "a.noodle"});
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_EQ(nothing.err, "noodle: nothing here is public: mark with `pub` what others may use, or say --private\n");
  write("b.noodle", "pub fn f( {\n");
  const ProcessResult broken = noodle({"doc", "b.noodle"});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_TRUE(broken.err.ends_with("noodle: there is no page for `b.noodle`: it has syntax errors\n")) << broken.err;
  write("c.noodle", "pub fn f() {}\n");
  const ProcessResult bare = run({"/usr/bin/env", "PATH=/nowhere", NOODLE_COMMAND, "doc", "c.noodle"});
  EXPECT_EQ(bare.exit_code, 1);
  EXPECT_TRUE(bare.err.starts_with("noodle: Sphinx is not installed")) << bare.err;
}

}  // namespace
}  // namespace noodle::tests
