#pragma once

// What a module tells other compilations about itself: the signatures of its public functions, as
// text that the compiler alone reads back.

#include <string>

#include "compiler/sema/program.h"

namespace noodle::codegen {

/// `export NAME` for each module whose names the main module exports; then one line for each public function of its
/// own, in order of declaration: `fn geometry.area<T: Area>(shape: T, mut by: Float) -> Float`. Behind the first that
/// gives a struct whose fields are public stands `struct Pair<T>(first: T, second: T)`.
std::string interface_text(sema::Program& program);

}  // namespace noodle::codegen
