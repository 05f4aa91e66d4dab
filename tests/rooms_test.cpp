// Libraries with natives: programs that need one say so when it is missing or of another build, and find it from
// wherever they run.

#include <gtest/gtest.h>

#include "tests/command_test.h"

namespace noodle::tests {
namespace {

class Rooms : public CommandTest {
 protected:
  Rooms() {
    write("a.noodle",
          "import regex\nfn main() { print(regex.Regex.compile(\"^a+$\").map(r => r.is_match(\"aaa\"))) }\n");
    write("b.noodle", "import regex\nfn main() { print(regex.RegexError { message: \"m\", position: 1 }.position) }\n");
  }

  ProcessResult shell(const std::string& script) {
    return run({"/bin/bash", "-ec", script, "bash", NOODLE_COMMAND, NOODLE_TEXT_LIBRARY});
  }
  /// The command as it is before any library is built.
  void copy_command() { ASSERT_EQ(shell("mkdir bin lib && cp $1 bin/noodle").exit_code, 0); }
};

TEST_F(Rooms, AMissingLibraryIsNamedWithWhatToDo) {
  copy_command();
  const std::string lib = (std::filesystem::canonical(folder_) / "lib").string();
  expect_result(run({"bin/noodle", "run", "--jit=off", "a.noodle"}), 1, "",
                "noodle: the program uses `regex.compile`, which needs libnoodle-text.so, and that is not in " + lib +
                    "; install it there, or build it with `./dev build`\n");
  // Who doesn't use its natives, or doesn't run them, doesn't need it.
  expect_result(run({"bin/noodle", "run", "--jit=off", "b.noodle"}), 0, "1\n", "");
  expect_result(run({"bin/noodle", "check", "a.noodle"}), 0, "", "");
  expect_result(run({"bin/noodle", "build", "a.noodle"}), 0, "", "");
  EXPECT_EQ(run({"bin/noodle", "run", "--jit=off", "a.nbc"}).exit_code, 1);
  ASSERT_EQ(shell("cp $2 lib/").exit_code, 0);
  expect_result(run({"bin/noodle", "run", "--jit=off", "a.nbc"}), 0, "Ok(true)\n", "");
}

TEST_F(Rooms, ALibraryOfAnotherBuildIsNotUsed) {
  copy_command();
  const std::string lib = (std::filesystem::canonical(folder_) / "lib/libnoodle-text.so").string();
  for (const char* library : {NOODLE_OTHER_INTERFACE, NOODLE_NO_INTERFACE}) {
    ASSERT_EQ(run({"/bin/cp", library, "lib/libnoodle-text.so"}).exit_code, 0);
    expect_result(run({"bin/noodle", "run", "--jit=off", "a.noodle"}), 1, "",
                  "noodle: " + lib + " is of another build than this command; build both again\n");
  }
  ASSERT_EQ(run({"/bin/cp", NOODLE_OTHER_NATIVES, "lib/libnoodle-text.so"}).exit_code, 0);
  expect_result(run({"bin/noodle", "run", "--jit=off", "a.noodle"}), 1, "",
                "noodle: libnoodle-text.so has another `regex.compile` than this command wants; build both again\n");
  write("lib/libnoodle-text.so", "no library");
  const ProcessResult result = run({"bin/noodle", "run", "--jit=off", "a.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(result.err.starts_with("noodle: " + lib + ": ")) << result.err;
}

TEST_F(Rooms, ALateLibraryIsMissedByWhatNeedsItAlone) {
  copy_command();
  const std::string lib = (std::filesystem::canonical(folder_) / "lib").string();
  write("c.noodle",
        "import plot\nfn main() {\n    let chart = plot.bar([\"a\"], [1])\n    print(chart.save(\"a.svg\"))\n"
        "    for _ in 0..2 { print(chart.save(\"a.png\")) }\n    print(fs.list_dir(\".\").map(names => "
        "names.contains(\"a.png\")))\n}\n");
  const std::string why = "Err(the program uses `plot.png`, which needs libnoodle-plot.so, and that is not in " + lib +
                          "; install it there, or build it with `./dev build`)\n";
  expect_result(run({"bin/noodle", "run", "--jit=off", "c.noodle"}), 0, "Ok(())\n" + why + why + "Ok(false)\n", "");
  ASSERT_EQ(run({"/bin/cp", NOODLE_OTHER_INTERFACE, "lib/libnoodle-plot.so"}).exit_code, 0);
  const std::string other =
      "Err(" + lib + "/libnoodle-plot.so is of another build than this command; build both again)\n";
  expect_result(run({"bin/noodle", "run", "--jit=off", "c.noodle"}), 0, "Ok(())\n" + other + other + "Ok(false)\n", "");
}

#ifdef NOODLE_HAS_NATIVE
TEST_F(Rooms, ExecutablesFindLibrariesBesideThemselvesAndTheCommand) {
  ASSERT_EQ(run({NOODLE_COMMAND, "build", "--native", "a.noodle"}).exit_code, 0);
  expect_result(run({"./a"}), 0, "Ok(true)\n", "");
  // One of another build in a folder that is looked into first.
  const std::string why = " is of another build than this command; build both again\n";
  const std::string here = std::filesystem::canonical(folder_).string();
  ASSERT_EQ(run({"/bin/bash", "-ec", "mkdir lib && cp $0 lib/libnoodle-text.so", NOODLE_OTHER_INTERFACE}).exit_code, 0);
  expect_result(run({"./a"}), 1, "", "noodle: " + here + "/lib/libnoodle-text.so" + why);
  ASSERT_EQ(shell("mkdir bin && mv a bin").exit_code, 0);
  expect_result(run({"bin/a"}), 1, "", "noodle: " + here + "/lib/libnoodle-text.so" + why);
  ASSERT_EQ(shell("cp $2 lib/libnoodle-text.so").exit_code, 0);
  expect_result(run({"bin/a"}), 0, "Ok(true)\n", "");
}
#endif

}  // namespace
}  // namespace noodle::tests
