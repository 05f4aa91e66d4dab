#pragma once

// Checks that a function is what its stage promises. A finding is a bug of the compiler, so there is
// one message, for its authors, and no diagnostic.

#include <expected>
#include <string>

#include "compiler/nir/layout.h"
#include "compiler/nir/nir.h"

namespace noodle::nir {

/// Checks one function by the rules of its stage: shape, single definitions that dominate their uses,
/// edges that fit their blocks, regions and slots; from the flat stage on also the types of every
/// operation; in the counted stage also that every counted value is consumed exactly once on every
/// path and no borrow outlives its owner. `module` (for calls) may be null in the generic stage.
std::expected<void, std::string> verify(const Function& function, Layout& layout, const Module* module = nullptr);

/// Checks every function of a module.
std::expected<void, std::string> verify(const Module& module, Layout& layout);

}  // namespace noodle::nir
