#pragma once

#include <cstdint>
#include <span>

#include "base/hash.h"

namespace noodle::room {

/// A number for everything that the command and a library read of each other. It is made into each of them, so that
/// each can tell which interface it was built with.
std::uint64_t interface_id();

/// Makes such a number from one for the text of files, and from layouts, which follow from more than text: from flags,
/// and from headers of the system.
consteval std::uint64_t make_interface_id(std::uint64_t text, std::span<const std::uint64_t> layouts) {
  for (const std::uint64_t layout : layouts) text = hash_combine(text, layout);
  return text;
}

}  // namespace noodle::room
