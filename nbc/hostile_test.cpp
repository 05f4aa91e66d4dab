// Each module under tests/hostile breaks one rule, named by the file. Lines that end in `; not: …` are
// what breaks it: with them replaced the module is right, so nothing else was wrong.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "nbc/builder.h"
#include "nbc/testing/generator.h"
#include "nbc/text.h"
#include "nbc/verify.h"

namespace noodle::nbc {
namespace {

std::string corrected(const std::string& text) {
  std::istringstream in(text);
  std::string out, line;
  while (std::getline(in, line)) {
    auto at = line.find("; not:");
    out += (at == std::string::npos ? line : line.substr(at + 6)) + "\n";
  }
  return out;
}

// The rule whose name is the longest that the file's name begins with.
Rule rule_of(const std::string& stem) {
  Rule best = Rule(kRuleCount);
  for (std::uint32_t i = 0; i < kRuleCount; ++i) {
    std::string_view name = rule_name(Rule(i));
    bool begins = stem == name || stem.starts_with(std::string(name) + "-");
    if (begins && (best == Rule(kRuleCount) || name.size() > rule_name(best).size())) best = Rule(i);
  }
  return best;
}

std::vector<std::size_t>& hits() {
  static std::vector<std::size_t> counts(kRuleCount, 0);
  return counts;
}

void expect_refused(const Module& module, Rule rule, const std::string& what) {
  auto right = check(module);
  ASSERT_FALSE(right) << what << ": accepted";
  EXPECT_EQ(rule_name(right.error().rule), rule_name(rule)) << what << ": " << right.error().text(module);
  if (right.error().rule == rule) ++hits()[static_cast<std::size_t>(rule)];
}

TEST(Hostile, EachFileBreaksItsRuleAndNoOther) {
  for (const auto& entry : std::filesystem::directory_iterator("tests/hostile")) {
    std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".txt") continue;
    std::ifstream file(entry.path());
    std::string text((std::istreambuf_iterator<char>(file)), {});
    Rule rule = rule_of(stem);
    ASSERT_NE(rule, Rule(kRuleCount)) << stem << " begins with no rule's name";
    auto module = parse_text(text);
    ASSERT_TRUE(module) << stem << ":" << module.error().line << ": " << module.error().message;
    expect_refused(*module, rule, stem);
    auto twin = parse_text(corrected(text));
    ASSERT_TRUE(twin) << stem << ", corrected:" << twin.error().line << ": " << twin.error().message;
    auto right = check(*twin);
    EXPECT_TRUE(right) << stem << ", corrected: " << right.error().text(*twin);
    EXPECT_NE(corrected(text), text) << stem << " says nowhere what is wrong";
  }
}

TEST(Hostile, UnusedBits) {
  for (bool wrong : {true, false}) {
    ModuleBuilder m;
    FunctionBuilder f(m, m.declare("f", {{{kI64}}, {}}));
    f.abc(Op::NegI64, 0, 0, wrong ? 1 : 0);
    f.ret({});
    f.finish();
    if (wrong) {
      expect_refused(m.module, Rule::UnusedBits, "a third operand of neg");
    } else {
      EXPECT_TRUE(check(m.module));
    }
  }
}

// Edges times slots is what a join costs: a function made of nothing else is refused in good time.
TEST(Hostile, TooComplex) {
  expect_refused(testing::generate_crowded(40'000), Rule::TooComplex, "40,000 edges of 4096 slots");
  EXPECT_TRUE(check(testing::generate_crowded(1'000)));
}

// Runs last in this file: the tests above have hit what they hit.
TEST(Hostile, EveryRuleIsHit) {
  std::printf("hostile modules by rule\n");
  for (std::uint32_t i = 0; i < kRuleCount; ++i) {
    std::string_view name = rule_name(Rule(i));
    std::printf("  %-22.*s %zu\n", static_cast<int>(name.size()), name.data(), hits()[i]);
    EXPECT_GT(hits()[i], 0u) << name;
    EXPECT_FALSE(rule_meaning(Rule(i)).empty());
  }
}

}  // namespace
}  // namespace noodle::nbc
