#include "compiler/sema/shape_patterns.h"

#include <algorithm>
#include <cctype>

namespace noodle::sema {

namespace {

/// Takes the next part up to a mark, and the mark with it.
std::string_view cut(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  const std::string_view part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + mark.size());
  return part;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// `[a, b], [c]`
std::vector<PatternLengths> shapes_of(std::string_view text) {
  std::vector<PatternLengths> shapes;
  while (text.find('[') != std::string_view::npos) {
    cut(text, "[");
    std::string_view inside = cut(text, "]");
    PatternLengths& shape = shapes.emplace_back();
    while (!inside.empty()) shape.push_back(trimmed(cut(inside, ",")));
  }
  return shapes;
}

/// `...ij`; false where anything else stands.
bool add_letters(std::string_view text, PatternLengths& lengths) {
  while (!text.empty()) {
    if (text.starts_with("...") && std::ranges::find(lengths, "..") == lengths.end()) {
      lengths.push_back(text.substr(0, 2));
      text.remove_prefix(3);
    } else if (text.front() == ' ') {
      text.remove_prefix(1);
    } else if (std::isalpha(static_cast<unsigned char>(text.front())) != 0) {
      lengths.push_back(text.substr(0, 1));
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  return true;
}

/// What an equation without `->` has as its result: `..`, and the letters that stand once, in their order.
PatternLengths implied_result(const ShapePattern& pattern) {
  PatternLengths all;
  for (const PatternLengths& operand : pattern.operands) all.insert(all.end(), operand.begin(), operand.end());
  std::ranges::sort(all);  // `..` is before all letters
  PatternLengths result;
  for (const std::string_view name : all) {
    const bool is_rest = name == ".." && result.empty();
    if (is_rest || (name != ".." && std::ranges::count(all, name) == 1)) result.push_back(name);
  }
  return result;
}

}  // namespace

std::vector<ShapePattern> patterns_of(std::string_view text) {
  std::vector<ShapePattern> patterns;
  if (text.find("->") == std::string_view::npos) return patterns;
  while (!text.empty()) {
    std::string_view one = cut(text, "|");
    ShapePattern& pattern = patterns.emplace_back();
    pattern.operands = shapes_of(cut(one, "->"));
    for (PatternLengths& result : shapes_of(one)) pattern.result = std::move(result);
  }
  return patterns;
}

std::optional<ShapePattern> pattern_of_equation(std::string_view equation) {
  ShapePattern pattern;
  const bool has_result = equation.find("->") != std::string_view::npos;
  std::string_view operands = cut(equation, "->");
  do {
    if (!add_letters(cut(operands, ","), pattern.operands.emplace_back())) return std::nullopt;
  } while (!operands.empty());
  pattern.result.emplace();
  if (!has_result) {
    pattern.result = implied_result(pattern);
  } else if (!add_letters(equation, *pattern.result)) {
    return std::nullopt;
  }
  return pattern;
}

std::string operands_text(const ShapePattern& pattern) {
  std::string text;
  for (const PatternLengths& operand : pattern.operands) {
    if (std::find(pattern.operands.data(), &operand, operand) != &operand) continue;
    text += text.empty() ? "`[" : " and `[";
    for (const std::string_view& length : operand) {
      if (&length != operand.data()) text += ", ";
      text += length;
    }
    text += "]`";
  }
  return text;
}

}  // namespace noodle::sema
