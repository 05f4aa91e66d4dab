// What gives the same in every round of a loop is done once, before it.
//
// An operation without effect moves out when what it needs comes from outside. One that may panic moves
// only from the beginning of the head, where it would have been the first thing to happen anyway. For
// that a loop that tests first is turned over: the test is copied in front of the loop, and the loop's
// own stands at its end, so that its body begins at the head.

#include <algorithm>

#include "compiler/nir/builder.h"
#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/loops.h"
#include "compiler/nir/passes/passes.h"
#include "compiler/nir/passes/ssa.h"

namespace noodle::nir {

namespace {

constexpr std::size_t kLongestTest = 8;  // instructions of a head that is copied

/// Whether the operation has no effect but its results and, at most, a panic: the same each time it is
/// done on the same values, and nothing that must be counted.
bool is_repeatable(const Function& f, PassContext& context, const Inst& inst) {
  switch (inst.op) {
    case Op::ConstString:
    case Op::ConstVariant:
    case Op::ListPeek:
    case Op::BoxPeek: return true;
    case Op::Payload:
    case Op::EnumOpen:
    case Op::ConstValue: return false;
    case Op::ListGet:
    case Op::ListLoad: break;
    default:
      if (!info(inst.op).is_pure && !(inst.op >= Op::Add && inst.op <= Op::Convert)) return false;
  }
  for (std::uint32_t k = 0; k < inst.result_count; ++k) {
    if (context.counted(f, f.result(inst, k))) return false;
  }
  return inst.result_count > 0;
}

/// Values' homes and the loop in hand.
class LoopPass {
 public:
  LoopPass(Function& f, PassContext& context) : f_(f), context_(context), inside_(f) {}

 protected:
  bool is_inside(ValueId v) const {
    const BlockId home = block_of(f_, homes_, v);
    return inside_.contains(home);
  }
  bool is_invariant(const Inst& inst) const {
    return std::ranges::none_of(f_.operands_of(inst), [&](ValueId v) { return is_inside(v); });
  }
  bool panics(const Inst& inst) const { return may_panic(context_.layout.types(), f_, inst); }

  Function& f_;
  PassContext& context_;
  std::vector<BlockId> homes_;  // by instruction
  LoopBlocks inside_;
};

/// Turns loops over whose body begins with something that could move out.
class Rotator : LoopPass {
 public:
  using LoopPass::LoopPass;

  /// True when a loop was turned over; there may be more to do.
  bool run() {
    Cfg cfg(f_);
    homes_ = blocks_of_insts(f_);
    for (const Loop& loop : find_loops(f_, cfg)) {
      inside_.set(loop);
      if (!is_worth_it(cfg, loop)) continue;
      rotate(cfg, loop);
      return true;
    }
    return false;
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// Which edge of the head's branch stays in the loop, when the other leaves it.
  std::uint32_t edge_into(const Loop& loop) const {
    const Inst& last = f_.terminator(loop.head);
    if (last.op != Op::Branch) return kNone;
    const bool first = inside_.contains(f_.edges_of(last)[0].target);
    const bool second = inside_.contains(f_.edges_of(last)[1].target);
    return first == second ? kNone : first ? 0 : 1;
  }

  bool is_worth_it(const Cfg& cfg, const Loop& loop) const {
    const std::uint32_t into = edge_into(loop);
    if (into == kNone || f_.block(loop.head).insts.size() > kLongestTest) return false;
    for (InstId id : f_.block(loop.head).insts) {
      const Inst& inst = f_.inst(id);
      if (inst.op != Op::Branch && !is_repeatable(f_, context_, inst)) return false;
      if (panics(inst) || info(inst.op).result == Ownership::Borrowed) return false;
    }
    const BlockId body = f_.edges_of(f_.terminator(loop.head))[into].target;
    if (cfg.incoming(body).size() != 1 || loop.head.index == 0) return false;
    for (InstId id : f_.block(body).insts) {
      const Inst& inst = f_.inst(id);
      if (inst.op == Op::ListTake) return is_held(loop, inst);
      if (panics(inst)) return is_repeatable(f_, context_, inst) && is_invariant(inst);
      if (!is_repeatable(f_, context_, inst)) return false;
    }
    return false;
  }

  /// Whether an element at a fixed place is taken from a list that goes around the loop (hold.cpp).
  bool is_held(const Loop& loop, const Inst& take) const {
    const Value& list = f_.value(f_.operands_of(take)[0]);
    return !list.inst.valid() && list.block == loop.head && !is_inside(f_.operands_of(take)[1]);
  }

  void rotate(const Cfg& before, const Loop& loop) {
    // Blocks of their own for both ways out of the test.
    const InstId test = f_.block(loop.head).insts.back();
    split_edge(f_, test, 0);
    split_edge(f_, test, 1);
    const BlockId guard = copy_head(loop.head);
    for (const Incoming& in : before.incoming(loop.head)) {
      if (!inside_.contains(in.from)) f_.edges_of(f_.terminator(in.from))[in.edge].target = guard;
    }
    repair(loop.head, guard);
  }

  /// The head once more, with values of its own; `copies_` says which.
  BlockId copy_head(BlockId head) {
    Builder builder(f_);
    const BlockId guard = builder.new_block();
    copies_.clear();
    auto note = [&](ValueId from, ValueId to) { copies_.emplace_back(from, to); };
    auto copy_of = [&](ValueId v) {
      const auto at = std::ranges::find(copies_, v, [](const auto& pair) { return pair.first; });
      return at == copies_.end() ? v : at->second;
    };
    for (ValueId p : std::vector<ValueId>(f_.block(head).params)) {
      note(p, builder.add_param(guard, f_.type(p)));
      f_.values.back().name = f_.value(p).name;
    }
    builder.at = guard;
    for (InstId id : std::vector<InstId>(f_.block(head).insts)) {
      const Inst inst = f_.inst(id);
      builder.region = inst.region;
      builder.span = inst.span;
      builder.site = inst.site;
      std::vector<ValueId> operands;
      std::vector<TypeId> results;
      for (ValueId v : f_.operands_of(inst)) operands.push_back(copy_of(v));
      for (std::uint32_t k = 0; k < inst.result_count; ++k) results.push_back(f_.type(f_.result(inst, k)));
      const InstId made = builder.emit(inst.op, operands, results, inst.type, inst.imm);
      for (std::uint32_t k = 0; k < inst.result_count; ++k) {
        note(f_.result(inst, k), f_.result(f_.inst(made), k));
        f_.value(f_.result(f_.inst(made), k)).name = f_.value(f_.result(inst, k)).name;
      }
      for (std::uint32_t e = 0; e < inst.edge_count; ++e) {
        builder.add_edge(made, f_.edges[inst.first_edge + e].target);  // to a block made by split_edge
      }
    }
    return guard;
  }

  void repair(BlockId head, BlockId guard) {
    const Cfg cfg(f_);
    SsaRepair repair(f_, cfg);
    std::vector<std::uint32_t> variable(f_.values.size(), kNone);
    for (std::uint32_t i = 0; i < copies_.size(); ++i) variable[copies_[i].first.index] = i;
    struct Place {
      std::uint32_t variable;
      BlockId block;
      InstId inst;
      std::uint32_t edge;  // kNone: an operand
      std::uint32_t index;
    };
    std::vector<Place> places;
    for (BlockId block : cfg.order()) {
      if (block == head || block == guard) continue;
      for (InstId id : f_.block(block).insts) {
        const Inst& inst = f_.inst(id);
        for (std::uint32_t k = 0; k < inst.operand_count; ++k) {
          const std::uint32_t v = variable[f_.operands_of(inst)[k].index];
          if (v != kNone) places.push_back({v, block, id, kNone, k});
        }
        for (std::uint32_t e = 0; e < inst.edge_count; ++e) {
          const Edge& edge = f_.edges_of(inst)[e];
          for (std::uint32_t k = 0; k < edge.argument_count; ++k) {
            const std::uint32_t v = variable[f_.arguments_of(edge)[k].index];
            if (v != kNone) places.push_back({v, block, id, e, k});
          }
        }
      }
    }
    std::ranges::stable_sort(places, {}, &Place::variable);
    std::uint32_t now = kNone;
    for (const Place& place : places) {
      if (place.variable != now) {
        now = place.variable;
        const auto [old, copy] = copies_[now];
        repair.begin(f_.type(old), f_.value(old).name);
        repair.define(head, old);
        repair.define(guard, copy);
      }
      const ValueId value = repair.at_entry(place.block);
      const Inst& inst = f_.inst(place.inst);
      if (place.edge == kNone) {
        f_.operands_of(inst)[place.index] = value;
      } else {
        f_.arguments_of(f_.edges_of(inst)[place.edge])[place.index] = value;
      }
    }
  }

  std::vector<std::pair<ValueId, ValueId>> copies_;
};

/// Moves what is the same in every round in front of the loop.
class Mover : LoopPass {
 public:
  using LoopPass::LoopPass;

  /// Whether something was moved.
  bool run() {
    Cfg cfg(f_);
    const std::vector<Loop> loops = find_loops(f_, cfg);
    if (make_preheaders(f_, cfg, loops)) {
      cfg = Cfg(f_);
      move_all(cfg, find_loops(f_, cfg));
    } else {
      move_all(cfg, loops);
    }
    return moved_;
  }

 private:
  void move_all(const Cfg& cfg, const std::vector<Loop>& loops) {
    homes_ = blocks_of_insts(f_);
    for (const Loop& loop : loops) {
      const BlockId before = preheader_of(f_, cfg, loop);
      if (!before.valid()) continue;
      inside_.set(loop);
      for (BlockId block : loop.blocks) move_from(block, block == loop.head, before);
    }
  }

  void move_from(BlockId block, bool is_head, BlockId before) {
    bool first = is_head;  // nothing has happened in this round so far
    const RegionId outer = f_.terminator(before).region;
    auto& insts = f_.block(block).insts;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < insts.size(); ++i) {
      const InstId id = insts[i];
      const Inst& inst = f_.inst(id);
      const bool may_fail = panics(inst);
      const bool can =
          is_repeatable(f_, context_, inst) && (!may_fail || (first && inst.region == outer)) && is_invariant(inst);
      if (can) {
        auto& to = f_.block(before).insts;
        to.insert(to.end() - 1, id);
        homes_[id.index] = before;
        moved_ = true;
        continue;
      }
      if (may_fail || !(info(inst.op).is_pure || is_repeatable(f_, context_, inst))) first = false;
      insts[kept++] = id;
    }
    insts.resize(kept);
  }

  bool moved_ = false;
};

bool has_loop(const Function& f) {
  // Blocks stand in an order in which only loops lead back.
  for (std::size_t b = 0; b < f.blocks.size(); ++b) {
    for (const Edge& edge : f.edges_of(f.terminator(BlockId(b)))) {
      if (edge.target.index <= b) return true;
    }
  }
  return false;
}

}  // namespace

void move_invariants(Function& f, PassContext& context) {
  if (!has_loop(f)) return;
  context.reshape();
  constexpr int kMostRotations = 64;
  bool turned = false;
  for (int i = 0; i < kMostRotations && Rotator(f, context).run(); ++i) turned = true;
  if (turned) {
    simplify_blocks(f, context);
    remove_redundant_params(f, context);
  }
  const bool moved = Mover(f, context).run();
  context.reshape();
  // What branches of a loop had each for itself now stands side by side.
  if (moved) merge_repeats(f, context);
}

}  // namespace noodle::nir
