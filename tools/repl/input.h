#pragma once

// Whether what somebody types is whole.

#include <string_view>

namespace noodle::tools {

/// Whether more lines have to follow: a bracket is open, or the last line ends where an operand is missing.
bool wants_more(std::string_view text);

}  // namespace noodle::tools
