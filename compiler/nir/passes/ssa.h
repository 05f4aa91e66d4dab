#pragma once

// Making values right again when code was copied: where one value had one definition and now has
// several, its uses get what reaches them, through new block parameters where several do. After M. Braun
// et al., Simple and efficient construction of static single assignment form (2013).

#include <vector>

#include "compiler/nir/builder.h"
#include "compiler/nir/cfg.h"

namespace noodle::nir {

/// Repairs one variable at a time over an unchanging control flow.
class SsaRepair {
 public:
  SsaRepair(Function& f, const Cfg& cfg)
      : f_(f), cfg_(cfg), defined_(f.blocks.size()), at_entry_(f.blocks.size()), touched_() {}

  /// Begins with another variable of this type.
  void begin(TypeId type, Symbol name) {
    for (BlockId block : touched_) {
      defined_[block.index] = ValueId();
      at_entry_[block.index] = ValueId();
    }
    touched_.clear();
    type_ = type;
    name_ = name;
  }
  /// At the end of `block` the variable is `value`.
  void define(BlockId block, ValueId value) {
    defined_[block.index] = value;
    touched_.push_back(block);
  }
  /// What the variable is where `block` begins. Every way there must pass a definition.
  ValueId at_entry(BlockId block);
  ValueId at_end(BlockId block) { return defined_[block.index].valid() ? defined_[block.index] : at_entry(block); }

 private:
  Function& f_;
  const Cfg& cfg_;
  TypeId type_;
  Symbol name_;
  std::vector<ValueId> defined_;
  std::vector<ValueId> at_entry_;
  std::vector<BlockId> touched_;
};

}  // namespace noodle::nir
