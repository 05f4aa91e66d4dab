#pragma once

// The lines of an image's code, for debuggers and profilers.

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/jit/jit.h"
#include "runtime/vm/loaded.h"

namespace noodle::jit {

/// A place in the source, inside a function that may have been taken in elsewhere.
struct CodeFrame {
  std::string_view function;
  std::string_view file;
  std::uint32_t line = 0;    // 0: nobody knows
  std::uint32_t caller = 0;  // 0, or 1 + the index of an earlier frame: where the call stood that was taken in
};

/// From this byte of the image on, code is of this frame.
struct CodeRow {
  std::uint32_t at = 0;
  std::uint32_t frame = 0;  // 0: of none; else 1 + an index
};

/// Names in it are the module's.
struct CodeLines {
  std::vector<CodeFrame> frames;
  std::vector<CodeRow> rows;  // ascending
};

/// All that an image and its module know of lines; empty when either knows nothing.
CodeLines code_lines(const vm::LoadedModule& module, const Image& image);

/// Calls `visit(at, end, frame)` for the rows of a stretch of an image, cut to it; frame is as in CodeRow.
template <class Visit>
void for_each_row(const CodeLines& lines, std::uint64_t begin, std::uint64_t end, Visit visit) {
  for (std::size_t i = 0; i < lines.rows.size(); ++i) {
    const std::uint64_t next = i + 1 < lines.rows.size() ? lines.rows[i + 1].at : end;
    const std::uint64_t from = lines.rows[i].at > begin ? lines.rows[i].at : begin, to = next < end ? next : end;
    if (from < to) visit(from, to, lines.rows[i].frame);
  }
}

}  // namespace noodle::jit
