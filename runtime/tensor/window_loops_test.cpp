// Loops for all generations of processors that this machine has, against plain ones.

#include "runtime/tensor/window_loops.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "runtime/tensor/quantize_loops.h"
#include "runtime/tensor/testing/levels.h"

namespace noodle::tensor {

namespace {

constexpr std::int64_t kTaps = 16, kCount = 203, kRoom = 512;

// Small whole numbers, of which every sum of products is exact.
template <typename T>
std::vector<T> numbers(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> whole(-8, 8);
  std::vector<T> all(count);
  for (T& number : all) number = static_cast<T>(whole(random));
  return all;
}

template <typename T>
void expect_convolutions(const WindowLoops<T>& loops) {
  const auto from = numbers<T>(2 * kRoom, 1), weights = numbers<T>(kTaps * 16, 2);
  const auto far = numbers<std::int64_t>(kTaps, 3);
  std::int64_t offsets[kTaps];
  for (std::int64_t k = 0; k < kTaps; ++k) offsets[k] = far[k] + 8 + 3 * k;
  for (std::int64_t planes = 1; planes <= loops.height; ++planes) {
    std::vector<T> out(static_cast<std::size_t>(planes * kRoom));
    loops.convolve(weights.data(), kTaps, planes, from.data(), offsets, kTaps, out.data(), kRoom, kCount);
    for (std::int64_t m = 0; m < planes; ++m) {
      for (std::int64_t i = 0; i < kCount; ++i) {
        T sum = 0;
        for (std::int64_t k = 0; k < kTaps; ++k) sum += from[offsets[k] + i] * weights[m * kTaps + k];
        ASSERT_EQ(out[m * kRoom + i], sum) << planes << " planes, result " << i << " of plane " << m;
      }
    }
  }
}

template <typename T>
void expect_joined(const WindowLoops<T>& loops) {
  auto from = numbers<T>(2 * kRoom, 4);
  from[40] = std::numeric_limits<T>::quiet_NaN();
  const std::int64_t offsets[] = {3, 0, 17};
  std::vector<T> greatest(kCount), sum(kCount);
  loops.greatest(from.data(), offsets, 3, greatest.data(), kCount);
  loops.sum(from.data(), offsets, 3, sum.data(), kCount);
  for (std::int64_t i = 0; i < kCount; ++i) {
    const T shown[] = {from[i + 3], from[i], from[i + 17]};
    const T all = shown[0] + shown[1] + shown[2];
    if (std::isnan(all)) {
      EXPECT_TRUE(std::isnan(greatest[i]) && std::isnan(sum[i])) << i;
    } else {
      EXPECT_EQ(greatest[i], std::ranges::max(shown)) << i;
      EXPECT_EQ(sum[i], all) << i;
    }
  }
}

// A window of ones: each of the 2 by 2 results is the sum of 3 by 3 elements of the tile.
template <typename T>
void expect_tiles(const WindowLoops<T>& loops) {
  const auto from = numbers<T>(2 * kRoom, 5);
  std::int64_t taps[16];
  for (std::int64_t k = 0; k < 16; ++k) taps[k] = k / 4 * 100 + k % 4;
  std::vector<T> parts(16 * kRoom), results(4 * kRoom);
  loops.to_tiles(from.data(), taps, parts.data(), kRoom, kCount);
  constexpr T kWeights[] = {1, T(1.5), T(0.5), 1};
  for (std::size_t part = 0; part < 16; ++part) {
    for (std::size_t i = 0; i < kRoom; ++i) parts[part * kRoom + i] *= kWeights[part / 4] * kWeights[part % 4];
  }
  EXPECT_TRUE(loops.from_tiles(parts.data(), kRoom, results.data(), kRoom, kCount));
  for (std::int64_t i = 0; i < kCount; ++i) {
    for (std::int64_t at = 0; at < 4; ++at) {
      T sum = 0;
      for (std::int64_t k = 0; k < 9; ++k) sum += from[i + (at / 2 + k / 3) * 100 + at % 2 + k % 3];
      ASSERT_EQ(results[at * kRoom + i], sum) << "result " << at << " of tile " << i;
    }
  }
  parts[5 * kRoom + 7] = std::numeric_limits<T>::infinity();
  EXPECT_FALSE(loops.from_tiles(parts.data(), kRoom, results.data(), kRoom, kCount));
}

TEST(WindowLoops, GiveWhatPlainOnesGive) {
  for (const AllWindowLoops& loops : levels(window_loops_v2, window_loops_v3, window_loops_v4)) {
    expect_convolutions(loops.f32);
    expect_convolutions(loops.f64);
    expect_joined(loops.f32);
    expect_joined(loops.f64);
    expect_tiles(loops.f32);
    expect_tiles(loops.f64);
  }
}

TEST(QuantizeLoops, RoundAndSaturateOnEveryProcessor) {
  const std::vector<float> from = {0.5F, 1.5F, 2.5F, -0.5F, -1.5F, 126.6F, 1e30F, -1e30F, NAN, INFINITY, -INFINITY};
  const std::vector<std::int8_t> expected = {3, 5, 5, 3, 1, 127, 127, -128, 3, 127, -128};
  const float scale = 1;
  const std::int8_t zero = 3;
  for (const QuantizeLoops& loops : levels(quantize_loops_v2, quantize_loops_v3, quantize_loops_v4)) {
    std::vector<std::int8_t> whole(from.size());
    loops.quantize[0][0](from.data(), &scale, &zero, whole.data(), std::ssize(from), {1, 0, 0});
    EXPECT_EQ(whole, expected);
    std::vector<float> back(whole.size());
    loops.dequantize[0][0](whole.data(), &scale, &zero, back.data(), std::ssize(whole), {1, 0, 0});
    EXPECT_EQ(back[1], 2);
    EXPECT_EQ(back[7], -131);
  }
}

}  // namespace

}  // namespace noodle::tensor
