#include "runtime/tensor/kernels.h"

namespace noodle::tensor {

#if defined(__x86_64__)
Kernels loops_v2();
Kernels loops_v3();
Kernels loops_v4();

namespace {

Kernels choose() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return loops_v4();
  if (__builtin_cpu_supports("x86-64-v3")) return loops_v3();
  return loops_v2();
}

}  // namespace
#else
Kernels loops_plain();

namespace {

Kernels choose() { return loops_plain(); }

}  // namespace
#endif

const Kernels& kernels() {
  static const Kernels chosen = choose();
  return chosen;
}

}  // namespace noodle::tensor
