#include "compiler/sema/shape_rules.h"

#include <gtest/gtest.h>

#include <cctype>
#include <sstream>

namespace noodle::sema {
namespace {

class Shapes : public testing::Test {
 protected:
  /// "2 n _ 1 ..": numbers, names, `_` and `..`.
  Lengths lengths(const std::string& text) {
    Lengths all;
    std::istringstream in(text);
    for (std::string word; in >> word;) {
      if (word == "_") {
        all.push_back(types.any_length());
      } else if (word == "..") {
        all.push_back(types.any_lengths());
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
  std::vector<std::optional<Lengths>> all(const std::string& left, const std::string& right) {
    return {lengths(left), lengths(right)};
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
  EXPECT_EQ(broadcast(".. 3", "3"), "[.., 3]");
  EXPECT_EQ(broadcast(".. 3", "4 1"), "[.., 4, 3]");
  EXPECT_EQ(broadcast("n 3", ".. 3"), "[.., _, 3]");
  EXPECT_EQ(broadcast(".. 3", "2"), "!");
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
  EXPECT_EQ(product(".. 3", "3 m"), "[.., m]");
  EXPECT_EQ(product(".. n 3", "5 3 m"), "[.., 5, n, m]");
  EXPECT_EQ(product("..", "3 m"), "?");
  EXPECT_EQ(product(".. 4", "3 m"), "!");
}

TEST_F(Shapes, ReshapingKeepsTheNumberOfElements) {
  const auto reshaped = [&](const std::string& a, const std::string& b) {
    return text(rules.reshaped(lengths(a), lengths(b)));
  };
  EXPECT_EQ(reshaped("2 6", "3 4"), "[3, 4]");
  EXPECT_EQ(reshaped("2 6", "3 5"), "!");
  EXPECT_EQ(reshaped("n 6", "n -1"), "[n, 6]");
  EXPECT_EQ(reshaped("n 6", "2 3 -1"), "[2, 3, n]");
  EXPECT_EQ(reshaped("n 6", "4 -1"), "[4, _]");
  EXPECT_EQ(reshaped("n m 6", "-1"), "[6 * m * n]");
  EXPECT_EQ(reshaped(".. 6", "-1 3"), "[_, 3]");
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
  EXPECT_EQ(text(rules.reduced(lengths("2 .. n"), {{-1}}, true)), "[2, .., 1]");
  EXPECT_EQ(text(rules.reduced(lengths(".. n"), {{0}}, false)), "?");
  EXPECT_EQ(text(rules.reduced(lengths(".. n"), std::nullopt, true)), "?");
  EXPECT_EQ(text(rules.transposed(lengths(".. n m"))), "[.., m, n]");
  EXPECT_EQ(text(rules.transposed(lengths(".. n"))), "?");
  EXPECT_EQ(text(rules.expanded(lengths(".. n"), -1)), "[.., n, 1]");
}

TEST_F(Shapes, LengthsAreComputedToOneForm) {
  const Lengths names = lengths("n m 1");
  const TypeId twice[] = {names[0], names[1], names[0], names[2]};
  const TypeId other[] = {names[2], types.product(2, {names.data(), 1}), names[1]};
  EXPECT_EQ(types.sum(twice), types.sum(other));
  EXPECT_EQ(types.text(types.sum(twice)), "m + 2 * n + 1");
  EXPECT_EQ(types.text(types.product(-1, {names.data(), 2})), "-m * n");
  const TypeId nothing[] = {names[0], types.product(-1, {names.data(), 1})};
  EXPECT_EQ(types.sum(nothing), types.length(0));
  const TypeId squares[] = {types.sum(twice), types.sum(twice)};
  EXPECT_EQ(types.text(types.product(1, squares)), "m * m + 4 * m * n + 4 * n * n + 2 * m + 4 * n + 1");
  EXPECT_EQ(types.text(types.quotient(types.product(6, {names.data(), 2}), types.product(2, {names.data(), 1}))),
            "3 * m");
  EXPECT_FALSE(types.quotient(names[0], names[1]).valid());
  EXPECT_FALSE(types.quotient(names[0], types.length(0)).valid());
  EXPECT_EQ(types.product(INT64_MAX, lengths("2 n")), types.any_length()) << "too great";
  Lengths many;
  for (char name = 'a'; name < 'z'; ++name) many.push_back(lengths(std::string(1, name))[0]);
  EXPECT_EQ(types.sum(many), types.any_length()) << "too many";
  EXPECT_EQ(types.product(1, many), types.any_length());
}

TEST_F(Shapes, ASumSaysWhatIsMissingInIt) {
  const TypeId missing = infer.fresh();
  const TypeId parts[] = {types.product(2, {&missing, 1}), types.length(1)};
  TypeId variable;
  EXPECT_EQ(types.variable_of_sum(types.sum(parts), types.length(7), variable), types.length(3));
  EXPECT_EQ(variable, missing);
  EXPECT_FALSE(types.variable_of_sum(types.sum(parts), types.length(6), variable).valid()) << "no half axes";
  EXPECT_FALSE(types.variable_of_sum(types.sum(parts), types.any_length(), variable).valid());
}

TEST_F(Shapes, PartsAreJoined) {
  const auto concat = [&](const std::string& a, const std::string& b, std::int64_t axis) {
    return text(rules.concatenated(all(a, b), axis, true));
  };
  EXPECT_EQ(concat("2 n", "3 n", 0), "[5, n]");
  EXPECT_EQ(concat("n 3", "m 3", 0), "[m + n, 3]");
  EXPECT_EQ(concat("n _", "_ 3", 0), "[_, 3]");
  EXPECT_EQ(concat("2 3", "2 4", 0), "!");
  EXPECT_EQ(concat("2 3", "3", 0), "!");
  EXPECT_EQ(concat("2", "3", 1), "!");
  EXPECT_EQ(concat(".. 2", "3 4", 0), "[_, 4]");
  EXPECT_EQ(text(rules.concatenated({}, 0, true)), "?");
  EXPECT_EQ(text(rules.stacked(all("n", "n"), -1, true)), "[n, 2]");
  EXPECT_EQ(text(rules.stacked(all("n", "3"), 0, true)), "!");
  EXPECT_EQ(text(rules.stacked(all("n", "n"), 3, true)), "!");
  EXPECT_EQ(text(rules.tiled(lengths("n 3"), lengths("4 1 2"))), "[4, n, 6]");
}

TEST_F(Shapes, PatternsSayWhatIsTakenAndGiven) {
  const auto matched = [&](std::string_view pattern, const std::string& a, const std::string& b) {
    return text(rules.matched(patterns_of(pattern)[0], all(a, b), {}, false));
  };
  constexpr std::string_view kSolve = "[.., n, n], [.., n, m] -> [.., n, m]";
  EXPECT_EQ(matched(kSolve, "3 3", "3 2"), "[3, 2]");
  EXPECT_EQ(matched(kSolve, "k k", "5 k 2"), "[5, k, 2]");
  EXPECT_EQ(matched(kSolve, "4 1 3 3", "5 3 2"), "[4, 5, 3, 2]");
  EXPECT_EQ(matched(kSolve, ".. 3", "_ 2"), "[.., 3, 2]");
  EXPECT_EQ(matched(kSolve, "..", "3 2"), "[.., 3, 2]");
  EXPECT_EQ(matched(kSolve, "3 4", "3 2"), "!");
  EXPECT_EQ(matched(kSolve, "3 3", "4 2"), "!");
  EXPECT_EQ(matched(kSolve, "3 3", "3"), "!");
  EXPECT_EQ(matched(kSolve, "2 3 3", "5 3 2"), "!");
  EXPECT_EQ(matched("[n, ..], [n] -> [_, ..]", "3 4 5", "3"), "[_, 4, 5]");
  EXPECT_EQ(matched("[n, ..], [n] ->", "3 4 5", "3"), "?");
  EXPECT_TRUE(patterns_of("product").empty());
  EXPECT_EQ(patterns_of("-> [n] | [n] -> []").size(), 2U);
}

TEST_F(Shapes, EquationsArePatterns) {
  const auto sum = [&](std::string_view equation, const std::string& a, const std::string& b) {
    const auto pattern = pattern_of_equation(equation);
    return pattern ? text(rules.matched(*pattern, all(a, b), {}, true)) : "wrong";
  };
  EXPECT_EQ(sum("ij,jk->ik", "n 3", "3 m"), "[n, m]");
  EXPECT_EQ(sum("ij , jk", "n 3", "3 m"), "[n, m]");
  EXPECT_EQ(sum("...j,j->...", "2 5 3", "3"), "[2, 5]");
  EXPECT_EQ(sum("ij,ij->ij", "1 3", "n 1"), "[n, 3]") << "what has length 1 is repeated";
  EXPECT_EQ(sum("ij,jk->ik", "n 3", "4 m"), "!");
  EXPECT_EQ(sum("i,i", "3", "3"), "[]");
  EXPECT_EQ(sum("i1,i", "3", "3"), "wrong");
  EXPECT_EQ(sum("......,i", "3", "3"), "wrong");
}

}  // namespace
}  // namespace noodle::sema
