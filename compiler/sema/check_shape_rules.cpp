// What functions and operators of the library make of shapes, by the rule that `@shape` names at their declaration.

#include <algorithm>

#include "compiler/sema/check_body.h"
#include "compiler/sema/shape_rules.h"

namespace noodle::sema {

using source::Code;

std::optional<Lengths> BodyChecker::lengths_of(TypeId type) {
  const TypeId shape = types_.shape_of(infer_.zonk(type));
  if (!shape.valid() || types_.kind(shape) != TypeKind::Shape) return std::nullopt;
  const auto lengths = types_[shape].arguments;
  return Lengths(lengths.begin(), lengths.end());
}

/// The tensors among the arguments, and those in a list that is written.
std::vector<const Expr*> BodyChecker::operands_of(std::span<const ShapeArgument> arguments) {
  std::vector<const Expr*> operands;
  for (const ShapeArgument& argument : arguments) {
    if (types_.is_tensor(infer_.head(argument.value->type))) operands.push_back(argument.value);
    if (argument.value->kind != ExprKind::List) continue;
    for (const Expr* element : static_cast<const SequenceExpr*>(argument.value)->elements) {
      if (types_.is_tensor(infer_.head(element->type))) operands.push_back(element);
    }
  }
  return operands;
}

std::vector<std::optional<Lengths>> BodyChecker::lengths_of_all(std::span<const Expr* const> values) {
  std::vector<std::optional<Lengths>> all;
  for (const Expr* value : values) all.push_back(lengths_of(value));
  return all;
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

/// Along what is written, or else `along`; without either along all axes.
ShapeResult BodyChecker::reduced_shape(std::span<const ShapeArgument> arguments,
                                       std::optional<std::vector<std::int64_t>> along) {
  const auto from = lengths_of(arguments[0].value);
  if (!from) return {};
  const ShapeArgument* keeps = written(arguments, "keepdims");
  const syntax::Expr* flag = keeps == nullptr ? nullptr : without_parens(keeps->syntax);
  if (flag != nullptr && flag->kind != syntax::ExprKind::Bool) return {};
  const bool keeps_axes = flag != nullptr && static_cast<const syntax::BoolExpr*>(flag)->value;
  const ShapeArgument* axis = written(arguments, "axis");
  const ShapeArgument* axes = written(arguments, "axes");
  if (axis != nullptr) {
    const auto number = written_number(axis->syntax);
    if (!number) return {};
    along = {*number};
  } else if (axes != nullptr) {
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
  if (!from || ShapeRules(types_, infer_).has_rest(*from)) return {};
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
  if (rule == "lengths") return {written_lengths(written(arguments, "shape"), types_.any_length())};
  if (rule == "broadcast") return broadcast_shape(arguments);
  if (rule == "reduce") return reduced_shape(arguments, std::nullopt);
  if (rule == "norms") return reduced_shape(arguments, {{-2, -1}});
  if (rule == "index") return indexed_shape(arguments);
  if (rule == "concat" || rule == "stack") return joined_shape(arguments, rule == "stack");
  if (rule == "einsum") return equation_shape(arguments);
  if (rule.find("->") != std::string_view::npos) return pattern_shape(rule, arguments);
  if (rule.starts_with("window") || rule.starts_with("pool"))
    return windowed_shape(arguments, static_cast<std::size_t>(rule.back() - '0'), rule.starts_with("window"));
  const auto from = lengths_of(arguments[0].value);
  if (!from) {
    // Whatever it was: what it becomes may be written.
    if (rule != "reshape" && rule != "repeat") return {};
    return {written_lengths(written(arguments, "shape"), types_.any_length())};
  }
  if (rule == "same") return {from};
  if (rule == "transpose") return rules.transposed(*from);
  if (rule == "product" || rule == "dot") {
    const auto right = lengths_of(arguments[1].value);
    if (!right) return {};
    if (rule == "product") return rules.product(*from, *right);
    const auto axis = axis_of(arguments, -1);
    return axis ? rules.dotted(*from, *right, *axis) : ShapeResult{};
  }
  if (rule == "tensordot") return contracted_shape(*from, arguments);
  if (rule == "reshape" || rule == "repeat") {
    const bool repeats = rule == "repeat";
    const auto to = written_lengths(written(arguments, "shape"), repeats ? types_.any_length() : TypeId());
    if (!to) return {};
    ShapeResult result = repeats ? rules.broadcast(*from, *to) : rules.reshaped(*from, *to);
    if (repeats && result.lengths) result.lengths = to;
    return result;
  }
  if (rule == "tile") {
    const auto times = written_lengths(written(arguments, "repetitions"), types_.any_length());
    return times ? rules.tiled(*from, *times) : ShapeResult{};
  }
  if (rule == "permute" || rule == "squeeze") {
    const auto axes = written_numbers(written(arguments, "axes"));
    if (!axes) return {};
    return rule == "permute" ? rules.permuted(*from, *axes) : rules.squeezed(*from, *axes);
  }
  return axis_shape(rule, *from, arguments);
}

/// Where one axis is another one then, is gone, or new.
ShapeResult BodyChecker::axis_shape(std::string_view rule, const Lengths& from,
                                    std::span<const ShapeArgument> arguments) {
  ShapeRules rules(types_, infer_);
  const auto axis = axis_of(arguments, rule == "top_k" ? -1 : 0);
  if (!axis) return {};
  if (rule == "top_k")
    return rules.with_length(from, *axis, written_length(written(arguments, "k")->syntax, types_.any_length()));
  if (rule == "expand") return rules.expanded(from, *axis);
  if (rule == "pick") return rules.with_length(from, *axis, TypeId());
  if (rule == "take") {
    const auto indices = lengths_of(arguments[1].value);
    return indices && indices->size() == 1 ? rules.with_length(from, *axis, indices->front()) : ShapeResult{};
  }
  if (rule != "slice") return {};
  const ShapeArgument* step = written(arguments, "step");
  const std::int64_t size = static_cast<std::int64_t>(from.size());
  const bool plain = step == nullptr && *axis >= -size && *axis < size && !rules.has_rest(from);
  const TypeId length = plain ? written_count(without_parens(written(arguments, "indices")->syntax),
                                              from[static_cast<std::size_t>(*axis < 0 ? *axis + size : *axis)])
                              : types_.any_length();
  return rules.with_length(from, *axis, length);
}

/// The rule of the method that an operator means.
std::string_view BodyChecker::shape_rule(const FunctionRef& method) {
  if (!types_.known.tensor.valid()) return {};
  std::vector<TypeId> arguments;
  for (const TypeId argument : method.arguments) arguments.push_back(infer_.zonk(argument));
  const TraitRef trait{context_.function(method.function).trait, std::span(arguments).subspan(1)};
  const auto found = context_.find_impl(arguments[0], trait, scope_);
  if (!found || !found->impl.valid() || context_.impl(found->impl).methods.empty()) return {};
  return context_.function(context_.impl(found->impl).methods[0]).shape;
}

namespace {

/// A variable that is an operand several times is told of once.
void leave_one_of_each(std::vector<const Expr*>& values) {
  const auto local = [](const Expr* value) {
    return value->kind == ExprKind::Local ? std::optional(static_cast<const LocalExpr*>(value)->local.index)
                                          : std::nullopt;
  };
  std::vector<std::uint32_t> told;
  std::erase_if(values, [&](const Expr* value) {
    if (!local(value)) return false;
    const bool again = std::ranges::find(told, *local(value)) != told.end();
    told.push_back(*local(value));
    return again;
  });
}

}  // namespace

TypeId BodyChecker::shaped_result(std::string_view rule, TypeId result, std::span<const ShapeArgument> arguments,
                                  source::Span where, std::string_view what) {
  if (rule == "checked") {
    const auto lengths = written_lengths(written(arguments, "shape"), types_.any_length());
    if (!lengths) return result;
    const TypeData data = types_[infer_.zonk(result)];
    return types_.result(types_.with_shape(data.arguments[0], types_.shape(*lengths)), data.arguments[1]);
  }
  if (rule.empty() || arguments.empty()) return result;
  for (const ShapeArgument& argument : arguments) {
    if (is_error(argument.value->type)) return result;
  }
  ShapeResult found = apply_shape_rule(rule, arguments);
  if (found.lengths) return with_shape_inside(infer_.zonk(result), types_.shape(*found.lengths));
  if (found.problem.empty()) return result;
  std::vector<const Expr*> shaped = operands_of(arguments);
  if (found.between) shaped = {shaped[found.between->first], shaped[found.between->second]};
  std::erase_if(shaped, [&](const Expr* value) { return !lengths_of(value); });
  if (found.between && found.between->first == found.between->second) shaped.resize(1);
  if (shaped.size() > 2) leave_one_of_each(shaped);
  std::string shapes;
  for (const Expr* value : shaped)
    shapes += (shapes.empty() ? "`" : " and `") + text(types_.shape(*lengths_of(value))) + "`";
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
