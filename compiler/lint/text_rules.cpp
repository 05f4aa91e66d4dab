// Rules about how a statement or an expression is written.

#include <unordered_set>

#include "compiler/lint/rules.h"

namespace noodle::lint {

namespace {

using namespace syntax;

/// The operator of `place op= value` for one that has such a form; empty for others.
std::string_view compound(BinaryOp op) {
  switch (op) {
    case BinaryOp::Add: return "+=";
    case BinaryOp::Subtract: return "-=";
    case BinaryOp::Multiply: return "*=";
    case BinaryOp::Divide: return "/=";
    case BinaryOp::Remainder: return "%=";
    case BinaryOp::Power: return "**=";
    case BinaryOp::MatMul: return "@=";
    case BinaryOp::BitOr: return "|=";
    case BinaryOp::BitAnd: return "&=";
    case BinaryOp::BitXor: return "^=";
    case BinaryOp::ShiftLeft: return "<<=";
    case BinaryOp::ShiftRight: return ">>=";
    default: return "";
  }
}

class TextRules final : public Walker {
 public:
  explicit TextRules(const Module& module) : module_(module) {}

  void item(const Item& item) override {
    if (item.kind == ItemKind::Function) needless_return(static_cast<const FunctionItem&>(item));
    Walker::item(item);
  }

  void statement(const Stmt& statement) override {
    if (statement.kind == StmtKind::Expr) loose_.insert(static_cast<const ExprStmt&>(statement).expr);
    if (statement.kind == StmtKind::Let) loose_.insert(static_cast<const LetStmt&>(statement).value);
    if (statement.kind == StmtKind::Assign) assignment(static_cast<const AssignStmt&>(statement));
    Walker::statement(statement);
  }

  void expr(const Expr& expr) override {
    if (expr.kind == ExprKind::String) {
      for (const StringPart& part : static_cast<const StringExpr&>(expr).parts) needless_to_string(part);
    }
    if (expr.kind == ExprKind::Unary) negated_equality(static_cast<const UnaryExpr&>(expr));
    note_loose(expr);
    Walker::expr(expr);
  }

 private:
  /// Those of its parts that may be any operator without brackets around it.
  void note_loose(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::If: loose_.insert(static_cast<const IfExpr&>(expr).condition); return;
      case ExprKind::While: loose_.insert(static_cast<const WhileExpr&>(expr).condition); return;
      case ExprKind::Paren: loose_.insert(static_cast<const ParenExpr&>(expr).inner); return;
      case ExprKind::Return: loose_.insert(static_cast<const ReturnExpr&>(expr).value); return;
      case ExprKind::Call:
        for (const Argument& argument : static_cast<const CallExpr&>(expr).arguments) loose_.insert(argument.value);
        return;
      case ExprKind::Binary: {
        const auto& binary = static_cast<const BinaryExpr&>(expr);
        if (binary.op != BinaryOp::And && binary.op != BinaryOp::Or) return;
        loose_.insert(binary.left);
        loose_.insert(binary.right);
        return;
      }
      default: return;
    }
  }

  void needless_return(const FunctionItem& function) {
    if (function.body == nullptr || function.result == nullptr || function.body->statements.empty()) return;
    const Stmt& last = *function.body->statements.back();
    if (last.kind != StmtKind::Expr) return;
    const Expr& value = *static_cast<const ExprStmt&>(last).expr;
    if (value.kind != ExprKind::Return) return;
    const Expr* given = static_cast<const ReturnExpr&>(value).value;
    if (given == nullptr) return;
    module_.report(Code::NeedlessReturn, {value.range.begin, value.range.begin + 6}, "this `return` is not needed")
        .label("the last expression is the function's value")
        .suggest("leave it out", module_.span({value.range.begin, given->range.begin}), "");
  }

  void assignment(const AssignStmt& assignment) {
    if (assignment.op != AssignOp::Set || assignment.value->kind != ExprKind::Binary) return;
    const auto& value = *static_cast<const BinaryExpr*>(assignment.value);
    const std::string_view op = compound(value.op);
    if (op.empty() || !is_pure(module_, *assignment.place)) return;
    if (module_.shape(*assignment.place) != module_.shape(*value.left)) return;
    const std::string place = module_.text(assignment.place->range);
    if (value.op == BinaryOp::Add && value.right->kind == ExprKind::List) {
      const auto elements = static_cast<const ListExpr*>(value.right)->elements;
      if (elements.size() == 1) {
        module_.report(Code::CopyToPush, assignment.range, "a list is made anew to append one element")
            .suggest("append it", module_.span(assignment.range),
                     place + ".push(" + module_.text(elements[0]->range) + ")");
        return;
      }
    }
    module_.report(Code::CompoundAssignment, assignment.range, quoted(place) + " is repeated in its own assignment")
        .suggest("write `" + std::string(op) + "`", module_.span({assignment.op_range.begin, value.op_range.end}),
                 std::string(op));
  }

  void needless_to_string(const StringPart& part) {
    if (part.expr == nullptr || part.format_range.end != 0 || part.expr->kind != ExprKind::Call) return;
    const auto& call = *static_cast<const CallExpr*>(part.expr);
    if (!call.arguments.empty() || call.block != nullptr || call.callee->kind != ExprKind::Field) return;
    const auto& field = *static_cast<const FieldExpr*>(call.callee);
    if (module_.name(field.name) != "to_string") return;
    module_.report(Code::NeedlessToString, {field.name.range.begin, call.range.end}, "`to_string()` is not needed here")
        .label("braces show the value by it anyway")
        .suggest("leave it out", module_.span({field.base->range.end, call.range.end}), "");
  }

  void negated_equality(const UnaryExpr& negation) {
    if (negation.op != UnaryOp::Not || negation.operand->kind != ExprKind::Paren) return;
    const Expr& inner = bare(*negation.operand);
    if (inner.kind != ExprKind::Binary) return;
    const auto& compared = static_cast<const BinaryExpr&>(inner);
    if (compared.op != BinaryOp::Equal && compared.op != BinaryOp::NotEqual) return;
    const std::string op = compared.op == BinaryOp::Equal ? "!=" : "==";
    std::string made = module_.text(compared.left->range) + " " + op + " " + module_.text(compared.right->range);
    if (!loose_.contains(&negation)) made = "(" + made + ")";
    module_.report(Code::SimplerBool, negation.range, "a negated comparison can be written as one")
        .suggest("write `" + op + "`", module_.span(negation.range), made);
  }

  const Module& module_;
  std::unordered_set<const Expr*> loose_;
};

}  // namespace

void text_rules(const Module& module) { TextRules(module).file(*module.tree.tree); }

}  // namespace noodle::lint
