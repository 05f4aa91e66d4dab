// What functions and operators of the library make of shapes, by the rule that `@shape` names at their declaration.

#include <algorithm>

#include "compiler/sema/check_body.h"
#include "compiler/sema/shape_rules.h"

namespace noodle::sema {

using source::Code;

namespace {

const ShapeArgument* named(std::span<const ShapeArgument> arguments, std::string_view name) {
  const auto at = std::ranges::find(arguments, name, &ShapeArgument::name);
  return at == arguments.end() ? nullptr : &*at;
}

const syntax::Expr* without_parens(const syntax::Expr* expr) {
  while (expr != nullptr && expr->kind == syntax::ExprKind::Paren)
    expr = static_cast<const syntax::ParenExpr*>(expr)->inner;
  return expr;
}

}  // namespace

// ---- what is written

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

/// A length: a number, a name that stands for one, or a product of numbers; `any_length` for what is computed, and
/// `rest` for -1.
TypeId BodyChecker::written_length(const syntax::Expr* expr, TypeId rest) {
  expr = without_parens(expr);
  if (expr == nullptr) return types_.any_length();
  if (const auto number = written_number(expr)) {
    if (*number == -1) return rest;
    return *number < 0 ? types_.any_length() : types_.length(static_cast<std::uint64_t>(*number));
  }
  if (expr->kind == syntax::ExprKind::Binary) {
    const auto* binary = static_cast<const syntax::BinaryExpr*>(expr);
    const auto left = written_number(binary->left);
    const auto right = written_number(binary->right);
    std::int64_t product = 0;
    const bool known = binary->op == syntax::BinaryOp::Multiply && left && right && *left >= 0 && *right >= 0 &&
                       !__builtin_mul_overflow(*left, *right, &product);
    return known ? types_.length(static_cast<std::uint64_t>(product)) : types_.any_length();
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

// ---- rules

std::optional<Lengths> BodyChecker::lengths_of(const Expr* value) {
  const TypeId shape = types_.shape_of(infer_.zonk(value->type));
  if (!shape.valid() || types_.kind(shape) != TypeKind::Shape) return std::nullopt;
  const auto lengths = types_[shape].arguments;
  return Lengths(lengths.begin(), lengths.end());
}

/// In the order of the parameters.
std::vector<ShapeArgument> BodyChecker::shape_arguments(const syntax::CallExpr* call, const FunctionInfo& info,
                                                        std::span<const Arg> args, bool has_receiver) {
  // Those that are written follow the receiver, and defaults follow them.
  const std::size_t first = has_receiver ? 1 : 0;
  std::vector<ShapeArgument> all(info.params.size());
  for (std::size_t i = 0; i < args.size(); ++i) {
    const bool is_written = i >= first && i - first < call->arguments.size();
    const syntax::Expr* written = is_written ? call->arguments[i - first].value : nullptr;
    all[args[i].param] = {text(info.params[args[i].param].name), args[i].value, written};
  }
  return all;
}

ShapeResult BodyChecker::reduced_shape(std::span<const ShapeArgument> arguments) {
  const auto from = lengths_of(arguments[0].value);
  if (!from) return {};
  const ShapeArgument* keeps = named(arguments, "keepdims");
  const syntax::Expr* flag = keeps == nullptr ? nullptr : without_parens(keeps->syntax);
  if (flag != nullptr && flag->kind != syntax::ExprKind::Bool) return {};
  const bool keeps_axes = flag != nullptr && static_cast<const syntax::BoolExpr*>(flag)->value;
  const ShapeArgument* axis = named(arguments, "axis");
  const ShapeArgument* axes = named(arguments, "axes");
  std::optional<std::vector<std::int64_t>> along;
  if (axis != nullptr && axis->syntax != nullptr) {
    const auto number = written_number(axis->syntax);
    if (!number) return {};
    along = {*number};
  } else if (axes != nullptr && axes->syntax != nullptr) {
    along = written_numbers(axes);
    if (!along) return {};
    if (along->empty()) along = std::nullopt;
  }
  return ShapeRules(types_, infer_).reduced(*from, along, keeps_axes);
}

ShapeResult BodyChecker::broadcast_shape(std::span<const ShapeArgument> arguments) {
  ShapeResult result;
  for (const ShapeArgument& argument : arguments) {
    if (!types_.is_tensor(infer_.head(argument.value->type))) continue;
    const auto lengths = lengths_of(argument.value);
    if (!lengths) return {};
    result = result.lengths ? ShapeRules(types_, infer_).broadcast(*result.lengths, *lengths) : ShapeResult{lengths};
    if (!result.lengths) return result;
  }
  return result;
}

/// `a[0, .., 1..3]`: an `Int` takes its axis away, a range gives it another length.
ShapeResult BodyChecker::indexed_shape(std::span<const ShapeArgument> arguments) {
  const auto from = lengths_of(arguments[0].value);
  if (!from) return {};
  const syntax::Expr* key = arguments[1].syntax;
  std::vector<const syntax::Expr*> subscripts{key};
  if (key->kind == syntax::ExprKind::Tuple) {
    const auto elements = static_cast<const syntax::TupleExpr*>(key)->elements;
    subscripts.assign(elements.begin(), elements.end());
  } else if (types_.kind(infer_.head(arguments[1].value->type)) == TypeKind::Tuple) {
    return {};
  }
  if (subscripts.size() > from->size()) {
    return {{},
            std::to_string(subscripts.size()) + " subscripts for the axes of `" +
                ShapeRules(types_, infer_).text(*from) + "`"};
  }
  Lengths lengths;
  for (std::size_t i = 0; i < from->size(); ++i) {
    const TypeId axis = (*from)[i];
    if (i >= subscripts.size()) {
      lengths.push_back(axis);
    } else if (without_parens(subscripts[i])->kind == syntax::ExprKind::Range) {
      lengths.push_back(written_count(without_parens(subscripts[i]), axis));
    } else if (key->kind != syntax::ExprKind::Tuple &&
               types_.nominal_of(infer_.head(arguments[1].value->type)) == types_.known.range) {
      lengths.push_back(types_.any_length());
    } else if (key->kind == syntax::ExprKind::Tuple && !is_written_index(arguments[1].value, i)) {
      lengths.push_back(types_.any_length());
    } else if (const auto number = written_number(subscripts[i]);
               number && infer_.head_kind(axis) == TypeKind::Length && *number >= 0 &&
               static_cast<std::uint64_t>(*number) >= types_[infer_.head(axis)].mut_mask) {
      return {{},
              "axis " + std::to_string(i) + " of `" + ShapeRules(types_, infer_).text(*from) + "` has no index " +
                  std::to_string(*number)};
    }
  }
  return {std::move(lengths)};
}

/// Whether a subscript of several is an `Int`, and no range.
bool BodyChecker::is_written_index(const Expr* key, std::size_t subscript) {
  const TypeData data = types_[infer_.head(key->type)];
  return data.kind != TypeKind::Tuple || subscript >= data.arguments.size() ||
         types_.nominal_of(infer_.head(data.arguments[subscript])) != types_.known.range;
}

ShapeResult BodyChecker::apply_shape_rule(std::string_view rule, std::span<const ShapeArgument> arguments) {
  ShapeRules rules(types_, infer_);
  if (rule == "lengths") return {written_lengths(named(arguments, "shape"), types_.any_length())};
  if (rule == "broadcast") return broadcast_shape(arguments);
  if (rule == "reduce") return reduced_shape(arguments);
  if (rule == "index") return indexed_shape(arguments);
  const auto from = lengths_of(arguments[0].value);
  if (!from) {
    // Whatever it was: what it becomes may be written.
    if (rule != "reshape" && rule != "repeat") return {};
    return {written_lengths(named(arguments, "shape"), types_.any_length())};
  }
  if (rule == "same") return {from};
  if (rule == "transpose") return rules.transposed(*from);
  if (rule == "product") {
    const auto right = lengths_of(arguments[1].value);
    return right ? rules.product(*from, *right) : ShapeResult{};
  }
  if (rule == "reshape") {
    const auto to = written_lengths(named(arguments, "shape"), TypeId());
    return to ? rules.reshaped(*from, *to) : ShapeResult{};
  }
  if (rule == "repeat") {
    const auto to = written_lengths(named(arguments, "shape"), types_.any_length());
    if (!to) return {};
    ShapeResult result = rules.broadcast(*from, *to);
    if (result.lengths) result.lengths = to;
    return result;
  }
  if (rule == "permute") {
    const auto axes = written_numbers(named(arguments, "axes"));
    return axes ? rules.permuted(*from, *axes) : ShapeResult{};
  }
  if (rule == "squeeze") {
    const auto axes = written_numbers(named(arguments, "axes"));
    return axes ? rules.squeezed(*from, *axes) : ShapeResult{};
  }
  const ShapeArgument* given = named(arguments, "axis");
  const auto axis =
      given == nullptr || given->syntax == nullptr ? std::optional<std::int64_t>(0) : written_number(given->syntax);
  if (!axis) return {};
  if (rule == "expand") return rules.expanded(*from, *axis);
  if (rule == "pick") return rules.with_length(*from, *axis, TypeId());
  if (rule == "slice") {
    const ShapeArgument* step = named(arguments, "step");
    const std::int64_t size = static_cast<std::int64_t>(from->size());
    const bool plain = (step == nullptr || step->syntax == nullptr) && *axis >= -size && *axis < size;
    const TypeId length = plain ? written_count(without_parens(named(arguments, "indices")->syntax),
                                                (*from)[static_cast<std::size_t>(*axis < 0 ? *axis + size : *axis)])
                                : types_.any_length();
    return rules.with_length(*from, *axis, length);
  }
  return {};
}

std::string_view BodyChecker::shape_rule(const FunctionRef& method) {
  if (!types_.known.tensor.valid()) return {};
  std::vector<TypeId> arguments;
  for (const TypeId argument : method.arguments) arguments.push_back(infer_.zonk(argument));
  const TraitRef trait{context_.function(method.function).trait, std::span(arguments).subspan(1)};
  const auto found = context_.find_impl(arguments[0], trait, scope_);
  if (!found || !found->impl.valid() || context_.impl(found->impl).methods.empty()) return {};
  return context_.function(context_.impl(found->impl).methods[0]).shape;
}

TypeId BodyChecker::shaped_result(std::string_view rule, TypeId result, std::span<const ShapeArgument> arguments,
                                  source::Span where, std::string_view what) {
  if (rule == "checked") {
    const auto lengths = written_lengths(named(arguments, "shape"), types_.any_length());
    if (!lengths) return result;
    const TypeData data = types_[infer_.zonk(result)];
    return types_.result(types_.with_shape(data.arguments[0], types_.shape(*lengths)), data.arguments[1]);
  }
  if (rule.empty() || !types_.is_tensor(infer_.head(result)) || arguments.empty()) return result;
  for (const ShapeArgument& argument : arguments) {
    if (is_error(argument.value->type)) return result;
  }
  ShapeResult found = apply_shape_rule(rule, arguments);
  if (found.lengths) return types_.with_shape(infer_.zonk(result), types_.shape(*found.lengths));
  if (found.problem.empty()) return result;
  std::vector<const Expr*> shaped;
  std::string shapes;
  for (const ShapeArgument& argument : arguments) {
    const auto lengths = lengths_of(argument.value);
    if (!lengths) continue;
    shaped.push_back(argument.value);
    shapes += (shapes.empty() ? "`" : " and `") + text(types_.shape(*lengths)) + "`";
  }
  source::Diagnostic& problem =
      report(Code::ShapeMismatch, where,
             shaped.size() > 1 ? shapes + " don't go together in " + std::string(what)
                               : std::string(what) + " does not work on a tensor of the shape " + shapes);
  problem.label(found.problem);
  for (const Expr* value : shaped) note_origin(problem, value);
  const source::Span right = shaped.back()->span;
  if (found.transposes)
    problem.suggest("transpose the right", {right.file, right.end, right.end}, ".matrix_transpose()");
  if (!found.help.empty()) problem.help(found.help);
  return error_type();
}

}  // namespace noodle::sema
