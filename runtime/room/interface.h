#pragma once

#include <cstdint>

namespace noodle::room {

/// A number for everything that the command and a library read of each other. It is made into each of them, so that
/// each can tell which interface it was built with.
std::uint64_t interface_id();

}  // namespace noodle::room
