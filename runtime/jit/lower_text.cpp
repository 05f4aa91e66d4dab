// Strings, and natives that never wait.

#include "runtime/jit/emit.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

using nbc::Inst;
using nbc::Op;

bool Lowering::strings(const Inst& inst) {
  switch (inst.op()) {
    case Op::StringByteLen: {
      Value* high = get_word(inst.b() + 1u);
      Value* outside = b.CreateAnd(high, word(INT64_MAX));
      set(inst.a(), b.CreateSelect(b.CreateICmpSLT(high, word(0)), outside, b.CreateLShr(high, word(56))));
      return true;
    }
    case Op::StringLen: set(inst.a(), string_length(get_word(inst.b()), get_word(inst.b() + 1u))); return true;
    case Op::StringEq: return string_equality(inst);
    case Op::CallNative: return call_leaf(inst);
    default: return false;
  }
}

// Characters. A long text remembers their number once it is known.
Lowering::Value* Lowering::string_length(Value* low, Value* high) {
  Block *lies_outside = make("outside"), *ask = make("ask"), *on = make("length");
  b.CreateCondBr(b.CreateICmpSLT(high, word(0)), lies_outside, ask);
  b.SetInsertPoint(lies_outside);
  Value* text = b.CreateIntToPtr(low, u.ptr);
  Value* facts = load_atomic(u.i64, text, offsetof(memory::TextObject, facts), llvm::AtomicOrdering::Monotonic);
  Value* known = b.CreateLShr(facts, word(1));
  b.CreateCondBr(b.CreateTrunc(facts, u.i1), on, ask);
  b.SetInsertPoint(ask);
  Value* counted = call_helper(vm::Helper::StringLength, u.i64, {low, high});
  b.CreateBr(on);
  b.SetInsertPoint(on);
  llvm::PHINode* length = b.CreatePHI(u.i64, 2);
  length->addIncoming(known, lies_outside);
  length->addIncoming(counted, ask);
  return length;
}

// The same words are the same text; other ones are another unless some of it lies elsewhere.
bool Lowering::string_equality(const Inst& inst) {
  Value *x = get_word(inst.b()), *x2 = get_word(inst.b() + 1u), *y = get_word(inst.c()), *y2 = get_word(inst.c() + 1u);
  Block *differ = make("differ"), *compare = make("compare"), *on = make("equal");
  Block* before = b.GetInsertBlock();
  b.CreateCondBr(b.CreateAnd(b.CreateICmpEQ(x, y), b.CreateICmpEQ(x2, y2)), on, differ);
  b.SetInsertPoint(differ);
  b.CreateCondBr(b.CreateICmpSLT(b.CreateOr(x2, y2), word(0)), compare, on);
  b.SetInsertPoint(compare);
  Value* same = ask(vm::Helper::StringEqual, {x, x2, y, y2});
  b.CreateBr(on);
  b.SetInsertPoint(on);
  llvm::PHINode* result = b.CreatePHI(u.i1, 3);
  result->addIncoming(b.getTrue(), before);
  result->addIncoming(b.getFalse(), differ);
  result->addIncoming(same, compare);
  set_bool(inst.a(), result);
  return true;
}

void Lowering::raise_if(Value* raised, std::uint32_t pc, const std::vector<Value*>& before) {
  Block *wrong = make("wrong"), *on = make("on");
  b.CreateCondBr(raised, wrong, on, u.unlikely);
  b.SetInsertPoint(wrong);
  leave(pc, before, vm::WayOut::Raises);
  b.SetInsertPoint(on);
}

// Its arguments and results lie in the machine's scratch.
bool Lowering::call_leaf(const Inst& inst) {
  const vm::LoadedNative& native = v.module.natives[inst.uimm()];
  if (!native.leaf) return false;
  const std::vector<Value*> before = now_;
  Value* args = machine_field(offsetof(vm::Machine, scratch), u.ptr);
  for (std::uint32_t i = 0; i < native.param_slots; ++i) {
    store(get_word(inst.list(i)), slot_address(args, i), u.in_frame);
  }
  raise_if(ask(vm::Helper::CallLeaf, {vm, b.getInt32(inst.uimm())}), inst.pc, before);
  Value* results = machine_field(offsetof(vm::Machine, scratch2), u.ptr);
  for (std::uint32_t i = 0; i < native.result_slots; ++i) {
    const std::uint32_t slot = inst.list(native.param_slots + i);
    set(slot, load(variables_[slot]->getAllocatedType(), slot_address(results, i), u.in_frame));
  }
  region(inst.pc + inst.words());
  return true;
}

}  // namespace noodle::jit
