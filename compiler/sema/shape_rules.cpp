#include "compiler/sema/shape_rules.h"

#include <algorithm>

#include "base/text.h"

namespace noodle::sema {

bool is_shape_rule(std::string_view name) {
  constexpr std::string_view kRules[] = {"lengths", "same",      "broadcast", "product", "reduce",  "reshape", "repeat",
                                         "permute", "transpose", "expand",    "squeeze", "slice",   "pick",    "index",
                                         "checked", "keeps",     "concat",    "stack",   "dot",     "einsum",  "tile",
                                         "take",    "top_k",     "norms",     "window1", "window2", "window3", "pool1",
                                         "pool2",   "pool3",     "tensordot"};
  return std::ranges::find(kRules, name) != std::end(kRules) || !patterns_of(name).empty();
}

bool ShapeRules::is_open(TypeId length) const {
  const TypeKind kind = infer_.head_kind(length);
  return kind == TypeKind::AnyLength || kind == TypeKind::Infer;
}

std::size_t ShapeRules::rest_of(const Lengths& lengths) const {
  const auto is_rest = [&](TypeId length) { return types_.kind(length) == TypeKind::AnyLengths; };
  return static_cast<std::size_t>(std::ranges::find_if(lengths, is_rest) - lengths.begin());
}

Lengths ShapeRules::behind_rest(const Lengths& lengths) const {
  const std::size_t rest = rest_of(lengths);
  return rest == lengths.size() ? lengths
                                : Lengths(lengths.begin() + static_cast<std::ptrdiff_t>(rest) + 1, lengths.end());
}

std::string ShapeRules::text(const Lengths& lengths) { return types_.text(infer_.zonk(types_.shape(lengths))); }

std::optional<TypeId> ShapeRules::joined(TypeId left, TypeId right) {
  if (infer_.head(left) == infer_.head(right) || is_number(right, 1)) return left;
  if (is_number(left, 1)) return right;
  if (!is_open(left) && !is_open(right)) return std::nullopt;
  if (infer_.head_kind(left) == TypeKind::Length) return left;
  if (infer_.head_kind(right) == TypeKind::Length) return right;
  return types_.any_length();
}

bool ShapeRules::agree(TypeId left, TypeId right) {
  return infer_.head(left) == infer_.head(right) || is_open(left) || is_open(right);
}

ShapeResult ShapeRules::broadcast(const Lengths& all_left, const Lengths& all_right) {
  const Lengths left = behind_rest(all_left);
  const Lengths right = behind_rest(all_right);
  const bool is_open = has_rest(all_left) || has_rest(all_right);
  Lengths result(std::max(left.size(), right.size()));
  for (std::size_t i = 1; i <= result.size(); ++i) {
    TypeId& out = result[result.size() - i];
    // An axis that is missing is among those of `..`, or has no say.
    const bool is_missing = i > left.size() || i > right.size();
    const TypeId other = is_open ? types_.any_length() : types_.length(1);
    const TypeId a = i > left.size() ? other : left[left.size() - i];
    const TypeId b = i > right.size() ? other : right[right.size() - i];
    if (is_missing && !is_open) {
      out = i > left.size() ? b : a;
      continue;
    }
    const std::optional<TypeId> both = joined(a, b);
    if (!both) {
      const std::string which = i == 1 ? "the last axis" : "axis -" + std::to_string(i);
      const bool lacks_last =
          left.size() == right.size() + 1 && std::ranges::equal(right, std::span(left).first(right.size()));
      return {
          {},
          which + " is " + text(a) + " long on the left, and " + text(b) + " on the right",
          lacks_last
              ? "axes are compared from the last on: `keepdims: true` or `.expand_dims(axis: -1)` gives the right one "
                "of length 1, which is repeated"
              : ""};
    }
    out = *both;
  }
  if (is_open) result.insert(result.begin(), types_.any_lengths());
  return {std::move(result)};
}

ShapeResult ShapeRules::product(const Lengths& left, const Lengths& right) {
  if (left.empty() || right.empty()) return {{}, "a tensor without axes has no rows or columns to multiply"};
  if (behind_rest(left).empty() || (has_rest(right) && behind_rest(right).size() < 2)) return {};
  const std::size_t inner = right.size() == 1 ? 0 : right.size() - 2;
  if (!agree(left.back(), right[inner])) {
    return {{},
            "the last axis of the left is " + text(left.back()) + " long, and " +
                (right.size() == 1 ? "the right is " : "the last but one of the right is ") + text(right[inner]),
            {},
            right.size() > 1 && agree(left.back(), right.back())};
  }
  const auto before = [&](const Lengths& all) {
    const std::ptrdiff_t last = behind_rest(all).size() == 1 ? 1 : 2;
    return all.size() == 1 ? Lengths() : Lengths(all.begin(), all.end() - last);
  };
  ShapeResult result = broadcast(before(left), before(right));
  if (!result.lengths) return result;
  // What is before the last axis may be all in `..`.
  if (behind_rest(left).size() > 1) result.lengths->push_back(left[left.size() - 2]);
  if (right.size() > 1) result.lengths->push_back(right.back());
  return result;
}

std::optional<std::size_t> ShapeRules::axis_of(const Lengths& from, std::size_t rank, std::int64_t axis,
                                               ShapeResult& result) {
  const auto size = static_cast<std::int64_t>(rank);
  const auto before = static_cast<std::int64_t>(rest_of(from));
  if (has_rest(from)) {
    // On its own side of `..` an axis is known.
    if (axis >= 0 && axis < before) return static_cast<std::size_t>(axis);
    if (axis < 0 && -axis < size - before) return static_cast<std::size_t>(axis + size);
    return std::nullopt;
  }
  if (axis >= -size && axis < size) return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
  result.problem = "there is no axis " + std::to_string(axis) + " in `" + text(from) + "`";
  return std::nullopt;
}

ShapeResult ShapeRules::reduced(const Lengths& from, const std::optional<std::vector<std::int64_t>>& axes, bool keeps) {
  ShapeResult result;
  if (!axes && keeps && has_rest(from)) return result;
  std::vector<bool> goes(from.size(), !axes);
  for (const std::int64_t axis : axes.value_or(std::vector<std::int64_t>())) {
    const auto at = axis_of(from, from.size(), axis, result);
    if (!at) return result;
    goes[*at] = true;
  }
  result.lengths.emplace();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!goes[i]) result.lengths->push_back(from[i]);
    if (goes[i] && keeps) result.lengths->push_back(types_.length(1));
  }
  return result;
}

bool ShapeRules::counts_differ(const Lengths& left, const Lengths& right) {
  const TypeId all = types_.product(-1, left);
  const TypeId both[] = {types_.product(1, right), all};
  const TypeId difference = types_.sum(both);
  const TypeData data = types_[difference];
  if (data.kind == TypeKind::AnyLength || is_number(difference, 0)) return false;
  // Names stand for any number but none: what has one sign isn't 0.
  const auto parts = data.kind == TypeKind::LengthSum ? data.arguments : std::span(&difference, 1);
  const auto is_negative = [&](TypeId part) {
    return types_.kind(part) != TypeKind::Param && static_cast<std::int64_t>(types_[part].mut_mask) < 0;
  };
  return std::ranges::all_of(parts, is_negative) || std::ranges::none_of(parts, is_negative);
}

ShapeResult ShapeRules::reshaped(const Lengths& from, Lengths to) {
  const auto is_rest = [](TypeId length) { return !length.valid(); };
  const auto rest = std::ranges::find_if(to, is_rest);
  if (rest == to.end()) {
    if (!counts_differ(from, to)) return {std::move(to)};
    return {{}, "`" + text(from) + "` and `" + text(to) + "` have different numbers of elements"};
  }
  if (std::ranges::count_if(to, is_rest) > 1) return {{}, "more than one length is to be -1"};
  Lengths others = to;
  others.erase(others.begin() + (rest - to.begin()));
  const TypeId all = types_.product(1, from);
  const TypeId known = types_.product(1, others);
  *rest = types_.quotient(all, known);
  if (rest->valid()) return {std::move(to)};
  *rest = types_.any_length();
  const auto is_plain = [&](TypeId count) {
    return types_.kind(count) == TypeKind::Length || types_.kind(count) == TypeKind::LengthTerm;
  };
  const TypeData elements = types_[all];
  const bool alike = is_plain(all) && is_plain(known) && !is_number(known, 0) &&
                     std::ranges::equal(elements.arguments, types_[known].arguments);
  if (!alike) return {std::move(to)};
  return {{},
          count_of(elements.mut_mask, "element") + (elements.arguments.empty() ? "" : " in each part") + " of `" +
              text(from) + "` can't be divided by " + std::to_string(types_[known].mut_mask)};
}

ShapeResult ShapeRules::permuted(const Lengths& from, const std::vector<std::int64_t>& axes) {
  ShapeResult result;
  if (has_rest(from)) return result;
  std::vector<bool> taken(from.size(), false);
  Lengths lengths;
  for (const std::int64_t axis : axes) {
    const auto at = axis_of(from, from.size(), axis, result);
    if (!at) return result;
    if (taken[*at]) return {{}, "axis " + std::to_string(axis) + " stands twice"};
    taken[*at] = true;
    lengths.push_back(from[*at]);
  }
  if (lengths.size() != from.size()) {
    return {{}, count_of(lengths.size(), "number") + " for the axes of `" + text(from) + "`"};
  }
  return {std::move(lengths)};
}

ShapeResult ShapeRules::transposed(const Lengths& from) {
  if (has_rest(from) && behind_rest(from).size() < 2) return {};
  if (from.size() < 2) return {{}, "`" + text(from) + "` is the shape of no matrix"};
  Lengths lengths = from;
  std::swap(lengths[from.size() - 1], lengths[from.size() - 2]);
  return {std::move(lengths)};
}

ShapeResult ShapeRules::expanded(const Lengths& from, std::int64_t axis) {
  ShapeResult result;
  const auto at = axis_of(from, from.size() + 1, axis, result);
  if (!at) return result;
  Lengths lengths = from;
  lengths.insert(lengths.begin() + static_cast<std::ptrdiff_t>(*at), types_.length(1));
  return {std::move(lengths)};
}

ShapeResult ShapeRules::squeezed(const Lengths& from, const std::vector<std::int64_t>& axes) {
  for (const std::int64_t axis : axes) {
    ShapeResult result;
    const auto at = axis_of(from, from.size(), axis, result);
    if (!at) return result;
    if (is_open(from[*at]) || is_number(from[*at], 1)) continue;
    return {{}, "axis " + std::to_string(axis) + " of `" + text(from) + "` is " + text(from[*at]) + " long, and not 1"};
  }
  return reduced(from, axes, false);
}

ShapeResult ShapeRules::with_length(const Lengths& from, std::int64_t axis, TypeId length) {
  ShapeResult result;
  const auto at = axis_of(from, from.size(), axis, result);
  if (!at) return result;
  Lengths lengths = from;
  if (length.valid()) {
    lengths[*at] = length;
  } else {
    lengths.erase(lengths.begin() + static_cast<std::ptrdiff_t>(*at));
  }
  return {std::move(lengths)};
}

}  // namespace noodle::sema
