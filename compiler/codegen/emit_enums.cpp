// Looking into enums. Below a switch NBC lets an enum's payload slots be read until control meets
// other control; NIR lets a payload be looked at anywhere below the switch's edge. Where the two
// differ the switch is repeated.

#include "compiler/codegen/emitter.h"

namespace noodle::codegen {

using nir::BlockId;
using nir::Inst;
using nir::Op;
using nir::ValueId;

/// Whether the nearest switch on `subject`, going up where there is one way, came this variant's way.
bool Emitter::is_refined(BlockId block, ValueId subject, std::uint64_t variant) const {
  for (BlockId at = block; cfg_.incoming(at).size() == 1;) {
    const nir::Incoming in = cfg_.incoming(at)[0];
    const Inst& last = f_.terminator(in.from);
    if (last.op == Op::Switch && f_.operands_of(last)[0] == subject) return in.edge == variant;
    at = in.from;
  }
  return false;
}

/// Whether `block` is reached from `above` without meeting other control.
bool Emitter::stays_below(BlockId above, BlockId block) const {
  for (BlockId at = block; at != above;) {
    if (cfg_.incoming(at).size() != 1) return false;
    at = cfg_.incoming(at)[0].from;
  }
  return true;
}

/// Whether something borrowed from the payload is used behind the end of the refinement. What is
/// borrowed from a payload slot of an owned enum ends with it; what is borrowed through a borrowed
/// enum hangs on the owner and doesn't.
bool Emitter::outlives_refinement(BlockId block, const Inst& inst) const {
  const ValueId subject = f_.operands_of(inst)[0];
  std::uint32_t switches = 0;
  for (const nir::Use& use : live_.uses(subject)) {
    const Inst& user = f_.inst(f_.block(use.block).insts[use.position]);
    if (user.op == Op::Switch && f_.operands_of(user)[0] == subject && ++switches > 1) return true;
  }
  for (std::uint32_t k = 0; k < inst.result_count; ++k) {
    const ValueId v = f_.result(inst, k);
    if (!layout_.counted(f_.type(v))) continue;
    // Uses of what is borrowed further from it are among its own.
    for (const nir::Use& use : live_.uses(v)) {
      if (!stays_below(block, use.block)) return true;
    }
  }
  return false;
}

/// Tests once more what is known, so that the payload's slots can be read from here on.
void Emitter::switch_again(Reg subject, std::uint32_t variants, std::uint64_t variant) {
  nbc::Label known = code_.label();
  nbc::Label never = code_.label();
  std::vector<nbc::Label> targets(variants, never);
  targets[variant] = known;
  code_.switch_enum(subject, targets);
  if (variants > 1) {
    code_.bind(never);
    code_.abc(nbc::Op::Unreachable);
  }
  code_.bind(known);
}

void Emitter::emit_payload(BlockId block, const Inst& inst) {
  const ValueId subject = f_.operands_of(inst)[0];
  const nbc::TypeId type = type_of(subject);
  const std::uint32_t variants = layout_.variant_count(f_.type(subject));
  const bool takes = inst.op == Op::EnumOpen;
  const bool owned = counted(subject) && f_.value(subject).ownership == nir::Ownership::Owned;
  Reg from = reg(subject);
  if (!takes && owned && outlives_refinement(block, inst)) {
    Reg alias = scratch(type);
    code_.borrow(alias, from);
    from = alias;
    switch_again(from, variants, inst.imm);
  } else if (!is_refined(block, subject, inst.imm)) {
    switch_again(from, variants, inst.imm);
  }
  bool took = false;
  std::uint32_t k = 0;
  for (const nbc::Leaf& leaf : context_.builder.types().payload(type, static_cast<std::uint32_t>(inst.imm))) {
    const Reg slot = static_cast<Reg>(from + 1 + leaf.slot);
    const Reg to = out(inst, k++);
    const bool is_counted = context_.builder.types().counted(leaf.type);
    // Scalars too are borrowed from an enum that stays: a move would count as a change of the enum,
    // and loops around it would lose what is borrowed from it.
    if (!takes) {
      code_.borrow(to, slot);
    } else {
      code_.move(to, slot);
      took |= is_counted;
    }
  }
  // With nothing counted in this variant the enum is still there and has to go.
  if (takes && !took && counted(subject)) code_.drop(from);
}

}  // namespace noodle::codegen
