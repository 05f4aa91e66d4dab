#pragma once

// The programs that the campaign runs, and what with.

#include <string>
#include <string_view>
#include <vector>

namespace noodle::tests {

/// A program with what it works on.
struct Case {
  std::string name;
  std::string folder;   // where it runs, below the sources; files that it changes stay in memory
  std::string program;  // in that folder
  std::vector<std::string> args;
  std::string input_file{};           // for standard input, in that folder
  std::vector<std::string> before{};  // arguments of a run before, whose files this one finds
  /// A text to be replaced in a file there, so that it has less to do.
  struct Change {
    std::string file, from, to;
  };
  std::vector<Change> changes{};
};

/// The ten examples, in both directions those that have two; then programs that reach what none of those does.
const std::vector<Case>& all_cases();

}  // namespace noodle::tests
