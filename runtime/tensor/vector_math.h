#pragma once

// exp, tanh, sin and cos of doubles for processors that round a product and a sum together, side by side in as many
// lanes as they have; within one unit in the last place. They take half of SLEEF's time or less, and leave to it what
// is far from zero. A lane's result doesn't depend on the others, nor on how many there are.

#include <immintrin.h>
#include <sleef.h>

#include <cstdint>

namespace noodle::tensor {

namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 8;
#define SLEEF_DOUBLES(name) Sleef_finz_##name##d8_u10avx512f
#else
constexpr int kLanes = 4;
#define SLEEF_DOUBLES(name) Sleef_finz_##name##d4_u10avx2
#endif
using Doubles [[gnu::vector_size(kLanes * sizeof(double))]] = double;
using Words [[gnu::vector_size(kLanes * sizeof(double))]] = std::int64_t;
#define NOODLE_LANES inline __attribute__((always_inline))

NOODLE_LANES Doubles all(double x) { return Doubles{} + x; }
NOODLE_LANES Doubles fused(Doubles a, Doubles b, Doubles c) { return __builtin_elementwise_fma(a, b, c); }
NOODLE_LANES Doubles fused(Doubles a, Doubles b, double c) { return fused(a, b, all(c)); }
NOODLE_LANES Doubles magnitude(Doubles x) { return (Doubles)((Words)x & INT64_MAX); }

// In each lane the element that its lowest three bits say.
NOODLE_LANES Doubles pick(const double (&eight)[8], Words which) {
#if defined(__AVX512F__)
  return (Doubles)_mm512_permutexvar_pd((__m512i)which, _mm512_load_pd(eight));
#else
  return (Doubles)_mm256_i64gather_pd(eight, (__m256i)(which & 7), sizeof(double));
#endif
}

NOODLE_LANES bool is_any(Words mask) {
#if defined(__AVX512F__)
  return _mm512_movepi64_mask((__m512i)mask) != 0;
#else
  return _mm256_movemask_pd((__m256d)mask) != 0;
#endif
}

// SLEEF's result where the mask says so, which is rare.
template <auto sleef>
NOODLE_LANES Doubles or_sleef(Words far, Doubles x, Doubles y) {
  if (__builtin_expect(is_any(far), 0)) {
    const auto theirs = (Words)sleef((decltype(sleef({})))x);
    return (Doubles)((theirs & far) | ((Words)y & ~far));
  }
  return y;
}

// The nearest integer is in the last bits of what this and a small number add up to.
constexpr double kRound = 0x1.8p52;

// 2^(i/8), and by what part of itself it is too small.
alignas(64) constexpr double kPowers[8] = {0x1p+0,
                                           0x1.172b83c7d517bp+0,
                                           0x1.306fe0a31b715p+0,
                                           0x1.4bfdad5362a27p+0,
                                           0x1.6a09e667f3bcdp+0,
                                           0x1.8ace5422aa0dbp+0,
                                           0x1.ae89f995ad3adp+0,
                                           0x1.d5818dcfba487p+0};
alignas(64) constexpr double kMissing[8] = {0,
                                            -0x1.01b15eaa59348p-55,
                                            0x1.34d754db0abb6p-55,
                                            0x1.690cebb7aafb0p-56,
                                            -0x1.3b3efbf5e2228p-54,
                                            0x1.db72fc1f0eab4p-55,
                                            0x1.c1a7792cb3387p-55,
                                            0x1.4a385a63d07a7p-56};

// e^x = power (1 + missing + r + more), where r is within ln 2 / 16 and more is of its order squared; |x| <= 708.
struct Exponential {
  Doubles power, missing, r, more;
};
NOODLE_LANES Exponential exponential(Doubles x) {
  const Doubles rounded = fused(x, all(0x1.71547652b82fep+3), kRound);
  const Doubles eighths = rounded - kRound;
  Doubles r = fused(eighths, all(-0x1.62e42fefa39efp-4), x);
  r = fused(eighths, all(-0x1.abc9e3b39803fp-59), r);
  // The series up to r^9, whose last term is spread over those before it (Chebyshev).
  Doubles sum = all(0x1.a01a01a01a01ap-16);
  sum = fused(sum, r, 0x1.a02040f6a7510p-13);
  sum = fused(sum, r, 0x1.6c16c16c16c17p-10);
  sum = fused(sum, r, 0x1.111111080fd8ap-7);
  sum = fused(sum, r, 0x1.5555555555555p-5);
  sum = fused(sum, r, 0x1.5555555555689p-3);
  sum = fused(sum, r, 0.5);
  const auto n = (Words)rounded;
  const auto power = (Doubles)((Words)pick(kPowers, n) + ((n >> 3) << 52));
  return {power, pick(kMissing, n), r, sum * (r * r)};
}

NOODLE_LANES Doubles vector_exp(Doubles x) {
  const auto [power, missing, r, more] = exponential(x);
  const Words far = ~(magnitude(x) <= 708.0);
  return or_sleef<SLEEF_DOUBLES(exp)>(far, x, fused(power, (r + more) + missing, power));
}

// (e^2x - 1) / (e^2x + 1), each with what its rounding lost.
NOODLE_LANES Doubles vector_tanh(Doubles x) {
  Doubles size = magnitude(x);
  size = size > 20.0 ? all(20.0) : size;
  const auto [power, missing, r, more] = exponential(size + size);
  const Doubles above = power - 1.0, product = power * r;
  const Doubles first = above + product;
  const Doubles lost = (product - (first - above)) + fused(power, r, -product);
  const Doubles second = lost + power * (more + missing);
  const Doubles top = first + second, top_lost = second - (top - first);
  const Doubles bottom = top + 2.0, bottom_lost = (top - (bottom - 2.0)) + top_lost;
  const Doubles inverse = 1.0 / bottom, quotient = top * inverse;
  const Doubles rest = fused(-quotient, bottom, top) + (top_lost - quotient * bottom_lost);
  return (Doubles)((Words)fused(rest, inverse, quotient) | ((Words)x & INT64_MIN));
}

// sin(x + quarters pi/2). pi/2 is subtracted in three parts, of 40, 40 and 53 bits, so that the first two products are
// exact; what is left, r with its rest, is within pi/4, where sine and cosine are minimax polynomials of r squared.
template <int quarters>
NOODLE_LANES Doubles vector_sine(Doubles x) {
  const Doubles rounded = fused(x, all(0x1.45f306dc9c883p-1), kRound);
  const Doubles turns = rounded - kRound;
  const Doubles near = fused(turns, all(-0x1.921fb54442000p+0), x);
  const Doubles r = fused(turns, all(-0x1.a308d31318000p-41), near);
  Doubles rest = fused(turns, all(-0x1.a308d31318000p-41), near - r);
  rest = fused(turns, all(-0x1.8a2e03707344ap-81), rest);

  const Words n = (Words)rounded + quarters;
  const Words is_cosine = -(n & 1);
  const auto of = [&](double cosine, double sine) { return is_cosine ? all(cosine) : all(sine); };
  const Doubles square = r * r, square_lost = fused(r, r, -square);
  Doubles sum = of(-0x1.8ff9d439a204ap-37, 0);
  sum = fused(sum, square, of(0x1.1eea7f259b344p-29, 0x1.5e0b19f8b1451p-33));
  sum = fused(sum, square, of(-0x1.27e4f8e4a2e74p-22, -0x1.ae600b02b6262p-26));
  sum = fused(sum, square, of(0x1.a01a019de131fp-16, 0x1.71de37968a100p-19));
  sum = fused(sum, square, of(-0x1.6c16c16c15d79p-10, -0x1.a01a019e83aaep-13));
  sum = fused(sum, square, of(0x1.5555555555551p-5, 0x1.1111111110bb2p-7));
  sum = fused(sum, square, of(-0.5, -0x1.5555555555555p-3));
  const Doubles lost = is_cosine ? fused(-r, rest, -0.5 * square_lost) : rest;
  const Doubles y = (is_cosine ? all(1.0) : r) + fused(is_cosine ? square : r * square, sum, lost);

  // A sine has r's sign, zero as well; two quarters turn it.
  const Words sign = (is_cosine ? Words{} : (Words)r & INT64_MIN) ^ ((n & 2) << 62);
  const auto result = (Doubles)(((Words)y & INT64_MAX) | sign);
  const Words far = ~(magnitude(x) <= 3000.0);
  if constexpr (quarters == 0)
    return or_sleef<SLEEF_DOUBLES(sin)>(far, x, result);
  else
    return or_sleef<SLEEF_DOUBLES(cos)>(far, x, result);
}

#undef SLEEF_DOUBLES
#undef NOODLE_LANES

}  // namespace

}  // namespace noodle::tensor
