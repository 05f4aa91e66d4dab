#pragma once

// What is computed with one or two elements, for the loops of each generation of processors (loops.cpp). All of it is
// the including file's own.

#include <cmath>

#include "runtime/tensor/elements.h"

namespace noodle::tensor {

namespace {

// Integers wrap.
template <typename T>
T wrapped(auto operation, T a, T b) {
  if constexpr (is_floating<T>) {
    return operation(a, b);
  } else {
    using U = std::make_unsigned_t<T>;
    // A product of two narrow ones is computed as int, and may overflow there.
    using Bits = std::conditional_t<sizeof(U) < 4, unsigned, U>;
    return static_cast<T>(
        static_cast<U>(operation(static_cast<Bits>(static_cast<U>(a)), static_cast<Bits>(static_cast<U>(b)))));
  }
}

template <typename T>
T whole_power(T base, T exponent) {
  using U = std::make_unsigned_t<T>;
  if constexpr (std::is_signed_v<T>) {
    // The whole part of what is a fraction.
    if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
  }
  std::uint64_t result = 1, square = static_cast<std::uint64_t>(base);
  for (auto left = static_cast<U>(exponent); left != 0; left = static_cast<U>(left >> 1), square *= square) {
    if ((left & 1) != 0) result *= square;
  }
  return static_cast<T>(result);
}

template <typename T>
T least(T a, T b) {
  if constexpr (is_floating<T>)
    return a != a ? a : b != b ? b : a < b || (a == b && std::signbit(a)) ? a : b;
  else
    return a < b ? a : b;
}
template <typename T>
T greatest(T a, T b) {
  if constexpr (is_floating<T>)
    return a != a ? a : b != b ? b : a > b || (a == b && std::signbit(b)) ? a : b;
  else
    return a > b ? a : b;
}

// The sign of the divisor, as Python has it.
template <typename T>
T remainder(T a, T b) {
  if constexpr (is_floating<T>) {
    const T rest = std::fmod(a, b);
    if (rest == 0) return std::copysign(T{0}, b);
    return (rest < 0) != (b < 0) ? rest + b : rest;
  } else {
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return 0;  // MIN / -1 traps
    }
    const T rest = static_cast<T>(a % b);
    return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
  }
}

template <typename T>
T quotient(T a, T b) {
  if constexpr (is_floating<T>)
    return a / b;
  else if constexpr (std::is_signed_v<T>)
    return b == -1 ? wrapped<T>([](auto x, auto y) { return y - x; }, a, T{0}) : static_cast<T>(a / b);
  else
    return static_cast<T>(a / b);
}

// Downwards. The quotient of floats is the one that belongs to `remainder`, as NumPy has it.
template <typename T>
T floor_quotient(T a, T b) {
  if constexpr (is_floating<T>) {
    if (b == 0) return a / b;
    const T rest = std::fmod(a, b);
    const T whole = (a - rest) / b - (rest != 0 && (rest < 0) != (b < 0) ? 1 : 0);
    if (whole == 0) return std::copysign(T{0}, a / b);
    const T below = std::floor(whole);
    return whole - below > T{0.5} ? below + 1 : below;
  } else {
    const T whole = quotient(a, b);
    if constexpr (std::is_signed_v<T>) {
      if (b != -1 && a % b != 0 && (a < 0) != (b < 0)) return static_cast<T>(whole - 1);
    }
    return whole;
  }
}

// Bits that leave are lost, also when all do; what stands outside the width moves all of them out.
template <typename T>
T shifted(T a, T by, bool is_left) {
  using U = std::make_unsigned_t<T>;
  constexpr U kWidth = sizeof(T) * 8;
  const bool is_outside = static_cast<U>(by) >= kWidth;
  const auto bits = static_cast<unsigned>(is_outside ? U{0} : static_cast<U>(by));
  if (is_left) return is_outside ? T{0} : static_cast<T>(static_cast<std::uint64_t>(a) << bits);
  return is_outside ? (a < 0 ? static_cast<T>(-1) : T{0}) : static_cast<T>(a >> bits);
}

// The neighbour of a towards b.
template <typename T>
T neighbour(T a, T b) {
  using W = wide<T>;
  using U = std::conditional_t<sizeof(T) == 2, std::uint16_t,
                               std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;
  const auto from = static_cast<W>(a), to = static_cast<W>(b);
  if (from != from) return a;
  if (to != to || from == to) return b;
  const auto bits = __builtin_bit_cast(U, a);
  constexpr U kSign = U{1} << (sizeof(T) * 8 - 1);
  if (from == 0) return __builtin_bit_cast(T, static_cast<U>(to < 0 ? kSign | 1 : 1));
  return __builtin_bit_cast(T, static_cast<U>((from < to) == (from > 0) ? bits + 1 : bits - 1));
}

template <BinaryOp op, typename T>
constexpr bool has_binary() {
  switch (op) {
    case BinaryOp::BitAnd:
    case BinaryOp::BitOr:
    case BinaryOp::BitXor: return !is_floating<T>;
    case BinaryOp::ShiftLeft:
    case BinaryOp::ShiftRight:
    case BinaryOp::Power: return is_whole<T>;  // of floats: math.cpp
    case BinaryOp::Copysign:
    case BinaryOp::NextAfter: return is_floating<T>;
    case BinaryOp::Atan2:
    case BinaryOp::Hypot:
    case BinaryOp::LogAddExp: return false;
    case BinaryOp::Minimum:
    case BinaryOp::Maximum: return true;
    default: return !is_truth<T>;
  }
}

template <BinaryOp op, typename T>
inline T binary(T a, T b) {
  if constexpr (is_truth<T>) {
    if constexpr (op == BinaryOp::BitXor) return {static_cast<std::uint8_t>(a.value ^ b.value)};
    constexpr bool kIsAnd = op == BinaryOp::Minimum || op == BinaryOp::BitAnd;
    return {static_cast<std::uint8_t>(kIsAnd ? a.value & b.value : a.value | b.value)};
  } else if constexpr (op == BinaryOp::NextAfter) {
    return neighbour(a, b);
  } else {
    using W = wide<T>;
    const auto x = static_cast<W>(a), y = static_cast<W>(b);
    W result;
    if constexpr (op == BinaryOp::Add) {
      result = wrapped<W>([](auto p, auto q) { return p + q; }, x, y);
    } else if constexpr (op == BinaryOp::Subtract) {
      result = wrapped<W>([](auto p, auto q) { return p - q; }, x, y);
    } else if constexpr (op == BinaryOp::Multiply) {
      result = wrapped<W>([](auto p, auto q) { return p * q; }, x, y);
    } else if constexpr (op == BinaryOp::Divide) {
      result = quotient(x, y);
    } else if constexpr (op == BinaryOp::Minimum) {
      result = least(x, y);
    } else if constexpr (op == BinaryOp::Maximum) {
      result = greatest(x, y);
    } else if constexpr (op == BinaryOp::Power) {
      result = whole_power(x, y);
    } else if constexpr (op == BinaryOp::Remainder) {
      result = remainder(x, y);
    } else if constexpr (op == BinaryOp::FloorDivide) {
      result = floor_quotient(x, y);
    } else if constexpr (op == BinaryOp::BitAnd) {
      result = static_cast<W>(x & y);
    } else if constexpr (op == BinaryOp::BitOr) {
      result = static_cast<W>(x | y);
    } else if constexpr (op == BinaryOp::BitXor) {
      result = static_cast<W>(x ^ y);
    } else if constexpr (op == BinaryOp::ShiftLeft || op == BinaryOp::ShiftRight) {
      result = shifted(x, y, op == BinaryOp::ShiftLeft);
    } else {
      result = std::copysign(x, y);
    }
    return static_cast<T>(result);
  }
}

template <UnaryOp op, typename T>
constexpr bool has_unary() {
  if (is_truth<T>) return op == UnaryOp::Not;
  switch (op) {
    case UnaryOp::Negative:
    case UnaryOp::Abs:
    case UnaryOp::Sign:
    case UnaryOp::Square: return true;
    case UnaryOp::Not: return is_whole<T>;
    case UnaryOp::Floor:
    case UnaryOp::Ceil:
    case UnaryOp::Round:
    case UnaryOp::Trunc: return true;
    case UnaryOp::Sqrt:
    case UnaryOp::Reciprocal: return is_floating<T>;
    default: return false;  // math.cpp
  }
}

template <UnaryOp op, typename T>
inline T unary(T a) {
  if constexpr (is_truth<T>) {
    return {static_cast<std::uint8_t>(a.value ^ 1)};
  } else if constexpr (is_whole<T>) {
    constexpr auto difference = [](auto p, auto q) { return p - q; };
    if constexpr (op == UnaryOp::Negative)
      return wrapped<T>(difference, T{0}, a);
    else if constexpr (op == UnaryOp::Abs)
      return a < 0 ? wrapped<T>(difference, T{0}, a) : a;
    else if constexpr (op == UnaryOp::Sign)
      return static_cast<T>((a > 0) - (a < 0));
    else if constexpr (op == UnaryOp::Square)
      return wrapped<T>([](auto p, auto q) { return p * q; }, a, a);
    else if constexpr (op == UnaryOp::Not)
      return static_cast<T>(~a);
    else
      return a;  // it is round already
  } else {
    const auto x = static_cast<wide<T>>(a);
    using W = wide<T>;
    W r;
    if constexpr (op == UnaryOp::Negative)
      r = -x;
    else if constexpr (op == UnaryOp::Abs)
      r = std::fabs(x);
    else if constexpr (op == UnaryOp::Sign)
      r = x > 0 ? W{1} : x < 0 ? W{-1} : x == 0 ? W{0} : x;  // NaN stays
    else if constexpr (op == UnaryOp::Square)
      r = x * x;
    else if constexpr (op == UnaryOp::Sqrt)
      r = std::sqrt(x);
    else if constexpr (op == UnaryOp::Floor)
      r = std::floor(x);
    else if constexpr (op == UnaryOp::Ceil)
      r = std::ceil(x);
    else if constexpr (op == UnaryOp::Round)
      r = std::nearbyint(x);
    else if constexpr (op == UnaryOp::Trunc)
      r = std::trunc(x);
    else
      r = W{1} / x;
    return static_cast<T>(r);
  }
}

// A float that rounds as the double does: what doesn't fit leaves the last bit set.
inline float to_odd(double x) {
  const auto nearest = static_cast<float>(x);
  if (static_cast<double>(nearest) == x || x != x) return nearest;
  auto word = __builtin_bit_cast(std::uint32_t, nearest);
  if (std::fabs(static_cast<double>(nearest)) > std::fabs(x)) --word;
  return __builtin_bit_cast(float, word | 1);
}

// The same of an integer, by way of a double that rounds as it does.
template <typename T>
  requires(is_whole<T>)
inline float to_odd(T x) {
  if constexpr (sizeof(T) == 8) {
    constexpr T kLast = 0x7FF;  // bits more than a double has
    const T high = x >> 53;
    if (high != 0 && high != static_cast<T>(-1)) x = ((x & kLast) != 0 ? x | (kLast + 1) : x) & ~kLast;
  }
  return to_odd(static_cast<double>(x));
}

// Floats become integers by cutting off, and wrap where they don't fit; what is no number becomes 0.
template <typename To, typename From>
inline To converted(From from) {
  if constexpr (std::is_same_v<From, To>) {
    return from;
  } else if constexpr (is_truth<From>) {
    return static_cast<To>(static_cast<wide<To>>(from.value));
  } else if constexpr (is_truth<To>) {
    return {static_cast<wide<From>>(from) != 0};
  } else if constexpr (is_floating<From> && is_whole<To>) {
    const auto x = static_cast<double>(static_cast<wide<From>>(from));
    if (x >= -9223372036854775808.0 && x < 9223372036854775808.0) return static_cast<To>(static_cast<std::int64_t>(x));
    if (x >= 0 && x < 18446744073709551616.0) return static_cast<To>(static_cast<std::uint64_t>(x));
    return 0;
  } else if constexpr (is_half<To> || is_half<From>) {
    // There is one rounding, not two; integers that f16 can hold, f32 can as well.
    if constexpr (std::is_same_v<To, _Float16> && std::is_same_v<From, double>)
      return static_cast<To>(from);
    else if constexpr (std::is_same_v<To, Brain> &&
                       (std::is_same_v<From, double> || (is_whole<From> && sizeof(From) > 2)))
      return static_cast<To>(to_odd(from));
    else
      return static_cast<To>(static_cast<float>(from));
  } else {
    return static_cast<To>(from);
  }
}

template <ReduceOp op, typename T>
constexpr bool has_reduce() {
  if (op == ReduceOp::Any || op == ReduceOp::All) return is_truth<T>;
  return !is_truth<T>;
}

template <ReduceOp op, typename W>
inline W joined(W a, W b) {
  if constexpr (is_truth<W>)
    return {static_cast<std::uint8_t>(op == ReduceOp::Any ? a.value | b.value : a.value & b.value)};
  else if constexpr (op == ReduceOp::Sum)
    return binary<BinaryOp::Add>(a, b);
  else if constexpr (op == ReduceOp::Product)
    return binary<BinaryOp::Multiply>(a, b);
  else if constexpr (op == ReduceOp::Minimum)
    return least(a, b);
  else
    return greatest(a, b);
}

}  // namespace

}  // namespace noodle::tensor
