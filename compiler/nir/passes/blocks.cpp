// Fewer and longer blocks: decided branches, threaded jumps, joined blocks, nothing unreachable.

#include <algorithm>

#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

/// The jump of a block that does nothing else; null for any other.
const Edge* forwards(const Function& f, BlockId b) {
  const Block& block = f.block(b);
  if (block.insts.size() != 1 || !block.params.empty()) return nullptr;
  const Inst& inst = f.inst(block.insts[0]);
  return inst.op == Op::Jump ? &f.edges_of(inst)[0] : nullptr;
}

/// Where an edge leads in the end, if nothing is passed on the way; else an invalid one.
BlockId end_of(const Function& f, const Edge& edge) {
  const Edge* at = &edge;
  for (std::size_t hops = 0; at->argument_count == 0 && hops < f.blocks.size(); ++hops) {
    const Edge* next = forwards(f, at->target);
    if (next == nullptr || next->argument_count != 0) return at->target;
    at = next;
  }
  return {};
}

/// Whether all of several ways out of a block lead to the same place, and take nothing there.
bool leads_to_one(const Function& f, const Inst& last) {
  const std::span<const Edge> edges = f.edges_of(last);
  const BlockId end = end_of(f, edges[0]);
  return edges.size() > 1 && end.valid() &&
         std::ranges::all_of(edges, [&](const Edge& edge) { return end_of(f, edge) == end; });
}

/// A branch whose condition is a constant, or any choice between ways to the same place, is a jump. True when
/// there was one.
bool decide_branches(Function& f) {
  bool decided = false;
  for (Block& block : f.blocks) {
    if (block.insts.empty()) continue;
    Inst& last = f.inst(block.insts.back());
    if (last.op != Op::Branch && last.op != Op::Switch) continue;
    const Value& condition = f.value(f.operands_of(last)[0]);
    std::uint32_t taken = 0;
    if (last.op == Op::Branch && condition.inst.valid() && f.inst(condition.inst).op == Op::ConstInt) {
      taken = f.inst(condition.inst).imm != 0 ? 0 : 1;
    } else if (!leads_to_one(f, last)) {
      continue;
    }
    last.op = Op::Jump;
    last.operand_count = 0;
    last.first_edge += taken;
    last.edge_count = 1;
    decided = true;
  }
  return decided;
}

/// Edges to a block that only jumps on go where that one goes. A branch's edge carries no arguments,
/// so it isn't led past a block that passes some.
void thread_jumps(Function& f) {
  for (Block& block : f.blocks) {
    if (block.insts.empty()) continue;
    Inst& last = f.inst(block.insts.back());
    for (Edge& edge : f.edges_of(last)) {
      for (std::size_t hops = 0; hops < f.blocks.size(); ++hops) {
        const Edge* next = forwards(f, edge.target);
        if (next == nullptr || next->target == edge.target || edge.argument_count != 0) break;
        if (next->argument_count != 0 && last.op != Op::Jump) break;
        edge = *next;
        edge.room = 0;
        if (edge.argument_count == 0) continue;
        // Arguments of its own: passes change them in place.
        edge.first_argument = static_cast<std::uint32_t>(f.operands.size());
        for (std::uint32_t k = 0; k < edge.argument_count; ++k)
          f.operands.push_back(f.operands[next->first_argument + k]);
        break;
      }
    }
  }
}

/// A block whose only way in is another's jump becomes that one's end, and is left empty. False when
/// there was none.
bool join_blocks(Function& f, const Cfg& cfg) {
  std::vector<bool> is_root(f.blocks.size(), false);
  is_root[0] = true;
  for (const Region& region : f.regions) {
    if (region.handler.valid()) is_root[region.handler.index] = true;
  }
  Renaming renaming(f);
  bool renamed = false;
  bool joined = false;
  std::vector<bool> gone(f.blocks.size(), false);
  for (BlockId above : cfg.order()) {
    if (gone[above.index]) continue;
    while (true) {
      const Inst last = f.terminator(above);
      if (last.op != Op::Jump) break;
      const Edge edge = f.edges_of(last)[0];
      BlockId below = edge.target;
      if (below == above || is_root[below.index] || cfg.incoming(below).size() != 1) break;
      for (std::uint32_t k = 0; k < edge.argument_count; ++k) {
        renaming.rename(f.block(below).params[k], f.arguments_of(edge)[k]);
        renamed = true;
      }
      auto& to = f.block(above).insts;
      auto& from = f.block(below).insts;
      to.pop_back();
      to.insert(to.end(), from.begin(), from.end());
      f.block(below).params.clear();
      from.clear();
      gone[below.index] = joined = true;
    }
  }
  if (renamed) renaming.apply(f);
  return joined;
}

/// Numbers the blocks that stay anew, without gaps and in the order in which they stood.
template <typename Stays>
void keep_blocks(Function& f, Stays stays) {
  std::vector<BlockId> to(f.blocks.size());
  std::vector<Block> kept;
  for (std::size_t b = 0; b < f.blocks.size(); ++b) {
    if (!stays(BlockId(b))) continue;
    to[b] = BlockId(kept.size());
    kept.push_back(std::move(f.blocks[b]));
  }
  f.blocks = std::move(kept);
  for (Block& block : f.blocks) {
    for (Edge& edge : f.edges_of(f.inst(block.insts.back()))) edge.target = to[edge.target.index];
  }
  for (Value& value : f.values) {
    if (value.block.valid()) value.block = to[value.block.index];
  }
  for (Region& region : f.regions) {
    if (region.handler.valid()) region.handler = to[region.handler.index];
  }
}

/// False when every block can be reached.
bool remove_unreachable(Function& f, const Cfg& cfg) {
  if (cfg.order().size() == f.blocks.size()) return false;
  keep_blocks(f, [&](BlockId b) { return cfg.reachable(b); });
  return true;
}

void remove_empty(Function& f) {
  keep_blocks(f, [&](BlockId b) { return !f.block(b).insts.empty(); });
}

}  // namespace

void simplify_blocks(Function& f, PassContext& context) {
  if (f.blocks.size() == 1) return;
  context.reshape();
  decide_branches(f);
  thread_jumps(f);
  if (remove_unreachable(f, context.shape(f))) context.reshape();
  if (!join_blocks(f, context.shape(f))) return;
  // What was joined is empty, and no edge leads there.
  context.reshape();
  remove_empty(f);
}

bool simplify_choices(Function& f, PassContext& context) {
  if (!decide_branches(f)) return false;
  simplify_blocks(f, context);
  return true;
}

}  // namespace noodle::nir
