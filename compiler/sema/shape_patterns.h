#pragma once

// Patterns of shapes, by which `@shape` says what a function takes and gives: `[.., n, n], [.., n, m] -> [.., n, m]`. A
// name is one length wherever it stands, that of a parameter what is passed for it; `_` is any length, and `..` all
// axes that are left, which are repeated to each other's lengths. Without a result after `->` only what is taken is
// said. Of several, between which `|` stands, the first that fits holds; one that names a parameter for which nothing
// is written fits nothing.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noodle::sema {

using PatternLengths = std::vector<std::string_view>;  // a name, `_` or `..`

struct ShapePattern {
  std::vector<PatternLengths> operands;
  std::optional<PatternLengths> result;
};

/// Empty where the text is no pattern.
std::vector<ShapePattern> patterns_of(std::string_view text);
/// The pattern that an equation of `einsum` stands for; nothing where it is wrong.
std::optional<ShapePattern> pattern_of_equation(std::string_view equation);
/// "`[.., n, n]` and `[.., n, m]`"
std::string operands_text(const ShapePattern& pattern);

}  // namespace noodle::sema
