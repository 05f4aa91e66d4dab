#pragma once

// From a program to an executable of its own.

#include <string_view>

#include "runtime/jit/native_program.h"
#include "tools/driver.h"

namespace noodle::tools {

/// Compiles the program at `path` to the executable `output`; gives the exit code.
int build_native(std::string_view path, std::string_view output, const CompileOptions& compile,
                 const jit::NativeOptions& options);

}  // namespace noodle::tools
