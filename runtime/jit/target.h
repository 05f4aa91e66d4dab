#pragma once

// What LLVM is to make code for, and how it does.

#include <llvm/IR/Module.h>
#include <llvm/Support/CodeGen.h>
#include <llvm/Target/TargetMachine.h>

#include <memory>
#include <optional>
#include <string>

namespace noodle::jit {

/// A processor of this machine's kind with these features; floating-point operations are never fused.
std::unique_ptr<llvm::TargetMachine> make_target(llvm::StringRef processor, llvm::StringRef features,
                                                 llvm::Reloc::Model relocations, bool has_function_sections);
/// A module is to become that processor's code.
void prepare(llvm::Module& ir, const llvm::TargetMachine& target);
/// What all functions of ours have: a frame pointer, and no call that LLVM makes up.
void add_attributes(llvm::Function& function);
/// An object file, or its text in assembly; nothing when this processor's code can't be emitted.
std::optional<llvm::SmallVector<char, 0>> emitted(llvm::Module& ir, llvm::TargetMachine& target,
                                                  llvm::CodeGenFileType kind);

/// Why there is no code then.
inline constexpr const char* kNotEmitted = "this processor's code can't be emitted";

}  // namespace noodle::jit
