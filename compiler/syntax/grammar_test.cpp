// docs/reference/grammar.rst against the parser: random sentences of the documented grammar must
// parse without a diagnostic, be formatted to themselves in meaning, and survive mutation.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "compiler/syntax/formatter.h"
#include "compiler/syntax/printer.h"

namespace noodle::syntax {
namespace {

struct Node {
  enum Kind { Choice, Sequence, Optional, Repeat, Rule, Token, Literal, Special } kind;
  std::string text;
  std::vector<Node> parts;
};

// Reads the EBNF of the page's `ebnf` blocks.
class Reader {
 public:
  explicit Reader(std::string text) : text_(std::move(text)) {}

  std::map<std::string, Node> rules() {
    std::map<std::string, Node> rules;
    while (skip(), at_ < text_.size()) {
      const std::string name = word();
      expect('=');
      rules[name] = choice();
      expect(';');
    }
    return rules;
  }

 private:
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  char peek() { return skip(), at_ < text_.size() ? text_[at_] : '\0'; }
  void expect(char c) {
    ASSERT_EQ(peek(), c) << text_.substr(at_, 60);
    ++at_;
  }
  std::string word() {
    skip();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  std::string until(char c) {
    const std::size_t begin = ++at_;
    at_ = text_.find(c, begin);
    return text_.substr(begin, at_++ - begin);
  }
  Node choice() {
    Node node{Node::Choice, {}, {sequence()}};
    while (peek() == '|') {
      ++at_;
      node.parts.push_back(sequence());
    }
    return node;
  }
  Node sequence() {
    Node node{Node::Sequence, {}, {}};
    while (true) {
      const char c = peek();
      if (c == '"') {
        node.parts.push_back({Node::Literal, until('"'), {}});
      } else if (c == '?') {
        std::string special = until('?');
        special = special.substr(1, special.size() - 2);
        node.parts.push_back({Node::Special, special, {}});
      } else if (c == '(' || c == '[' || c == '{') {
        ++at_;
        Node inner = choice();
        expect(c == '(' ? ')' : c == '[' ? ']' : '}');
        node.parts.push_back(c == '(' ? inner : Node{c == '[' ? Node::Optional : Node::Repeat, {}, {inner}});
      } else if (std::isalpha(static_cast<unsigned char>(c))) {
        const std::string name = word();
        node.parts.push_back({std::isupper(static_cast<unsigned char>(name[0])) ? Node::Token : Node::Rule, name, {}});
      } else {
        return node;
      }
    }
  }

  std::string text_;
  std::size_t at_ = 0;
};

std::map<std::string, Node> documented_rules() {
  std::ifstream in("docs/reference/grammar.rst");
  std::string line, ebnf;
  bool inside = false;
  while (std::getline(in, line)) {
    if (line == ".. code-block:: ebnf") {
      inside = true;
    } else if (inside && !line.empty() && line[0] != ' ') {
      inside = false;
    } else if (inside) {
      ebnf += line + "\n";
    }
  }
  return Reader(ebnf).rules();
}

const std::map<std::string, std::vector<std::string>>& samples() {
  static const std::map<std::string, std::vector<std::string>> kSamples = {
      {"NAME", {"a", "b", "count", "Point", "Circle", "x1", "_y", "block_", "T"}},
      {"WORD", {"a", "length", "Point", "match", "any", "in", "test", "Self", "block"}},
      {"INTEGER", {"0", "1", "42", "0xff", "0b101", "1_000"}},
      {"TUPLE_INDEX", {"0", "1", "7"}},
      {"FLOAT", {"1.5", "0.25", "1.5e-3", "2e9"}},
      {"DURATION", {"5ms", "1.5s", "2d"}},
      {"SIZE", {"8GB", "64KB"}},
      {"STRING", {"\"\"", "\"text\"", "\"a{b}c\"", "\"{x:.3f}\"", "\"{f(\"s\")}\\n\\{\"", "\"}\""}},
      {"TEXT", {"\"\"", "\"text\"", "\"\\u{1F600}\""}},
      {"NEWLINE", {"\n"}},
  };
  return kSamples;
}

class Generator {
 public:
  Generator(const std::map<std::string, Node>& rules, std::uint32_t seed) : rules_(rules), random_(seed) {
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& [name, node] : rules_) {
        const int height = least(node);
        if (height < kFar && (!heights_.contains(name) || heights_[name] > height + 1)) {
          heights_[name] = height + 1;
          changed = true;
        }
      }
    }
  }

  /// Rules that can end at all.
  const std::map<std::string, int>& heights() const { return heights_; }
  const std::set<std::string>& used() const { return used_; }

  std::string sentence(int budget) {
    out_.clear();
    last_.clear();
    heads_ = {false};
    glue_ = false;
    rule("file", budget);
    return out_ + "\n";
  }

 private:
  static constexpr int kFar = 1'000'000;

  int least(const Node& node) {
    switch (node.kind) {
      case Node::Choice: {
        int best = kFar;
        for (const Node& part : node.parts) best = std::min(best, least(part));
        return best;
      }
      case Node::Sequence: {
        int most = 0;
        for (const Node& part : node.parts) most = std::max(most, least(part));
        return most;
      }
      case Node::Rule: return heights_.contains(node.text) ? heights_[node.text] : kFar;
      default: return 0;
    }
  }

  bool allowed(const Node& sequence) const {
    if (sequence.parts.empty() || sequence.parts[0].kind != Node::Special) return true;
    const std::string& special = sequence.parts[0].text;
    if (special == "outside a head") return !heads_.back();
    if (special == "not behind let or var") return last_ != "let" && last_ != "var";
    if (special == "not first behind a brace") return last_ != "{";
    const bool body_next = heads_.back() && (last_ == ".." || last_ == "..=" || last_ == "return");
    if (special == "not behind .. or return in a head") return !body_next;
    if (special == "where a value is wanted") {
      static const std::set<std::string> kStarts = {"", "\n", ";", "{", "=>", "async", "defer"};
      return !kStarts.contains(last_) && !body_next;
    }
    return true;
  }

  void rule(const std::string& name, int budget) {
    used_.insert(name);
    generate(rules_.at(name), budget - 1);
  }

  void generate(const Node& node, int budget) {
    constexpr std::size_t kLong = 1500;
    if (out_.size() > kLong) budget = 0;
    switch (node.kind) {
      case Node::Choice: {
        std::vector<const Node*> fitting;
        const Node* shortest = nullptr;
        for (const Node& part : node.parts) {
          if (!allowed(part)) continue;
          if (least(part) <= budget) fitting.push_back(&part);
          if (shortest == nullptr || least(part) < least(*shortest)) shortest = &part;
        }
        generate(fitting.empty() ? *shortest : *fitting[random_() % fitting.size()], budget);
        break;
      }
      case Node::Sequence:
        for (std::size_t i = 0; i < node.parts.size(); ++i) {
          const Node& part = node.parts[i];
          if (part.kind != Node::Special) {
            generate(part, budget);
          } else if (part.text == "glued") {
            glue_ = true;
          } else if (part.text == "head") {
            heads_.push_back(true);
            generate(node.parts[++i], budget);
            heads_.pop_back();
          }
        }
        break;
      case Node::Optional:
        if (least(node.parts[0]) <= budget && random_() % 2 == 0 && allowed_inside(node.parts[0]))
          generate(node.parts[0], budget);
        break;
      case Node::Repeat:
        for (int i = 0; i < 3 && least(node.parts[0]) <= budget && random_() % 5 < 2; ++i)
          generate(node.parts[0], budget);
        break;
      case Node::Rule: rule(node.text, budget); break;
      case Node::Token: {
        const std::vector<std::string>& choice = samples().at(node.text);
        emit(choice[random_() % choice.size()]);
        break;
      }
      case Node::Literal: emit(node.text); break;
      case Node::Special: break;
    }
  }

  bool allowed_inside(const Node& choice) const {
    return std::any_of(choice.parts.begin(), choice.parts.end(), [this](const Node& part) { return allowed(part); });
  }

  void emit(const std::string& token) {
    if (token == ")" || token == "]" || token == "}") heads_.pop_back();
    if (!glue_ && !out_.empty()) out_ += ' ';
    glue_ = false;
    out_ += token;
    last_ = token;
    if (token == "(" || token == "[" || token == "{") heads_.push_back(false);
  }

  const std::map<std::string, Node>& rules_;
  std::map<std::string, int> heights_;
  std::set<std::string> used_;
  std::mt19937 random_;
  std::string out_;
  std::string last_;
  std::vector<bool> heads_;
  bool glue_ = false;
};

struct Parsed {
  std::string tree;
  std::string problems;
  std::string formatted;
};

Parsed read(const std::string& text) {
  source::SourceMap sources;
  const source::FileId file = sources.add("sentence.noodle", text);
  source::DiagnosticSink sink;
  Interner names;
  const ParsedFile parsed = parse(names, sources.text(file), file, sink);
  return {print_tree(names, parsed), source::render_text(sources, sink, false), format(parsed)};
}

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
  Generator generator(rules, 7);
  int wrong = 0;
  for (int i = 0; i < 8000 && wrong < 5; ++i) {
    const std::string text = generator.sentence(20 + i % 40);
    const Parsed first = read(text);
    if (!first.problems.empty()) {
      ++wrong;
      ADD_FAILURE() << "sentence " << i << ":\n" << text << first.problems;
      continue;
    }
    const Parsed second = read(first.formatted);
    if (second.tree != first.tree || second.formatted != first.formatted || !second.problems.empty()) {
      ++wrong;
      const auto [one, two] =
          std::mismatch(first.tree.begin(), first.tree.end(), second.tree.begin(), second.tree.end());
      const auto at = static_cast<std::size_t>(one - first.tree.begin());
      const std::size_t from = at < 60 ? 0 : at - 60;
      ADD_FAILURE() << "sentence " << i << ":\n"
                    << text << "formatted:\n"
                    << first.formatted << second.problems << "tree: " << first.tree.substr(from, 120)
                    << "\nthen: " << second.tree.substr(from, 120) << "\nlayout "
                    << (second.formatted == first.formatted ? "same" : second.formatted);
    }
  }
  for (const auto& [name, node] : rules) EXPECT_TRUE(generator.used().contains(name)) << name << " is never reached";
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
    read(text);
  }
}

}  // namespace
}  // namespace noodle::syntax
