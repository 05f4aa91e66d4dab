#pragma once

// What the command and the compiler's library must agree on. It is made into each of them, so that each can tell
// which interface it was built with.

#include <cstdint>

namespace noodle::jit {

/// A number for everything that compiled code relies on: the layouts that it works on, and the text of the files in
/// which they, the instructions and the helpers are defined.
std::uint64_t interface_id();

}  // namespace noodle::jit

/// The library's word for its own.
extern "C" std::uint64_t noodle_jit_interface();
