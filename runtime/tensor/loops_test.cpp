// Loops for one generation of processors against those for another, as far as this machine has them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "runtime/tensor/kernels.h"

namespace noodle::tensor {

Kernels loops_v2();
Kernels loops_v3();
Kernels loops_v4();

namespace {

constexpr auto kDoubles = static_cast<std::size_t>(Kind::F64);

std::vector<double> numbers(std::uint32_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> all = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1e300, -1e22, 5e-324, 1.0, -1.0};
  std::normal_distribution<double> mantissa;
  std::uniform_real_distribution<double> power(-6, 6);
  while (all.size() < 4099) all.push_back(mantissa(random) * std::pow(10.0, power(random)));
  return all;
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) ? !std::isnan(b[i]) : std::memcmp(&a[i], &b[i], sizeof(double)) != 0) return false;
  }
  return true;
}

// The greatest error in units in the last place between two numbers, of many, against the C library's long doubles.
double greatest_error(UnaryLoop loop, long double (*exact)(long double), double from, double to) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> between(from, to);
  std::vector<double> x(20000), y(x.size());
  for (double& one : x) one = between(random);
  loop(x.data(), y.data(), static_cast<std::int64_t>(x.size()), 1);
  double most = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double right = exact(x[i]);
    const double size = std::abs(static_cast<double>(right));
    const auto error = static_cast<double>(std::abs(y[i] - right) / (std::nextafter(size, INFINITY) - size));
    most = std::max(most, error);
  }
  return most;
}

TEST(TensorLoops, ElementaryFunctionsAreWithinOneUnitInTheLastPlace) {
  __builtin_cpu_init();
  const Kernels loops = __builtin_cpu_supports("x86-64-v4")   ? loops_v4()
                        : __builtin_cpu_supports("x86-64-v3") ? loops_v3()
                                                              : loops_v2();
  const auto of = [&](UnaryOp op) { return loops.unary[static_cast<std::size_t>(op)][kDoubles]; };
  for (const double reach : {1e-300, 1e-9, 1e-3, 0.0217, 0.05, 0.4, 0.8, 5.0, 30.0, 700.0, 3000.0, 1e6, 1e15}) {
    EXPECT_LE(greatest_error(of(UnaryOp::Exp), std::exp, -std::min(reach, 745.0), std::min(reach, 709.0)), 1) << reach;
    EXPECT_LE(greatest_error(of(UnaryOp::Tanh), std::tanh, -reach, reach), 1) << reach;
    EXPECT_LE(greatest_error(of(UnaryOp::Sin), std::sin, -reach, reach), 1) << reach;
    EXPECT_LE(greatest_error(of(UnaryOp::Cos), std::cos, -reach, reach), 1) << reach;
  }
  // Where a multiple of a quarter turn is subtracted from what is hardly greater.
  for (int turns = 1; turns <= 1910; turns += 83) {
    const double at = turns * 1.5707963267948966;
    EXPECT_LE(greatest_error(of(UnaryOp::Sin), std::sin, at - 1e-9, at + 1e-9), 1) << turns;
    EXPECT_LE(greatest_error(of(UnaryOp::Cos), std::cos, at - 1e-9, at + 1e-9), 1) << turns;
    EXPECT_LE(greatest_error(of(UnaryOp::Sin), std::sin, at, at), 1) << turns;
    EXPECT_LE(greatest_error(of(UnaryOp::Cos), std::cos, at, at), 1) << turns;
  }
}

TEST(TensorLoops, Avx2AndAvx512GiveTheSameBits) {
  // Loops for both are always there, but an older processor can't run those with AVX-512.
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("x86-64-v4")) GTEST_SKIP() << "this processor has no AVX-512";
  const Kernels v3 = loops_v3(), v4 = loops_v4();
  const auto x = numbers(1), y = numbers(2);
  const auto count = static_cast<std::int64_t>(x.size());
  std::vector<double> narrow(x.size()), wide(x.size());
  for (std::uint32_t op = 0; op < kUnaryOps; ++op) {
    if (v4.unary[op][kDoubles] == nullptr) continue;
    v3.unary[op][kDoubles](x.data(), narrow.data(), count, 1);
    v4.unary[op][kDoubles](x.data(), wide.data(), count, 1);
    EXPECT_TRUE(same(narrow, wide)) << "unary operation " << op;
  }
  for (std::uint32_t op = 0; op < kBinaryOps; ++op) {
    if (v4.binary[op][kDoubles] == nullptr) continue;
    v3.binary[op][kDoubles](x.data(), y.data(), narrow.data(), count, 1, 1);
    v4.binary[op][kDoubles](x.data(), y.data(), wide.data(), count, 1, 1);
    EXPECT_TRUE(same(narrow, wide)) << "binary operation " << op;
  }
}

TEST(TensorLoops, OldProcessorsAreWithinTwoUlps) {
  const Kernels v2 = loops_v2();
  const Kernels& best = kernels();
  const auto x = numbers(3);
  const auto count = static_cast<std::int64_t>(x.size());
  std::vector<double> old(x.size()), now(x.size());
  for (std::uint32_t op = 0; op < kUnaryOps; ++op) {
    if (v2.unary[op][kDoubles] == nullptr) continue;
    v2.unary[op][kDoubles](x.data(), old.data(), count, 1);
    best.unary[op][kDoubles](x.data(), now.data(), count, 1);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (std::isnan(now[i]) && std::isnan(old[i])) continue;
      const double next = std::nextafter(now[i], INFINITY), after = std::nextafter(next, INFINITY);
      const double last = std::nextafter(now[i], -INFINITY), before = std::nextafter(last, -INFINITY);
      EXPECT_TRUE(old[i] >= before && old[i] <= after) << op << " of " << x[i] << ": " << old[i] << ", " << now[i];
    }
  }
}

TEST(TensorLoops, NeighboursDontMatter) {
  const auto x = numbers(4);
  for (std::uint32_t op = 0; op < kUnaryOps; ++op) {
    const UnaryLoop loop = kernels().unary[op][kDoubles];
    if (loop == nullptr) continue;
    std::vector<double> together(x.size()), alone(x.size());
    loop(x.data(), together.data(), static_cast<std::int64_t>(x.size()), 1);
    for (std::size_t i = 0; i < x.size(); ++i) loop(&x[i], &alone[i], 1, 1);
    EXPECT_TRUE(same(together, alone)) << "unary operation " << op;
  }
}

// The one of bf16 that lies nearest, at and beside each middle between two.
template <typename T>
void expect_rounded_once(Kind kind) {
  const UnaryLoop loop = kernels().cast[static_cast<std::size_t>(kind)][static_cast<std::size_t>(Kind::BF16)];
  for (int shift = 0; shift + 9 < std::numeric_limits<T>::digits; ++shift) {
    for (T low = 128; low < 256; ++low) {
      for (const int beside : {-1, 0, 1}) {
        const T nearest = beside < 0 || (beside == 0 && low % 2 == 0) ? low : low + 1;
        for (const T sign : {T{1}, std::is_signed_v<T> ? static_cast<T>(-1) : T{1}}) {
          const T x = sign * (((2 * low + 1) << shift) + static_cast<T>(beside));
          std::uint16_t rounded = 0;
          loop(&x, &rounded, 1, 1);
          const float wanted = std::ldexp(static_cast<float>(sign * nearest), shift + 1);
          EXPECT_EQ(rounded, __builtin_bit_cast(std::uint32_t, wanted) >> 16) << x;
        }
      }
    }
  }
}

// Elements side by side are joined in vectors, others one by one.
template <typename T>
void expect_joined_alike(Kind kind, const std::vector<T>& side_by_side) {
  std::vector<T> apart;
  for (const T x : side_by_side) apart.insert(apart.end(), {x, T{77}});
  for (std::uint32_t op = 0; op < kReduceOps; ++op) {
    const ReduceLoop loop = kernels().reduce[op][static_cast<std::size_t>(kind)];
    if (loop == nullptr) continue;
    for (const std::size_t count : {1UL, 31UL, 32UL, 33UL, 64UL, 100UL, 4096UL, side_by_side.size()}) {
      T one, other;
      loop(side_by_side.data(), &one, static_cast<std::int64_t>(count), 1);
      loop(apart.data(), &other, static_cast<std::int64_t>(count), 2);
      EXPECT_EQ(std::memcmp(&one, &other, sizeof one), 0) << op << " of " << count << ": " << +one << ", " << +other;
    }
  }
}

TEST(TensorLoops, WhatIsJoinedDoesntDependOnHowItLies) {
  std::mt19937_64 random(5);
  std::vector<std::int8_t> bytes(9999);
  std::vector<std::uint64_t> words(9999);
  for (auto& x : bytes) x = static_cast<std::int8_t>(random());
  for (auto& x : words) x = random();
  expect_joined_alike(Kind::I8, bytes);
  expect_joined_alike(Kind::U64, words);
  auto floats = numbers(6);
  std::shuffle(floats.begin(), floats.end(), random);
  expect_joined_alike(Kind::F64, floats);
  for (double& x : floats) x = std::isnan(x) ? 1 : x;
  expect_joined_alike(Kind::F64, floats);
  expect_joined_alike(Kind::F32, std::vector<float>(floats.begin(), floats.end()));
  std::vector<double> zeros(5000, -0.0);
  expect_joined_alike(Kind::F64, zeros);
  for (const std::size_t place : {0UL, 40UL, 4095UL, 4999UL}) {
    auto some = zeros;
    some[place] = 0.0;
    expect_joined_alike(Kind::F64, some);
  }
}

TEST(TensorLoops, IntegersAreRoundedOnce) {
  expect_rounded_once<std::int32_t>(Kind::I32);
  expect_rounded_once<std::int64_t>(Kind::I64);
  expect_rounded_once<std::uint32_t>(Kind::U32);
  expect_rounded_once<std::uint64_t>(Kind::U64);
}

}  // namespace

}  // namespace noodle::tensor
