// Numbers: arithmetic, comparisons, branches on them, conversions.

#include <llvm/IR/Intrinsics.h>

#include "runtime/jit/emit.h"

namespace noodle::jit {

using nbc::Inst;
using nbc::Kind;
using nbc::Op;
using Predicate = llvm::CmpInst::Predicate;

namespace {

std::int64_t signed16(std::uint16_t half) { return static_cast<std::int16_t>(half); }

struct IntOp {
  enum Kind { Add, Sub, Mul, Div, Rem, Pow, Neg, Shl, Shr, AddWrap, SubWrap, MulWrap, Not } kind;
  unsigned bits;
  bool is_signed;
};

// An operation on integers of one type, taken apart.
std::optional<IntOp> int_op(Op op) {
  switch (op) {
#define TYPE(T, bits, is_signed)                                      \
  case Op::Add##T: return IntOp{IntOp::Add, bits, is_signed};         \
  case Op::Sub##T: return IntOp{IntOp::Sub, bits, is_signed};         \
  case Op::Mul##T: return IntOp{IntOp::Mul, bits, is_signed};         \
  case Op::Div##T: return IntOp{IntOp::Div, bits, is_signed};         \
  case Op::Rem##T: return IntOp{IntOp::Rem, bits, is_signed};         \
  case Op::Neg##T: return IntOp{IntOp::Neg, bits, is_signed};         \
  case Op::Shl##T: return IntOp{IntOp::Shl, bits, is_signed};         \
  case Op::Shr##T: return IntOp{IntOp::Shr, bits, is_signed};         \
  case Op::AddWrap##T: return IntOp{IntOp::AddWrap, bits, is_signed}; \
  case Op::SubWrap##T: return IntOp{IntOp::SubWrap, bits, is_signed}; \
  case Op::MulWrap##T: return IntOp{IntOp::MulWrap, bits, is_signed}; \
  case Op::Not##T: return IntOp{IntOp::Not, bits, is_signed};
    TYPE(I8, 8, true)
    TYPE(I16, 16, true)
    TYPE(I32, 32, true)
    TYPE(I64, 64, true)
    TYPE(U8, 8, false)
    TYPE(U16, 16, false)
    TYPE(U32, 32, false)
    TYPE(U64, 64, false)
#undef TYPE
    default: return std::nullopt;
  }
}

struct IntKind {
  unsigned bits;
  bool is_signed;
};

std::optional<IntKind> int_kind(Kind kind) {
  switch (kind) {
    case Kind::I8: return IntKind{8, true};
    case Kind::I16: return IntKind{16, true};
    case Kind::I32: return IntKind{32, true};
    case Kind::I64: return IntKind{64, true};
    case Kind::U8: return IntKind{8, false};
    case Kind::U16: return IntKind{16, false};
    case Kind::U32: return IntKind{32, false};
    case Kind::U64: return IntKind{64, false};
    default: return std::nullopt;
  }
}

}  // namespace

// Registers hold narrow integers extended to 64 bits.
Lowering::Value* Lowering::canonical(Value* value, bool is_signed) {
  if (value->getType() == u.i64) return value;
  return is_signed ? b.CreateSExt(value, u.i64) : b.CreateZExt(value, u.i64);
}

void Lowering::checked(const Inst& inst, llvm::Intrinsic::ID id, unsigned bits, bool is_signed, Value* x, Value* y) {
  Value* both = b.CreateBinaryIntrinsic(id, narrow(x, bits), narrow(y, bits));
  Value* result = b.CreateExtractValue(both, 0);
  leave_if(b.CreateExtractValue(both, 1));
  set(inst.a(), canonical(result, is_signed));
}

void Lowering::divide(const Inst& inst, unsigned bits, bool is_signed, bool remainder, Value* x, Value* y) {
  x = narrow(x, bits);
  y = narrow(y, bits);
  auto constant = [&](std::int64_t n) { return llvm::ConstantInt::getSigned(x->getType(), n); };
  leave_if(b.CreateICmpEQ(y, constant(0)));
  if (is_signed) {
    Value* minus_one = b.CreateICmpEQ(y, constant(-1));
    if (remainder) {
      y = b.CreateSelect(minus_one, constant(1), y);  // the remainder is 0 as well, and nothing overflows
    } else {
      Value* least = llvm::ConstantInt::get(x->getType(), llvm::APInt::getSignedMinValue(bits));
      leave_if(b.CreateAnd(minus_one, b.CreateICmpEQ(x, least)));
    }
  }
  Value* result = remainder ? (is_signed ? b.CreateSRem(x, y) : b.CreateURem(x, y))
                            : (is_signed ? b.CreateSDiv(x, y) : b.CreateUDiv(x, y));
  set(inst.a(), canonical(result, is_signed));
}

bool Lowering::integer(const Inst& inst) {
  const auto known = int_op(inst.op());
  if (!known) return false;
  const auto [kind, bits, is_signed] = *known;
  Value* x = get_word(inst.b());
  Value* y = kind == IntOp::Neg || kind == IntOp::Not ? nullptr : get_word(inst.c());
  using namespace llvm::Intrinsic;
  auto wrapped = [&](Value* value) { set(inst.a(), canonical(narrow(value, bits), is_signed)); };
  switch (kind) {
    case IntOp::Add: checked(inst, is_signed ? sadd_with_overflow : uadd_with_overflow, bits, is_signed, x, y); break;
    case IntOp::Sub: checked(inst, is_signed ? ssub_with_overflow : usub_with_overflow, bits, is_signed, x, y); break;
    case IntOp::Mul: checked(inst, is_signed ? smul_with_overflow : umul_with_overflow, bits, is_signed, x, y); break;
    case IntOp::Neg:
      checked(inst, is_signed ? ssub_with_overflow : usub_with_overflow, bits, is_signed, word(0), x);
      break;
    case IntOp::Div: divide(inst, bits, is_signed, false, x, y); break;
    case IntOp::Rem: divide(inst, bits, is_signed, true, x, y); break;
    case IntOp::Shl:
    case IntOp::Shr: {
      leave_if(b.CreateICmpUGE(y, word(bits)));
      wrapped(kind == IntOp::Shl ? b.CreateShl(x, y) : is_signed ? b.CreateAShr(x, y) : b.CreateLShr(x, y));
      break;
    }
    case IntOp::AddWrap: wrapped(b.CreateAdd(x, y)); break;
    case IntOp::SubWrap: wrapped(b.CreateSub(x, y)); break;
    case IntOp::MulWrap: wrapped(b.CreateMul(x, y)); break;
    case IntOp::Not: wrapped(b.CreateNot(x)); break;
    case IntOp::Pow: return false;
  }
  return true;
}

bool Lowering::floating(const Inst& inst) {
  auto x = [&] { return get_float(inst.b()); };
  auto y = [&] { return get_float(inst.c()); };
  switch (inst.op()) {
    case Op::AddF64: set(inst.a(), b.CreateFAdd(x(), y())); return true;
    case Op::SubF64: set(inst.a(), b.CreateFSub(x(), y())); return true;
    case Op::MulF64: set(inst.a(), b.CreateFMul(x(), y())); return true;
    case Op::DivF64: set(inst.a(), b.CreateFDiv(x(), y())); return true;
    case Op::NegF64: set(inst.a(), b.CreateFNeg(x())); return true;
    case Op::EqF64: set_bool(inst.a(), b.CreateFCmpOEQ(x(), y())); return true;
    case Op::NeF64: set_bool(inst.a(), b.CreateFCmpUNE(x(), y())); return true;
    case Op::LtF64: set_bool(inst.a(), b.CreateFCmpOLT(x(), y())); return true;
    case Op::LeF64: set_bool(inst.a(), b.CreateFCmpOLE(x(), y())); return true;
    case Op::SqrtF64: set(inst.a(), b.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x())); return true;
    case Op::FloorF64: set(inst.a(), b.CreateUnaryIntrinsic(llvm::Intrinsic::floor, x())); return true;
    case Op::CeilF64: set(inst.a(), b.CreateUnaryIntrinsic(llvm::Intrinsic::ceil, x())); return true;
    case Op::AbsF64: set(inst.a(), b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x())); return true;
    default: return false;
  }
}

bool Lowering::conversion(const Inst& inst) {
  const auto from = static_cast<Kind>(inst.c() >> 8), to = static_cast<Kind>(inst.c() & 0xFF);
  const auto source = int_kind(from), target = int_kind(to);
  if (source && to == Kind::F64) {
    Value* x = get_word(inst.b());
    set(inst.a(), source->is_signed ? b.CreateSIToFP(x, u.f64) : b.CreateUIToFP(x, u.f64));
    return true;
  }
  if (from == Kind::F64 && to == Kind::I64) {
    Value* x = get_float(inst.b());
    auto limit = [&](double bound) { return llvm::ConstantFP::get(u.f64, bound); };
    Value* fits = b.CreateAnd(b.CreateFCmpOGE(x, limit(-0x1p63)), b.CreateFCmpOLT(x, limit(0x1p63)));
    leave_if(b.CreateNot(fits));
    set(inst.a(), b.CreateFPToSI(x, u.i64));
    return true;
  }
  if (!source || !target) return false;
  Value* x = get_word(inst.b());
  Value* result = canonical(narrow(x, target->bits), target->is_signed);
  if (inst.op() == Op::Conv) {
    leave_if(b.CreateICmpNE(result, x));
    // The same bits may stand for a negative number and a large one.
    if (source->is_signed != target->is_signed && (target->bits == 64 || source->bits == 64)) {
      leave_if(b.CreateICmpSLT(x, word(0)));
    }
  }
  set(inst.a(), result);
  return true;
}

bool Lowering::scalar(const Inst& inst) {
  auto compare = [&](Predicate how, Value* x, Value* y) {
    set_bool(inst.a(), b.CreateICmp(how, x, y));
    return true;
  };
  auto jump = [&](Predicate how, Value* x, Value* y) {
    branch(inst, b.CreateICmp(how, x, y));
    return true;
  };
  auto jump_float = [&](Predicate how) {
    branch(inst, b.CreateFCmp(how, get_float(inst.a()), get_float(inst.b())));
    return true;
  };
  auto words = [&](Predicate how) { return compare(how, get_word(inst.b()), get_word(inst.c())); };
  auto immediate = [&](Predicate how) { return compare(how, get_word(inst.b()), word(signed16(inst.c()))); };
  auto jump_words = [&](Predicate how) { return jump(how, get_word(inst.a()), get_word(inst.b())); };
  auto jump_immediate = [&](Predicate how) { return jump(how, get_word(inst.a()), word(signed16(inst.b()))); };
  auto order = [&](Predicate above, Predicate below) {
    Value *x = get_word(inst.b()), *y = get_word(inst.c());
    set(inst.a(),
        b.CreateSub(b.CreateZExt(b.CreateICmp(above, x, y), u.i64), b.CreateZExt(b.CreateICmp(below, x, y), u.i64)));
    return true;
  };
  using namespace llvm::Intrinsic;
  switch (inst.op()) {
    case Op::Int: set(inst.a(), word(inst.imm())); return true;
    case Op::NotBool: set(inst.a(), b.CreateXor(get_word(inst.b()), word(1))); return true;
    case Op::And: set(inst.a(), b.CreateAnd(get_word(inst.b()), get_word(inst.c()))); return true;
    case Op::Or: set(inst.a(), b.CreateOr(get_word(inst.b()), get_word(inst.c()))); return true;
    case Op::Xor: set(inst.a(), b.CreateXor(get_word(inst.b()), get_word(inst.c()))); return true;
    case Op::EqInt: return words(Predicate::ICMP_EQ);
    case Op::NeInt: return words(Predicate::ICMP_NE);
    case Op::LtSigned: return words(Predicate::ICMP_SLT);
    case Op::LeSigned: return words(Predicate::ICMP_SLE);
    case Op::LtUnsigned: return words(Predicate::ICMP_ULT);
    case Op::LeUnsigned: return words(Predicate::ICMP_ULE);
    case Op::CmpSigned: return order(Predicate::ICMP_SGT, Predicate::ICMP_SLT);
    case Op::CmpUnsigned: return order(Predicate::ICMP_UGT, Predicate::ICMP_ULT);
    case Op::EqImmI64: return immediate(Predicate::ICMP_EQ);
    case Op::NeImmI64: return immediate(Predicate::ICMP_NE);
    case Op::LtImmI64: return immediate(Predicate::ICMP_SLT);
    case Op::LeImmI64: return immediate(Predicate::ICMP_SLE);
    case Op::GtImmI64: return immediate(Predicate::ICMP_SGT);
    case Op::GeImmI64: return immediate(Predicate::ICMP_SGE);
    case Op::AddImmI64:
      checked(inst, sadd_with_overflow, 64, true, get_word(inst.b()), word(signed16(inst.c())));
      return true;
    case Op::SubImmI64:
      checked(inst, ssub_with_overflow, 64, true, get_word(inst.b()), word(signed16(inst.c())));
      return true;
    case Op::MulImmI64:
      checked(inst, smul_with_overflow, 64, true, get_word(inst.b()), word(signed16(inst.c())));
      return true;
    case Op::DivImmI64: divide(inst, 64, true, false, get_word(inst.b()), word(signed16(inst.c()))); return true;
    case Op::RemImmI64: divide(inst, 64, true, true, get_word(inst.b()), word(signed16(inst.c()))); return true;
    case Op::Conv:
    case Op::Wrap: return conversion(inst);
    case Op::BrTrue: branch(inst, get_bool(inst.a())); return true;
    case Op::BrFalse: branch(inst, b.CreateNot(get_bool(inst.a()))); return true;
    case Op::JeqI64: return jump_words(Predicate::ICMP_EQ);
    case Op::JneI64: return jump_words(Predicate::ICMP_NE);
    case Op::JltI64: return jump_words(Predicate::ICMP_SLT);
    case Op::JleI64: return jump_words(Predicate::ICMP_SLE);
    case Op::JeqImmI64: return jump_immediate(Predicate::ICMP_EQ);
    case Op::JneImmI64: return jump_immediate(Predicate::ICMP_NE);
    case Op::JltImmI64: return jump_immediate(Predicate::ICMP_SLT);
    case Op::JleImmI64: return jump_immediate(Predicate::ICMP_SLE);
    case Op::JgtImmI64: return jump_immediate(Predicate::ICMP_SGT);
    case Op::JgeImmI64: return jump_immediate(Predicate::ICMP_SGE);
    case Op::JeqF64: return jump_float(Predicate::FCMP_OEQ);
    case Op::JneF64: return jump_float(Predicate::FCMP_UNE);
    case Op::JltF64: return jump_float(Predicate::FCMP_OLT);
    case Op::JleF64: return jump_float(Predicate::FCMP_OLE);
    case Op::JnltF64: return jump_float(Predicate::FCMP_UGE);
    case Op::JnleF64: return jump_float(Predicate::FCMP_UGT);
    default: return integer(inst) || floating(inst);
  }
}

}  // namespace noodle::jit
