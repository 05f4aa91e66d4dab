#pragma once

// Numbers for random modules.

#include <cstdint>

#include "nbc/testing/generator.h"
#include "nbc/types.h"

namespace noodle::jit::testing {

/// The least and the greatest number of a type of integers, the least extended to 64 bits.
struct Limits {
  std::uint64_t least, most;
};
Limits limits(nbc::TypeId type);

/// Often one at the edge of its type.
std::int64_t some_integer(nbc::testing::Random& random, nbc::TypeId type);
/// Often one that is no usual number.
double some_float(nbc::testing::Random& random);

}  // namespace noodle::jit::testing
