#pragma once

// For tests of the command from outside: words in, exit code and two streams out.

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/process.h"
#include "tests/temp_folder.h"

namespace noodle::tests {

/// Runs the command and what goes with it in a folder of its own.
class CommandTest : public TempFolder {
 protected:
  ProcessResult run(const std::vector<std::string>& words, std::string_view input = "") {
    return run_process(words, folder_.string(), input, 120);
  }
  ProcessResult noodle(std::vector<std::string> words, std::string_view input = "") {
    words.insert(words.begin(), NOODLE_COMMAND);
    return run(words, input);
  }
  /// A script for bash, in which `$1` is the command.
  ProcessResult shell(const std::string& script) { return run({"/bin/bash", "-c", script, "bash", NOODLE_COMMAND}); }

  /// The same where no file can be written, and both streams are one.
  ProcessResult with_full_disk(const std::string& words) {
    return shell("(trap '' XFSZ; ulimit -f 0; \"$1\" " + words + " 2>&1) | cat; exit ${PIPESTATUS[0]}");
  }

  bool is_installed(const std::string& program) { return shell("command -v " + program).exit_code == 0; }

  static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
};

inline void expect_result(const ProcessResult& result, int code, std::string_view out, std::string_view err) {
  EXPECT_EQ(result.exit_code, code);
  EXPECT_EQ(result.out, out);
  EXPECT_EQ(result.err, err);
}

}  // namespace noodle::tests
