#pragma once

#include <cstdint>

#include "runtime/value/type_info.h"

namespace noodle::value {

/// How floats compare inside a value: by IEEE (`==`), or in the total order that keys, sorting and
/// hashing use (NaN equal to itself and last, -0.0 equal to 0.0).
enum class FloatRule : std::uint8_t { Ieee, Total };

/// Whether two values in slots are equal. Structural; uses no C++ stack for nesting, but for maps
/// inside keys of maps, which are unequal when they nest more than kMostKeyNesting deep.
bool equal_slots(const TypeInfo& type, const std::uint64_t* a, const std::uint64_t* b, FloatRule rule,
                 std::uint64_t seed);
/// The same for values in memory.
bool equal_memory(const TypeInfo& type, const std::byte* a, const std::byte* b, FloatRule rule, std::uint64_t seed);
/// Hash of a value in slots; equal for values that are equal in the total order.
std::uint64_t hash_slots(const TypeInfo& type, const std::uint64_t* slots, std::uint64_t seed);

/// -1, 0 or 1 in the total order of floats.
int compare_total(double a, double b);

constexpr int kMostKeyNesting = 64;

/// Mixes one word with the seed: a full 64x64 multiplication folded, as wyhash does.
inline std::uint64_t hash_word(std::uint64_t word, std::uint64_t seed) {
  const auto product =
      static_cast<unsigned __int128>(word ^ seed ^ 0x9E3779B97F4A7C15ull) * (seed | 0x8000000000000001ull);
  const auto folded = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  const auto again = static_cast<unsigned __int128>(folded ^ 0xD6E8FEB86659FD93ull) * 0xA0761D6478BD642Full;
  return static_cast<std::uint64_t>(again) ^ static_cast<std::uint64_t>(again >> 64);
}

/// A float slot of the kind as a double.
double float_of(Kind kind, std::uint64_t word);

}  // namespace noodle::value
