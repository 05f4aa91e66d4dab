// Block parameters that get the same value on every way in are that value. They matter for counts: a
// parameter owns what it gets, so a borrowed value passed through one would cost a copy.

#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

/// Removes the marked parameters of a block together with what its ways in pass for them.
void remove_params(Function& f, const Cfg& cfg, BlockId block, const std::vector<bool>& remove) {
  for (const Incoming& in : cfg.incoming(block)) {
    Edge& edge = f.edges_of(f.terminator(in.from))[in.edge];
    std::uint32_t kept = 0;
    for (std::uint32_t k = 0; k < remove.size(); ++k) {
      if (!remove[k]) f.operands[edge.first_argument + kept++] = f.operands[edge.first_argument + k];
    }
    edge.argument_count = kept;
  }
  auto& params = f.block(block).params;
  std::uint32_t kept = 0;
  for (std::uint32_t k = 0; k < remove.size(); ++k) {
    if (remove[k]) continue;
    f.value(params[k]).index = kept;
    params[kept++] = params[k];
  }
  params.resize(kept);
}

}  // namespace

void remove_redundant_params(Function& f, PassContext& context) {
  const Cfg& cfg = context.shape(f);
  Renaming renaming(f);
  bool renamed = false;
  for (bool changed = true; changed;) {
    changed = false;
    for (BlockId block : cfg.order()) {
      if (cfg.incoming(block).empty() || block.index == 0) continue;
      const auto& params = f.block(block).params;
      std::vector<bool> remove(params.size(), false);
      bool any = false;
      for (std::uint32_t k = 0; k < params.size(); ++k) {
        ValueId only;
        bool same = true;
        for (const Incoming& in : cfg.incoming(block)) {
          ValueId v = renaming(f.arguments_of(f.edges_of(f.terminator(in.from))[in.edge])[k]);
          if (v == params[k] || v == only) continue;
          same = !only.valid();
          only = v;
          if (!same) break;
        }
        if (!same || !only.valid()) continue;
        renaming.rename(params[k], only);
        remove[k] = any = true;
      }
      if (any) remove_params(f, cfg, block, remove);
      changed |= any;
    }
    renamed |= changed;
  }
  if (renamed) renaming.apply(f);
}

}  // namespace noodle::nir
