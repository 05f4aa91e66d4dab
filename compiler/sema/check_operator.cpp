// Operators: arithmetic, comparison, logic, and the traits behind them for other types.

#include <ranges>

#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;
using syntax::BinaryOp;

namespace {

bool integers_only(BinaryOp op) {
  switch (op) {
    case BinaryOp::BitOr:
    case BinaryOp::BitXor:
    case BinaryOp::BitAnd:
    case BinaryOp::ShiftLeft:
    case BinaryOp::ShiftRight:
    case BinaryOp::AddWrap:
    case BinaryOp::SubtractWrap:
    case BinaryOp::MultiplyWrap: return true;
    default: return false;
  }
}

std::string quoted(BinaryOp op) { return "`" + std::string(syntax::spelling(op)) + "`"; }

}  // namespace

Expr* BodyChecker::check_unary(const syntax::UnaryExpr* expr, TypeId want) {
  source::Span where = span(expr);
  if (expr->op == syntax::UnaryOp::Await) return check_await(expr);
  if (expr->op == syntax::UnaryOp::Spawn) {
    not_in_build(span(expr->op_range), "spawn");
    return error_expr(where);
  }
  if (expr->op == syntax::UnaryOp::Not) {
    Because because{span(expr->op_range), "`!` turns a `Bool` around"};
    Expr* operand = check_as(expr->operand, primitive(TypeKind::Bool), &because);
    auto* node = make<UnaryExpr>(ExprKind::Unary, primitive(TypeKind::Bool), where);
    node->op = UnaryOp::Not;
    node->operand = operand;
    return node;
  }
  bool number_wanted = false;
  bool floating = false;
  if (want.valid()) number_wanted = is_number_type(want, floating);
  Expr* operand = check(expr->operand, {.type = number_wanted ? want : TypeId()});
  if (is_never(operand->type)) return operand;
  if (!infer_.is_literal(operand->type) && !known(operand, "negate it")) return error_expr(where);
  if (!is_number_type(operand->type, floating)) {
    if (Expr* negated = negate(operand, span(expr->op_range), where)) return negated;
    report(Code::BadOperand, span(expr->op_range), "`-` does not work on `" + text(operand->type) + "`")
        .note(operand->span, "this is " + a_type(operand->type));
    return error_expr(where);
  }
  auto* node = make<UnaryExpr>(ExprKind::Unary, operand->type, where);
  node->op = UnaryOp::Negate;
  node->operand = operand;
  return node;
}

/// `-x` of a type that has the trait for it; null for others.
Expr* BodyChecker::negate(Expr* operand, source::Span op_span, source::Span where) {
  const TraitId trait = types_.known.negate;
  if (!trait.valid() || context_.trait(trait).methods.empty()) return nullptr;
  const TypeId type = infer_.zonk(operand->type);
  const std::vector<std::vector<TypeId>> candidates = open_arguments_of(trait, type);
  if (candidates.empty() || candidates[0].empty()) return nullptr;
  const FunctionRef ref = make_ref(context_.trait(trait).methods[0], std::vector<TypeId>{type, candidates[0][0]});
  const TypeId result =
      shaped_result(shape_rule(ref), candidates[0][0], {{{"self", operand}}}, op_span, quoted(BinaryOp::Subtract));
  if (is_error(result)) return error_expr(where);
  return call_expr(ref, result, {{0, false, operand}}, where);
}

Expr* BodyChecker::check_binary(const syntax::BinaryExpr* expr, TypeId want) {
  switch (expr->op) {
    case BinaryOp::Coalesce: return check_coalesce(expr, want);
    case BinaryOp::Or:
    case BinaryOp::And: return check_logic(expr);
    case BinaryOp::Equal:
    case BinaryOp::NotEqual: return check_equality(expr);
    case BinaryOp::Less:
    case BinaryOp::LessEqual:
    case BinaryOp::Greater:
    case BinaryOp::GreaterEqual: return check_comparison(expr);
    default: return check_arithmetic(expr);
  }
}

Expr* BodyChecker::check_logic(const syntax::BinaryExpr* expr) {
  TypeId boolean = primitive(TypeKind::Bool);
  Because because{span(expr->op_range), quoted(expr->op) + " joins two `Bool`"};
  Expr* left = check_as(expr->left, boolean, &because);
  Expr* right = check_as(expr->right, boolean, &because);
  auto* node = make<LogicExpr>(expr->op == BinaryOp::And ? ExprKind::And : ExprKind::Or, boolean, span(expr));
  node->left = left;
  node->right = right;
  return node;
}

Expr* BodyChecker::never_after(Expr* left, Expr* right, source::Span where) {
  auto* node = make<BlockExpr>(ExprKind::Block, never(), where);
  std::vector<Expr*> statements{left};
  if (!is_never(left->type)) statements.push_back(right);
  node->statements = keep(statements);
  return node;
}

Expr* BodyChecker::check_comparison(const syntax::BinaryExpr* expr) {
  Expr* left = check(expr->left);
  Because because{left->span,
                  "both sides of " + quoted(expr->op) + " have one type; this one is `" + text(left->type) + "`"};
  Expr* right = check_as(expr->right, left->type, &because);
  if (is_never(left->type) || is_never(right->type)) return never_after(left, right, span(expr));
  if (!is_error(left->type) && !is_error(right->type)) orders_.push_back({left->type, left->span, ""});
  auto* node = make<CompareExpr>(ExprKind::Compare, primitive(TypeKind::Bool), span(expr));
  node->op = expr->op;
  node->left = left;
  node->right = right;
  return node;
}

Expr* BodyChecker::check_equality(const syntax::BinaryExpr* expr) {
  Expr* left = check(expr->left);
  Because because{left->span,
                  "both sides of " + quoted(expr->op) + " have one type; this one is `" + text(left->type) + "`"};
  const TypeId type = has_shape(left->type) ? types_.without_shapes(infer_.zonk(left->type)) : left->type;
  Expr* right = check_as(expr->right, type, &because);
  if (is_never(left->type) || is_never(right->type)) return never_after(left, right, span(expr));
  if (!is_error(left->type) && !is_error(right->type)) equalities_.push_back({left->type, span(expr), ""});
  auto* node = make<EqualExpr>(ExprKind::Equal, primitive(TypeKind::Bool), span(expr));
  node->negated = expr->op == BinaryOp::NotEqual;
  node->left = left;
  node->right = right;
  return node;
}

bool BodyChecker::is_ordered(TypeId type) {
  TypeData data = types_[infer_.head(type)];
  bool floating = false;
  if (data.kind == TypeKind::String || is_number_type(type, floating)) return true;
  if (data.kind == TypeKind::Tuple) {
    for (TypeId part : data.arguments) {
      if (!is_ordered(part)) return false;
    }
    return true;
  }
  if (!types_.known.ordered.valid()) return false;
  return context_.satisfies(infer_.zonk(type), {types_.known.ordered, {}}, scope_) != Fits::No;
}

// ---- arithmetic

Expr* BodyChecker::check_arithmetic(const syntax::BinaryExpr* expr) {
  Expr* left = check(expr->left);
  bool floating = false;
  TypeId hint;
  if (is_number_type(left->type, floating)) {
    // A literal on the right takes the type on the left at once.
    syntax::ExprKind kind = expr->right->kind;
    if (kind == syntax::ExprKind::Int || kind == syntax::ExprKind::Float) hint = left->type;
  }
  Expr* right = check(expr->right, {.type = hint});
  return binary_on(expr->op, span(expr->op_range), left, right, span(expr));
}

TraitId BodyChecker::operator_trait(BinaryOp op) const {
  switch (op) {
    case BinaryOp::Add: return types_.known.add;
    case BinaryOp::Subtract: return types_.known.subtract;
    case BinaryOp::Multiply: return types_.known.multiply;
    case BinaryOp::Divide: return types_.known.divide;
    case BinaryOp::MatMul: return types_.known.matmul;
    default: return {};
  }
}

std::vector<std::vector<TypeId>> BodyChecker::arguments_of(TraitId trait, TypeId type) {
  std::vector<std::vector<TypeId>> found;
  for (const TraitRef& bound : context_.bounds_of(type, trait, scope_)) {
    found.emplace_back(bound.arguments.begin(), bound.arguments.end());
  }
  for (ImplMatch& match : context_.impls(type, trait, scope_)) found.push_back(std::move(match.trait_arguments));
  return found;
}

std::vector<std::vector<TypeId>> BodyChecker::open_arguments_of(TraitId trait, TypeId type) {
  std::vector<std::vector<TypeId>> found = arguments_of(trait, type);
  for (TypeId& argument : found | std::views::join) {
    if (types_.kind(argument) == TypeKind::Error) argument = infer_.fresh();
  }
  return found;
}

bool BodyChecker::operator_impl(TraitId trait, TypeId left, TypeId right, FunctionRef& out, TypeId& result) {
  if (!trait.valid()) return false;
  left = infer_.zonk(left);
  const std::vector<std::vector<TypeId>> candidates = open_arguments_of(trait, left);
  TypeId usual = infer_.is_literal(right)
                     ? primitive(infer_.variable_kind(right) == VariableKind::Integer ? TypeKind::I64 : TypeKind::F64)
                     : TypeId();
  const std::vector<TypeId>* chosen = nullptr;
  for (const std::vector<TypeId>& arguments : candidates) {
    if (arguments.size() < 2) continue;
    if (!infer_.could_unify(arguments[0], right)) continue;
    if (chosen == nullptr || infer_.head(arguments[0]) == usual) chosen = &arguments;
  }
  if (chosen == nullptr || context_.trait(trait).methods.empty()) return false;
  infer_.unify((*chosen)[0], right);
  result = (*chosen)[1];
  std::vector<TypeId> arguments{left, (*chosen)[0], (*chosen)[1]};
  out = make_ref(context_.trait(trait).methods[0], arguments);
  return true;
}

/// A literal on the left takes its usual type, or else another number's, with which the operator works on what is on
/// the right.
bool BodyChecker::operator_on_literal(TraitId trait, Expr* left, TypeId right, FunctionRef& out, TypeId& result) {
  const bool is_whole = infer_.variable_kind(left->type) == VariableKind::Integer;
  std::vector<TypeKind> kinds{is_whole ? TypeKind::I64 : TypeKind::F64};
  for (auto kind = is_whole ? TypeKind::I8 : TypeKind::F16; kind <= TypeKind::F64;
       kind = static_cast<TypeKind>(static_cast<int>(kind) + 1)) {
    kinds.push_back(kind);
  }
  for (const TypeKind kind : kinds) {
    if (!operator_impl(trait, primitive(kind), right, out, result)) continue;
    infer_.unify(left->type, primitive(kind));
    return true;
  }
  return false;
}

void BodyChecker::bad_operand(BinaryOp op, source::Span op_span, Expr* left, Expr* right) {
  if (context_.has_broken_impl(infer_.head(left->type))) {
    failed_ = true;
    return;
  }
  std::string left_text = text(left->type);
  std::string right_text = text(right->type);
  TypeId left_type = infer_.head(left->type);
  source::Diagnostic& problem =
      report(Code::BadOperand, op_span, quoted(op) + " does not work on `" + left_text + "` and `" + right_text + "`");
  problem.note(left->span, "this is " + a_type(left->type)).note(right->span, "this is " + a_type(right->type));
  if (types_.is_option(left_type) || types_.is_result(left_type)) {
    problem.help("take the value out first, with `?`, `??` or `match`");
  } else if (left_text.starts_with("Task<") || right_text.starts_with("Task<")) {
    problem.help("wait for the task's result first: `await task`");
  } else if (types_.kind(left_type) == TypeKind::String && op == BinaryOp::Multiply) {
    problem.help("repeat a text with `text.repeat(3)`");
  } else if (types_.kind(left_type) == TypeKind::String || infer_.head_kind(right->type) == TypeKind::String) {
    problem.help("put values into a text with `\"{value}\"`");
  } else if (types_.kind(left_type) == TypeKind::Bool) {
    problem.help("conditions are joined with `&&` and `||`");
  } else if (types_.kind(left_type) == TypeKind::Param) {
    problem.help("give the type parameter a bound, such as `" + left_text + ": Number`");
  } else if (TraitId trait = operator_trait(op);
             trait.valid() && (context_.is_users(left_type) || context_.is_users(infer_.head(right->type)))) {
    problem.help("implement `" + std::string(text(context_.trait(trait).name)) + "<" + right_text + ", …>` for `" +
                 left_text + "`");
  }
}

Expr* BodyChecker::binary_on(BinaryOp op, source::Span op_span, Expr* left, Expr* right, source::Span where) {
  if (is_error(left->type) || is_error(right->type)) return error_expr(where);
  if (is_never(left->type) || is_never(right->type)) return never_after(left, right, where);
  bool left_floating = false;
  bool right_floating = false;
  if (!infer_.is_literal(left->type) && !infer_.is_literal(right->type) &&
      structure(left->type) == structure(right->type) && infer_.head_kind(left->type) == TypeKind::Infer &&
      !known(left, "calculate with it")) {
    return error_expr(where);
  }
  bool left_number = is_number_type(left->type, left_floating);
  bool right_number = is_number_type(right->type, right_floating);
  if (!left_number && infer_.is_variable(left->type) && right_number) {
    infer_.unify(left->type, right->type);
    left_number = true;
  }
  if (!right_number && infer_.is_variable(right->type) && left_number) {
    infer_.unify(right->type, left->type);
    right_number = true;
  }
  if (left_number && right_number && op != BinaryOp::MatMul) {
    if (!infer_.unify(left->type, right->type)) {
      FunctionRef ref;
      TypeId result;
      if (operator_impl(operator_trait(op), left->type, right->type, ref, result)) {
        return call_expr(ref, result, {{0, false, left}, {1, false, right}}, where);
      }
      Because because{left->span,
                      "both sides of " + quoted(op) + " have one type; this one is `" + text(left->type) + "`"};
      mismatch(right, left->type, &because);
      return error_expr(where);
    }
    if (integers_only(op)) {
      const char* name = op == BinaryOp::BitOr          ? "|"
                         : op == BinaryOp::BitXor       ? "^"
                         : op == BinaryOp::BitAnd       ? "&"
                         : op == BinaryOp::ShiftLeft    ? "<<"
                         : op == BinaryOp::ShiftRight   ? ">>"
                         : op == BinaryOp::AddWrap      ? "+%"
                         : op == BinaryOp::MultiplyWrap ? "*%"
                                                        : "-%";
      integers_.push_back({left->type, op_span, name});
    }
    auto* node = make<BinaryExpr>(ExprKind::Binary, left->type, where);
    node->op = op;
    node->op_span = op_span;
    node->left = left;
    node->right = right;
    return node;
  }
  FunctionRef ref;
  TypeId result;
  const bool on_literal =
      infer_.is_literal(left->type) && operator_on_literal(operator_trait(op), left, right->type, ref, result);
  if (!on_literal && !known(left, "calculate with it")) return error_expr(where);
  if (on_literal || operator_impl(operator_trait(op), left->type, right->type, ref, result)) {
    result = shaped_result(shape_rule(ref), result, {{{"left", left}, {"right", right}}}, op_span, quoted(op));
    if (is_error(result)) return error_expr(where);
    return call_expr(ref, result, {{0, false, left}, {1, false, right}}, where);
  }
  bad_operand(op, op_span, left, right);
  return error_expr(where);
}

}  // namespace noodle::sema
