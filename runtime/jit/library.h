#pragma once

// Finds the compiler, and asks it for executables.

#include <expected>
#include <string>

#include "nbc/verify.h"
#include "runtime/jit/jit.h"
#include "runtime/jit/native.h"

namespace noodle::jit {

/// Opens the compiler's library, which stays open for ever; or says why that can't be done, also when it was built with
/// another interface than this command.
std::expected<Compile, std::string> open_library(const std::string& path);
/// Goes through the same library's other door: compiles a program as the request says, which comes without it.
std::expected<void, std::string> build_native(const std::string& path, nbc::VerifiedModule program,
                                              NativeRequest request);

}  // namespace noodle::jit
