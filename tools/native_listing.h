#pragma once

// A function's machine code for people.

#include <string>
#include <string_view>

#include "runtime/vm/loaded.h"

namespace noodle::tools {

/// From the compiler's assembly the body of one function, with the instruction beside from which each run of machine
/// instructions comes, and the constants that it uses.
std::string native_listing(const vm::LoadedModule& module, std::uint32_t function, std::string_view assembly);

}  // namespace noodle::tools
