#pragma once

// The inside of the formatter. formatter.cpp lays pieces out as lines; format_spaces.cpp knows which pieces
// have a blank between them; format_breaks.cpp decides where lines that are too long are broken. Nobody else
// includes this.
//
// Layout is done again after each decision, so that decisions speak of pieces alone, and what they do to
// everything around them follows from the rules for pieces and line breaks. That is what makes formatting
// twice the same as formatting once: a line break that was decided is one that was written the next time.

#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/formatter.h"

namespace noodle::syntax {

inline constexpr std::size_t kIndent = 4;

/// Whether a token is one of the opening (closing) brackets.
inline bool is_open(const Token& token) {
  return token.kind == TokenKind::ParenOpen || token.kind == TokenKind::BracketOpen ||
         token.kind == TokenKind::BraceOpen;
}
inline bool is_close(const Token& token) {
  return token.kind == TokenKind::ParenClose || token.kind == TokenKind::BracketClose ||
         token.kind == TokenKind::BraceClose;
}
inline bool in_types(const Token& token) { return token.flags & Token::kTypeAngle; }
/// Whether what a `{` opens is a list with commas; else it is a body whose parts stand on lines of their own.
inline bool is_body(const Token& token) {
  return token.kind == TokenKind::BraceOpen && !(token.flags & Token::kEntries);
}
/// Whether this mark needs an operand behind it, so that a line that ends in it goes on.
bool is_operator(const Token& token);
bool is_prefix(const Token& token);
/// Whether a blank stands between two tokens that are neighbours.
bool space_between(const ParsedFile& parsed, const Token& before, const Token& here);
/// How many characters a text has.
std::size_t characters(std::string_view text);

/// What is never broken: a token, or a string with all that it interpolates.
struct Piece {
  static constexpr std::size_t kNone = SIZE_MAX;
  const Token* token;
  const Token* last;            // where it ends: another token only in a string
  std::size_t partner = kNone;  // of a bracket: its other half
  std::size_t width = 0;        // in characters
  bool breaks = false;          // a line break was decided before it
  bool dropped = false;         // a separator that the line break behind it makes needless
  bool adds_comma = false;      // a comma follows that was not written
  bool in_types = false;        // between `<` and `>`
  std::size_t column = 0;       // where it stands in its line, in characters
  TokenKind kind() const { return token->kind; }
};

/// Whether this is a comma between the parts of a bracket.
inline bool separates_parts(const Piece& piece) { return piece.kind() == TokenKind::Comma && !piece.in_types; }

struct Line {
  std::string code = {};
  std::string comment = {};        // behind the code
  std::size_t written_column = 0;  // of that comment, in the source
  std::size_t first = 0;           // its pieces: [first, end)
  std::size_t end = 0;
  std::size_t indent = 0;
  std::size_t width = 0;  // of the code, in characters
};

class Formatter {
 public:
  explicit Formatter(const ParsedFile& parsed);
  std::string run();

 private:
  struct Bracket {
    TokenKind kind;
    std::size_t base;  // the indentation of the line on which it was opened
  };

  // ---- formatter.cpp
  void make_pieces();
  void drop_commas();
  void erase_dropped();
  void layout();
  void new_line(std::size_t count, std::size_t indent, bool may_skip_line);
  std::size_t inside() const { return open_.empty() ? 0 : open_.back().base + 1; }
  std::size_t newlines_before(std::uint32_t begin) const;
  void comments_before(std::uint32_t begin);
  void place();
  void write(Piece& piece, bool blank);
  std::size_t line_indent() const;
  std::string joined();
  bool begins_line(std::size_t piece) const;
  bool ends_block_parameters(std::size_t piece) const;

  const ParsedFile& parsed_;
  std::string_view text_;
  std::string head_;  // `#!` and what follows
  std::vector<Piece> pieces_;
  std::vector<Line> lines_;
  std::vector<Bracket> open_;
  std::uint32_t start_ = 0;  // of the first piece or comment
  std::size_t pos_ = 0;
  std::size_t comment_ = 0;
  std::uint32_t end_ = 0;    // of what was written last, in the source
  bool after_open_ = false;  // it was an opening bracket

  friend class Breaker;
};

/// Decides where one line that is too long is broken.
class Breaker {
 public:
  Breaker(std::vector<Piece>& pieces, const Line& line) : pieces_(pieces), line_(line) {}
  /// Whether there was anything to decide.
  bool run();

 private:
  struct Group {
    std::size_t open;
    std::size_t depth;
    std::size_t close;       // kNone when it is not on this line
    std::size_t commas = 0;  // of its own
    std::size_t parent;      // kNone at depth zero
    bool top = false;        // stands for the whole line, or hugs what does
  };
  using Places = std::vector<std::size_t>;

  void find_groups();
  void find_tops();
  bool hugs(const Group& group) const;
  bool is_call(std::size_t open) const;
  bool is_of_lambda(const Group& body) const;
  bool split_statements();
  bool open_bodies();
  void open_body(std::size_t open);
  Places behind_commas() const;
  bool separated(std::size_t first, std::size_t second) const;
  Places logical() const;
  Places chain() const;
  Places arithmetic() const;
  Places after_equals() const;
  const Group* widest(bool with_commas) const;
  Places parts_of(const Group& group) const;
  Places filled(const Group& group) const;
  bool is_table(const Group& group) const;
  bool has_inside(const Group& group) const;
  bool break_group(const Group& group);
  bool fits(const Places& places, std::size_t outer) const;
  std::size_t width(std::size_t first, std::size_t end) const;
  bool apply(const Places& places);
  std::size_t depth(std::size_t piece) const { return depths_[piece - line_.first]; }

  std::vector<Piece>& pieces_;
  const Line& line_;
  std::vector<Group> groups_;
  Places commas_;                    // that separate the parts of a group
  std::vector<std::size_t> depths_;  // by piece of the line: brackets of this line around it
};

}  // namespace noodle::syntax
