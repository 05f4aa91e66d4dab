#include "compiler/sema/shape_rules.h"

#include <algorithm>

#include "base/text.h"

namespace noodle::sema {

bool is_shape_rule(std::string_view name) {
  constexpr std::string_view kRules[] = {"lengths", "same",    "broadcast", "product", "reduce",  "reshape",
                                         "repeat",  "permute", "transpose", "expand",  "squeeze", "slice",
                                         "pick",    "index",   "checked",   "keeps"};
  return std::ranges::find(kRules, name) != std::end(kRules);
}

bool ShapeRules::is_open(TypeId length) const {
  const TypeKind kind = infer_.head_kind(length);
  return kind == TypeKind::AnyLength || kind == TypeKind::Infer;
}

bool ShapeRules::is_number(TypeId length, std::uint64_t number) const {
  const TypeData& data = types_[infer_.head(length)];
  return data.kind == TypeKind::Length && data.mut_mask == number;
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

ShapeResult ShapeRules::broadcast(const Lengths& left, const Lengths& right) {
  Lengths result(std::max(left.size(), right.size()));
  for (std::size_t i = 1; i <= result.size(); ++i) {
    TypeId& out = result[result.size() - i];
    if (i > left.size() || i > right.size()) {
      out = i > left.size() ? right[right.size() - i] : left[left.size() - i];
      continue;
    }
    const TypeId a = left[left.size() - i];
    const TypeId b = right[right.size() - i];
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
  return {std::move(result)};
}

ShapeResult ShapeRules::product(const Lengths& left, const Lengths& right) {
  if (left.empty() || right.empty()) return {{}, "a tensor without axes has no rows or columns to multiply"};
  const std::size_t inner = right.size() == 1 ? 0 : right.size() - 2;
  if (!agree(left.back(), right[inner])) {
    return {{},
            "the last axis of the left is " + text(left.back()) + " long, and " +
                (right.size() == 1 ? "the right is " : "the last but one of the right is ") + text(right[inner]),
            {},
            right.size() > 1 && agree(left.back(), right.back())};
  }
  const auto before = [](const Lengths& all) {
    return all.size() <= 2 ? Lengths() : Lengths(all.begin(), all.end() - 2);
  };
  ShapeResult result = broadcast(before(left), before(right));
  if (!result.lengths) return result;
  if (left.size() > 1) result.lengths->push_back(left[left.size() - 2]);
  if (right.size() > 1) result.lengths->push_back(right.back());
  return result;
}

std::optional<std::size_t> ShapeRules::axis_of(const Lengths& from, std::size_t rank, std::int64_t axis,
                                               ShapeResult& result) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis >= -size && axis < size) return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
  result.problem = "there is no axis " + std::to_string(axis) + " in `" + text(from) + "`";
  return std::nullopt;
}

ShapeResult ShapeRules::reduced(const Lengths& from, const std::optional<std::vector<std::int64_t>>& axes, bool keeps) {
  ShapeResult result;
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

std::optional<ShapeRules::Count> ShapeRules::count(const Lengths& lengths) {
  Count count;
  for (TypeId length : lengths) {
    length = infer_.head(length);
    const TypeData& data = types_[length];
    if (data.kind == TypeKind::Param) {
      count.names.push_back(length);
    } else if (data.kind != TypeKind::Length || __builtin_mul_overflow(count.number, data.mut_mask, &count.number)) {
      return std::nullopt;
    }
  }
  std::ranges::sort(count.names, {}, [](TypeId name) { return name.index; });
  return count;
}

bool ShapeRules::counts_differ(const Lengths& left, const Lengths& right) {
  const auto a = count(left);
  const auto b = count(right);
  return a && b && a->names == b->names && a->number != b->number;
}

ShapeResult ShapeRules::reshaped(const Lengths& from, Lengths to) {
  const auto is_rest = [](TypeId length) { return !length.valid(); };
  const auto rest = std::ranges::find_if(to, is_rest);
  if (rest == to.end()) {
    if (!counts_differ(from, to)) return {std::move(to)};
    return {{}, "`" + text(from) + "` and `" + text(to) + "` have different numbers of elements"};
  }
  if (std::ranges::count_if(to, is_rest) > 1) return {{}, "more than one length is to be -1"};
  // What is left is a number where the names on both sides are the same.
  Lengths others = to;
  others.erase(others.begin() + (rest - to.begin()));
  const auto all = count(from);
  const auto known = count(others);
  *rest = types_.any_length();
  if (!all || !known || known->number == 0 || known->names != all->names) return {std::move(to)};
  if (all->number % known->number != 0) {
    return {{},
            count_of(all->number, "element") + (all->names.empty() ? "" : " in each part") + " of `" + text(from) +
                "` can't be divided by " + std::to_string(known->number)};
  }
  *rest = types_.length(all->number / known->number);
  return {std::move(to)};
}

ShapeResult ShapeRules::permuted(const Lengths& from, const std::vector<std::int64_t>& axes) {
  ShapeResult result;
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
