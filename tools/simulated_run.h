#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nbc/verify.h"
#include "runtime/simulate/world.h"
#include "runtime/vm/runtime.h"

namespace noodle::tools {

/// How a function of a program ended in a simulated world.
struct SimulatedRun {
  std::string refused;           // why it did not begin
  std::optional<vm::Stop> stop;  // why it did not return
  std::string trouble;           // what the runtime did wrong, or what is left over
  std::int64_t code = 0;         // what it returned, if that is one number: the exit code of a main function
};

/// Runs a function in a runtime of its own, for so many steps at most. With `interruptible` Ctrl-C ends it. With a tier
/// it may be compiled, and then takes as many steps as it likes.
SimulatedRun run_simulated(const nbc::VerifiedModule& program, nbc::FunctionId function, simulate::Simulation& world,
                           std::uint64_t most_steps, bool interruptible, vm::Tier* tier = nullptr);

}  // namespace noodle::tools
