// Blocks and statements.

#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {

std::optional<AssignOp> assign_op(TokenKind kind) {
  switch (kind) {
    case Equal: return AssignOp::Set;
    case PlusEqual: return AssignOp::Add;
    case MinusEqual: return AssignOp::Subtract;
    case StarEqual: return AssignOp::Multiply;
    case SlashEqual: return AssignOp::Divide;
    case PercentEqual: return AssignOp::Remainder;
    case StarStarEqual: return AssignOp::Power;
    case AtEqual: return AssignOp::MatMul;
    case PipeEqual: return AssignOp::BitOr;
    case AmpEqual: return AssignOp::BitAnd;
    case CaretEqual: return AssignOp::BitXor;
    case LessLessEqual: return AssignOp::ShiftLeft;
    case GreaterGreaterEqual: return AssignOp::ShiftRight;
    default: return std::nullopt;
  }
}

}  // namespace

// A body: a block that must stand here, its `{` on the line of its head.
BlockExpr* Parser::body() {
  if (at(BraceOpen)) {
    expect_body_brace();
    return block();
  }
  const std::uint32_t where = prev_end_;
  if (!recovering_ && !report_foreign_operator()) {
    auto* problem = error(Code::UnexpectedToken, missing_place(), "expected `{` and a body, found " + found());
    if (problem != nullptr) problem->help("a body stands in braces: `{ … }`");
  }
  return empty_block(where);
}

// Stands on `{`.
BlockExpr* Parser::block() {
  const Context context(*this, false, Head::None);
  const std::uint32_t first = begin();
  const Range opening = range();
  advance();
  return block_after_brace(first, opening, nullptr, pos_);
}

// Stands behind the `{`, or behind the first statement when it has been read already.
BlockExpr* Parser::block_after_brace(std::uint32_t first, Range opening, Stmt* read, std::size_t read_at) {
  Sequence<Stmt*> list(stmts_);
  if (read != nullptr) {
    list.push(read);
    end_statement(read_at);
  }
  while (!at(BraceClose) && !at_end()) {
    if (at_lost_item()) {
      if (auto* problem =
              error(Code::MissingClosing, tokens_[pos_ - 1].range(), "`}` is missing before this declaration")) {
        problem->note(span(opening), "to close this");
        problem->note(span(range()), "the declaration");
      }
      lost_ = true;
      ++lost_braces_;
      list.push(make<ExprStmt>(StmtKind::Expr, prev_end_, error_expr(prev_end_)));  // whatever it gives
      break;
    }
    if (at(Semicolon)) {
      const Range place = range();
      if (auto* problem = complain(Code::UnneededSemicolon, place, "this `;` separates nothing")) {
        problem->suggest("leave it out", span(place), "");
      }
      advance();
      continue;
    }
    const std::size_t start = pos_;
    list.push(statement());
    end_statement(start);
    if (pos_ == start && !at_end() && !at(BraceClose)) advance();
  }
  expect_closing(BraceClose, opening);
  Stmt* tail = !list.empty() && list.back()->kind == StmtKind::Expr ? list.back() : nullptr;
  return make<BlockExpr>(ExprKind::Block, first, List<Stmt>(list.finish(out_.arena)), tail);
}

void Parser::end_statement(std::size_t start) {
  if (!recovering_) {
    if (at(BraceClose) || at_end() || token().newline_before()) return;
    if (at(Semicolon)) {
      const Range place = range();
      advance();
      if (at(BraceClose) || at_end() || token().newline_before()) {
        if (auto* problem = complain(Code::UnneededSemicolon, place, "this `;` separates nothing")) {
          problem->suggest("a statement ends with its line", span(place), "");
        }
      }
      return;
    }
    statement_not_ended();
  }
  synchronise(start);
}

bool Parser::at_label() const {
  const TokenKind after = peek(2);
  return at(Identifier) && peek() == Colon && (after == For || after == While || after == Loop);
}

Stmt* Parser::statement() {
  const std::uint32_t first = begin();
  switch (kind_) {
    case Let:
    case Var: return let_statement();
    case Defer: return defer_statement();
    case Expect: return expect_statement();
    case Fn:
    case Struct:
    case Enum:
    case Trait:
    case Impl:
    case Import:
    case Const:
    case Pub:
    case Actor:
    case At: {
      Item* inner = item(false);
      if (inner == nullptr) return make<Stmt>(StmtKind::Error, first);
      return make<ItemStmt>(StmtKind::Item, first, inner);
    }
    case Identifier:
      if (foreign_statement_word()) return make<Stmt>(StmtKind::Error, first);
      if (at_item_start()) return make<ItemStmt>(StmtKind::Item, first, item(false));
      break;
    default: break;
  }
  block_at_ = pos_;
  return simple_statement();
}

// An expression, an assignment, or a labelled loop.
Stmt* Parser::simple_statement() {
  const std::uint32_t first = begin();
  if (at_label()) {
    const Name label = name_here();
    advance();
    const Nest nest(*this);
    Expr* made = stopped_ ? error_expr(first) : loop(label, first);
    return make<ExprStmt>(StmtKind::Expr, first, made);
  }
  Expr* made = expr();
  return finish_statement(made, first);
}

Stmt* Parser::finish_statement(Expr* place, std::uint32_t first) {
  const std::optional<AssignOp> op = newline() ? std::nullopt : assign_op(kind_);
  if (!op) return make<ExprStmt>(StmtKind::Expr, first, place);
  if (place->kind == ExprKind::Lambda) {
    if (auto* problem = error(Code::AssignmentAsValue, range(), "an assignment can't be the body of a lambda")) {
      problem->help("put it in braces: `x => { … }`");
    }
  }
  const Range op_range = range();
  advance();
  Expr* value = expr();
  return make<AssignStmt>(StmtKind::Assign, first, *op, op_range, place, value);
}

Stmt* Parser::let_statement() {
  const std::uint32_t first = begin();
  bool is_var = at(Var);
  const Range word = range();
  advance();
  if (at(Mut) && !newline()) {
    if (auto* problem = complain(Code::ForeignWord, {word.begin, token().end}, "`let mut` is written `var`")) {
      problem->suggest("write `var`", span({word.begin, token().end}), "var");
    }
    is_var = true;
    advance();
  }
  Pattern* what = pattern();
  Type* of = nullptr;
  if (at(Colon) && peek() == Equal && token_at(1).begin == token().end) {
    const Range both = {begin(), token_at(1).end};
    if (auto* problem = complain(Code::ForeignOperator, both, "there is no `:=`")) {
      problem->suggest("write `=`", span(both), "=");
    }
    advance();
  } else if (eat(Colon)) {
    of = type();
  }
  Expr* value = nullptr;
  if (at(Equal) && !newline()) {
    advance();
    value = expr();
  } else if (!recovering_) {
    if (at(Identifier) && !newline() && what->kind == PatternKind::Name) {
      statement_not_ended();
    } else if (at(BracketOpen) && of != nullptr && !newline()) {
      if (auto* problem = error(Code::ForeignOperator, range(), "type arguments stand between `<` and `>`")) {
        problem->help("as in `List<Int>` and `Map<String, Int>`");
      }
    } else if (auto* problem = error(Code::MissingValue, missing_place(), "this variable has no value")) {
      problem->help(at(Comma) && !newline() ? "several names stand in parentheses: `let (a, b) = (1, 2)`"
                                            : "every variable is given its value where it is declared");
    }
  }
  return make<LetStmt>(StmtKind::Let, first, is_var, what, of, value);
}

Stmt* Parser::defer_statement() {
  const std::uint32_t first = begin();
  advance();
  block_at_ = pos_;
  Stmt* work = simple_statement();
  return make<DeferStmt>(StmtKind::Defer, first, work);
}

Stmt* Parser::expect_statement() {
  const std::uint32_t first = begin();
  advance();
  Expr* condition = expr();
  return make<ExpectStmt>(StmtKind::Expect, first, condition);
}

}  // namespace noodle::syntax
