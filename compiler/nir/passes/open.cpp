// Looking into an enum or box whose last use that is becomes moving out of it: `payload` becomes
// `enum.open`, `box.peek` becomes `box.open`. What came out is then owned, so `match stack.pop()
// { Some(item) => … }` takes the item without counting, and a list found inside can be changed in place.

#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

bool has_looks(const Function& f) {
  for (const Block& block : f.blocks) {
    for (InstId id : block.insts) {
      if (f.inst(id).op == Op::Payload || f.inst(id).op == Op::BoxPeek) return true;
    }
  }
  return false;
}

}  // namespace

void open_dying_values(Function& f, PassContext& context) {
  if (!has_looks(f)) return;
  const Cfg& cfg = context.shape(f);
  const auto owners = owners_of(f, context.layout);
  std::vector<bool> handed_on(f.values.size(), false);  // a block's parameter is borrowed from it
  for (std::size_t v = 0; v < owners.size(); ++v) {
    if (!f.values[v].inst.valid() && owners[v].valid()) handed_on[owners[v].index] = true;
  }
  Liveness live(f, cfg);
  std::vector<std::vector<ValueId>> shown(f.values.size());  // looks into a value that stay looks
  for (BlockId block : cfg.order()) {
    std::uint32_t position = 0;
    for (InstId id : f.block(block).insts) {
      Inst& inst = f.inst(id);
      const std::uint32_t at = position++;
      if (info(inst.op).result != Ownership::Borrowed) continue;
      ValueId owner = f.operands_of(inst)[0];
      auto counted_result = [&] {
        for (std::uint32_t k = 0; k < inst.result_count; ++k) {
          if (context.counted(f, f.result(inst, k))) return true;
        }
        return false;
      };
      auto still_shown = [&] {
        for (ValueId v : shown[owner.index]) {
          if (live.is_live_after(block, at, v)) return true;
        }
        return false;
      };
      const bool can = inst.op == Op::Payload || inst.op == Op::BoxPeek;
      const bool whole = owns_itself(f, owner) && !handed_on[owner.index];
      if (can && counted_result() && whole && !live.is_live_after(block, at, owner) && !still_shown()) {
        inst.op = inst.op == Op::Payload ? Op::EnumOpen : Op::BoxOpen;
        continue;
      }
      for (std::uint32_t k = 0; k < inst.result_count; ++k) shown[owner.index].push_back(f.result(inst, k));
    }
  }
}

}  // namespace noodle::nir
