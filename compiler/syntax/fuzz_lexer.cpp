// Any bytes go in; tokens must lie in order inside the text, brackets of strings must match.

#include <cstdlib>

#include "compiler/syntax/lexer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noodle;
  source::SourceMap sources;
  const source::FileId file = sources.add("fuzz.noodle", std::string(reinterpret_cast<const char*>(data), size));
  source::DiagnosticSink sink;
  const std::string_view text = sources.text(file);
  const syntax::LexedFile lexed = syntax::lex(text, file, sink);
  const auto check = [](bool holds) {
    if (!holds) std::abort();
  };
  std::uint32_t end = 0;
  std::size_t strings = 0;
  for (const syntax::Token& token : lexed.tokens) {
    check(token.begin >= end && token.end >= token.begin && token.end <= size);
    end = token.end;
    if (token.kind == syntax::TokenKind::StringBegin) ++strings;
    if (token.kind == syntax::TokenKind::StringEnd) check(strings-- > 0);
  }
  check(strings == 0);
  check(!lexed.tokens.empty() && lexed.tokens.back().kind == syntax::TokenKind::EndOfFile);
  syntax::print_tokens(lexed, text);
  source::render_text(sources, sink, false);
  return 0;
}
