#pragma once

// The part of the verifier that knows the type of every operation.

#include <string>

#include "compiler/nir/layout.h"
#include "compiler/nir/nir.h"

namespace noodle::nir {

/// What is wrong with the types of a flat or counted instruction; empty when nothing is.
std::string check_types(const Function& function, const Inst& inst, Layout& layout, const Module* module);

}  // namespace noodle::nir
