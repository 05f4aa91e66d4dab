#include "compiler/nir/cfg.h"

#include <algorithm>

namespace noodle::nir {

void Cfg::build(const Function& f) {
  number_.assign(f.blocks.size(), kNone);
  postorder_.clear();
  walk(f, BlockId(0));
  order_.assign(postorder_.rbegin(), postorder_.rend());
  // A handler is reached when some reachable instruction stands in its region; handlers may bring
  // others with them, so look until nothing new is found.
  std::size_t looked_at = f.regions.empty() ? order_.size() : 0;
  while (looked_at < order_.size()) {
    BlockId block = order_[looked_at++];
    for (InstId id : f.block(block).insts) {
      RegionId region = f.inst(id).region;
      if (!region.valid()) continue;
      BlockId handler = f.regions[region.index].handler;
      if (reachable(handler)) continue;
      postorder_.clear();
      walk(f, handler);
      order_.insert(order_.end(), postorder_.rbegin(), postorder_.rend());
    }
  }
  for (std::uint32_t i = 0; i < order_.size(); ++i) number_[order_[i].index] = i;

  incoming_begin_.assign(f.blocks.size() + 1, 0);
  for (BlockId block : order_) {
    for (const Edge& edge : f.edges_of(f.terminator(block))) ++incoming_begin_[edge.target.index + 1];
  }
  for (std::size_t i = 0; i < f.blocks.size(); ++i) incoming_begin_[i + 1] += incoming_begin_[i];
  incoming_.resize(incoming_begin_.back());
  next_ = incoming_begin_;
  for (BlockId block : order_) {
    std::uint32_t k = 0;
    for (const Edge& edge : f.edges_of(f.terminator(block))) {
      incoming_[next_[edge.target.index]++] = {block, k++};
    }
  }
  has_dominators_ = false;
}

void Cfg::walk(const Function& f, BlockId root) {
  auto enter = [&](BlockId block) {
    number_[block.index] = 0;
    steps_.push_back({block, f.terminator(block).edge_count});
  };
  enter(root);
  while (!steps_.empty()) {
    Step& step = steps_.back();
    if (step.left == 0) {
      postorder_.push_back(step.block);
      steps_.pop_back();
      continue;
    }
    BlockId target = f.edges_of(f.terminator(step.block))[--step.left].target;
    if (number_[target.index] == kNone) enter(target);
  }
}

void Cfg::compute_dominators() const {
  // Cooper, Harvey, Kennedy: a simple, fast dominance algorithm.
  has_dominators_ = true;
  dominators_.assign(number_.size(), BlockId());
  depth_.assign(number_.size(), 0);
  next_.assign(number_.size(), 0);  // whether a block was looked at
  auto meet = [&](BlockId a, BlockId b) {
    while (a != b) {
      while (number(a) > number(b)) {
        a = dominators_[a.index];
        if (!a.valid()) return BlockId();
      }
      while (number(b) > number(a)) {
        b = dominators_[b.index];
        if (!b.valid()) return BlockId();
      }
    }
    return a;
  };
  bool changed = true;
  while (changed) {
    changed = false;
    for (BlockId block : order_) {
      if (incoming(block).empty() || block.index == 0) {
        next_[block.index] = 1;
        continue;
      }
      BlockId best;
      bool first = true;
      for (const Incoming& in : incoming(block)) {
        if (next_[in.from.index] == 0) continue;
        best = first ? in.from : best.valid() ? meet(best, in.from) : best;
        first = false;
      }
      next_[block.index] = 1;
      if (dominators_[block.index] != best) {
        dominators_[block.index] = best;
        changed = true;
      }
    }
  }
  for (BlockId block : order_) {
    BlockId above = dominators_[block.index];
    depth_[block.index] = above.valid() ? depth_[above.index] + 1 : 0;
  }
}

bool Cfg::dominates(BlockId above, BlockId below) const {
  find_dominators();
  while (depth_[below.index] > depth_[above.index]) below = dominators_[below.index];
  return above == below;
}

std::vector<BlockId> blocks_of_insts(const Function& f) {
  std::vector<BlockId> result(f.insts.size());
  for (std::size_t b = 0; b < f.blocks.size(); ++b) {
    for (InstId id : f.blocks[b].insts) result[id.index] = BlockId(b);
  }
  return result;
}

// --------------------------------------------------------------------------------------- liveness

namespace {

/// Calls `see` for each operand and edge argument of an instruction, owners included.
template <typename See>
void each_use(const Function& f, const Inst& inst, std::span<const ValueId> owners, See see) {
  auto with_owners = [&](ValueId v) {
    see(v);
    if (owners.empty()) return;
    for (v = owners[v.index]; v.valid(); v = owners[v.index]) see(v);
  };
  for (ValueId v : f.operands_of(inst)) with_owners(v);
  for (const Edge& edge : f.edges_of(inst)) {
    for (ValueId v : f.arguments_of(edge)) with_owners(v);
  }
}

}  // namespace

Liveness::Liveness(const Function& f, const Cfg& cfg, std::span<const ValueId> owners) : function_(f), cfg_(cfg) {
  uses_begin_.assign(f.values.size() + 1, 0);
  for (BlockId block : cfg.order()) {
    for (InstId id : f.block(block).insts) {
      each_use(f, f.inst(id), owners, [&](ValueId v) { ++uses_begin_[v.index + 1]; });
    }
  }
  for (std::size_t i = 0; i < f.values.size(); ++i) uses_begin_[i + 1] += uses_begin_[i];
  uses_.resize(uses_begin_.back());
  auto next = uses_begin_;
  for (BlockId block : cfg.order()) {
    std::uint32_t position = 0;
    for (InstId id : f.block(block).insts) {
      each_use(f, f.inst(id), owners, [&](ValueId v) { uses_[next[v.index]++] = {block, position}; });
      ++position;
    }
  }

  // For each value, walk from its uses against the edges until its definition. The cost is what the
  // answer takes to write down.
  std::vector<std::pair<BlockId, ValueId>> found;
  live_in_begin_.assign(f.blocks.size() + 1, 0);
  std::vector<BlockId> homes = blocks_of_insts(f);
  std::vector<std::uint32_t> seen(f.blocks.size(), UINT32_MAX);
  std::vector<BlockId> work;
  for (std::uint32_t v = 0; v < f.values.size(); ++v) {
    BlockId home = block_of(f, homes, ValueId(v));
    for (const Use& use : uses(ValueId(v))) {
      if (use.block != home && seen[use.block.index] != v) {
        seen[use.block.index] = v;
        work.push_back(use.block);
      }
    }
    while (!work.empty()) {
      BlockId block = work.back();
      work.pop_back();
      found.emplace_back(block, ValueId(v));
      ++live_in_begin_[block.index + 1];
      for (const Incoming& in : cfg.incoming(block)) {
        if (in.from != home && seen[in.from.index] != v) {
          seen[in.from.index] = v;
          work.push_back(in.from);
        }
      }
    }
  }
  for (std::size_t b = 0; b < f.blocks.size(); ++b) live_in_begin_[b + 1] += live_in_begin_[b];
  live_in_.resize(found.size());
  std::vector<std::uint32_t> end(live_in_begin_.begin(), live_in_begin_.end() - 1);
  for (const auto& [block, value] : found) live_in_[end[block.index]++] = value;
}

bool owns_itself(const Function& f, ValueId v) {
  const Value& value = f.value(v);
  if (value.inst.valid()) return info(f.inst(value.inst).op).result == Ownership::Owned;
  return value.block.index == 0 ? f.params[value.index].ownership == Ownership::Owned
                                : value.ownership == Ownership::Owned;
}

ValueId shown_by(const Function& f, ValueId v) {
  while (f.value(v).inst.valid() && info(f.inst(f.value(v).inst).op).result == Ownership::Borrowed) {
    v = f.operands_of(f.inst(f.value(v).inst))[0];
  }
  return v;
}

std::vector<ValueId> owners_of(const Function& f, Layout& layout) {
  std::vector<ValueId> owners(f.values.size());
  bool hands_on = false;
  for (std::size_t v = 0; v < owners.size(); ++v) {
    const Value& value = f.values[v];
    if (!layout.counted(value.type)) continue;
    if (!value.inst.valid()) {
      hands_on |= value.ownership == Ownership::Borrowed && value.block.index != 0;
    } else if (const Inst& inst = f.inst(value.inst); info(inst.op).result == Ownership::Borrowed) {
      owners[v] = f.operands_of(inst)[0];
    }
  }
  // What one way into a block brings, all bring; round a loop it comes from before the loop.
  for (bool changed = hands_on; changed;) {
    changed = false;
    for (const Block& block : f.blocks) {
      if (block.insts.empty()) continue;
      for (const Edge& edge : f.edges_of(f.inst(block.insts.back()))) {
        for (std::uint32_t k = 0; k < edge.argument_count; ++k) {
          const ValueId param = f.block(edge.target).params[k];
          const bool open = f.value(param).ownership == Ownership::Borrowed && layout.counted(f.type(param));
          if (!open || owners[param.index].valid()) continue;
          const ValueId from = shown_by(f, f.arguments_of(edge)[k]);
          const bool handed_on = !f.value(from).inst.valid() && f.value(from).block.index != 0 &&
                                 f.value(from).ownership == Ownership::Borrowed;
          owners[param.index] = handed_on ? owners[from.index] : from;
          changed |= owners[param.index].valid();
        }
      }
    }
  }
  return owners;
}

bool Liveness::is_live_in(BlockId block, ValueId value) const {
  const auto live = live_in(block);
  return std::binary_search(live.begin(), live.end(), value);
}

bool Liveness::is_live_out(BlockId block, ValueId value) const {
  for (const Edge& edge : function_.edges_of(function_.terminator(block))) {
    if (is_live_in(edge.target, value)) return true;
  }
  return false;
}

bool Liveness::is_live_after(BlockId block, std::uint32_t position, ValueId value) const {
  auto all = uses(value);
  auto before = [&](const Use& use, std::uint32_t at) {
    std::uint32_t number = cfg_.number(use.block);
    return number != cfg_.number(block) ? number < cfg_.number(block) : use.position <= at;
  };
  auto it = std::lower_bound(all.begin(), all.end(), position, before);
  return (it != all.end() && it->block == block) || is_live_out(block, value);
}

}  // namespace noodle::nir
