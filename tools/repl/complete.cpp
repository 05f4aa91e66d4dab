// What a word may become.

#include <algorithm>
#include <cctype>

#include "tools/repl/shell.h"
#include "tools/session.h"

namespace noodle::tools {

namespace {

constexpr std::string_view kWords[] = {"await", "break", "const",  "continue", "defer",  "else",   "enum", "expect",
                                       "false", "for",   "if",     "impl",     "import", "in",     "let",  "loop",
                                       "match", "mut",   "return", "scope",    "struct", "trait",  "true", "var",
                                       "while", "async", "fn",     "any",      "self",   "within", "pub"};

bool is_word_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0; }

/// Where the operand before a dot begins: names, literals, calls and indices with all that is in their brackets.
std::size_t operand_begin(std::string_view text) {
  std::size_t at = text.size();
  int depth = 0;
  bool quoted = false;
  while (at > 0) {
    const char c = text[at - 1];
    if (c == '"' && (at < 2 || text[at - 2] != '\\')) {
      quoted = !quoted;
    } else if (!quoted) {
      if (c == ')' || c == ']' || c == '}') ++depth;
      if (c == '(' || c == '[' || c == '{') {
        if (--depth < 0) break;
      } else if (depth == 0 && !is_word_part(c) && c != '.' && c != ')' && c != ']' && c != '}' && c != '?') {
        break;
      }
    }
    --at;
  }
  return at;
}

}  // namespace

std::vector<std::string> Shell::completions(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0 && is_word_part(text[begin - 1])) --begin;
  const std::string_view word = text.substr(begin);
  std::vector<std::string> names;
  if (begin > 0 && text[begin - 1] == '.') {
    const std::string_view before = text.substr(0, begin - 1);
    names = members_of(before.substr(operand_begin(before)));
  } else {
    names = visible();
    names.insert(names.end(), std::begin(kWords), std::end(kWords));
    for (const Variable& variable : variables_) names.push_back(variable.name);
  }
  std::erase_if(names, [&](const std::string& name) {
    return !name.starts_with(word) || name.starts_with("input_") || name.find('.') != std::string::npos;
  });
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace noodle::tools
