#pragma once

// The shape of a function: who comes before whom, which block dominates which, and where values are
// live. Computed from scratch by whoever needs it; nothing here is kept up to date.

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/nir/layout.h"
#include "compiler/nir/nir.h"

namespace noodle::nir {

/// One way into a block: an edge of another block's terminator.
struct Incoming {
  BlockId from;
  std::uint32_t edge = 0;  // which edge of the terminator
};

/// Predecessors, reverse postorder and dominators of the reachable blocks.
class Cfg {
 public:
  Cfg() = default;
  explicit Cfg(const Function& function) { build(function); }
  /// Describes another function, or this one anew, in the memory that is there.
  void build(const Function& function);

  /// Reachable blocks: those reached from the entry first, in reverse postorder, then those reached
  /// from cleanup handlers. A loop's body stands before what follows the loop.
  std::span<const BlockId> order() const { return order_; }
  bool reachable(BlockId block) const { return number_[block.index] != kNone; }
  /// Position of a reachable block in `order`.
  std::uint32_t number(BlockId block) const { return number_[block.index]; }
  std::span<const Incoming> incoming(BlockId block) const {
    return {incoming_.data() + incoming_begin_[block.index],
            incoming_begin_[block.index + 1] - incoming_begin_[block.index]};
  }
  /// The block that immediately dominates another; invalid for the entry and for handlers.
  BlockId dominator(BlockId block) const {
    find_dominators();
    return dominators_[block.index];
  }
  bool dominates(BlockId above, BlockId below) const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  void walk(const Function& function, BlockId root);
  void find_dominators() const {
    if (!has_dominators_) compute_dominators();
  }
  void compute_dominators() const;

  std::vector<BlockId> order_;
  std::vector<std::uint32_t> number_;
  std::vector<std::uint32_t> incoming_begin_;
  std::vector<Incoming> incoming_;
  // Found when first asked for.
  mutable std::vector<BlockId> dominators_;
  mutable std::vector<std::uint32_t> depth_;  // in the dominator tree
  mutable bool has_dominators_ = false;

  struct Step {
    BlockId block;
    std::uint32_t left;  // edges still to follow, from the last to the first
  };
  std::vector<BlockId> postorder_;  // while building
  std::vector<Step> steps_;
  mutable std::vector<std::uint32_t> next_;
};

/// By value: what it is borrowed from; invalid for values that own themselves. A projection is borrowed from
/// its operand, a borrowed parameter of a block from the one value below all that it gets.
std::vector<ValueId> owners_of(const Function& function, Layout& layout);
/// Whether a value of a flat function is owned where it is defined: no borrowed parameter, and not shown by a look
/// into another value.
bool owns_itself(const Function& function, ValueId value);
/// The value that a chain of projections begins with.
ValueId shown_by(const Function& function, ValueId value);

/// One appearance of a value: as an operand or as an edge's argument of the instruction at
/// `position` of `block`.
struct Use {
  BlockId block;
  std::uint32_t position = 0;
};

/// Where values are live. With `owners`, a use of a value counts as a use of its owner too, and of
/// that one's, and so on.
class Liveness {
 public:
  Liveness(const Function& function, const Cfg& cfg, std::span<const ValueId> owners = {});

  /// Values live at the start of a block, without its parameters, ascending.
  std::span<const ValueId> live_in(BlockId block) const {
    return {live_in_.data() + live_in_begin_[block.index],
            live_in_begin_[block.index + 1] - live_in_begin_[block.index]};
  }
  bool is_live_in(BlockId block, ValueId value) const;
  bool is_live_out(BlockId block, ValueId value) const;
  /// Every use of a value in reachable code, by the order of blocks and position.
  std::span<const Use> uses(ValueId value) const {
    return {uses_.data() + uses_begin_[value.index], uses_begin_[value.index + 1] - uses_begin_[value.index]};
  }
  /// Whether the value is used behind the instruction at `position` of `block`, or in later blocks.
  bool is_live_after(BlockId block, std::uint32_t position, ValueId value) const;

 private:
  const Function& function_;
  const Cfg& cfg_;
  std::vector<std::uint32_t> live_in_begin_;  // of each block in live_in_
  std::vector<ValueId> live_in_;
  std::vector<std::uint32_t> uses_begin_;
  std::vector<Use> uses_;
};

/// The block that a value is defined in.
inline BlockId block_of(const Function& f, const std::vector<BlockId>& inst_blocks, ValueId v) {
  const Value& value = f.value(v);
  return value.inst.valid() ? inst_blocks[value.inst.index] : value.block;
}
/// The block of each instruction (invalid for those that stand in none).
std::vector<BlockId> blocks_of_insts(const Function& function);

}  // namespace noodle::nir
