#include "runtime/value/format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace noodle::value {
namespace {

// What a value gives in a format, or why there is nothing.
template <typename Format, typename Value>
std::string in_format(Format format, Value value, std::string_view text) {
  const auto spec = parse_format(text);
  if (!spec) return "(no format)";
  return format(value, *spec).value_or("(no fit)");
}
std::string of_int(std::int64_t value, std::string_view text) { return in_format(format_int, value, text); }
std::string of_uint(std::uint64_t value, std::string_view text) { return in_format(format_uint, value, text); }
std::string of_float(double value, std::string_view text) { return in_format(format_float, value, text); }
std::string of_text(std::string_view value, std::string_view text) { return in_format(format_text, value, text); }

TEST(ParseFormat, TheEmptyFormatAsksForNothing) {
  const auto spec = parse_format("");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->fill, " ");
  EXPECT_EQ(spec->align, 0);
  EXPECT_FALSE(spec->plus || spec->zero || spec->commas);
  EXPECT_EQ(spec->width, 0u);
  EXPECT_EQ(spec->precision, -1);
  EXPECT_EQ(spec->kind, 0);
}

TEST(ParseFormat, EveryPartHasItsPlace) {
  const auto spec = parse_format("*^+012,.34f");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->fill, "*");
  EXPECT_EQ(spec->align, '^');
  EXPECT_TRUE(spec->plus);
  EXPECT_TRUE(spec->zero);
  EXPECT_EQ(spec->width, 12u);
  EXPECT_TRUE(spec->commas);
  EXPECT_EQ(spec->precision, 34);
  EXPECT_EQ(spec->kind, 'f');
}

TEST(ParseFormat, AFillIsOneCharacterHoweverWide) {
  for (std::string_view fill : {"*", "0", "+", "<", ">", "^", "ä", "€", "🍜", "\u0301"}) {
    const auto spec = parse_format(std::string(fill) + ">5");
    ASSERT_TRUE(spec) << fill;
    EXPECT_EQ(spec->align, '>');
    EXPECT_EQ(spec->width, 5u);
  }
  EXPECT_EQ(parse_format("🍜<3")->fill, "🍜");
  EXPECT_EQ(parse_format("<<3")->fill, "<");
  EXPECT_EQ(parse_format("<3")->fill, " ");
}

TEST(ParseFormat, EveryKindIsKnown) {
  for (char kind : std::string_view("xXbodfeE%s")) {
    const auto spec = parse_format({&kind, 1});
    ASSERT_TRUE(spec) << kind;
    EXPECT_EQ(spec->kind, kind);
  }
}

TEST(ParseFormat, WhatIsNotAFormatGivesNothing) {
  const std::string_view wrong[] = {"q",
                                    "xx",
                                    "5 ",
                                    " 5",
                                    "5x5",
                                    "-5",
                                    "+-5",
                                    "++5",
                                    "5+",
                                    "ab<5",
                                    "äö<5",
                                    ".",
                                    ".f",
                                    "5.",
                                    "5.x",
                                    ".-1",
                                    ".1.2",
                                    ",,",
                                    ",5",
                                    "5,5",
                                    "f.2",
                                    "x,",
                                    "A",
                                    "F",
                                    "5\n",
                                    "<>^5",
                                    "0x",
                                    "D",
                                    "ä",
                                    "5ä",
                                    "%%",
                                    "#x",
                                    "_",
                                    "10001",
                                    ".10001",
                                    "99999999999999999999999",
                                    ".99999999999999999999999"};
  for (std::string_view text : wrong) {
    if (text == "0x") continue;
    EXPECT_FALSE(parse_format(text)) << text;
  }
  EXPECT_TRUE(parse_format("0x"));  // zeros, no width, hexadecimal
}

TEST(ParseFormat, NulIsNoKind) {
  EXPECT_FALSE(parse_format({"\0", 1}));
  EXPECT_FALSE(parse_format({"8\0", 2}));
}

TEST(ParseFormat, BrokenUtf8IsNoFill) {
  EXPECT_FALSE(parse_format("\xFF<5"));
  EXPECT_FALSE(parse_format("\xC3<5"));
}

TEST(ParseFormat, WidthAndPrecisionHaveALimit) {
  EXPECT_EQ(parse_format("10000")->width, kMostFormatWidth);
  EXPECT_EQ(parse_format(".10000")->precision, 10'000);
  EXPECT_EQ(of_int(1, "10000").size(), 10'000u);
  EXPECT_EQ(of_float(1, ".10000f").size(), 10'002u);
}

TEST(ParseFormat, RandomTextsNeverBreakIt) {
  std::mt19937_64 random(12);
  constexpr std::string_view kParts = "xXbodfeE%s<>^+0123456789,.*q \xC3\xA4\xF0\x9F\x8D\x9C";
  int good = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string text;
    for (std::uint64_t n = random() % 8; n > 0; --n) text += kParts[random() % kParts.size()];
    const auto spec = parse_format(text);
    if (!spec) continue;
    ++good;
    ASSERT_LE(spec->width, kMostFormatWidth);
    ASSERT_LE(spec->precision, 10'000);
    if (spec->width > 500 || spec->precision > 500) continue;
    if (const auto out = format_int(-1234567, *spec)) ASSERT_GE(out->size(), spec->width) << text;
    if (const auto out = format_float(-1234.5, *spec)) ASSERT_GE(out->size(), spec->width) << text;
    if (const auto out = format_text("noodle", *spec)) ASSERT_GE(out->size(), spec->width) << text;
  }
  EXPECT_GT(good, 1000);
}

TEST(FormatInt, NumbersStandRightUnlessAligned) {
  EXPECT_EQ(of_int(42, ""), "42");
  EXPECT_EQ(of_int(42, "1"), "42");
  EXPECT_EQ(of_int(42, "5"), "   42");
  EXPECT_EQ(of_int(-42, ">5"), "  -42");
  EXPECT_EQ(of_int(-42, "<5"), "-42  ");
  EXPECT_EQ(of_int(42, "^5"), " 42  ");
  EXPECT_EQ(of_int(42, "^6"), "  42  ");
  EXPECT_EQ(of_int(42, "*<5"), "42***");
  EXPECT_EQ(of_int(42, "🍜^4"), "🍜42🍜");
}

TEST(FormatInt, SignsAndZeros) {
  EXPECT_EQ(of_int(42, "+"), "+42");
  EXPECT_EQ(of_int(0, "+"), "+0");
  EXPECT_EQ(of_int(-42, "+"), "-42");
  EXPECT_EQ(of_int(42, "05"), "00042");
  EXPECT_EQ(of_int(-42, "05"), "-0042");
  EXPECT_EQ(of_int(42, "+05"), "+0042");
  EXPECT_EQ(of_int(-12345, "05"), "-12345");
  EXPECT_EQ(of_int(42, "<05"), "42   ");  // an alignment is stronger than zeros
  EXPECT_EQ(of_int(42, "0<5"), "42000");
}

TEST(FormatInt, CommasEveryThreeDigits) {
  EXPECT_EQ(of_int(0, ","), "0");
  EXPECT_EQ(of_int(999, ","), "999");
  EXPECT_EQ(of_int(-1000, ","), "-1,000");
  EXPECT_EQ(of_int(123456, "+,d"), "+123,456");
  EXPECT_EQ(of_int(1234567, "12,"), "   1,234,567");
  EXPECT_EQ(of_int(INT64_MIN, ","), "-9,223,372,036,854,775,808");
  EXPECT_EQ(of_int(0x1234AB, ",x"), "123,4ab");  // all digits count, letters too
  EXPECT_EQ(of_int(0xABCDEF1, ",X"), "A,BCD,EF1");
  EXPECT_EQ(of_int(10, ",b"), "1,010");
}

TEST(FormatInt, Radixes) {
  EXPECT_EQ(of_int(255, "x"), "ff");
  EXPECT_EQ(of_int(-255, "X"), "-FF");
  EXPECT_EQ(of_int(10, "b"), "1010");
  EXPECT_EQ(of_int(64, "o"), "100");
  EXPECT_EQ(of_int(-64, "d"), "-64");
  EXPECT_EQ(of_int(0, "x"), "0");
  EXPECT_EQ(of_int(171, "08b"), "10101011");
  EXPECT_EQ(of_int(10, "+06x"), "+0000a");
}

TEST(FormatInt, TheEndsOfTheRange) {
  EXPECT_EQ(of_int(INT64_MIN, ""), "-9223372036854775808");
  EXPECT_EQ(of_int(INT64_MAX, ""), "9223372036854775807");
  EXPECT_EQ(of_int(INT64_MIN, "x"), "-8000000000000000");
  EXPECT_EQ(of_int(INT64_MIN, "b"), "-1" + std::string(63, '0'));
  EXPECT_EQ(of_uint(UINT64_MAX, ""), "18446744073709551615");
  EXPECT_EQ(of_uint(UINT64_MAX, "b"), std::string(64, '1'));
  EXPECT_EQ(of_uint(UINT64_MAX, "o"), "1777777777777777777777");
  EXPECT_EQ(of_uint(0, ""), "0");
}

TEST(FormatInt, FloatKindsTakeTheNumberAsAFloat) {
  EXPECT_EQ(of_int(42, "f"), "42.000000");
  EXPECT_EQ(of_int(-42, ".1f"), "-42.0");
  EXPECT_EQ(of_int(1500, "e"), "1.5e3");
  EXPECT_EQ(of_int(-1500, ".0E"), "-2E3");
  EXPECT_EQ(of_uint(2, "%"), "200%");
}

TEST(FormatInt, WhatDoesNotFitGivesNothing) {
  EXPECT_EQ(of_int(1, "s"), "(no fit)");
  EXPECT_EQ(of_uint(1, "s"), "(no fit)");
  EXPECT_EQ(of_int(1, ".2"), "(no fit)");
  EXPECT_EQ(of_int(1, ".2d"), "(no fit)");
  EXPECT_EQ(of_int(1, ".0x"), "(no fit)");
}

TEST(FormatFloat, WithoutAKindItIsTheShortestOrHasItsPlaces) {
  EXPECT_EQ(of_float(0.1, ""), "0.1");
  EXPECT_EQ(of_float(3, "6"), "   3.0");
  EXPECT_EQ(of_float(1e21, "+"), "+1e21");
  EXPECT_EQ(of_float(3.14159, ".2"), "3.14");
  EXPECT_EQ(of_float(-0.0, ""), "-0.0");
  EXPECT_EQ(of_float(-2.5, "07"), "-0002.5");
  EXPECT_EQ(of_float(1234567.5, ","), "1,234,567.5");
  EXPECT_EQ(of_float(1e21, ","), "1e21");
}

TEST(FormatFloat, FixedPlaces) {
  EXPECT_EQ(of_float(3.14159, "f"), "3.141590");
  EXPECT_EQ(of_float(3.14159, ".0f"), "3");
  EXPECT_EQ(of_float(2.5, ".0f"), "2");  // the exact middle goes to the even one
  EXPECT_EQ(of_float(3.5, ".0f"), "4");
  EXPECT_EQ(of_float(0.125, ".2f"), "0.12");
  EXPECT_EQ(of_float(1.005, ".2f"), "1.00");  // a little less than it looks
  EXPECT_EQ(of_float(-0.001, ".2f"), "-0.00");
  EXPECT_EQ(of_float(1234567.891, ",.2f"), "1,234,567.89");
  EXPECT_EQ(of_float(-1.5, "*^9.2f"), "**-1.50**");
  EXPECT_EQ(of_float(1.5, "+08.2f"), "+0001.50");
  EXPECT_EQ(of_float(1.7976931348623157e308, ".3f").size(), 313u);
  EXPECT_EQ(of_float(5e-324, ".1074f").size(), 1076u);
}

TEST(FormatFloat, Exponents) {
  EXPECT_EQ(of_float(1234.5, "e"), "1.2345e3");
  EXPECT_EQ(of_float(1234.5, ".2e"), "1.23e3");
  EXPECT_EQ(of_float(1234.5, ".1E"), "1.2E3");
  EXPECT_EQ(of_float(1, "e"), "1e0");
  EXPECT_EQ(of_float(0, ".0e"), "0e0");
  EXPECT_EQ(of_float(-1e-300, "e"), "-1e-300");
  EXPECT_EQ(of_float(1e100, "E"), "1E100");
}

TEST(FormatFloat, Percents) {
  EXPECT_EQ(of_float(0.5, "%"), "50%");
  EXPECT_EQ(of_float(0.1234, ".1%"), "12.3%");
  EXPECT_EQ(of_float(-12.5, ",.0%"), "-1,250%");
  EXPECT_EQ(of_float(0.25, "06%"), "00025%");
  EXPECT_EQ(of_float(1e307, "%"), "inf%");
}

TEST(FormatFloat, WhatIsNotFiniteIsNeverPaddedWithZeros) {
  const double inf = HUGE_VAL, nan = std::nan("");
  EXPECT_EQ(of_float(inf, ""), "inf");
  EXPECT_EQ(of_float(-inf, "f"), "-inf");
  EXPECT_EQ(of_float(nan, ".2e"), "nan");
  EXPECT_EQ(of_float(-nan, ""), "nan");
  EXPECT_EQ(of_float(inf, "06"), "   inf");
  EXPECT_EQ(of_float(-inf, "*<6"), "-inf**");
  EXPECT_EQ(of_float(inf, "+,"), "+inf");
  EXPECT_EQ(of_float(inf, "%"), "inf%");
  EXPECT_EQ(of_float(-inf, ".1%"), "-inf%");
  EXPECT_EQ(of_float(nan, "%"), "nan%");
}

TEST(FormatFloat, WhatDoesNotFitGivesNothingWhateverTheValue) {
  for (double value : {1.0, -0.0, HUGE_VAL, std::nan("")}) {
    for (std::string_view text : {"x", "X", "b", "o", "d", "s"}) {
      EXPECT_EQ(of_float(value, text), "(no fit)") << value << text;
    }
  }
}

TEST(FormatFloat, PlacesAgreeWithPrintf) {
  std::mt19937_64 random(13);
  for (int round = 0; round < 20'000; ++round) {
    const double scale = std::pow(10.0, static_cast<double>(random() % 30) - 12);
    const double value = (static_cast<double>(random() % 2'000'001) - 1e6) / 1e6 * scale;
    const int places = static_cast<int>(random() % 12);
    char expected[100];
    std::snprintf(expected, sizeof expected, "%+20.*f", places, value);
    ASSERT_EQ(of_float(value, "+20." + std::to_string(places) + "f"), expected);
    std::snprintf(expected, sizeof expected, "%020.*f", places, value);
    ASSERT_EQ(of_float(value, "020." + std::to_string(places) + "f"), expected);
  }
}

TEST(FormatText, TextsStandLeftUnlessAligned) {
  EXPECT_EQ(of_text("noodle", ""), "noodle");
  EXPECT_EQ(of_text("noodle", "3"), "noodle");
  EXPECT_EQ(of_text("noodle", "8"), "noodle  ");
  EXPECT_EQ(of_text("noodle", ">8s"), "  noodle");
  EXPECT_EQ(of_text("noodle", "-^9"), "-noodle--");
  EXPECT_EQ(of_text("", "*<3"), "***");
}

TEST(FormatText, WidthAndPrecisionCountCharacters) {
  EXPECT_EQ(of_text("äöü", "5"), "äöü  ");
  EXPECT_EQ(of_text("🍜", "ß>3"), "ßß🍜");
  EXPECT_EQ(of_text("äöü", ".2"), "äö");
  EXPECT_EQ(of_text("🍜a€", ">4.2s"), "  🍜a");
  EXPECT_EQ(of_text("noodle", ".0"), "");
  EXPECT_EQ(of_text("noodle", ".6"), "noodle");
  EXPECT_EQ(of_text("noodle", ".60"), "noodle");
}

TEST(FormatText, WhatIsForNumbersGivesNothing) {
  for (std::string_view text : {"+", "05", ",", "x", "X", "b", "o", "d", "f", "e", "E", "%"}) {
    EXPECT_EQ(of_text("noodle", text), "(no fit)") << text;
  }
}

}  // namespace
}  // namespace noodle::value
