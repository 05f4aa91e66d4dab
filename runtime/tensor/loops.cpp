// Compiled once for each generation of processors, as NOODLE_LOOPS. Nothing here may be a function that another file
// defines as well: the linker would take one of them for all.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "runtime/tensor/elements.h"

namespace noodle::tensor {

namespace {

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
  if constexpr (divides(op) && is_whole<T>) {
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

template <TestOp op, typename T>
constexpr bool has_test() {
  return is_floating<T> || (is_whole<T> && op != TestOp::SignBit);
}

template <TestOp op, typename T>
void test_loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  walk_one<T, Truth>(a, out, count, step, [](T element) -> Truth {
    if constexpr (is_whole<T>) {
      return {op == TestOp::IsFinite};
    } else {
      using W = wide<T>;
      const auto x = static_cast<W>(element);
      constexpr W kInfinity = std::numeric_limits<W>::infinity();
      if constexpr (op == TestOp::IsFinite)
        return {std::fabs(x) < kInfinity};
      else if constexpr (op == TestOp::IsInf)
        return {std::fabs(x) == kInfinity};
      else if constexpr (op == TestOp::IsNan)
        return {x != x};
      else
        return {std::signbit(x)};
    }
  });
}

template <typename T>
void choose_loop(const void* choice, const void* a, const void* b, void* out, std::int64_t count,
                 const std::int64_t (&steps)[3]) {
  const auto* c = static_cast<const std::uint8_t*>(choice);
  const auto *x = static_cast<const T*>(a), *y = static_cast<const T*>(b);
  auto* r = static_cast<T*>(out);
  if (steps[0] == 1 && steps[1] == 1 && steps[2] == 1) {
    for (std::int64_t i = 0; i < count; ++i) r[i] = c[i] != 0 ? x[i] : y[i];
  } else {
    for (std::int64_t i = 0; i < count; ++i) r[i] = c[i * steps[0]] != 0 ? x[i * steps[1]] : y[i * steps[2]];
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

// Rounded at each step, so that a column comes to the same as rows that are added up.
template <ReduceOp op, typename T>
void scan_loop(const void* a, void* out, std::int64_t count, std::int64_t step, std::int64_t out_step, bool goes_on) {
  using W = wide<T>;
  const auto* x = static_cast<const T*>(a);
  auto* r = static_cast<T*>(out);
  if (count == 0) return;
  T all = goes_on ? static_cast<T>(joined<op>(static_cast<W>(r[-out_step]), static_cast<W>(x[0]))) : x[0];
  r[0] = all;
  for (std::int64_t i = 1; i < count; ++i) {
    all = static_cast<T>(joined<op>(static_cast<W>(all), static_cast<W>(x[i * step])));
    r[i * out_step] = all;
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
  [&]<std::size_t... op>(std::index_sequence<op...>) {
    ((all.test[op][k] = [] -> UnaryLoop {
       if constexpr (has_test<TestOp(op), T>())
         return test_loop<TestOp(op), T>;
       else
         return nullptr;
     }()),
     ...);
  }(std::make_index_sequence<kTestOps>());
  if constexpr (!is_truth<T>) {
    all.scan[0][k] = scan_loop<ReduceOp::Sum, T>;
    all.scan[1][k] = scan_loop<ReduceOp::Product, T>;
  }
  [&]<std::size_t... to>(std::index_sequence<to...>) {
    ((all.cast[k][to] = cast_loop<T, typename ElementOf<Kind(to)>::type>), ...);
  }(std::make_index_sequence<kKinds>());
}

}  // namespace

void NOODLE_MATH(Kernels& all);
Kernels NOODLE_LOOPS();
Kernels NOODLE_LOOPS() {
  Kernels all{};
  [&]<std::size_t... kind>(std::index_sequence<kind...>) {
    (fill<Kind(kind)>(all), ...);
  }(std::make_index_sequence<kKinds>());
  all.choose[0] = choose_loop<std::uint8_t>;
  all.choose[1] = choose_loop<std::uint16_t>;
  all.choose[2] = choose_loop<std::uint32_t>;
  all.choose[3] = choose_loop<std::uint64_t>;
  NOODLE_MATH(all);
  return all;
}

}  // namespace noodle::tensor
