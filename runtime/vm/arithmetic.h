#pragma once

// Checked arithmetic as the instructions define it: true means that the result does not exist.

#include <cstdint>
#include <limits>
#include <type_traits>

#include "nbc/types.h"

namespace noodle::vm {

/// An integer as a register holds it: extended by its own sign or by zeros.
template <typename T>
constexpr std::uint64_t extend(T value) {
  if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  } else {
    return value;
  }
}

/// A float as a register holds it, rounded once.
std::uint64_t float_bits(nbc::Kind to, double x);

template <typename T>
constexpr bool divide(T a, T b, T* result) {
  if (b == 0) return true;
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return __builtin_sub_overflow(T{0}, a, result);
  }
  *result = static_cast<T>(a / b);
  return false;
}

template <typename T>
constexpr bool remainder(T a, T b, T* result) {
  if (b == 0) return true;
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) {
      *result = 0;  // also of the smallest number, where the machine's instruction traps
      return false;
    }
  }
  *result = static_cast<T>(a % b);
  return false;
}

template <typename T>
constexpr bool power(T base, T exponent, T* result) {
  if constexpr (std::is_signed_v<T>) {
    if (exponent < 0) return true;
  }
  T value = 1;
  for (;;) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(value, base, &value)) return true;
    exponent = static_cast<T>(exponent >> 1);
    if (exponent == 0) break;
    // A square beyond the range matters: some bit above is set, so it would be multiplied in.
    if (__builtin_mul_overflow(base, base, &base)) return true;
  }
  *result = value;
  return false;
}

template <typename T>
constexpr bool shift_left(T a, T count, T* result) {
  if (static_cast<std::make_unsigned_t<T>>(count) >= sizeof(T) * 8) return true;
  *result = static_cast<T>(static_cast<std::uint64_t>(a) << count);
  return false;
}

template <typename T>
constexpr bool shift_right(T a, T count, T* result) {
  if (static_cast<std::make_unsigned_t<T>>(count) >= sizeof(T) * 8) return true;
  *result = static_cast<T>(a >> count);
  return false;
}

/// The low bits of a word as a register of this integer kind holds them.
std::uint64_t canonical(nbc::Kind kind, std::uint64_t word);
/// Converts between kinds of number; false when the value does not fit.
bool convert(nbc::Kind from, nbc::Kind to, std::uint64_t word, std::uint64_t* result);

}  // namespace noodle::vm
