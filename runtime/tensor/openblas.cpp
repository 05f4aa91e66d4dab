#include "runtime/tensor/openblas.h"

#include <dlfcn.h>

namespace noodle::tensor {

namespace {

class Library {
 public:
  explicit Library(OpenBlas& made) : made_(made), handle_(dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ != nullptr) return;
    made_.trouble = "linear algebra needs OpenBLAS, which is not installed (`apt-get install libopenblas0-pthread`): ";
    made_.trouble += dlerror();
  }

  template <typename F>
  void find(F& function, const std::string& name) {
    if (handle_ == nullptr) return;
    function = reinterpret_cast<F>(dlsym(handle_, name.c_str()));
    if (function == nullptr) made_.trouble = "this OpenBLAS has no " + name;
  }

  // Those whose names begin with the letter of an element's type. What is orthogonal and symmetric is called unitary
  // and Hermitian where elements are complex.
  template <typename T>
  void find_all(Routines<T>& of, const std::string& letter) {
    find(of.gemm, "cblas_" + letter + "gemm");
    find(of.trsm, "cblas_" + letter + "trsm");
    find(of.potrf, letter + "potrf_");
    find(of.getrf, letter + "getrf_");
    find(of.getri, letter + "getri_");
    find(of.geqrf, letter + "geqrf_");
    find(of.orgqr, letter + (is_complex<T> ? "ungqr_" : "orgqr_"));
    find(of.gesdd, letter + "gesdd_");
    find(of.syevd, letter + (is_complex<T> ? "heevd_" : "syevd_"));
    find(of.gelsd, letter + "gelsd_");
    find(of.geev, letter + "geev_");
  }

 private:
  OpenBlas& made_;
  void* handle_;
};

}  // namespace

const OpenBlas& openblas() {
  static const OpenBlas opened = [] {
    OpenBlas made;
    Library library(made);
    void (*set_threads)(int) = nullptr;
    library.find(set_threads, "openblas_set_num_threads");
    library.find_all(made.f32, "s");
    library.find_all(made.f64, "d");
    library.find_all(made.c64, "c");
    library.find_all(made.c128, "z");
    if (set_threads != nullptr) set_threads(1);
    return made;
  }();
  return opened;
}

}  // namespace noodle::tensor
