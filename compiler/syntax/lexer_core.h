#pragma once

// The inside of the lexer, shared by lexer.cpp (blanks, names, marks) and lexer_literals.cpp
// (numbers and strings). Nobody else includes this.

#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/lexer.h"

namespace noodle::syntax {

/// Whether a byte may stand in a name.
bool is_word_byte(char c);

class Lexer {
 public:
  Lexer(std::string_view text, source::FileId file, source::DiagnosticSink& sink, LexedFile& out)
      : text_(text), file_(file), sink_(sink), out_(out) {}
  void run();

 private:
  static constexpr std::uint32_t kNoToken = UINT32_MAX;
  // An open `(`, `[` or `{`, or the `{` of an interpolation, which is written `"`.
  struct Bracket {
    char kind;
    std::uint32_t token;
  };

  void push(TokenKind kind, std::size_t begin, std::uint8_t flags = 0);
  source::Diagnostic& report(source::Code code, std::size_t begin, std::size_t end, std::string message);
  source::Span span(std::size_t begin, std::size_t end) const {
    return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }
  char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool top_is_interpolation() const { return !brackets_.empty() && brackets_.back().kind == '"'; }

  bool skip_blanks();
  void skip_line();
  void comment();
  void block_comment();
  void next();
  void open(char c);
  void close(char c);
  void mark();
  void unknown();

  void number();
  void radix_number(std::size_t begin, unsigned radix);
  bool digits(bool (*is_digit)(char));
  void number_suffix(std::size_t begin, TokenKind kind);
  void bad_number(std::size_t begin, std::string message);
  void string_piece(std::size_t begin, TokenKind whole, TokenKind before_interpolation);
  bool escape_sequence();
  void single_quotes();
  void format();
  void abandon_interpolations(std::string_view why);

  std::string_view text_;
  source::FileId file_;
  source::DiagnosticSink& sink_;
  LexedFile& out_;
  std::size_t at_ = 0;
  std::uint8_t pending_ = 0;  // flags of the next token
  std::vector<Bracket> brackets_;
  std::uint32_t interpolations_ = 0;  // how many of `brackets_` are interpolations
  std::uint32_t last_closed_ = kNoToken;
};

}  // namespace noodle::syntax
