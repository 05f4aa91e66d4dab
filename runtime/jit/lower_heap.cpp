// Moves, counts, lists, boxes, strings: what is done in compiled code itself. The rest the handlers do.

#include <algorithm>

#include "runtime/jit/emit.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

using nbc::Inst;
using nbc::Kind;
using nbc::Op;

// ------------------------------------------------------------------------------------------ counts

// Where it is rarely done a call is shorter, for the compiler too.
bool Lowering::is_often_here() const {
  constexpr std::size_t kShort = 120;
  return v.function.code.size() <= kShort || in_loop_[pc_];
}

void Lowering::count(llvm::Function* function, Value* object) {
  llvm::CallInst* made = b.CreateCall(function, {vm, object});
  made->setCallingConv(function->getCallingConv());
  made->addFnAttr(is_often_here() ? llvm::Attribute::AlwaysInline : llvm::Attribute::NoInline);
}

void Lowering::retain_if_any(Value* object) { count(u.retain_function(), object); }
void Lowering::release_if_any(Value* object) { count(u.release_function(), object); }

namespace {

// Whether what a value of a type counts is always at the same places: pointers and strings.
bool counts_alike(const value::TypeInfo& type) {
  return std::ranges::none_of(type.slot_fields,
                              [](const memory::Field& field) { return field.kind == memory::Field::Kind::Enum; });
}

}  // namespace

// Whether what a type counts is found by one look: a pointer, a string, or such in the variants of an enum.
bool Lowering::has_simple_counts(const value::TypeInfo& type) const {
  if (!type.counted || counts_alike(type)) return true;
  for (const value::VariantInfo& variant : type.variants) {
    for (const memory::Field& field : variant.fields) {
      if (field.kind == memory::Field::Kind::Enum) return false;
    }
  }
  return true;
}

// The object behind a string's words; null when the string stands in them.
Lowering::Value* Lowering::object_of_text(Value* low, Value* high) {
  return b.CreateIntToPtr(b.CreateSelect(b.CreateICmpSLT(high, word(0)), low, word(0)), u.ptr);
}

void Lowering::count_slots(const value::TypeInfo& type, std::uint32_t slot, void (Lowering::*count)(Value*)) {
  if (!type.counted) return;
  if (!counts_alike(type)) return count_variant(type, slot, count);
  for (const memory::Field& field : type.slot_fields) count_field(field, slot, count);
}

void Lowering::count_field(const memory::Field& field, std::uint32_t slot, void (Lowering::*count)(Value*)) {
  const std::uint32_t at = slot + field.offset / 8;
  (this->*count)(field.kind == memory::Field::Kind::String ? object_of_text(get_word(at), get_word(at + 1))
                                                           : get_pointer(at));
}

// By the variant that the enum holds; fields count bytes from the tag.
void Lowering::count_variant(const value::TypeInfo& type, std::uint32_t slot, void (Lowering::*count)(Value*)) {
  Block* on = make("counted");
  llvm::SwitchInst* which = b.CreateSwitch(get_word(slot), on);
  for (std::size_t i = 0; i < type.variants.size(); ++i) {
    if (type.variants[i].fields.empty()) continue;
    Block* variant = make("variant");
    which->addCase(llvm::cast<llvm::ConstantInt>(word(static_cast<std::int64_t>(i))), variant);
    b.SetInsertPoint(variant);
    for (const memory::Field& field : type.variants[i].fields) count_field(field, slot, count);
    b.CreateBr(on);
  }
  b.SetInsertPoint(on);
}

void Lowering::retain_slots(const value::TypeInfo& type, std::uint32_t slot) {
  count_slots(type, slot, &Lowering::retain_if_any);
}

void Lowering::release_slots(const value::TypeInfo& type, std::uint32_t slot) {
  count_slots(type, slot, &Lowering::release_if_any);
}

// ------------------------------------------------------------------------------------------- moves

bool Lowering::moving(const Inst& inst) {
  switch (inst.op()) {
    case Op::Move:
    case Op::Copy:
    case Op::Borrow:
    case Op::Reborrow: {
      const value::TypeInfo& type = *(v.type(inst.a()) != nullptr ? v.type(inst.a()) : v.type(inst.b()));
      const bool counts = inst.op() == Op::Copy && type.counted;
      if (counts && !has_simple_counts(type)) return false;
      std::vector<Value*> words;
      for (std::uint32_t i = 0; i < type.slots; ++i) words.push_back(get(inst.b() + i));
      if (counts) retain_slots(type, inst.b());
      for (std::uint32_t i = 0; i < type.slots; ++i) set(inst.a() + i, words[i]);
      if (counts) region(inst.pc + inst.words());
      return true;
    }
    case Op::Drop: {
      const value::TypeInfo& type = *v.module.type_infos[inst.uimm()];
      if (!has_simple_counts(type)) return false;
      release_slots(type, inst.a());
      if (type.counted) region(inst.pc + inst.words());
      return true;
    }
    case Op::Zero: {
      const value::TypeInfo& type = *v.type(inst.a());
      for (std::uint32_t i = 0; i < type.slots; ++i) set(inst.a() + i, word(0));
      return true;
    }
    case Op::Const: {
      const nbc::Constant& constant = v.module.module().constants[inst.uimm()];
      const value::TypeInfo& type = v.module.types[constant.type];
      if (!type.counted) {
        set(inst.a(), word(static_cast<std::int64_t>(constant.value)));
        return true;
      }
      Value* constants = machine_field(offsetof(vm::Machine, constants), u.ptr);
      for (std::uint32_t i = 0; i < type.slots; ++i) {
        set(inst.a() + i, load(u.i64, at_offset(constants, (std::uint64_t{inst.uimm()} * 2 + i) * 8), u.in_machine));
      }
      return true;
    }
    case Op::EnumMake: {
      const value::TypeInfo& type = *v.type(inst.b());
      std::vector<Value*> payload;
      for (std::uint32_t i = 0; i < inst.list_size(); ++i) payload.push_back(get(inst.list(i)));
      set(inst.b(), word(inst.c()));
      for (std::uint32_t i = 1; i < type.slots; ++i) {
        set(inst.b() + i, i - 1 < payload.size() ? payload[i - 1] : word(0));
      }
      return true;
    }
    case Op::EnumTag: set(inst.a(), get_word(inst.b())); return true;
    default: return false;
  }
}

// ------------------------------------------------------------------------------------------- lists

// The list in a slot, of which the index in another is known to be within.
Lowering::ListPlace Lowering::checked_list(std::uint32_t slot, std::uint32_t index, bool changes) {
  const LoopCode* loop = loop_at(pc_);
  const SteadyList* steady = loop != nullptr ? loop->plain.list(slot) : nullptr;
  if (steady != nullptr) {
    const auto n = static_cast<std::size_t>(steady - loop->plain.lists.data());
    // Within a chunk the counter is below the lengths of those lists that every turn asks.
    const bool is_counted = loop->plain.counter && loop->plain.counter->slot == index;
    const bool known = is_counted && (changes ? steady->written : steady->always);
    llvm::AllocaInst* within = changes ? loop->rooms[n] : loop->lengths[n];
    if (!known) leave_if(b.CreateICmpUGE(get_word(index), b.CreateLoad(u.i64, within)));
    return {.list = nullptr, .data = b.CreateLoad(u.ptr, loop->data[n])};
  }
  Value* list = get_pointer(slot);
  leave_if(b.CreateIsNull(list));
  Value* length = load(u.i64, at_offset(list, offsetof(memory::ArrayObject, length)), u.in_header);
  leave_if(b.CreateICmpUGE(get_word(index), length));
  return {.list = list, .data = at_offset(list, memory::ArrayObject::kDataOffset)};
}

Lowering::Value* Lowering::element_address(const value::TypeInfo& type, Value* data, Value* index) {
  return b.CreateInBoundsGEP(u.i8, data, b.CreateMul(index, word(type.object.stride), "", true, true));
}

// The same after a shared list was copied; of a steady one that is known.
Lowering::ListPlace Lowering::unique_place(std::uint32_t slot, ListPlace place) {
  if (place.list == nullptr) return place;
  Value* list = unique_list(slot, place.list);
  return {.list = list, .data = at_offset(list, memory::ArrayObject::kDataOffset)};
}

// The list in a slot, after a shared one was copied.
Lowering::Value* Lowering::unique_list(std::uint32_t slot, Value* list) {
  Block *shared = make("shared"), *on = make("unique");
  Block* before = b.GetInsertBlock();
  Value* count = load(u.i32, list, u.in_count);
  b.CreateCondBr(b.CreateICmpEQ(count, b.getInt32(1)), on, shared,
                 llvm::MDBuilder(u.context).createBranchWeights(2000, 1));
  b.SetInsertPoint(shared);
  store(loaded_function(v.id), b.CreateConstInBoundsGEP1_64(u.i64, fp, -1), u.in_frame);
  store(b.CreatePtrToInt(list, u.i64), slot_address(fp, slot), u.in_frame);
  Value* copy = call_helper(vm::Helper::MakeUnique, u.ptr, {vm, fp, b.getInt32(slot)});
  leave_if(b.CreateIsNull(copy));
  Block* copied = b.GetInsertBlock();
  b.CreateBr(on);
  b.SetInsertPoint(on);
  Value* unique = either({{list, before}, {copy, copied}});
  set(slot, b.CreatePtrToInt(unique, u.i64));
  return unique;
}

void Lowering::load_leaf(const value::Leaf& leaf, Value* at, const std::vector<std::uint32_t>& slots, bool counts) {
  Value* from = at_offset(at, leaf.offset);
  if (leaf.kind == Kind::F64) {
    set(slots[0], load(u.f64, from, u.in_data));
  } else if (leaf.width < 8) {
    Value* narrow_value = load(b.getIntNTy(leaf.width * 8), from, u.in_data);
    const bool is_signed = leaf.kind == Kind::I8 || leaf.kind == Kind::I16 || leaf.kind == Kind::I32;
    set(slots[0], canonical(narrow_value, is_signed));
  } else {
    for (std::uint32_t i = 0; i < leaf.type->slots; ++i) {
      set(slots[i], load(u.i64, at_offset(from, std::uint64_t{i} * 8), u.in_data));
    }
  }
  if (counts) retain_slots(*leaf.type, slots[0]);
}

void Lowering::store_leaf(const value::Leaf& leaf, Value* at, const std::vector<std::uint32_t>& slots) {
  Value* to = at_offset(at, leaf.offset);
  if (leaf.kind == Kind::F64) {
    store(get_float(slots[0]), to, u.in_data);
  } else if (leaf.width < 8) {
    store(narrow(get_word(slots[0]), leaf.width * 8), to, u.in_data);
  } else {
    for (std::uint32_t i = 0; i < leaf.type->slots; ++i) {
      store(get_word(slots[i]), at_offset(to, std::uint64_t{i} * 8), u.in_data);
    }
  }
}

std::vector<std::uint32_t> listed(const Inst& inst, const value::Leaf& leaf) {
  std::vector<std::uint32_t> slots;
  for (std::uint32_t i = 0; i < leaf.type->slots; ++i) slots.push_back(inst.list(leaf.slot + i));
  return slots;
}

namespace {

std::vector<std::uint32_t> from(std::uint32_t slot, const value::Leaf& leaf) {
  std::vector<std::uint32_t> slots;
  for (std::uint32_t i = 0; i < leaf.type->slots; ++i) slots.push_back(slot + i);
  return slots;
}

}  // namespace

bool Lowering::leaves_count_simply(const value::TypeInfo& type) const {
  return std::ranges::all_of(type.leaves, [&](const value::Leaf& leaf) { return has_simple_counts(*leaf.type); });
}

// What an object's header says of its length; 0 for the empty one, which is null.
Lowering::Value* Lowering::length_or_zero(Value* object, llvm::IntegerType* type, std::uint64_t offset) {
  Block *some = make("some"), *on = make("on");
  Block* before = b.GetInsertBlock();
  b.CreateCondBr(b.CreateIsNull(object), on, some);
  b.SetInsertPoint(some);
  Value* length = b.CreateZExt(load(type, at_offset(object, offset), u.in_header), u.i64);
  b.CreateBr(on);
  b.SetInsertPoint(on);
  return either({{word(0), before}, {length, some}});
}

bool Lowering::list(const Inst& inst) {
  switch (inst.op()) {
    case Op::ListLen: {
      set(inst.a(), length_or_zero(get_pointer(inst.b()), u.i64, offsetof(memory::ArrayObject, length)));
      return true;
    }
    case Op::ListGet:
    case Op::ListPeek: {
      const value::TypeInfo& type = *v.type(inst.b());
      const bool counts = inst.op() == Op::ListGet && type.element->counted;
      if (counts && !leaves_count_simply(*type.element)) return false;
      Value* index = get_word(inst.c());
      Value* at = element_address(type, checked_list(inst.b(), inst.c(), false).data, index);
      for (const value::Leaf& leaf : type.element->leaves) load_leaf(leaf, at, listed(inst, leaf), counts);
      if (counts) region(inst.pc + inst.words());
      return true;
    }
    case Op::ListLoad: {
      const value::TypeInfo& type = *v.type(inst.b());
      const value::Leaf& leaf = type.element->leaves[inst.y()];
      if (!has_simple_counts(*leaf.type)) return false;
      Value* index = get_word(inst.c());
      Value* at = element_address(type, checked_list(inst.b(), inst.c(), false).data, index);
      load_leaf(leaf, at, from(inst.a(), leaf), leaf.type->counted);
      if (leaf.type->counted) region(inst.pc + inst.words());
      return true;
    }
    default: return false;
  }
}

bool Lowering::list_change(const Inst& inst) {
  switch (inst.op()) {
    case Op::ListStore:
    case Op::ListSet:
    case Op::ListPut:
    case Op::ListTake: break;
    case Op::ListPush: return push(inst);
    default: return false;
  }
  const value::TypeInfo& type = *v.type(inst.b());
  const bool one = inst.op() == Op::ListStore;
  const bool takes = inst.op() == Op::ListTake;
  const value::Leaf* only = one ? &type.element->leaves[inst.y()] : nullptr;
  const bool counted = one ? only->type->counted : type.element->counted;
  if (counted && !takes && (one ? only->kind == Kind::Enum : type.element->leaves.size() != 1)) return false;
  if (counted && !takes && !one && type.element->leaves[0].kind == Kind::Enum) return false;
  Value* index = get_word(inst.c());
  const ListPlace place = unique_place(inst.b(), checked_list(inst.b(), inst.c(), true));
  Value* at = element_address(type, place.data, index);
  if (takes) {
    for (const value::Leaf& leaf : type.element->leaves) {
      load_leaf(leaf, at, listed(inst, leaf), false);
      for (std::uint32_t i = 0; i < leaf.width; i += 8) {
        store(llvm::ConstantInt::get(b.getIntNTy(std::min<unsigned>(leaf.width, 8) * 8), 0),
              at_offset(at, leaf.offset + i), u.in_data);
      }
      // A string or an enum is wider than its leaf says.
      for (std::uint32_t i = 1; leaf.width >= 8 && i < leaf.type->slots; ++i) {
        store(word(0), at_offset(at, leaf.offset + std::uint64_t{i} * 8), u.in_data);
      }
    }
    region(inst.pc + inst.words());
    return true;
  }
  Value* old = nullptr;
  if (counted) {
    const value::Leaf& leaf = one ? *only : type.element->leaves[0];
    Value* place = at_offset(at, leaf.offset);
    Value* low = load(u.i64, place, u.in_data);
    old = leaf.kind == Kind::String ? object_of_text(low, load(u.i64, at_offset(place, 8), u.in_data))
                                    : b.CreateIntToPtr(low, u.ptr);
  }
  if (one) {
    store_leaf(*only, at, from(inst.a(), *only));
  } else {
    for (const value::Leaf& leaf : type.element->leaves) store_leaf(leaf, at, listed(inst, leaf));
  }
  if (old != nullptr) release_if_any(old);
  region(inst.pc + inst.words());
  return true;
}

// With room behind the last element and nobody else to see it; else the handler does it.
bool Lowering::push(const Inst& inst) {
  const value::TypeInfo& type = *v.type(inst.b());
  Value* list_word = get_word(inst.b());
  Value* list = b.CreateIntToPtr(list_word, u.ptr);
  Block *some = make("some"), *room = make("room"), *unique = make("unique"), *slow = make("slow"), *on = make("on");
  b.CreateCondBr(b.CreateIsNull(list), slow, some, u.unlikely);
  b.SetInsertPoint(some);
  Value* length = load(u.i64, at_offset(list, offsetof(memory::ArrayObject, length)), u.in_header);
  Value* capacity = load(u.i64, at_offset(list, offsetof(memory::ArrayObject, capacity)), u.in_header);
  b.CreateCondBr(b.CreateICmpULT(length, capacity), room, slow);
  b.SetInsertPoint(room);
  Value* count = load(u.i32, list, u.in_count);
  b.CreateCondBr(b.CreateICmpEQ(count, b.getInt32(1)), unique, slow);
  b.SetInsertPoint(unique);
  Value* at = element_address(type, at_offset(list, memory::ArrayObject::kDataOffset), length);
  for (const value::Leaf& leaf : type.element->leaves) store_leaf(leaf, at, listed(inst, leaf));
  store(b.CreateAdd(length, word(1)), at_offset(list, offsetof(memory::ArrayObject, length)), u.in_header);
  b.CreateBr(on);
  b.SetInsertPoint(slow);
  Accesses accesses;
  v.accesses(inst, accesses);
  const std::vector<Value*> before = now_;
  raise_if(step(inst, accesses), inst.pc, before);
  Block* pushed = b.GetInsertBlock();
  Value* grown = load(u.i64, slot_address(fp, inst.b()), u.in_frame);
  b.CreateBr(on);
  b.SetInsertPoint(on);
  Value* result = either({{list_word, unique}, {grown, pushed}});
  now_ = before;
  set(inst.b(), result);
  region(inst.pc + inst.words());
  return true;
}

// --------------------------------------------------------------------------------- boxes, strings

bool Lowering::box(const Inst& inst) {
  switch (inst.op()) {
    case Op::BoxNew: {
      const value::TypeInfo& content = *v.type(inst.b())->element;
      Value* object = call_helper(vm::Helper::New, u.ptr, {vm, b.getInt32(v.facts.type_at(inst.b()).index)});
      leave_if(b.CreateIsNull(object));
      Value* at = at_offset(object, value::kBoxContent);
      for (const value::Leaf& leaf : content.leaves) store_leaf(leaf, at, listed(inst, leaf));
      set(inst.b(), b.CreatePtrToInt(object, u.i64));
      region(inst.pc + inst.words());
      return true;
    }
    case Op::BoxPeek:
    case Op::BoxGet: {
      const value::TypeInfo& content = *v.type(inst.b())->element;
      const bool counts = inst.op() == Op::BoxGet && content.counted;
      if (counts && !leaves_count_simply(content)) return false;
      Value* object = get_pointer(inst.b());
      leave_if(b.CreateIsNull(object));
      Value* at = at_offset(object, value::kBoxContent);
      for (const value::Leaf& leaf : content.leaves) load_leaf(leaf, at, listed(inst, leaf), counts);
      if (counts) region(inst.pc + inst.words());
      return true;
    }
    case Op::BoxTag: {
      const value::Leaf& tag = v.type(inst.b())->element->leaves[0];
      Value* object = get_pointer(inst.b());
      leave_if(b.CreateIsNull(object));
      llvm::Type* width = b.getIntNTy(std::min<unsigned>(tag.width, 8) * 8);
      set(inst.a(), canonical(load(width, at_offset(object, value::kBoxContent + tag.offset), u.in_data), false));
      return true;
    }
    default: return false;
  }
}

}  // namespace noodle::jit
