#pragma once

// Random sentences of the grammar in docs/reference/grammar.rst, for tests of the parser and the formatter.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace noodle::syntax::testing {

/// A rule or a part of one.
struct Node {
  enum Kind { Choice, Sequence, Optional, Repeat, Rule, Token, Literal, Special } kind;
  std::string text;
  std::vector<Node> parts;
};

/// Reads the EBNF of the page's `ebnf` blocks.
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
    if (peek() != c) std::abort();  // the page is broken
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

/// The rules of the page, by their names. Runs in the root of the sources.
inline std::map<std::string, Node> documented_rules() {
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

/// How the tokens of the grammar may be spelled.
inline const std::map<std::string, std::vector<std::string>>& samples() {
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

/// Makes sentences; with `wild` they have comments and line breaks wherever brackets make them blanks.
class Generator {
 public:
  Generator(const std::map<std::string, Node>& rules, std::uint32_t seed, bool wild = false)
      : rules_(rules), random_(seed), wild_(wild) {
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
    brackets_.clear();
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
    if (!glue_ && !out_.empty()) out_ += token == "{" ? " " : blank();
    glue_ = false;
    out_ += token;
    last_ = token;
    if (token == ")" || token == "]" || token == "}") brackets_.pop_back();
    if (token == "(" || token == "[" || token == "{") {
      heads_.push_back(false);
      brackets_ += token;
    }
  }

  std::string blank() {
    const bool free = !brackets_.empty() && brackets_.back() != '{';
    if (!wild_ || !free || random_() % 12 != 0) return " ";
    switch (random_() % 4) {
      case 0: return "  // aside\n";
      case 1: return "\n\n\n// alone\n";
      default: return "\n";
    }
  }

  const std::map<std::string, Node>& rules_;
  std::map<std::string, int> heights_;
  std::set<std::string> used_;
  std::mt19937 random_;
  bool wild_;
  std::string brackets_;  // that are open
  std::string out_;
  std::string last_;
  std::vector<bool> heads_;
  bool glue_ = false;
};

}  // namespace noodle::syntax::testing
