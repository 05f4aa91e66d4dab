#include "runtime/jit/testing/some_numbers.h"

#include <iterator>
#include <limits>

namespace noodle::jit::testing {

namespace {

bool is_signed(nbc::TypeId type) { return nbc::is_signed(nbc::Kind(type.index)); }

}  // namespace

Limits limits(nbc::TypeId type) {
  const unsigned bits = 8u << (type.index - (is_signed(type) ? nbc::kI8.index : nbc::kU8.index));
  const std::uint64_t all = ~std::uint64_t{0} >> (64 - bits);
  return is_signed(type) ? Limits{.least = ~(all / 2), .most = all / 2} : Limits{.least = 0, .most = all};
}

std::int64_t some_integer(nbc::testing::Random& random, nbc::TypeId type) {
  const auto [least, most] = limits(type);
  auto number = [](std::uint64_t bits) { return static_cast<std::int64_t>(bits); };
  switch (random.below(9)) {
    case 0: return number(most);
    case 1: return number(least);
    case 2: return is_signed(type) ? -1 : number(most - 1);
    case 3: return is_signed(type) ? number(least + 1) : 1;
    case 4: return 0;
    default: return random.below(100);
  }
}

double some_float(nbc::testing::Random& random) {
  constexpr double kSome[] = {0.0,   -0.0,    1.0, -1.5, 0.1, 1e300, -1e-310, 9.3e18, -9223372036854775808.0,
                              1e-17, 12345.75};
  double x = kSome[random.below(std::size(kSome))];
  if (random.chance(8)) x = std::numeric_limits<double>::quiet_NaN();
  if (random.chance(8)) x = random.chance(50) ? std::numeric_limits<double>::infinity() : -x;
  return x;
}

}  // namespace noodle::jit::testing
