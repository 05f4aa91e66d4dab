#pragma once

// The inner loops of what moves a window over planes: convolutions and pooling. A plane is given so that neighbours in
// the result read neighbours, whatever the stride (windows.cpp).

#include <cstdint>

#include "runtime/tensor/levels.h"

namespace noodle::tensor {

template <typename T>
struct WindowLoops {
  /// out[i] = from[i * step].
  void (*pick)(const T* from, std::int64_t step, T* out, std::int64_t count);
  /// How many results of a convolution are computed at once, and of how many planes at most.
  std::int64_t width, height;
  /// out[m][i] = the sum over k of weights[m][k] * from[offsets[k] + i], for i below `count` and m below `planes`. Up
  /// to a multiple of `width` is read and written. Sums are added up in order.
  void (*convolve)(const T* weights, std::int64_t weight_step, std::int64_t planes, const T* from,
                   const std::int64_t* offsets, std::int64_t taps, T* out, std::int64_t out_step, std::int64_t count);
  /// What Winograd's way F(2x2, 3x3) makes of tiles of 4 by 4, whose elements lie at from[taps[k] + i]: 16 parts,
  /// `out_step` apart. And what it makes of as many parts: 2 by 2 results; gives whether all are finite. Up to a
  /// multiple of a vector is read and written.
  void (*to_tiles)(const T* from, const std::int64_t (&taps)[16], T* out, std::int64_t out_step, std::int64_t count);
  bool (*from_tiles)(const T* from, std::int64_t from_step, T* out, std::int64_t out_step, std::int64_t count);
  /// out[i] = the greatest of, or the sum of, from[offsets[k] + i]; NaN is the greatest.
  void (*greatest)(const T* from, const std::int64_t* offsets, std::int64_t taps, T* out, std::int64_t count);
  void (*sum)(const T* from, const std::int64_t* offsets, std::int64_t taps, T* out, std::int64_t count);
};

struct AllWindowLoops {
  WindowLoops<float> f32;
  WindowLoops<double> f64;
};

NOODLE_LEVELS(AllWindowLoops, window_loops)

}  // namespace noodle::tensor
