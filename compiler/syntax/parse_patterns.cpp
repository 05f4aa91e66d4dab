// Patterns: of match arms, let, for, and the parameters of lambdas.

#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {
bool is_number(TokenKind kind) { return kind == Integer || kind == Float || kind == Duration || kind == Size; }
}  // namespace

Pattern* Parser::pattern() {
  const Nest nest(*this);
  const std::uint32_t first = begin();
  Pattern* one = pattern_operand(false);
  if (!at(Pipe) || newline()) return one;
  Sequence<Pattern*> alternatives(patterns_);
  alternatives.push(one);
  while (at(Pipe) && !newline()) {
    advance();
    alternatives.push(pattern_operand(false));
  }
  return make<OrPattern>(PatternKind::Or, first, List<Pattern>(alternatives.finish(out_.arena)));
}

Pattern* Parser::pattern_operand(bool in_list) {
  const std::uint32_t first = begin();
  switch (kind_) {
    case Identifier:
      if (spelling() == "_") {
        advance();
        return make<Pattern>(PatternKind::Wildcard, first);
      }
      return name_pattern();
    case Mut: {
      advance();
      const Name name = take_name("a name that `mut` makes changeable");
      return make<NamePattern>(PatternKind::Name, first, true, name);
    }
    case Integer:
    case Float:
    case Duration:
    case Size:
    case Minus:
    case String:
    case StringBegin:
    case True:
    case False: return literal_pattern();
    case DotDot:
      if (in_list) {
        mark(Token::kPrefix);
        advance();
        const bool is_mut = eat(Mut);
        Name name{};
        if (is_mut || at(Identifier)) name = take_name("a name for the rest");
        return make<RestPattern>(PatternKind::Rest, first, is_mut, name);
      }
      [[fallthrough]];
    case DotDotEqual: {
      const bool inclusive = at(DotDotEqual);
      mark(Token::kPrefix);
      advance();
      Expr* high = pattern_literal();
      return make<RangePattern>(PatternKind::Range, first, static_cast<Expr*>(nullptr), high, inclusive);
    }
    case ParenOpen: return tuple_pattern();
    case BracketOpen: return list_pattern();
    case BraceOpen: {
      if (!is_word(peek()) || (peek(2) != Comma && peek(2) != Colon && peek(2) != BraceClose)) break;
      auto* problem = complain(Code::ExpectedPattern, range(), "the name of the struct is missing");
      if (problem != nullptr) problem->help("a struct is taken apart with its name, as in `Point { x, y }`");
      return struct_pattern(first, {});
    }
    default: break;
  }
  if (is_keyword(kind_) && !token().newline_before() && kind_ != Else) {
    auto* problem =
        error(Code::ExpectedName, range(), std::string(describe(kind_)) + " is a reserved word, not a name");
    if (problem != nullptr && (at(Let) || at(Var))) {
      problem->help("numbers are counted with `for i in 0..10 { … }`");
    } else if (problem != nullptr) {
      problem->help("take another one, such as `" + std::string(spelling()) + "_`");
    }
    advance();
  } else if (!stopped_) {
    const bool begins = pos_ == arm_at_;  // a new line is where an arm belongs
    auto* problem = error(Code::ExpectedPattern, begins ? range() : missing_place(),
                          "expected a pattern, found " + (begins ? found_here() : found()));
    if (problem != nullptr && at(Amp)) problem->help("there are no references; a name binds the value");
    if (problem != nullptr && at(Else)) problem->help("an arm for all the rest is written `_ => …`");
  }
  return make<Pattern>(PatternKind::Error, prev_end_);
}

// A literal or a constant's name at one end of a range.
Expr* Parser::pattern_literal() {
  const std::uint32_t first = begin();
  if (at(Identifier) && spelling() != "_") {
    const Name name = name_here();
    return make<NameExpr>(ExprKind::Name, first, name);
  }
  if (is_number(kind_)) return number(first, false);
  if (at(Minus) && is_number(peek())) {
    mark(Token::kPrefix);
    advance();
    return number(first, true);
  }
  if (at(String)) return string(ExprKind::String, first);
  if (at(True) || at(False)) {
    const bool value = at(True);
    advance();
    return make<BoolExpr>(ExprKind::Bool, first, value);
  }
  if (at(StringBegin)) {
    plain_string("a pattern");
  } else {
    if (at(Minus)) advance();
    error(Code::ExpectedPattern, missing_place(), "expected a literal, found " + found());
  }
  return error_expr(first);
}

Pattern* Parser::literal_pattern() {
  const std::uint32_t first = begin();
  Expr* low = pattern_literal();
  if ((at(DotDot) || at(DotDotEqual)) && !newline()) {
    const bool inclusive = at(DotDotEqual);
    advance();
    Expr* high = nullptr;
    const bool more = is_number(kind_) || at(Minus) || at(String) || at(Identifier);
    if (inclusive || (more && !newline())) high = pattern_literal();
    return make<RangePattern>(PatternKind::Range, first, low, high, inclusive);
  }
  return make<LiteralPattern>(PatternKind::Literal, first, low);
}

// A name to bind, a variant, a constant, or a struct.
Pattern* Parser::name_pattern() {
  const std::uint32_t first = begin();
  if (peek() == DotDot || peek() == DotDotEqual) {
    if (!token_at(1).newline_before() || blank_) return literal_pattern();
  }
  const std::span<const Name> names = path(3, "a pattern");
  if (at(ParenOpen) && !newline()) {
    const Range opening = range();
    const Context context(*this, true, Head::None);
    advance();
    bool rest = false;
    const std::span<const FieldPattern> arguments = field_patterns(ParenClose, opening, false, &rest);
    return make<VariantPattern>(PatternKind::Variant, first, names, true, arguments);
  }
  if (at(BraceOpen) && !newline()) return struct_pattern(first, names);
  if (names.size() > 1) {
    return make<VariantPattern>(PatternKind::Variant, first, names, false, std::span<const FieldPattern>());
  }
  return make<NamePattern>(PatternKind::Name, first, false, names[0]);
}

// Stands on the brace.
Pattern* Parser::struct_pattern(std::uint32_t first, std::span<const Name> path) {
  const Range opening = range();
  const Context context(*this, true, Head::None);
  mark(Token::kEntries);
  advance();
  bool rest = false;
  const std::span<const FieldPattern> fields = field_patterns(BraceClose, opening, true, &rest);
  return make<StructPattern>(PatternKind::Struct, first, path, fields, rest);
}

// What stands between the brackets of a variant or a struct, and the closing bracket.
std::span<const FieldPattern> Parser::field_patterns(TokenKind close, Range opening, bool braces, bool* has_rest) {
  Sequence<FieldPattern> list(field_patterns_);
  while (!at(close) && !at_end() && !recovering_) {
    FieldPattern field{{}, nullptr};
    if (braces && at(DotDot)) {
      mark(Token::kPrefix);
      advance();
      *has_rest = true;
      eat(Comma);
      break;
    }
    if (!braces && at(DotDot) && (peek() == close || peek() == Comma)) {
      if (auto* problem = error(Code::ExpectedPattern, range(), "`..` stands for elements of a list"))
        problem->help("write `_` for each value of a variant");
      advance();
      eat(Comma);
      continue;
    }
    if (at_word() && peek() == Colon) {
      field.label = name_here();
      advance();
      field.pattern = pattern();
    } else if (braces) {
      const std::uint32_t first = begin();
      const bool is_mut = eat(Mut);
      const Name name = take_name("the name of a field");
      field.label = name;
      field.pattern = make<NamePattern>(PatternKind::Name, first, is_mut, name);
    } else {
      field.pattern = pattern();
    }
    list.push(field);
    if (!eat(Comma)) break;
  }
  expect_closing(close, opening);
  return list.finish(out_.arena);
}

Pattern* Parser::tuple_pattern() {
  const std::uint32_t first = begin();
  const Range opening = range();
  const Context context(*this, true, Head::None);
  Sequence<Pattern*> elements(patterns_);
  advance();
  while (!at(ParenClose) && !at_end() && !recovering_) {
    elements.push(pattern());
    if (!eat(Comma)) break;
  }
  expect_closing(ParenClose, opening);
  if (elements.size() == 1) return elements[0];
  return make<TuplePattern>(PatternKind::Tuple, first, List<Pattern>(elements.finish(out_.arena)));
}

Pattern* Parser::list_pattern() {
  const std::uint32_t first = begin();
  const Range opening = range();
  const Context context(*this, true, Head::None);
  Sequence<Pattern*> elements(patterns_);
  const Pattern* rest = nullptr;
  advance();
  while (!at(BracketClose) && !at_end() && !recovering_) {
    const TokenKind next = peek();
    const bool is_rest = at(DotDot) && (next == Identifier || next == Mut || next == Comma || next == BracketClose);
    Pattern* element = is_rest ? pattern_operand(true) : pattern();
    if (element->kind == PatternKind::Rest) {
      if (rest != nullptr) {
        if (auto* problem = error(Code::TwoRests, element->range, "a list pattern has one `..` at most")) {
          problem->note(span(rest->range), "the first is here");
        }
      }
      rest = element;
    }
    elements.push(element);
    if (!eat(Comma)) break;
  }
  expect_closing(BracketClose, opening);
  return make<ListPattern>(PatternKind::List, first, List<Pattern>(elements.finish(out_.arena)));
}

}  // namespace noodle::syntax
