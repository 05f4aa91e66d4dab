// Compiled once for each generation of processors, as NOODLE_LOOPS. Nothing here may be a function that another file
// defines as well: the linker would take one of them for all.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "runtime/tensor/arithmetic.h"

namespace noodle::tensor {

namespace {

// A result is written over one of what it is made of, or lies elsewhere: each element is read before it is written,
// which compilers can't know.
#define NOODLE_VECTORS _Pragma("clang loop vectorize(assume_safety)")

// Strides of 1 and 0 are what compilers make vectors of.
template <typename A, typename R, typename F>
inline void walk(const void* a, const void* b, void* out, std::int64_t count, std::int64_t step_a, std::int64_t step_b,
                 F f) {
  const auto* x = static_cast<const A*>(a);
  const auto* y = static_cast<const A*>(b);
  auto* r = static_cast<R*>(out);
  if (step_a == 1 && step_b == 1) {
    NOODLE_VECTORS for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i], y[i]);
  } else if (step_a == 1 && step_b == 0) {
    const A right = *y;
    NOODLE_VECTORS for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i], right);
  } else if (step_a == 0 && step_b == 1) {
    const A left = *x;
    NOODLE_VECTORS for (std::int64_t i = 0; i < count; ++i) r[i] = f(left, y[i]);
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

template <typename A, typename R, typename F>
inline void walk_one(const void* a, void* out, std::int64_t count, std::int64_t step, F f) {
  const auto* x = static_cast<const A*>(a);
  auto* r = static_cast<R*>(out);
  if (step == 1) {
    NOODLE_VECTORS for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i]);
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

// The lanes as one value, which stays in registers; an array of them would be written and read again for each step.
template <typename T>
using Lanes __attribute__((vector_size(kLanes * sizeof(T)))) = T;

// By reference: how vectors are passed depends on the processor.
template <ReduceOp op, typename T>
inline void join(Lanes<T>& all, const Lanes<T>& next) {
  if constexpr (op == ReduceOp::Minimum) {
    all = all < next ? all : next;
  } else if constexpr (op == ReduceOp::Maximum) {
    all = all > next ? all : next;
  } else if constexpr (is_whole<T>) {
    using Wrapping = Lanes<std::make_unsigned_t<T>>;
    const auto x = (Wrapping)all, y = (Wrapping)next;
    all = (Lanes<T>)(op == ReduceOp::Sum ? x + y : x * y);
  } else {
    all = op == ReduceOp::Sum ? all + next : all * next;
  }
}

template <ReduceOp op, typename T>
constexpr bool has_lanes = (std::is_arithmetic_v<T> && op != ReduceOp::Any && op != ReduceOp::All);

// What is between the first lanes and the rest that fills no lanes any more, joined into the first. False, and nothing
// done, for the least and greatest of floats when NaN or zeros of both signs may be among them.
template <ReduceOp op, typename T>
inline bool join_lanes(const T* a, std::int64_t count, T (&lanes)[kLanes]) {
  Lanes<T> all, next;
  __builtin_memcpy(&all, a, sizeof all);
  auto is_nan = all != all;
  for (std::int64_t i = kLanes; i + kLanes <= count; i += kLanes) {
    __builtin_memcpy(&next, a + i, sizeof next);
    if constexpr (is_floating<T> && op != ReduceOp::Sum && op != ReduceOp::Product) is_nan |= next != next;
    join<op, T>(all, next);
  }
  if constexpr (is_floating<T> && op != ReduceOp::Sum && op != ReduceOp::Product) {
    is_nan |= all == 0;
    bool needs_care = false;
    for (std::int64_t lane = 0; lane < kLanes; ++lane) needs_care |= is_nan[lane] != 0;
    if (needs_care) return false;
  }
  __builtin_memcpy(lanes, &all, sizeof all);
  return true;
}

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
  bool is_joined = false;
  if constexpr (has_lanes<op, T>) is_joined = step == 1 && join_lanes<op>(a, count, lanes);
  if (is_joined) {
    i = count / kLanes * kLanes;
  } else if (step == 1) {
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

// Calls f<0>(), f<1>() and so on.
template <std::size_t count>
void each(auto f) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (f.template operator()<i>(), ...);
  }(std::make_index_sequence<count>());
}

template <Kind kind>
void fill(Kernels& all) {
  using T = ElementOf<kind>;
  constexpr auto k = static_cast<std::size_t>(kind);
  each<kBinaryOps>([&]<std::size_t op> {
    if constexpr (has_binary<BinaryOp(op), T>()) all.binary[op][k] = binary_loop<BinaryOp(op), T>;
  });
  each<kCompareOps>([&]<std::size_t op> { all.compare[op][k] = compare_loop<CompareOp(op), T>; });
  each<kUnaryOps>([&]<std::size_t op> {
    if constexpr (has_unary<UnaryOp(op), T>()) all.unary[op][k] = unary_loop<UnaryOp(op), T>;
  });
  each<kReduceOps>([&]<std::size_t op> {
    if constexpr (has_reduce<ReduceOp(op), T>()) {
      all.reduce[op][k] = reduce_loop<ReduceOp(op), T>;
      all.join[op][k] = join_loop<ReduceOp(op), T>;
    }
  });
  each<kTestOps>([&]<std::size_t op> {
    if constexpr (has_test<TestOp(op), T>()) all.test[op][k] = test_loop<TestOp(op), T>;
  });
  if constexpr (!is_truth<T>) {
    all.scan[0][k] = scan_loop<ReduceOp::Sum, T>;
    all.scan[1][k] = scan_loop<ReduceOp::Product, T>;
  }
  each<kKinds>([&]<std::size_t to> { all.cast[k][to] = cast_loop<T, ElementOf<Kind(to)>>; });
}

}  // namespace

void NOODLE_MATH(Kernels& all);
Kernels NOODLE_LOOPS();
Kernels NOODLE_LOOPS() {
  Kernels all{};
  each<kKinds>([&]<std::size_t kind> { fill<Kind(kind)>(all); });
  all.choose[0] = choose_loop<std::uint8_t>;
  all.choose[1] = choose_loop<std::uint16_t>;
  all.choose[2] = choose_loop<std::uint32_t>;
  all.choose[3] = choose_loop<std::uint64_t>;
  NOODLE_MATH(all);
  return all;
}

}  // namespace noodle::tensor
