#pragma once

// What somebody typed: whether it is whole, and what it is made of.

#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/tree.h"

namespace noodle::tools {

/// Whether more lines have to follow: a bracket is open, or the last line ends where an operand is missing.
bool wants_more(std::string_view text);

/// A declaration that was typed: its place, and what it declares. One that declares the same takes its place.
struct TypedItem {
  syntax::Range range;
  syntax::ItemKind kind;
  std::string key;                // `fib`; of an impl its head, of an import what it binds
  std::vector<std::string> path;  // of an import
};

/// A statement that was typed.
struct TypedStatement {
  syntax::Range range;
  bool is_expression;
};

struct Input {
  std::vector<TypedItem> items;
  std::vector<TypedStatement> statements;
  std::vector<std::string> names;  // all that occur
};

/// Takes apart [begin, end) of a text. What can't be parsed comes back as it can.
Input take_apart(std::string_view text, syntax::Range range);

}  // namespace noodle::tools
