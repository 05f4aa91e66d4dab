#pragma once

// What people say of compiled code, without what does it (tier.h).

#include <cstdint>
#include <functional>
#include <type_traits>

#include "runtime/jit/jit.h"

namespace noodle::jit {

/// How much is compiled.
enum class Mode : std::uint8_t {
  Off,     // nothing
  On,      // what is hot
  Always,  // everything, before it runs: for tests
  Mixed,   // part of it, before it runs, and left now and then: for tests, see Mixer
};

/// A Compile that may have a state.
using Compiler = std::function<std::remove_pointer_t<Compile>>;

}  // namespace noodle::jit
