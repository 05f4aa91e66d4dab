// What stands behind an operand: `?`, fields, calls, indices, type arguments, struct literals.

#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {
bool names_a_type(const Expr* base) {
  return base->kind == ExprKind::Name || base->kind == ExprKind::SelfType || base->kind == ExprKind::Field ||
         base->kind == ExprKind::TypeApply;
}
bool is_loop(TokenKind kind) { return kind == For || kind == While || kind == Loop; }
}  // namespace

Expr* Parser::postfix(Expr* base, std::uint32_t first) {
  while (!stopped_) {
    switch (kind_) {
      case Question:
        if (newline()) return base;
        advance();
        base = make<TryExpr>(ExprKind::Try, first, base);
        break;
      case Dot:  // may begin a line
        if (newline() && !is_word(peek())) return base;
        base = member(base, first);
        break;
      case ParenOpen:
        if (newline()) return base;
        base = call(base, first);
        break;
      case BracketOpen:
        if (newline()) return base;
        base = index(base, first);
        break;
      case Less: {
        const bool after_name = names_a_type(base) && base->kind != ExprKind::TypeApply && is_word(previous());
        if (!glued() || !after_name || !opens_type_arguments()) return base;
        const List<Type> arguments = type_arguments();
        base = make<TypeApplyExpr>(ExprKind::TypeApply, first, base, arguments);
        break;
      }
      case BraceOpen:
        if (newline() || !names_a_type(base) || !at_struct_literal(base)) return base;
        base = struct_literal(base, first);
        break;
      default: return base;
    }
    grow();
  }
  return base;
}

Expr* Parser::member(Expr* base, std::uint32_t first) {
  advance();
  const bool same_line = blank_ || !token().newline_before();
  if (at_word() && same_line) {
    const Name name = name_here();
    return make<FieldExpr>(ExprKind::Field, first, base, name);
  }
  if (at(Integer) && same_line) {
    const Range where = range();
    std::uint64_t value = 0;
    for (char c : text(where)) {
      if (c != '_' && value <= UINT32_MAX) value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (value > UINT32_MAX) error(Code::LiteralTooLarge, where, "no tuple has so many elements");
    advance();
    return make<TupleFieldExpr>(ExprKind::TupleField, first, base, static_cast<std::uint32_t>(value), where);
  }
  if (base->kind == ExprKind::Int) {
    error(Code::BadNumber, since(first), "a float has a digit on both sides of its dot");
  } else {
    error(Code::ExpectedName, missing_place(), "expected a name after `.`, found " + found());
  }
  return make<FieldExpr>(ExprKind::Field, first, base, Name{Symbol(), {prev_end_, prev_end_}});
}

Argument Parser::argument() {
  Argument one{};
  if (at_word() && peek() == Colon) {
    one.label = name_here();
    advance();
  }
  if (at(Mut)) {
    one.is_mut = true;
    advance();
  }
  one.value = expr();
  if (at(Equal) && one.value->kind == ExprKind::Name && !one.label.symbol.valid()) {
    if (auto* problem = error(Code::UnexpectedToken, range(), "a named argument is written with `:`")) {
      problem->suggest("write `:`", span(range()), ":");
    }
  }
  return one;
}

Expr* Parser::call(Expr* base, std::uint32_t first) {
  const Range opening = range();
  std::span<const Argument> arguments;
  {
    const Context context(*this, true, Head::None);
    Sequence<Argument> list(arguments_);
    advance();
    while (!at(ParenClose) && !at_end()) {
      list.push(argument());
      if (!another_element(opening, false)) break;
    }
    expect_closing(ParenClose, opening);
    arguments = list.finish(out_.arena);
  }
  BlockArgument* block = nullptr;
  if (at(BraceOpen) && !newline() && at_block_argument()) block = block_argument();
  return make<CallExpr>(ExprKind::Call, first, base, arguments, block);
}

// Whether the `{` behind a call opens a block argument. In a head it is the body's brace, unless
// parameters show what was meant; that is an error but understood.
bool Parser::at_block_argument() {
  if (head_ == Head::None) return true;
  if (head_ != Head::Body) return false;
  const bool params = (peek() == Identifier && peek(2) == FatArrow) ||
                      (peek() == ParenOpen && (token_at(1).flags & Token::kOpensParams));
  if (!params) return false;
  if (auto* problem = complain(Code::BareInHead, range(), "a call with a block can't stand here without parentheses")) {
    problem->help("put the call in `( )`, so that its block is not taken for the body");
  }
  return true;
}

// `{ body }`, `{ item => body }`, `{ (a, b) => body }`.
BlockArgument* Parser::block_argument() {
  const Context context(*this, false, Head::None);
  const std::uint32_t first = begin();
  const Range opening = range();
  advance();
  std::span<const LambdaParam> params;
  const bool named = (at(Identifier) && peek() == FatArrow && !token_at(1).newline_before());
  if (named || (at(ParenOpen) && (token().flags & Token::kOpensParams))) {
    params = lambda_params();
    expect(FatArrow, "behind the parameters of a block");
  }
  BlockExpr* code = block_after_brace(first, opening, nullptr, pos_);
  return out_.arena.make<BlockArgument>(params, code, since(first));
}

// What stands between commas in an index, where a range may lack its ends.
Expr* Parser::subscript() {
  open_range_ = true;
  Expr* made = expr();
  open_range_ = false;
  return made;
}

Expr* Parser::index(Expr* base, std::uint32_t first) {
  const Range opening = range();
  const Context context(*this, true, Head::None);
  advance();
  const std::uint32_t inside = begin();
  Expr* inner = subscript();
  if (at(Comma)) {
    Sequence<Expr*> subscripts(exprs_);
    subscripts.push(inner);
    while (eat(Comma) && !at(BracketClose) && !at_end()) subscripts.push(subscript());
    if (subscripts.size() > 1)
      inner = make<TupleExpr>(ExprKind::Tuple, inside, List<Expr>(subscripts.finish(out_.arena)));
  }
  if (at(Colon)) {
    if (auto* problem = error(Code::ForeignOperator, range(), "a slice is written with `..`")) {
      problem->suggest("write `..`", span(range()), "..");
    }
  }
  expect_closing(BracketClose, opening);
  return make<IndexExpr>(ExprKind::Index, first, base, inner);
}

// Whether the `{` behind a name holds the fields of a struct.
bool Parser::at_struct_literal(Expr* base) {
  const TokenKind one = peek(1), two = peek(2);
  const bool labelled = is_word(one) && two == Colon;
  if (head_ == Head::None) {
    return labelled || one == BraceClose || (is_word(one) && (two == Comma || two == BraceClose || two == Equal));
  }
  const Range last = tokens_[pos_ - 1].range();
  const bool capital = base->kind == ExprKind::TypeApply || (text(last)[0] >= 'A' && text(last)[0] <= 'Z');
  if (!labelled || !capital || is_loop(peek(3))) return false;  // rather a body, or arms
  if (auto* problem = complain(Code::BareInHead, range(), "a struct literal can't stand here without parentheses")) {
    problem->help("put it in `( )`, so that its `{` is not taken for the body");
  }
  return true;
}

Expr* Parser::struct_literal(Expr* base, std::uint32_t first) {
  const Range opening = range();
  const Context context(*this, true, Head::None);
  Sequence<FieldInit> list(inits_);
  mark(Token::kEntries);
  advance();
  while (!at(BraceClose) && !at_end()) {
    const bool reserved = at_word() && !at(Identifier) && peek() != Colon;
    FieldInit field{reserved ? take_name("the name of a field") : take_word("the name of a field"), nullptr};
    if (eat(Colon)) {
      field.value = expr();
    } else if (at(Equal)) {
      if (auto* problem = error(Code::UnexpectedToken, range(), "a field is given with `:`")) {
        problem->suggest("write `:`", span(range()), ":");
      }
    }
    if (field.value == nullptr) {
      field.value = out_.arena.make<NameExpr>(Expr{ExprKind::Name, field.name.range}, field.name);
    }
    list.push(field);
    if (recovering_ || !another_element(opening, at_word() && peek() == Colon)) break;
  }
  expect_closing(BraceClose, opening);
  return make<StructExpr>(ExprKind::Struct, first, base, list.finish(out_.arena));
}

}  // namespace noodle::syntax
