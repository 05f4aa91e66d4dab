#pragma once

// Discrete Fourier transforms of one row.

#include <kissfft/kissfft.hh>

#include <complex>
#include <cstddef>
#include <optional>
#include <vector>

namespace noodle::tensor {

/// The sums of x[j] e^(-2 pi i j k / n), or of e^(2 pi i j k / n) when it goes backwards, for each k; not scaled. Takes
/// time in n log n for every n: KISS FFT's where n has small factors alone, else by Bluestein's way through a
/// convolution ("A linear filtering approach to the computation of discrete Fourier transform", 1970).
class Fourier {
 public:
  using Number = std::complex<double>;

  /// What one of so many numbers takes.
  static std::size_t bytes(std::size_t length);

  /// Throws std::bad_alloc.
  Fourier(std::size_t length, bool goes_back);

  /// From so many numbers to other places.
  void operator()(const Number* from, Number* to);

 private:
  using Plan = kissfft<double>;

  // x[j] e^(-i pi j^2 / n), convolved with e^(i pi j^2 / n), are the sums but for such a factor.
  struct Chirp {
    std::vector<Number> factors, filter, numbers, transformed;
    Plan there, back;

    Chirp(std::size_t length, bool goes_back);
    void operator()(const Number* from, Number* to);
  };

  std::optional<Plan> plan_;
  std::optional<Chirp> chirp_;
};

}  // namespace noodle::tensor
