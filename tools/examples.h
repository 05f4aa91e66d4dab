#pragma once

// Programs that show diagnostics: one that is reported, and its mend.

#include <optional>
#include <string>
#include <string_view>

#include "compiler/source/diagnostics.h"

namespace noodle::tools {

/// A program that is reported, and its mend.
struct Mistake {
  std::string_view wrong;
  std::string_view right;
};

/// The example of a code; nothing for the few that take more than one short file.
std::optional<Mistake> example_of(source::Code code);

/// Statements as a whole program; what has declarations is one as it is, but for its `main`.
std::string whole_program(std::string_view text);

}  // namespace noodle::tools
