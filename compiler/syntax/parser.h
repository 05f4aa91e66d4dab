#pragma once

// The door of compiler/syntax: text to tree.
//
// This room knows what a program looks like and nothing of what it means. `parse` always gives a
// whole tree: what it can't read becomes Error nodes, each explained by a diagnostic, at most about
// one a statement or declaration. Its work and the tree's height are bounded for any input: deeper
// nesting than kMostNesting, or a higher tree than kMostHeight, is one diagnostic.
// The other doors: lexer.h (tokens alone), printer.h (the tree as text), formatter.h (layout).

#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/interner.h"
#include "compiler/source/diagnostics.h"
#include "compiler/syntax/tokens.h"
#include "compiler/syntax/tree.h"

namespace noodle::syntax {

/// How deep constructs nest: each expression in a bracket or a block, prefix operator, lambda, type
/// argument and pattern counts one.
inline constexpr std::uint32_t kMostNesting = 200;
/// How many operators, calls, `else if`s and nested constructs lie on one path through an
/// expression. Steps that walk the tree may recurse this deep (times the few nodes of a construct).
inline constexpr std::uint32_t kMostHeight = 1000;

/// One parsed file. Owns its tree; the text must outlive it.
struct ParsedFile {
  Arena arena;
  std::string_view text;
  source::FileId file;
  std::vector<Token> tokens;  // ends in EndOfFile
  std::vector<Comment> comments;
  const File* tree = nullptr;      // never null after parse
  std::vector<Symbol> lost_names;  // of what was declared in a way that Noodle does not have
};

/// Parses a whole file; names are interned, problems go to the sink.
ParsedFile parse(Interner& names, std::string_view text, source::FileId file, source::DiagnosticSink& sink);

}  // namespace noodle::syntax
