// Elementary functions, compiled once for each generation of processors, as NOODLE_MATH. They are SLEEF's, for vectors
// as wide as the processor's, in the variants whose results don't depend on what else is in a vector; those that are
// used most have a faster way for doubles (vector_math.h). Those that SLEEF ends before the largest numbers are the C
// library's, one by one.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "runtime/tensor/elements.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <sleef.h>
#endif
#if defined(__FMA__)
#include "runtime/tensor/vector_math.h"
#endif

namespace noodle::tensor {

namespace {

#define SCALAR_OF_ONE(name) [](double x) { return __builtin_##name(x); }, [](float x) { return __builtin_##name##f(x); }
#define SCALAR_OF_TWO(name) \
  [](double x, double y) { return __builtin_##name(x, y); }, [](float x, float y) { return __builtin_##name##f(x, y); }
#if defined(__AVX512F__)
#define VECTOR(name, ulps) Sleef_finz_##name##d8_##ulps##avx512f, Sleef_finz_##name##f16_##ulps##avx512f
#elif defined(__AVX2__)
#define VECTOR(name, ulps) Sleef_finz_##name##d4_##ulps##avx2, Sleef_finz_##name##f8_##ulps##avx2
#elif defined(__x86_64__)
#define VECTOR(name, ulps) Sleef_cinz_##name##d2_##ulps##sse4, Sleef_cinz_##name##f4_##ulps##sse4
#endif
#if defined(VECTOR)
#define VECTOR_OF_ONE(name) VECTOR(name, u10)
#define VECTOR_OF_TWO(name, ulps) VECTOR(name, ulps)
#else
#define VECTOR_OF_ONE(name) SCALAR_OF_ONE(name)
#define VECTOR_OF_TWO(name, ulps) SCALAR_OF_TWO(name)
#endif

template <typename F>
struct ResultOf : ResultOf<decltype(&F::operator())> {};
template <typename R, typename... As>
struct ResultOf<R (*)(As...)> {
  using type = std::remove_const_t<R>;
};
template <typename R, typename F, typename... As>
struct ResultOf<R (F::*)(As...) const> {
  using type = std::remove_const_t<R>;
};

// A vector of the function's width; what is left over at the end is computed with zeros beside it.
template <typename V, typename T>
V load(const T* from, std::int64_t count, std::int64_t step) {
  constexpr std::int64_t kLanes = sizeof(V) / sizeof(wide<T>);
  wide<T> lanes[kLanes] = {};
  if (step == 1 && count == kLanes) {
    for (std::int64_t i = 0; i < kLanes; ++i) lanes[i] = static_cast<wide<T>>(from[i]);
  } else {
    for (std::int64_t i = 0; i < count; ++i) lanes[i] = static_cast<wide<T>>(from[i * step]);
  }
  V vector;
  std::memcpy(&vector, lanes, sizeof vector);
  return vector;
}

template <typename V, typename T>
void store(const V& vector, T* to, std::int64_t count) {
  constexpr std::int64_t kLanes = sizeof(V) / sizeof(wide<T>);
  wide<T> lanes[kLanes];
  std::memcpy(lanes, &vector, sizeof vector);
  if (count == kLanes) {
    for (std::int64_t i = 0; i < kLanes; ++i) to[i] = static_cast<T>(lanes[i]);
  } else {
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<T>(lanes[i]);
  }
}

template <auto function, typename T>
void loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  using V = typename ResultOf<decltype(function)>::type;
  constexpr std::int64_t kLanes = sizeof(V) / sizeof(wide<T>);
  const auto* x = static_cast<const T*>(a);
  auto* r = static_cast<T*>(out);
  std::int64_t i = 0;
  if constexpr (std::is_same_v<T, wide<T>>) {
    // What lies as vectors do isn't filled in lane by lane.
    for (const std::int64_t full = step == 1 ? count - kLanes : -1; i <= full; i += kLanes) {
      V vector;
      std::memcpy(&vector, x + i, sizeof vector);
      vector = function(vector);
      std::memcpy(r + i, &vector, sizeof vector);
    }
  }
  for (; i < count; i += kLanes) {
    const std::int64_t some = std::min(kLanes, count - i);
    store<V>(function(load<V>(x + i * step, some, step)), r + i, some);
  }
}

template <auto function, typename T>
bool loop(const void* a, const void* b, void* out, std::int64_t count, std::int64_t step_a, std::int64_t step_b) {
  using V = typename ResultOf<decltype(function)>::type;
  constexpr std::int64_t kLanes = sizeof(V) / sizeof(wide<T>);
  const auto *x = static_cast<const T*>(a), *y = static_cast<const T*>(b);
  auto* r = static_cast<T*>(out);
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const std::int64_t some = std::min(kLanes, count - i);
    store<V>(function(load<V>(x + i * step_a, some, step_a), load<V>(y + i * step_b, some, step_b)), r + i, some);
  }
  return true;
}

auto& loops_of(Kernels& all, UnaryOp op) { return all.unary[static_cast<std::size_t>(op)]; }
auto& loops_of(Kernels& all, BinaryOp op) { return all.binary[static_cast<std::size_t>(op)]; }

template <auto op, auto function>
void set_doubles(Kernels& all) {
  loops_of(all, op)[static_cast<std::size_t>(Kind::F64)] = loop<function, double>;
}

template <auto op, auto of_doubles, auto of_floats>
void set(Kernels& all) {
  auto& loops = loops_of(all, op);
  set_doubles<op, of_doubles>(all);
  loops[static_cast<std::size_t>(Kind::F32)] = loop<of_floats, float>;
  loops[static_cast<std::size_t>(Kind::F16)] = loop<of_floats, _Float16>;
  loops[static_cast<std::size_t>(Kind::BF16)] = loop<of_floats, Brain>;
}

// The logarithm of the sum of what x and y are logarithms of. Equal ones may be infinite.
double log_add_exp(double x, double y) {
  if (x == y) return x + M_LN2;
  const double difference = x - y;
  return difference > 0 ? x + __builtin_log1p(__builtin_exp(-difference))
                        : y + __builtin_log1p(__builtin_exp(difference));
}

}  // namespace

void NOODLE_MATH(Kernels& all);
void NOODLE_MATH(Kernels& all) {
  set<UnaryOp::Exp, VECTOR_OF_ONE(exp)>(all);
  set<UnaryOp::Log, VECTOR_OF_ONE(log)>(all);
  set<UnaryOp::Sin, VECTOR_OF_ONE(sin)>(all);
  set<UnaryOp::Cos, VECTOR_OF_ONE(cos)>(all);
  set<UnaryOp::Tan, VECTOR_OF_ONE(tan)>(all);
  set<UnaryOp::Tanh, VECTOR_OF_ONE(tanh)>(all);
  set<UnaryOp::Expm1, VECTOR_OF_ONE(expm1)>(all);
  set<UnaryOp::Log2, VECTOR_OF_ONE(log2)>(all);
  set<UnaryOp::Log10, VECTOR_OF_ONE(log10)>(all);
  set<UnaryOp::Asin, VECTOR_OF_ONE(asin)>(all);
  set<UnaryOp::Acos, VECTOR_OF_ONE(acos)>(all);
  set<UnaryOp::Atan, VECTOR_OF_ONE(atan)>(all);
  set<UnaryOp::Erf, VECTOR_OF_ONE(erf)>(all);
  set<UnaryOp::Log1p, SCALAR_OF_ONE(log1p)>(all);
  set<UnaryOp::Sinh, SCALAR_OF_ONE(sinh)>(all);
  set<UnaryOp::Cosh, SCALAR_OF_ONE(cosh)>(all);
  set<UnaryOp::Asinh, SCALAR_OF_ONE(asinh)>(all);
  set<UnaryOp::Acosh, SCALAR_OF_ONE(acosh)>(all);
  set<UnaryOp::Atanh, SCALAR_OF_ONE(atanh)>(all);
  set<BinaryOp::Power, SCALAR_OF_TWO(pow)>(all);
  set<BinaryOp::Atan2, VECTOR_OF_TWO(atan2, u10)>(all);
  set<BinaryOp::Hypot, VECTOR_OF_TWO(hypot, u05)>(all);
#if defined(__FMA__)
  set_doubles<UnaryOp::Exp, vector_exp>(all);
  set_doubles<UnaryOp::Tanh, vector_tanh>(all);
  set_doubles<UnaryOp::Sin, vector_sine<0>>(all);
  set_doubles<UnaryOp::Cos, vector_sine<1>>(all);
#endif
  set<BinaryOp::LogAddExp, log_add_exp, [](float x, float y) { return static_cast<float>(log_add_exp(x, y)); }>(all);
}

}  // namespace noodle::tensor
