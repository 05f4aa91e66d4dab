// Compiled once for each generation of processors, as NOODLE_LOOPS. Nothing here may be a function that another file
// defines as well: the linker would take one of them for all.

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

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

template <Kind>
struct ElementOf;
template <>
struct ElementOf<Kind::Bool> {
  using type = Truth;
};
template <>
struct ElementOf<Kind::I8> {
  using type = std::int8_t;
};
template <>
struct ElementOf<Kind::I16> {
  using type = std::int16_t;
};
template <>
struct ElementOf<Kind::I32> {
  using type = std::int32_t;
};
template <>
struct ElementOf<Kind::I64> {
  using type = std::int64_t;
};
template <>
struct ElementOf<Kind::U8> {
  using type = std::uint8_t;
};
template <>
struct ElementOf<Kind::U16> {
  using type = std::uint16_t;
};
template <>
struct ElementOf<Kind::U32> {
  using type = std::uint32_t;
};
template <>
struct ElementOf<Kind::U64> {
  using type = std::uint64_t;
};
template <>
struct ElementOf<Kind::F16> {
  using type = _Float16;
};
template <>
struct ElementOf<Kind::BF16> {
  using type = Brain;
};
template <>
struct ElementOf<Kind::F32> {
  using type = float;
};
template <>
struct ElementOf<Kind::F64> {
  using type = double;
};

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

template <typename T>
T wrapped(auto operation, T a, T b) {
  using U = std::make_unsigned_t<T>;
  // A product of two narrow ones is computed as int, and may overflow there.
  using Bits = std::conditional_t<sizeof(U) < 4, unsigned, U>;
  return static_cast<T>(
      static_cast<U>(operation(static_cast<Bits>(static_cast<U>(a)), static_cast<Bits>(static_cast<U>(b)))));
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

template <BinaryOp op, typename T>
constexpr bool has_binary() {
  if (is_truth<T>) return op == BinaryOp::Minimum || op == BinaryOp::Maximum;  // and, or
  return op != BinaryOp::Atan2 || is_floating<T>;
}

template <BinaryOp op, typename T>
inline T binary(T a, T b) {
  if constexpr (is_truth<T>) {
    return {static_cast<std::uint8_t>(op == BinaryOp::Minimum ? a.value & b.value : a.value | b.value)};
  } else {
    using W = wide<T>;
    const auto x = static_cast<W>(a), y = static_cast<W>(b);
    W result;
    if constexpr (op == BinaryOp::Add) {
      if constexpr (is_floating<T>)
        result = x + y;
      else
        result = wrapped<T>([](auto p, auto q) { return p + q; }, x, y);
    } else if constexpr (op == BinaryOp::Subtract) {
      if constexpr (is_floating<T>)
        result = x - y;
      else
        result = wrapped<T>([](auto p, auto q) { return p - q; }, x, y);
    } else if constexpr (op == BinaryOp::Multiply) {
      if constexpr (is_floating<T>)
        result = x * y;
      else
        result = wrapped<T>([](auto p, auto q) { return p * q; }, x, y);
    } else if constexpr (op == BinaryOp::Divide) {
      result = quotient(x, y);
    } else if constexpr (op == BinaryOp::Minimum) {
      result = least(x, y);
    } else if constexpr (op == BinaryOp::Maximum) {
      result = greatest(x, y);
    } else if constexpr (op == BinaryOp::Power) {
      if constexpr (is_floating<T>)
        result = std::pow(x, y);
      else
        result = whole_power(x, y);
    } else if constexpr (op == BinaryOp::Remainder) {
      result = remainder(x, y);
    } else {
      result = std::atan2(x, y);
    }
    return static_cast<T>(result);
  }
}

// Strides of 1 and 0 are what compilers make vectors of.
template <typename A, typename R, typename F>
inline void walk(const void* a, const void* b, void* out, std::int64_t count, std::int64_t step_a, std::int64_t step_b,
                 F f) {
  const auto* x = static_cast<const A*>(a);
  const auto* y = static_cast<const A*>(b);
  auto* r = static_cast<R*>(out);
  if (step_a == 1 && step_b == 1) {
    for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i], y[i]);
  } else if (step_a == 1 && step_b == 0) {
    const A right = *y;
    for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i], right);
  } else if (step_a == 0 && step_b == 1) {
    const A left = *x;
    for (std::int64_t i = 0; i < count; ++i) r[i] = f(left, y[i]);
  } else {
    for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i * step_a], y[i * step_b]);
  }
}

template <BinaryOp op, typename T>
bool binary_loop(const void* a, const void* b, void* out, std::int64_t count, std::int64_t step_a,
                 std::int64_t step_b) {
  if constexpr ((op == BinaryOp::Divide || op == BinaryOp::Remainder) && is_whole<T>) {
    bool has_zero = false;
    for (std::int64_t i = 0; i < count; ++i) has_zero |= static_cast<const T*>(b)[i * step_b] == 0;
    if (has_zero) return false;
  }
  walk<T, T>(a, b, out, count, step_a, step_b, [](T x, T y) { return binary<op>(x, y); });
  return true;
}

template <CompareOp op, typename T>
bool compare_loop(const void* a, const void* b, void* out, std::int64_t count, std::int64_t step_a,
                  std::int64_t step_b) {
  walk<T, Truth>(a, b, out, count, step_a, step_b, [](T x, T y) -> Truth {
    const auto p = [&] {
      if constexpr (is_truth<T>)
        return x.value;
      else
        return static_cast<wide<T>>(x);
    }();
    const auto q = [&] {
      if constexpr (is_truth<T>)
        return y.value;
      else
        return static_cast<wide<T>>(y);
    }();
    if constexpr (op == CompareOp::Equal)
      return {p == q};
    else if constexpr (op == CompareOp::NotEqual)
      return {p != q};
    else if constexpr (op == CompareOp::Less)
      return {p < q};
    else
      return {p <= q};
  });
  return true;
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
    default: return is_floating<T>;
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
      r = x > 0 ? W{1} : x < 0 ? W{-1} : x;  // zeros and NaN stay
    else if constexpr (op == UnaryOp::Square)
      r = x * x;
    else if constexpr (op == UnaryOp::Sqrt)
      r = std::sqrt(x);
    else if constexpr (op == UnaryOp::Exp)
      r = std::exp(x);
    else if constexpr (op == UnaryOp::Log)
      r = std::log(x);
    else if constexpr (op == UnaryOp::Sin)
      r = std::sin(x);
    else if constexpr (op == UnaryOp::Cos)
      r = std::cos(x);
    else if constexpr (op == UnaryOp::Tan)
      r = std::tan(x);
    else if constexpr (op == UnaryOp::Tanh)
      r = std::tanh(x);
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

template <typename A, typename R, typename F>
inline void walk_one(const void* a, void* out, std::int64_t count, std::int64_t step, F f) {
  const auto* x = static_cast<const A*>(a);
  auto* r = static_cast<R*>(out);
  if (step == 1) {
    for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i]);
  } else {
    for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i * step]);
  }
}

template <UnaryOp op, typename T>
void unary_loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  walk_one<T, T>(a, out, count, step, [](T x) { return unary<op>(x); });
}

// A float that rounds as the double does: what doesn't fit leaves the last bit set.
inline float to_odd(double x) {
  const auto nearest = static_cast<float>(x);
  if (static_cast<double>(nearest) == x || x != x) return nearest;
  auto word = __builtin_bit_cast(std::uint32_t, nearest);
  if (std::fabs(static_cast<double>(nearest)) > std::fabs(x)) --word;
  return __builtin_bit_cast(float, word | 1);
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
    // From f64 there is one rounding, not two.
    if constexpr (std::is_same_v<To, _Float16> && std::is_same_v<From, double>)
      return static_cast<To>(from);
    else if constexpr (std::is_same_v<From, double>)
      return static_cast<To>(to_odd(from));
    else
      return static_cast<To>(static_cast<float>(from));
  } else {
    return static_cast<To>(from);
  }
}

template <typename From, typename To>
void cast_loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  walk_one<From, To>(a, out, count, step, [](From x) { return converted<To>(x); });
}

// ---- reductions -------------------------------------------------------------------------------------

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

// One tree whatever the vectors' width: 32 lanes in blocks of 4096 elements, joined in pairs, and blocks in pairs.
constexpr std::int64_t kLanes = 32;
constexpr std::int64_t kBlock = 4096;

template <ReduceOp op, typename T>
inline wide<T> block(const T* a, std::int64_t count, std::int64_t step) {
  using W = wide<T>;
  const auto at = [&](std::int64_t i) { return static_cast<W>(a[i * step]); };
  if (count < kLanes) {
    W all = at(0);
    for (std::int64_t i = 1; i < count; ++i) all = joined<op>(all, at(i));
    return all;
  }
  W lanes[kLanes];
  for (std::int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] = at(lane);
  std::int64_t i = kLanes;
  if (step == 1) {
    for (; i + kLanes <= count; i += kLanes) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] = joined<op>(lanes[lane], static_cast<W>(a[i + lane]));
    }
  } else {
    for (; i + kLanes <= count; i += kLanes) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] = joined<op>(lanes[lane], at(i + lane));
    }
  }
  for (std::int64_t lane = 0; i < count; ++i, ++lane) lanes[lane] = joined<op>(lanes[lane], at(i));
  for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::int64_t lane = 0; lane < width; ++lane) lanes[lane] = joined<op>(lanes[lane], lanes[lane + width]);
  }
  return lanes[0];
}

template <ReduceOp op, typename T>
void reduce_loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  using W = wide<T>;
  const auto* x = static_cast<const T*>(a);
  // A block stands at the level of how many pairs were joined to make it, as bits of a counter.
  W levels[64];
  std::uint64_t blocks = 0;
  for (std::int64_t i = 0; i < count; i += kBlock) {
    W sum = block<op>(x + i * step, std::min(kBlock, count - i), step);
    int level = 0;
    for (std::uint64_t carry = blocks; (carry & 1) != 0; carry >>= 1, ++level) sum = joined<op>(levels[level], sum);
    levels[level] = sum;
    ++blocks;
  }
  bool begun = false;
  W all{};
  for (int level = 0; level < 64; ++level) {
    if ((blocks >> level & 1) == 0) continue;
    all = begun ? joined<op>(levels[level], all) : levels[level];
    begun = true;
  }
  if constexpr (is_truth<T>)
    *static_cast<T*>(out) = all;
  else
    *static_cast<T*>(out) = static_cast<T>(all);
}

template <ReduceOp op, typename T>
void join_loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  const auto* x = static_cast<const T*>(a);
  auto* r = static_cast<T*>(out);
  using W = wide<T>;
  const auto one = [](T p, T q) {
    if constexpr (is_truth<T>)
      return joined<op>(p, q);
    else
      return static_cast<T>(joined<op>(static_cast<W>(p), static_cast<W>(q)));
  };
  if (step == 1) {
    for (std::int64_t i = 0; i < count; ++i) r[i] = one(r[i], x[i]);
  } else {
    for (std::int64_t i = 0; i < count; ++i) r[i] = one(r[i], x[i * step]);
  }
}

// ---- the tables -------------------------------------------------------------------------------------

template <Kind kind>
void fill(Kernels& all) {
  using T = typename ElementOf<kind>::type;
  constexpr auto k = static_cast<std::size_t>(kind);
  [&]<std::size_t... op>(std::index_sequence<op...>) {
    ((all.binary[op][k] = [] -> BinaryLoop {
       if constexpr (has_binary<BinaryOp(op), T>())
         return binary_loop<BinaryOp(op), T>;
       else
         return nullptr;
     }()),
     ...);
  }(std::make_index_sequence<kBinaryOps>());
  [&]<std::size_t... op>(std::index_sequence<op...>) {
    ((all.compare[op][k] = compare_loop<CompareOp(op), T>), ...);
  }(std::make_index_sequence<kCompareOps>());
  [&]<std::size_t... op>(std::index_sequence<op...>) {
    ((all.unary[op][k] = [] -> UnaryLoop {
       if constexpr (has_unary<UnaryOp(op), T>())
         return unary_loop<UnaryOp(op), T>;
       else
         return nullptr;
     }()),
     ...);
  }(std::make_index_sequence<kUnaryOps>());
  [&]<std::size_t... op>(std::index_sequence<op...>) {
    ((all.reduce[op][k] = [] -> ReduceLoop {
       if constexpr (has_reduce<ReduceOp(op), T>())
         return reduce_loop<ReduceOp(op), T>;
       else
         return nullptr;
     }()),
     ...);
    ((all.join[op][k] = [] -> JoinLoop {
       if constexpr (has_reduce<ReduceOp(op), T>())
         return join_loop<ReduceOp(op), T>;
       else
         return nullptr;
     }()),
     ...);
  }(std::make_index_sequence<kReduceOps>());
  [&]<std::size_t... to>(std::index_sequence<to...>) {
    ((all.cast[k][to] = cast_loop<T, typename ElementOf<Kind(to)>::type>), ...);
  }(std::make_index_sequence<kKinds>());
}

}  // namespace

Kernels NOODLE_LOOPS();
Kernels NOODLE_LOOPS() {
  Kernels all;
  [&]<std::size_t... kind>(std::index_sequence<kind...>) {
    (fill<Kind(kind)>(all), ...);
  }(std::make_index_sequence<kKinds>());
  return all;
}

}  // namespace noodle::tensor
