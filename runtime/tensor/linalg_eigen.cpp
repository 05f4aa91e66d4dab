// Values and vectors of matrices that needn't be symmetric, which are complex numbers.

#include "runtime/tensor/linalg.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// One matrix after another.
template <typename T>
class Eigen {
  using R = part<T>;
  using C = std::complex<R>;

 public:
  Eigen(Call& call, int n, bool with_vectors)
      : n_(n),
        what_(with_vectors ? 'V' : 'N'),
        size_(ask()),
        matrix_(call, std::int64_t{n} * n),
        values_(call, n),
        imaginary_(call, n),
        vectors_(call, with_vectors ? std::int64_t{n} * n : 0),
        work_(call, size_),
        real_(call, std::int64_t{2} * n) {}

  bool has_memory() const {
    return matrix_.has_memory() && values_.has_memory() && imaginary_.has_memory() && vectors_.has_memory() &&
           work_.has_memory() && real_.has_memory();
  }

  // Whether there were values; there are none of what isn't finite.
  bool find(const T* from, C* values, C* vectors) {
    if (!are_finite(from, std::int64_t{n_} * n_)) return false;
    transpose(from, n_, n_, n_, matrix_.data(), n_);
    int info = 0;
    geev(&what_, &n_, matrix_.data(), &n_, values_.data(), imaginary_.data(), vectors_.data(), work_.data(), &size_,
         real_.data(), &info);
    if (info != 0) return false;
    for (std::int64_t i = 0; i < n_; ++i) values[i] = value(i);
    for (std::int64_t j = 0; what_ == 'V' && j < n_; ++j) write_vector(j, vectors);
    return true;
  }

 private:
  int ask() {
    T best = 0, any = 0;
    R real = 0;
    int none = -1, info = 0;
    geev(&what_, &n_, &any, &n_, &any, &any, &any, &best, &none, &real, &info);
    return asked_room(best);
  }

  C value(std::int64_t i) const {
    if constexpr (is_complex<T>)
      return values_.data()[i];
    else
      return {values_.data()[i], imaginary_.data()[i]};
  }

  // Column j of the result; columns lie one after the other here.
  void write_vector(std::int64_t j, C* to) const {
    const T* column = vectors_.data() + j * n_;
    for (std::int64_t i = 0; i < n_; ++i, to += n_) {
      if constexpr (is_complex<T>) {
        to[j] = column[i];
      } else {
        // Of a pair the one above the real axis comes first.
        const R side = imaginary_.data()[j];
        to[j] = side == 0 ? C(column[i]) : side > 0 ? C(column[i], column[i + n_]) : C(column[i - n_], -column[i]);
      }
    }
  }

  int n_;
  char what_;
  int size_;
  Scratch<T> matrix_, values_, imaginary_, vectors_, work_;
  Scratch<R> real_;
};

template <typename T>
Status eig(Call& call) {
  using C = std::complex<part<T>>;
  const Operand a(call, 0);
  const bool with_vectors = call.args[1] != 0;
  if (!gives<C>(call, 0)) return Status::Panic;
  if (const auto square = squares_of(a.shape()); !square) return panic(call, square.error());
  const auto stack = divisible_of(a.shape());
  if (!stack) return panic(call, stack.error());
  const int n = stack->rows;
  for (const Shape& shape : {stack->with({n}), stack->with({n, n})}) {
    if (const auto count = count_of(shape, kind_of<C>); !count) return panic(call, count.error());
  }
  const Readable from(call, a);
  Fresh values(call, make(call, stack->with({n}))),
      vectors(call, make(call, with_vectors ? stack->with({n, n}) : Shape{0}, 1));
  if (!from.has_memory() || !values.has_memory() || !vectors.has_memory()) return Status::NoMemory;
  if (stack->count != 0) {
    Eigen<T> work(call, n, with_vectors);
    if (!work.has_memory()) return Status::NoMemory;
    const std::int64_t size = vectors.count() / stack->count;
    for (std::int64_t i = 0; i < stack->count; ++i) {
      C *const to = values.data<C>() + i * n, *const columns = vectors.data<C>() + i * size;
      if (!work.find(from.data<T>() + i * stack->size(), to, columns)) {
        std::fill_n(to, n, kNan<C>);
        std::fill_n(columns, size, kNan<C>);
      }
      if (call.host.is_told_to_stop(call)) return Status::Interrupted;
    }
  }
  values.give(0);
  vectors.give(1);
  return Status::Ok;
}

}  // namespace

Status native_tensor_eig(Call& call) {
  return by_element(call, []<typename T>(Call& one) { return eig<T>(one); });
}

}  // namespace noodle::room
