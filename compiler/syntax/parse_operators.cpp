// Binary and prefix operators.

#include <array>

#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {

// Loosest first. Zero is no operator.
enum Level : std::uint8_t {
  kNone,
  kCoalesce,
  kOr,
  kAnd,
  kCompare,
  kRange,
  kBitOr,
  kBitXor,
  kBitAnd,
  kShift,
  kAdd,
  kMultiply,
};

struct Operator {
  Level level = kNone;
  BinaryOp op = BinaryOp::Coalesce;
};

constexpr auto make_operators() {
  std::array<Operator, 128> table{};
  const auto set = [&](TokenKind kind, Level level, BinaryOp op) {
    table[static_cast<std::size_t>(kind)] = {level, op};
  };
  set(QuestionQuestion, kCoalesce, BinaryOp::Coalesce);
  set(PipePipe, kOr, BinaryOp::Or);
  set(AmpAmp, kAnd, BinaryOp::And);
  set(EqualEqual, kCompare, BinaryOp::Equal);
  set(BangEqual, kCompare, BinaryOp::NotEqual);
  set(Less, kCompare, BinaryOp::Less);
  set(LessEqual, kCompare, BinaryOp::LessEqual);
  set(Greater, kCompare, BinaryOp::Greater);
  set(GreaterEqual, kCompare, BinaryOp::GreaterEqual);
  set(DotDot, kRange, BinaryOp::Coalesce);
  set(DotDotEqual, kRange, BinaryOp::Coalesce);
  set(Pipe, kBitOr, BinaryOp::BitOr);
  set(Caret, kBitXor, BinaryOp::BitXor);
  set(Amp, kBitAnd, BinaryOp::BitAnd);
  set(LessLess, kShift, BinaryOp::ShiftLeft);
  set(GreaterGreater, kShift, BinaryOp::ShiftRight);
  set(Plus, kAdd, BinaryOp::Add);
  set(Minus, kAdd, BinaryOp::Subtract);
  set(PlusPercent, kAdd, BinaryOp::AddWrap);
  set(MinusPercent, kAdd, BinaryOp::SubtractWrap);
  set(Star, kMultiply, BinaryOp::Multiply);
  set(Slash, kMultiply, BinaryOp::Divide);
  set(Percent, kMultiply, BinaryOp::Remainder);
  set(At, kMultiply, BinaryOp::MatMul);
  set(StarPercent, kMultiply, BinaryOp::MultiplyWrap);
  return table;
}
constexpr auto kOperators = make_operators();
Operator operator_of(TokenKind kind) { return kOperators[static_cast<std::size_t>(kind)]; }

bool is_number(TokenKind kind) { return kind == Integer || kind == Float || kind == Duration || kind == Size; }

constexpr auto kSpellings =
    std::to_array<std::string_view>({"??", "||", "&&", "==", "!=", "<",  "<=", ">", ">=", "|", "^",  "&",
                                     "<<", ">>", "+",  "-",  "+%", "-%", "*",  "/", "%",  "@", "*%", "**"});

}  // namespace

std::string_view spelling(BinaryOp op) { return kSpellings[static_cast<std::size_t>(op)]; }

Expr* Parser::expr() {
  const Nest nest(*this);
  if (stopped_) return error_expr(prev_end_);
  return binary(kCoalesce);
}

Expr* Parser::head_expr(Head head) {
  const Context context(*this, blank_, head);
  return expr();
}

// Operators of at least this level: left to right by a loop, so that a chain costs no stack.
Expr* Parser::binary(int least) {
  const std::uint32_t first = begin();
  Expr* left;
  if ((at(DotDot) || at(DotDotEqual)) && least <= kRange) {
    left = nullptr;  // `..b`
    if (!open_range_) {
      error(Code::OpenRange, range(), "this range has no start");
      left = error_expr(first);
    }
  } else {
    left = unary();
  }
  while (!stopped_) {
    const auto [level, op] = operator_of(kind_);
    if (level == kNone || level < least) break;
    if (newline() && level > kAnd && left != nullptr) break;  // `??`, `||` and `&&` may begin a line
    const Range op_range = range();
    if (level == kRange) {
      const bool inclusive = at(DotDotEqual);
      advance();
      Expr* right = nullptr;
      if (starts_expr() && !newline()) {
        right = binary(kRange + 1);
      } else if (!open_range_ || inclusive) {
        error(Code::OpenRange, op_range, "this range has no end");
        right = error_expr(prev_end_);
      }
      left = make<RangeExpr>(ExprKind::Range, first, left, right, inclusive);
      grow();
      if ((at(DotDot) || at(DotDotEqual)) && !newline()) error(Code::UnexpectedToken, range(), "ranges don't chain");
      continue;
    }
    advance();
    Expr* right;
    if (level == kCoalesce) {  // right to left
      const Nest nest(*this);
      right = stopped_ ? error_expr(prev_end_) : binary(level);
    } else {
      right = binary(level + 1);
    }
    left = make<BinaryExpr>(ExprKind::Binary, first, op, op_range, left, right);
    grow();
    if (level == kCompare && operator_of(kind_).level == kCompare && !newline()) {
      if (auto* problem = error(Code::ComparisonChain, range(), "comparisons don't chain")) {
        problem->help("write `a < b && b < c`");
      }
    }
  }
  return left != nullptr ? left : error_expr(first);
}

Expr* Parser::unary() {
  const std::uint32_t first = begin();
  switch (kind_) {
    case Minus: {
      mark(Token::kPrefix);
      const Token& literal = token_at(1);
      if (is_number(literal.kind) && literal.begin == token().end && peek(2) != StarStar) {
        advance();
        Expr* value = number(first, true);
        return power(postfix(value, first), first);
      }
      return unary_with(UnaryOp::Negate);
    }
    case Bang: return unary_with(UnaryOp::Not);
    case Await: return unary_with(UnaryOp::Await);
    case Spawn: return unary_with(UnaryOp::Spawn);
    default: {
      if (at_foreign_not()) return unary_with(UnaryOp::Not);
      Expr* base = primary();
      return power(postfix(base, first), first);
    }
  }
}

// `not` before an operand on its line: said, and read as `!`.
bool Parser::at_foreign_not() {
  if (!at(Identifier) || spelling() != "not" || (!blank_ && token_at(1).newline_before())) return false;
  switch (peek()) {
    case Identifier:
    case True:
    case False:
    case SelfValue: break;
    default: return false;
  }
  if (auto* problem = complain(Code::ForeignOperator, range(), "`not` is written `!`")) {
    problem->suggest("write `!`", span({range().begin, token_at(1).begin}), "!");
  }
  return true;
}

Expr* Parser::unary_with(UnaryOp op) {
  const Nest nest(*this);
  const std::uint32_t first = begin();
  if (stopped_) return error_expr(first);
  const Range op_range = range();
  advance();
  Expr* operand = unary();
  return make<UnaryExpr>(ExprKind::Unary, first, op, op_range, operand);
}

// `base ** exponent`; the exponent may have a sign, and further powers bind to it.
Expr* Parser::power(Expr* base, std::uint32_t first) {
  if (!at(StarStar) || newline()) return base;
  const Nest nest(*this);
  if (stopped_) return base;
  const Range op_range = range();
  advance();
  Expr* exponent = unary();
  grow();
  return make<BinaryExpr>(ExprKind::Binary, first, BinaryOp::Power, op_range, base, exponent);
}

bool Parser::starts_expr() const {
  switch (kind_) {
    case Identifier:
    case Integer:
    case Float:
    case Duration:
    case Size:
    case String:
    case StringBegin:
    case ParenOpen:
    case BracketOpen:
    case Minus:
    case Bang:
    case Await:
    case Spawn:
    case If:
    case Match:
    case Loop:
    case While:
    case For:
    case Break:
    case Continue:
    case Return:
    case Async:
    case SelfValue:
    case SelfType:
    case True:
    case False: return true;
    case BraceOpen: return head_ == Head::None;
    default: return false;
  }
}

bool Parser::at_literal() const {
  switch (kind_) {
    case Integer:
    case Float:
    case Duration:
    case Size:
    case String:
    case StringBegin:
    case True:
    case False: return true;
    default: return false;
  }
}

Expr* Parser::error_expr(std::uint32_t begin) { return make<Expr>(ExprKind::Error, begin); }

// Says what is wrong where an operand should begin, when another language explains it.
bool Parser::reports_missing_operand() {
  const auto say = [&](Code code, Range where, std::string message, std::string help) {
    if (auto* problem = error(code, where, std::move(message))) problem->help(std::move(help));
    return true;
  };
  const Range here = range();
  const bool touches = pos_ > 0 && tokens_[pos_ - 1].end == here.begin;
  const TokenKind before = previous();
  if (before == Minus && pos_ > 1 && tokens_[pos_ - 2].kind == Minus &&
      tokens_[pos_ - 2].end == tokens_[pos_ - 1].begin) {
    return say(Code::ForeignOperator, {tokens_[pos_ - 2].begin, prev_end_}, "there is no `--`", "write `x -= 1`");
  }
  if (at(Plus) && touches && before == Plus) {
    return say(Code::ForeignOperator, {here.begin - 1, here.end}, "there is no `++`", "write `x += 1`");
  }
  if (at(Equal) && touches && (before == EqualEqual || before == BangEqual)) {
    return say(Code::ForeignOperator, {tokens_[pos_ - 1].begin, here.end},
               "there is no `" + std::string(text({tokens_[pos_ - 1].begin, here.end})) + "`",
               "`==` and `!=` compare values of one type");
  }
  if (at(Greater) && touches && before == Less) {
    return say(Code::ForeignOperator, {here.begin - 1, here.end}, "there is no `<>`", "write `!=`");
  }
  if (at(Pipe) || at(PipePipe)) {
    return say(Code::ForeignOperator, here, "a lambda's parameters stand before `=>`",
               "write `x => x + 1`, or `(a, b) => a + b`");
  }
  if (at(Dot) && peek() == Integer) {
    return say(Code::BadNumber, here, "a float has a digit on both sides of its dot", "write `0.5`");
  }
  if (token().newline_before() && operator_of(kind_).level != kNone) {
    return say(Code::ExpectedExpression, here, "a statement can't begin with " + std::string(describe(kind_)),
               "to go on with the line before, put the operator at its end");
  }
  if (at(Plus)) return say(Code::ForeignOperator, here, "there is no prefix `+`", "leave it out");
  if (at(Star) || at(Amp)) {
    return say(Code::ForeignOperator, here, "there is no prefix " + std::string(describe(kind_)),
               "there are no references and pointers; variables hold values");
  }
  if (at(Fn)) {
    return say(Code::ExpectedExpression, here, "a function without a name is a lambda",
               "write `x => …`, or `(a, b) => { … }`");
  }
  if (at(Let) || at(Var)) {
    if (previous() == If || previous() == While) {
      return say(Code::ExpectedExpression, here, "a condition has no pattern",
                 "take the value apart with `match`: `match option { Some(x) => …, None => … }`");
    }
    return say(Code::ExpectedExpression, here, std::string(describe(kind_)) + " is a statement, not a value",
               "put it on a line before, or in a block `{ … }`");
  }
  if (at(Identifier)) return say(Code::ExpectedExpression, here, "`_` is a pattern and has no value", "give it a name");
  if (at(Else))
    return say(Code::ExpectedExpression, here, "this `else` has no `if`", "`else` stands behind the `}` of an `if`");
  return false;
}

Expr* Parser::missing_expr() {
  const std::uint32_t first = prev_end_;
  if (at(Error)) {
    error(Code::ExpectedExpression, range(), {});  // silent: the lexer has said it
    advance();
    return error_expr(first);
  }
  if (!recovering_ && !reports_missing_operand()) {
    std::string after;
    if (pos_ > 0 && operator_of(previous()).level != kNone) after = " after " + std::string(describe(previous()));
    if (previous() == Equal) after = " after `=`";
    error(Code::ExpectedExpression, missing_place(), "expected an expression" + after + ", found " + found());
  }
  return error_expr(first);
}

}  // namespace noodle::syntax
