#pragma once

// Finds the compiler.

#include <expected>
#include <string>

#include "runtime/jit/jit.h"
#include "runtime/jit/native.h"

namespace noodle::jit {

/// Opens the compiler's library, which stays open for ever; or says why that can't be done, also when it was built with
/// another interface than this command.
std::expected<Compile, std::string> open_library(const std::string& path);
/// The same library's other door.
std::expected<BuildNative, std::string> open_native(const std::string& path);

}  // namespace noodle::jit
