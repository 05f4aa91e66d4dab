// Arithmetic, comparisons and conversions.

#include "compiler/codegen/emitter.h"

namespace noodle::codegen {

using nir::Inst;
using nir::Op;
using nir::ValueId;
using sema::TypeKind;

namespace {

/// The instructions of one number type stand in a row in opcodes.def; so do the types.
constexpr int kPerInt = static_cast<int>(nbc::Op::AddI16) - static_cast<int>(nbc::Op::AddI8);
constexpr int kPerFloat = static_cast<int>(nbc::Op::AddBF16) - static_cast<int>(nbc::Op::AddF16);

nbc::Op int_op(nbc::Op of_i8, TypeKind kind) {
  return static_cast<nbc::Op>(static_cast<int>(of_i8) +
                              kPerInt * (static_cast<int>(kind) - static_cast<int>(TypeKind::I8)));
}
nbc::Op float_op(nbc::Op of_f16, TypeKind kind) {
  return static_cast<nbc::Op>(static_cast<int>(of_f16) +
                              kPerFloat * (static_cast<int>(kind) - static_cast<int>(TypeKind::F16)));
}
nbc::Op number_op(nbc::Op of_i8, nbc::Op of_f16, TypeKind kind) {
  return sema::is_float(kind) ? float_op(of_f16, kind) : int_op(of_i8, kind);
}

bool is_signed(TypeKind kind) { return sema::is_signed_integer(kind); }

}  // namespace

/// The forms with a small constant in the instruction. False when there is none.
bool Emitter::emit_immediate(const Inst& inst) {
  const bool swap = selection_.is_immediate(inst, 0);
  if (!swap && (inst.operand_count < 2 || !selection_.is_immediate(inst, 1))) return false;
  std::int64_t value = 0;
  selection_.immediate(f_.operands_of(inst)[swap ? 0 : 1], value);
  Op op = inst.op;
  if (swap) op = op == Op::Lt ? Op::Gt : op == Op::Gt ? Op::Lt : op == Op::Le ? Op::Ge : op == Op::Ge ? Op::Le : op;
  nbc::Op as = nbc::Op::GeImmI64;
  switch (op) {
    case Op::Add: as = nbc::Op::AddImmI64; break;
    case Op::Sub: as = nbc::Op::SubImmI64; break;
    case Op::Mul: as = nbc::Op::MulImmI64; break;
    case Op::Div: as = nbc::Op::DivImmI64; break;
    case Op::Rem: as = nbc::Op::RemImmI64; break;
    case Op::Eq: as = nbc::Op::EqImmI64; break;
    case Op::Ne: as = nbc::Op::NeImmI64; break;
    case Op::Lt: as = nbc::Op::LtImmI64; break;
    case Op::Le: as = nbc::Op::LeImmI64; break;
    case Op::Gt: as = nbc::Op::GtImmI64; break;
    default: break;
  }
  code_.abc(as, out(inst), in(inst, swap ? 1 : 0), static_cast<Reg>(value));
  return true;
}

void Emitter::emit_compare(const Inst& inst) {
  const TypeKind k = kind(f_.operands_of(inst)[0]);
  Reg a = in(inst, 0);
  Reg b = in(inst, 1);
  Op op = inst.op;
  if (op == Op::Gt || op == Op::Ge) {
    std::swap(a, b);
    op = op == Op::Gt ? Op::Lt : Op::Le;
  }
  nbc::Op as;
  const bool real = sema::is_float(k);
  switch (op) {
    case Op::Eq: as = real ? float_op(nbc::Op::EqF16, k) : nbc::Op::EqInt; break;
    case Op::Ne: as = real ? float_op(nbc::Op::NeF16, k) : nbc::Op::NeInt; break;
    case Op::Lt:
      as = real ? float_op(nbc::Op::LtF16, k) : is_signed(k) ? nbc::Op::LtSigned : nbc::Op::LtUnsigned;
      break;
    case Op::Le:
      as = real ? float_op(nbc::Op::LeF16, k) : is_signed(k) ? nbc::Op::LeSigned : nbc::Op::LeUnsigned;
      break;
    default: as = real ? float_op(nbc::Op::CmpF16, k) : is_signed(k) ? nbc::Op::CmpSigned : nbc::Op::CmpUnsigned;
  }
  code_.abc(as, out(inst), a, b);
}

void Emitter::emit_convert(const Inst& inst) {
  const ValueId from = f_.operands_of(inst)[0];
  const TypeKind to = layout_.types().kind(inst.type);
  const auto pair = nbc::pair_of(static_cast<std::uint8_t>(type_of(from).index),
                                 static_cast<std::uint8_t>(types_.map(inst.type).index));
  if (inst.op == Op::Fits) {
    if (sema::is_float(to)) return code_.imm(nbc::Op::Int, out(inst), 1);
    return code_.abc(nbc::Op::Fits, out(inst), reg(from), pair);
  }
  if (kind(from) == to) return code_.move(out(inst), reg(from));
  code_.abc(inst.op == Op::Convert ? nbc::Op::Conv : nbc::Op::Wrap, out(inst), reg(from), pair);
}

void Emitter::emit_number(const Inst& inst) {
  if (emit_immediate(inst)) return;
  if (inst.op >= Op::Eq && inst.op <= Op::Cmp) return emit_compare(inst);
  if (inst.op >= Op::Convert && inst.op <= Op::Fits) return emit_convert(inst);
  const TypeKind k = kind(f_.operands_of(inst)[0]);
  nbc::Op as = nbc::Op::AbsF64;
  switch (inst.op) {
    case Op::Add: as = number_op(nbc::Op::AddI8, nbc::Op::AddF16, k); break;
    case Op::Sub: as = number_op(nbc::Op::SubI8, nbc::Op::SubF16, k); break;
    case Op::Mul: as = number_op(nbc::Op::MulI8, nbc::Op::MulF16, k); break;
    case Op::Div: as = number_op(nbc::Op::DivI8, nbc::Op::DivF16, k); break;
    case Op::Rem: as = number_op(nbc::Op::RemI8, nbc::Op::RemF16, k); break;
    case Op::Pow: as = number_op(nbc::Op::PowI8, nbc::Op::PowF16, k); break;
    case Op::AddWrap: as = int_op(nbc::Op::AddWrapI8, k); break;
    case Op::SubWrap: as = int_op(nbc::Op::SubWrapI8, k); break;
    case Op::MulWrap: as = int_op(nbc::Op::MulWrapI8, k); break;
    case Op::Shl: as = int_op(nbc::Op::ShlI8, k); break;
    case Op::Shr: as = int_op(nbc::Op::ShrI8, k); break;
    case Op::And: as = nbc::Op::And; break;
    case Op::Or: as = nbc::Op::Or; break;
    case Op::Xor: as = nbc::Op::Xor; break;
    case Op::Neg: return code_.abc(number_op(nbc::Op::NegI8, nbc::Op::NegF16, k), out(inst), in(inst, 0));
    case Op::Not:
      as = k == TypeKind::Bool ? nbc::Op::NotBool : int_op(nbc::Op::NotI8, k);
      return code_.abc(as, out(inst), in(inst, 0));
    case Op::Sqrt: return code_.abc(nbc::Op::SqrtF64, out(inst), in(inst, 0));
    case Op::Floor: return code_.abc(nbc::Op::FloorF64, out(inst), in(inst, 0));
    case Op::Ceil: return code_.abc(nbc::Op::CeilF64, out(inst), in(inst, 0));
    default: return code_.abc(nbc::Op::AbsF64, out(inst), in(inst, 0));
  }
  code_.abc(as, out(inst), in(inst, 0), in(inst, 1));
}

}  // namespace noodle::codegen
