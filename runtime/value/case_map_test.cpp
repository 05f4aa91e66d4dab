#include "runtime/value/case_map.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace noodle::value {
namespace {

std::string one(std::uint32_t scalar) {
  std::string out;
  append_utf8(out, scalar);
  return out;
}

TEST(CaseMap, AsciiLettersChangeAndNothingElseDoes) {
  std::string all;
  for (char c = 0x20; c < 0x7F; ++c) all += c;
  std::string upper = all, lower = all;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  EXPECT_EQ(to_upper(all), upper);
  EXPECT_EQ(to_lower(all), lower);
  EXPECT_EQ(to_upper(""), "");
}

TEST(CaseMap, LettersOfTheScriptsItKnows) {
  EXPECT_EQ(to_upper("größe, çà et là, łódź, žluťoučký"), "GRÖSSE, ÇÀ ET LÀ, ŁÓDŹ, ŽLUŤOUČKÝ");
  EXPECT_EQ(to_lower("GRÖSSE, ÇÀ ET LÀ, ŁÓDŹ, ŽLUŤOUČKÝ"), "grösse, çà et là, łódź, žluťoučký");
  EXPECT_EQ(to_upper("ελληνικά, ύψος"), "ΕΛΛΗΝΙΚΆ, ΎΨΟΣ");
  EXPECT_EQ(to_lower("ΕΛΛΗΝΙΚΆ, ΎΨΟΣ"), "ελληνικά, ύψοσ");
  EXPECT_EQ(to_upper("лапша, ёжик, љубав, ґанок"), "ЛАПША, ЁЖИК, ЉУБАВ, ҐАНОК");
  EXPECT_EQ(to_lower("ЛАПША, ЁЖИК, ЉУБАВ, ҐАНОК"), "лапша, ёжик, љубав, ґанок");
  EXPECT_EQ(to_upper("լապշա"), "ԼԱՊՇԱ");
  EXPECT_EQ(to_lower("ԼԱՊՇԱ"), "լապշա");
  EXPECT_EQ(to_upper("ატრია"), "ᲐᲢᲠᲘᲐ");
  EXPECT_EQ(to_lower("ᲐᲢᲠᲘᲐ"), "ატრია");
  EXPECT_EQ(to_upper("mì sợi ạ, phở, cơm, ưa"), "MÌ SỢI Ạ, PHỞ, CƠM, ƯA");
  EXPECT_EQ(to_lower("MÌ SỢI Ạ, PHỞ, CƠM, ƯA"), "mì sợi ạ, phở, cơm, ưa");
  EXPECT_EQ(to_upper("əriştə"), "ƏRIŞTƏ");
  EXPECT_EQ(to_lower("ƏRIŞTƏ"), "əriştə");
}

TEST(CaseMap, LettersThatShareAnUpperCaseGoBackToTheUsualOne) {
  EXPECT_EQ(to_upper("µ"), "Μ");
  EXPECT_EQ(to_lower("Μ"), "μ");
  EXPECT_EQ(to_upper("ς"), "Σ");
  EXPECT_EQ(to_lower("Σ"), "σ");
  EXPECT_EQ(to_upper("ÿ"), "Ÿ");
  EXPECT_EQ(to_lower("Ÿ"), "ÿ");
  EXPECT_EQ(to_upper("ß"), "SS");
  EXPECT_EQ(to_lower("ß"), "ß");
}

TEST(CaseMap, SignsBetweenTheLettersStay) {
  for (std::string_view sign : {"×", "÷", "ĸ", "ŉ", "°", "€", "漢", "🍜", "\u0378", "\U0010FFFF"}) {
    EXPECT_EQ(to_upper(sign), sign);
    EXPECT_EQ(to_lower(sign), sign);
  }
}

TEST(CaseMap, EveryCharacterIsInOneCaseOrNone) {
  for (std::uint32_t c = 0; c < 0x30000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const std::string text = one(c);
    const std::string upper = to_upper(text), lower = to_lower(text);
    ASSERT_EQ(find_invalid_utf8(upper), std::string::npos);
    ASSERT_TRUE(upper == text || lower == text) << c;  // no character has both others
    ASSERT_EQ(to_upper(upper), upper) << c;            // and once is enough
    ASSERT_EQ(to_lower(lower), lower) << c;
    if (lower != text) ASSERT_EQ(to_upper(lower), text) << c;
  }
}

}  // namespace
}  // namespace noodle::value
