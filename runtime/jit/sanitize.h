#pragma once

// Where Noodle is built with a sanitizer, compiled code is checked by it as well: each access to memory calls the
// sanitizer's functions, which are in the command. Their addresses are this process's, so such code can't be kept.

#include <llvm/IR/PassManager.h>

namespace noodle::jit {

/// Adds what has all functions checked, if this build has a sanitizer; after all passes that optimise.
void add_sanitizer(llvm::Module& ir, llvm::ModulePassManager& passes);
/// Where a function of the sanitizer is; null for any other name.
void* sanitizer_function(llvm::StringRef name);

}  // namespace noodle::jit
