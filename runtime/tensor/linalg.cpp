#include "runtime/tensor/linalg.h"

#include <algorithm>

namespace noodle::tensor {

namespace {

constexpr std::int64_t kMostDivisible = 20'000;

}  // namespace

Shape Matrices::with(std::initializer_list<int> axes) const {
  Shape shape = outer;
  shape.insert(shape.end(), axes.begin(), axes.end());
  return shape;
}

std::expected<Matrices, std::string> matrices_of(ShapeView shape) {
  if (shape.size() < 2) return std::unexpected("a tensor of the shape " + text_of(shape) + " is no matrix");
  const ShapeView outer = shape.first(shape.size() - 2), sides = shape.last(2);
  if (std::ranges::max(sides) > INT32_MAX) {
    return std::unexpected("matrices of the shape " + text_of(sides) + " are too long for OpenBLAS");
  }
  return Matrices{.outer = Shape(outer.begin(), outer.end()),
                  .rows = static_cast<int>(sides[0]),
                  .columns = static_cast<int>(sides[1]),
                  .count = sides[0] == 0 || sides[1] == 0 ? 0 : product(outer)};
}

std::expected<Matrices, std::string> squares_of(ShapeView shape) {
  auto found = matrices_of(shape);
  if (found && !found->is_square())
    return std::unexpected("a tensor of the shape " + text_of(shape) + " is no square matrix");
  return found;
}

std::expected<Matrices, std::string> divisible_of(ShapeView shape) {
  auto found = matrices_of(shape);
  if (found && found->least() > kMostDivisible) {
    return std::unexpected("matrices of the shape " + text_of(shape.last(2)) +
                           " are too large: the lesser length may be " + std::to_string(kMostDivisible) + " at most");
  }
  return found;
}

Shape Equations::solution() const {
  Shape shape = outer;
  shape.push_back(a.columns);
  if (!is_vector) shape.push_back(b.columns);
  return shape;
}

std::int64_t Equations::at(const Matrices& of, std::int64_t index) const {
  const std::size_t added = outer.size() - of.outer.size();
  std::int64_t found = 0, step = 1;
  for (std::size_t axis = outer.size(); axis-- > added;) {
    const std::int64_t length = of.outer[axis - added];
    if (length != 1) found += index % outer[axis] * step;
    step *= length;
    index /= outer[axis];
  }
  return found;
}

std::expected<Equations, std::string> equations_of(ShapeView a, ShapeView b) {
  const auto misfit = [&](const std::string& why) {
    return std::unexpected("the shapes " + text_of(a) + " and " + text_of(b) + " are no equations: " + why);
  };
  auto left = matrices_of(a);
  if (!left) return misfit(left.error());
  Shape sides(b.begin(), b.end());
  if (b.size() == 1) sides.push_back(1);
  auto right = matrices_of(sides);
  if (!right) return misfit(right.error());
  if (left->rows != right->rows) return misfit("the left one's rows are not as many as the right one's");
  auto outer = broadcast(left->outer, right->outer);
  if (!outer) return misfit(outer.error());
  const std::int64_t count = product(*outer);
  return Equations{.a = *std::move(left),
                   .b = *std::move(right),
                   .outer = *std::move(outer),
                   .count = count,
                   .is_vector = b.size() == 1};
}

}  // namespace noodle::tensor
