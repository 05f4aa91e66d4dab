// Matrices as products of others that are orthogonal, triangular or diagonal; and diagonals.

#include <algorithm>

#include "runtime/tensor/linalg.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// Ones on the diagonals of square matrices, and zeros.
template <typename T>
void fill_with_ones(const Fresh& out, std::int64_t n) {
  for (std::int64_t i = 0; i < out.count(); ++i) out.data<T>()[i] = i % (n * n) % (n + 1) == 0 ? T{1} : T{0};
}

template <typename T>
class Orthogonal {
 public:
  // LAPACK works in room for 32 of each column.
  static constexpr std::int64_t kMostColumns = kMostRoom / 32;

  // Of each matrix `columns` columns that are orthogonal.
  Orthogonal(Call& call, const Matrices& of, int columns)
      : m_(of.rows),
        n_(of.columns),
        least_(of.least()),
        columns_(columns),
        size_(ask()),
        matrix_(call, std::int64_t{m_} * std::max(n_, columns)),
        factors_(call, least_),
        work_(call, size_) {}

  bool has_memory() const { return matrix_.has_memory() && factors_.has_memory() && work_.has_memory(); }

  void divide(const T* from, T* q, T* r, std::int64_t r_rows) {
    int info = 0;
    transpose(from, n_, m_, n_, matrix_.data(), m_);
    routines<T>().geqrf(&m_, &n_, matrix_.data(), &m_, factors_.data(), work_.data(), &size_, &info);
    transpose(matrix_.data(), m_, n_, r_rows, r, n_);
    for (std::int64_t i = 0; i < r_rows; ++i) std::fill_n(r + i * n_, std::min<std::int64_t>(i, n_), T{0});
    routines<T>().orgqr(&m_, &columns_, &least_, matrix_.data(), &m_, factors_.data(), work_.data(), &size_, &info);
    transpose(matrix_.data(), m_, columns_, m_, q, columns_);
  }

 private:
  int ask() {
    T first = 0, second = 0, any = 0;
    int none = -1, info = 0;
    routines<T>().geqrf(&m_, &n_, &any, &m_, &any, &first, &none, &info);
    routines<T>().orgqr(&m_, &columns_, &least_, &any, &m_, &any, &second, &none, &info);
    return std::max(asked_room(first), asked_room(second));
  }

  int m_, n_, least_, columns_, size_;
  Scratch<T> matrix_, factors_, work_;
};

template <typename T>
Status qr(Call& call) {
  const Operand a(call, 0);
  const auto stack = matrices_of(a.shape());
  if (!stack) return panic(call, stack.error());
  if (stack->columns > Orthogonal<T>::kMostColumns) {
    return panic(call, "matrices of the shape " + text_of(a.shape().last(2)) + " are too large: `qr` takes " +
                           std::to_string(Orthogonal<T>::kMostColumns) + " columns at most");
  }
  const int rank = call.args[1] != 0 ? stack->rows : stack->least();
  const Shape q_shape = stack->with({stack->rows, rank}), r_shape = stack->with({rank, stack->columns});
  for (const Shape& shape : {q_shape, r_shape}) {
    if (const auto count = count_of(shape, result_kind(call)); !count) return panic(call, count.error());
  }
  const Readable from(call, a);
  Fresh q(call, make(call, q_shape)), r(call, make(call, r_shape, 1));
  if (!from.has_memory() || !q.has_memory() || !r.has_memory()) return Status::NoMemory;
  if (stack->count == 0) {
    fill_with_ones<T>(q, rank);
  } else {
    Orthogonal<T> work(call, *stack, rank);
    if (!work.has_memory()) return Status::NoMemory;
    for (std::int64_t i = 0; i < stack->count; ++i) {
      work.divide(from.data<T>() + i * stack->size(), q.data<T>() + i * stack->rows * rank,
                  r.data<T>() + i * rank * stack->columns, rank);
      if (call.host.is_told_to_stop(call)) return Status::Interrupted;
    }
  }
  q.give(0);
  r.give(1);
  return Status::Ok;
}

// One matrix after another. LAPACK sees the transpose, and so the right vectors as the left ones, row by row.
template <typename T>
class Singular {
  using R = part<T>;

 public:
  // What is found: 'N' no vectors, 'S' as many as there are values, 'A' all.
  Singular(Call& call, const Matrices& of, char what)
      : m_(of.rows),
        n_(of.columns),
        what_(what),
        left_(what == 'A' ? m_ : of.least()),
        size_(ask()),
        matrix_(call, of.size()),
        work_(call, size_),
        real_(call, real_size(of, what)),
        ints_(call, std::int64_t{8} * of.least()) {}

  bool has_memory() const {
    return matrix_.has_memory() && work_.has_memory() && real_.has_memory() && ints_.has_memory();
  }

  // Whether there were values; there are none of what isn't finite.
  bool find(const T* from, T* u, R* s, T* vh) {
    const std::int64_t size = std::int64_t{m_} * n_;
    if (!are_finite(from, size)) return false;
    std::copy_n(from, size, matrix_.data());
    int info = 0;
    gesdd(&what_, &n_, &m_, matrix_.data(), &n_, s, vh, &n_, u, &left_, work_.data(), &size_, real_.data(),
          ints_.data(), &info);
    return info == 0;
  }

 private:
  int ask() {
    T best = 0, any = 0;
    R real = 0;
    int none = -1, whole = 0, info = 0;
    gesdd(&what_, &n_, &m_, &any, &n_, &real, &any, &n_, &any, &left_, &best, &none, &real, &whole, &info);
    return asked_room(best);
  }

  // As LAPACK's manual has it, which can't be asked.
  static std::int64_t real_size(const Matrices& of, char what) {
    if (!is_complex<T>) return 0;
    const std::int64_t least = of.least(), most = of.most();
    if (what == 'N') return 7 * least;
    return std::max(5 * least * least + 7 * least, 2 * most * least + 2 * least * least + least);
  }

  int m_, n_;
  char what_;
  int left_, size_;
  Scratch<T> matrix_, work_;
  Scratch<R> real_;
  Scratch<int> ints_;
};

template <typename T>
Status svd(Call& call) {
  using R = part<T>;
  const Operand a(call, 0);
  if (!gives<R>(call, 1)) return Status::Panic;
  const bool with_vectors = call.args[1] != 0, with_all = call.args[2] != 0;
  const auto stack = divisible_of(a.shape());
  if (!stack) return panic(call, stack.error());
  const int rank = stack->least();
  const int left = with_all ? stack->rows : rank, right = with_all ? stack->columns : rank;
  const Shape u_shape = with_vectors ? stack->with({stack->rows, left}) : Shape{0};
  const Shape vh_shape = with_vectors ? stack->with({right, stack->columns}) : Shape{0};
  for (const Shape& shape : {u_shape, vh_shape, stack->with({rank})}) {
    if (const auto count = count_of(shape, result_kind(call)); !count) return panic(call, count.error());
  }
  const Readable from(call, a);
  Fresh u(call, make(call, u_shape)), s(call, make(call, stack->with({rank}), 1)), vh(call, make(call, vh_shape, 2));
  if (!from.has_memory() || !u.has_memory() || !s.has_memory() || !vh.has_memory()) return Status::NoMemory;
  if (stack->count == 0) {
    fill_with_ones<T>(u, left);
    fill_with_ones<T>(vh, right);
  } else {
    Singular<T> work(call, *stack, !with_vectors ? 'N' : with_all ? 'A' : 'S');
    if (!work.has_memory()) return Status::NoMemory;
    const std::int64_t u_size = u.count() / stack->count, vh_size = vh.count() / stack->count;
    for (std::int64_t i = 0; i < stack->count; ++i) {
      T *const left_vectors = u.data<T>() + i * u_size, *const right_vectors = vh.data<T>() + i * vh_size;
      R* const singular = s.data<R>() + i * rank;
      if (!work.find(from.data<T>() + i * stack->size(), left_vectors, singular, right_vectors)) {
        std::fill_n(left_vectors, u_size, kNan<T>);
        std::fill_n(singular, rank, kNan<R>);
        std::fill_n(right_vectors, vh_size, kNan<T>);
      }
      if (call.host.is_told_to_stop(call)) return Status::Interrupted;
    }
  }
  u.give(0);
  s.give(1);
  vh.give(2);
  return Status::Ok;
}

// One symmetric matrix after another, of which the lower triangle is read: to LAPACK the upper one. The transpose of a
// Hermitian one is its conjugate, and so are the transpose's vectors.
template <typename T>
class Symmetric {
  using R = part<T>;

 public:
  Symmetric(Call& call, int n, bool with_vectors)
      : n_(n),
        what_(with_vectors ? 'V' : 'N'),
        size_(ask()),
        matrix_(call, std::int64_t{n} * n),
        work_(call, size_),
        real_(call, real_size_),
        ints_(call, ints_size_) {}

  bool has_memory() const {
    return matrix_.has_memory() && work_.has_memory() && real_.has_memory() && ints_.has_memory();
  }

  // Whether there were values; there are none of what isn't finite.
  bool find(const T* from, R* values, T* vectors) {
    const std::int64_t size = std::int64_t{n_} * n_;
    if (!are_finite(from, size)) return false;
    std::copy_n(from, size, matrix_.data());
    int info = 0;
    syevd(&what_, "U", &n_, matrix_.data(), &n_, values, work_.data(), &size_, real_.data(), &real_size_, ints_.data(),
          &ints_size_, &info);
    if (what_ != 'V') return info == 0;
    transpose(matrix_.data(), n_, n_, n_, vectors, n_);
    if constexpr (is_complex<T>) std::transform(vectors, vectors + size, vectors, [](T x) { return std::conj(x); });
    return info == 0;
  }

 private:
  int ask() {
    T best = 0, any = 0;
    R real = 0, values = 0;
    int none = -1, info = 0;
    syevd(&what_, "U", &n_, &any, &n_, &values, &best, &none, &real, &none, &ints_size_, &none, &info);
    real_size_ = is_complex<T> ? asked_room(real) : 0;
    return asked_room(best);
  }

  int n_;
  char what_;
  int ints_size_ = 0, real_size_ = 0, size_;
  Scratch<T> matrix_, work_;
  Scratch<R> real_;
  Scratch<int> ints_;
};

template <typename T>
Status eigh(Call& call) {
  using R = part<T>;
  const Operand a(call, 0);
  if (!gives<R>(call, 0)) return Status::Panic;
  const bool with_vectors = call.args[1] != 0;
  if (const auto square = squares_of(a.shape()); !square) return panic(call, square.error());
  const auto stack = divisible_of(a.shape());
  if (!stack) return panic(call, stack.error());
  const int n = stack->rows;
  const Readable from(call, a);
  Fresh values(call, make(call, stack->with({n}))),
      vectors(call, make(call, with_vectors ? stack->with({n, n}) : Shape{0}, 1));
  if (!from.has_memory() || !values.has_memory() || !vectors.has_memory()) return Status::NoMemory;
  if (stack->count != 0) {
    Symmetric<T> work(call, n, with_vectors);
    if (!work.has_memory()) return Status::NoMemory;
    const std::int64_t size = vectors.count() / stack->count;
    for (std::int64_t i = 0; i < stack->count; ++i) {
      R* const to = values.data<R>() + i * n;
      T* const rows = vectors.data<T>() + i * size;
      if (!work.find(from.data<T>() + i * stack->size(), to, rows)) {
        std::fill_n(to, n, kNan<R>);
        std::fill_n(rows, size, kNan<T>);
      }
      if (call.host.is_told_to_stop(call)) return Status::Interrupted;
    }
  }
  values.give(0);
  vectors.give(1);
  return Status::Ok;
}

}  // namespace

Status native_tensor_qr(Call& call) {
  return by_element(call, []<typename T>(Call& one) { return qr<T>(one); });
}
Status native_tensor_svd(Call& call) {
  return by_element(call, []<typename T>(Call& one) { return svd<T>(one); });
}
Status native_tensor_eigh(Call& call) {
  return by_element(call, []<typename T>(Call& one) { return eigh<T>(one); });
}

Status native_tensor_diagonal(Call& call) {
  const Operand a(call, 0);
  const auto stack = matrices_of(a.shape());
  if (!stack) return panic(call, stack.error());
  const std::int64_t offset = std::clamp<std::int64_t>(int_arg(call, 1), -INT32_MAX, INT32_MAX);
  const std::int64_t above = std::max<std::int64_t>(offset, 0), below = above - offset;
  const std::int64_t count = std::max<std::int64_t>(std::min(stack->rows - below, stack->columns - above), 0);
  const std::uint32_t last = a.rank() - 1;
  TensorObject* made = make_view(call, a, last);
  if (made == nullptr) return Status::NoMemory;
  std::ranges::copy(stack->outer, made->shape());
  for (std::uint32_t axis = 0; axis + 1 < last; ++axis) made->strides()[axis] = a.stride(axis);
  made->shape()[last - 1] = count;
  made->strides()[last - 1] = a.stride(last - 1) + a.stride(last);
  count_elements(*made);
  if (made->count != 0) {
    made->data += (below * a.stride(last - 1) + above * a.stride(last)) * std::int64_t{element_size(a.kind())};
  }
  return give(call, made);
}

}  // namespace noodle::room
