#include <gtest/gtest.h>

#include <map>

#include <string>

#include "base/arena.h"
#include "base/chunked.h"
#include "base/flat_map.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/interner.h"
#include "base/text.h"

namespace noodle {
namespace {

TEST(Arena, NeverMovesWhatItGaveOut) {
  Arena arena;
  auto* first = arena.make<int>(7);
  for (int i = 0; i < 100000; ++i) arena.make<int>(i);
  EXPECT_EQ(*first, 7);
  EXPECT_GT(arena.bytes(), 400000u);
}

TEST(Arena, AlignsAndServesLargeRequests) {
  Arena arena;
  arena.allocate(1, 1);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(arena.allocate(8, 64)) % 64, 0u);
  auto* large = static_cast<char*>(arena.allocate(5'000'000, 16));
  large[0] = large[4'999'999] = 'x';
  EXPECT_GE(arena.bytes(), 5'000'000u);
}

TEST(Arena, CopiesSequencesAndText) {
  Arena arena;
  const std::span<int> numbers = arena.copy(std::vector<int>{1, 2, 3});
  ASSERT_EQ(numbers.size(), 3u);
  EXPECT_EQ(numbers[2], 3);
  EXPECT_TRUE(arena.copy(std::vector<int>{}).empty());
  std::string text = "hello";
  const std::string_view copy = arena.copy(std::string_view(text));
  text[0] = 'j';
  EXPECT_EQ(copy, "hello");
  EXPECT_TRUE(arena.copy(std::string_view()).empty());
}

TEST(Arena, MovingHandsOverTheBlocks) {
  Arena arena;
  auto* value = arena.make<int>(3);
  Arena other(std::move(arena));
  EXPECT_EQ(*value, 3);
  EXPECT_GT(other.bytes(), 0u);
}

TEST(Id, KnowsWhetherItNamesAnything) {
  using ThingId = Id<struct ThingTag>;
  EXPECT_FALSE(ThingId().valid());
  EXPECT_TRUE(ThingId(0).valid());
  EXPECT_TRUE(static_cast<bool>(ThingId(3)));
  EXPECT_LT(ThingId(1), ThingId(2));
  EXPECT_NE(std::hash<ThingId>()(ThingId(1)), std::hash<ThingId>()(ThingId(2)));
}

TEST(Hash, IsAFunctionOfBytesAndSeed) {
  EXPECT_EQ(hash_bytes("noodle"), hash_bytes(std::string("noo") + "dle"));
  EXPECT_NE(hash_bytes("noodle"), hash_bytes("noodle", 1));
  EXPECT_EQ(hash128_bytes("a"), hash128_bytes("a"));
  EXPECT_NE(hash128_bytes("a"), hash128_bytes("b"));
  EXPECT_NE(hash_combine(hash_combine(0, 1), 2), hash_combine(hash_combine(0, 2), 1));
}

TEST(Interner, GivesEqualTextsOneSymbol) {
  Interner names;
  const Symbol a = names.intern("alpha");
  EXPECT_EQ(names.intern(std::string("al") + "pha"), a);
  EXPECT_NE(names.intern("beta"), a);
  EXPECT_EQ(names.text(a), "alpha");
  EXPECT_EQ(names.find("alpha"), a);
  EXPECT_FALSE(names.find("gamma").valid());
  EXPECT_EQ(names.text(Symbol()), "");
  EXPECT_EQ(names.size(), 2u);
}

TEST(Interner, KeepsSymbolsWhenItGrows) {
  Interner names;
  for (int i = 0; i < 10000; ++i) EXPECT_EQ(names.intern("n" + std::to_string(i)).index, static_cast<unsigned>(i));
  for (int i = 0; i < 10000; ++i) EXPECT_EQ(names.text(Symbol(i)), "n" + std::to_string(i));
}

TEST(Interner, StartsWithNamesThatAreGiven) {
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) texts.push_back("kept" + std::to_string(i));
  const std::vector<std::string_view> kept(texts.begin(), texts.end());
  Interner names;
  names.preload(kept);
  EXPECT_EQ(names.intern("kept2999").index, 2999u);
  EXPECT_EQ(names.text(Symbol(7)).data(), texts[7].data());
  EXPECT_EQ(names.intern("new").index, 3000u);
  names.preload(kept);
  EXPECT_EQ(names.size(), 3001u);
  Interner other;
  other.intern("early");
  EXPECT_DEATH(other.preload(kept), "");
}

TEST(Chunked, NeverMovesItsEntries) {
  Chunked<std::string> table;
  std::vector<const std::string*> places;
  for (int i = 0; i < 1000; ++i) places.push_back(&table.emplace_back(std::to_string(i)));
  int n = 0;
  for (const std::string& entry : table) {
    EXPECT_EQ(&entry, places[n]);
    EXPECT_EQ(entry, std::to_string(n++));
  }
  EXPECT_EQ(n, 1000);
  for (std::size_t size : {900u, 640u, 639u, 1u, 0u}) {
    table.truncate(size);
    EXPECT_EQ(table.size(), size);
    EXPECT_EQ(table.empty(), size == 0);
    if (size > 0) EXPECT_EQ(table.back(), std::to_string(size - 1));
  }
  table.push_back("again");
  EXPECT_EQ(table[0], "again");
}

TEST(Utf8, RoundTripsEveryLength) {
  for (std::uint32_t scalar : {0x24u, 0x7Fu, 0x80u, 0x7FFu, 0x800u, 0xD7FFu, 0xE000u, 0xFFFFu, 0x10000u, 0x10FFFFu}) {
    std::string text;
    ASSERT_TRUE(append_utf8(text, scalar));
    const DecodedScalar decoded = decode_utf8(text);
    EXPECT_EQ(decoded.value, scalar);
    EXPECT_EQ(decoded.length, text.size());
    EXPECT_EQ(decode_utf8(std::string_view(text).substr(0, text.size() - 1)).length, 0u);
    EXPECT_EQ(count_scalars(text), 1u);
  }
}

TEST(Utf8, RefusesWhatIsNoScalar) {
  std::string text;
  EXPECT_FALSE(append_utf8(text, 0xD800));
  EXPECT_FALSE(append_utf8(text, 0x110000));
  EXPECT_TRUE(text.empty());
  for (std::string_view bad :
       {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xC3("}) {
    EXPECT_EQ(decode_utf8(bad).length, 0u);
    EXPECT_EQ(find_invalid_utf8(std::string("ok é ") + std::string(bad)), 6u);
  }
  EXPECT_EQ(find_invalid_utf8("all good: é€😀"), std::string_view::npos);
}

TEST(EditDistance, CountsSwapsOnceAndStopsAtItsLimit) {
  EXPECT_EQ(edit_distance("length", "length", 3), 0u);
  EXPECT_EQ(edit_distance("lenght", "length", 3), 1u);
  EXPECT_EQ(edit_distance("abc", "xyz", 3), 3u);
  EXPECT_EQ(edit_distance("abc", "xyz", 1), 2u);
  EXPECT_EQ(edit_distance("a", "abcdefgh", 3), 4u);
}

TEST(Nearest, SuggestsOnlyWhatIsNear) {
  const std::string_view names[] = {"length", "print", "width"};
  EXPECT_EQ(nearest("lenght", names), "length");
  EXPECT_EQ(nearest("prin", names), "print");
  EXPECT_EQ(nearest("zebra", names), "");
  EXPECT_EQ(nearest("length", names), "");
  EXPECT_EQ(nearest("x", names), "");
  const std::string_view ties[] = {"cat", "bat"};
  EXPECT_EQ(nearest("rat", ties), "bat");
}

TEST(Text, CountsInWords) {
  EXPECT_EQ(count_of(0, "argument"), "no arguments");
  EXPECT_EQ(count_of(1, "argument"), "1 argument");
  EXPECT_EQ(count_of(12, "argument"), "12 arguments");
}

TEST(Text, MovesLinesIn) {
  EXPECT_EQ(indented(""), "");
  EXPECT_EQ(indented("a\n\nb"), "  a\n  \n  b\n");
  EXPECT_EQ(indented("a\n", 4), "    a\n");
}

TEST(Text, WritesStringsOfJson) {
  std::string out;
  append_json(out, "a\"b\\c\n\t\x01 é\xff");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0009\\u0001 é\\ufffd\"");
}

TEST(Escape, WritesALiteralsInside) {
  EXPECT_EQ(escape("a\"b\\c\n\t\r{d}\x01\x1f é"), "a\\\"b\\\\c\\n\\t\\r\\{d}\\u{1}\\u{1f} é");
}

TEST(FlatMap, AgreesWithAMapThroughARandomHistory) {
  FlatMap<std::uint32_t, int> map;
  std::map<std::uint32_t, int> wanted;
  std::uint64_t state = 1;
  for (int step = 0; step < 20'000; ++step) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto key = static_cast<std::uint32_t>(state >> 40) % 300;
    if (state % 3 == 0) {
      map.erase(key);
      wanted.erase(key);
    } else if (state % 3 == 1) {
      map[key] = step;
      wanted[key] = step;
    } else {
      EXPECT_EQ(map.try_emplace(key, step).second, wanted.try_emplace(key, step).second);
    }
    ASSERT_EQ(map.contains(key), wanted.contains(key));
    ASSERT_EQ(map.size(), wanted.size());
  }
  for (const auto& [key, value] : wanted) {
    ASSERT_NE(map.find(key), map.end());
    EXPECT_EQ(map.find(key)->second, value);
  }
  map.clear();
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find(1), map.end());
}

}  // namespace
}  // namespace noodle
