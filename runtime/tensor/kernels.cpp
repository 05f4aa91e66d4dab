#include "runtime/tensor/kernels.h"

#include "runtime/tensor/complex_math.h"
#include "runtime/tensor/levels.h"

namespace noodle::tensor {

NOODLE_LEVELS(Kernels, loops)

const Kernels& kernels() {
  static const Kernels chosen = [] {
    Kernels made = chosen_loops();
    add_complex_math(made);
    return made;
  }();
  return chosen;
}

}  // namespace noodle::tensor
