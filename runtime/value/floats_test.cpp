#include "runtime/value/floats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace noodle::value {
namespace {

struct Narrow {
  const char* name;
  int exponent_bits, mantissa_bits;
  float (*widen)(std::uint16_t);
  std::uint16_t (*from_f32)(float);
  std::uint16_t (*from_f64)(double);
};
constexpr Narrow kNarrow[] = {{"f16", 5, 10, f16_to_f32, f32_to_f16, f64_to_f16},
                              {"bf16", 8, 7, bf16_to_f32, f32_to_bf16, f64_to_bf16}};

std::uint16_t infinity_of(const Narrow& n) {
  return static_cast<std::uint16_t>(((1 << n.exponent_bits) - 1) << n.mantissa_bits);
}

// What the bits mean, by the definition of the format.
double meaning(const Narrow& n, std::uint16_t bits) {
  const int exponent = bits >> n.mantissa_bits & ((1 << n.exponent_bits) - 1);
  const int mantissa = bits & ((1 << n.mantissa_bits) - 1);
  const int bias = (1 << (n.exponent_bits - 1)) - 1;
  const double value = exponent == 0 ? std::ldexp(mantissa, 1 - bias - n.mantissa_bits)
                                     : std::ldexp((1 << n.mantissa_bits) + mantissa, exponent - bias - n.mantissa_bits);
  return (bits & 0x8000) != 0 ? -value : value;
}

// The nearest of all finite values, the even one in the middle; past the last half step, infinity.
std::uint16_t nearest(const Narrow& n, const std::vector<double>& all, double x) {
  const double magnitude = std::fabs(x);
  const auto sign = static_cast<std::uint16_t>(std::signbit(x) ? 0x8000 : 0);
  const auto at = std::lower_bound(all.begin(), all.end(), magnitude);
  const auto above = static_cast<std::uint16_t>(at - all.begin());
  if (above == 0) return sign;
  const double low = all[above - 1u];
  const double high = above < all.size() ? all[above] : low + (low - all[above - 2u]);
  const std::uint16_t up = above < all.size() ? above : infinity_of(n);
  // Both differences are exact: the three lie within a factor of two, or low is zero.
  const double below = magnitude - low, beyond = high - magnitude;
  const bool take_high = below > beyond || (below == beyond && (above & 1) == 0);
  return static_cast<std::uint16_t>(sign | (take_high ? up : above - 1));
}

TEST(Floats, WordsKeepTheirBits) {
  EXPECT_EQ(as_f64(from_f64(-0.1)), -0.1);
  EXPECT_EQ(as_f32(from_f32(-0.1f)), -0.1f);
  EXPECT_EQ(from_f32(-1.0f), 0xBF800000u);  // zeros above
  EXPECT_EQ(as_f16(0x3C00), 1.0f);
  EXPECT_EQ(as_bf16(0x3F80), 1.0f);
}

TEST(Floats, EveryNarrowFloatMeansWhatItsBitsSayAndComesBack) {
  for (const Narrow& n : kNarrow) {
    for (std::uint32_t i = 0; i <= 0xFFFF; ++i) {
      const auto bits = static_cast<std::uint16_t>(i);
      const float wide = n.widen(bits);
      const int magnitude = bits & 0x7FFF;
      if (magnitude > infinity_of(n)) {
        ASSERT_TRUE(std::isnan(wide)) << n.name << ' ' << i;
        ASSERT_TRUE(std::isnan(n.widen(n.from_f32(wide))));
        continue;
      }
      ASSERT_EQ(std::signbit(wide), bits > 0x7FFF);
      if (magnitude == infinity_of(n)) {
        ASSERT_TRUE(std::isinf(wide)) << n.name;
      } else {
        ASSERT_EQ(wide, meaning(n, bits)) << n.name << ' ' << i;
      }
      ASSERT_EQ(n.from_f32(wide), bits) << n.name;
      ASSERT_EQ(n.from_f64(wide), bits) << n.name;
    }
  }
}

TEST(Floats, NarrowingRoundsOnceToTheNearestAndEven) {
  std::mt19937_64 random(11);
  for (const Narrow& n : kNarrow) {
    std::vector<double> all;
    for (std::uint16_t bits = 0; bits < infinity_of(n); ++bits) all.push_back(meaning(n, bits));
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
      const double middle = (all[i] + all[i + 1]) / 2;
      for (double x : {middle, std::nextafter(middle, 0), std::nextafter(middle, HUGE_VAL)}) {
        ASSERT_EQ(n.from_f64(x), nearest(n, all, x)) << n.name << ' ' << x;
        ASSERT_EQ(n.from_f64(-x), nearest(n, all, -x)) << n.name << ' ' << x;
      }
      const auto narrow_middle = static_cast<float>(middle);
      ASSERT_EQ(n.from_f32(narrow_middle), nearest(n, all, narrow_middle)) << n.name;
    }
    for (int round = 0; round < 200'000; ++round) {
      const double scale = std::ldexp(1.0, static_cast<int>(random() % 300) - 150);
      const double x = std::ldexp(static_cast<double>(random()), -64) * scale;
      ASSERT_EQ(n.from_f64(x), nearest(n, all, x)) << n.name << ' ' << x;
    }
  }
}

TEST(Floats, TheEndsOfTheRange) {
  EXPECT_EQ(f64_to_f16(65504), 0x7BFF);
  EXPECT_EQ(f64_to_f16(std::nextafter(65520.0, 0)), 0x7BFF);
  EXPECT_EQ(f64_to_f16(65520), 0x7C00);  // half a step past the largest is infinite
  EXPECT_EQ(f64_to_f16(-1e300), 0xFC00);
  EXPECT_EQ(f64_to_f16(0x1p-25), 0);  // half of the smallest is even zero
  EXPECT_EQ(f64_to_f16(std::nextafter(0x1p-25, 1)), 1);
  EXPECT_EQ(f64_to_f16(-5e-324), 0x8000);
  EXPECT_EQ(f32_to_bf16(3.4028235e38f), 0x7F80);
  EXPECT_EQ(f64_to_bf16(5e-324), 0);
  EXPECT_EQ(f64_to_bf16(HUGE_VAL), 0x7F80);
  EXPECT_EQ(f64_to_f16(-HUGE_VAL), 0xFC00);
  EXPECT_EQ(f64_to_f16(std::nan("")), 0x7E00);
  EXPECT_EQ(f64_to_bf16(-std::nan("")), 0xFFC0);
}

TEST(Floats, NarrowingFromF64DoesNotRoundTwice) {
  // In f32 this would first become the middle between two halves and then go to the even one.
  const double x = 1.0 + 0x1p-11 + 0x1p-40;
  EXPECT_EQ(f32_to_f16(static_cast<float>(x)), 0x3C00);
  EXPECT_EQ(f64_to_f16(x), 0x3C01);
}

}  // namespace
}  // namespace noodle::value
