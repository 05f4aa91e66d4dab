#include "compiler/syntax/lexer.h"

#include <array>
#include <string>

#include "base/text.h"
#include "compiler/syntax/lexer_core.h"

namespace noodle::syntax {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::array<bool, 256> make_word_table() {
  std::array<bool, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  table['_'] = true;
  return table;
}
constexpr auto kWordByte = make_word_table();

}  // namespace

bool is_word_byte(char c) { return kWordByte[static_cast<std::uint8_t>(c)]; }

void Lexer::run() {
  out_.tokens.reserve(text_.size() / 3 + 16);
  if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  if (text_.substr(at_).starts_with("#!")) skip_line();
  while (skip_blanks()) next();
  if (interpolations_ != 0) abandon_interpolations("the file ends inside a string");
  const auto end = static_cast<std::uint32_t>(text_.size());
  push(TokenKind::EndOfFile, end);
}

void Lexer::push(TokenKind kind, std::size_t begin, std::uint8_t flags) {
  Token token;
  token.begin = static_cast<std::uint32_t>(begin);
  token.end = static_cast<std::uint32_t>(at_ < begin ? begin : at_);
  token.kind = kind;
  token.flags = flags | pending_;
  pending_ = 0;
  out_.tokens.push_back(token);
}

source::Diagnostic& Lexer::report(source::Code code, std::size_t begin, std::size_t end, std::string message) {
  return sink_.report(code, span(begin, end), std::move(message));
}

void Lexer::skip_line() {
  while (at_ < text_.size() && text_[at_] != '\n') ++at_;
}

// Stands on the first byte of the next token afterwards; false at the end of the file.
bool Lexer::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\r') {
      pending_ |= Token::kSpaceBefore;
      ++at_;
    } else if (c == '\n') {
      if (interpolations_ != 0 && top_is_interpolation()) {
        abandon_interpolations("the line ends inside an interpolation");
      }
      pending_ |= Token::kSpaceBefore | Token::kNewlineBefore;
      ++at_;
    } else if (c == '/' && peek(1) == '/') {
      comment();
    } else if (c == '/' && peek(1) == '*') {
      block_comment();
    } else {
      return true;
    }
  }
  return false;
}

void Lexer::comment() {
  const std::size_t begin = at_;
  skip_line();
  std::size_t end = at_;
  if (end > begin && text_[end - 1] == '\r') --end;
  const bool doc = text_[begin + 2] == '/' && begin + 2 < end && !(begin + 3 < end && text_[begin + 3] == '/');
  const bool own_line = out_.tokens.empty() || (pending_ & Token::kNewlineBefore) != 0;
  out_.comments.push_back({{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}, doc, own_line});
  pending_ |= Token::kSpaceBefore;
  if (doc) pending_ |= Token::kDocBefore;
}

void Lexer::block_comment() {
  const std::size_t begin = at_;
  const std::size_t end = text_.find("*/", at_ + 2);
  at_ = end == std::string_view::npos ? text_.size() : end + 2;
  report(source::Code::BlockComment, begin, begin + 2, "a comment begins with `//` and ends with its line")
      .help("put `//` in front of each line of the comment");
  pending_ |= Token::kSpaceBefore;
}

void Lexer::next() {
  const std::size_t begin = at_;
  const char c = text_[at_];
  if (is_word_byte(c)) {
    if (c >= '0' && c <= '9') return number();
    do {
      ++at_;
    } while (at_ < text_.size() && is_word_byte(text_[at_]));
    return push(keyword_or_identifier(text_.substr(begin, at_ - begin)), begin);
  }
  switch (c) {
    case '"': ++at_; return string_piece(begin, TokenKind::String, TokenKind::StringBegin);
    case '\'': return single_quotes();
    case '(':
    case '[':
    case '{': return open(c);
    case ')':
    case ']':
    case '}': return close(c);
    case ':':
      if (interpolations_ != 0 && top_is_interpolation()) return format();
      break;
    default: break;
  }
  mark();
}

void Lexer::open(char c) {
  const std::size_t begin = at_++;
  brackets_.push_back({c, static_cast<std::uint32_t>(out_.tokens.size())});
  push(c == '(' ? TokenKind::ParenOpen : c == '[' ? TokenKind::BracketOpen : TokenKind::BraceOpen, begin);
}

void Lexer::close(char c) {
  const std::size_t begin = at_++;
  if (c == '}') {
    // A brace closes what was left open inside it; the parser says what is missing.
    while (!brackets_.empty() && (brackets_.back().kind == '(' || brackets_.back().kind == '[')) {
      brackets_.pop_back();
    }
    if (!brackets_.empty()) {
      const bool string = brackets_.back().kind == '"';
      brackets_.pop_back();
      if (string) {
        --interpolations_;
        return string_piece(begin, TokenKind::StringEnd, TokenKind::StringMiddle);
      }
    }
    return push(TokenKind::BraceClose, begin);
  }
  if (!brackets_.empty() && brackets_.back().kind == (c == ')' ? '(' : '[')) {
    last_closed_ = brackets_.back().token;
    brackets_.pop_back();
  } else {
    last_closed_ = kNoToken;
  }
  push(c == ')' ? TokenKind::ParenClose : TokenKind::BracketClose, begin);
}

void Lexer::mark() {
  using enum TokenKind;
  const std::size_t begin = at_;
  const char next = peek(1);
  const auto take = [&](std::size_t length, TokenKind kind) {
    at_ += length;
    push(kind, begin);
  };
  // `c`, or `c=`.
  const auto with_equal = [&](TokenKind plain, TokenKind equal) {
    return next == '=' ? take(2, equal) : take(1, plain);
  };
  switch (text_[at_]) {
    case ',': return take(1, Comma);
    case ';': return take(1, Semicolon);
    case ':': return take(1, Colon);
    case '@': return with_equal(At, AtEqual);
    case '!': return with_equal(Bang, BangEqual);
    case '^': return with_equal(Caret, CaretEqual);
    case '/': return with_equal(Slash, SlashEqual);
    case '%': return with_equal(Percent, PercentEqual);
    case '&': return next == '&' ? take(2, AmpAmp) : with_equal(Amp, AmpEqual);
    case '|': return next == '|' ? take(2, PipePipe) : with_equal(Pipe, PipeEqual);
    case '+': return next == '%' ? take(2, PlusPercent) : with_equal(Plus, PlusEqual);
    case '-':
      if (next == '>') return take(2, Arrow);
      return next == '%' ? take(2, MinusPercent) : with_equal(Minus, MinusEqual);
    case '*':
      if (next == '*') return peek(2) == '=' ? take(3, StarStarEqual) : take(2, StarStar);
      return next == '%' ? take(2, StarPercent) : with_equal(Star, StarEqual);
    case '.':
      if (next == '.') return peek(2) == '=' ? take(3, DotDotEqual) : take(2, DotDot);
      return take(1, Dot);
    case '?': return next == '?' ? take(2, QuestionQuestion) : take(1, Question);
    case '<':
      if (next == '<') return peek(2) == '=' ? take(3, LessLessEqual) : take(2, LessLess);
      return with_equal(Less, LessEqual);
    case '>':
      if (next == '>') return peek(2) == '=' ? take(3, GreaterGreaterEqual) : take(2, GreaterGreater);
      return with_equal(Greater, GreaterEqual);
    case '=':
      if (next == '>') {
        if (!out_.tokens.empty() && out_.tokens.back().kind == ParenClose && last_closed_ != kNoToken) {
          out_.tokens[last_closed_].flags |= Token::kOpensParams;
        }
        return take(2, FatArrow);
      }
      return with_equal(Equal, EqualEqual);
    default: return unknown();
  }
}

void Lexer::unknown() {
  const std::size_t begin = at_;
  const auto is_ascii = [](char c) { return static_cast<std::uint8_t>(c) < 0x80; };
  if (is_ascii(text_[at_])) {
    ++at_;
  } else {
    while (at_ < text_.size() && !is_ascii(text_[at_])) ++at_;
  }
  const std::string_view what = text_.substr(begin, at_ - begin);
  push(TokenKind::Error, begin);
  constexpr std::size_t kMostShown = 32;
  auto& problem = report(
      source::Code::UnknownCharacter, begin, at_,
      what.size() <= kMostShown ? "`" + escape(what) + "` can't stand here" : "these characters can't stand here");
  if (what == "#") {
    problem.suggest("a comment begins with `//`", span(begin, at_), "//");
  } else if (what == "`") {
    problem.suggest("a string stands in double quotes", span(begin, at_), "\"");
  } else if (what == "\u201C" || what == "\u201D") {
    problem.suggest("a string stands in plain double quotes", span(begin, at_), "\"");
  } else if (!is_ascii(what[0])) {
    problem.help("names are made of ASCII letters, digits and `_`; any character may stand in a string");
  }
}

LexedFile lex(std::string_view text, source::FileId file, source::DiagnosticSink& sink) {
  LexedFile out;
  if (const std::size_t wrong = find_invalid_utf8(text); wrong != std::string_view::npos) {
    const auto at = static_cast<std::uint32_t>(wrong);
    sink.report(source::Code::InvalidUtf8, {file, at, at + 1}, "this byte is not valid UTF-8")
        .help("Noodle source is UTF-8 text");
    const auto end = static_cast<std::uint32_t>(text.size());
    out.tokens.push_back({end, end, TokenKind::EndOfFile});
    return out;
  }
  Lexer(text, file, sink, out).run();
  return out;
}

std::string print_tokens(const LexedFile& lexed, std::string_view text) {
  std::string out;
  std::size_t line = 1, line_begin = 0, at = 0;
  for (const Token& token : lexed.tokens) {
    for (; at < token.begin; ++at) {
      if (text[at] == '\n') ++line, line_begin = at + 1;
    }
    out += std::to_string(line) + ":" + std::to_string(token.begin - line_begin + 1) + " ";
    out += kind_name(token.kind);
    if (token.end > token.begin) {
      out += " " + std::string(text.substr(token.begin, token.end - token.begin));
    }
    out += "\n";
  }
  return out;
}

}  // namespace noodle::syntax
