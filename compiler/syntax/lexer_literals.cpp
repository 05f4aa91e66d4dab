// Numbers, durations, sizes and strings. A literal that is wrong still becomes a token of its kind,
// marked, so that one mistake gives one diagnostic.

#include <array>

#include "base/text.h"
#include "compiler/syntax/lexer_core.h"

namespace noodle::syntax {

using source::Code;

namespace {

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_binary(char c) { return c == '0' || c == '1'; }
bool is_hex(char c) { return is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

struct UnitName {
  std::string_view text;
  Unit unit;
  TokenKind kind;
};
constexpr auto kUnits = std::to_array<UnitName>({
    {"ns", Unit::Ns, TokenKind::Duration},
    {"us", Unit::Us, TokenKind::Duration},
    {"ms", Unit::Ms, TokenKind::Duration},
    {"s", Unit::S, TokenKind::Duration},
    {"m", Unit::M, TokenKind::Duration},
    {"h", Unit::H, TokenKind::Duration},
    {"d", Unit::D, TokenKind::Duration},
    {"KB", Unit::KB, TokenKind::Size},
    {"MB", Unit::MB, TokenKind::Size},
    {"GB", Unit::GB, TokenKind::Size},
    {"TB", Unit::TB, TokenKind::Size},
});

constexpr std::size_t kMostShown = 40;

}  // namespace

void Lexer::bad_number(std::size_t begin, std::string message) {
  out_.tokens.back().bad = true;
  report(Code::BadNumber, begin, at_, std::move(message));
}

// Reads digits with `_` between them; false when a `_` stands anywhere else.
bool Lexer::digits(bool (*is_digit)(char)) {
  bool good = true, after_digit = false;
  while (at_ < text_.size()) {
    if (is_digit(text_[at_])) {
      after_digit = true;
    } else if (text_[at_] == '_') {
      good = good && after_digit;
      after_digit = false;
    } else {
      break;
    }
    ++at_;
  }
  return good && after_digit;
}

void Lexer::radix_number(std::size_t begin, unsigned radix) {
  at_ += 2;
  const std::size_t first = at_;
  const bool good = digits(radix == 16 ? is_hex : is_binary);
  const std::size_t end = at_;
  while (at_ < text_.size() && is_word_byte(text_[at_])) ++at_;
  push(TokenKind::Integer, begin);
  if (at_ != end) {
    bad_number(begin, radix == 16 ? "a hexadecimal number has the digits 0 to 9 and a to f"
                                  : "a binary number has the digits 0 and 1");
  } else if (end == first) {
    bad_number(begin, "this number has no digits");
  } else if (!good) {
    bad_number(begin, "`_` stands between two digits of a number");
  }
}

void Lexer::number() {
  const std::size_t begin = at_;
  const bool after_dot = !out_.tokens.empty() && out_.tokens.back().kind == TokenKind::Dot;
  if (!after_dot && text_[at_] == '0' && (peek(1) == 'x' || peek(1) == 'b')) {
    return radix_number(begin, peek(1) == 'x' ? 16 : 2);
  }
  bool good = digits(is_decimal);
  if (after_dot) {  // the index of a tuple's element: `pair.0.1` is not a float
    push(TokenKind::Integer, begin);
    if (!good) bad_number(begin, "`_` stands between two digits of a number");
    return;
  }
  TokenKind kind = TokenKind::Integer;
  if (peek(0) == '.' && is_decimal(peek(1))) {
    kind = TokenKind::Float;
    ++at_;
    good = digits(is_decimal) && good;
  }
  if (peek(0) == 'e' || peek(0) == 'E') {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (is_decimal(peek(1 + sign))) {
      kind = TokenKind::Float;
      at_ += 1 + sign;
      good = digits(is_decimal) && good;
    }
  }
  if (!good) {
    while (at_ < text_.size() && is_word_byte(text_[at_])) ++at_;
    push(kind, begin);
    return bad_number(begin, "`_` stands between two digits of a number");
  }
  number_suffix(begin, kind);
}

void Lexer::number_suffix(std::size_t begin, TokenKind kind) {
  const std::size_t suffix = at_;
  while (at_ < text_.size() && is_word_byte(text_[at_])) ++at_;
  if (at_ == suffix) return push(kind, begin);
  const std::string_view name = text_.substr(suffix, at_ - suffix);
  const std::string_view digits = text_.substr(begin, suffix - begin);
  for (const UnitName& unit : kUnits) {
    if (unit.text != name) continue;
    push(unit.kind, begin);
    out_.tokens.back().unit = unit.unit;
    if (digits.find_first_of("eE") != std::string_view::npos) {
      bad_number(begin, "a duration or a size is written without an exponent");
    }
    return;
  }
  push(kind, begin);
  out_.tokens.back().bad = true;
  auto& problem = report(
      Code::UnknownUnit, suffix, at_,
      name.size() <= kMostShown ? "`" + std::string(name) + "` is not a unit" : std::string("this is not a unit"));
  constexpr auto kTypes =
      std::to_array<std::string_view>({"i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f16", "f32", "f64"});
  for (std::string_view type : kTypes) {
    if (name == type && digits.size() <= kMostShown) {
      const std::string call = std::string(type) + "(" + std::string(digits) + ")";
      problem.suggest("a number takes the type that is expected; `" + call + "` converts", span(begin, at_), call);
      return;
    }
  }
  if (digits == "0" && (name[0] == 'o' || name[0] == 'X' || name[0] == 'B')) {
    problem.help("numbers are written in decimal, as `0xff`, or as `0b1010`");
  } else {
    problem.help("durations end in `ns`, `us`, `ms`, `s`, `m`, `h` or `d`, sizes in `KB`, `MB`, `GB` or `TB`");
  }
}

// Reads on from behind a quote or the brace of an interpolation, to the next one of either.
void Lexer::string_piece(std::size_t begin, TokenKind whole, TokenKind before_interpolation) {
  std::uint8_t flags = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return push(whole, begin, flags);
    }
    if (c == '{') {
      ++at_;
      ++interpolations_;
      brackets_.push_back({'"', static_cast<std::uint32_t>(out_.tokens.size())});
      return push(before_interpolation, begin, flags);
    }
    if (c == '\n') break;
    if (c == '\\') {
      flags |= Token::kEscapes;
      if (!escape_sequence()) break;
    } else {
      ++at_;
    }
  }
  std::size_t end = at_;
  if (end > begin + 1 && text_[end - 1] == '\r') --end;
  at_ = end;
  // A quote inside an interpolation is more likely the end of the text around it.
  if (interpolations_ != 0 && whole == TokenKind::String) {
    return abandon_interpolations("this interpolation is not closed on its line");
  }
  push(whole, begin, flags | Token::kUnclosed);
  report(Code::UnclosedString, begin, end, "this string has no closing `\"` on its line")
      .help("write `\\n` for a line break in a string, and `+` to join strings over several lines");
  if (interpolations_ != 0) abandon_interpolations({});
}

// Stands on a backslash; false when the line or the file ends behind it.
bool Lexer::escape_sequence() {
  const std::size_t begin = at_;
  const char c = peek(1);
  if (c == '\0' && at_ + 1 >= text_.size()) {
    ++at_;
    return false;
  }
  switch (c) {
    case '\n': ++at_; return false;
    case 'n':
    case 't':
    case 'r':
    case '\\':
    case '"':
    case '{': at_ += 2; return true;
    case 'u': break;
    default: {
      at_ += 2;
      while (at_ < text_.size() && (static_cast<std::uint8_t>(text_[at_]) & 0xC0) == 0x80) ++at_;
      auto& problem = report(Code::UnknownEscape, begin, at_,
                             "`" + std::string(text_.substr(begin, at_ - begin)) + "` is not an escape");
      if (c == '}') {
        problem.suggest("a `}` stands for itself", span(begin, at_), "}");
      } else if (c == '0') {
        problem.suggest("write a character by its number", span(begin, at_), "\\u{0}");
      } else if (c == '\'') {
        problem.suggest("a `'` stands for itself", span(begin, at_), "'");
      } else {
        problem.help("the escapes are `\\n`, `\\t`, `\\r`, `\\\\`, `\\\"`, `\\{` and `\\u{1F600}`");
      }
      return true;
    }
  }
  at_ += 2;
  std::uint32_t value = 0;
  std::size_t count = 0;
  bool good = peek(0) == '{';
  if (good) {
    ++at_;
    for (; is_hex(peek(0)); ++at_, ++count) {
      const char digit = peek(0);
      if (count < 6) value = value * 16 + (digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
    }
    good = peek(0) == '}' && count >= 1 && count <= 6;
    if (peek(0) == '}') ++at_;
  }
  if (!good) {
    report(Code::BadUnicodeEscape, begin, at_, "`\\u` is followed by one to six hexadecimal digits in braces")
        .help("for example `\\u{e9}`");
  } else if (std::string scratch; !append_utf8(scratch, value)) {
    report(Code::BadUnicodeEscape, begin, at_, "there is no such Unicode character")
        .help("characters go from 0 to 10FFFF, without D800 to DFFF");
  }
  return true;
}

// Stands on a `'`. Another one on the same line makes it a string with the wrong quotes.
void Lexer::single_quotes() {
  const std::size_t begin = at_++;
  std::size_t end = at_;
  while (end < text_.size() && text_[end] != '\'' && text_[end] != '\n' && text_[end] != '"') ++end;
  if (end >= text_.size() || text_[end] != '\'') {
    push(TokenKind::Error, begin);
    report(Code::SingleQuotes, begin, at_, "`'` can't stand here").help("a string stands in double quotes");
    return;
  }
  at_ = end + 1;
  push(TokenKind::String, begin);
  report(Code::SingleQuotes, begin, at_, "a string stands in double quotes")
      .suggest("use double quotes", span(begin, begin + 1), "\"")
      .also(span(end, end + 1), "\"");
}

// Stands on the first `:` at depth zero of an interpolation.
void Lexer::format() {
  const std::size_t begin = at_++;
  while (at_ < text_.size() && text_[at_] != '}' && text_[at_] != '"' && text_[at_] != '\n') ++at_;
  push(TokenKind::Format, begin);
  if (peek(0) != '"') return;  // at a `}`, or at the end of the line, which is reported there
  const std::size_t quote = at_++;
  --interpolations_;
  brackets_.pop_back();
  push(TokenKind::StringEnd, quote);
  report(Code::UnclosedInterpolation, begin, quote, "the `{` before this format has no `}`")
      .suggest("close it here", span(quote, quote), "}");
}

// Ends every string that is still open in the middle of an interpolation. `why` is empty when the
// reason has been reported.
void Lexer::abandon_interpolations(std::string_view why) {
  if (!why.empty()) {
    std::size_t i = brackets_.size();
    while (brackets_[i - 1].kind != '"') --i;
    const Token& opening = out_.tokens[brackets_[i - 1].token];
    report(Code::UnclosedInterpolation, opening.end - 1, opening.end, std::string(why))
        .label("this `{` has no `}`")
        .help("write `\\{` for a brace in a string");
  }
  while (interpolations_ != 0) {
    const bool string = brackets_.back().kind == '"';
    brackets_.pop_back();
    if (!string) continue;
    --interpolations_;
    push(TokenKind::StringEnd, at_, Token::kUnclosed);
  }
}

Range text_range(const Token& token) {
  const bool closed = !(token.flags & Token::kUnclosed);
  const std::uint32_t begin = token.begin < token.end ? token.begin + 1 : token.begin;
  const std::uint32_t end = closed && token.end > begin ? token.end - 1 : token.end;
  return {begin, end};
}

void append_unescaped(std::string& out, std::string_view raw) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      out.push_back(raw[i]);
      continue;
    }
    switch (raw[++i]) {
      case 'n': out.push_back('\n'); break;
      case 't': out.push_back('\t'); break;
      case 'r': out.push_back('\r'); break;
      case 'u': {
        std::uint32_t value = 0;
        std::size_t at = i + 1;
        if (at < raw.size() && raw[at] == '{') ++at;
        for (; at < raw.size() && is_hex(raw[at]); ++at) {
          value = value * 16 + (raw[at] <= '9' ? raw[at] - '0' : (raw[at] | 32) - 'a' + 10);
        }
        append_utf8(out, value);
        i = at < raw.size() && raw[at] == '}' ? at : at - 1;
        break;
      }
      default: out.push_back(raw[i]);
    }
  }
}

}  // namespace noodle::syntax
