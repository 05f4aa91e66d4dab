#pragma once

// The natural loops of a function, inner ones before those around them.

#include <span>
#include <vector>

#include "compiler/nir/cfg.h"

namespace noodle::nir {

struct Loop {
  BlockId head;
  std::vector<BlockId> blocks;   // the head first, then in the order of the Cfg
  std::vector<BlockId> latches;  // blocks with an edge back to the head
};

/// All loops, smaller ones first, so that each comes before those it lies in.
std::vector<Loop> find_loops(const Function& f, const Cfg& cfg);

/// Which blocks belong to the loop in hand: a set that is cheap to fill again.
class LoopBlocks {
 public:
  explicit LoopBlocks(const Function& f) : mark_(f.blocks.size(), 0) {}
  void set(const Loop& loop) {
    ++now_;
    for (BlockId block : loop.blocks) add(block);
  }
  void add(BlockId block) {
    if (block.index >= mark_.size()) mark_.resize(block.index + 1, 0);
    mark_[block.index] = now_;
  }
  bool contains(BlockId block) const { return block.index < mark_.size() && mark_[block.index] == now_; }

 private:
  std::vector<std::uint32_t> mark_;
  std::uint32_t now_ = 0;
};

/// Gives each loop one block before its head that does nothing but jump to it, where it has none yet.
/// True when blocks were made: a Cfg from before is out of date.
bool make_preheaders(Function& f, const Cfg& cfg, std::span<const Loop> loops);

/// The block that alone leads to a loop's head from outside by a jump; invalid without one.
BlockId preheader_of(const Function& f, const Cfg& cfg, const Loop& loop);

}  // namespace noodle::nir
