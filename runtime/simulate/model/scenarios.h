#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "runtime/simulate/choices.h"

namespace noodle::simulate {

/// One run of one scenario: what was wrong, or nothing; and what happened.
struct ModelRun {
  std::string wrong;
  std::uint64_t steps = 0;
};

/// Names of the scenarios.
std::span<const char* const> scenario_names();
/// Runs a scenario with the threads' order, the number of workers and the sizes that follow from a seed.
ModelRun run_scenario(std::size_t scenario, std::uint64_t seed);

}  // namespace noodle::simulate
