// The printer's expressions.

#include <charconv>

#include "compiler/syntax/printer_core.h"

namespace noodle::syntax {

void Printer::optional(const Expr* expr) {
  text(" ");
  if (expr == nullptr) return text("_");
  this->expr(expr);
}

void Printer::exprs(List<Expr> exprs) {
  for (const Expr* one : exprs) optional(one);
}

void Printer::block(const BlockExpr& block) {
  open(block.tail != nullptr ? "block" : "unit-block");
  ++indent_;
  for (const Stmt* one : block.statements) {
    line();
    statement(one);
  }
  --indent_;
  close();
}

void Printer::string(std::string_view head, const StringExpr& string) {
  open(head);
  for (const StringPart& part : string.parts) {
    text(" ");
    if (part.expr == nullptr) {
      quoted(part.text);
      continue;
    }
    open("");
    expr(part.expr);
    if (part.format_range.end != 0) text(" :"), quoted(part.format);
    close();
  }
  close();
}

void Printer::lambda_params(std::span<const LambdaParam> params) {
  open("");
  for (const LambdaParam& param : params) {
    if (&param != params.data()) text(" ");
    pattern(param.pattern);
  }
  close();
}

void Printer::call(const CallExpr& call) {
  open("call ");
  expr(call.callee);
  for (const Argument& argument : call.arguments) {
    text(" ");
    label(argument.label);
    if (argument.is_mut) text("mut ");
    expr(argument.value);
  }
  if (call.block != nullptr) {
    text(" with ");
    lambda_params(call.block->params);
    text(" ");
    block(*call.block->body);
  }
  close();
}

void Printer::arms(std::span<const MatchArm> arms) {
  ++indent_;
  for (const MatchArm& arm : arms) {
    line();
    open("");
    pattern(arm.pattern);
    if (arm.guard != nullptr) text(" if"), optional(arm.guard);
    text(" => ");
    statement(arm.body);
    close();
  }
  --indent_;
}

void Printer::loop_head(std::string_view head, const Name& label) {
  open("");
  this->label(label);
  text(head);
}

void Printer::expr(const Expr* expr) {
  const auto number = [this](auto value) {
    char digits[40];
    const auto [end, status] = std::to_chars(digits, digits + sizeof digits, value);
    text({digits, static_cast<std::size_t>(end - digits)});
  };
  switch (expr->kind) {
    case ExprKind::Error: return text("<error>");
    case ExprKind::Int: {
      const auto& made = *static_cast<const IntExpr*>(expr);
      if (made.negative) text("-");
      number(made.magnitude);
      if (made.overflow) text("<overflow>");
      return;
    }
    case ExprKind::Float:
      open("float ");
      number(static_cast<const FloatExpr*>(expr)->value);
      return close();
    case ExprKind::String: return string("string", *static_cast<const StringExpr*>(expr));
    case ExprKind::Sql: return string("sql", *static_cast<const StringExpr*>(expr));
    case ExprKind::Bool: return text(static_cast<const BoolExpr*>(expr)->value ? "true" : "false");
    case ExprKind::Duration:
    case ExprKind::Size:
      open(expr->kind == ExprKind::Size ? "size " : "duration ");
      number(static_cast<const QuantityExpr*>(expr)->value);
      return close();
    case ExprKind::Unit: return text("()");
    case ExprKind::Name: return name(static_cast<const NameExpr*>(expr)->name);
    case ExprKind::Self: return text("self");
    case ExprKind::SelfType: return text("Self");
    case ExprKind::List:
      open("list");
      exprs(static_cast<const ListExpr*>(expr)->elements);
      return close();
    case ExprKind::Map:
      open("map");
      for (const MapEntry& entry : static_cast<const MapExpr*>(expr)->entries) {
        text(" (");
        this->expr(entry.key);
        optional(entry.value);
        close();
      }
      return close();
    case ExprKind::Tuple:
      open("tuple");
      exprs(static_cast<const TupleExpr*>(expr)->elements);
      return close();
    case ExprKind::Struct: {
      const auto& made = *static_cast<const StructExpr*>(expr);
      open("struct ");
      this->expr(made.type);
      for (const FieldInit& field : made.fields) {
        text(" ");
        label(field.name);
        this->expr(field.value);
      }
      return close();
    }
    case ExprKind::Paren:
      open("paren");
      optional(static_cast<const ParenExpr*>(expr)->inner);
      return close();
    case ExprKind::Unary: {
      const auto& made = *static_cast<const UnaryExpr*>(expr);
      constexpr std::string_view kOps[] = {"neg", "not", "await", "spawn"};
      open(kOps[static_cast<std::size_t>(made.op)]);
      optional(made.operand);
      return close();
    }
    case ExprKind::Binary: {
      const auto& made = *static_cast<const BinaryExpr*>(expr);
      open(spelling(made.op));
      optional(made.left);
      optional(made.right);
      return close();
    }
    case ExprKind::Range: {
      const auto& made = *static_cast<const RangeExpr*>(expr);
      open(made.inclusive ? "..=" : "..");
      optional(made.low);
      optional(made.high);
      return close();
    }
    case ExprKind::Try:
      open("try");
      optional(static_cast<const TryExpr*>(expr)->operand);
      return close();
    case ExprKind::Field: {
      const auto& made = *static_cast<const FieldExpr*>(expr);
      open(".");
      name(made.name);
      optional(made.base);
      return close();
    }
    case ExprKind::TupleField: {
      const auto& made = *static_cast<const TupleFieldExpr*>(expr);
      open(".");
      number(made.index);
      optional(made.base);
      return close();
    }
    case ExprKind::Index: {
      const auto& made = *static_cast<const IndexExpr*>(expr);
      open("index");
      optional(made.base);
      optional(made.index);
      return close();
    }
    case ExprKind::Call: return call(*static_cast<const CallExpr*>(expr));
    case ExprKind::TypeApply: {
      const auto& made = *static_cast<const TypeApplyExpr*>(expr);
      open("of");
      optional(made.base);
      types(made.arguments);
      return close();
    }
    case ExprKind::If: {
      const auto& made = *static_cast<const IfExpr*>(expr);
      open("if");
      optional(made.condition);
      text(" ");
      block(*made.then);
      if (made.otherwise != nullptr) {
        text(" else");
        optional(made.otherwise);
      }
      return close();
    }
    case ExprKind::Match: {
      const auto& made = *static_cast<const MatchExpr*>(expr);
      open(made.is_mut ? "match mut" : "match");
      optional(made.subject);
      arms(made.arms);
      return close();
    }
    case ExprKind::Select:
      open("select");
      arms(static_cast<const SelectExpr*>(expr)->arms);
      return close();
    case ExprKind::Block: return block(*static_cast<const BlockExpr*>(expr));
    case ExprKind::Lambda: {
      const auto& made = *static_cast<const LambdaExpr*>(expr);
      open("lambda ");
      lambda_params(made.params);
      optional(made.body);
      return close();
    }
    case ExprKind::Loop: {
      const auto& made = *static_cast<const LoopExpr*>(expr);
      loop_head("loop ", made.label);
      block(*made.body);
      return close();
    }
    case ExprKind::While: {
      const auto& made = *static_cast<const WhileExpr*>(expr);
      loop_head("while", made.label);
      optional(made.condition);
      text(" ");
      block(*made.body);
      return close();
    }
    case ExprKind::For: {
      const auto& made = *static_cast<const ForExpr*>(expr);
      loop_head(made.is_mut ? "for mut " : "for ", made.label);
      pattern(made.pattern);
      text(" in");
      optional(made.iterable);
      text(" ");
      block(*made.body);
      return close();
    }
    case ExprKind::Break:
    case ExprKind::Continue: {
      const auto& made = *static_cast<const JumpExpr*>(expr);
      open(expr->kind == ExprKind::Break ? "break" : "continue");
      if (made.label.symbol.valid()) text(" "), name(made.label);
      return close();
    }
    case ExprKind::Return: {
      const auto& made = *static_cast<const ReturnExpr*>(expr);
      open("return");
      if (made.value != nullptr) optional(made.value);
      return close();
    }
    case ExprKind::Async:
    case ExprKind::Scope:
    case ExprKind::Region:
    case ExprKind::Within: {
      const auto& made = *static_cast<const TaskExpr*>(expr);
      open(expr->kind == ExprKind::Async    ? "async"
           : expr->kind == ExprKind::Scope  ? "scope"
           : expr->kind == ExprKind::Region ? "region"
                                            : "within");
      if (made.limit != nullptr) optional(made.limit);
      optional(made.body);
      return close();
    }
  }
}

}  // namespace noodle::syntax
