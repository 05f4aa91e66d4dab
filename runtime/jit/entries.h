#pragma once

// How the interpreter comes into a unit's functions.

#include <string>

#include "runtime/jit/emit.h"

namespace noodle::jit {

/// A vm::CompiledCode without a body.
llvm::Function* make_entry(Unit& unit, const std::string& name);
/// The entry at a function's beginning, `e7`, which calls the body. Arguments and results lie in frames.
llvm::Function* define_entry(Unit& unit, std::uint32_t id);
/// The name of an entry at a loop's head.
std::string loop_entry_name(std::uint32_t id, std::uint32_t head);

}  // namespace noodle::jit
