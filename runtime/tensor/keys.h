#pragma once

// Elements as integers that are ordered as they are, so that what sorts and searches is one code for all kinds.

#include <cstdint>

#include "runtime/tensor/operand.h"

namespace noodle::tensor {

/// Writes the keys of `count` elements, `step` bytes apart. They have as many bits as the elements; NaN is the
/// greatest, and -0.0 is 0.0. When `falls`, greater elements have lesser keys, but NaN stays the greatest.
void write_keys(Kind kind, const std::byte* from, std::int64_t count, std::int64_t step, bool falls,
                std::uint64_t* keys);

/// Of complex elements a key is that of the real part, and behind it that of the imaginary one: two words where those
/// are doubles. These are not for an order that means something, but to tell elements apart.
using WideKey = unsigned __int128;
void write_keys(Kind kind, const std::byte* from, std::int64_t count, std::int64_t step, bool falls, WideKey* keys);

/// The key of NaN, and of the greatest integer.
constexpr std::uint64_t most_key(Kind kind) { return ~std::uint64_t{0} >> (64 - 8 * element_size(kind)); }
/// Whether the element with the key is NaN, or a part of it is.
template <typename Key>
constexpr bool is_nan(Kind kind, Key key) {
  if (!nbc::is_complex(kind)) return nbc::is_float(kind) && key == most_key(kind);
  const Kind part = value::part_kind(kind);
  return is_nan(part, static_cast<std::uint64_t>(key >> 8 * element_size(part))) ||
         is_nan(part, static_cast<std::uint64_t>(key) & most_key(part));
}

}  // namespace noodle::tensor
