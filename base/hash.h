#pragma once

#include <cstdint>
#include <string_view>

namespace noodle {

/// Fast non-cryptographic 64-bit hash of bytes (XXH3), the same on every machine for one seed.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);

/// 128 bits of the same, for content identities.
struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  constexpr auto operator<=>(const Hash128&) const = default;
};
Hash128 hash128_bytes(std::string_view bytes);

/// Folds another hash into a running one; the order counts.
constexpr std::uint64_t hash_combine(std::uint64_t seed, std::uint64_t value) {
  value *= 0x9E3779B97F4A7C15ull;
  value ^= value >> 32;
  return (seed ^ value) * 0xD6E8FEB86659FD93ull + 0x2545F4914F6CDD1Dull;
}

}  // namespace noodle
