#pragma once

// The inner loops between floats and the whole numbers of eight bits that stand for them.

#include <cstdint>

#include "runtime/tensor/levels.h"

namespace noodle::tensor {

/// A loop over runs of floats, or of what they are quantized to; scales, which have the floats' type; and zero points.
/// There is a stride for each of the three in elements.
using QuantizeLoop = void (*)(const void* from, const void* scales, const void* zeros, void* out, std::int64_t count,
                              const std::int64_t (&steps)[3]);

/// By type of float (f32, f64) and of whole number (i8, u8).
struct QuantizeLoops {
  QuantizeLoop quantize[2][2];
  QuantizeLoop dequantize[2][2];
};

NOODLE_LEVELS(QuantizeLoops, quantize_loops)

}  // namespace noodle::tensor
