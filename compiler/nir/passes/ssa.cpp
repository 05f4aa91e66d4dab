#include "compiler/nir/passes/ssa.h"

namespace noodle::nir {

ValueId SsaRepair::at_entry(BlockId block) {
  // Up to a block where ways meet there is nothing to decide.
  std::vector<BlockId> chain;
  ValueId value;
  while (true) {
    if (at_entry_[block.index].valid()) {
      value = at_entry_[block.index];
      break;
    }
    const auto incoming = cfg_.incoming(block);
    if (incoming.size() != 1) {
      Builder builder(f_);
      value = builder.add_param(block, type_);
      f_.value(value).name = name_;
      at_entry_[block.index] = value;
      touched_.push_back(block);
      for (const Incoming& in : incoming) {
        const ValueId argument = at_end(in.from);
        builder.add_argument(f_.edges_of(f_.terminator(in.from))[in.edge], argument);
      }
      break;
    }
    chain.push_back(block);
    block = incoming[0].from;
    if (defined_[block.index].valid()) {
      value = defined_[block.index];
      break;
    }
  }
  for (BlockId b : chain) {
    at_entry_[b.index] = value;
    touched_.push_back(b);
  }
  return value;
}

}  // namespace noodle::nir
