#pragma once

// Values as text in which any two that differ are told apart: for comparing what two runs of a module gave.

#include <cstdint>
#include <string>

#include "runtime/value/value.h"

namespace noodle::jit::testing {

/// What stands in a value's slots, with the bits of its numbers and all that it refers to. NaNs count as one: which
/// of them an operation gives is nowhere said.
std::string text_of(const value::TypeInfo& type, const std::uint64_t* slots);

}  // namespace noodle::jit::testing
