#include "compiler/syntax/formatter.h"

#include <algorithm>

namespace noodle::syntax {

using enum TokenKind;

namespace {

constexpr std::size_t kIndent = 4;

bool is_open(TokenKind kind) { return kind == ParenOpen || kind == BracketOpen || kind == BraceOpen; }
bool is_close(TokenKind kind) { return kind == ParenClose || kind == BracketClose || kind == BraceClose; }
bool is_number(TokenKind kind) { return kind == Integer || kind == Float || kind == Duration || kind == Size; }
bool is_string(TokenKind kind) { return kind == String || kind == StringBegin; }
bool in_types(const Token& token) { return token.flags & Token::kTypeAngle; }
bool closes_types(const Token& token) {
  return in_types(token) && token.kind >= Greater && token.kind <= GreaterGreaterEqual;
}
bool is_prefix(const Token& token) {
  return token.kind == Bang || ((token.kind == Minus || token.kind == At) && (token.flags & Token::kPrefix));
}
// Marks that need an operand behind them, so that a line that ends in one goes on.
bool is_operator(const Token& token) {
  if (in_types(token)) return false;
  switch (token.kind) {
    case Question: return false;
    case AtEqual: return true;
    case At: return !(token.flags & Token::kPrefix);
    default: return token.kind >= QuestionQuestion && token.kind <= CaretEqual;
  }
}

class Formatter {
 public:
  explicit Formatter(const ParsedFile& parsed) : parsed_(parsed), tokens_(parsed.tokens), text_(parsed.text) {}

  std::string run() {
    std::uint32_t at = 0;
    if (const std::size_t line = text_.find("#!"); line == 0 || (line == 3 && text_.starts_with("\xEF\xBB\xBF"))) {
      at = static_cast<std::uint32_t>(std::min(text_.find('\n', line), text_.size()));
      out_ = text_.substr(line, at - line);
      while (!out_.empty() && (out_.back() == '\r' || out_.back() == ' ')) out_.pop_back();
    }
    end_ = at;
    for (; tokens_[pos_].kind != EndOfFile; ++pos_) {
      comments_before(tokens_[pos_].begin);
      token();
    }
    comments_before(static_cast<std::uint32_t>(text_.size()));
    if (!out_.empty()) out_ += '\n';
    return std::move(out_);
  }

 private:
  struct Bracket {
    TokenKind kind;
    std::size_t base;  // the indentation of the line on which it was opened
  };

  std::size_t newlines_before(std::uint32_t begin) const {
    return static_cast<std::size_t>(std::count(text_.begin() + end_, text_.begin() + begin, '\n'));
  }

  void new_line(std::size_t count, std::size_t indent, bool may_skip_line) {
    if (!out_.empty()) out_.append(count > 1 && may_skip_line && !after_open_ ? 2 : 1, '\n');
    indent_ = indent;
    out_.append(indent * kIndent, ' ');
  }

  std::size_t inside() const { return open_.empty() ? 0 : open_.back().base + 1; }

  void comments_before(std::uint32_t begin) {
    for (; comment_ < parsed_.comments.size() && parsed_.comments[comment_].range.begin < begin; ++comment_) {
      const Range range = parsed_.comments[comment_].range;
      if (range.begin < end_) continue;  // inside an interpolation
      std::string_view comment = text_.substr(range.begin, range.end - range.begin);
      while (comment.ends_with(' ') || comment.ends_with('\t') || comment.ends_with('\r')) comment.remove_suffix(1);
      const std::size_t lines = newlines_before(range.begin);
      if (lines > 0 || out_.empty()) {
        new_line(lines, inside(), true);
      } else {
        out_ += "  ";
      }
      out_ += comment;
      end_ = range.end;
      after_open_ = false;
    }
  }

  void token() {
    const Token& here = tokens_[pos_];
    const std::size_t lines = newlines_before(here.begin);
    if (lines > 0 || out_.empty()) {
      new_line(lines, line_indent(), !is_close(here.kind));
    } else if (pos_ > 0 && space_between(tokens_[pos_ - 1], here)) {
      out_ += ' ';
    }
    if (is_open(here.kind)) {
      open_.push_back({here.kind, indent_});
    } else if (is_close(here.kind)) {
      close(here.kind, open_);
    }
    after_open_ = is_open(here.kind);
    std::uint32_t end = here.end;
    if (here.kind == StringBegin) end = end_of_string();
    write(here, end);
    end_ = end;
  }

  void write(const Token& here, std::uint32_t end) {
    const std::string_view spelling = text_.substr(here.begin, end - here.begin);
    if (closes_types(here) && (here.kind == GreaterEqual || here.kind == GreaterGreaterEqual)) {
      out_ += spelling.substr(0, spelling.size() - 1);
      out_ += " =";
    } else {
      out_ += spelling;
    }
  }

  // Leaves `pos_` at the last token of the string that begins here.
  std::uint32_t end_of_string() {
    std::size_t depth = 0;
    for (;; ++pos_) {
      if (tokens_[pos_].kind == StringBegin) ++depth;
      if (tokens_[pos_].kind == StringEnd && --depth == 0) break;
      if (tokens_[pos_ + 1].kind == EndOfFile) break;
    }
    return tokens_[pos_].end;
  }

  static std::size_t close(TokenKind kind, std::vector<Bracket>& open) {
    const TokenKind partner = kind == ParenClose ? ParenOpen : kind == BracketClose ? BracketOpen : BraceOpen;
    if (open.empty() || open.back().kind != partner) return 0;
    const std::size_t base = open.back().base;
    open.pop_back();
    return base;
  }

  // Of a line that begins with the current token.
  std::size_t line_indent() {
    const Token& here = tokens_[pos_];
    if (is_close(here.kind)) {
      std::size_t i = pos_, depth = open_.size(), base = 0;
      for (; is_close(tokens_[i].kind) && depth > 0; ++i) {
        if (i > pos_ && newline_between(i)) break;
        base = open_[--depth].base;
      }
      return base;
    }
    const bool leads =
        here.kind == Dot || here.kind == QuestionQuestion || here.kind == AmpAmp || here.kind == PipePipe;
    const bool follows =
        pos_ > 0 && (is_operator(tokens_[pos_ - 1]) || (is_prefix(tokens_[pos_ - 1]) && tokens_[pos_ - 1].kind != At));
    return inside() + (leads || follows ? 1 : 0);
  }

  bool newline_between(std::size_t i) const { return tokens_[i].newline_before(); }

  // Whether a `(` or `[` behind token i calls or indexes it.
  bool ends_operand(const Token& token) const {
    switch (token.kind) {
      case Identifier:
      case SelfValue:
      case SelfType:
      case ParenClose:
      case BracketClose:
      case Question:
      case String:
      case StringEnd:
      case Integer:
      case Float:
      case Duration:
      case Size:
      case True:
      case False: return true;
      default: break;
    }
    if (in_types(token)) return token.kind != Less && token.kind != GreaterEqual && token.kind != GreaterGreaterEqual;
    if (!is_keyword(token.kind)) return false;
    const std::size_t i = static_cast<std::size_t>(&token - tokens_.data());
    return i > 0 && (tokens_[i - 1].kind == Dot || tokens_[i - 1].kind == Fn);
  }

  bool space_between(const Token& before, const Token& here) const {
    const TokenKind p = before.kind, c = here.kind;
    if (p == ParenOpen || p == BracketOpen) return false;
    if (c == ParenClose || c == BracketClose || c == Comma || c == Semicolon || c == Colon) return false;
    if (p == BraceOpen) return c != BraceClose;
    if (c == BraceClose || p == Comma || p == Semicolon || p == Colon) return true;
    if (is_prefix(before)) return p == Minus && is_number(c) && here.space_before();
    if (p == Question && c == Question && !in_types(here)) return true;  // `??` is another operator
    if (p == Integer && c == Dot && (&here)[1].kind == Integer) {        // `1 .0` is not the float `1.0`
      return &before == tokens_.data() || (&before)[-1].kind != Dot;
    }
    if (c == Dot || p == Dot || c == Question || (c == QuestionQuestion && in_types(here))) return false;
    if (in_types(here) && c >= Less && c <= GreaterGreaterEqual) return false;
    if (p == Less && in_types(before)) return false;
    if (p == DotDot || p == DotDotEqual) {  // the end of the range may be missing
      return (is_operator(here) && !is_prefix(here)) || c == If || c == In || c == BraceOpen;
    }
    if (c == DotDot || c == DotDotEqual) return is_operator(before) || is_keyword(p);
    if (c == ParenOpen || c == BracketOpen) return !ends_operand(before);
    if (is_string(c) && p == Identifier) return text_.substr(before.begin, before.end - before.begin) != "sql";
    return true;
  }

  const ParsedFile& parsed_;
  const std::vector<Token>& tokens_;
  std::string_view text_;
  std::string out_;
  std::vector<Bracket> open_;
  std::size_t pos_ = 0;
  std::size_t comment_ = 0;
  std::size_t indent_ = 0;   // of the current line
  std::uint32_t end_ = 0;    // of what was written last, in the source
  bool after_open_ = false;  // it was an opening bracket
};

}  // namespace

std::string format(const ParsedFile& parsed) { return Formatter(parsed).run(); }

}  // namespace noodle::syntax
