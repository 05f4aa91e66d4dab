#pragma once

// Elementary functions of complex numbers. They are the C library's where it has them, which follows Annex G: signed
// zeros tell the sides of cuts apart.

#include <complex>

#include "runtime/value/complex.h"

namespace noodle::value {

namespace {

using Complex = std::complex<double>;

/// `x` to the power of `y`; to a whole one that isn't too large by multiplying.
inline Complex complex_power(Complex x, Complex y) {
  constexpr double kMostWhole = 1024;
  if (y == 0.0) return 1.0;
  if (x == 0.0) return y.real() > 0 ? Complex(0, 0) : Complex(NAN, NAN);
  if (y.imag() != 0 || !(std::fabs(y.real()) <= kMostWhole) || y.real() != std::trunc(y.real())) {
    const Complex log = std::log(x);
    const Pair<double> exponent = product<double>({y.real(), y.imag()}, {log.real(), log.imag()});
    return std::exp(Complex(exponent.re, exponent.im));
  }
  Pair<double> result{1, 0}, square{x.real(), x.imag()};
  for (auto left = static_cast<int>(std::fabs(y.real())); left != 0; left >>= 1) {
    if ((left & 1) != 0) result = product(result, square);
    if (left > 1) square = product(square, square);
  }
  if (y.real() < 0) result = quotient<double>({1, 0}, result);
  return {result.re, result.im};
}

/// exp(z) - 1, also where that is little.
inline Complex complex_expm1(Complex z) {
  if (!std::isfinite(z.real()) || !std::isfinite(z.imag())) {
    const Complex power = std::exp(z);
    return {power.real() - 1, power.imag()};
  }
  const double half = std::sin(z.imag() / 2);
  return {std::expm1(z.real()) * std::cos(z.imag()) - 2 * half * half, std::exp(z.real()) * std::sin(z.imag())};
}

/// log(1 + z), also where z is little.
inline Complex complex_log1p(Complex z) {
  const double x = z.real(), y = z.imag();
  if (!(std::fabs(x) < 0.5 && std::fabs(y) < 1)) return std::log(Complex(x + 1, y));
  // With more digits, since the sum may be little where its parts aren't.
  const long double wide_x = x, wide_y = y;
  const auto square = static_cast<double>(wide_x * (2 + wide_x) + wide_y * wide_y);
  return {0.5 * std::log1p(square), std::atan2(y, x + 1)};
}

/// z / |z|, or 0 of 0.
inline Complex complex_sign(Complex z) {
  if (z == 0.0) return 0.0;
  const double magnitude = std::abs(z);
  return {z.real() / magnitude, z.imag() / magnitude};
}

/// The logarithm of another base, by that of real numbers where the magnitude has no need of care.
inline Complex complex_log_of(double (*log_of_real)(double), double factor, Complex z) {
  const Complex log = std::log(z);
  const double magnitude = std::abs(z);
  const bool is_plain = std::isfinite(magnitude) && (magnitude < 0.5 || magnitude > 2);
  return {is_plain ? log_of_real(magnitude) : log.real() * factor, log.imag() * factor};
}
inline Complex complex_log2(Complex z) { return complex_log_of(std::log2, M_LOG2E, z); }
inline Complex complex_log10(Complex z) { return complex_log_of(std::log10, M_LOG10E, z); }

}  // namespace

}  // namespace noodle::value
