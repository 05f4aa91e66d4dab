#pragma once

#include <expected>
#include <string>

#include "runtime/jit/native.h"

namespace noodle::jit {

/// An object file with all of a program: its functions, entries at their beginnings and loops, its module, and the
/// `noodle_native_program` that has all of that. A function that can't be compiled is left out.
std::expected<std::string, std::string> native_object(const NativeRequest& request);

/// Links an object file and the runtime to an executable, or the object file alone to a library; says what is wrong, or
/// nothing.
std::string link_native(std::string_view object, const NativeRequest& request);

}  // namespace noodle::jit
