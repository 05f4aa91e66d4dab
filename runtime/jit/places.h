#pragma once

// Marks what LLVM makes with the NBC instruction that it comes from. At first a place's file is the function (`f7`),
// its line the instruction's first word plus one, which is what listings show. For an image, places are settled after
// the passes: then a line is one more than the index of an origin, which also says where a function was taken in, and
// of all that LLVM knows about debugging only its table of lines is wanted.

#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/DebugLoc.h>

#include <cstdint>
#include <map>
#include <vector>

#include "runtime/jit/origins.h"

namespace noodle::jit {

class Places {
 public:
  explicit Places(llvm::Module& ir);
  /// Says whose code a function of LLVM's holds, and with which word it begins.
  void begin(llvm::Function& code, std::uint32_t function, std::uint32_t pc = 0);
  /// The place of what is made in such a function for a word.
  static llvm::DebugLoc at(const llvm::Function& code, std::uint32_t pc);
  /// When all has been made.
  void finish() { builder_.finalize(); }

  /// When all passes are over.
  void settle(llvm::Module& ir);
  /// What lines stand for since then.
  std::vector<Origin> take_origins() { return std::move(origins_); }

 private:
  std::uint32_t origin_of(const llvm::DILocation* place);
  std::uint32_t add_origin(const Origin& origin);
  void settle(llvm::Function& code);
  llvm::DISubprogram* make_subprogram(llvm::StringRef name, llvm::DIFile* file, unsigned line);

  llvm::DIBuilder builder_;
  llvm::DISubroutineType* type_;
  std::map<const llvm::DISubprogram*, Origin> begins_;  // by whose code it is
  std::map<const llvm::DILocation*, std::uint32_t> known_;
  std::vector<Origin> origins_;
};

}  // namespace noodle::jit
