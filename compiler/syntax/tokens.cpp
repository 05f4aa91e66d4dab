#include "compiler/syntax/tokens.h"

#include <array>

namespace noodle::syntax {

namespace {

constexpr auto kDescriptions = std::to_array<std::string_view>({
#define NOODLE_TOKEN(name, description) description,
#define NOODLE_MARK(name, spelling) "`" spelling "`",
#define NOODLE_WORD(name, spelling) "`" spelling "`",
#include "compiler/syntax/tokens.def"
#undef NOODLE_TOKEN
#undef NOODLE_MARK
#undef NOODLE_WORD
});

constexpr auto kNames = std::to_array<std::string_view>({
#define NOODLE_TOKEN(name, description) #name,
#define NOODLE_MARK(name, spelling) #name,
#define NOODLE_WORD(name, spelling) #name,
#include "compiler/syntax/tokens.def"
#undef NOODLE_TOKEN
#undef NOODLE_MARK
#undef NOODLE_WORD
});

struct Keyword {
  std::string_view text;
  TokenKind kind;
};
constexpr auto kKeywords = std::to_array<Keyword>({
#define NOODLE_TOKEN(name, description)
#define NOODLE_MARK(name, spelling)
#define NOODLE_WORD(name, spelling) {spelling, TokenKind::name},
#include "compiler/syntax/tokens.def"
#undef NOODLE_TOKEN
#undef NOODLE_MARK
#undef NOODLE_WORD
});

constexpr std::size_t kLongest = 8;  // "continue"

// A word of at most eight bytes as one number; unused bytes are zero.
constexpr std::uint64_t pack(std::string_view text) {
  std::uint64_t packed = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    packed |= std::uint64_t{static_cast<std::uint8_t>(text[i])} << (8 * i);
  }
  return packed;
}

// A table without collisions, found at compile time: one multiplication and one comparison tell a
// reserved word from a name.
struct Table {
  std::uint64_t factor = 0;
  std::array<std::uint64_t, 256> packed{};
  std::array<TokenKind, 256> kinds{};

  constexpr std::size_t slot(std::uint64_t value) const { return (value * factor) >> 56; }
};

constexpr Table make_table() {
  std::uint64_t factor = 0x9E3779B97F4A7C15ull;
  while (true) {
    Table table;
    table.factor = factor;
    bool collides = false;
    for (const Keyword& keyword : kKeywords) {
      const std::uint64_t packed = pack(keyword.text);
      const std::size_t slot = table.slot(packed);
      if (table.packed[slot] != 0) {
        collides = true;
        break;
      }
      table.packed[slot] = packed;
      table.kinds[slot] = keyword.kind;
    }
    if (!collides) return table;
    factor = factor * 6364136223846793005ull + 1442695040888963407ull | 1;
  }
}

constexpr Table kTable = make_table();

}  // namespace

std::string_view describe(TokenKind kind) { return kDescriptions[static_cast<std::size_t>(kind)]; }

std::string_view kind_name(TokenKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

TokenKind keyword_or_identifier(std::string_view text) {
  if (text.size() > kLongest) return TokenKind::Identifier;
  const std::uint64_t packed = pack(text);
  const std::size_t slot = kTable.slot(packed);
  return kTable.packed[slot] == packed && packed != 0 ? kTable.kinds[slot] : TokenKind::Identifier;
}

}  // namespace noodle::syntax
