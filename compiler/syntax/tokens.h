#pragma once

// The tokens of one file, as the lexer gives them: twelve bytes each, in source order, ending in one
// EndOfFile. Blanks are not tokens: a token only remembers whether a newline or a blank came before
// it. Comments lie beside the tokens, in source order as well.

#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/syntax/tree.h"

namespace noodle::syntax {

enum class TokenKind : std::uint8_t {
#define NOODLE_TOKEN(name, description) name,
#define NOODLE_MARK(name, spelling) name,
#define NOODLE_WORD(name, spelling) name,
#include "compiler/syntax/tokens.def"
#undef NOODLE_TOKEN
#undef NOODLE_MARK
#undef NOODLE_WORD
};

/// How a kind is shown to people: "`)`", "a name".
std::string_view describe(TokenKind kind);
/// The enumerator's own name, as `--emit=tokens` prints it.
std::string_view kind_name(TokenKind kind);
/// The reserved word that `text` is, or Identifier.
TokenKind keyword_or_identifier(std::string_view text);
/// Whether this is a reserved word.
constexpr bool is_keyword(TokenKind kind) { return kind >= TokenKind::Actor; }
/// Whether this is a name or a reserved word: what may follow a `.` or be a label.
constexpr bool is_word(TokenKind kind) { return kind == TokenKind::Identifier || kind >= TokenKind::Actor; }

/// The unit behind a Duration or a Size.
enum class Unit : std::uint8_t { None, Ns, Us, Ms, S, M, H, D, KB, MB, GB, TB };

struct Token {
  enum Flag : std::uint8_t {
    kNewlineBefore = 1,  // a newline stands between the token before and this one
    kSpaceBefore = 2,    // a blank, a newline or a comment does
    kDocBefore = 4,      // a `///` comment does
    kOpensParams = 8,    // a `(` whose `)` is followed by `=>`
    kEscapes = 16,       // text with escapes in it
    kUnclosed = 32,      // a string that lacks its closing quote
    // Written by the parser, read by the formatter.
    kPrefix = 64,      // `-` before an operand, `@` before an attribute, `..` of a rest pattern
    kTypeAngle = 128,  // `<` or `>` around types
    // Of a `{`, which has none of the flags above that share these bits. A block of statements has neither.
    kEntries = 8,  // a struct literal or pattern, or a map: commas separate, and newlines are blanks
    kMap = 32,     // a map, whose `}` is marked as well
    kParts = 16,   // arms, fields, variants or members: commas or newlines separate
  };

  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  TokenKind kind = TokenKind::EndOfFile;
  std::uint8_t flags = 0;
  Unit unit = Unit::None;
  bool bad = false;  // a number that was reported; it has no value

  Range range() const { return {begin, end}; }
  bool newline_before() const { return flags & kNewlineBefore; }
  bool space_before() const { return flags & kSpaceBefore; }
};
static_assert(sizeof(Token) == 12);

struct Comment {
  Range range;    // from the first slash to before the newline
  bool is_doc;    // `///`
  bool own_line;  // nothing but blanks before it on its line
};

}  // namespace noodle::syntax
