#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/simulate/choices.h"
#include "tools/suite/suite.h"

namespace noodle::tools {

/// How tests are simulated.
struct SimulateOptions {
  std::uint64_t first = 0, last = 99;  // seeds, both included
  simulate::Twists twists =
      simulate::kSchedule | simulate::bit(simulate::Twist::Delay) | simulate::bit(simulate::Twist::Short);
  bool keeps = false;  // only the twists at these places
  std::vector<std::uint64_t> kept;
  std::string again;  // the command that simulates again, without files and seeds
};

/// A word as a shell takes it.
std::string quoted_for_shell(std::string_view text);

/// Runs each test in simulated worlds, one a seed; prints a line for each, what a failing one was shrunk to, and a
/// count. With `names_files` a test's file stands before its name.
int simulate_tests(const std::vector<Chosen>& tests, bool names_files, const SimulateOptions& options);

}  // namespace noodle::tools
