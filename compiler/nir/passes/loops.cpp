#include "compiler/nir/passes/loops.h"

#include <algorithm>

#include "compiler/nir/builder.h"
#include "compiler/nir/passes/edit.h"

namespace noodle::nir {

std::vector<Loop> find_loops(const Function& f, const Cfg& cfg) {
  std::vector<Loop> loops;
  std::vector<std::uint32_t> seen(f.blocks.size(), UINT32_MAX);
  std::vector<BlockId> work;
  for (BlockId head : cfg.order()) {
    Loop loop;
    loop.head = head;
    for (const Incoming& in : cfg.incoming(head)) {
      if (!cfg.dominates(head, in.from)) continue;
      if (std::ranges::find(loop.latches, in.from) == loop.latches.end()) loop.latches.push_back(in.from);
    }
    if (loop.latches.empty()) continue;
    seen[head.index] = head.index;
    loop.blocks.push_back(head);
    work = loop.latches;
    while (!work.empty()) {
      const BlockId block = work.back();
      work.pop_back();
      if (seen[block.index] == head.index) continue;
      seen[block.index] = head.index;
      loop.blocks.push_back(block);
      for (const Incoming& in : cfg.incoming(block)) work.push_back(in.from);
    }
    std::ranges::sort(loop.blocks, {}, [&](BlockId b) { return cfg.number(b); });
    loops.push_back(std::move(loop));
  }
  std::ranges::stable_sort(loops, {}, [](const Loop& loop) { return loop.blocks.size(); });
  return loops;
}

BlockId preheader_of(const Function& f, const Cfg& cfg, const Loop& loop) {
  BlockId found;
  for (const Incoming& in : cfg.incoming(loop.head)) {
    if (std::ranges::find(loop.latches, in.from) != loop.latches.end()) continue;
    if (found.valid() || f.terminator(in.from).op != Op::Jump) return {};
    found = in.from;
  }
  return found;
}

bool make_preheaders(Function& f, const Cfg& cfg, std::span<const Loop> loops) {
  bool made = false;
  for (const Loop& loop : loops) {
    if (preheader_of(f, cfg, loop).valid()) continue;
    std::vector<Incoming> outside;
    for (const Incoming& in : cfg.incoming(loop.head)) {
      if (std::ranges::find(loop.latches, in.from) == loop.latches.end()) outside.push_back(in);
    }
    if (outside.empty()) continue;  // a handler's loop begins at the handler
    made = true;
    if (outside.size() == 1) {
      split_edge(f, f.block(outside[0].from).insts.back(), outside[0].edge);
      continue;
    }
    Builder builder(f);
    const BlockId block = builder.new_block();
    std::vector<ValueId> params;
    for (ValueId p : std::vector<ValueId>(f.block(loop.head).params))
      params.push_back(builder.add_param(block, f.type(p)));
    for (const Incoming& in : outside) f.edges_of(f.terminator(in.from))[in.edge].target = block;
    const Inst first = f.inst(f.block(loop.head).insts.front());
    builder.at = block;
    builder.region = first.region;
    builder.span = first.span;
    builder.site = first.site;
    builder.jump(loop.head, params);
  }
  return made;
}

}  // namespace noodle::nir
