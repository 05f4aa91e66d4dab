#pragma once

// Random numbers by the run: Philox 4x32-10 and what is made of its words. All of it is whole numbers and operations
// that IEEE 754 fixes to the last bit, so every generation of processors gives the same numbers.

#include <cstdint>

#include "runtime/tensor/levels.h"

namespace noodle::tensor {

/// Loops that make `count` floats of as many random words of their size. Normal ones come in pairs: `count` is even.
template <typename Word, typename Float>
struct FloatDraws {
  /// From 0 up to, but without, 1: what is left of a word when `dropped` bits are, at equal distances.
  void (*uniform)(const Word* words, Float* out, std::int64_t count, unsigned dropped);
  /// By Box and Muller: a distance of one word, and an angle of the next.
  void (*normal)(const Word* words, Float* out, std::int64_t count);
  void (*exponential)(const Word* words, Float* out, std::int64_t count);
};

struct RandomLoops {
  /// The words of `blocks` counters from `first` on, four of 32 bits each. `out` has room for a multiple of
  /// kBlocksAtOnce.
  void (*words)(std::uint64_t key, std::uint64_t stream, std::uint64_t first, void* out, std::int64_t blocks);
  FloatDraws<std::uint32_t, float> f32;
  FloatDraws<std::uint64_t, double> f64;
};
inline constexpr std::int64_t kBlocksAtOnce = 16;

NOODLE_LEVELS(RandomLoops, random_loops)

}  // namespace noodle::tensor
