#pragma once

// Values between C and a machine's slots. The machine is held meanwhile.

#include <expected>
#include <string>

#include "embed/core.h"

namespace noodle::embed {

/// Writes an owned value of a leaf type to its slots, which were zero. On failure what they hold is to be released
/// all the same; the text says why the value can't be one of the type.
std::expected<void, std::string> to_slots(Core& core, const TypeInfo& type, const noodle_value& value,
                                          std::uint64_t* slots);

/// Takes an owned value of a leaf type out of its slots.
noodle_value from_slots(Core& core, const TypeInfo& type, const std::uint64_t* slots);

}  // namespace noodle::embed
