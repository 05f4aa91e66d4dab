#include "tests/golden_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace noodle::tests {
namespace {

Golden golden_of(std::string_view text) {
  const std::string path = testing::TempDir() + "golden_" + std::to_string(getpid()) + ".noodle";
  write_text(path, text);
  Golden golden = read_golden(path);
  unlink(path.c_str());
  return golden;
}

TEST(GoldenFile, ReadsItsDirectives) {
  const Golden golden = golden_of(
      "// args: one \"two three\"\n// stdin: typed\n// verb: test\n// flags: --x\n"
      "fn main() { print(1) } // expect: 1\n// expect:\n// expect-error: oh: no\n// exit: 101\n");
  EXPECT_TRUE(golden.is_program);
  EXPECT_EQ(golden.arguments, (std::vector<std::string>{"one", "two three"}));
  EXPECT_EQ(golden.input, "typed\n");
  EXPECT_EQ(golden.verb, "test");
  EXPECT_EQ(golden.flags, std::vector<std::string>{"--x"});
  EXPECT_EQ(golden.out, (std::vector<std::string>{"1", ""}));
  EXPECT_EQ(golden.err, std::vector<std::string>{"oh: no"});
  EXPECT_EQ(golden.exit_code, 101);
}

TEST(GoldenFile, ArgumentsMayBeOthersWhereItRunsOften) {
  EXPECT_EQ(golden_of("// args: 9\n").arguments_again, std::vector<std::string>{"9"});
  const Golden golden = golden_of("// args-again: 1\n// args: 9\n");
  EXPECT_EQ(golden.arguments, std::vector<std::string>{"9"});
  EXPECT_EQ(golden.arguments_again, std::vector<std::string>{"1"});
  EXPECT_TRUE(golden_of("// args: 9\n// args-again:\n").arguments_again.empty());
}

TEST(GoldenFile, AModuleIsNoProgram) {
  EXPECT_FALSE(golden_of("pub fn f() {}\n").is_program);
  EXPECT_TRUE(golden_of("fn main() {}\n").is_program);
}

TEST(GoldenFile, SaysWhatDiffers) {
  const Golden golden = golden_of("// expect: a\n// expect: b\n// expect: c\n");
  EXPECT_EQ(difference(golden, {0, 0, false, "a\nb\nc\n", ""}), "");
  const std::string wrong = difference(golden, {1, 0, false, "a\nx\nc\n", "bad\n"});
  EXPECT_EQ(wrong,
            "  exit code 1 instead of 0\n"
            "  standard output, from line 2:\n      a\n    - b\n    + x\n"
            "  standard error, from line 1:\n    + bad\n");
  EXPECT_NE(difference(golden, {-1, 11, false, "a\nb\nc\n", ""}), "");
  EXPECT_NE(difference(golden, {-1, 9, true, "a\nb\nc\n", ""}), "");
}

TEST(GoldenFile, DotsStandForAnyLines) {
  const Golden golden = golden_of("// expect-error: panic\n// expect-error: ...\n// expect-error: end\n");
  EXPECT_EQ(difference(golden, {0, 0, false, "", "panic\nend\n"}), "");
  EXPECT_EQ(difference(golden, {0, 0, false, "", "panic\n1\n2\nend\n"}), "");
  EXPECT_NE(difference(golden, {0, 0, false, "", "panic\n1\n"}), "");
}

TEST(GoldenFile, UpdatingKeepsExpectationsInTheirPlaces) {
  const Golden golden = golden_of("f() // expect: old\ng()\n// expect: same\n");
  EXPECT_EQ(rewritten(golden, {0, 0, false, "new\nsame\n", ""}), "f() // expect: new\ng()\n// expect: same\n");
}

TEST(GoldenFile, UpdatingMovesOthersToTheEnd) {
  const Golden golden = golden_of("f() // expect: old\n// exit: 3\ng()\n");
  EXPECT_EQ(rewritten(golden, {1, 0, false, "a\n\n", "bad\n"}),
            "f()\ng()\n\n// expect: a\n// expect:\n// expect-error: bad\n// exit: 1\n");
}

TEST(Process, GivesOutputExitCodeAndSignal) {
  const ProcessResult fine = run_process({"/bin/sh", "-c", "cat; echo err >&2; exit 3"}, "/", "typed", 10);
  EXPECT_EQ(fine.exit_code, 3);
  EXPECT_EQ(fine.out, "typed");
  EXPECT_EQ(fine.err, "err\n");
  EXPECT_EQ(run_process({"/bin/sh", "-c", "kill -9 $$"}, "", "", 10).signal, 9);
  EXPECT_TRUE(run_process({"/bin/sleep", "20"}, "", "", 1).timed_out);
  EXPECT_EQ(run_process({"/nonexistent"}, "", "", 1).exit_code == 0, false);
}

}  // namespace
}  // namespace noodle::tests
