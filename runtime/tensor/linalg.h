#pragma once

// What the natives of linear algebra share: tensors as stacks of matrices, and room to work in. OpenBLAS's LAPACK does
// the work. Its matrices lie column by column and ours row by row, so that each is the other's transpose; mostly that
// leads to the result without a copy that is turned over.

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/tensor/openblas.h"
#include "runtime/tensor/own.h"

namespace noodle::tensor {

/// The matrices in a tensor's last two axes, one for each index of the axes before them.
struct Matrices {
  Shape outer;
  int rows, columns;
  std::int64_t count;  // 0 where they have no elements

  int least() const { return std::min(rows, columns); }
  int most() const { return std::max(rows, columns); }
  std::int64_t size() const { return std::int64_t{rows} * columns; }
  bool is_square() const { return rows == columns; }
  /// The shape of results that have these axes in the place of the last two.
  Shape with(std::initializer_list<int> axes) const;
};
std::expected<Matrices, std::string> matrices_of(ShapeView shape);
/// An error when they aren't square.
std::expected<Matrices, std::string> squares_of(ShapeView shape);
/// An error when they are too large for how LAPACK counts elements of what it works in, which grows with the square of
/// their lesser length.
std::expected<Matrices, std::string> divisible_of(ShapeView shape);

/// Systems of equations: `a` times what is wanted is `b`. Stacks are repeated to the same axes `outer`.
struct Equations {
  Matrices a, b;
  Shape outer;
  std::int64_t count;
  bool is_vector;  // b had one axis, which is the only column

  /// The shape of what is wanted.
  Shape solution() const;
  std::int64_t a_at(std::int64_t index) const { return at(a, index); }
  std::int64_t b_at(std::int64_t index) const { return at(b, index); }

 private:
  std::int64_t at(const Matrices& of, std::int64_t index) const;
};
std::expected<Equations, std::string> equations_of(ShapeView a, ShapeView b);

/// LAPACK counts elements of what it works in with 32 bits, and says how many as a float.
inline constexpr std::int64_t kMostRoom = std::int64_t{1} << 30;

/// How many elements LAPACK asks to work in, which it says as one of them: a float may be less than what it means.
template <typename T>
int asked_room(T best) {
  return static_cast<int>(std::nextafter(std::real(best), std::numeric_limits<part<T>>::infinity()));
}

/// Writes what lies row by row column by column; steps are from one row, or column, to the next.
template <typename T>
void transpose(const T* from, std::int64_t from_step, std::int64_t rows, std::int64_t columns, T* to,
               std::int64_t to_step) {
  constexpr std::int64_t kBlock = 16;
  for (std::int64_t top = 0; top < rows; top += kBlock) {
    const std::int64_t bottom = std::min(top + kBlock, rows);
    for (std::int64_t left = 0; left < columns; left += kBlock) {
      const std::int64_t right = std::min(left + kBlock, columns);
      for (std::int64_t j = left; j < right; ++j) {
        for (std::int64_t i = top; i < bottom; ++i) to[j * to_step + i] = from[i * from_step + j];
      }
    }
  }
}

/// Whether no element is infinite or NaN. LAPACK's iterations may not end with those.
template <typename T>
bool are_finite(const T* elements, std::int64_t count) {
  using R = part<T>;
  const auto* numbers = reinterpret_cast<const R*>(elements);
  R sum = 0;
  for (std::int64_t i = 0; i < count * static_cast<std::int64_t>(sizeof(T) / sizeof(R)); ++i) sum += numbers[i] * R{0};
  return sum == 0;
}

template <typename T>
constexpr T kNan = std::numeric_limits<T>::quiet_NaN();
template <typename T>
constexpr std::complex<T> kNan<std::complex<T>> = {kNan<T>, kNan<T>};

template <typename T>
constexpr Kind kind_of = std::is_same_v<T, float>                 ? Kind::F32
                         : std::is_same_v<T, double>              ? Kind::F64
                         : std::is_same_v<T, std::complex<float>> ? Kind::Complex64
                                                                  : Kind::Complex128;
/// Whether a result's elements are of this type, where the signature leaves it open; if not, panics.
template <typename T>
bool gives(Call& call, std::size_t result) {
  if (result_kind(call, result) == kind_of<T>) return true;
  undefined(call, "such a result", result_kind(call, result));
  return false;
}

/// Calls a function for elements of the argument's type, `function.operator()<float>(call)` and so on, or panics for
/// another.
template <typename F>
Status by_element(Call& call, const F& function) {
  if (!openblas().trouble.empty()) return panic(call, openblas().trouble);
  const Operand a(call, 0);
  switch (a.object() == nullptr ? result_kind(call) : a.kind()) {
    case Kind::F32: return function.template operator()<float>(call);
    case Kind::F64: return function.template operator()<double>(call);
    case Kind::Complex64: return function.template operator()<std::complex<float>>(call);
    case Kind::Complex128: return function.template operator()<std::complex<double>>(call);
    default: return undefined(call, "linear algebra", result_kind(call));
  }
}

}  // namespace noodle::tensor
