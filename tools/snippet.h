#pragma once

// Statements and declarations without a program around them, as they are typed into the REPL and stand in examples.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/tree.h"

namespace noodle::tools {

/// A declaration: its place, and what it declares. In the REPL one that declares the same takes its place.
struct SnippetItem {
  syntax::Range range;
  syntax::ItemKind kind;
  std::string key;   // `fib`; of an impl its head, of an import what it binds
  std::string path;  // of an import: `geometry.shapes`
};

struct SnippetStatement {
  syntax::Range range;
  bool is_expression;
};

struct Snippet {
  std::vector<SnippetItem> items;
  std::vector<SnippetStatement> statements;
  std::vector<std::string> names;  // all that occur
};

/// Takes apart what some pieces of a text are together. What can't be parsed comes back as it can.
Snippet take_apart(std::string_view text, std::span<const syntax::Range> pieces);

}  // namespace noodle::tools
