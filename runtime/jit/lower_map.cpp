// Maps: entries are found and made by the runtime, and read here.

#include "runtime/jit/emit.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

using memory::TableObject;
using nbc::Inst;
using nbc::Op;

// The first of the listed slots, one after another.
void Lowering::to_scratch(const Inst& inst, std::uint32_t count) {
  Value* scratch = machine_field(offsetof(vm::Machine, scratch), u.ptr);
  for (std::uint32_t i = 0; i < count; ++i) {
    store(get_word(inst.list(i)), slot_address(scratch, i), u.in_frame);
  }
}

bool Lowering::map(const Inst& inst) {
  switch (inst.op()) {
    case Op::MapLen:
      set(inst.a(), length_or_zero(get_pointer(inst.b()), u.i32, offsetof(TableObject, live)));
      return true;
    case Op::MapFind: {
      to_scratch(inst, inst.list_size());
      Value* type = b.getInt32(v.facts.type_at(inst.c()).index);
      set(inst.b(), call_helper(vm::Helper::MapFind, u.i64, {vm, type, get_pointer(inst.c())}));
      return true;
    }
    case Op::MapInsert: map_insert(inst); return true;
    case Op::MapNext: map_next(inst); return true;
    case Op::MapKey:
    case Op::MapPeekKey:
    case Op::MapValue:
    case Op::MapPeek: {
      const value::TypeInfo& type = *v.type(inst.b());
      const bool is_key = inst.op() == Op::MapKey || inst.op() == Op::MapPeekKey;
      const value::TypeInfo& content = is_key ? *type.element : *type.value;
      const bool counts = (inst.op() == Op::MapKey || inst.op() == Op::MapValue) && content.counted;
      if (counts && !leaves_count_simply(content)) return false;
      Value* at = at_offset(map_entry(inst.b(), get_word(inst.c())), is_key ? type.key_offset : type.value_offset);
      for (const value::Leaf& leaf : content.leaves) load_leaf(leaf, at, listed(inst, leaf), counts);
      if (counts) region(inst.pc + inst.words());
      return true;
    }
    default: return false;
  }
}

// Mostly it is the very next one.
void Lowering::map_next(const Inst& inst) {
  Value *table = get_pointer(inst.b()), *from = get_word(inst.c());
  Block *some = make("some"), *within = make("within"), *ask = make("ask"), *on = make("next");
  b.CreateCondBr(b.CreateIsNull(table), ask, some, u.unlikely);
  b.SetInsertPoint(some);
  Value* used = b.CreateZExt(load(u.i32, at_offset(table, offsetof(TableObject, used)), u.in_header), u.i64);
  b.CreateCondBr(b.CreateICmpULT(from, used), within, ask);
  b.SetInsertPoint(within);
  Value* entries = load(u.ptr, at_offset(table, offsetof(TableObject, buffer)), u.in_header);
  Value* mark = load(u.i64, element_address(*v.type(inst.b()), entries, from), u.in_data);
  b.CreateCondBr(b.CreateICmpNE(mark, word(0)), on, ask);
  b.SetInsertPoint(ask);
  Value* type = b.getInt32(v.facts.type_at(inst.b()).index);
  Value* found = call_helper(vm::Helper::MapNext, u.i64, {vm, type, table, from});
  b.CreateBr(on);
  b.SetInsertPoint(on);
  set(inst.a(), either({{from, within}, {found, ask}}));
}

// Where an entry lies that is there.
Lowering::Value* Lowering::map_entry(std::uint32_t slot, Value* entry) {
  Value* table = get_pointer(slot);
  leave_if(b.CreateIsNull(table));
  Value* used = b.CreateZExt(load(u.i32, at_offset(table, offsetof(TableObject, used)), u.in_header), u.i64);
  leave_if(b.CreateICmpUGE(entry, used));
  Value* entries = load(u.ptr, at_offset(table, offsetof(TableObject, buffer)), u.in_header);
  Value* at = element_address(*v.type(slot), entries, entry);
  leave_if(b.CreateICmpEQ(load(u.i64, at, u.in_data), word(0)));
  return at;
}

void Lowering::map_insert(const Inst& inst) {
  to_scratch(inst, inst.list_size());
  Value* slot = slot_address(fp, inst.b());
  store(get_word(inst.b()), slot, u.in_frame);
  Value* type = b.getInt32(v.facts.type_at(inst.b()).index);
  leave_if(b.CreateNot(ask(vm::Helper::MapInsert, {vm, type, slot})));
  set(inst.b(), load(u.i64, slot, u.in_frame));
  region(inst.pc + inst.words());
}

}  // namespace noodle::jit
