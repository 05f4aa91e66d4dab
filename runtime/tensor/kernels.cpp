#include "runtime/tensor/kernels.h"

#include "runtime/tensor/levels.h"

namespace noodle::tensor {

NOODLE_LEVELS(Kernels, loops)

const Kernels& kernels() {
  static const Kernels chosen = chosen_loops();
  return chosen;
}

}  // namespace noodle::tensor
