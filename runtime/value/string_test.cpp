#include "runtime/value/string.h"

#include <algorithm>
#include <random>

#include "base/text.h"
#include "runtime/value/value_fixture.h"

namespace noodle::value {
namespace {

using memory::TextIndex;
using memory::TextObject;

class StringTest : public ValueTest {
 protected:
  static std::string repeated(std::string_view piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += piece;
    return out;
  }
  static bool is_counted(const Text& words) { return memory::text_object(words.data()) != nullptr; }
  static TextObject* object(const Text& words) { return reinterpret_cast<TextObject*>(words[0]); }
  static std::string_view view(const Text& words) { return string_view(words.data()); }
  /// The characters [from, to) as a new string, as slicing does it.
  Text slice(const Text& words, std::uint64_t from, std::uint64_t to) {
    const std::uint64_t first = string_offset(words.data(), from);
    const std::uint64_t last = string_offset(words.data(), to);
    return text(view(words).substr(first, last - first));
  }
  /// A random valid text of scalars of every width.
  std::string random_text(std::size_t characters) {
    static constexpr std::uint32_t kScalars[] = {'a',    'z',    0,      0x7F,   0x80,    0xE4,    0x7FF,   0x800,
                                                 0x20AC, 0xD7FF, 0xE000, 0xFFFF, 0x1F35C, 0x10000, 0x10FFFF};
    std::string out;
    for (std::size_t i = 0; i < characters; ++i) append_utf8(out, kScalars[random() % 15]);
    return out;
  }

  std::mt19937_64 random{7};
};

TEST_F(StringTest, ZeroWordsAreTheEmptyString) {
  const Text empty{};
  EXPECT_EQ(view(empty), "");
  EXPECT_EQ(string_bytes(empty.data()), 0u);
  EXPECT_EQ(string_length(empty.data()), 0u);
  EXPECT_EQ(text(""), empty);
}

TEST_F(StringTest, FifteenBytesStandInTheWordsAndSixteenAreCounted) {
  for (std::size_t bytes = 0; bytes <= 40; ++bytes) {
    const std::string wanted(bytes, 'n');
    const Text words = text(wanted);
    EXPECT_EQ(view(words), wanted);
    EXPECT_EQ(string_bytes(words.data()), bytes);
    EXPECT_EQ(is_counted(words), bytes > kInlineText);
    EXPECT_EQ(account.live, bytes > kInlineText ? 1 : 0);
    drop(words);
  }
}

TEST_F(StringTest, TheBoundaryCountsBytesNotCharacters) {
  const Text inside = text("äöüäöüä!");   // 15 bytes
  const Text outside = text("äöüäöüäö");  // 16 bytes
  EXPECT_FALSE(is_counted(inside));
  EXPECT_TRUE(is_counted(outside));
  EXPECT_EQ(string_length(inside.data()), 8u);
  EXPECT_EQ(string_length(outside.data()), 8u);
  drop(outside);
}

TEST_F(StringTest, ReferencesToCountedTextAreCountedAndInlineOnesAreNot) {
  const Text words = text("a string of some length");
  retain_string(words.data());
  drop(words);
  EXPECT_EQ(account.live, 1);
  drop(words);
  const Text small = text("short");
  retain_string(small.data());
  drop(small);
  drop(small);
}

TEST_F(StringTest, ABlankStringIsWrittenByItsMaker) {
  Text words;
  char* at = make_blank_string(account, 3, words.data());
  std::memcpy(at, "abc", 3);
  EXPECT_EQ(words, text("abc"));
  at = make_blank_string(account, 16, words.data());
  std::memset(at, 'x', 16);
  EXPECT_EQ(view(words), std::string(16, 'x'));
  drop(words);
}

TEST_F(StringTest, ConcatenationJoinsThePiecesInOrder) {
  const std::string_view small[] = {"noo", "", "dle"};
  Text words;
  ASSERT_TRUE(concat_strings(account, small, words.data()));
  EXPECT_EQ(words, text("noodle"));
  const std::string_view large[] = {"", "a long ", "bowl of ", "", "noodles"};
  ASSERT_TRUE(concat_strings(account, large, words.data()));
  EXPECT_EQ(view(words), "a long bowl of noodles");
  drop(words);
  ASSERT_TRUE(concat_strings(account, {}, words.data()));
  EXPECT_EQ(words, Text{});
}

TEST_F(StringTest, ConcatenationRefusesALengthThatOverflows) {
  const std::string_view most(static_cast<const char*>(nullptr), SIZE_MAX / 2 + 1);
  const std::string_view pieces[] = {most, most};
  Text words{1, 2};
  EXPECT_FALSE(concat_strings(account, pieces, words.data()));
  EXPECT_FALSE(concat_strings(account, {pieces, 1}, words.data()));
  EXPECT_EQ(words, (Text{1, 2}));
}

TEST_F(StringTest, AppendingGrowsFromTheWordsIntoAnObject) {
  Text words{};
  std::string wanted;
  for (int i = 0; i < 100; ++i) {
    const char c = static_cast<char>('a' + i % 26);
    ASSERT_TRUE(append_string(account, words.data(), {&c, 1}));
    wanted += c;
    ASSERT_EQ(view(words), wanted);
    ASSERT_EQ(is_counted(words), wanted.size() > kInlineText);
  }
  ASSERT_TRUE(append_string(account, words.data(), ""));
  EXPECT_EQ(view(words), wanted);
  drop(words);
}

TEST_F(StringTest, AppendingToAUniqueStringWithRoomChangesItInPlace) {
  Text words = text(std::string(40, 'a'));
  ASSERT_TRUE(append_string(account, words.data(), "b"));
  EXPECT_EQ(object(words)->capacity, 60u);  // half as much again
  const std::uint64_t address = words[0];
  for (int i = 0; i < 19; ++i) ASSERT_TRUE(append_string(account, words.data(), "c"));
  EXPECT_EQ(words[0], address);
  ASSERT_TRUE(append_string(account, words.data(), "d"));
  EXPECT_NE(words[0], address);
  EXPECT_EQ(view(words), std::string(40, 'a') + "b" + std::string(19, 'c') + "d");
  drop(words);
}

TEST_F(StringTest, AppendingAMillionTimesAllocatesRarely) {
  Text words{};
  int moves = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const std::uint64_t before = words[0];
    ASSERT_TRUE(append_string(account, words.data(), "x"));
    moves += words[0] != before && i >= 16;
  }
  EXPECT_LT(moves, 40);
  EXPECT_EQ(string_bytes(words.data()), 1'000'000u);
  drop(words);
}

TEST_F(StringTest, AppendingToASharedStringLeavesTheOtherAlone) {
  Text words = text(std::string(40, 'a'));
  ASSERT_TRUE(append_string(account, words.data(), "b"));
  const Text kept = words;
  retain_string(kept.data());
  ASSERT_TRUE(append_string(account, words.data(), "c"));
  EXPECT_NE(words[0], kept[0]);
  EXPECT_EQ(view(kept), std::string(40, 'a') + "b");
  EXPECT_EQ(view(words), std::string(40, 'a') + "bc");
  Text other = kept;
  ASSERT_TRUE(append_string(account, other.data(), "d"));  // in the room that was shared
  EXPECT_EQ(view(other), std::string(40, 'a') + "bd");
  EXPECT_EQ(view(words), std::string(40, 'a') + "bc");
  drop(other);
  drop(words);
}

TEST_F(StringTest, AStringCanBeAppendedToItself) {
  for (std::size_t bytes : {1u, 7u, 8u, 15u, 16u, 100u}) {
    std::string wanted(bytes, 'a');
    wanted.back() = 'z';
    Text words = text(wanted);
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(append_string(account, words.data(), view(words)));
      wanted += wanted;
      ASSERT_EQ(view(words), wanted);
    }
    drop(words);
  }
}

TEST_F(StringTest, AppendingForgetsWhatWasKnownOfTheText) {
  Text words = text(repeated("ä", 100));
  ASSERT_TRUE(append_string(account, words.data(), "ö"));
  EXPECT_EQ(string_length(words.data()), 101u);            // the count is noted
  ASSERT_TRUE(append_string(account, words.data(), "ü"));  // in place
  EXPECT_EQ(string_length(words.data()), 102u);
  EXPECT_EQ(string_offset(words.data(), 70), 140u);  // the index is made
  ASSERT_TRUE(append_string(account, words.data(), "x"));
  EXPECT_EQ(string_length(words.data()), 103u);
  EXPECT_EQ(string_offset(words.data(), 103), 205u);
  drop(words);
}

TEST_F(StringTest, WithoutMemoryNothingIsMadeOrChanged) {
  Text words = text(std::string(40, 'a'));
  const Text before = words;
  leave_room_for(0);
  EXPECT_FALSE(append_string(account, words.data(), "b"));
  EXPECT_EQ(words, before);
  Text other{3, 4};
  EXPECT_FALSE(make_string(account, "sixteen letters!", other.data()));
  EXPECT_EQ(make_blank_string(account, 16, other.data()), nullptr);
  const std::string_view pieces[] = {"sixteen ", "letters!"};
  EXPECT_FALSE(concat_strings(account, pieces, other.data()));
  EXPECT_EQ(other, (Text{3, 4}));
  EXPECT_TRUE(make_string(account, "needs no memory", other.data()));
  EXPECT_FALSE(append_string(account, other.data(), "!"));
  EXPECT_EQ(view(other), "needs no memory");
  const std::string_view endless("", Account::kLargest + 1);
  lift_limit();
  EXPECT_FALSE(append_string(account, words.data(), endless));
  EXPECT_FALSE(make_string(account, endless, other.data()));
  EXPECT_EQ(words, before);
  drop(words);
}

TEST_F(StringTest, WhenRoomToGrowIsTooMuchJustEnoughIsTaken) {
  Text words = text(std::string(1000, 'a'));
  leave_room_for(1100);  // enough for 1001 bytes, not for 1500
  ASSERT_TRUE(append_string(account, words.data(), "b"));
  EXPECT_EQ(object(words)->capacity, 1001u);
  drop(words);
}

TEST_F(StringTest, CharactersOfAsciiAreItsBytes) {
  for (int bytes : {5, 15, 16, 300}) {
    const Text words = text(repeated("x", bytes));
    EXPECT_EQ(string_length(words.data()), static_cast<std::uint64_t>(bytes));
    for (int i = 0; i <= bytes; ++i) {
      EXPECT_EQ(string_offset(words.data(), i), static_cast<std::uint64_t>(i));
      EXPECT_EQ(string_index_of(words.data(), i), static_cast<std::uint64_t>(i));
    }
    if (is_counted(words)) EXPECT_EQ(object(words)->facts & 1, 1u);  // ASCII needs no index
    drop(words);
  }
}

TEST_F(StringTest, EveryCharacterIsFoundInEveryText) {
  for (std::size_t characters : {1u, 3u, 5u, 20u, 63u, 64u, 65u, 127u, 128u, 129u, 1000u}) {
    const std::string wanted = random_text(characters);
    const Text words = text(wanted);
    ASSERT_EQ(string_length(words.data()), characters);
    std::size_t offset = 0;
    for (std::size_t i = 0; i < characters; ++i) {
      ASSERT_EQ(string_offset(words.data(), i), offset);
      ASSERT_EQ(string_index_of(words.data(), offset), i);
      ASSERT_EQ(scalar_bytes(wanted[offset]), decode_utf8(view(words).substr(offset)).length);
      offset += scalar_bytes(wanted[offset]);
    }
    EXPECT_EQ(string_offset(words.data(), characters), wanted.size());
    EXPECT_EQ(string_index_of(words.data(), wanted.size()), characters);
    drop(words);
  }
}

TEST_F(StringTest, TheIndexIsMadeOnceByTheFirstUse) {
  const Text words = text(repeated("é", 640));
  EXPECT_EQ(object(words)->facts, 0u);
  EXPECT_EQ(string_length(words.data()), 640u);
  EXPECT_EQ(object(words)->facts, 640u << 1 | 1);
  EXPECT_EQ(string_offset(words.data(), 640), 1280u);
  const std::uint64_t facts = object(words)->facts;
  ASSERT_EQ(facts & 1, 0u);
  EXPECT_EQ(reinterpret_cast<TextIndex*>(facts)->characters, 640u);
  EXPECT_EQ(string_index_of(words.data(), 400), 200u);
  EXPECT_EQ(string_length(words.data()), 640u);
  EXPECT_EQ(object(words)->facts, facts);
  drop(words);
}

TEST_F(StringTest, SlicesAreTheirCharacters) {
  const std::string wanted = random_text(200);
  std::vector<std::string> characters;
  for (std::size_t at = 0; at < wanted.size(); at += scalar_bytes(wanted[at])) {
    characters.push_back(wanted.substr(at, scalar_bytes(wanted[at])));
  }
  const Text words = text(wanted);
  for (int round = 0; round < 500; ++round) {
    std::uint64_t from = random() % 201, to = random() % 201;
    if (from > to) std::swap(from, to);
    std::string expected;
    for (std::uint64_t i = from; i < to; ++i) expected += characters[i];
    const Text part = slice(words, from, to);
    ASSERT_EQ(view(part), expected);
    ASSERT_EQ(is_counted(part), expected.size() > kInlineText);
    drop(part);
  }
  drop(words);
}

TEST_F(StringTest, ATextFoundByItsBytesHasItsCharacterIndex) {
  const Text words = text(repeated("äß€🍜", 40) + "noodle");
  const std::size_t found = view(words).find("noodle");
  EXPECT_EQ(found, 440u);
  EXPECT_EQ(string_index_of(words.data(), found), 160u);
  EXPECT_EQ(string_index_of(words.data(), view(words).find("🍜")), 3u);
  drop(words);
}

TEST_F(StringTest, EqualTextsAreEqualHoweverTheyCameAbout) {
  for (std::string_view wanted :
       {"", "noodle", "fifteen letters", "sixteen letters!", "quite a few more letters than that"}) {
    const Text whole = text(wanted);
    Text pieces{};
    for (const char c : wanted) ASSERT_TRUE(append_string(account, pieces.data(), {&c, 1}));
    EXPECT_TRUE(string_equal(whole.data(), pieces.data()));
    EXPECT_TRUE(string_equal(whole.data(), whole.data()));
    EXPECT_EQ(string_hash(whole.data(), 9), string_hash(pieces.data(), 9));
    EXPECT_EQ(string_compare(whole.data(), pieces.data()), 0);
    drop(whole);
    drop(pieces);
  }
}

TEST_F(StringTest, HashesDependOnTextAndSeed) {
  const Text texts[] = {text(""),       text("a"), text("b"), text("sixteen letters!"), text("sixteen letters?"),
                        text({"\0", 1})};
  for (const Text& a : texts) {
    EXPECT_NE(string_hash(a.data(), 1), string_hash(a.data(), 2));
    for (const Text& b : texts) {
      EXPECT_EQ(string_hash(a.data(), 1) == string_hash(b.data(), 1), &a == &b);
      EXPECT_EQ(string_equal(a.data(), b.data()), &a == &b);
    }
  }
  for (const Text& words : texts) drop(words);
}

TEST_F(StringTest, OrderIsThatOfCodePoints) {
  const std::vector<std::string> ordered = {"",
                                            std::string("\0", 1),
                                            "A",
                                            "Z",
                                            "a",
                                            "aa",
                                            "ab",
                                            "b",
                                            "\x7F",
                                            "\u0080",
                                            "ä",
                                            "€",
                                            "\uFFFF",
                                            "\U00010000",
                                            "🍜",
                                            "\U0010FFFF",
                                            "\U0010FFFF and more than fifteen"};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      const Text a = text(ordered[i]), b = text(ordered[j]);
      EXPECT_EQ(string_compare(a.data(), b.data()), i < j ? -1 : i > j ? 1 : 0);
      drop(a);
      drop(b);
    }
  }
}

TEST_F(StringTest, NulIsACharacterLikeAnyOther) {
  const Text words = text({"a\0b", 3});
  EXPECT_EQ(string_length(words.data()), 3u);
  EXPECT_FALSE(string_equal(words.data(), text("a").data()));
  EXPECT_FALSE(string_equal(text({"\0", 1}).data(), text("").data()));
}

TEST_F(StringTest, AConstantTextIsCopiedWhenAppendedTo) {
  Text words = text("a constant of the program");
  memory::make_immortal(account, memory::text_object(words.data()));
  const Text constant = words;
  ASSERT_TRUE(append_string(account, words.data(), "!"));
  EXPECT_EQ(view(constant), "a constant of the program");
  EXPECT_EQ(view(words), "a constant of the program!");
  drop(words);
  drop(constant);
  memory::free_immortal(objects, memory::text_object(constant.data()));
}

TEST_F(StringTest, AThousandRandomEditsAgreeWithAStandardString) {
  Text words{};
  std::string wanted;
  std::vector<std::pair<Text, std::string>> kept;
  for (int step = 0; step < 1000; ++step) {
    switch (random() % 6) {
      case 0:
        retain_string(words.data());
        kept.emplace_back(words, wanted);
        break;
      case 1:
        drop(words);
        words = Text{};
        wanted.clear();
        break;
      case 2:
        if (!kept.empty()) {
          ASSERT_TRUE(append_string(account, words.data(), string_view(kept.back().first.data())));
          wanted += kept.back().second;
        }
        break;
      default: {
        const std::string more = random_text(random() % 12);
        ASSERT_TRUE(append_string(account, words.data(), more));
        wanted += more;
      }
    }
    ASSERT_EQ(view(words), wanted);
    ASSERT_EQ(string_length(words.data()), count_scalars(wanted));
    if (wanted.size() > 4096) {
      drop(words);
      words = Text{};
      wanted.clear();
    }
  }
  for (auto& [old, expected] : kept) {
    EXPECT_EQ(view(old), expected);
    drop(old);
  }
  drop(words);
}

TEST_F(StringTest, ABlankStringIsCutToWhatWasWritten) {
  for (const std::size_t room : {0u, 5u, 15u, 16u, 40u, 1000u}) {
    for (const std::size_t bytes : {0u, 3u, 15u, 16u, 20u, 39u, 999u}) {
      if (bytes > room) continue;
      const std::string wanted = repeated("x", static_cast<int>(bytes));
      Text words{};
      char* const to = make_blank_string(account, room, words.data());
      std::ranges::fill_n(to, static_cast<std::ptrdiff_t>(room), 'x');
      cut_string(account, words.data(), bytes);
      EXPECT_EQ(view(words), wanted);
      const Text same = text(wanted);
      EXPECT_EQ(is_counted(words), is_counted(same));
      EXPECT_TRUE(is_counted(same) || words == same);
      EXPECT_TRUE(!is_counted(words) || object(words)->capacity <= 2 * bytes + 1) << room << ' ' << bytes;
      drop(words);
      drop(same);
    }
  }
}

}  // namespace
}  // namespace noodle::value
