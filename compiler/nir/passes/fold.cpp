// What can be known now is worked out now: arithmetic on constants, operations that give one of their
// operands back, looks into an enum that was made in sight, calls of a closure that was made in sight.
// An operation that would panic stays, to panic when it is reached.

#include <bit>
#include <cmath>
#include <optional>

#include "compiler/nir/builder.h"
#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

using sema::TypeKind;

class Folder {
 public:
  Folder(Function& f, PassContext& context) : f_(f), context_(context), types_(context.layout.types()), renaming_(f) {}

  void run() {
    for (BlockId block : context_.shape(f_).order()) {
      auto& insts = f_.block(block).insts;
      std::size_t kept = 0;
      for (std::size_t i = 0; i < insts.size(); ++i) {
        const InstId id = insts[i];
        rename(id);
        if (!replace(id)) insts[kept++] = id;
      }
      insts.resize(kept);
    }
    // What loops brought back is renamed in a second walk.
    if (renamed_) renaming_.apply(f_);
    if (reshaped_) context_.reshape();
  }

 private:
  TypeKind kind(ValueId v) const { return types_.kind(f_.type(v)); }

  void rename(InstId id) {
    Inst& inst = f_.inst(id);
    for (ValueId& v : f_.operands_of(inst)) v = renaming_(v);
    for (Edge& edge : f_.edges_of(inst)) {
      for (ValueId& v : f_.arguments_of(edge)) v = renaming_(v);
    }
  }

  /// An integer's or bool's value where it is constant.
  std::optional<__int128> integer(ValueId v) const {
    const Inst* inst = f_.made_by(v, Op::ConstInt);
    if (inst == nullptr) return {};
    const auto bits = static_cast<std::int64_t>(inst->imm);
    return !sema::is_signed_integer(kind(v)) ? __int128{inst->imm} : __int128{bits};
  }
  std::optional<double> number(ValueId v) const {
    const Inst* inst = f_.made_by(v, Op::ConstFloat);
    if (inst == nullptr || kind(v) != TypeKind::F64) return {};
    return std::bit_cast<double>(inst->imm);
  }

  /// Turns the instruction into a constant of its result's type.
  void become(Inst& inst, Op op, std::uint64_t imm) {
    inst.op = op;
    inst.imm = imm;
    inst.operand_count = 0;
    inst.type = f_.type(f_.result(inst));
  }
  void become_bool(Inst& inst, bool value) { become(inst, Op::ConstInt, value ? 1 : 0); }

  /// The result is `v` from now on, and the instruction goes.
  bool is(const Inst& inst, ValueId v) {
    renaming_.rename(f_.result(inst), v);
    renamed_ = true;
    return true;
  }

  /// Simplifies one instruction in place, or gives true when it is to go.
  bool replace(InstId id) {
    Inst& inst = f_.inst(id);
    switch (inst.op) {
      case Op::Add:
      case Op::Sub:
      case Op::Mul:
      case Op::Div:
      case Op::Rem:
      case Op::AddWrap:
      case Op::SubWrap:
      case Op::MulWrap: return arithmetic(inst);
      case Op::And:
      case Op::Or:
      case Op::Xor: return bits(inst);
      case Op::Neg:
        if (auto x = number(operand(inst, 0))) become(inst, Op::ConstFloat, std::bit_cast<std::uint64_t>(-*x));
        return false;
      case Op::Not: return negation(inst);
      case Op::Eq:
      case Op::Ne:
      case Op::Lt:
      case Op::Le:
      case Op::Gt:
      case Op::Ge: return comparison(inst);
      case Op::Convert: return conversion(inst);
      case Op::Sqrt:
        if (auto x = number(operand(inst, 0)); x && *x >= 0) {
          become(inst, Op::ConstFloat, std::bit_cast<std::uint64_t>(std::sqrt(*x)));
        }
        return false;
      case Op::BoxNew: return box(inst), false;
      case Op::EnumTag:
        if (const Inst* made = f_.made_by(operand(inst, 0), Op::EnumMake)) become(inst, Op::ConstInt, made->imm);
        return false;
      case Op::Payload:
      case Op::EnumOpen: return payload(inst);
      case Op::ListLen: return length(inst);
      case Op::CallValue: return call_closure(id), false;
      case Op::Branch: return branch(inst), false;
      case Op::Switch: return choose(inst), false;
      default: return false;
    }
  }

  ValueId operand(const Inst& inst, std::uint32_t k) const { return f_.operands_of(inst)[k]; }

  bool arithmetic(Inst& inst) {
    const ValueId x = operand(inst, 0);
    const ValueId y = operand(inst, 1);
    if (sema::is_float(kind(x))) return float_arithmetic(inst, number(x), number(y));
    const auto a = integer(x);
    const auto b = integer(y);
    const Op op = inst.op;
    if (a && b) {
      const bool divides = op == Op::Div || op == Op::Rem;
      if (divides && *b == 0) return false;
      __int128 value = 0;
      // The largest product of two u64 is beyond even these.
      if ((op == Op::Mul || op == Op::MulWrap) && __builtin_mul_overflow(*a, *b, &value)) return false;
      if (op == Op::Add || op == Op::AddWrap) value = *a + *b;
      if (op == Op::Sub || op == Op::SubWrap) value = *a - *b;
      if (op == Op::Div) value = *a / *b;
      if (op == Op::Rem) value = *a % *b;
      // What wraps around stays as it is, and so does what panics.
      if (sema::fits_integer(value, kind(x))) become(inst, Op::ConstInt, static_cast<std::uint64_t>(value));
      return false;
    }
    const bool sum = op == Op::Add || op == Op::AddWrap;
    const bool product = op == Op::Mul || op == Op::MulWrap;
    if (b && ((*b == 0 && (sum || op == Op::Sub || op == Op::SubWrap)) || (*b == 1 && (product || op == Op::Div)))) {
      return is(inst, x);
    }
    if (a && ((*a == 0 && sum) || (*a == 1 && product))) return is(inst, y);
    return false;
  }

  bool float_arithmetic(Inst& inst, std::optional<double> a, std::optional<double> b) {
    if (!a || !b) return false;
    double value = 0;
    switch (inst.op) {
      case Op::Add: value = *a + *b; break;
      case Op::Sub: value = *a - *b; break;
      case Op::Mul: value = *a * *b; break;
      case Op::Div: value = *a / *b; break;
      default: return false;
    }
    // Which NaN it is, is the machine's affair.
    if (!std::isnan(value)) become(inst, Op::ConstFloat, std::bit_cast<std::uint64_t>(value));
    return false;
  }

  bool bits(Inst& inst) {
    const ValueId x = operand(inst, 0);
    const ValueId y = operand(inst, 1);
    const auto a = integer(x);
    const auto b = integer(y);
    if (a && b) {
      const __int128 value = inst.op == Op::And ? *a & *b : inst.op == Op::Or ? *a | *b : *a ^ *b;
      become(inst, Op::ConstInt, static_cast<std::uint64_t>(value));
      return false;
    }
    if (inst.op != Op::And && a && *a == 0) return is(inst, y);
    if (inst.op != Op::And && b && *b == 0) return is(inst, x);
    if (inst.op != Op::Xor && x == y) return is(inst, x);
    if (kind(x) != TypeKind::Bool) return false;
    if (inst.op == Op::And && a) return is(inst, *a != 0 ? y : x);
    if (inst.op == Op::And && b) return is(inst, *b != 0 ? x : y);
    if (inst.op == Op::Or && a) return is(inst, x);
    if (inst.op == Op::Or && b) return is(inst, y);
    return false;
  }

  static Op opposite(Op op) {
    constexpr Op kOpposite[] = {Op::Ne, Op::Eq, Op::Ge, Op::Gt, Op::Le, Op::Lt};
    return kOpposite[static_cast<int>(op) - static_cast<int>(Op::Eq)];
  }

  bool negation(Inst& inst) {
    const ValueId x = operand(inst, 0);
    if (kind(x) != TypeKind::Bool) return false;
    if (auto a = integer(x)) return become_bool(inst, *a == 0), false;
    if (const Inst* inner = f_.made_by(x, Op::Not)) return is(inst, operand(*inner, 0));
    const InstId made = f_.value(x).inst;
    if (!made.valid() || f_.inst(made).op < Op::Eq || f_.inst(made).op > Op::Ge) return false;
    // Of floats only == and != have an opposite: NaN is neither less nor not less.
    const Inst& compare = f_.inst(made);
    const bool ordered = compare.op != Op::Eq && compare.op != Op::Ne;
    if (ordered && sema::is_float(kind(operand(compare, 0)))) return false;
    inst.op = opposite(compare.op);
    inst.operand_count = 2;
    const auto first = static_cast<std::uint32_t>(f_.operands.size());
    f_.operands.push_back(operand(compare, 0));
    f_.operands.push_back(operand(compare, 1));
    inst.first_operand = first;
    return false;
  }

  bool comparison(Inst& inst) {
    const ValueId x = operand(inst, 0);
    const ValueId y = operand(inst, 1);
    const auto a = integer(x);
    const auto b = integer(y);
    const Op op = inst.op;
    if (a && b) {
      become_bool(inst, op == Op::Eq   ? *a == *b
                        : op == Op::Ne ? *a != *b
                        : op == Op::Lt ? *a < *b
                        : op == Op::Le ? *a <= *b
                        : op == Op::Gt ? *a > *b
                                       : *a >= *b);
      return false;
    }
    if (sema::is_float(kind(x))) return false;
    if (b && *b == 0 && compares_integers(x)) {
      const Inst& order = f_.inst(f_.value(x).inst);
      f_.operands_of(inst)[1] = operand(order, 1);
      f_.operands_of(inst)[0] = operand(order, 0);
      return false;
    }
    if (x == y) return become_bool(inst, op == Op::Eq || op == Op::Le || op == Op::Ge), false;
    if (kind(x) != TypeKind::Bool || (op != Op::Eq && op != Op::Ne) || (!a && !b)) return false;
    const ValueId other = a ? y : x;
    if (((a ? *a : *b) != 0) == (op == Op::Eq)) return is(inst, other);
    inst.op = Op::Not;
    f_.operands_of(inst)[0] = other;
    inst.operand_count = 1;
    return false;
  }

  /// Whether the value is a `cmp` of integers, whose sign answers what the integers would.
  bool compares_integers(ValueId v) const {
    const Inst* made = f_.made_by(v, Op::Cmp);
    return made != nullptr && sema::is_integer(kind(operand(*made, 0)));
  }

  bool conversion(Inst& inst) {
    const ValueId x = operand(inst, 0);
    const TypeKind to = types_.kind(inst.type);
    if (kind(x) == to) return is(inst, x);
    const auto a = integer(x);
    if (!a) return false;
    if (to == TypeKind::F64) {
      const double value = !sema::is_signed_integer(kind(x)) ? static_cast<double>(static_cast<std::uint64_t>(*a))
                                                             : static_cast<double>(static_cast<std::int64_t>(*a));
      become(inst, Op::ConstFloat, std::bit_cast<std::uint64_t>(value));
    } else if (!sema::is_float(to) && to != TypeKind::Bool && sema::fits_integer(*a, to)) {
      become(inst, Op::ConstInt, static_cast<std::uint64_t>(*a));
    }
    return false;
  }

  /// A boxed variant without payload is the same for all: Leaf, Nil, Empty take no memory.
  void box(Inst& inst) {
    const Inst* made = inst.operand_count == 1 ? f_.made_by(operand(inst, 0), Op::EnumMake) : nullptr;
    if (made == nullptr || made->operand_count != 0) return;
    const std::uint64_t variant = made->imm;
    become(inst, Op::ConstVariant, variant);
  }

  bool payload(Inst& inst) {
    const Inst* made = f_.made_by(operand(inst, 0), Op::EnumMake);
    if (made == nullptr || made->imm != inst.imm) return false;
    for (std::uint32_t k = 0; k < inst.result_count; ++k) renaming_.rename(f_.result(inst, k), operand(*made, k));
    renamed_ = true;
    return true;
  }

  /// The length of a list is known from how it was made, and changing elements leaves it alone.
  bool length(Inst& inst) {
    ValueId list = operand(inst, 0);
    for (;;) {
      const InstId id = f_.value(list).inst;
      if (!id.valid()) return false;
      const Inst& made = f_.inst(id);
      if (made.op == Op::ListFilled) return is(inst, operand(made, 0));
      const bool same = made.op == Op::ListStore || made.op == Op::ListSet || made.op == Op::ListPut ||
                        made.op == Op::ListSwap || made.op == Op::ListReverse || made.op == Op::ListSort ||
                        made.op == Op::ListTake;
      if (!same || list != f_.result(made)) return false;
      list = operand(made, 0);
    }
  }

  /// A call of a closure whose function is known is a call of that function.
  void call_closure(InstId id) {
    Inst& inst = f_.inst(id);
    const Inst* made = f_.made_by(operand(inst, 0), Op::ClosureMake);
    if (made == nullptr) return;
    const auto first = static_cast<std::uint32_t>(f_.operands.size());
    for (std::uint32_t k = 0; k < made->operand_count; ++k) f_.operands.push_back(operand(*made, k));
    for (std::uint32_t k = 1; k < inst.operand_count; ++k) f_.operands.push_back(operand(inst, k));
    inst.op = Op::Call;
    inst.imm = made->imm;
    inst.type = TypeId();
    inst.first_operand = first;
    inst.operand_count = static_cast<std::uint32_t>(f_.operands.size()) - first;
  }

  void branch(Inst& inst) {
    const Inst* negated = f_.made_by(operand(inst, 0), Op::Not);
    if (negated == nullptr) return;
    f_.operands_of(inst)[0] = operand(*negated, 0);
    std::swap(f_.edges_of(inst)[0], f_.edges_of(inst)[1]);
    reshaped_ = true;
  }

  void choose(Inst& inst) {
    const Inst* made = f_.made_by(operand(inst, 0), Op::EnumMake);
    if (made == nullptr) return;
    inst.op = Op::Jump;
    inst.operand_count = 0;
    inst.first_edge += static_cast<std::uint32_t>(made->imm);
    inst.edge_count = 1;
    reshaped_ = true;
  }

  Function& f_;
  PassContext& context_;
  sema::TypeTable& types_;
  Renaming renaming_;
  bool renamed_ = false;
  bool reshaped_ = false;
};

}  // namespace

void fold(Function& f, PassContext& context) { Folder(f, context).run(); }

}  // namespace noodle::nir
