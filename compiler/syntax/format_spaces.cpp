// Which tokens have a blank between them.

#include <algorithm>

#include "compiler/syntax/formatter_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {

bool is_number(TokenKind kind) { return kind == Integer || kind == Float || kind == Duration || kind == Size; }
bool is_string(TokenKind kind) { return kind == String || kind == StringBegin; }

// Whether a `(` or `[` behind a token calls or indexes it.
bool ends_operand(const ParsedFile& parsed, const Token& token) {
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
  const std::size_t i = static_cast<std::size_t>(&token - parsed.tokens.data());
  return i > 0 && (parsed.tokens[i - 1].kind == Dot || parsed.tokens[i - 1].kind == Fn);
}

}  // namespace

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_prefix(const Token& token) {
  return token.kind == Bang || ((token.kind == Minus || token.kind == At) && (token.flags & Token::kPrefix));
}

bool is_operator(const Token& token) {
  if (in_types(token)) return false;
  switch (token.kind) {
    case Question: return false;
    case AtEqual: return true;
    case At: return !(token.flags & Token::kPrefix);
    default: return token.kind >= QuestionQuestion && token.kind <= CaretEqual;
  }
}

bool space_between(const ParsedFile& parsed, const Token& before, const Token& here) {
  const TokenKind p = before.kind, c = here.kind;
  if (p == ParenOpen || p == BracketOpen) return false;
  if (c == ParenClose || c == BracketClose || c == Comma || c == Semicolon || c == Colon) return false;
  if (p == BraceOpen) return c != BraceClose && !(before.flags & Token::kMap);
  if (c == BraceClose && here.flags & Token::kMap) return false;
  if (c == BraceClose || p == Comma || p == Semicolon || p == Colon) return true;
  if (is_prefix(before)) return p == Minus && is_number(c) && here.space_before();
  if (p == Question && c == Question && !in_types(here)) return true;  // `??` is another operator
  if (p == Integer && c == Dot && (&here)[1].kind == Integer) {        // `1 .0` is not the float `1.0`
    return &before == parsed.tokens.data() || (&before)[-1].kind != Dot;
  }
  if (c == Dot || p == Dot || c == Question || (c == QuestionQuestion && in_types(here))) return false;
  if (in_types(here) && c >= Less && c <= GreaterGreaterEqual) return false;
  if (p == Less && in_types(before)) return false;
  if (p == DotDot || p == DotDotEqual) {  // the end of the range may be missing
    return (is_operator(here) && !is_prefix(here)) || c == If || c == In || c == BraceOpen;
  }
  if (c == DotDot || c == DotDotEqual) return is_operator(before) || is_keyword(p);
  if (c == ParenOpen || c == BracketOpen) return !ends_operand(parsed, before);
  if (is_string(c) && p == Identifier) return parsed.text.substr(before.begin, before.end - before.begin) != "sql";
  return true;
}

}  // namespace noodle::syntax
