#pragma once

// Runs a child process to its end and keeps what it wrote. For tests of whole programs.

#include <string>
#include <string_view>
#include <vector>

namespace noodle::tests {

struct ProcessResult {
  int exit_code = -1;  // -1 when it ended by a signal or could not be started
  int signal = 0;
  bool timed_out = false;
  std::string out;
  std::string err;
};

/// Runs words[0] with the other words as arguments, in `folder` (empty: here), for at most
/// `seconds`.
ProcessResult run_process(const std::vector<std::string>& words, const std::string& folder, std::string_view input,
                          int seconds);

}  // namespace noodle::tests
