#pragma once

// How the shape of a result follows from the shapes of what it is made of: the arithmetic behind the rules that the
// library's functions name by `@shape`. A length is a number, a name (equal to itself alone), or not known; what is
// not known goes with everything, and is looked at when the program runs.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/sema/infer.h"

namespace noodle::sema {

using Lengths = std::vector<TypeId>;

/// What a rule finds out: the lengths, or why there are none; neither where nothing is known.
struct ShapeResult {
  std::optional<Lengths> lengths{};
  std::string problem{};  // "axis 1 of the left is 784, and axis 0 of the right is 10"
  std::string help{};
  bool transposes = false;  // the right operand transposed would go
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

  /// Whether the number of elements is known, and differs.
  bool counts_differ(const Lengths& left, const Lengths& right);
  bool is_number(TypeId length, std::uint64_t number) const;
  bool is_open(TypeId length) const;
  std::string text(const Lengths& lengths);

 private:
  /// A number of elements: a number times names; nothing where some length is not known.
  struct Count {
    std::uint64_t number = 1;
    Lengths names{};
  };
  std::optional<Count> count(const Lengths& lengths);
  std::optional<TypeId> joined(TypeId left, TypeId right);
  bool agree(TypeId left, TypeId right);
  std::string text(TypeId length) { return types_.text(infer_.zonk(length)); }
  /// The axis counted from the first, or a problem.
  std::optional<std::size_t> axis_of(const Lengths& from, std::size_t rank, std::int64_t axis, ShapeResult& result);

  TypeTable& types_;
  Inference& infer_;
};

}  // namespace noodle::sema
