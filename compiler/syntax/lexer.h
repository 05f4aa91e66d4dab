#pragma once

// Text to tokens in one pass. The lexer never fails: what it can't read it reports and gives as an
// Error token (or as the nearest sensible token), and goes on behind it.
//
// Strings with interpolations become several tokens: StringBegin, the tokens of the expression, an
// optional Format, then StringMiddle or StringEnd. So the parser sees one flat list.

#include <string_view>
#include <vector>

#include "compiler/source/diagnostics.h"
#include "compiler/syntax/tokens.h"

namespace noodle::syntax {

struct LexedFile {
  std::vector<Token> tokens;  // ends in EndOfFile
  std::vector<Comment> comments;
};

/// Splits a whole file into tokens. A file that is not valid UTF-8 gives one diagnostic, at the
/// first wrong byte, and no tokens but EndOfFile.
LexedFile lex(std::string_view text, source::FileId file, source::DiagnosticSink& sink);

/// The tokens as `--emit=tokens` prints them: one a line, place, kind, spelling.
std::string print_tokens(const LexedFile& lexed, std::string_view text);

/// Appends the text between the quotes and braces of a string token, its escapes undone.
void append_unescaped(std::string& out, std::string_view raw);

/// Where the text of a String, StringBegin, StringMiddle or StringEnd lies.
Range text_range(const Token& token);

}  // namespace noodle::syntax
