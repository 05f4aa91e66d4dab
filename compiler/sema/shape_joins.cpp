// Shapes of what is made of several tensors, or of parts of one: concatenation, windows, patterns.

#include <algorithm>

#include "compiler/sema/shape_rules.h"

namespace noodle::sema {

// ---- one behind the other

/// Whether a part has the lengths that the others have, but for one axis; what it knows more goes into `all`.
bool ShapeRules::alike(Lengths& all, const Lengths& part, std::optional<std::size_t> except, std::string& problem) {
  if (all.size() != part.size()) {
    problem = "they have " + std::to_string(all.size()) + " and " + std::to_string(part.size()) + " axes";
    return false;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == except) continue;
    if (!agree(all[i], part[i])) {
      problem =
          "axis " + std::to_string(i) + " is " + text(all[i]) + " long in one, and " + text(part[i]) + " in the other";
      return false;
    }
    if (is_open(all[i])) all[i] = part[i];
  }
  return true;
}

ShapeResult ShapeRules::concatenated(std::span<const std::optional<Lengths>> parts, std::int64_t axis, bool listed) {
  ShapeResult result;
  std::optional<std::size_t> first;
  std::optional<std::size_t> at;
  std::vector<TypeId> along;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i] || has_rest(*parts[i])) {
      listed = false;
      continue;
    }
    if (!first) {
      first = i;
      result.lengths = parts[i];
      at = axis_of(*parts[i], parts[i]->size(), axis, result);
      if (!at) return {{}, result.problem, {}, false, std::pair(i, i)};
    } else if (!alike(*result.lengths, *parts[i], at, result.problem)) {
      return {{}, result.problem, {}, false, std::pair(*first, i)};
    }
    along.push_back((*parts[i])[*at]);
  }
  if (first) (*result.lengths)[*at] = listed ? types_.sum(along) : types_.any_length();
  return result;
}

ShapeResult ShapeRules::stacked(std::span<const std::optional<Lengths>> parts, std::int64_t axis, bool listed) {
  ShapeResult result;
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i] || has_rest(*parts[i])) continue;
    if (!first) {
      first = i;
      result.lengths = parts[i];
    } else if (!alike(*result.lengths, *parts[i], std::nullopt, result.problem)) {
      return {{}, result.problem, {}, false, std::pair(*first, i)};
    }
  }
  if (!first) return {};
  result = expanded(*result.lengths, axis);
  if (!result.lengths) return {{}, result.problem, {}, false, std::pair(*first, *first)};
  const auto rank = static_cast<std::int64_t>(result.lengths->size());
  (*result.lengths)[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)] =
      listed ? types_.length(parts.size()) : types_.any_length();
  return result;
}

ShapeResult ShapeRules::tiled(Lengths from, Lengths times) {
  if (has_rest(from)) return {};
  const std::size_t rank = std::max(from.size(), times.size());
  from.insert(from.begin(), rank - from.size(), types_.length(1));
  times.insert(times.begin(), rank - times.size(), types_.length(1));
  for (std::size_t i = 0; i < rank; ++i) {
    const TypeId both[] = {from[i], times[i]};
    from[i] = types_.product(1, both);
  }
  return {std::move(from)};
}

ShapeResult ShapeRules::dotted(const Lengths& left, const Lengths& right, std::int64_t axis) {
  if (has_rest(left) || has_rest(right)) return {};
  ShapeResult result;
  const Lengths& longer = left.size() < right.size() ? right : left;
  const auto at = axis_of(longer, longer.size(), axis, result);
  if (!at) return result;
  const std::int64_t behind = static_cast<std::int64_t>(*at) - static_cast<std::int64_t>(longer.size());
  const auto a = axis_of(left, left.size(), behind, result);
  const auto b = a ? axis_of(right, right.size(), behind, result) : std::nullopt;
  if (!a || !b) return result;
  if (!agree(left[*a], right[*b])) {
    result.problem = "vectors along axis " + std::to_string(axis) + " are " + text(left[*a]) +
                     " long on the left, and " + text(right[*b]) + " on the right";
    return result;
  }
  result = broadcast(left, right);
  return result.lengths ? reduced(*result.lengths, {{behind}}, false) : result;
}

// ---- windows

ShapeResult ShapeRules::windowed(const Lengths& from, std::span<const Window> windows) {
  Lengths lengths = from;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const Window& window = windows[i];
    TypeId& length = lengths[lengths.size() - windows.size() + i];
    const TypeData size = types_[infer_.head(window.length)];
    const bool known = size.kind == TypeKind::Length && window.stride && window.padding && window.dilation;
    std::int64_t reach = 0;
    // What the first window leaves of the axis and its padding.
    if (!known || *window.stride < 1 || *window.padding < 0 || *window.padding > INT32_MAX || *window.dilation < 1 ||
        size.mut_mask == 0 || size.mut_mask > INT32_MAX ||
        __builtin_mul_overflow(*window.dilation, static_cast<std::int64_t>(size.mut_mask) - 1, &reach) ||
        reach > INT32_MAX) {
      length = types_.any_length();
      continue;
    }
    const std::int64_t more = 2 * *window.padding - reach;
    const TypeId parts[] = {length, types_.length(static_cast<std::uint64_t>(more))};
    const TypeId places = types_.sum(parts);
    const TypeData data = types_[places];
    const auto number = static_cast<std::int64_t>(data.mut_mask);
    if (data.kind == TypeKind::Length && number < 1) {
      return {{},
              "a window " + std::to_string(reach + 1) + " long is longer than axis " +
                  std::to_string(lengths.size() - windows.size() + i) + ", which is " + text(length) +
                  (*window.padding == 0 ? "" : " with " + std::to_string(*window.padding) + " more at both ends")};
    }
    if (data.kind == TypeKind::Length) {
      length = types_.length(static_cast<std::uint64_t>((number - 1) / *window.stride + 1));
    } else {
      length = *window.stride == 1 ? places : types_.any_length();
    }
  }
  return {std::move(lengths)};
}

// ---- patterns

bool ShapeRules::take_name(std::string_view name, TypeId length, bool repeats, Names& names, std::string& problem) {
  if (name == "_") return true;
  const auto [at, is_new] = names.emplace(name, length);
  if (is_new || (repeats && is_number(length, 1))) return true;
  if (is_open(at->second) || (repeats && is_number(at->second, 1))) at->second = length;
  if (agree(at->second, length)) return true;
  problem = "`" + std::string(name) + "` can't be both " + text(at->second) + " and " + text(length);
  return false;
}

/// Takes an operand's lengths for what its pattern names, and those of `..` for `rest`.
bool ShapeRules::take(const PatternLengths& pattern, const Lengths& lengths, bool repeats, Names& names, Lengths& rest,
                      std::string& problem) {
  const std::size_t count = pattern.size();
  const auto split = static_cast<std::size_t>(std::ranges::find(pattern, "..") - pattern.begin());
  const std::size_t open = rest_of(lengths);
  const bool has_split = split < count;
  const std::size_t known = lengths.size() - (open < lengths.size() ? 1 : 0);
  const bool is_closed = open == lengths.size();
  if (has_split ? is_closed && known < count - 1 : known > count || (is_closed && known < count)) return false;
  // From the front up to `..` of the one or the other, then from the back.
  const std::size_t behind = is_closed ? lengths.size() : lengths.size() - open - 1;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == split) continue;
    TypeId length = types_.any_length();
    if (i < split && i < open) {
      length = lengths[i];
    } else if ((!has_split || i > split) && count - i <= behind) {
      length = lengths[lengths.size() - (count - i)];
    }
    if (!take_name(pattern[i], length, repeats, names, problem)) return false;
  }
  if (!has_split) return true;
  const std::size_t before = std::min(split, open);
  const std::size_t after = std::min(count - split - 1, behind);
  rest.assign(lengths.begin() + static_cast<std::ptrdiff_t>(before),
              lengths.end() - static_cast<std::ptrdiff_t>(after));
  return true;
}

ShapeResult ShapeRules::matched(const ShapePattern& pattern, std::span<const std::optional<Lengths>> operands,
                                std::map<std::string_view, TypeId> names, bool repeats) {
  std::optional<Lengths> rest;
  bool has_known = pattern.operands.empty();
  for (std::size_t i = 0; i < pattern.operands.size() && i < operands.size(); ++i) {
    std::string problem;
    Lengths more{types_.any_lengths()};
    if (operands[i] && !take(pattern.operands[i], *operands[i], repeats, names, more, problem)) {
      if (problem.empty()) {
        const ShapePattern form{{pattern.operands[i]}, {}};
        return {{}, "`" + text(*operands[i]) + "` is not of the form " + operands_text(form), {}, false, {}, true};
      }
      return {{}, "it takes " + operands_text(pattern) + ", and " + problem};
    }
    has_known |= operands[i].has_value();
    if (std::ranges::find(pattern.operands[i], "..") == pattern.operands[i].end()) continue;
    const ShapeResult all = rest ? broadcast(*rest, more) : ShapeResult{more};
    if (!all.lengths)
      return {{}, "`" + text(*rest) + "` and `" + text(more) + "`, which `..` stands for, don't go together"};
    rest = all.lengths;
  }
  if (!pattern.result || !has_known) return {};
  ShapeResult result{Lengths()};
  for (const std::string_view name : *pattern.result) {
    const auto at = names.find(name);
    if (name == ".." && rest) {
      result.lengths->insert(result.lengths->end(), rest->begin(), rest->end());
    } else if (name != "..") {
      result.lengths->push_back(at == names.end() ? types_.any_length() : at->second);
    }
  }
  return result;
}

}  // namespace noodle::sema
