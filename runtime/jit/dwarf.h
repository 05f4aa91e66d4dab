#pragma once

// Lines and functions of an image in the form that debuggers read.

#include <cstddef>
#include <span>
#include <string>

#include "runtime/jit/lines.h"
#include "runtime/jit/names.h"

namespace noodle::jit {

/// Sections of DWARF 4: one unit, with a function for each piece, and inside it those that were taken in.
struct DebugSections {
  std::string info, abbreviations, lines;
};

/// The sections for code that lies where it is.
DebugSections debug_sections(std::span<const std::byte> code, std::span<const NamedCode> pieces,
                             const CodeLines& lines);

}  // namespace noodle::jit
