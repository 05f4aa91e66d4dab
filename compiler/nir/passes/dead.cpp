// Removes operations without effect whose results nobody uses, and block parameters nobody reads
// with what is passed for them.

#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

void remove_unneeded(Function& f, PassContext& context) {
  const Cfg& cfg = context.shape(f);
  std::vector<bool> needed(f.values.size(), false);
  std::vector<bool> kept(f.insts.size(), false);
  std::vector<ValueId> work;
  auto need = [&](ValueId v) {
    if (needed[v.index]) return;
    needed[v.index] = true;
    work.push_back(v);
  };
  auto keep = [&](InstId id) {
    if (kept[id.index]) return;
    kept[id.index] = true;
    for (ValueId v : f.operands_of(f.inst(id))) need(v);
  };
  auto removable = [&](const Inst& inst) {
    if (info(inst.op).is_pure) return true;
    switch (inst.op) {  // they make something, and nothing else
      case Op::ClosureMake:
      case Op::ToAny:
      case Op::BoxNew:
      case Op::ListNew:
      case Op::ListLit:
      case Op::MapNew: return true;
      default: break;
    }
    return inst.op >= Op::Add && inst.op <= Op::Neg && !may_panic(context.layout.types(), f, inst);
  };
  for (BlockId block : cfg.order()) {
    for (InstId id : f.block(block).insts) {
      if (!removable(f.inst(id))) keep(id);
    }
  }
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    const Value& value = f.value(v);
    if (value.inst.valid()) {
      keep(value.inst);
      continue;
    }
    for (const Incoming& in : cfg.incoming(value.block)) {
      need(f.arguments_of(f.edges_of(f.terminator(in.from))[in.edge])[value.index]);
    }
  }
  for (BlockId block : cfg.order()) {
    std::erase_if(f.block(block).insts, [&](InstId id) { return !kept[id.index]; });
    if (cfg.incoming(block).empty() || block.index == 0) continue;
    auto& params = f.block(block).params;
    for (const Incoming& in : cfg.incoming(block)) {
      Edge& edge = f.edges_of(f.terminator(in.from))[in.edge];
      std::uint32_t to = 0;
      for (std::uint32_t k = 0; k < params.size(); ++k) {
        if (needed[params[k].index]) f.operands[edge.first_argument + to++] = f.operands[edge.first_argument + k];
      }
      edge.argument_count = to;
    }
    std::erase_if(params, [&](ValueId v) { return !needed[v.index]; });
    for (std::uint32_t k = 0; k < params.size(); ++k) f.value(params[k]).index = k;
  }
}

}  // namespace

void remove_dead_code(Function& f, PassContext& context) {
  // A choice between ways on which nothing is left to do is none, and what it was made from may be dead then.
  do remove_unneeded(f, context);
  while (simplify_choices(f, context));
}

}  // namespace noodle::nir
