#pragma once

// For this room's tests: text in, tree or problems out.

#include <string>
#include <vector>

#include "compiler/syntax/formatter.h"
#include "compiler/syntax/printer.h"

namespace noodle::syntax::testing {

struct Outcome {
  std::string tree;
  std::string formatted;
  std::vector<std::string> problems;     // "E0101 3:5 message", in source order
  std::vector<std::string> suggestions;  // the text with the first suggestion of each problem applied
};

/// Parses a whole file.
inline Outcome read(const std::string& text) {
  source::SourceMap sources;
  const source::FileId file = sources.add("test.noodle", text);
  source::DiagnosticSink sink;
  Interner names;
  const ParsedFile parsed = parse(names, sources.text(file), file, sink);
  Outcome outcome{print_tree(names, parsed), format(parsed), {}, {}};
  for (const source::Diagnostic& one : sink.sorted()) {
    const source::Position place = sources.position(file, one.span.begin);
    outcome.problems.push_back(std::string(source::code_text(one.code)) + " " + std::to_string(place.line) + ":" +
                               std::to_string(place.column) + " " + one.message);
    if (one.suggestions.empty()) continue;
    std::string changed = text;
    const std::vector<source::Edit>& edits = one.suggestions[0].edits;
    for (std::size_t i = edits.size(); i-- > 0;) {
      changed.replace(edits[i].span.begin, edits[i].span.end - edits[i].span.begin, edits[i].text);
    }
    outcome.suggestions.push_back(changed);
  }
  return outcome;
}

/// The tree of one expression, or its problems.
inline std::string expression(const std::string& text) {
  const std::string before = "const x = ";
  Outcome outcome = read(before + text + "\n");
  if (!outcome.problems.empty()) return outcome.problems[0];
  constexpr std::string_view kHead = "(const x ";
  return outcome.tree.substr(kHead.size(), outcome.tree.size() - kHead.size() - 2);
}

/// The tree of the statements of a body, or its problems.
inline std::string body(const std::string& text) {
  Outcome outcome = read("fn f() {\n" + text + "\n}\n");
  if (!outcome.problems.empty()) {
    std::string all;
    for (const std::string& problem : outcome.problems) all += (all.empty() ? "" : "; ") + problem;
    return all;
  }
  constexpr std::string_view kHead = "(fn f ";
  std::string tree = outcome.tree.substr(kHead.size(), outcome.tree.size() - kHead.size() - 2);
  std::string flat;  // line breaks and their indentation become one blank
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (tree[i] != '\n') {
      flat += tree[i];
      continue;
    }
    while (i + 1 < tree.size() && tree[i + 1] == ' ') ++i;
    flat += ' ';
  }
  return flat;
}

}  // namespace noodle::syntax::testing
