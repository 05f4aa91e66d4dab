// Looking into the same enum or box again gives the same values, so one look serves all that it
// dominates. Decision trees of `match` look often.

#include <unordered_map>

#include "base/hash.h"
#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

void merge_projections(Function& f, PassContext&) {
  Cfg cfg(f);
  Renaming renaming(f);
  std::unordered_multimap<std::uint64_t, std::pair<InstId, BlockId>> seen;
  bool renamed = false;
  for (BlockId block : cfg.order()) {
    std::vector<InstId> kept;
    for (InstId id : f.block(block).insts) {
      Inst& inst = f.inst(id);
      kept.push_back(id);
      if (inst.op != Op::Payload && inst.op != Op::BoxPeek && inst.op != Op::EnumTag) continue;
      ValueId& operand = f.operands_of(inst)[0];
      operand = renaming(operand);
      std::uint64_t key = hash_combine(hash_combine(operand.index, inst.imm), static_cast<std::uint64_t>(inst.op));
      auto [at, end] = seen.equal_range(key);
      bool merged = false;
      for (; at != end && !merged; ++at) {
        const Inst& before = f.inst(at->second.first);
        if (before.op != inst.op || before.imm != inst.imm || f.operands_of(before)[0] != operand) continue;
        if (!cfg.dominates(at->second.second, block)) continue;
        for (std::uint32_t k = 0; k < inst.result_count; ++k) {
          renaming.rename(f.result(inst, k), f.result(before, k));
        }
        kept.pop_back();
        renamed = merged = true;
      }
      if (!merged) seen.emplace(key, std::pair(id, block));
    }
    f.block(block).insts = std::move(kept);
  }
  if (renamed) renaming.apply(f);
}

}  // namespace noodle::nir
