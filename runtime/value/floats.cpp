#include "runtime/value/floats.h"

namespace noodle::value {

namespace {

// Rounds a double to a float format of `exponent_bits` and `mantissa_bits`, to nearest even, by
// integer arithmetic on the bits: the same on every machine.
std::uint16_t narrow(double x, int exponent_bits, int mantissa_bits) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  const auto sign = static_cast<std::uint16_t>(bits >> 63 << 15);
  const std::uint64_t magnitude = bits & ~(std::uint64_t{1} << 63);
  const int top = (1 << exponent_bits) - 1;
  const auto infinity = static_cast<std::uint16_t>(top << mantissa_bits);
  constexpr std::uint64_t kInfinity = std::uint64_t{0x7FF} << 52;
  if (magnitude > kInfinity) {
    return static_cast<std::uint16_t>(sign | infinity | 1u << (mantissa_bits - 1));
  }
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = static_cast<int>(magnitude >> 52) - 1023 + bias;
  if (magnitude == kInfinity || exponent >= top) return static_cast<std::uint16_t>(sign | infinity);
  std::uint64_t mantissa = magnitude & ((std::uint64_t{1} << 52) - 1);
  int drop = 52 - mantissa_bits;
  std::uint64_t base = 0;
  if (exponent > 0) {
    base = static_cast<std::uint64_t>(exponent) << mantissa_bits;
  } else {
    mantissa |= std::uint64_t{1} << 52;
    drop += 1 - exponent;
    if (drop > 54) return sign;  // less than half of the smallest
  }
  const std::uint64_t kept = mantissa >> drop;
  const std::uint64_t rest = mantissa & ((std::uint64_t{1} << drop) - 1);
  const std::uint64_t half = std::uint64_t{1} << (drop - 1);
  const bool up = rest > half || (rest == half && (kept & 1) != 0);
  // A carry runs into the exponent, which is just what rounding up past a power of two means.
  return static_cast<std::uint16_t>(sign | (base + kept + (up ? 1 : 0)));
}

}  // namespace

float f16_to_f32(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  const std::uint32_t exponent = bits >> 10 & 0x1F;
  const std::uint32_t mantissa = bits & 0x3FF;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | mantissa << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
  // Subnormals: mantissa * 2^-24, exact in f32.
  const float value = static_cast<float>(mantissa) * 0x1p-24f;
  return sign != 0 ? -value : value;
}

float bf16_to_f32(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

std::uint16_t f32_to_f16(float x) { return narrow(x, 5, 10); }
std::uint16_t f32_to_bf16(float x) { return narrow(x, 8, 7); }
std::uint16_t f64_to_f16(double x) { return narrow(x, 5, 10); }
std::uint16_t f64_to_bf16(double x) { return narrow(x, 8, 7); }

}  // namespace noodle::value
