#include "runtime/jit/accesses.h"

namespace noodle::jit {

using nbc::Inst;
using nbc::Op;
using nbc::Role;
using nbc::What;

nbc::Signature FunctionView::signature(const Inst& call) const {
  const nbc::TypeId type = facts.type_at(call.b());
  if (call.op() == Op::CallFn) return nbc::flatten_signature(module.module().types, type);
  const nbc::Trait& trait = module.module().traits[module.module().types[type].trait.index];
  return trait.methods[call.c()].signature;
}

std::uint32_t FunctionView::result_slots(const Inst& call) const {
  switch (call.op()) {
    case Op::Call: return module.functions[call.uimm()].result_slots;
    case Op::CallNative: return module.natives[call.uimm()].result_slots;
    default: return nbc::slots_of(module.module().types, signature(call).results);
  }
}

// Slots of the leaf that begins at a slot; 0 when that can't be told.
std::uint32_t FunctionView::width(const Inst& inst, const nbc::Operand& operand, std::uint32_t slot) const {
  if (operand.what == What::TypeOperand) return module.type_infos[inst.uimm()]->slots;
  if (type(slot) != nullptr) return type(slot)->slots;
  // A payload's leaf, whose type the instruction knows.
  switch (inst.op()) {
    case Op::Move:
    case Op::Copy:
    case Op::Borrow:
    case Op::Reborrow: {
      const std::uint32_t other = operand.place == nbc::Place::A ? inst.b() : inst.a();
      return type(other) != nullptr ? type(other)->slots : 0;
    }
    case Op::SwitchEnum:
    case Op::EnumTag: return 1;
    case Op::Const:
    case Op::ListLoad:
    case Op::ListStore: return 0;
    default: break;
  }
  if (operand.what == What::String) return 2;
  return operand.what == What::Enum || operand.what == What::Leaf ? 0 : 1;
}

bool FunctionView::accesses(const Inst& inst, Accesses& out) const {
  out.reads.clear();
  out.writes.clear();
  const bool is_call = (inst.op_info->flags & nbc::Call) != 0;
  bool listed = false;
  for (const nbc::Operand& operand : inst.op_info->all()) {
    if (operand.role == Role::Imm || operand.place == nbc::Place::Targets) continue;
    if (operand.place == nbc::Place::List) {
      if (listed) continue;  // all lists of an instruction that is no call have one role
      listed = true;
      const std::uint32_t outs = is_call                                                   ? result_slots(inst)
                                 : operand.role == Role::Out || operand.role == Role::View ? inst.list_size()
                                                                                           : 0;
      for (std::uint32_t i = 0; i < inst.list_size(); ++i) {
        (i < inst.list_size() - outs ? out.reads : out.writes).push_back({inst.list(i), 1});
      }
      continue;
    }
    const std::uint32_t slot = inst.raw(operand.place);
    const Slots run{slot, width(inst, operand, slot)};
    if (run.count == 0 && (type(slot) == nullptr || type(slot)->slots != 0)) return false;
    if (operand.role != Role::Out && operand.role != Role::View) out.reads.push_back(run);
    if (operand.role == Role::Out || operand.role == Role::View || operand.role == Role::Mut) out.writes.push_back(run);
  }
  return true;
}

std::optional<Liveness> Liveness::find(const FunctionView& view) {
  Liveness out;
  const auto words = static_cast<std::uint32_t>(view.function.code.size());
  out.index_.resize(words + 1, UINT32_MAX);
  std::vector<std::uint32_t> pcs;
  for (std::uint32_t pc = 0; pc < words; pc += view.at(pc).words()) {
    out.index_[pc] = static_cast<std::uint32_t>(pcs.size());
    pcs.push_back(pc);
  }
  out.before_.assign(pcs.size() + 1, SlotSet(view.facts.slots()));
  out.index_[words] = static_cast<std::uint32_t>(pcs.size());
  std::vector<Accesses> accesses(pcs.size());
  for (std::size_t i = 0; i < pcs.size(); ++i) {
    if (!view.accesses(view.at(pcs[i]), accesses[i])) return std::nullopt;
  }
  // Backward over the whole function until nothing changes: loops need a second and third time.
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = pcs.size(); i-- > 0;) {
      const Inst inst = view.at(pcs[i]);
      SlotSet live(view.facts.slots());
      if (FunctionView::falls_through(inst)) live.add(out.before_[i + 1]);
      view.for_each_target(inst, [&](std::uint32_t target) { live.add(out.before(target)); });
      for (const Slots& run : accesses[i].writes) live.remove(run);
      for (const Slots& run : accesses[i].reads) live.add(run);
      if (const nbc::UnwindSite* site = view.facts.site(pcs[i])) {
        for (const nbc::OwnedSlot& owned : view.facts.owned(*site)) {
          live.add(Slots{owned.slot, view.module.types[owned.type].slots});
        }
        if (site->handler != nbc::kNoHandler) live.add(out.before(site->handler));
      }
      changed |= out.before_[i].add(live);
    }
  }
  return out;
}

}  // namespace noodle::jit
