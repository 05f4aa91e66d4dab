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

/// Where something outside of an image is; null when it may not refer to that.
using Outside = void* (*)(llvm::StringRef name);

/// Makes one piece of an object file's code and constants, with all references between them resolved. Outside of it
/// only functions can be called, and only those that `outside` finds; without it any such reference is trouble.
void link(llvm::StringRef object, Outside outside, MadeImage& image);

}  // namespace noodle::jit
