#pragma once

// Elements as integers that are ordered as they are, so that what sorts and searches is one code for all kinds.

#include <cstdint>

#include "runtime/tensor/operand.h"

namespace noodle::tensor {

/// Writes the keys of `count` elements, `step` bytes apart. They have as many bits as the elements; NaN is the
/// greatest, and -0.0 is 0.0. When `falls`, greater elements have lesser keys, but NaN stays the greatest.
void write_keys(Kind kind, const std::byte* from, std::int64_t count, std::int64_t step, bool falls,
                std::uint64_t* keys);

/// The key of NaN, and of the greatest integer.
constexpr std::uint64_t most_key(Kind kind) { return ~std::uint64_t{0} >> (64 - 8 * element_size(kind)); }
constexpr bool is_nan(Kind kind, std::uint64_t key) { return nbc::is_float(kind) && key == most_key(kind); }

}  // namespace noodle::tensor
