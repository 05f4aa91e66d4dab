#pragma once

// OpenBLAS, which holds LAPACK as well. It is opened when something asks for it, and runs with one thread.

#include <cstddef>
#include <string>

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

/// Its routines for elements of one type. Integers have 32 bits. LAPACK's take matrices column by column and all by
/// address, the lengths of texts last; a length of -1 of the room to work in asks for the best, which is written there.
template <typename T>
struct Routines {
  void (*gemm)(int order, int trans_a, int trans_b, int m, int n, int k, T alpha, const T* a, int lda, const T* b,
               int ldb, T beta, T* c, int ldc) = nullptr;
  void (*trsm)(int order, int side, int uplo, int trans, int diag, int m, int n, T alpha, const T* a, int lda, T* b,
               int ldb) = nullptr;
  void (*potrf)(const char* uplo, const int* n, T* a, const int* lda, int* info, std::size_t) = nullptr;
  void (*getrf)(const int* m, const int* n, T* a, const int* lda, int* pivots, int* info) = nullptr;
  void (*getri)(const int* n, T* a, const int* lda, const int* pivots, T* work, const int* lwork, int* info) = nullptr;
  void (*geqrf)(const int* m, const int* n, T* a, const int* lda, T* tau, T* work, const int* lwork,
                int* info) = nullptr;
  void (*orgqr)(const int* m, const int* n, const int* k, T* a, const int* lda, const T* tau, T* work, const int* lwork,
                int* info) = nullptr;
  void (*gesdd)(const char* job, const int* m, const int* n, T* a, const int* lda, T* s, T* u, const int* ldu, T* vt,
                const int* ldvt, T* work, const int* lwork, int* iwork, int* info, std::size_t) = nullptr;
  void (*syevd)(const char* job, const char* uplo, const int* n, T* a, const int* lda, T* w, T* work, const int* lwork,
                int* iwork, const int* liwork, int* info, std::size_t, std::size_t) = nullptr;
  void (*gelsd)(const int* m, const int* n, const int* nrhs, T* a, const int* lda, T* b, const int* ldb, T* s,
                const T* rcond, int* rank, T* work, const int* lwork, int* iwork, int* info) = nullptr;
};

struct OpenBlas {
  Routines<float> f32;
  Routines<double> f64;
  std::string trouble;  // why there are none
};

const OpenBlas& openblas();

template <typename T>
const Routines<T>& routines() {
  if constexpr (sizeof(T) == sizeof(float))
    return openblas().f32;
  else
    return openblas().f64;
}

}  // namespace noodle::tensor
