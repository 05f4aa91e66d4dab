#pragma once

#include <llvm/ADT/StringRef.h>

#include <string>
#include <vector>

#include "runtime/jit/jit.h"
#include "runtime/jit/line_table.h"

namespace noodle::jit {

/// An image while it is made.
struct MadeImage {
  std::string bytes;
  std::size_t code_bytes = 0;
  std::vector<Symbol> symbols;
  std::vector<LineRow> lines;  // where there are any
  std::string origins;         // see Image
  std::string trouble;
};

/// Makes one piece of an object file's code and constants, with all references between them resolved. One to
/// anything outside is trouble.
void link(llvm::StringRef object, MadeImage& image);

}  // namespace noodle::jit
