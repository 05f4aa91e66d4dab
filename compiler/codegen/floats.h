#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace noodle::codegen {

/// The bits of an f16 with the value of `d`, which one has exactly (sema has rounded it).
inline std::uint16_t f16_bits(double d) {
  const std::uint16_t sign = std::signbit(d) ? 0x8000 : 0;
  if (std::isnan(d)) return 0x7E00;
  const double size = std::fabs(d);
  if (size == 0) return sign;
  if (size > 65504.0) return sign | 0x7C00;
  int exponent = 0;
  const double fraction = std::frexp(size, &exponent);  // in [0.5, 1)
  if (exponent < -13) {                                 // subnormal: units of 2^-24
    return sign | static_cast<std::uint16_t>(std::ldexp(size, 24));
  }
  const auto mantissa = static_cast<std::uint16_t>(std::ldexp(fraction, 11));  // 1024…2047
  return static_cast<std::uint16_t>(sign | ((exponent + 14) << 10) | (mantissa & 0x3FF));
}

/// The bits of a bf16 with the value of `d`, which one has exactly.
inline std::uint16_t bf16_bits(double d) {
  if (std::isnan(d)) return 0x7FC0;
  return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(d)) >> 16);
}

}  // namespace noodle::codegen
