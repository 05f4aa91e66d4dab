#pragma once

// The ways to compute a convolution.

#include "runtime/tensor/windows.h"

namespace noodle::tensor {

struct ConvolutionSizes {
  std::int64_t images, channels;  // channels of one group
  std::int64_t planes, groups;    // planes of results of one group
};

/// Whether Winograd's way is worth it: windows of 3 by 3 that move by single steps over enough planes.
bool has_tiles(const ConvolutionSizes& sizes, const Window& window);
/// Convolves by Winograd's way. Sets `is_finite` to false where a result isn't, which then may be wrong: what isn't
/// finite reaches neighbours here that don't see it.
template <typename T>
Status convolve_tiles(Call& call, const Operand& x, const Operand& weights, const ConvolutionSizes& sizes,
                      const Window& window, TensorObject* out, bool& is_finite);

}  // namespace noodle::tensor
