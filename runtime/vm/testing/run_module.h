#pragma once

// Runs whatever a module has that can be run: for fuzzing, soaks and tests of modules that nobody
// wrote by hand.

#include <cstdint>
#include <string>

#include "nbc/verify.h"

namespace noodle::vm::testing {

struct ModuleRun {
  std::string wrong;         // what the runtime did wrong; empty when nothing
  std::uint64_t runs = 0;    // functions called
  std::uint64_t panics = 0;  // of those, how many ended in a panic
};

/// Calls each function that takes nothing, under small limits and with all writing thrown away, and then
/// again with checked operations failing at some places that follow from `seed`. Afterwards no value
/// may be left over. A module that the runtime refuses to load is right.
ModuleRun run_module(nbc::VerifiedModule module, std::uint64_t seed);

}  // namespace noodle::vm::testing
