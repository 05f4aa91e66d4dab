#pragma once

// The tree as text, for `--emit=ast`, golden tests, and comparing two trees: nodes in parentheses,
// statements and declarations on lines of their own, nothing about places.

#include <string>

#include "compiler/syntax/parser.h"

namespace noodle::syntax {

/// The whole tree, one declaration after the other. Equal texts mean equal trees up to ranges.
std::string print_tree(const Interner& names, const ParsedFile& file);

/// One expression, as print_tree writes it.
std::string print_expr(const Interner& names, const Expr* expr);

}  // namespace noodle::syntax
