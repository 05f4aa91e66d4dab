#pragma once

#include <bit>
#include <cstdint>

namespace noodle::value {

inline double as_f64(std::uint64_t word) { return std::bit_cast<double>(word); }
inline std::uint64_t from_f64(double x) { return std::bit_cast<std::uint64_t>(x); }
inline float as_f32(std::uint64_t word) { return std::bit_cast<float>(static_cast<std::uint32_t>(word)); }
inline std::uint64_t from_f32(float x) { return std::bit_cast<std::uint32_t>(x); }

/// Half and brain floats live as bits and compute in f32 (both conversions to f32 are exact).
float f16_to_f32(std::uint16_t bits);
float bf16_to_f32(std::uint16_t bits);
/// Rounds once, to nearest even.
std::uint16_t f32_to_f16(float x);
std::uint16_t f32_to_bf16(float x);
/// Straight from f64, so that rounding happens once.
std::uint16_t f64_to_f16(double x);
std::uint16_t f64_to_bf16(double x);

inline float as_f16(std::uint64_t word) { return f16_to_f32(static_cast<std::uint16_t>(word)); }
inline float as_bf16(std::uint64_t word) { return bf16_to_f32(static_cast<std::uint16_t>(word)); }

}  // namespace noodle::value
