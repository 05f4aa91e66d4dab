#pragma once

#include "runtime/tensor/kernels.h"

namespace noodle::tensor {

/// Elementary functions of complex numbers; one by one, so that they are the same for every processor.
void add_complex_math(Kernels& all);

}  // namespace noodle::tensor
