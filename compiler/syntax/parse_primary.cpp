// Operands: names, parentheses, lists, braces, lambdas.

#include <array>

#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

Expr* Parser::primary() {
  const std::uint32_t first = begin();
  switch (kind_) {
    case Identifier: return name_expr();
    case Integer:
    case Float:
    case Duration:
    case Size: return number(first, false);
    case String:
    case StringBegin: return string(ExprKind::String, first);
    case True:
    case False: {
      const bool value = at(True);
      advance();
      return make<BoolExpr>(ExprKind::Bool, first, value);
    }
    case SelfValue: advance(); return make<Expr>(ExprKind::Self, first);
    case SelfType: advance(); return make<Expr>(ExprKind::SelfType, first);
    case ParenOpen: return parens();
    case BracketOpen: return list();
    case BraceOpen: return block_at_ == pos_ ? block() : braces();
    case If: return if_expr();
    case Match: return match_expr();
    case Loop:
    case While:
    case For: return loop(Name{}, first);
    case Break:
    case Continue: return jump();
    case Return: return return_expr();
    case Async: return async_expr();
    default: return missing_expr();
  }
}

// A name, a lambda with one parameter, or what a contextual word begins.
Expr* Parser::name_expr() {
  const std::uint32_t first = begin();
  const Token& next = token_at(1);
  const bool same_line = blank_ || !next.newline_before();
  if (same_line) {
    switch (next.kind) {
      case FatArrow:
        if (head_ == Head::None) return lambda();
        if (head_ == Head::Body) {
          if (auto* problem = error(Code::BareInHead, range(), "a lambda can't stand here without parentheses")) {
            problem->help("put it in `( )`");
          }
          return lambda();
        }
        break;
      case BraceOpen:
        if (head_ != Head::None) break;
        if (spelling() == "scope") return task_block(ExprKind::Scope);
        if (spelling() == "region") return task_block(ExprKind::Region);
        if (spelling() == "select") return select_expr();
        break;
      case String:
      case StringBegin:
        if (spelling() == "sql") {
          advance();
          return string(ExprKind::Sql, first);
        }
        break;
      case Identifier:
      case Integer:
      case Float:
      case Duration:
      case SelfValue:
      case Await:
        if (head_ == Head::None && spelling() == "within") return within_expr();
        break;
      default: break;
    }
  }
  if (spelling() == "_") return missing_expr();
  const Name name = name_here();
  return make<NameExpr>(ExprKind::Name, first, name);
}

// `()`, `(a)`, `(a, b)`, or a lambda whose parameters stand in parentheses.
Expr* Parser::parens() {
  if (token().flags & Token::kOpensParams) {
    if (head_ == Head::None) return lambda();
    if (head_ == Head::Body) {
      if (auto* problem = error(Code::BareInHead, range(), "a lambda can't stand here without parentheses")) {
        problem->help("put it in `( )`");
      }
      return lambda();
    }
  }
  const std::uint32_t first = begin();
  const Range opening = range();
  const Context context(*this, true, Head::None);
  advance();
  if (eat(ParenClose)) return make<Expr>(ExprKind::Unit, first);
  Expr* inner = expr();
  if (!at(Comma)) {
    expect_closing(ParenClose, opening);
    return make<ParenExpr>(ExprKind::Paren, first, inner);
  }
  Sequence<Expr*> elements(exprs_);
  elements.push(inner);
  while (eat(Comma) && !at(ParenClose) && !at_end()) elements.push(expr());
  expect_closing(ParenClose, opening);
  if (elements.size() == 1) return make<ParenExpr>(ExprKind::Paren, first, inner);
  return make<TupleExpr>(ExprKind::Tuple, first, List<Expr>(elements.finish(out_.arena)));
}

Expr* Parser::list() {
  const std::uint32_t first = begin();
  const Range opening = range();
  const Context context(*this, true, Head::None);
  Sequence<Expr*> elements(exprs_);
  advance();
  while (!at(BracketClose) && !at_end()) {
    elements.push(expr());
    if (!another_element(opening, false)) break;
  }
  expect_closing(BracketClose, opening);
  return make<ListExpr>(ExprKind::List, first, List<Expr>(elements.finish(out_.arena)));
}

// A `{` where a value is wanted: `{}` and `{` expression `:` are maps, anything else is a block.
Expr* Parser::braces() {
  const std::uint32_t first = begin();
  const Range opening = range();
  switch (peek()) {
    case BraceClose:
      advance();
      advance();
      return make<MapExpr>(ExprKind::Map, first, std::span<const MapEntry>());
    case Let:
    case Var:
    case Defer:
    case Expect:
    case Fn:
    case Struct:
    case Enum:
    case Trait:
    case Impl:
    case Import:
    case Const:
    case Pub:
    case Actor:
    case At:
    case Semicolon:
    case BraceOpen: return block();
    default: break;
  }
  const Context context(*this, false, Head::None);
  advance();
  const std::size_t start = pos_;
  const std::uint32_t begin_key = begin();
  Expr* key = expr();
  if (at(Colon) && peek() != Colon && !(peek() == Equal && token_at(1).begin == token().end)) {
    tokens_[start - 1].flags |= Token::kEntries | Token::kMap;
    return map_after_key(first, opening, key);
  }
  Stmt* statement = finish_statement(key, begin_key);
  return block_after_brace(first, opening, statement, start);
}

Expr* Parser::map_after_key(std::uint32_t first, Range opening, Expr* key) {
  blank_ = true;  // restored by the context of braces()
  Sequence<MapEntry> entries(entries_);
  while (true) {
    advance();  // `:`
    entries.push({key, expr()});
    if (recovering_ || !another_element(opening, false) || at(BraceClose) || at_end()) break;
    key = expr();
    if (!at(Colon)) {
      expect(Colon, "between a key and its value");
      break;
    }
  }
  if (!at(BraceClose) && !at_end() && !recovering_) {
    error(Code::UnexpectedToken, range(), "expected `,` or `}`, found " + found());
  }
  if (at(BraceClose)) mark(Token::kMap);
  expect_closing(BraceClose, opening);
  return make<MapExpr>(ExprKind::Map, first, std::span<const MapEntry>(entries.finish(out_.arena)));
}

// `x`, `()`, `(a, (b, c))`, before `=>`.
std::span<const LambdaParam> Parser::lambda_params() {
  Sequence<LambdaParam> params(lambda_params_);
  if (!at(ParenOpen)) {
    params.push({pattern_operand(false)});
    return params.finish(out_.arena);
  }
  const Range opening = range();
  const Context context(*this, true, Head::None);
  advance();
  while (!at(ParenClose) && !at_end() && !recovering_) {
    params.push({pattern()});
    if (at(Colon)) {
      if (auto* problem = error(Code::UnexpectedToken, range(), "the parameters of a lambda state no types")) {
        problem->help("their types come from where the lambda is used");
      }
    }
    if (!eat(Comma)) break;
  }
  expect_closing(ParenClose, opening);
  return params.finish(out_.arena);
}

Expr* Parser::lambda() {
  const std::uint32_t first = begin();
  const std::span<const LambdaParam> params = lambda_params();
  expect(FatArrow, "behind the parameters of a lambda");
  Expr* body = lambda_body();
  return make<LambdaExpr>(ExprKind::Lambda, first, params, body);
}

Expr* Parser::lambda_body() {
  const Context context(*this, blank_, Head::None);
  block_at_ = pos_;
  return expr();
}

}  // namespace noodle::syntax
