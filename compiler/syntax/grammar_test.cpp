// docs/reference/grammar.rst against the parser: random sentences of the documented grammar must
// parse without a diagnostic, be formatted to themselves in meaning, and survive mutation.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "compiler/syntax/format_check.h"
#include "compiler/syntax/sentences.h"

namespace noodle::syntax {
namespace {

using namespace testing;

void check_rules(const Node& node, const std::map<std::string, Node>& rules) {
  if (node.kind == Node::Rule) {
    EXPECT_TRUE(rules.contains(node.text)) << node.text << " is not defined";
  }
  if (node.kind == Node::Token) {
    EXPECT_TRUE(samples().contains(node.text)) << node.text << " has no samples";
  }
  for (const Node& part : node.parts) check_rules(part, rules);
}

TEST(Grammar, EveryRuleIsDefinedAndEnds) {
  const auto rules = documented_rules();
  ASSERT_GT(rules.size(), 60u);
  for (const auto& [name, node] : rules) check_rules(node, rules);
  const Generator generator(rules, 1);
  for (const auto& [name, node] : rules) EXPECT_TRUE(generator.heights().contains(name)) << name;
}

TEST(Grammar, EverySentenceParsesAndIsLaidOut) {
  const auto rules = documented_rules();
  for (const bool wild : {false, true}) {
    Generator generator(rules, 7, wild);
    int wrong = 0;
    for (int i = 0; i < 5000 && wrong < 5; ++i) {
      const std::string problem = format_problem(generator.sentence(20 + i % 40));
      if (problem.empty()) continue;
      ++wrong;
      ADD_FAILURE() << "sentence " << i << ":\n" << problem;
    }
    for (const auto& [name, node] : rules) EXPECT_TRUE(generator.used().contains(name)) << name << " is never reached";
  }
}

TEST(Grammar, MutatedSentencesEndInDiagnosticsAtMost) {
  const auto rules = documented_rules();
  Generator generator(rules, 11);
  std::mt19937 random(13);
  for (int i = 0; i < 3000; ++i) {
    std::string text = generator.sentence(20 + i % 30);
    for (int edits = 0; edits < 3 && !text.empty(); ++edits) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0) {
        text.erase(at, random() % 6);
      } else {
        text.insert(at, 1, "(){}[]\"<>,.:;=\n?-"[random() % 17]);
      }
    }
    testing::read(text);
  }
}

}  // namespace
}  // namespace noodle::syntax
