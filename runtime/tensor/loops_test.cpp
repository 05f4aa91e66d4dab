// Loops for one generation of processors against those for another, as far as this machine has them.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
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

}  // namespace

}  // namespace noodle::tensor
