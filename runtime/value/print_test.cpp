// How numbers print without a format, and how they are read.

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <random>

#include "runtime/value/floats.h"
#include "runtime/value/format.h"

namespace noodle::value {
namespace {

// The digits that count, without leading and trailing zeros, point and exponent.
std::string significant(std::string_view text) {
  std::string digits;
  for (const char c : text.substr(0, text.find('e'))) {
    if (c >= '0' && c <= '9') digits += c;
  }
  digits.erase(0, digits.find_first_not_of('0'));
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}

// Whether some text of this many digits reads back to the value: the nearest one below or above.
template <typename Reads>
bool can_be_said_in(int digits, double value, Reads reads) {
  if (digits < 1) return false;
  char text[400];
  std::snprintf(text, sizeof text, "%.*e", digits - 1, value);
  if (reads(std::strtod(text, nullptr))) return true;
  // The digits as a whole number, one less and one more.
  const int exponent = std::atoi(std::string_view(text).substr(std::string_view(text).find('e') + 1).data());
  long long whole = std::atoll(significant(text).c_str());
  for (std::size_t n = significant(text).size(); n < static_cast<std::size_t>(digits); ++n) whole *= 10;
  for (long long near : {whole - 1, whole + 1}) {
    std::snprintf(text, sizeof text, "%lldE%d", near, exponent - digits + 1);
    if (reads(std::strtod(text, nullptr))) return true;
  }
  return false;
}

TEST(PrintFloat, PlainDigitsWherePeopleReadThemElseAnExponent) {
  EXPECT_EQ(print_f64(0.0), "0.0");
  EXPECT_EQ(print_f64(-0.0), "-0.0");
  EXPECT_EQ(print_f64(0.1), "0.1");
  EXPECT_EQ(print_f64(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(print_f64(3), "3.0");
  EXPECT_EQ(print_f64(-1.5), "-1.5");
  EXPECT_EQ(print_f64(100000), "100000.0");
  EXPECT_EQ(print_f64(1e15), "1000000000000000.0");
  EXPECT_EQ(print_f64(std::nextafter(1e16, 0)), "9999999999999998.0");
  EXPECT_EQ(print_f64(1e16), "1e16");
  EXPECT_EQ(print_f64(1e21), "1e21");
  EXPECT_EQ(print_f64(-1.5e300), "-1.5e300");
  EXPECT_EQ(print_f64(1e-5), "0.00001");
  EXPECT_EQ(print_f64(std::nextafter(1e-5, 0)), "9.999999999999999e-6");
  EXPECT_EQ(print_f64(1e-7), "1e-7");
  EXPECT_EQ(print_f64(5e-324), "5e-324");
  EXPECT_EQ(print_f64(2.2250738585072014e-308), "2.2250738585072014e-308");
  EXPECT_EQ(print_f64(1.7976931348623157e308), "1.7976931348623157e308");
}

TEST(PrintFloat, WhatIsNotFiniteHasAName) {
  for (double sign : {1.0, -1.0}) {
    const auto narrow = static_cast<float>(sign);
    EXPECT_EQ(print_f64(sign * HUGE_VAL), sign > 0 ? "inf" : "-inf");
    EXPECT_EQ(print_f32(narrow * HUGE_VALF), sign > 0 ? "inf" : "-inf");
    EXPECT_EQ(print_f16(f64_to_f16(sign * HUGE_VAL)), sign > 0 ? "inf" : "-inf");
    EXPECT_EQ(print_bf16(f64_to_bf16(sign * HUGE_VAL)), sign > 0 ? "inf" : "-inf");
    EXPECT_EQ(print_f64(std::copysign(std::nan(""), sign)), "nan");
    EXPECT_EQ(print_f32(std::copysign(std::nanf(""), narrow)), "nan");
  }
  EXPECT_EQ(print_f16(0xFE00), "nan");
  EXPECT_EQ(print_bf16(0x7FC1), "nan");
}

TEST(PrintFloat, NarrowFloatsPrintTheDigitsOfTheirOwnWidth) {
  EXPECT_EQ(print_f32(0.1f), "0.1");
  EXPECT_EQ(print_f32(16777216.0f), "16777216.0");
  EXPECT_EQ(print_f32(3.4028235e38f), "3.4028235e38");
  EXPECT_EQ(print_f32(1e-45f), "1e-45");
  EXPECT_EQ(print_f32(-0.0f), "-0.0");
  EXPECT_EQ(print_f16(f64_to_f16(0.1)), "0.1");
  EXPECT_EQ(print_f16(f64_to_f16(65504)), "65500.0");
  EXPECT_EQ(print_f16(1), "6e-8");
  EXPECT_EQ(print_f16(0x8000), "-0.0");
  EXPECT_EQ(print_bf16(f64_to_bf16(0.1)), "0.1");
  EXPECT_EQ(print_bf16(f64_to_bf16(3.39e38)), "3.39e38");
}

TEST(PrintFloat, EveryWidthPrintsARoundNumberAsItIsWritten) {
  for (double value : {1e-7, 1e-5, 0.001, 0.5, 1.0, 100.0, 60000.0}) {
    const std::string wanted = print_f64(value);
    EXPECT_EQ(print_f32(static_cast<float>(value)), wanted);
    EXPECT_EQ(print_bf16(f64_to_bf16(value)), wanted);
    EXPECT_EQ(print_f16(f64_to_f16(value)), wanted);
  }
  for (double value : {1e11, 1e15, 2e15, 1e16, 1e30}) {
    EXPECT_EQ(print_f32(static_cast<float>(value)), print_f64(value));
    EXPECT_EQ(print_bf16(f64_to_bf16(value)), print_f64(value));
  }
}

TEST(PrintFloat, TwentyThousandRandomDoublesReadBackAndAreShortest) {
  std::mt19937_64 random(14);
  for (int round = 0; round < 20'000; ++round) {
    // All bits; then numbers of ordinary size; then few digits; then whole numbers.
    double value = as_f64(random());
    if (round % 4 == 1) value = static_cast<double>(static_cast<std::int64_t>(random())) / 1e15;
    if (round % 4 == 2) value = static_cast<double>(random() % 100'000) / 1000;
    if (round % 4 == 3) value = static_cast<double>(random() >> random() % 64);
    if (!std::isfinite(value)) continue;
    const std::string text = print_f64(value);
    const auto back = parse_float(text);
    ASSERT_TRUE(back) << text;
    ASSERT_EQ(from_f64(*back), from_f64(value)) << text;
    ASSERT_TRUE(text.find_first_of(".e") != std::string::npos) << text;  // never like an integer
    const int digits = static_cast<int>(significant(text).size());
    ASSERT_LE(digits, 17) << text;
    ASSERT_FALSE(can_be_said_in(digits - 1, value, [&](double x) { return x == value; })) << text;
  }
}

TEST(PrintFloat, TwentyThousandRandomFloatsReadBackAndAreShortest) {
  std::mt19937_64 random(15);
  for (int round = 0; round < 20'000; ++round) {
    const auto value = round % 2 != 0 ? as_f32(random() >> 32) : static_cast<float>(random() % 1'000'000) / 1000;
    if (!std::isfinite(value)) continue;
    const std::string text = print_f32(value);
    const auto back = parse_float(text);
    ASSERT_TRUE(back) << text;
    ASSERT_EQ(from_f32(static_cast<float>(*back)), from_f32(value)) << text;
    const int digits = static_cast<int>(significant(text).size());
    ASSERT_FALSE(can_be_said_in(digits - 1, value, [&](double x) { return static_cast<float>(x) == value; })) << text;
  }
}

TEST(PrintFloat, AFloatReadsBackThroughADouble) {
  // Its shortest digits lie so near the middle between two floats that a double of them is the
  // middle.
  const float value = std::bit_cast<float>(0x15AE43FDu);
  EXPECT_EQ(print_f32(value), "7.0385307e-26");
  EXPECT_EQ(print_f32(-value), "-7.0385307e-26");
  EXPECT_EQ(static_cast<float>(*parse_float(print_f32(value))), value);
}

TEST(PrintFloat, BelowAPowerOfTwoTheGapIsHalfAsWideAndTheNearestDigitsMayMissIt) {
  // 0.01562 is as near to 1/64 as 0.01563, but belongs to the number below it.
  EXPECT_EQ(print_f16(f64_to_f16(0.015625)), "0.01563");
  EXPECT_EQ(print_f32(0x1p-96f), "1.2621775e-29");
  EXPECT_EQ(print_f32(0x1p87f), "1.5474251e26");
  EXPECT_EQ(print_f32(-0x1p90f), "-1.2379401e27");
  for (int exponent = -149; exponent < 128; ++exponent) {
    const float value = std::ldexp(1.0f, exponent);
    const std::string text = print_f32(value);
    ASSERT_EQ(static_cast<float>(*parse_float(text)), value) << text;
    const int digits = static_cast<int>(significant(text).size());
    ASSERT_FALSE(can_be_said_in(digits - 1, value, [&](double x) { return static_cast<float>(x) == value; })) << text;
  }
}

TEST(PrintFloat, EveryHalfReadsBackAndIsShortest) {
  const struct {
    std::string (*print)(std::uint16_t);
    float (*widen)(std::uint16_t);
    std::uint16_t (*narrow)(double);
  } kinds[] = {{print_f16, f16_to_f32, f64_to_f16}, {print_bf16, bf16_to_f32, f64_to_bf16}};
  for (const auto& kind : kinds) {
    for (std::uint32_t i = 0; i <= 0xFFFF; ++i) {
      const auto bits = static_cast<std::uint16_t>(i);
      const double value = kind.widen(bits);
      if (!std::isfinite(value)) continue;
      const std::string text = kind.print(bits);
      const auto back = parse_float(text);
      ASSERT_TRUE(back) << text;
      ASSERT_EQ(kind.narrow(*back), bits) << text;
      const int digits = static_cast<int>(significant(text).size());
      ASSERT_FALSE(can_be_said_in(digits - 1, value, [&](double x) { return kind.narrow(x) == bits; }))
          << text << ' ' << i;
    }
  }
}

TEST(PrintInt, TheEndsOfTheRange) {
  EXPECT_EQ(print_int(0), "0");
  EXPECT_EQ(print_int(-1), "-1");
  EXPECT_EQ(print_int(INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(print_int(INT64_MAX), "9223372036854775807");
  EXPECT_EQ(print_uint(0), "0");
  EXPECT_EQ(print_uint(UINT64_MAX), "18446744073709551615");
}

TEST(ParseInt, ASignAndDigitsAndNothingElse) {
  EXPECT_EQ(parse_int("0"), 0);
  EXPECT_EQ(parse_int("-0"), 0);
  EXPECT_EQ(parse_int("007"), 7);
  EXPECT_EQ(parse_int("+42"), 42);
  EXPECT_EQ(parse_int("-42"), -42);
  EXPECT_EQ(parse_int("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parse_int("-9223372036854775808"), INT64_MIN);
  for (std::string_view text : {"", "-", "+", "+-1", "--1", "-+1", "1 ", " 1", "1.0", "1e3", "x", "1_000", "١",
                                "9223372036854775808", "-9223372036854775809", "99999999999999999999999999"}) {
    EXPECT_FALSE(parse_int(text)) << text;
  }
}

TEST(ParseInt, InEveryRadix) {
  EXPECT_EQ(parse_int("fF", 16), 255);
  EXPECT_EQ(parse_int("-1010", 2), -10);
  EXPECT_EQ(parse_int("zz", 36), 1295);
  EXPECT_FALSE(parse_int("2", 2));
  EXPECT_FALSE(parse_int("0x10", 16));
  std::mt19937_64 random(16);
  for (int radix = 2; radix <= 36; ++radix) {
    for (int round = 0; round < 200; ++round) {
      const auto value = static_cast<std::int64_t>(random()) >> random() % 64;
      char text[70];
      const auto end = std::to_chars(text, text + sizeof text, value, radix).ptr;
      ASSERT_EQ(parse_int({text, end}, radix), value);
    }
  }
}

TEST(ParseFloat, DigitsPointAndExponent) {
  const std::pair<std::string_view, double> good[] = {{"0", 0.0},
                                                      {"1", 1.0},
                                                      {"-1.5", -1.5},
                                                      {"+1.5", 1.5},
                                                      {"1.", 1.0},
                                                      {".5", 0.5},
                                                      {"-.5e-3", -5e-4},
                                                      {"1e5", 1e5},
                                                      {"1E5", 1e5},
                                                      {"1e+5", 1e5},
                                                      {"00.10", 0.1},
                                                      {"1e-400", 0.0},
                                                      {"5e-324", 5e-324},
                                                      {"2e-324", 0.0},
                                                      {"inf", HUGE_VAL},
                                                      {"-inf", -HUGE_VAL},
                                                      {"+inf", HUGE_VAL},
                                                      {"0e99999999999", 0.0},
                                                      {"1.7976931348623157e308", 1.7976931348623157e308}};
  for (const auto& [text, value] : good) {
    ASSERT_TRUE(parse_float(text)) << text;
    EXPECT_EQ(*parse_float(text), value) << text;
  }
  EXPECT_TRUE(std::signbit(*parse_float("-0.0")));
  EXPECT_TRUE(std::signbit(*parse_float("-1e-400")));
  for (std::string_view text : {"nan", "+nan", "-nan"}) EXPECT_TRUE(std::isnan(*parse_float(text)));
}

TEST(ParseFloat, WhatIsNotANumberGivesNothing) {
  for (std::string_view text :
       {"",   "+",   "-",   ".",    "e5", ".e5",      "1e",  "1e+", "1.5.",   "1,5",   " 1",
        "1 ", "+-1", "--1", "0x10", "1f", "infinity", "Inf", "NaN", "nan(1)", "1_000", "noodle"}) {
    EXPECT_FALSE(parse_float(text)) << text;
  }
}

TEST(ParseFloat, WhatIsTooLargeIsInfiniteAndWhatIsTooSmallIsZero) {
  const std::string zeros(400, '0');
  const std::pair<std::string, double> cases[] = {{"1e400", HUGE_VAL},
                                                  {"-1e400", -HUGE_VAL},
                                                  {"1e+99999999999999999999", HUGE_VAL},
                                                  {"1e-99999999999999999999", 0.0},
                                                  {"1" + zeros, HUGE_VAL},
                                                  {"0." + zeros + "1", 0.0},
                                                  {"0." + zeros + "1e900", HUGE_VAL},
                                                  {"1" + zeros + "e-900", 0.0},
                                                  {"1" + zeros + "e-400", 1.0},
                                                  {"0.0e400", 0.0},
                                                  {"000e-400", 0.0},
                                                  {"1.7976931348623159e308", HUGE_VAL}};
  for (const auto& [text, value] : cases) {
    ASSERT_TRUE(parse_float(text)) << text;
    EXPECT_EQ(*parse_float(text), value) << text;
  }
}

TEST(ParseFloat, AgreesWithTheStandardLibraryOnRandomTexts) {
  std::mt19937_64 random(17);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = random() % 2 != 0 ? "-" : "";
    for (std::uint64_t n = random() % 25 + 1; n > 0; --n) text += static_cast<char>('0' + random() % 10);
    text += '.';
    for (std::uint64_t n = random() % 25; n > 0; --n) text += static_cast<char>('0' + random() % 10);
    if (random() % 2 != 0) text += "e" + std::to_string(static_cast<int>(random() % 700) - 350);
    const auto value = parse_float(text);
    ASSERT_TRUE(value) << text;
    ASSERT_EQ(from_f64(*value), from_f64(std::strtod(text.c_str(), nullptr))) << text;
  }
}

}  // namespace
}  // namespace noodle::value
