#pragma once

// Products and quotients of complex numbers, as C's Annex G has them: what is infinite doesn't become NaN. All of it is
// the including file's own, so that it may be compiled for several generations of processors.

#include <cmath>
#include <cstdint>

namespace noodle::value {

namespace {

template <typename T>
struct Pair {
  T re, im;
};

template <typename T>
inline bool is_nan(Pair<T> z) {
  return z.re != z.re && z.im != z.im;
}

template <typename T>
inline bool is_infinite(Pair<T> z) {
  return std::fabs(z.re) == static_cast<T>(INFINITY) || std::fabs(z.im) == static_cast<T>(INFINITY);
}

template <typename T>
inline bool is_finite(Pair<T> z) {
  return z.re - z.re == 0 && z.im - z.im == 0;
}

// A corner of the square that infinite numbers lie on.
template <typename T>
inline Pair<T> corner(Pair<T> z) {
  const auto along = [](T x) { return std::copysign(std::fabs(x) == static_cast<T>(INFINITY) ? T{1} : T{0}, x); };
  return {along(z.re), along(z.im)};
}

template <typename T>
inline Pair<T> without_nan(Pair<T> z) {
  const auto zero = [](T x) { return x != x ? std::copysign(T{0}, x) : x; };
  return {zero(z.re), zero(z.im)};
}

template <typename T>
inline Pair<T> textbook_product(Pair<T> x, Pair<T> y) {
  return {x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
}

/// What a product is whose parts are both NaN by the textbook.
template <typename T>
inline Pair<T> mended_product(Pair<T> x, Pair<T> y) {
  constexpr auto kInfinity = static_cast<T>(INFINITY);
  const auto too_large = [](T p, T q) { return std::fabs(p * q) == kInfinity; };
  const bool overflows =
      too_large(x.re, y.re) || too_large(x.im, y.im) || too_large(x.re, y.im) || too_large(x.im, y.re);
  const bool is_left = is_infinite(x), is_right = is_infinite(y);
  if (!is_left && !is_right && !overflows) return textbook_product(x, y);
  x = without_nan(is_left ? corner(x) : x);
  y = without_nan(is_right ? corner(y) : y);
  const Pair<T> direction = textbook_product(x, y);
  return {kInfinity * direction.re, kInfinity * direction.im};
}

template <typename T>
inline Pair<T> product(Pair<T> x, Pair<T> y) {
  const Pair<T> plain = textbook_product(x, y);
  return is_nan(plain) ? mended_product(x, y) : plain;
}

/// The divisor is scaled to about 1, exactly, so that its square is neither too large nor too small.
inline Pair<double> textbook_quotient(Pair<double> x, Pair<double> y) {
  constexpr std::uint64_t kExponent = std::uint64_t{0x7FF} << 52, kOne = std::uint64_t{1} << 52;
  const double most = std::fabs(y.re) > std::fabs(y.im) ? std::fabs(y.re) : std::fabs(y.im);
  const std::uint64_t power = __builtin_bit_cast(std::uint64_t, most) & kExponent;
  const std::uint64_t clamped = power < kOne ? kOne : power > 2045 * kOne ? 2045 * kOne : power;
  const auto scale = __builtin_bit_cast(double, 2046 * kOne - clamped);
  const Pair<double> by{y.re * scale, y.im * scale};
  const double square = by.re * by.re + by.im * by.im;
  return {(x.re * by.re + x.im * by.im) / square * scale, (x.im * by.re - x.re * by.im) / square * scale};
}
/// Squares of floats are always within the doubles.
inline Pair<float> textbook_quotient(Pair<float> x, Pair<float> y) {
  const double a = x.re, b = x.im, c = y.re, d = y.im;
  const double square = c * c + d * d;
  return {static_cast<float>((a * c + b * d) / square), static_cast<float>((b * c - a * d) / square)};
}

/// What a quotient is whose parts are both NaN by the textbook.
template <typename T>
inline Pair<T> mended_quotient(Pair<T> x, Pair<T> y) {
  constexpr auto kInfinity = static_cast<T>(INFINITY);
  const auto times = [](T factor, Pair<T> z) { return Pair<T>{factor * z.re, factor * z.im}; };
  if (y.re == 0 && y.im == 0) return times(std::copysign(kInfinity, y.re), x);
  const bool is_large = is_infinite(x) && is_finite(y);
  if (!is_large && !(is_infinite(y) && is_finite(x))) return textbook_quotient(x, y);
  if (is_large)
    x = corner(x);
  else
    y = corner(y);
  return times(is_large ? kInfinity : T{0}, textbook_product(x, {y.re, -y.im}));
}

template <typename T>
inline Pair<T> quotient(Pair<T> x, Pair<T> y) {
  const Pair<T> plain = textbook_quotient(x, y);
  return is_nan(plain) ? mended_quotient(x, y) : plain;
}

}  // namespace

}  // namespace noodle::value
