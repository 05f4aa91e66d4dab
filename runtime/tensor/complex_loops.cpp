// Loops over complex elements, compiled once for each generation of processors as NOODLE_COMPLEX. Nothing here may be a
// function that another file defines as well: the linker would take one of them for all.

#include "runtime/tensor/arithmetic.h"
#include "runtime/value/complex.h"

namespace noodle::tensor {

namespace {

using value::Pair;

template <typename T>
inline Pair<T> plus(Pair<T> x, Pair<T> y) {
  return {x.re + y.re, x.im + y.im};
}

// By the name that runs.h calls.
template <ReduceOp op, typename T>
inline Pair<T> joined(Pair<T> x, Pair<T> y) {
  return op == ReduceOp::Sum ? plus(x, y) : value::product(x, y);
}

}  // namespace

}  // namespace noodle::tensor

#include "runtime/tensor/runs.h"

namespace noodle::tensor {

namespace {

// A product or quotient by the textbook is what vectors are made of; a part of them with what that makes NaN is
// computed again. They are kept aside meanwhile, since they may belong in the place of what they are made of.
template <typename T, auto plain, auto mended>
bool careful_loop(const void* a, const void* b, void* out, std::int64_t count, std::int64_t step_a,
                  std::int64_t step_b) {
  constexpr std::int64_t kPart = 256;
  const auto *x = static_cast<const Pair<T>*>(a), *y = static_cast<const Pair<T>*>(b);
  Pair<T> made[kPart];
  for (std::int64_t begin = 0; begin < count; begin += kPart) {
    const std::int64_t some = std::min(kPart, count - begin);
    const Pair<T>*p = x + begin * step_a, *q = y + begin * step_b;
    walk<Pair<T>, Pair<T>>(p, q, made, some, step_a, step_b, plain);
    bool has_nan = false;
    for (std::int64_t i = 0; i < some; ++i) has_nan |= value::is_nan(made[i]);
    for (std::int64_t i = 0; has_nan && i < some; ++i) {
      if (value::is_nan(made[i])) made[i] = mended(p[i * step_a], q[i * step_b]);
    }
    std::memcpy(static_cast<Pair<T>*>(out) + begin, made, static_cast<std::size_t>(some) * sizeof *made);
  }
  return true;
}

template <typename T, auto f>
bool loop_of_two(const void* a, const void* b, void* out, std::int64_t count, std::int64_t step_a,
                 std::int64_t step_b) {
  walk<Pair<T>, decltype(f(Pair<T>{}, Pair<T>{}))>(a, b, out, count, step_a, step_b, f);
  return true;
}

template <typename A, auto f>
void loop_of_one(const void* a, void* out, std::int64_t count, std::int64_t step) {
  walk_one<A, decltype(f(A{}))>(a, out, count, step, f);
}

template <typename T>
void fill(Kernels& all, Kind kind) {
  using P = Pair<T>;
  const std::size_t k = column(kind);
  const auto binary = [&](BinaryOp op) -> BinaryLoop& { return all.binary[static_cast<std::size_t>(op)][k]; };
  const auto unary = [&](UnaryOp op) -> UnaryLoop& { return all.unary[static_cast<std::size_t>(op)][k]; };
  const auto test = [&](TestOp op) -> UnaryLoop& { return all.test[static_cast<std::size_t>(op)][k]; };
  binary(BinaryOp::Add) = loop_of_two<T, plus<T>>;
  binary(BinaryOp::Subtract) = loop_of_two<T, [](P x, P y) { return P{x.re - y.re, x.im - y.im}; }>;
  binary(BinaryOp::Multiply) = careful_loop<T, value::textbook_product<T>, value::mended_product<T>>;
  constexpr P (*quotient)(P, P) = value::textbook_quotient;
  binary(BinaryOp::Divide) = careful_loop<T, quotient, value::mended_quotient<T>>;
  all.compare[static_cast<std::size_t>(CompareOp::Equal)][k] =
      loop_of_two<T, [](P x, P y) { return Truth{x.re == y.re && x.im == y.im}; }>;
  all.compare[static_cast<std::size_t>(CompareOp::NotEqual)][k] =
      loop_of_two<T, [](P x, P y) { return Truth{x.re != y.re || x.im != y.im}; }>;
  unary(UnaryOp::Negative) = loop_of_one<P, [](P z) { return P{-z.re, -z.im}; }>;
  unary(UnaryOp::Conj) = loop_of_one<P, [](P z) { return P{z.re, -z.im}; }>;
  unary(UnaryOp::Square) = loop_of_one<P, [](P z) { return value::product(z, z); }>;
  unary(UnaryOp::Reciprocal) = loop_of_one<P, [](P z) { return value::quotient(P{1, 0}, z); }>;
  test(TestOp::IsFinite) = loop_of_one<P, [](P z) { return Truth{value::is_finite(z)}; }>;
  test(TestOp::IsInf) = loop_of_one<P, [](P z) { return Truth{value::is_infinite(z)}; }>;
  test(TestOp::IsNan) = loop_of_one<P, [](P z) { return Truth{z.re != z.re || z.im != z.im}; }>;
  all.reduce[static_cast<std::size_t>(ReduceOp::Sum)][k] = reduce_loop<ReduceOp::Sum, P>;
  all.reduce[static_cast<std::size_t>(ReduceOp::Product)][k] = reduce_loop<ReduceOp::Product, P>;
  all.join[static_cast<std::size_t>(ReduceOp::Sum)][k] = join_loop<ReduceOp::Sum, P>;
  all.join[static_cast<std::size_t>(ReduceOp::Product)][k] = join_loop<ReduceOp::Product, P>;
  all.scan[0][k] = scan_loop<ReduceOp::Sum, P>;
  all.scan[1][k] = scan_loop<ReduceOp::Product, P>;
  each<kKinds>([&]<std::size_t from> {
    using Real = ElementOf<Kind(from)>;
    all.cast[from][k] = loop_of_one<Real, [](Real x) { return P{converted<T>(x), 0}; }>;
  });
  all.cast[k][static_cast<std::size_t>(Kind::Bool)] = loop_of_one<P, [](P z) { return Truth{z.re != 0 || z.im != 0}; }>;
  all.cast[k][column(Kind::Complex64)] =
      loop_of_one<P, [](P z) { return Pair<float>{static_cast<float>(z.re), static_cast<float>(z.im)}; }>;
  all.cast[k][column(Kind::Complex128)] = loop_of_one<P, [](P z) { return Pair<double>{z.re, z.im}; }>;
}

}  // namespace

void NOODLE_COMPLEX(Kernels& all);
void NOODLE_COMPLEX(Kernels& all) {
  fill<float>(all, Kind::Complex64);
  fill<double>(all, Kind::Complex128);
}

}  // namespace noodle::tensor
