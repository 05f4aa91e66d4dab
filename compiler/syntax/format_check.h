#pragma once

// What formatting promises, of any text: it parses to the same tree, has the same comments, and is formatted to
// itself.

#include <string>
#include <vector>

#include "compiler/syntax/testing.h"

namespace noodle::syntax::testing {

/// The comments of a text that parses, without the blanks at their ends; those of interpolations are strings' parts.
inline std::vector<std::string> comments_of(const std::string& text) {
  source::SourceMap sources;
  const source::FileId file = sources.add("test.noodle", text);
  source::DiagnosticSink sink;
  Interner names;
  const ParsedFile parsed = parse(names, sources.text(file), file, sink);
  std::vector<std::string> comments;
  for (const Comment& one : parsed.comments) {
    comments.push_back(text.substr(one.range.begin, one.range.end - one.range.begin));
    while (!comments.back().empty() && std::string_view(" \t\r").contains(comments.back().back())) {
      comments.back().pop_back();
    }
  }
  return comments;
}

/// What is broken of the promise, with the texts; empty when it is kept. A text that doesn't parse breaks it, too.
inline std::string format_problem(const std::string& text) {
  const Outcome first = read(text);
  if (!first.problems.empty()) return "does not parse: " + first.problems[0] + "\n" + text;
  const Outcome second = read(first.formatted);
  const std::string both = ":\n" + text + "\nformatted:\n" + first.formatted;
  if (!second.problems.empty()) return "does not parse any more: " + second.problems[0] + both;
  if (second.tree != first.tree) return "means something else" + both;
  if (second.formatted != first.formatted) return "is not formatted to itself" + both + "\nagain:\n" + second.formatted;
  if (comments_of(text) != comments_of(first.formatted)) return "has other comments" + both;
  return "";
}

}  // namespace noodle::syntax::testing
