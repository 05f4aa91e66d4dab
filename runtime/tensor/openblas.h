#pragma once

// OpenBLAS, which holds LAPACK as well. It is opened when something asks for it, and runs with one thread.

#include <complex>
#include <cstddef>
#include <string>
#include <type_traits>

namespace noodle::tensor {

/// As in cblas.h.
enum Blas : int {
  kRowMajor = 101,
  kPlain = 111,
  kTransposed = 112,
  kUpper = 121,
  kLower = 122,
  kNonUnit = 131,
  kUnit = 132,
  kLeft = 141
};

/// The type of an element's parts: itself, unless it is complex.
template <typename T>
struct Parts {
  using type = T;
};
template <typename T>
struct Parts<std::complex<T>> {
  using type = T;
};
template <typename T>
using part = typename Parts<T>::type;
template <typename T>
constexpr bool is_complex = !std::is_same_v<part<T>, T>;

/// Its routines for elements of one type. Integers have 32 bits. LAPACK's take matrices column by column and all by
/// address, the lengths of texts last; a length of -1 of the room to work in asks for the best, which is written there.
/// Some of those for complex elements want room for real numbers besides, behind the other.
template <typename T>
struct Routines {
  using R = part<T>;
  // BLAS takes complex factors by address.
  using Factor = std::conditional_t<is_complex<T>, const T*, T>;

  void (*gemm)(int order, int trans_a, int trans_b, int m, int n, int k, Factor alpha, const T* a, int lda, const T* b,
               int ldb, Factor beta, T* c, int ldc) = nullptr;
  void (*trsm)(int order, int side, int uplo, int trans, int diag, int m, int n, Factor alpha, const T* a, int lda,
               T* b, int ldb) = nullptr;
  void (*potrf)(const char* uplo, const int* n, T* a, const int* lda, int* info, std::size_t) = nullptr;
  void (*getrf)(const int* m, const int* n, T* a, const int* lda, int* pivots, int* info) = nullptr;
  void (*getri)(const int* n, T* a, const int* lda, const int* pivots, T* work, const int* lwork, int* info) = nullptr;
  void (*geqrf)(const int* m, const int* n, T* a, const int* lda, T* tau, T* work, const int* lwork,
                int* info) = nullptr;
  void (*orgqr)(const int* m, const int* n, const int* k, T* a, const int* lda, const T* tau, T* work, const int* lwork,
                int* info) = nullptr;

  /// Pointers to those that differ.
  void *gesdd = nullptr, *syevd = nullptr, *gelsd = nullptr, *geev = nullptr;
};

struct OpenBlas {
  Routines<float> f32;
  Routines<double> f64;
  Routines<std::complex<float>> c64;
  Routines<std::complex<double>> c128;
  std::string trouble;  // why there are none
};

const OpenBlas& openblas();

template <typename T>
const Routines<T>& routines() {
  if constexpr (std::is_same_v<T, float>)
    return openblas().f32;
  else if constexpr (std::is_same_v<T, double>)
    return openblas().f64;
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    return openblas().c64;
  else
    return openblas().c128;
}

/// A factor as BLAS takes it.
template <typename T>
typename Routines<T>::Factor factor_of(const T& value) {
  if constexpr (is_complex<T>)
    return &value;
  else
    return value;
}

/// The routines that differ, called alike; `real` is what complex ones work in besides.
template <typename T>
void gesdd(const char* job, const int* m, const int* n, T* a, const int* lda, part<T>* s, T* u, const int* ldu, T* vt,
           const int* ldvt, T* work, const int* lwork, part<T>* real, int* iwork, int* info) {
  using R = part<T>;
  if constexpr (is_complex<T>) {
    reinterpret_cast<void (*)(const char*, const int*, const int*, T*, const int*, R*, T*, const int*, T*, const int*,
                              T*, const int*, R*, int*, int*, std::size_t)>(routines<T>().gesdd)(
        job, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork, real, iwork, info, 1);
  } else {
    reinterpret_cast<void (*)(const char*, const int*, const int*, T*, const int*, T*, T*, const int*, T*, const int*,
                              T*, const int*, int*, int*, std::size_t)>(routines<T>().gesdd)(
        job, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork, iwork, info, 1);
  }
}
template <typename T>
void syevd(const char* job, const char* uplo, const int* n, T* a, const int* lda, part<T>* w, T* work, const int* lwork,
           part<T>* real, const int* lreal, int* iwork, const int* liwork, int* info) {
  using R = part<T>;
  if constexpr (is_complex<T>) {
    reinterpret_cast<void (*)(const char*, const char*, const int*, T*, const int*, R*, T*, const int*, R*, const int*,
                              int*, const int*, int*, std::size_t, std::size_t)>(routines<T>().syevd)(
        job, uplo, n, a, lda, w, work, lwork, real, lreal, iwork, liwork, info, 1, 1);
  } else {
    reinterpret_cast<void (*)(const char*, const char*, const int*, T*, const int*, T*, T*, const int*, int*,
                              const int*, int*, std::size_t, std::size_t)>(routines<T>().syevd)(
        job, uplo, n, a, lda, w, work, lwork, iwork, liwork, info, 1, 1);
  }
}
template <typename T>
void gelsd(const int* m, const int* n, const int* nrhs, T* a, const int* lda, T* b, const int* ldb, part<T>* s,
           const part<T>* rcond, int* rank, T* work, const int* lwork, part<T>* real, int* iwork, int* info) {
  using R = part<T>;
  if constexpr (is_complex<T>) {
    reinterpret_cast<void (*)(const int*, const int*, const int*, T*, const int*, T*, const int*, R*, const R*, int*,
                              T*, const int*, R*, int*, int*)>(routines<T>().gelsd)(
        m, n, nrhs, a, lda, b, ldb, s, rcond, rank, work, lwork, real, iwork, info);
  } else {
    reinterpret_cast<void (*)(const int*, const int*, const int*, T*, const int*, T*, const int*, T*, const T*, int*,
                              T*, const int*, int*, int*)>(routines<T>().gelsd)(m, n, nrhs, a, lda, b, ldb, s, rcond,
                                                                                rank, work, lwork, iwork, info);
  }
}
/// Values and right vectors, if the job is 'V'. Those of real matrices are in two parts: real and imaginary parts of
/// values, and of a pair of vectors, which are conjugates, side by side.
template <typename T>
void geev(const char* job, const int* n, T* a, const int* lda, T* values, T* imaginary, T* vectors, T* work,
          const int* lwork, part<T>* real, int* info) {
  using R = part<T>;
  if constexpr (is_complex<T>) {
    reinterpret_cast<void (*)(const char*, const char*, const int*, T*, const int*, T*, T*, const int*, T*, const int*,
                              T*, const int*, R*, int*, std::size_t, std::size_t)>(routines<T>().geev)(
        "N", job, n, a, lda, values, nullptr, n, vectors, n, work, lwork, real, info, 1, 1);
  } else {
    reinterpret_cast<void (*)(const char*, const char*, const int*, T*, const int*, T*, T*, T*, const int*, T*,
                              const int*, T*, const int*, int*, std::size_t, std::size_t)>(routines<T>().geev)(
        "N", job, n, a, lda, values, imaginary, nullptr, n, vectors, n, work, lwork, info, 1, 1);
  }
}

}  // namespace noodle::tensor
