#pragma once

// How the shape of a result follows from the shapes of what it is made of: the arithmetic behind the rules that the
// library's functions name by `@shape`. A length is a number, a name (equal to itself alone), what is computed of
// these, or not known; what is not known goes with everything, and is looked at when the program runs.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/sema/infer.h"
#include "compiler/sema/shape_patterns.h"

namespace noodle::sema {

using Lengths = std::vector<TypeId>;

/// What a rule finds out: the lengths, or why there are none; neither where nothing is known.
struct ShapeResult {
  std::optional<Lengths> lengths{};
  std::string problem{};  // "axis 1 of the left is 784, and axis 0 of the right is 10"
  std::string help{};
  bool transposes = false;                                       // the right operand transposed would go
  std::optional<std::pair<std::size_t, std::size_t>> between{};  // the operands that don't go together, else all
  bool has_other_form = false;                                   // an operand has not as many axes as a pattern
};

/// What windows along one axis are like.
struct Window {
  TypeId length;
  std::optional<std::int64_t> stride, padding, dilation;  // where they are known
};

/// Whether `@shape` may name a rule so.
bool is_shape_rule(std::string_view name);

class ShapeRules {
 public:
  ShapeRules(TypeTable& types, Inference& infer) : types_(types), infer_(infer) {}

  /// Element by element, what has length 1 or lacks an axis being repeated.
  ShapeResult broadcast(const Lengths& left, const Lengths& right);
  ShapeResult product(const Lengths& left, const Lengths& right);
  /// Without these axes, or with length 1 along them; without `axes` along all.
  ShapeResult reduced(const Lengths& from, const std::optional<std::vector<std::int64_t>>& axes, bool keeps);
  /// In another shape, in which an invalid length stands for -1.
  ShapeResult reshaped(const Lengths& from, Lengths to);
  ShapeResult permuted(const Lengths& from, const std::vector<std::int64_t>& axes);
  ShapeResult transposed(const Lengths& from);
  /// With an axis of length 1 more.
  ShapeResult expanded(const Lengths& from, std::int64_t axis);
  ShapeResult squeezed(const Lengths& from, const std::vector<std::int64_t>& axes);
  /// With another length of one axis; an invalid one takes the axis away.
  ShapeResult with_length(const Lengths& from, std::int64_t axis, TypeId length);
  /// One behind the other along an axis; `listed` says that these parts are all.
  ShapeResult concatenated(std::span<const std::optional<Lengths>> parts, std::int64_t axis, bool listed);
  ShapeResult stacked(std::span<const std::optional<Lengths>> parts, std::int64_t axis, bool listed);
  /// The places of windows along the last axes.
  ShapeResult windowed(const Lengths& from, std::span<const Window> windows);
  ShapeResult tiled(Lengths from, Lengths times);
  /// The sums along one axis of the products.
  ShapeResult dotted(const Lengths& left, const Lengths& right, std::int64_t axis);
  /// What a pattern makes of operands, of which some may not be known, where names that parameters have stand for
  /// `names`. With `repeats` a length of 1 goes with others of its name.
  ShapeResult matched(const ShapePattern& pattern, std::span<const std::optional<Lengths>> operands,
                      std::map<std::string_view, TypeId> names, bool repeats);

  /// Whether the number of elements is known, and differs.
  bool counts_differ(const Lengths& left, const Lengths& right);
  bool is_number(TypeId length, std::uint64_t number) const { return types_.is_number(infer_.head(length), number); }
  bool is_open(TypeId length) const;
  /// Whether they may be the same length.
  bool agree(TypeId left, TypeId right);
  /// Whether `..` is among them.
  bool has_rest(const Lengths& lengths) const { return rest_of(lengths) < lengths.size(); }
  std::string text(const Lengths& lengths);

 private:
  using Names = std::map<std::string_view, TypeId>;
  /// Where `..` is; behind the last where it isn't.
  std::size_t rest_of(const Lengths& lengths) const;
  Lengths behind_rest(const Lengths& lengths) const;
  bool take(const PatternLengths& pattern, const Lengths& lengths, bool repeats, Names& names, Lengths& rest,
            std::string& problem);
  bool take_name(std::string_view name, TypeId length, bool repeats, Names& names, std::string& problem);
  bool alike(Lengths& all, const Lengths& part, std::optional<std::size_t> except, std::string& problem);
  std::optional<TypeId> joined(TypeId left, TypeId right);
  std::string text(TypeId length) { return types_.text(infer_.zonk(length)); }
  /// The axis counted from the first, or a problem.
  std::optional<std::size_t> axis_of(const Lengths& from, std::size_t rank, std::int64_t axis, ShapeResult& result);

  TypeTable& types_;
  Inference& infer_;
};

}  // namespace noodle::sema
