#pragma once

// For listings: marks what LLVM makes with the NBC instruction that it comes from. A place's file is the function
// (`f7`), its line the instruction's first word plus one.

#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/DebugLoc.h>

#include <cstdint>

namespace noodle::jit {

class Places {
 public:
  explicit Places(llvm::Module& ir);
  /// Says whose code a function of LLVM's holds.
  void begin(llvm::Function& code, std::uint32_t function);
  /// The place of what is made in such a function for a word.
  static llvm::DebugLoc at(const llvm::Function& code, std::uint32_t pc);
  /// When all has been made.
  void finish() { builder_.finalize(); }

 private:
  llvm::DIBuilder builder_;
  llvm::DISubroutineType* type_;
};

}  // namespace noodle::jit
