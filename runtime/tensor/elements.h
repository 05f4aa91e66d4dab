#pragma once

// Elements as what is compiled for each generation of processors sees them (loops.cpp, math.cpp). All of it is the
// including file's own: the linker would take one generation's functions for all.

#include <cstdint>
#include <tuple>
#include <type_traits>

#include "runtime/tensor/kernels.h"

namespace noodle::tensor {

namespace {

// bool is a type of its own: C++'s has no vectors.
struct Truth {
  std::uint8_t value;
};

// Compilers' own needs a function that their libraries lack. Rounds to nearest even; NaN stays NaN.
struct Brain {
  std::uint16_t bits;

  Brain() = default;
  explicit Brain(float x) {
    const auto word = __builtin_bit_cast(std::uint32_t, x);
    const std::uint32_t rounded = (word + 0x7FFF + (word >> 16 & 1)) >> 16;
    bits = static_cast<std::uint16_t>(x != x ? word >> 16 | 0x40 : rounded);
  }
  explicit operator float() const { return __builtin_bit_cast(float, static_cast<std::uint32_t>(bits) << 16); }
};

// By the numbers of their kinds.
using Elements = std::tuple<Truth, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                            std::uint32_t, std::uint64_t, _Float16, Brain, float, double>;
static_assert(std::tuple_size_v<Elements> == kKinds);
template <Kind kind>
using ElementOf = std::tuple_element_t<static_cast<std::size_t>(kind), Elements>;

template <typename T>
constexpr bool is_truth = std::is_same_v<T, Truth>;
template <typename T>
constexpr bool is_half = std::is_same_v<T, _Float16> || std::is_same_v<T, Brain>;
template <typename T>
constexpr bool is_floating = std::is_floating_point_v<T> || is_half<T>;
template <typename T>
constexpr bool is_whole = std::is_integral_v<T>;
// What is computed with: narrow floats as f32, rounded once; integers wrap, so they are unsigned.
template <typename T, bool = is_half<T>>
struct Wide {
  using type = T;
};
template <typename T>
struct Wide<T, true> {
  using type = float;
};
template <typename T>
using wide = typename Wide<T>::type;

}  // namespace

}  // namespace noodle::tensor
