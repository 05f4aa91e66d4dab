// Every instruction on floats, against what C++ computes.

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "runtime/value/format.h"
#include "runtime/vm/testing/bench.h"

namespace noodle::vm {
namespace {

using nbc::Op;
using nbc::TypeId;
using testing::Bench;
using testing::number;
using testing::word;
using testing::Words;

constexpr int kRandom = 2'000;
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct FloatType {
  TypeId id;
  std::string_view text;
  int width;      // bits in a register
  int exponent;   // bits of the exponent
  int precision;  // bits of the significand, the hidden one counted
};

constexpr std::array<FloatType, 4> kFloats = {{
    {nbc::kF16, "f16", 16, 5, 11},
    {nbc::kBF16, "bf16", 16, 8, 8},
    {nbc::kF32, "f32", 32, 8, 24},
    {nbc::kF64, "f64", 64, 11, 53},
}};

// The nearest value of a narrow type, ties to even: by scaling to the unit in the last place.
long double round_to(const FloatType& t, long double x) {
  if (!std::isfinite(x) || x == 0) return x;
  const int least = 2 - (1 << (t.exponent - 1));
  int exponent = 0;
  std::frexp(x, &exponent);
  const int unit = std::max(exponent - 1, least) - (t.precision - 1);
  const long double rounded = std::ldexp(std::nearbyint(std::ldexp(x, -unit)), unit);
  const long double largest = std::ldexp(2 - std::ldexp(1.0L, 1 - t.precision), (1 << (t.exponent - 1)) - 1);
  return std::fabs(rounded) > largest ? std::copysign(static_cast<long double>(kInf), x) : rounded;
}

// A register's bits of a value that the type has.
std::uint64_t encode(const FloatType& t, double x) {
  if (t.id == nbc::kF64) return word(x);
  if (t.id == nbc::kF32) return std::bit_cast<std::uint32_t>(static_cast<float>(x));
  const std::uint64_t sign = std::signbit(x) ? 0x8000 : 0;
  const std::uint64_t top = ((1u << t.exponent) - 1) << (t.precision - 1);
  if (std::isnan(x)) return sign | top | 1u << (t.precision - 2);
  if (std::isinf(x)) return sign | top;
  if (x == 0) return sign;
  int exponent = 0;
  std::frexp(x, &exponent);
  const int bias = (1 << (t.exponent - 1)) - 1;
  const int stored = std::max(exponent - 1 + bias, 0);
  const double significand = std::ldexp(std::fabs(x), t.precision - 1 - (std::max(stored, 1) - bias));
  const auto digits = static_cast<std::uint64_t>(significand);
  return sign | (stored == 0 ? digits : (static_cast<std::uint64_t>(stored - 1) << (t.precision - 1)) + digits);
}

double decode(const FloatType& t, std::uint64_t bits) {
  if (t.id == nbc::kF64) return std::bit_cast<double>(bits);
  if (t.id == nbc::kF32) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  const auto exponent = static_cast<int>(bits >> (t.precision - 1) & ((1u << t.exponent) - 1));
  const auto digits = static_cast<double>(bits & ((1u << (t.precision - 1)) - 1));
  const int bias = (1 << (t.exponent - 1)) - 1;
  if (exponent == (1 << t.exponent) - 1) return digits != 0 ? kNan : sign * kInf;
  const double hidden = exponent == 0 ? 0 : std::ldexp(1.0, t.precision - 1);
  return sign * std::ldexp(hidden + digits, std::max(exponent, 1) - bias - (t.precision - 1));
}

std::vector<double> edges(const FloatType& t) {
  const double tiny = std::ldexp(1.0, 3 - (1 << (t.exponent - 1)) - t.precision);
  const double huge =
      static_cast<double>(std::ldexp(2 - std::ldexp(1.0L, 1 - t.precision), (1 << (t.exponent - 1)) - 1));
  const double eps = std::ldexp(1.0, 1 - t.precision);
  std::vector<double> out = {kNan};
  for (const double x :
       {0.0, 1.0, 2.0, 3.0, 0.5, 1.5, 100.0, tiny, 3 * tiny, huge, huge / 2, 1 + eps, 1 - eps / 2, kInf}) {
    const auto near = static_cast<double>(round_to(t, x));
    out.push_back(near);
    out.push_back(-near);
  }
  return out;
}

class Floats {
 public:
  // Any bits, and values near one, in turn.
  double next(const FloatType& t) {
    const std::uint64_t bits = random_();
    if (bits % 2 == 0) return decode(t, random_() >> (64 - t.width));
    return static_cast<double>(round_to(t, static_cast<double>(static_cast<std::int64_t>(random_())) * 0x1p-60));
  }

 private:
  std::mt19937_64 random_{11};
};

std::string show(const FloatType& t, std::uint64_t bits) { return value::print_f64(decode(t, bits)); }

// f16 and bf16 compute in f32; the wide types in their own.
template <typename F>
double compute(const FloatType& t, double a, double b, F f) {
  if (t.id == nbc::kF64) return f(a, b);
  const float wide = f(static_cast<float>(a), static_cast<float>(b));
  return static_cast<double>(round_to(t, wide));
}

struct Binary {
  std::string_view verb;
  std::function<double(const FloatType&, double, double)> oracle;
};

int total(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) - std::isnan(b);
  return (a > b) - (a < b);
}

const std::vector<Binary>& binaries() {
  static const std::vector<Binary> kAll = {
      {"add", [](auto& t, double a, double b) { return compute(t, a, b, [](auto x, auto y) { return x + y; }); }},
      {"sub", [](auto& t, double a, double b) { return compute(t, a, b, [](auto x, auto y) { return x - y; }); }},
      {"mul", [](auto& t, double a, double b) { return compute(t, a, b, [](auto x, auto y) { return x * y; }); }},
      {"div", [](auto& t, double a, double b) { return compute(t, a, b, [](auto x, auto y) { return x / y; }); }},
      {"rem",
       [](auto& t, double a, double b) { return compute(t, a, b, [](auto x, auto y) { return std::fmod(x, y); }); }},
      {"pow",
       [](auto& t, double a, double b) { return compute(t, a, b, [](auto x, auto y) { return std::pow(x, y); }); }},
      {"eq", [](auto&, double a, double b) { return a == b; }},
      {"ne", [](auto&, double a, double b) { return a != b; }},
      {"lt", [](auto&, double a, double b) { return a < b; }},
      {"le", [](auto&, double a, double b) { return a <= b; }},
      {"cmp", [](auto&, double a, double b) { return total(a, b); }},
  };
  return kAll;
}

bool compares(std::string_view verb) {
  return verb == "eq" || verb == "ne" || verb == "lt" || verb == "le" || verb == "cmp";
}

TEST(Floats, BinaryInstructionsComputeAsCppDoes) {
  for (const FloatType& t : kFloats) {
    Bench bench;
    std::vector<nbc::FunctionId> functions;
    for (const Binary& binary : binaries()) {
      const TypeId result = binary.verb == "cmp" ? nbc::kI64 : compares(binary.verb) ? nbc::kBool : t.id;
      functions.push_back(bench.function("f", {{{t.id}, {t.id}}, {result}}, [&](nbc::FunctionBuilder& f) {
        const std::uint16_t r = f.reg(result);
        f.abc(nbc::find_op(std::string(binary.verb) + "." + std::string(t.text)), r, f.param(0), f.param(1));
        f.ret({r});
      }));
    }
    ASSERT_NO_FATAL_FAILURE(bench.load());
    auto check = [&](double a, double b) {
      for (std::size_t i = 0; i < functions.size(); ++i) {
        const Binary& binary = binaries()[i];
        const std::uint64_t got = bench.result(functions[i], {encode(t, a), encode(t, b)});
        const double expected = binary.oracle(t, a, b);
        const std::string what = std::string(binary.verb) + "." + std::string(t.text) + " " + value::print_f64(a) +
                                 " " + value::print_f64(b);
        if (compares(binary.verb)) {
          EXPECT_EQ(number(got), static_cast<std::int64_t>(expected)) << what;
        } else if (std::isnan(expected)) {
          EXPECT_TRUE(std::isnan(decode(t, got))) << what;
        } else {
          EXPECT_EQ(got, encode(t, expected)) << what << " gives " << show(t, got);
        }
      }
    };
    for (const double a : edges(t)) {
      for (const double b : edges(t)) check(a, b);
    }
    Floats floats;
    for (int i = 0; i < kRandom; ++i) {
      const double a = floats.next(t);
      check(a, floats.next(t));
    }
  }
}

TEST(Floats, NegFlipsTheSignOfEverything) {
  for (const FloatType& t : kFloats) {
    Bench bench;
    const nbc::FunctionId neg = bench.function("f", {{{t.id}}, {t.id}}, [&](nbc::FunctionBuilder& f) {
      f.abc(nbc::find_op("neg." + std::string(t.text)), f.param(0), f.param(0));
      f.ret({f.param(0)});
    });
    ASSERT_NO_FATAL_FAILURE(bench.load());
    std::mt19937_64 random(3);
    for (int i = 0; i < kRandom; ++i) {
      const std::uint64_t bits = random() >> (64 - t.width);
      EXPECT_EQ(bench.result(neg, {bits}), bits ^ std::uint64_t{1} << (t.width - 1));
    }
  }
}

TEST(Floats, F64HasRootsAndRounding) {
  Bench bench;
  const Op ops[] = {Op::SqrtF64, Op::FloorF64, Op::CeilF64, Op::AbsF64};
  double (*const oracles[])(double) = {std::sqrt, std::floor, std::ceil, std::fabs};
  std::vector<nbc::FunctionId> functions;
  for (const Op op : ops) {
    functions.push_back(bench.function("f", {{{nbc::kF64}}, {nbc::kF64}}, [&](nbc::FunctionBuilder& f) {
      f.abc(op, f.param(0), f.param(0));
      f.ret({f.param(0)});
    }));
  }
  ASSERT_NO_FATAL_FAILURE(bench.load());
  auto check = [&](double x) {
    for (std::size_t i = 0; i < std::size(ops); ++i) {
      const double got = std::bit_cast<double>(bench.result(functions[i], {word(x)}));
      const double expected = oracles[i](x);
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(got)) << x;
      } else {
        EXPECT_EQ(word(got), word(expected)) << nbc::info(ops[i]).mnemonic << " " << x;
      }
    }
  };
  for (const double x : edges(kFloats[3])) check(x);
  for (const double x : {-0.5, 0.49999999999999994, 2.5, -2.5, 4503599627370497.5}) check(x);
  Floats floats;
  for (int i = 0; i < kRandom; ++i) check(floats.next(kFloats[3]));
}

struct IntType {
  TypeId id;
  std::string_view name;
  int bits;
  bool is_signed;
};
constexpr std::array<IntType, 8> kInts = {{
    {nbc::kI8, "i8", 8, true},
    {nbc::kI16, "i16", 16, true},
    {nbc::kI32, "i32", 32, true},
    {nbc::kI64, "Int", 64, true},
    {nbc::kU8, "u8", 8, false},
    {nbc::kU16, "u16", 16, false},
    {nbc::kU32, "u32", 32, false},
    {nbc::kU64, "u64", 64, false},
}};

nbc::FunctionId converter(Bench& bench, Op op, TypeId from, TypeId to) {
  const TypeId result = op == Op::Fits ? nbc::kBool : to;
  return bench.function("f", {{{from}}, {result}}, [&](nbc::FunctionBuilder& f) {
    const std::uint16_t r = f.reg(result);
    f.abc(op, r, f.param(0), nbc::pair_of(static_cast<std::uint8_t>(from.index), static_cast<std::uint8_t>(to.index)));
    f.ret({r});
  });
}

TEST(Floats, ConversionsToIntegersTruncateOrPanic) {
  for (const FloatType& from : kFloats) {
    for (const IntType& to : kInts) {
      Bench bench;
      const nbc::FunctionId conv = converter(bench, Op::Conv, from.id, to.id);
      const nbc::FunctionId fits = converter(bench, Op::Fits, from.id, to.id);
      ASSERT_NO_FATAL_FAILURE(bench.load());
      const long double low = to.is_signed ? -std::ldexp(1.0L, to.bits - 1) : 0;
      const long double high = std::ldexp(1.0L, to.is_signed ? to.bits - 1 : to.bits);
      auto check = [&](double x) {
        const bool does = std::trunc(x) >= low && std::trunc(x) < high;
        const std::uint64_t bits = encode(from, x);
        EXPECT_EQ(bench.result(fits, {bits}), std::uint64_t{does}) << x;
        const auto done = bench.run(conv, {bits});
        ASSERT_EQ(done.has_value(), does) << x;
        if (done) {
          EXPECT_EQ((*done)[0], static_cast<std::uint64_t>(static_cast<__int128>(x))) << x;
        } else {
          EXPECT_EQ(done.error().message, value::print_f64(x) + " does not fit in " + std::string(to.name));
        }
      };
      for (const double x : edges(from)) check(x);
      for (const long double bound : {low, high}) {
        for (const double by : {-1.0, -0.5, 0.0, 0.5, 0.999}) check(static_cast<double>(round_to(from, bound + by)));
        const std::uint64_t bits = encode(from, static_cast<double>(round_to(from, bound)));
        if (bound != 0) check(decode(from, bits - 1));
        check(decode(from, bits + 1));
      }
      Floats floats;
      for (int i = 0; i < kRandom / 4; ++i) check(floats.next(from));
    }
  }
}

TEST(Floats, ConversionsThatDoNotFitSayWhatDidNot) {
  Bench bench;
  const nbc::FunctionId to_u8 = converter(bench, Op::Conv, nbc::kF64, nbc::kU8);
  const nbc::FunctionId to_int = converter(bench, Op::Conv, nbc::kF64, nbc::kI64);
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.panic(to_u8, {word(300.5)}), "300.5 does not fit in u8");
  EXPECT_EQ(bench.panic(to_u8, {word(-1.0)}), "-1.0 does not fit in u8");
  EXPECT_EQ(bench.panic(to_int, {word(kNan)}), "nan does not fit in Int");
  EXPECT_EQ(bench.panic(to_int, {word(-kInf)}), "-inf does not fit in Int");
  EXPECT_EQ(bench.result(to_u8, {word(-0.9)}), 0u);
  EXPECT_EQ(bench.result(to_u8, {word(255.9)}), 255u);
}

TEST(Floats, ConversionsFromIntegersRoundOnce) {
  for (const IntType& from : kInts) {
    for (const FloatType& to : kFloats) {
      Bench bench;
      const nbc::FunctionId conv = converter(bench, Op::Conv, from.id, to.id);
      ASSERT_NO_FATAL_FAILURE(bench.load());
      auto check = [&](std::uint64_t bits) {
        // A long double has all 64 bits.
        const long double exact =
            from.is_signed ? static_cast<long double>(number(bits)) : static_cast<long double>(bits);
        const auto expected = static_cast<double>(round_to(to, exact));
        EXPECT_EQ(bench.result(conv, {bits}), encode(to, expected)) << value::print_f64(static_cast<double>(exact));
      };
      std::mt19937_64 random(5);
      auto canonical = [&](std::uint64_t x) {
        const int shift = 64 - from.bits;
        return from.is_signed ? word(number(x << shift) >> shift) : x << shift >> shift;
      };
      for (int i = 0; i < kRandom; ++i) check(canonical(random() >> (random() % from.bits)));
      // Around ties, where rounding twice would show.
      for (int shift = 0; shift < from.bits; ++shift) {
        for (const std::uint64_t x :
             {0x101ull, 0x103ull, 0x801ull, 0x1001ull, 0x1003ull, 0x1000001ull, 0x20000000000001ull}) {
          for (const std::uint64_t by : {0ull, 1ull, ~0ull}) check(canonical((x << shift) + by));
        }
      }
    }
  }
}

TEST(Floats, ConversionsBetweenFloatsRoundOnce) {
  for (const FloatType& from : kFloats) {
    for (const FloatType& to : kFloats) {
      Bench bench;
      const nbc::FunctionId conv = converter(bench, Op::Conv, from.id, to.id);
      ASSERT_NO_FATAL_FAILURE(bench.load());
      auto check = [&](double x) {
        const std::uint64_t got = bench.result(conv, {encode(from, x)});
        const auto expected = static_cast<double>(round_to(to, x));
        if (std::isnan(x)) {
          EXPECT_TRUE(std::isnan(decode(to, got)));
        } else {
          EXPECT_EQ(got, encode(to, expected)) << value::print_f64(x) << " gives " << show(to, got);
        }
      };
      for (const double x : edges(from)) check(x);
      Floats floats;
      for (int i = 0; i < kRandom; ++i) check(floats.next(from));
    }
  }
}

}  // namespace
}  // namespace noodle::vm
