// What is written where a rule for shapes looks: numbers, lengths, and lists of them.

#include <algorithm>

#include "compiler/sema/check_body.h"
#include "compiler/sema/shape_rules.h"

namespace noodle::sema {

const syntax::Expr* without_parens(const syntax::Expr* expr) {
  while (expr != nullptr && expr->kind == syntax::ExprKind::Paren)
    expr = static_cast<const syntax::ParenExpr*>(expr)->inner;
  return expr;
}

const ShapeArgument* written(std::span<const ShapeArgument> arguments, std::string_view name) {
  const auto at = std::ranges::find(arguments, name, &ShapeArgument::name);
  return at == arguments.end() || at->syntax == nullptr ? nullptr : &*at;
}

/// A whole number that is written, or a constant.
std::optional<std::int64_t> BodyChecker::written_number(const syntax::Expr* expr) {
  expr = without_parens(expr);
  if (expr == nullptr) return std::nullopt;
  if (expr->kind == syntax::ExprKind::Int) {
    const auto* literal = static_cast<const syntax::IntExpr*>(expr);
    if (literal->overflow || literal->magnitude > INT64_MAX) return std::nullopt;
    const auto number = static_cast<std::int64_t>(literal->magnitude);
    return literal->negative ? -number : number;
  }
  if (expr->kind != syntax::ExprKind::Name) return std::nullopt;
  const Symbol name = static_cast<const syntax::NameExpr*>(expr)->name.symbol;
  if (!name.valid() || find_local(name) != nullptr) return std::nullopt;
  const Entity entity = context_.lookup_value(scope_, name);
  if (entity.kind != Entity::Kind::Const) return std::nullopt;
  const ConstValue* value = context_.constant_value(entity.constant());
  if (value == nullptr || value->kind != ConstValue::Kind::Int) return std::nullopt;
  return static_cast<std::int64_t>(value->bits);
}

/// A length: a number, a name that stands for one, or what is computed of these; `rest` for -1, else `any_length`.
TypeId BodyChecker::written_length(const syntax::Expr* expr, TypeId rest) {
  expr = without_parens(expr);
  if (expr == nullptr) return types_.any_length();
  if (const auto number = written_number(expr)) {
    if (*number == -1) return rest;
    return *number < 0 ? types_.any_length() : types_.length(static_cast<std::uint64_t>(*number));
  }
  if (expr->kind == syntax::ExprKind::Binary) {
    const auto* binary = static_cast<const syntax::BinaryExpr*>(expr);
    const bool is_product = binary->op == syntax::BinaryOp::Multiply;
    if (!is_product && binary->op != syntax::BinaryOp::Add && binary->op != syntax::BinaryOp::Subtract)
      return types_.any_length();
    const TypeId left = written_length(binary->left, types_.any_length());
    const TypeId right = written_length(binary->right, types_.any_length());
    const TypeId both[] = {left, binary->op == syntax::BinaryOp::Subtract ? types_.product(-1, {&right, 1}) : right};
    const TypeId length = is_product ? types_.product(1, both) : types_.sum(both);
    const bool is_negative =
        types_.kind(length) == TypeKind::Length && static_cast<std::int64_t>(types_[length].mut_mask) < 0;
    return is_negative ? types_.any_length() : length;
  }
  if (expr->kind != syntax::ExprKind::Name) return types_.any_length();
  const Binding* binding = find_local(static_cast<const syntax::NameExpr*>(expr)->name.symbol);
  if (binding == nullptr || binding->axis == Binding::kNoAxis) return types_.any_length();
  for (const NamedLength& length : lengths_) {
    if (length.value.sequence == binding->sequence && length.value.frame != nullptr) return infer_.head(length.type);
  }
  return types_.any_length();
}

std::optional<Lengths> BodyChecker::written_lengths(const ShapeArgument* argument, TypeId rest) {
  const syntax::Expr* expr = argument == nullptr ? nullptr : without_parens(argument->syntax);
  if (expr == nullptr || expr->kind != syntax::ExprKind::List) return std::nullopt;
  Lengths lengths;
  for (const syntax::Expr* element : static_cast<const syntax::ListExpr*>(expr)->elements) {
    lengths.push_back(written_length(element, rest));
  }
  return lengths;
}

std::optional<std::vector<std::int64_t>> BodyChecker::written_numbers(const ShapeArgument* argument) {
  const syntax::Expr* expr = argument == nullptr ? nullptr : without_parens(argument->syntax);
  if (expr == nullptr || expr->kind != syntax::ExprKind::List) return std::nullopt;
  std::vector<std::int64_t> numbers;
  for (const syntax::Expr* element : static_cast<const syntax::ListExpr*>(expr)->elements) {
    const auto number = written_number(element);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::optional<std::int64_t> BodyChecker::axis_of(std::span<const ShapeArgument> arguments,
                                                 std::int64_t unless_written) {
  const ShapeArgument* axis = written(arguments, "axis");
  return axis == nullptr ? std::optional(unless_written) : written_number(axis->syntax);
}

/// How many indices a range has, in an axis of this length, where that is known.
TypeId BodyChecker::written_count(const syntax::Expr* expr, TypeId axis) {
  if (expr == nullptr || expr->kind != syntax::ExprKind::Range) return types_.any_length();
  const auto* range = static_cast<const syntax::RangeExpr*>(expr);
  const std::optional<std::int64_t> low =
      range->low == nullptr ? std::optional<std::int64_t>(0) : written_number(range->low);
  if (range->high == nullptr && low == 0) return axis;
  std::optional<std::int64_t> high;
  if (range->high != nullptr) {
    high = written_number(range->high);
  } else if (infer_.head_kind(axis) == TypeKind::Length) {
    high = static_cast<std::int64_t>(types_[infer_.head(axis)].mut_mask);
  }
  if (!low || !high || *low < 0 || *high < *low) return types_.any_length();
  const bool more = range->high != nullptr && range->inclusive && *high < INT64_MAX;
  return types_.length(static_cast<std::uint64_t>(*high - *low + (more ? 1 : 0)));
}

}  // namespace noodle::sema
