// Compiled once for each generation of processors, as NOODLE_RANDOM.

#include "runtime/tensor/random_loops.h"

#include <cmath>
#include <cstddef>
#include <cstring>

namespace noodle::tensor {

namespace {

using Lanes = std::uint64_t __attribute__((vector_size(64)));
constexpr std::int64_t kLanes = 8;
static_assert(kBlocksAtOnce % kLanes == 0);

// A word of 32 bits stands in the lower half of each lane. What is in the upper half doesn't matter.
struct State {
  Lanes a, b, c, d;

  void turn(std::uint64_t k, std::uint64_t l) {
    const Lanes first = (a & kLow) * 0xd251'1f53, second = (c & kLow) * 0xcd9e'8d57;
    a = second >> 32 ^ b ^ k;
    c = first >> 32 ^ d ^ l;
    b = second;
    d = first;
  }

  static constexpr std::uint64_t kLow = 0xffff'ffff;
};

// Two states at a time: one's products take as long as the other's other steps.
void words(std::uint64_t key, std::uint64_t stream, std::uint64_t first, void* out, std::int64_t blocks) {
  auto* to = static_cast<std::byte*>(out);
  constexpr Lanes kCount = {0, 1, 2, 3, 4, 5, 6, 7};
  for (std::int64_t done = 0; done < blocks; done += kBlocksAtOnce) {
    State states[kBlocksAtOnce / kLanes];
    for (std::int64_t i = 0; i < kBlocksAtOnce / kLanes; ++i) {
      const Lanes block = kCount + (first + static_cast<std::uint64_t>(done + i * kLanes));
      states[i] = {.a = block, .b = block >> 32, .c = Lanes{} + stream, .d = Lanes{} + (stream >> 32)};
    }
    std::uint64_t k = key, l = key >> 32;
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; ++round, k += 0x9e37'79b9, l += 0xbb67'ae85) {
      for (State& state : states) state.turn(k, l);
    }
    for (const State& state : states) {
      const Lanes low = (state.a & State::kLow) | state.b << 32, high = (state.c & State::kLow) | state.d << 32;
      const Lanes pairs[] = {__builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11),
                             __builtin_shufflevector(low, high, 4, 12, 5, 13, 6, 14, 7, 15)};
      std::memcpy(to, pairs, sizeof pairs);
      to += sizeof pairs;
    }
  }
}

template <typename Float>
struct Format;
template <>
struct Format<float> {
  using Word = std::uint32_t;
  static constexpr unsigned kMantissa = 23, kBias = 127;
  static constexpr int kLogTerms = 5, kSineTerms = 5,
                       kCosineTerms = 6;  // of the series, up to half a unit in the last place
};
template <>
struct Format<double> {
  using Word = std::uint64_t;
  static constexpr unsigned kMantissa = 52, kBias = 1023;
  static constexpr int kLogTerms = 11, kSineTerms = 9, kCosineTerms = 10;
};

// The natural logarithm of a normal number up to 1: with x = m * 2**e and m around 1, it is e * log 2 + 2 artanh(s)
// with s = (m - 1) / (m + 1).
template <typename Float>
Float logarithm(Float x) {
  using F = Format<Float>;
  using Word = typename F::Word;
  const auto bits = __builtin_bit_cast(Word, x);
  const auto least = __builtin_bit_cast(Word, static_cast<Float>(M_SQRT1_2));
  // How far the exponent is above that of the least m, plus the bias so that it isn't negative.
  const Word exponent = (bits - least + (Word{F::kBias} << F::kMantissa)) >> F::kMantissa;
  const auto m = __builtin_bit_cast(Float, bits - ((exponent - F::kBias) << F::kMantissa));
  const Float s = (m - 1) / (m + 1), square = s * s;
  Float sum = 0;
#pragma clang loop unroll(full)
  for (int term = F::kLogTerms; term-- > 0;) sum = sum * square + Float{1} / static_cast<Float>(2 * term + 1);
  return (static_cast<Float>(exponent) - Float{F::kBias}) * static_cast<Float>(M_LN2) + 2 * s * sum;
}

// Taylor's series of the sine (odd powers) or the cosine, up to an eighth of a turn from 0.
template <int terms, bool is_sine, typename Float>
Float series(Float x) {
  const Float square = x * x;
  Float sum = 1;
#pragma clang loop unroll(full)
  for (int term = terms - 1; term-- > 0;) {
    const int power = 2 * term + (is_sine ? 1 : 0);
    sum = 1 - sum * (square * (Float{1} / static_cast<Float>((power + 1) * (power + 2))));
  }
  return is_sine ? sum * x : sum;
}

// A word as a number above 0 and up to 1.
template <typename Float, typename Word>
Float above_zero(Word word) {
  if constexpr (sizeof(Word) == 4)
    return (static_cast<Float>(word) + 1) * 0x1p-32F;
  else
    return (static_cast<Float>(word >> 11) + 1) * 0x1p-53;
}

template <typename Float, typename Word>
void uniform(const Word* words, Float* out, std::int64_t count, unsigned dropped) {
  const Float unit = sizeof(Word) == 4 ? static_cast<Float>(Word{1} << dropped) * Float(0x1p-32)
                                       : static_cast<Float>(Word{1} << dropped) * Float(0x1p-64);
  for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<Float>(words[i] >> dropped) * unit;
}

template <typename Float, typename Word>
void exponential(const Word* words, Float* out, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = -logarithm(above_zero<Float>(words[i]));
}

// The upper two bits of the angle's word are the quarter of the turn, the others say where in it.
template <typename Float, typename Word>
void normal(const Word* words, Float* out, std::int64_t count) {
  using F = Format<Float>;
  constexpr unsigned kBits = sizeof(Word) * 8, kUnused = kBits - F::kMantissa - 1;
  constexpr Float kUnit = sizeof(Word) == 4 ? Float(0x1p-24) : Float(0x1p-53);
  for (std::int64_t i = 0; i < count; i += 2) {
    const Float distance = __builtin_elementwise_sqrt(-2 * logarithm(above_zero<Float>(words[i])));
    const Word angle = words[i + 1], quarter = angle >> (kBits - 2);
    const Float x = (static_cast<Float>(angle << 2 >> kUnused) * kUnit - Float{0.5}) * static_cast<Float>(M_PI_2);
    const Float sine = series<F::kSineTerms, true>(x), cosine = series<F::kCosineTerms, false>(x);
    const bool is_odd = (quarter & 1) != 0;
    const auto first = __builtin_bit_cast(Word, distance * (is_odd ? sine : cosine));
    const auto second = __builtin_bit_cast(Word, distance * (is_odd ? cosine : sine));
    out[i] = __builtin_bit_cast(Float, first ^ ((quarter + 1) >> 1 << (kBits - 1)));
    out[i + 1] = __builtin_bit_cast(Float, second ^ (quarter >> 1 << (kBits - 1)));
  }
}

template <typename Word, typename Float>
constexpr FloatDraws<Word, Float> kDraws = {
    .uniform = uniform<Float, Word>, .normal = normal<Float, Word>, .exponential = exponential<Float, Word>};

}  // namespace

RandomLoops NOODLE_RANDOM() {
  return {.words = words, .f32 = kDraws<std::uint32_t, float>, .f64 = kDraws<std::uint64_t, double>};
}

}  // namespace noodle::tensor
