#include "runtime/tensor/complex_math.h"

#include "runtime/value/complex_functions.h"

namespace noodle::tensor {

namespace {

using value::Complex;

template <typename T>
using PairOf = std::complex<T>;

template <typename T>
Complex wide(PairOf<T> z) {
  return {z.real(), z.imag()};
}
template <typename T>
PairOf<T> narrow(Complex z) {
  return {static_cast<T>(z.real()), static_cast<T>(z.imag())};
}

// Computed in doubles and rounded once.
template <typename T, Complex (*f)(Complex)>
void loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  const auto* x = static_cast<const PairOf<T>*>(a);
  auto* r = static_cast<PairOf<T>*>(out);
  for (std::int64_t i = 0; i < count; ++i) r[i] = narrow<T>(f(wide(x[i * step])));
}

template <typename T, double (*f)(Complex)>
void part_loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  const auto* x = static_cast<const PairOf<T>*>(a);
  auto* r = static_cast<T*>(out);
  for (std::int64_t i = 0; i < count; ++i) r[i] = static_cast<T>(f(wide(x[i * step])));
}

template <typename T>
bool power_loop(const void* a, const void* b, void* out, std::int64_t count, std::int64_t step_a, std::int64_t step_b) {
  const auto *x = static_cast<const PairOf<T>*>(a), *y = static_cast<const PairOf<T>*>(b);
  auto* r = static_cast<PairOf<T>*>(out);
  for (std::int64_t i = 0; i < count; ++i) {
    r[i] = narrow<T>(value::complex_power(wide(x[i * step_a]), wide(y[i * step_b])));
  }
  return true;
}

template <UnaryOp op, Complex (*f)(Complex)>
void set(Kernels& all) {
  UnaryLoop* loops = all.unary[static_cast<std::size_t>(op)];
  loops[column(Kind::Complex64)] = loop<float, f>;
  loops[column(Kind::Complex128)] = loop<double, f>;
}

template <PartOp op, double (*f)(Complex)>
void set_part(Kernels& all) {
  UnaryLoop* loops = all.part[static_cast<std::size_t>(op)];
  loops[column(Kind::Complex64)] = part_loop<float, f>;
  loops[column(Kind::Complex128)] = part_loop<double, f>;
}

// A function of the library, which has several of its name.
#define CALL(name) [](Complex z) { return std::name(z); }

}  // namespace

void add_complex_math(Kernels& all) {
  set<UnaryOp::Sign, value::complex_sign>(all);
  set<UnaryOp::Sqrt, CALL(sqrt)>(all);
  set<UnaryOp::Exp, CALL(exp)>(all);
  set<UnaryOp::Expm1, value::complex_expm1>(all);
  set<UnaryOp::Log, CALL(log)>(all);
  set<UnaryOp::Log1p, value::complex_log1p>(all);
  set<UnaryOp::Log2, value::complex_log2>(all);
  set<UnaryOp::Log10, value::complex_log10>(all);
  set<UnaryOp::Sin, CALL(sin)>(all);
  set<UnaryOp::Cos, CALL(cos)>(all);
  set<UnaryOp::Tan, CALL(tan)>(all);
  set<UnaryOp::Asin, CALL(asin)>(all);
  set<UnaryOp::Acos, CALL(acos)>(all);
  set<UnaryOp::Atan, CALL(atan)>(all);
  set<UnaryOp::Sinh, CALL(sinh)>(all);
  set<UnaryOp::Cosh, CALL(cosh)>(all);
  set<UnaryOp::Tanh, CALL(tanh)>(all);
  set<UnaryOp::Asinh, CALL(asinh)>(all);
  set<UnaryOp::Acosh, CALL(acosh)>(all);
  set<UnaryOp::Atanh, CALL(atanh)>(all);
  set_part<PartOp::Magnitude, CALL(abs)>(all);
  set_part<PartOp::Angle, CALL(arg)>(all);
  BinaryLoop* powers = all.binary[static_cast<std::size_t>(BinaryOp::Power)];
  powers[column(Kind::Complex64)] = power_loop<float>;
  powers[column(Kind::Complex128)] = power_loop<double>;
}

}  // namespace noodle::tensor
