#include "tools/repl/input.h"

#include <algorithm>

#include "compiler/source/diagnostics.h"
#include "compiler/syntax/lexer.h"

namespace noodle::tools {

namespace {

using syntax::TokenKind;

bool opens(TokenKind kind) {
  return kind == TokenKind::ParenOpen || kind == TokenKind::BracketOpen || kind == TokenKind::BraceOpen;
}
bool closes(TokenKind kind) {
  return kind == TokenKind::ParenClose || kind == TokenKind::BracketClose || kind == TokenKind::BraceClose;
}

/// Whether a line that ends with this goes on: the rules of newlines in the grammar.
bool goes_on(std::string_view token) {
  constexpr std::string_view kMarks[] = {
      "=",  "=>", "->", ",", "+",  "-",  "*",  "/",  "%",  "**", "@",  "==", "!=", "<",  "<=", ">=", "&&", "||",
      "??", "|",  "^",  "&", "<<", ">>", "+%", "-%", "*%", "+=", "-=", "*=", "/=", "%=", "!",  ".",  "..", "..="};
  return std::ranges::find(kMarks, token) != std::end(kMarks);
}

}  // namespace

bool wants_more(std::string_view text) {
  source::DiagnosticSink sink;
  const auto lexed = syntax::lex(text, source::FileId(0), sink);
  int depth = 0;
  std::string_view last;
  for (const syntax::Token& token : lexed.tokens) {
    if (token.kind == TokenKind::EndOfFile) break;
    if (opens(token.kind)) ++depth;
    if (closes(token.kind)) --depth;
    last = text.substr(token.begin, token.end - token.begin);
  }
  return depth > 0 || (depth == 0 && goes_on(last));
}

}  // namespace noodle::tools
