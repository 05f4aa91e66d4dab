// Equations and what belongs to them: triangular factors, inverses, determinants, least squares.

#include <algorithm>
#include <bit>
#include <cstring>
#include <numbers>

#include "runtime/tensor/linalg.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// Of a stack of results, the first that there is not, and the row where that was seen.
Status give_none(Call& call, std::int64_t matrix, int row) {
  call.results[0] = 0;
  give_int(call, matrix, 1);
  return give_int(call, row, 2);
}

Status give_all(Call& call, Fresh& results) {
  results.give();
  give_int(call, -1, 1);
  return give_int(call, 0, 2);
}

// Turns a symmetric matrix, of which it reads a triangle, into that triangle of its factor. Gives 0, or how many rows
// the least leading minor has that isn't positive. A lower triangle is an upper one to LAPACK.
template <typename T>
int factor(T* matrix, int n, bool is_upper) {
  int minor = 0;
  routines<T>().potrf(is_upper ? "L" : "U", &n, matrix, &n, &minor, 1);
  if (minor != 0) return minor;
  for (std::int64_t i = 0; i < n; ++i) {
    T* row = matrix + i * n;
    if (!(std::real(row[i]) > 0)) return static_cast<int>(i) + 1;  // NaN, which OpenBLAS lets pass
    if (is_upper)
      std::fill(row, row + i, T{0});
    else
      std::fill(row + i + 1, row + n, T{0});
  }
  return 0;
}

template <typename T>
Status cholesky(Call& call) {
  const Operand a(call, 0);
  const auto stack = squares_of(a.shape());
  if (!stack) return panic(call, stack.error());
  Fresh out(call, copied(call, a));
  if (!out.has_memory()) return Status::NoMemory;
  for (std::int64_t i = 0; i < stack->count; ++i) {
    const int minor = factor(out.data<T>() + i * stack->size(), stack->rows, call.args[1] != 0);
    if (minor != 0) return give_none(call, i, minor);
    if (call.host.is_told_to_stop(call)) return Status::Interrupted;
  }
  return give_all(call, out);
}

// The transpose of a square matrix as a product of triangles with its columns exchanged; 0, or how many rows there are
// up to the first that those before it make up.
template <typename T>
int divide(T* matrix, int n, int* pivots) {
  int row = 0;
  routines<T>().getrf(&n, &n, matrix, &n, pivots, &row);
  return row;
}

// x, which holds b's rows, becomes what the matrix, whose transpose was divided, makes b of.
template <typename T>
void solve_with(const T* triangles, const int* pivots, int n, int columns, T* x) {
  static constexpr T kOne = 1;
  const auto& trsm = routines<T>().trsm;
  trsm(kRowMajor, kLeft, kLower, kPlain, kNonUnit, n, columns, factor_of(kOne), triangles, n, x, columns);
  trsm(kRowMajor, kLeft, kUpper, kPlain, kUnit, n, columns, factor_of(kOne), triangles, n, x, columns);
  for (std::int64_t i = n; i-- > 0;) {
    const std::int64_t other = pivots[i] - 1;
    if (other != i) std::swap_ranges(x + i * columns, x + (i + 1) * columns, x + other * columns);
  }
}

template <typename T>
Status solve(Call& call) {
  const Operand a(call, 0), b(call, 1);
  if (const auto square = squares_of(a.shape()); !square) return panic(call, square.error());
  const auto both = equations_of(a.shape(), b.shape());
  if (!both) return panic(call, both.error());
  if (const auto count = count_of(both->solution(), result_kind(call)); !count) return panic(call, count.error());
  const int n = both->a.rows, columns = both->b.columns;
  const Fresh triangles(call, copied(call, a));
  const Scratch<int> pivots(call, both->a.count * n);
  const Readable right(call, b);
  Fresh out(call, make(call, both->solution()));
  if (!triangles.has_memory() || !pivots.has_memory() || !right.has_memory() || !out.has_memory()) {
    return Status::NoMemory;
  }
  for (std::int64_t i = 0; i < both->a.count; ++i) {
    const int row = divide(triangles.data<T>() + i * both->a.size(), n, pivots.data() + i * n);
    if (row != 0) return give_none(call, i, row);
    if (call.host.is_told_to_stop(call)) return Status::Interrupted;
  }
  const std::int64_t size = both->b.size();
  for (std::int64_t i = 0; size != 0 && i < both->count; ++i) {
    T* x = out.data<T>() + i * size;
    std::copy_n(right.data<T>() + both->b_at(i) * size, size, x);
    const std::int64_t at = both->a_at(i);
    solve_with(triangles.data<T>() + at * both->a.size(), pivots.data() + at * n, n, columns, x);
    if (call.host.is_told_to_stop(call)) return Status::Interrupted;
  }
  return give_all(call, out);
}

template <typename T>
Status inverse(Call& call) {
  const Operand a(call, 0);
  const auto stack = squares_of(a.shape());
  if (!stack) return panic(call, stack.error());
  const int n = stack->rows;
  Fresh out(call, copied(call, a));
  if (!out.has_memory()) return Status::NoMemory;
  if (stack->count == 0) return give_all(call, out);
  T best = 0;
  int none = -1, info = 0;
  routines<T>().getri(&n, out.data<T>(), &n, nullptr, &best, &none, &info);
  const int size = asked_room(best);
  const Scratch<T> work(call, size);
  const Scratch<int> pivots(call, n);
  if (!work.has_memory() || !pivots.has_memory()) return Status::NoMemory;
  for (std::int64_t i = 0; i < stack->count; ++i) {
    T* matrix = out.data<T>() + i * stack->size();
    if (const int row = divide(matrix, n, pivots.data()); row != 0) return give_none(call, i, row);
    routines<T>().getri(&n, matrix, &n, pivots.data(), work.data(), &size, &info);
    if (call.host.is_told_to_stop(call)) return Status::Interrupted;
  }
  return give_all(call, out);
}

// A number that may be far too large or small to be one; `T` is of doubles.
template <typename T>
struct Wide {
  T fraction = 1;
  std::int64_t exponent = 0;

  void multiply(T by) {
    // So that a product of two is neither too large nor too small.
    const auto scaled = [&](T number) {
      const double size = std::max(std::abs(std::real(number)), std::abs(std::imag(number)));
      if (size == 0 || !std::isfinite(size)) return number;
      const int steps = std::ilogb(size);
      exponent += steps;
      return times_power(number, -steps);
    };
    fraction = scaled(fraction * scaled(by));
  }
  T value() const {
    constexpr std::int64_t kFar = 4000;
    return times_power(fraction, static_cast<int>(std::clamp(exponent, -kFar, kFar)));
  }
  T sign() const {
    const double size = std::abs(fraction);
    return size == 0 ? fraction : fraction / size;
  }
  double log() const { return std::log(std::abs(fraction)) + static_cast<double>(exponent) * std::numbers::ln2; }

 private:
  static T times_power(T number, int power) {
    if constexpr (is_complex<T>)
      return {std::ldexp(number.real(), power), std::ldexp(number.imag(), power)};
    else
      return std::ldexp(number, power);
  }
};
template <typename T>
using WideOf = Wide<std::conditional_t<is_complex<T>, std::complex<double>, double>>;

template <typename T>
WideOf<T> determinant_of(const T* triangles, const int* pivots, std::int64_t n) {
  WideOf<T> found;
  for (std::int64_t i = 0; i < n; ++i) {
    found.multiply(triangles[i * n + i]);
    if (pivots[i] != i + 1) found.fraction = -found.fraction;
  }
  found.fraction += 0.0;  // no zero below zero
  return found;
}

template <typename T>
Status determinant(Call& call) {
  const Operand a(call, 0);
  const auto stack = squares_of(a.shape());
  if (!stack) return panic(call, stack.error());
  if (const auto count = count_of(stack->outer, result_kind(call)); !count) return panic(call, count.error());
  const int n = stack->rows;
  const Readable from(call, a);
  const Scratch<T> triangles(call, stack->size());
  const Scratch<int> pivots(call, n);
  Fresh values(call, make(call, stack->outer)), signs(call, make(call, stack->outer, 1)),
      logs(call, make(call, stack->outer, 2));
  if (!from.has_memory() || !triangles.has_memory() || !pivots.has_memory() || !values.has_memory() ||
      !signs.has_memory() || !logs.has_memory()) {
    return Status::NoMemory;
  }
  for (std::int64_t i = 0; i < values.count(); ++i) {
    if (n != 0) {
      std::copy_n(from.data<T>() + i * stack->size(), stack->size(), triangles.data());
      divide(triangles.data(), n, pivots.data());
    }
    const auto found = determinant_of(triangles.data(), pivots.data(), n);
    values.data<T>()[i] = static_cast<T>(found.value());
    signs.data<T>()[i] = static_cast<T>(found.sign());
    logs.data<T>()[i] = static_cast<part<T>>(found.log());
    if (call.host.is_told_to_stop(call)) return Status::Interrupted;
  }
  values.give(0);
  signs.give(1);
  logs.give(2);
  return Status::Ok;
}

// One system after another, in room for the largest.
template <typename T>
class LeastSquares {
  using R = part<T>;

 public:
  LeastSquares(Call& call, const Equations& equations, R nothing)
      : m_(equations.a.rows),
        n_(equations.a.columns),
        columns_(equations.b.columns),
        sides_(std::max(columns_, 1)),
        most_(equations.a.most()),
        nothing_(nothing),
        size_(ask()),
        a_(call, equations.a.size()),
        b_(call, std::int64_t{most_} * sides_),
        work_(call, size_),
        real_(call, real_size_),
        ints_(call, whole_) {}

  bool has_memory() const {
    return a_.has_memory() && b_.has_memory() && work_.has_memory() && real_.has_memory() && ints_.has_memory();
  }

  // Writes what is wanted and the singular values, and gives the rank; all is NaN, and the rank 0, where `a` isn't
  // finite.
  std::int64_t find(const T* a, const T* b, T* x, R* s) {
    const bool is_finite = are_finite(b, std::int64_t{m_} * columns_);
    int rank = 0, info = 1;
    if (are_finite(a, std::int64_t{m_} * n_)) {
      transpose(a, n_, m_, n_, a_.data(), m_);
      std::fill_n(b_.data(), std::int64_t{most_} * sides_, T{0});
      if (is_finite) transpose(b, columns_, m_, columns_, b_.data(), most_);
      gelsd(&m_, &n_, &sides_, a_.data(), &m_, b_.data(), &most_, s, &nothing_, &rank, work_.data(), &size_,
            real_.data(), ints_.data(), &info);
    }
    if (info != 0) std::fill_n(s, std::min(m_, n_), kNan<R>);
    if (info != 0 || !is_finite)
      std::fill_n(x, std::int64_t{n_} * columns_, kNan<T>);
    else
      transpose(b_.data(), most_, columns_, n_, x, columns_);
    return rank;
  }

 private:
  int ask() {
    T best = 0, any = 0;
    R real = 0, values = 0;
    int none = -1, rank = 0, info = 0;
    gelsd(&m_, &n_, &sides_, &any, &m_, &any, &most_, &values, &nothing_, &rank, &best, &none, &real, &whole_, &info);
    real_size_ = is_complex<T> ? asked_room(real) : 0;
    return asked_room(best);
  }

  int m_, n_, columns_, sides_, most_;  // LAPACK wants one right side at least
  R nothing_;
  int whole_ = 0, real_size_ = 0, size_;
  Scratch<T> a_, b_, work_;
  Scratch<R> real_;
  Scratch<int> ints_;
};

template <typename T>
Status least_squares(Call& call) {
  using R = part<T>;
  const Operand a(call, 0), b(call, 1);
  if (!gives<R>(call, 2)) return Status::Panic;
  if (const auto fits = divisible_of(a.shape()); !fits) return panic(call, fits.error());
  const auto both = equations_of(a.shape(), b.shape());
  if (!both) return panic(call, both.error());
  if (std::int64_t{both->a.most()} * both->b.columns > kMostRoom) {
    return panic(call, "the right side of the shape " + text_of(b.shape()) + " is too large to be solved at once");
  }
  Shape values = both->outer;
  values.push_back(both->a.least());
  for (const Shape& shape : {both->solution(), both->outer, values}) {
    if (const auto count = count_of(shape, Kind::Complex128); !count) return panic(call, count.error());
  }
  const Readable left(call, a), right(call, b);
  Fresh x(call, make(call, both->solution())), ranks(call, make(call, both->outer, 1)), s(call, make(call, values, 2));
  if (!left.has_memory() || !right.has_memory() || !x.has_memory() || !ranks.has_memory() || !s.has_memory()) {
    return Status::NoMemory;
  }
  std::memset(x.data<T>(), 0, static_cast<std::size_t>(x.count()) * sizeof(T));
  std::memset(ranks.data<T>(), 0, static_cast<std::size_t>(ranks.count()) * sizeof(std::int64_t));
  if (both->a.size() != 0) {
    LeastSquares<T> systems(call, *both, static_cast<R>(std::bit_cast<double>(call.args[2])));
    if (!systems.has_memory()) return Status::NoMemory;
    const std::int64_t size = std::int64_t{both->a.columns} * both->b.columns;
    for (std::int64_t i = 0; i < both->count; ++i) {
      ranks.data<std::int64_t>()[i] = systems.find(left.data<T>() + both->a_at(i) * both->a.size(),
                                                   right.data<T>() + both->b_at(i) * both->b.size(),
                                                   x.data<T>() + i * size, s.data<R>() + i * both->a.least());
      if (call.host.is_told_to_stop(call)) return Status::Interrupted;
    }
  }
  x.give(0);
  ranks.give(1);
  s.give(2);
  return Status::Ok;
}

}  // namespace

Status native_tensor_cholesky(Call& call) {
  return by_element(call, []<typename T>(Call& one) { return cholesky<T>(one); });
}
Status native_tensor_solve(Call& call) {
  return by_element(call, []<typename T>(Call& one) { return solve<T>(one); });
}
Status native_tensor_inverse(Call& call) {
  return by_element(call, []<typename T>(Call& one) { return inverse<T>(one); });
}
Status native_tensor_determinant(Call& call) {
  return by_element(call, []<typename T>(Call& one) { return determinant<T>(one); });
}
Status native_tensor_least_squares(Call& call) {
  return by_element(call, []<typename T>(Call& one) { return least_squares<T>(one); });
}

}  // namespace noodle::room
