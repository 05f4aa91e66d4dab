#pragma once

// What LLVM is to make code for, and how it does.

#include <llvm/IR/LegacyPassManager.h>
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

/// Makes modules code, one after the other: to set up all that LLVM does then takes as long as a small function.
class Emitter {
 public:
  /// For object files, or for their text in assembly. The target must outlive it.
  Emitter(llvm::TargetMachine& target, llvm::CodeGenFileType kind);
  /// A module's code, until the next is emitted; nothing when this processor's code can't be emitted.
  std::optional<llvm::StringRef> emit(llvm::Module& ir);

 private:
  llvm::SmallVector<char, 0> code_;
  llvm::raw_svector_ostream stream_{code_};
  llvm::legacy::PassManager passes_;
  bool can_emit_;
};

/// Why there is no code then.
inline constexpr const char* kNotEmitted = "this processor's code can't be emitted";

}  // namespace noodle::jit
