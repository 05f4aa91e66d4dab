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
    case Op::StringConcat: return concat(inst);
    case Op::CallNative: return text_native(inst) || call_leaf(inst);
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
  return either({{known, lies_outside}, {counted, ask}});
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
  set_bool(inst.a(), either({{b.getTrue(), before}, {b.getFalse(), differ}, {same, compare}}));
  return true;
}

void Lowering::raise_if(Value* raised, std::uint32_t pc, const std::vector<Value*>& before) {
  Block *wrong = make("wrong"), *on = make("on");
  b.CreateCondBr(raised, wrong, on, u.unlikely);
  b.SetInsertPoint(wrong);
  leave(pc, before, vm::WayOut::Raises);
  b.SetInsertPoint(on);
}

bool Lowering::concat(const Inst& inst) {
  constexpr std::uint32_t kMost = 32;  // more than fits the scratch nobody writes
  const std::uint32_t words = inst.list_size();
  if (words > kMost) return false;
  to_scratch(inst, words);
  leave_if(b.CreateNot(ask(vm::Helper::Concat, {vm, b.getInt32(words / 2)})));
  Value* results = machine_field(offsetof(vm::Machine, scratch2), u.ptr);
  for (std::uint32_t i = 0; i < 2; ++i) set(inst.b() + i, load(u.i64, slot_address(results, i), u.in_frame));
  region(inst.pc + inst.words());
  return true;
}

// A native's results, which has taken its arguments from the machine's scratch.
std::vector<Lowering::Value*> Lowering::leaf_results(const Inst& inst, const vm::LoadedNative& native) {
  const std::vector<Value*> before = now_;
  to_scratch(inst, native.param_slots);
  Value* failed = ask(vm::Helper::CallLeaf, {vm, b.getInt32(inst.uimm())});
  // A brief native that failed is called again by the interpreter, which knows what to do with one that lasts.
  native.brief ? leave_if(failed) : raise_if(failed, inst.pc, before);
  Value* words = machine_field(offsetof(vm::Machine, scratch2), u.ptr);
  std::vector<Value*> results;
  for (std::uint32_t i = 0; i < native.result_slots; ++i) {
    results.push_back(load(u.i64, slot_address(words, i), u.in_frame));
  }
  return results;
}

bool Lowering::call_leaf(const Inst& inst) {
  const vm::LoadedNative& native = v.module.natives[inst.uimm()];
  if (!native.begins_as_leaf()) return false;
  const std::vector<Value*> results = leaf_results(inst, native);
  for (std::uint32_t i = 0; i < results.size(); ++i) set(inst.list(native.param_slots + i), results[i]);
  region(inst.pc + inst.words());
  return true;
}

// One character of a text that is known to be ASCII: its code, or the character as a text. The native does the rest.
bool Lowering::text_native(const Inst& inst) {
  const vm::LoadedNative& native = v.module.natives[inst.uimm()];
  const std::string_view name = v.module.module().text(v.module.module().natives[inst.uimm()].name);
  const bool gives_code = name == "string.code_at";
  if (!gives_code && name != "string.at") return false;
  Value *low = get_word(inst.list(0)), *high = get_word(inst.list(1)), *index = get_word(inst.list(2));
  Block *outside = make("outside"), *ascii = make("ascii"), *ask = make("ask"), *on = make("on");
  b.CreateCondBr(b.CreateICmpSLT(high, word(0)), outside, ask);
  b.SetInsertPoint(outside);
  Value* text = b.CreateIntToPtr(low, u.ptr);
  Value* facts = load_atomic(u.i64, text, offsetof(memory::TextObject, facts), llvm::AtomicOrdering::Monotonic);
  // As many characters as bytes; the mark of a text that lies outside goes with the shift.
  Value* plain = b.CreateICmpEQ(facts, b.CreateOr(b.CreateShl(high, word(1)), word(1)));
  Value* within = b.CreateICmpULT(index, b.CreateAnd(high, word(INT64_MAX)));
  b.CreateCondBr(b.CreateAnd(plain, within), ascii, ask);
  b.SetInsertPoint(ascii);
  Value* at = b.CreateInBoundsGEP(u.i8, at_offset(text, sizeof(memory::TextObject)), index);
  std::vector<Value*> short_way{b.CreateZExt(load(u.i8, at, u.in_data), u.i64)};
  if (!gives_code) short_way.push_back(word(std::int64_t{1} << 56));
  b.CreateBr(on);
  b.SetInsertPoint(ask);
  const std::vector<Value*> long_way = leaf_results(inst, native);
  Block* asked = b.GetInsertBlock();
  b.CreateBr(on);
  b.SetInsertPoint(on);
  for (std::uint32_t i = 0; i < short_way.size(); ++i) {
    set(inst.list(native.param_slots + i), either({{short_way[i], ascii}, {long_way[i], asked}}));
  }
  region(inst.pc + inst.words());
  return true;
}

}  // namespace noodle::jit
