// `noodle fmt` from outside: files in, files, exit code and two streams out.

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/command_test.h"

namespace noodle::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUgly = "fn  main( ){print( 1 )}\n";
constexpr std::string_view kPretty = "fn main() { print(1) }\n";

class Fmt : public CommandTest {
 protected:
  ProcessResult fmt(std::vector<std::string> words, std::string_view input = "") {
    words.insert(words.begin(), "fmt");
    return noodle(words, input);
  }
};

TEST_F(Fmt, FormatsFilesAndFoldersAndNamesWhatChanged) {
  write("a.noodle", kUgly);
  write("b.noodle", kPretty);
  write("deep/er/c.noodle", kUgly);
  write("deep/.hidden/d.noodle", kUgly);
  write("deep/e.txt", kUgly);
  expect_result(fmt({"."}), 0, "formatted ./a.noodle\nformatted ./deep/er/c.noodle\n", "");
  EXPECT_EQ(read("a.noodle"), kPretty);
  EXPECT_EQ(read("deep/er/c.noodle"), kPretty);
  EXPECT_EQ(read("deep/.hidden/d.noodle"), kUgly);
  EXPECT_EQ(read("deep/e.txt"), kUgly);
  expect_result(fmt({"a.noodle", "deep", "b.noodle"}), 0, "", "");
}

TEST_F(Fmt, CheckShowsTheDifferenceAndWritesNothing) {
  write("a.noodle", kUgly);
  write("b.noodle", kPretty);
  expect_result(
      fmt({"--check", "a.noodle", "b.noodle"}), 1,
      "--- a.noodle\n+++ a.noodle (formatted)\n@@ -1 +1 @@\n-fn  main( ){print( 1 )}\n+fn main() { print(1) }\n",
      "noodle: 1 of 2 files is not formatted\n");
  EXPECT_EQ(read("a.noodle"), kUgly);
  expect_result(fmt({"--check", "b.noodle"}), 0, "", "");
}

TEST_F(Fmt, StandardInputGoesToStandardOutput) {
  expect_result(fmt({"-"}, kUgly), 0, kPretty, "");
  expect_result(fmt({"-"}, ""), 0, "", "");
  EXPECT_EQ(fmt({"-", "--check"}, kUgly).exit_code, 1);
  expect_result(fmt({"-", "a"}), 2, "", "noodle: `-` is standard input and stands alone\n");
  const ProcessResult broken = fmt({"-"}, "fn main( {\n");
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_EQ(broken.out, "");
  EXPECT_TRUE(broken.err.ends_with("noodle: `<stdin>` is left as it is: it has syntax errors\n")) << broken.err;
}

TEST_F(Fmt, AFileWithSyntaxErrorsIsLeftAlone) {
  write("a.noodle", "fn  main() { let = 1 }\n");
  write("b.noodle", kUgly);
  const ProcessResult result = fmt({"a.noodle", "b.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "formatted b.noodle\n");
  EXPECT_NE(result.err.find("error[E0"), std::string::npos) << result.err;
  EXPECT_TRUE(result.err.ends_with("noodle: `a.noodle` is left as it is: it has syntax errors\n")) << result.err;
  EXPECT_EQ(read("a.noodle"), "fn  main() { let = 1 }\n");
  // What is wrong with its meaning is no matter.
  write("c.noodle", "fn  main() { nothing }\n");
  expect_result(fmt({"c.noodle"}), 0, "formatted c.noodle\n", "");
}

TEST_F(Fmt, ReplacesAFileWhole) {
  write("a.noodle", kUgly);
  ASSERT_EQ(chmod((folder_ / "a.noodle").c_str(), 0640), 0);
  fs::create_symlink("a.noodle", folder_ / "link.noodle");
  const auto before = fs::status(folder_ / "a.noodle").permissions();
  expect_result(fmt({"link.noodle"}), 0, "formatted link.noodle\n", "");
  EXPECT_EQ(read("a.noodle"), kPretty);
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.noodle"));
  EXPECT_EQ(fs::status(folder_ / "a.noodle").permissions(), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2) << "a temporary file is left";
}

TEST_F(Fmt, AFileThatCantBeWrittenStays) {
  write("a.noodle", kUgly);
  expect_result(with_full_disk("fmt a.noodle"), 1, "noodle: can't write `a.noodle`: File too large\n", "");
  EXPECT_EQ(read("a.noodle"), kUgly);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1) << "a temporary file is left";
  if (geteuid() == 0) GTEST_SKIP() << "root may write everything";
  write("b.noodle", kUgly);
  ASSERT_EQ(chmod((folder_ / "b.noodle").c_str(), 0440), 0);
  expect_result(fmt({"b.noodle"}), 1, "", "noodle: can't write `b.noodle`: Permission denied\n");
}

TEST_F(Fmt, LineBreaksBecomeLineFeeds) {
  write("a.noodle", "fn main() {\r\n  // c\r\n\r\n\r\n  print(1)\r\n}\r\n");
  EXPECT_EQ(fmt({"a.noodle"}).exit_code, 0);
  EXPECT_EQ(read("a.noodle"), "fn main() {\n    // c\n\n    print(1)\n}\n");
  write("b.noodle",
        "\xEF\xBB\xBF"
        "fn main() {}");
  EXPECT_EQ(fmt({"b.noodle"}).exit_code, 0);
  EXPECT_EQ(read("b.noodle"), "fn main() {}\n");
}

TEST_F(Fmt, FormatsSomeLinesAlone) {
  const std::string text = "const  A = 1\nconst  B = 2\nconst  C = 3\nfn  f( ) {\nlet  x = 1\nprint(  x)\n}\n";
  write("a.noodle", text);
  expect_result(fmt({"--lines", "2:2", "a.noodle"}), 0, "formatted a.noodle\n", "");
  EXPECT_EQ(read("a.noodle"), "const  A = 1\nconst B = 2\nconst  C = 3\nfn  f( ) {\nlet  x = 1\nprint(  x)\n}\n");
  expect_result(fmt({"--lines=7:7", "a.noodle"}), 0, "", "");
  expect_result(fmt({"--lines", "1:1", "-"}, text), 0, "const A = 1\n" + text.substr(13), "");
  expect_result(fmt({"--lines", "3", "a.noodle"}), 2, "",
                "noodle: `--lines` takes two numbers of lines such as 10:20, not `3`\n");
  EXPECT_EQ(fmt({"--lines", "0:3", "a.noodle"}).exit_code, 2);
  EXPECT_EQ(fmt({"--lines", "5:3", "a.noodle"}).exit_code, 2);
  write("b.noodle", kUgly);
  expect_result(fmt({"--lines", "1:3", "."}), 2, "", "noodle: `--lines` needs one file\n");
}

TEST_F(Fmt, SaysWhatCantBeRead) {
  expect_result(fmt({}), 2, "", "noodle: something is missing: noodle fmt [FLAGS] PATH...\n");
  expect_result(fmt({"no.noodle"}), 1, "", "noodle: can't read `no.noodle`: No such file or directory\n");
  write("a.noodle", std::string_view("NBC\0", 4));
  expect_result(fmt({"a.noodle"}), 1, "", "noodle: can't format `a.noodle`: it is a module, not source text\n");
}

}  // namespace
}  // namespace noodle::tests
