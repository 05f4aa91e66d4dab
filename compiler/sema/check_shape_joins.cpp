// What functions of the library make of several shapes: lists of tensors, windows, equations and patterns.

#include <algorithm>

#include "compiler/sema/check_body.h"
#include "compiler/sema/shape_rules.h"

namespace noodle::sema {

/// A type with the shape in place of that of each tensor in it.
TypeId BodyChecker::with_shape_inside(TypeId type, TypeId shape) {
  if (types_.is_tensor(type)) return types_.with_shape(type, shape);
  const TypeData data = types_[type];
  if (data.kind != TypeKind::Tuple && data.kind != TypeKind::List && !types_.is_result(type)) return type;
  std::vector<TypeId> parts;
  for (const TypeId part : data.arguments) parts.push_back(with_shape_inside(part, shape));
  return types_.with_arguments(type, parts);
}

ShapeResult BodyChecker::joined_shape(std::span<const ShapeArgument> arguments, bool stacks) {
  const Expr* list = arguments[0].value;
  const auto axis = axis_of(arguments, 0);
  if (!axis) return {};
  const bool listed = list->kind == ExprKind::List;
  std::vector<std::optional<Lengths>> parts;
  if (listed) {
    parts = lengths_of_all(static_cast<const SequenceExpr*>(list)->elements);
  } else if (types_.kind(infer_.head(list->type)) == TypeKind::List) {
    parts.push_back(lengths_of(types_[infer_.head(list->type)].arguments[0]));
  }
  ShapeRules rules(types_, infer_);
  return stacks ? rules.stacked(parts, *axis, listed) : rules.concatenated(parts, *axis, listed);
}

/// `x` is `[images, channels, …]`, and so are the weights of a convolution, `[planes, channels of a group, …]`.
ShapeResult BodyChecker::windowed_shape(std::span<const ShapeArgument> arguments, std::size_t axes, bool convolves) {
  ShapeRules rules(types_, infer_);
  const auto x = lengths_of(arguments[0].value);
  const auto weights = convolves ? lengths_of(arguments[1].value) : std::nullopt;
  if (!x || rules.has_rest(*x) || (weights && rules.has_rest(*weights))) return {};
  for (const auto& operand : {x, weights}) {
    if (operand && operand->size() != axes + 2)
      return {{},
              "`" + rules.text(*operand) + "` has " + std::to_string(operand->size()) + " axes, not " +
                  std::to_string(axes + 2)};
  }
  const ShapeArgument* groups = written(arguments, "groups");
  const auto parts = groups == nullptr ? std::optional<std::int64_t>(1) : written_number(groups->syntax);
  if (weights && parts) {
    const TypeId channels = types_.product(*parts, {&(*weights)[1], 1});
    if (!rules.agree((*x)[1], channels)) {
      return {{}, "the first has " + text((*x)[1]) + " channels, and the weights are for " + text(channels)};
    }
  }
  // One number for all axes, or one for each.
  const auto each = [&](const char* name, std::size_t axis, std::int64_t otherwise) -> std::optional<std::int64_t> {
    const ShapeArgument* argument = written(arguments, name);
    if (argument == nullptr) return otherwise;
    const auto numbers = written_numbers(argument);
    if (!numbers || (numbers->size() != 1 && numbers->size() != axes)) return std::nullopt;
    return (*numbers)[numbers->size() == 1 ? 0 : axis];
  };
  std::vector<Window> windows;
  for (std::size_t i = 0; i < axes; ++i) {
    Window window{types_.any_length(), each("stride", i, 1), each("padding", i, 0), each("dilation", i, 1)};
    if (weights) window.length = (*weights)[i + 2];
    if (!convolves) {
      const auto length = each("window", i, 0);
      if (length && *length > 0) window.length = types_.length(static_cast<std::uint64_t>(*length));
      if (written(arguments, "stride") == nullptr) window.stride = length;
    }
    windows.push_back(window);
  }
  ShapeResult result = rules.windowed(*x, windows);
  if (convolves && result.lengths) (*result.lengths)[1] = weights ? weights->front() : types_.any_length();
  return result;
}

/// The equation of `einsum`, when it and its operands are written.
ShapeResult BodyChecker::equation_shape(std::span<const ShapeArgument> arguments) {
  const syntax::Expr* equation = without_parens(arguments[0].syntax);
  const Expr* list = arguments[1].value;
  if (equation == nullptr || equation->kind != syntax::ExprKind::String || list->kind != ExprKind::List) return {};
  const auto parts = static_cast<const syntax::StringExpr*>(equation)->parts;
  if (parts.size() != 1 || parts[0].expr != nullptr) return {};
  const auto pattern = pattern_of_equation(parts[0].text);
  const auto operands = lengths_of_all(static_cast<const SequenceExpr*>(list)->elements);
  if (!pattern || pattern->operands.size() != operands.size()) return {};
  return ShapeRules(types_, infer_).matched(*pattern, operands, {}, true);
}

namespace {

/// The pattern of a product that adds up along some axes of both: `[a, b]` and `[b, d]`. Nothing where these are no
/// axes, which is seen when the program runs.
std::optional<ShapePattern> contraction(std::size_t left, std::size_t right, const std::vector<std::int64_t>& first,
                                        const std::vector<std::int64_t>& second) {
  constexpr std::string_view kNames = "abcdefghijklmnopqrstuvwxyz";
  if (left + right > kNames.size() || first.size() != second.size()) return std::nullopt;
  ShapePattern pattern{{{}, {}}, PatternLengths()};
  for (std::size_t i = 0; i < left + right; ++i) pattern.operands[i < left ? 0 : 1].push_back(kNames.substr(i, 1));
  PatternLengths& rows = pattern.operands[0];
  PatternLengths& columns = pattern.operands[1];
  PatternLengths gone;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto a = static_cast<std::size_t>(first[i] < 0 ? first[i] + static_cast<std::int64_t>(left) : first[i]);
    const auto b = static_cast<std::size_t>(second[i] < 0 ? second[i] + static_cast<std::int64_t>(right) : second[i]);
    if (a >= left || b >= right) return std::nullopt;
    columns[b] = rows[a];
    gone.push_back(rows[a]);
  }
  for (const PatternLengths& operand : pattern.operands) {
    for (const std::string_view name : operand) {
      if (std::ranges::find(gone, name) == gone.end()) pattern.result->push_back(name);
    }
  }
  return pattern;
}

/// `count` numbers from one on.
std::vector<std::int64_t> axes_from(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> axes;
  for (std::int64_t i = 0; i < count; ++i) axes.push_back(first + i);
  return axes;
}

}  // namespace

/// Sums along so many axes, or along those that two lists say.
ShapeResult BodyChecker::contracted_shape(const Lengths& from, std::span<const ShapeArgument> arguments) {
  ShapeRules rules(types_, infer_);
  const auto right = lengths_of(arguments[1].value);
  const ShapeArgument* axes = written(arguments, "axes");
  const syntax::Expr* pair = axes == nullptr ? nullptr : without_parens(axes->syntax);
  if (!right || pair == nullptr || rules.has_rest(from) || rules.has_rest(*right)) return {};
  std::optional<std::vector<std::int64_t>> first;
  std::optional<std::vector<std::int64_t>> second;
  const auto rank = static_cast<std::int64_t>(from.size());
  if (const auto count = written_number(pair); count && *count >= 0 && *count <= rank) {
    first = axes_from(rank - *count, *count);
    second = axes_from(0, *count);
  } else if (pair->kind == syntax::ExprKind::Tuple) {
    const auto lists = static_cast<const syntax::TupleExpr*>(pair)->elements;
    if (lists.size() != 2) return {};
    const ShapeArgument both[] = {{"", axes->value, lists[0]}, {"", axes->value, lists[1]}};
    first = written_numbers(&both[0]);
    second = written_numbers(&both[1]);
  }
  const auto pattern = first && second ? contraction(from.size(), right->size(), *first, *second) : std::nullopt;
  const std::optional<Lengths> operands[] = {from, right};
  return pattern ? rules.matched(*pattern, operands, {}, false) : ShapeResult{};
}

ShapeResult BodyChecker::pattern_shape(std::string_view patterns, std::span<const ShapeArgument> arguments) {
  ShapeRules rules(types_, infer_);
  std::map<std::string_view, TypeId> names;
  std::vector<std::string_view> missing;
  for (const ShapeArgument& argument : arguments) {
    if (infer_.head_kind(argument.value->type) != TypeKind::I64) continue;
    if (argument.syntax == nullptr) missing.push_back(argument.name);
    if (argument.syntax != nullptr) names[argument.name] = written_length(argument.syntax, types_.any_length());
  }
  const auto operands = lengths_of_all(operands_of(arguments));
  const bool known =
      std::ranges::all_of(operands, [&](const auto& lengths) { return lengths && !rules.has_rest(*lengths); });
  std::optional<ShapeResult> found;
  ShapeResult wrong;
  for (const ShapePattern& pattern : patterns_of(patterns)) {
    const auto lacks = [&](std::string_view name) { return std::ranges::find(missing, name) != missing.end(); };
    if (pattern.result && std::ranges::any_of(*pattern.result, lacks)) continue;
    ShapeResult result = rules.matched(pattern, operands, names, false);
    if (!result.problem.empty()) {
      if (wrong.problem.empty() || (wrong.has_other_form && !result.has_other_form)) wrong = std::move(result);
      continue;
    }
    if (known) return result;
    if (found) return {};  // the one or the other, which is seen when the program runs
    found = std::move(result);
  }
  return found ? std::move(*found) : wrong;
}

}  // namespace noodle::sema
