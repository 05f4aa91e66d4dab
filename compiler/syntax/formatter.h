#pragma once

// The canonical layout of a file: four blanks an open bracket, one rule for blanks between tokens, at
// most one empty line, comments where they were, lines of at most 100 characters where that is possible.
//
// The writer's line breaks stay (a newline means something in Noodle) and only lines that are too long get
// more of them. Formatting never changes what a file parses to, and formatting twice is formatting once.
// Strings with interpolations are kept as they are written.

#include <string>

#include "compiler/syntax/parser.h"

namespace noodle::syntax {

/// Code that is wider than this is broken, in characters. Comments may be longer.
inline constexpr std::size_t kWidth = 100;

/// The file in canonical layout. Meant for files that parse without errors; with errors the tokens
/// are still all there, but what the parser could not read is laid out by guess.
std::string format(const ParsedFile& parsed);

}  // namespace noodle::syntax
