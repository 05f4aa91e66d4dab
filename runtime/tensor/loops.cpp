// Compiled once for each generation of processors, as NOODLE_LOOPS. Nothing here may be a function that another file
// defines as well: the linker would take one of them for all.

#include <cmath>
#include <limits>
#include <type_traits>

#include "runtime/tensor/arithmetic.h"
#include "runtime/tensor/runs.h"

namespace noodle::tensor {

namespace {

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

struct TwoWords {
  std::uint64_t words[2];
};

template <typename From, typename To>
void cast_loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  walk_one<From, To>(a, out, count, step, [](From x) { return converted<To>(x); });
}

// ---- the tables -------------------------------------------------------------------------------------

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
void NOODLE_COMPLEX(Kernels& all);
Kernels NOODLE_LOOPS();
Kernels NOODLE_LOOPS() {
  Kernels all{};
  each<kKinds>([&]<std::size_t kind> { fill<Kind(kind)>(all); });
  all.choose[0] = choose_loop<std::uint8_t>;
  all.choose[1] = choose_loop<std::uint16_t>;
  all.choose[2] = choose_loop<std::uint32_t>;
  all.choose[3] = choose_loop<std::uint64_t>;
  all.choose[4] = choose_loop<TwoWords>;
  NOODLE_MATH(all);
  NOODLE_COMPLEX(all);
  return all;
}

}  // namespace noodle::tensor
