// Each rule of the language, listed under tests/rules, is shown by golden programs: what it allows, what
// it forbids, and an edge.
//
//   rule: what the rule says
//   allows: room/program room/program
//   forbids: room/program          or   forbids: nothing, and why nothing can break it
//   edge: room/program

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/golden_file.h"

namespace noodle::tests {
namespace {

constexpr std::size_t kProgramsOfARule = 3;

struct Rule {
  std::string where;
  std::map<std::string, std::string> lines;  // by the word before the colon
};

std::vector<Rule> rules_of(const std::filesystem::path& file) {
  std::string text, line;
  EXPECT_TRUE(read_text(file.string(), text)) << file;
  std::vector<Rule> rules;
  std::istringstream in(text);
  bool inside = false;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty()) {
      inside = false;
      continue;
    }
    const std::string where = file.filename().string() + ":" + std::to_string(number);
    if (!inside) rules.push_back({.where = where, .lines = {}});
    inside = true;
    const std::size_t colon = line.find(": ");
    const std::string word = line.substr(0, colon);
    EXPECT_TRUE(word == "rule" || word == "allows" || word == "forbids" || word == "edge") << where << ": " << line;
    if (colon == std::string::npos) continue;
    EXPECT_TRUE(rules.back().lines.try_emplace(word, line.substr(colon + 2)).second)
        << where << ": a second `" << word << "`";
  }
  return rules;
}

std::vector<Rule> all_rules() {
  std::vector<Rule> all;
  for (const auto& entry : std::filesystem::directory_iterator("tests/rules")) {
    if (entry.path().extension() != ".txt") continue;
    for (Rule& rule : rules_of(entry.path())) all.push_back(std::move(rule));
  }
  return all;
}

bool is_forbidden(const Golden& golden) { return golden.exit_code != 0 && !golden.err.empty(); }

void check_programs(const Rule& rule, const std::string& word, std::set<std::string>& seen) {
  const auto line = rule.lines.find(word);
  if (line == rule.lines.end() || line->second.starts_with("nothing, ")) return;
  std::istringstream names(line->second);
  std::string name, text;
  while (names >> name) {
    const std::string path = "tests/golden/" + name + ".noodle";
    ASSERT_TRUE(read_text(path, text)) << rule.where << ": no program " << name;
    const Golden golden = read_golden(path);
    EXPECT_TRUE(golden.is_program) << rule.where << ": " << name << " expects nothing";
    if (word == "forbids") EXPECT_TRUE(is_forbidden(golden)) << rule.where << ": " << name << " is not refused";
    if (word == "allows")
      EXPECT_FALSE(golden.exit_code == 1 && golden.out.empty()) << rule.where << ": " << name << " is refused";
    seen.insert(name);
  }
}

TEST(Rules, EachIsShownByThreePrograms) {
  const std::vector<Rule> rules = all_rules();
  std::set<std::string> said;
  for (const Rule& rule : rules) {
    ASSERT_TRUE(rule.lines.contains("rule")) << rule.where;
    EXPECT_TRUE(said.insert(rule.lines.at("rule")).second) << rule.where << ": said twice";
    EXPECT_TRUE(rule.lines.contains("allows") && rule.lines.contains("forbids")) << rule.where;
    std::set<std::string> programs;
    for (const char* word : {"allows", "forbids", "edge"}) check_programs(rule, word, programs);
    EXPECT_GE(programs.size(), kProgramsOfARule) << rule.where << ": " << rule.lines.at("rule");
  }
  std::printf("%zu rules\n", rules.size());
  EXPECT_GT(rules.size(), 0u);
}

}  // namespace
}  // namespace noodle::tests
