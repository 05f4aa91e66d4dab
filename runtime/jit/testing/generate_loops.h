#pragma once

// Random modules of what is compiled specially: loops over numbers and lists, with everything about them that is
// unusual, and recursion.

#include <cstdint>

#include "nbc/module.h"

namespace noodle::jit::testing {

/// A module that verifies. Each function that takes nothing runs a few loops and gives all that they computed;
/// running it ends, maybe in a panic. Everything follows from the seed.
nbc::Module generate_loops(std::uint64_t seed);

}  // namespace noodle::jit::testing
