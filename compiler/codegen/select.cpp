#include "compiler/codegen/select.h"

namespace noodle::codegen {

using nir::Op;
using sema::TypeKind;

namespace {

bool is_compare(Op op) { return op >= Op::Eq && op <= Op::Ge; }

/// Whether an i64 operation has a form with an immediate as its second operand, or (when both sides
/// can change places) as its first.
bool takes_immediate(Op op, std::uint32_t index) {
  switch (op) {
    case Op::Add:
    case Op::Mul: return true;
    case Op::Sub:
    case Op::Div:
    case Op::Rem: return index == 1;
    default: return is_compare(op);
  }
}

}  // namespace

Selection::Selection(const nir::Function& f, const nir::Layout& layout, const nir::Cfg& cfg)
    : f_(f), layout_(layout), folded_(f.insts.size(), false) {
  std::vector<std::uint32_t> uses(f.values.size(), 0);
  for (nir::BlockId block : cfg.order()) {
    for (nir::InstId id : f.block(block).insts) {
      const nir::Inst& inst = f.inst(id);
      for (nir::ValueId v : f.operands_of(inst)) ++uses[v.index];
      for (const nir::Edge& edge : f.edges_of(inst)) {
        for (nir::ValueId v : f.arguments_of(edge)) ++uses[v.index];
      }
    }
  }
  // A constant is left out when every use of it is an immediate.
  for (nir::BlockId block : cfg.order()) {
    for (nir::InstId id : f.block(block).insts) {
      const nir::Inst& inst = f.inst(id);
      for (std::uint32_t k = 0; k < inst.operand_count; ++k) {
        if (is_immediate(inst, k)) --uses[f.operands_of(inst)[k].index];
      }
    }
  }
  for (nir::BlockId block : cfg.order()) {
    const auto& insts = f.block(block).insts;
    for (nir::InstId id : insts) {
      const nir::Inst& inst = f.inst(id);
      std::int64_t value;
      if (inst.op == Op::ConstInt && uses[inst.first_result] == 0 && immediate(f.result(inst), value)) {
        folded_[id.index] = true;
      }
    }
    const nir::Inst& last = f.inst(insts.back());
    if (last.op != Op::Branch) continue;
    const nir::ValueId condition = f.operands_of(last)[0];
    const nir::InstId compare = f.value(condition).inst;
    if (!compare.valid() || uses[condition.index] != 1 || !can_fuse(f.inst(compare))) continue;
    for (nir::InstId id : insts) {
      if (id == compare) folded_[id.index] = true;
    }
  }
}

bool Selection::can_fuse(const nir::Inst& inst) const {
  if (!is_compare(inst.op)) return false;
  TypeKind kind = layout_.types().kind(f_.type(f_.operands_of(inst)[0]));
  return kind == TypeKind::I64 || kind == TypeKind::F64;
}

nir::InstId Selection::fused(const nir::Inst& branch) const {
  if (branch.op != Op::Branch) return {};
  nir::InstId compare = f_.value(f_.operands_of(branch)[0]).inst;
  return compare.valid() && folded_[compare.index] && is_compare(f_.inst(compare).op) ? compare : nir::InstId();
}

bool Selection::immediate(nir::ValueId v, std::int64_t& value) const {
  const nir::Value& data = f_.value(v);
  if (!data.inst.valid() || layout_.types().kind(data.type) != TypeKind::I64) return false;
  const nir::Inst& inst = f_.inst(data.inst);
  if (inst.op != Op::ConstInt) return false;
  value = static_cast<std::int64_t>(inst.imm);
  return value >= INT16_MIN && value <= INT16_MAX;
}

bool Selection::is_immediate(const nir::Inst& inst, std::uint32_t index) const {
  std::int64_t value;
  if (!takes_immediate(inst.op, index)) return false;
  auto operands = f_.operands_of(inst);
  if (!immediate(operands[index], value)) return false;
  if ((inst.op == Op::Div || inst.op == Op::Rem) && value == 0) return false;
  // Of two constants only the second is one.
  return index == 1 || !immediate(operands[1], value);
}

}  // namespace noodle::codegen
