// Control flow and tasks: if, match, loops, jumps, async, scope, region, within, select.

#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

// An `else if` chain is read by a loop and bounded like a chain of operators.
Expr* Parser::if_expr() {
  IfExpr* top = nullptr;
  IfExpr* last = nullptr;
  while (true) {
    const std::uint32_t first = begin();
    advance();  // `if`, or the `elif` that should have been one
    Expr* condition = head_expr(Head::Body);
    BlockExpr* then = body();
    auto* made = make<IfExpr>(ExprKind::If, first, condition, then, static_cast<Expr*>(nullptr));
    if (last != nullptr) last->otherwise = made;
    if (top == nullptr) top = made;
    last = made;
    grow();
    if (stopped_) break;
    if (at_name("elif") || at_name("elseif") || at_name("elsif")) {
      if (auto* problem =
              complain(Code::ForeignWord, range(), "`" + std::string(spelling()) + "` is written `else if`")) {
        problem->suggest("write `else if`", span(range()), "else if");
      }
      continue;
    }
    if (!at(Else) || lost_) break;
    advance();
    if (at(If) && !newline()) continue;
    last->otherwise = body();
    break;
  }
  // Every `if` of the chain ends where the chain does.
  for (IfExpr* one = top; one != nullptr;) {
    one->range.end = std::max(one->range.end, prev_end_);
    Expr* next = one->otherwise;
    one = next != nullptr && next->kind == ExprKind::If ? static_cast<IfExpr*>(next) : nullptr;
  }
  return top;
}

Expr* Parser::match_expr() {
  const std::uint32_t first = begin();
  advance();
  const bool is_mut = eat(Mut);
  Expr* subject = head_expr(Head::Match);
  const std::span<const MatchArm> list = arms(false);
  return make<MatchExpr>(ExprKind::Match, first, is_mut, subject, list);
}

Expr* Parser::select_expr() {
  const std::uint32_t first = begin();
  advance();
  const std::span<const MatchArm> list = arms(true);
  return make<SelectExpr>(ExprKind::Select, first, list);
}

std::span<const MatchArm> Parser::arms(bool select) {
  const Context context(*this, false, Head::None);
  Sequence<MatchArm> list(arms_);
  const Range opening = range();
  expect_body_brace();
  if (!at(BraceOpen)) {
    if (!report_foreign_operator()) expect(BraceOpen, "and the arms");
    return {};
  }
  mark(Token::kParts);
  advance();
  while (!at(BraceClose) && !at_end()) {
    const std::size_t start = pos_;
    list.push(arm(select));
    end_member(start, "arms");
  }
  expect_closing(BraceClose, opening);
  return list.finish(out_.arena);
}

// `pattern if guard => body`; in a select `pattern = task => body`, where the task takes the guard's
// place in the tree.
MatchArm Parser::arm(bool select) {
  MatchArm one{nullptr, nullptr, nullptr, {}};
  const std::uint32_t first = begin();
  arm_at_ = pos_;
  one.pattern = pattern();
  if (select) {
    if (expect(Equal, "and a task, a channel or a timer")) one.guard = head_expr(Head::Guard);
  } else if (eat(If)) {
    one.guard = head_expr(Head::Guard);
  }
  if (!at(FatArrow) && !recovering_) {
    const Range here = range();
    if (at(Arrow) || at(Colon)) {
      if (auto* problem = error(Code::ForeignOperator, here, "an arm is written `pattern => value`")) {
        problem->suggest("write `=>`", span(here), at(Colon) ? " =>" : "=>");
      }
    } else if (!at(Equal) || !report_foreign_operator()) {
      expect(FatArrow, "behind a pattern");
    }
  }
  eat(FatArrow);
  const std::uint32_t begin_body = begin();
  if (recovering_) {
    one.body = make<ExprStmt>(StmtKind::Expr, begin_body, error_expr(begin_body));
  } else if (at(Expect)) {  // as if it stood in braces
    Stmt* check = expect_statement();
    auto* inside =
        make<BlockExpr>(ExprKind::Block, begin_body, List<Stmt>(out_.arena.copy(std::span<Stmt* const>(&check, 1))),
                        static_cast<Stmt*>(nullptr));
    one.body = make<ExprStmt>(StmtKind::Expr, begin_body, static_cast<Expr*>(inside));
  } else {
    if (at(Let) || at(Var) || at(Defer)) {
      if (auto* problem =
              error(Code::ExpectedExpression, range(), std::string(describe(kind_)) + " can't be the body of an arm")) {
        problem->help("put the body in braces: `=> { … }`");
      }
    }
    block_at_ = pos_;
    one.body = simple_statement();
  }
  one.range = since(first);
  return one;
}

// Stands on `loop`, `while` or `for`; `first` lies at the label if there is one.
Expr* Parser::loop(Name label, std::uint32_t first) {
  switch (kind_) {
    case Loop: {
      advance();
      BlockExpr* code = body();
      return make<LoopExpr>(ExprKind::Loop, first, label, code);
    }
    case While: {
      advance();
      Expr* condition = head_expr(Head::Body);
      BlockExpr* code = body();
      return make<WhileExpr>(ExprKind::While, first, label, condition, code);
    }
    default: {
      advance();
      const bool is_mut = eat(Mut);
      Pattern* each = pattern();
      Expr* iterable;
      if (at(Comma) && peek() == Identifier) {
        if (auto* problem = error(Code::UnexpectedToken, range(), "several names stand in parentheses")) {
          problem->help("write `for (index, item) in items.enumerate()`, or `for (key, value) in map`");
        }
        iterable = error_expr(prev_end_);
      } else if (at(Colon) || at(Equal)) {
        if (auto* problem = error(Code::ForeignWord, range(), "`for` walks a range or a collection")) {
          problem->help("numbers are counted with `for i in 0..10 { … }`");
        }
        iterable = error_expr(prev_end_);
      } else if (expect(In, "and what to walk through")) {
        iterable = head_expr(Head::Body);
      } else {
        iterable = error_expr(prev_end_);
      }
      BlockExpr* code = body();
      return make<ForExpr>(ExprKind::For, first, label, is_mut, each, iterable, code);
    }
  }
}

Expr* Parser::jump() {
  const std::uint32_t first = begin();
  const ExprKind kind = at(Break) ? ExprKind::Break : ExprKind::Continue;
  advance();
  Name label{};
  if (at(Identifier) && !newline()) {
    label = name_here();
  } else if (kind == ExprKind::Break && !newline() && at_literal()) {
    const Range value = range();
    if (auto* problem = complain(Code::StatementNotEnded, value, "`break` carries no value"))
      problem->help("set a variable before it, or leave the function with `return`");
    expr();
  }
  return make<JumpExpr>(kind, first, label);
}

Expr* Parser::return_expr() {
  const std::uint32_t first = begin();
  advance();
  Expr* value = starts_expr() && !newline() ? expr() : nullptr;
  return make<ReturnExpr>(ExprKind::Return, first, value);
}

Expr* Parser::async_expr() {
  const std::uint32_t first = begin();
  advance();
  block_at_ = pos_;
  Expr* work = expr();
  return make<TaskExpr>(ExprKind::Async, first, static_cast<Expr*>(nullptr), work);
}

// `scope { … }` and `region { … }`.
Expr* Parser::task_block(ExprKind kind) {
  const std::uint32_t first = begin();
  advance();
  Expr* code = body();
  return make<TaskExpr>(kind, first, static_cast<Expr*>(nullptr), code);
}

Expr* Parser::within_expr() {
  const std::uint32_t first = begin();
  advance();
  Expr* limit = head_expr(Head::Body);
  Expr* code = body();
  return make<TaskExpr>(ExprKind::Within, first, limit, code);
}

}  // namespace noodle::syntax
