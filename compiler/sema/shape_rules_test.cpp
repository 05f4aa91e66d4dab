#include "compiler/sema/shape_rules.h"

#include <gtest/gtest.h>

#include <cctype>
#include <sstream>

namespace noodle::sema {
namespace {

class Shapes : public testing::Test {
 protected:
  /// "2 n _ 1": numbers, names, and `_`.
  Lengths lengths(const std::string& text) {
    Lengths all;
    std::istringstream in(text);
    for (std::string word; in >> word;) {
      if (word == "_") {
        all.push_back(types.any_length());
      } else if (std::isdigit(static_cast<unsigned char>(word[0]))) {
        all.push_back(types.length(std::stoull(word)));
      } else if (word != "-1") {
        all.push_back(types.param(static_cast<std::uint32_t>(word[0]), names.intern(word)));
      } else {
        all.push_back(TypeId());
      }
    }
    return all;
  }
  std::string text(const ShapeResult& result) {
    return result.lengths ? rules.text(*result.lengths) : result.problem.empty() ? "?" : "!";
  }

  Interner names;
  TypeTable types{names};
  Inference infer{types};
  ShapeRules rules{types, infer};
};

TEST_F(Shapes, OperatorsRepeatWhatHasLengthOne) {
  const auto broadcast = [&](const std::string& a, const std::string& b) {
    return text(rules.broadcast(lengths(a), lengths(b)));
  };
  EXPECT_EQ(broadcast("2 3", "3"), "[2, 3]");
  EXPECT_EQ(broadcast("", "n 3"), "[n, 3]");
  EXPECT_EQ(broadcast("n 1", "1 m"), "[n, m]");
  EXPECT_EQ(broadcast("n n", "n"), "[n, n]");
  EXPECT_EQ(broadcast("2", "3"), "!");
  EXPECT_EQ(broadcast("n", "m"), "!");
  EXPECT_EQ(broadcast("n", "3"), "!");
  EXPECT_EQ(broadcast("_", "3"), "[3]");
  EXPECT_EQ(broadcast("_", "n"), "[_]");
  EXPECT_EQ(broadcast("_", "1"), "[_]");
}

TEST_F(Shapes, ProductsAddUpTheInnerAxes) {
  const auto product = [&](const std::string& a, const std::string& b) {
    return text(rules.product(lengths(a), lengths(b)));
  };
  EXPECT_EQ(product("n 3", "3 m"), "[n, m]");
  EXPECT_EQ(product("3", "3"), "[]");
  EXPECT_EQ(product("3", "3 m"), "[m]");
  EXPECT_EQ(product("n 3", "3"), "[n]");
  EXPECT_EQ(product("5 1 n 3", "4 3 2"), "[5, 4, n, 2]");
  EXPECT_EQ(product("n _", "3 m"), "[n, m]");
  EXPECT_EQ(product("n 3", "4 m"), "!");
  EXPECT_EQ(product("", "4"), "!");
  EXPECT_TRUE(rules.product(lengths("n 3"), lengths("m 3")).transposes);
}

TEST_F(Shapes, ReshapingKeepsTheNumberOfElements) {
  const auto reshaped = [&](const std::string& a, const std::string& b) {
    return text(rules.reshaped(lengths(a), lengths(b)));
  };
  EXPECT_EQ(reshaped("2 6", "3 4"), "[3, 4]");
  EXPECT_EQ(reshaped("2 6", "3 5"), "!");
  EXPECT_EQ(reshaped("n 6", "n -1"), "[n, 6]");
  EXPECT_EQ(reshaped("n 6", "2 3 -1"), "[2, 3, _]");
  EXPECT_EQ(reshaped("2 6", "-1 5"), "!");
  EXPECT_EQ(reshaped("2 6", "-1 0"), "[_, 0]");
  EXPECT_EQ(reshaped("2 6", "-1 3 -1"), "!");
  EXPECT_EQ(reshaped("n 6", "12 6"), "[12, 6]");
  EXPECT_EQ(reshaped("n 6", "n 7"), "!");
  EXPECT_EQ(reshaped("4294967296 4294967296", "1 2"), "[1, 2]") << "a number that is too large is not known";
}

TEST_F(Shapes, AxesGoAndCome) {
  EXPECT_EQ(text(rules.reduced(lengths("n 3 m"), std::nullopt, true)), "[1, 1, 1]");
  EXPECT_EQ(text(rules.reduced(lengths("n 3 m"), {{0, -1}}, false)), "[3]");
  EXPECT_EQ(text(rules.reduced(lengths("n"), {{1}}, false)), "!");
  EXPECT_EQ(text(rules.permuted(lengths("n 3 m"), {2, 0, -2})), "[m, n, 3]");
  EXPECT_EQ(text(rules.permuted(lengths("n 3"), {1})), "!");
  EXPECT_EQ(text(rules.permuted(lengths("n 3"), {1, 1})), "!");
  EXPECT_EQ(text(rules.transposed(lengths("n 3 m"))), "[n, m, 3]");
  EXPECT_EQ(text(rules.transposed(lengths("n"))), "!");
  EXPECT_EQ(text(rules.expanded(lengths("n 3"), -1)), "[n, 3, 1]");
  EXPECT_EQ(text(rules.squeezed(lengths("n 1 _"), {1, 2})), "[n]");
  EXPECT_EQ(text(rules.squeezed(lengths("n 1"), {0})), "!");
}

}  // namespace
}  // namespace noodle::sema
