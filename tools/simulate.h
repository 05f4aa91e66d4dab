#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nbc/verify.h"
#include "runtime/simulate/choices.h"

namespace noodle::tools {

/// How tests are simulated.
struct SimulateOptions {
  std::uint64_t first = 0, last = 99;  // seeds, both included
  simulate::Twists twists =
      simulate::kSchedule | simulate::bit(simulate::Twist::Delay) | simulate::bit(simulate::Twist::Short);
  bool keeps = false;  // only the twists at these places
  std::vector<std::uint64_t> kept;
  std::string again;  // the command that simulates again, without seeds
};

/// A word as a shell takes it.
std::string quoted_for_shell(std::string_view text);

/// Runs each test that contains `filter` in simulated worlds, one a seed; prints a line for each test, what a failing
/// one was shrunk to, and a count.
int simulate_tests(const nbc::VerifiedModule& program, std::string_view filter, const SimulateOptions& options);

}  // namespace noodle::tools
