#pragma once

// What kept code depends on: code of another build, processor or module must never be run.

#include <string>
#include <string_view>

#include "nbc/module.h"

namespace noodle::jit {

/// The build id that the linker put into an ELF file; empty without one.
std::string build_id(const std::string& path);
/// The processor and what of it may be used.
std::string processor_identity();
/// This command, its compiler, the environment's words to that, and the processor; empty when one of them can't be
/// told.
std::string code_identity(const std::string& library);
/// A module without what code doesn't depend on.
std::string module_identity(const nbc::Module& module);

}  // namespace noodle::jit
