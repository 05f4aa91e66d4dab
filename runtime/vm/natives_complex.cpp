// Natives on complex numbers, whose parts are floats of any type: computed in f64, and rounded once.

#include "runtime/value/compare.h"
#include "runtime/value/complex_functions.h"
#include "runtime/vm/arithmetic.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

using value::Complex;

// A function of the library, which has several of its name.
#define CALL(name) [](Complex z) { return std::name(z); }

// By the numbers that std/complex.noodle has.
constexpr Complex (*kFunctions[])(Complex) = {
    [](Complex z) { return Complex(std::abs(z), std::arg(z)); },
    CALL(sqrt),
    CALL(exp),
    CALL(log),
    value::complex_log2,
    value::complex_log10,
    value::complex_expm1,
    value::complex_log1p,
    CALL(sin),
    CALL(cos),
    CALL(tan),
    CALL(asin),
    CALL(acos),
    CALL(atan),
    CALL(sinh),
    CALL(cosh),
    CALL(tanh),
    CALL(asinh),
    CALL(acosh),
    CALL(atanh),
};

Complex quotient(Complex x, Complex y) {
  const value::Pair<double> made = value::quotient<double>({x.real(), x.imag()}, {y.real(), y.imag()});
  return {made.re, made.im};
}
Complex mended_product(Complex x, Complex y) {
  const value::Pair<double> made = value::mended_product<double>({x.real(), x.imag()}, {y.real(), y.imag()});
  return {made.re, made.im};
}
constexpr Complex (*kCombinations[])(Complex, Complex) = {mended_product, quotient, value::complex_power};

Complex argument(const NativeCall& call, std::size_t slot) {
  const nbc::Kind kind = call.result_types[0]->kind;
  return {value::float_of(kind, call.args[slot]), value::float_of(kind, call.args[slot + 1])};
}

NativeStatus give(NativeCall& call, Complex z) {
  const nbc::Kind kind = call.result_types[0]->kind;
  call.results[0] = float_bits(kind, z.real());
  call.results[1] = float_bits(kind, z.imag());
  return NativeStatus::Ok;
}

bool is_wrong(const NativeCall& call, std::size_t count) {
  return call.args[0] >= count || !nbc::is_float(call.result_types[0]->kind);
}

}  // namespace

NativeStatus native_complex_function(NativeCall& call) {
  if (is_wrong(call, std::size(kFunctions))) return call.panic("there is no such function of complex numbers");
  return give(call, kFunctions[call.args[0]](argument(call, 1)));
}

NativeStatus native_complex_combine(NativeCall& call) {
  if (is_wrong(call, std::size(kCombinations))) return call.panic("there is no such function of complex numbers");
  return give(call, kCombinations[call.args[0]](argument(call, 1), argument(call, 3)));
}

}  // namespace noodle::vm
