// Boxes, maps, anys, closures.

#include <cstring>

#include "runtime/vm/handlers.h"

namespace noodle::vm {

namespace {

using memory::Object;

inline Object* object_at(std::uint64_t word) { return reinterpret_cast<Object*>(word); }

inline std::byte* box_content(std::uint64_t box) { return reinterpret_cast<std::byte*>(box) + value::kBoxContent; }

inline std::uint64_t* record_words(std::uint64_t record) {
  return reinterpret_cast<std::uint64_t*>(record + value::kRecordContent);
}

inline const LoadedVTable* vtable_of(std::uint64_t any) {
  return reinterpret_cast<const LoadedVTable* const*>(any)[value::kRecordWord / 8];
}

// Replaces a shared record (box or any) by a copy of its own.
bool make_record_unique(Machine& vm, const memory::ObjectType& type, std::uint64_t* slot) {
  Object* old = object_at(*slot);
  if (memory::make_unique_local(vm.account, old)) return true;
  Object* copy = memory::allocate(vm.account, type.size, old->type);
  if (copy == nullptr) return false;
  std::memcpy(copy + 1, old + 1, type.size - sizeof(Object));
  value::retain_fields(type.fields, copy);
  memory::release(vm.account, old);
  ++vm.account.copies;
  *slot = reinterpret_cast<std::uint64_t>(copy);
  return true;
}

inline bool any_holds(std::uint64_t any, std::uint32_t type) { return any != 0 && vtable_of(any)->concrete_id == type; }

}  // namespace

#define CHECK_NULL(word)        \
  if ((word) == 0) [[unlikely]] \
  RAISE(Instruction)
#define CHECK_MEMORY(ok)  \
  if (!(ok)) [[unlikely]] \
  RAISE(NoMemory)

// --- enums ----------------------------------------------------------------------------------------

HANDLER(EnumMake) {
  std::uint64_t* to = fp + B;
  const std::uint32_t slots = type_at(fp, B).slots;
  const std::uint32_t n = A;
  const std::uint16_t* list = list_of(pc);
  to[0] = C;
  for (std::uint32_t i = 0; i < n; ++i) to[1 + i] = fp[list[i]];
  for (std::uint32_t i = 1 + n; i < slots; ++i) to[i] = 0;
  NEXT(words_with_list(1, n));
}
HANDLER(EnumTag) {
  fp[A] = fp[B];
  NEXT(1);
}

// --- boxes ----------------------------------------------------------------------------------------

// A box's content is a few words, for which a call of memset would cost more than it does.
inline void clear_content(const TypeInfo& type, std::byte* content) {
  if (type.movement != value::Movement::Words) {
    std::memset(content, 0, type.size);
    return;
  }
#pragma clang loop unroll(disable) vectorize(disable)
  for (std::uint32_t i = 0; i < type.slots; ++i) reinterpret_cast<std::uint64_t*>(content)[i] = 0;
}
/// Whether there is surely nothing to release in a content.
inline bool is_clear(const TypeInfo& type, const std::byte* content) {
  if (!type.counted) return true;
  if (type.movement != value::Movement::Words) return false;
  std::uint64_t bits = 0;
#pragma clang loop unroll(disable) vectorize(disable)
  for (std::uint32_t i = 0; i < type.slots; ++i) bits |= reinterpret_cast<const std::uint64_t*>(content)[i];
  return bits == 0;
}

#define MAKE_BOX(type)                                                                                          \
  Object* box = memory::allocate(vm->account, (type).object.size, (type).object_number);                        \
  CHECK_MEMORY(box != nullptr);                                                                                 \
  store_from(fp, list_of(pc), *(type).element, box_content(reinterpret_cast<std::uint64_t>(box)), vm->scratch); \
  fp[B] = reinterpret_cast<std::uint64_t>(box)

HANDLER(BoxNew) {
  const TypeInfo& type = type_at(fp, B);
  MAKE_BOX(type);
  NEXT(words_with_list(1, A));
}
HANDLER(BoxOpen) {
  const std::uint64_t box = fp[B];
  CHECK_NULL(box);
  const TypeInfo& type = *type_at(fp, B).element;
  value::load_value(type, box_content(box), vm->scratch);
  if (memory::make_unique_local(vm->account, object_at(box))) {
    memory::free_shell(vm->account, object_at(box));
  } else {
    value::retain_fields(type.slot_fields, vm->scratch);
    memory::release(vm->account, object_at(box));
  }
  scatter(fp, list_of(pc), A, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(BoxPeek) {
  const std::uint64_t box = fp[B];
  CHECK_NULL(box);
  load_into(fp, list_of(pc), *type_at(fp, B).element, box_content(box), vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(BoxGet) {
  const std::uint64_t box = fp[B];
  CHECK_NULL(box);
  const TypeInfo& type = *type_at(fp, B).element;
  value::retain_fields(type.memory_fields, box_content(box));
  load_into(fp, list_of(pc), type, box_content(box), vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(BoxTag) {
  const std::uint64_t box = fp[B];
  CHECK_NULL(box);
  std::uint64_t tag;
  const value::Leaf& leaf = type_at(fp, B).element->leaves[0];
  // Only the tag word is wanted, whatever the payload.
  tag = leaf.width == 8   ? *reinterpret_cast<const std::uint64_t*>(box_content(box))
        : leaf.width == 1 ? value::load_scalar(nbc::Kind::U8, box_content(box))
        : leaf.width == 2 ? value::load_scalar(nbc::Kind::U16, box_content(box))
                          : value::load_scalar(nbc::Kind::U32, box_content(box));
  fp[A] = tag;
  NEXT(1);
}
// What is taken out is meant to be put back, so a shared box is not copied: the new one is made by the put.
HANDLER(BoxTake) {
  const std::uint64_t box = fp[B];
  CHECK_NULL(box);
  const TypeInfo& type = *type_at(fp, B).element;
  if (memory::make_unique_local(vm->account, object_at(box))) [[likely]] {
    load_into(fp, list_of(pc), type, box_content(box), vm->scratch);
    clear_content(type, box_content(box));
    NEXT(words_with_list(1, A));
  }
  value::load_value(type, box_content(box), vm->scratch);
  value::retain_fields(type.slot_fields, vm->scratch);
  memory::release(vm->account, object_at(box));
  ++vm->account.copies;
  fp[B] = 0;
  scatter(fp, list_of(pc), A, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(BoxPut) {
  const TypeInfo& type = type_at(fp, B);
  if (fp[B] == 0) {
    MAKE_BOX(type);
    NEXT(words_with_list(1, A));
  }
  CHECK_MEMORY(make_record_unique(*vm, type.object, fp + B));
  std::byte* content = box_content(fp[B]);
  if (is_clear(*type.element, content)) [[likely]] {
    store_from(fp, list_of(pc), *type.element, content, vm->scratch);
  } else {
    value::load_value(*type.element, content, vm->scratch2);
    store_from(fp, list_of(pc), *type.element, content, vm->scratch);
    value::release_fields(vm->account, type.element->slot_fields, vm->scratch2);
  }
  NEXT(words_with_list(1, A));
}

// --- maps -----------------------------------------------------------------------------------------

#define CHECK_ENTRY(map, entry)                                                        \
  if (!value::map_has_entry(type_at(fp, map), object_at(fp[map]), entry)) [[unlikely]] \
  RAISE(Instruction)

HANDLER(MapNew) {
  const std::int64_t room = as_signed(fp[B]);
  std::uint64_t map;
  CHECK_MEMORY(value::map_make(vm->account, type_at(fp, A), room < 0 ? 0 : static_cast<std::uint64_t>(room), &map));
  fp[A] = map;
  NEXT(1);
}
HANDLER(MapLen) {
  fp[A] = value::map_length(object_at(fp[B]));
  NEXT(1);
}
std::int64_t find_in_map(Machine& machine, const TypeInfo& type, const Object* map, const std::uint64_t* key) {
  const std::int64_t entry = value::map_find(type, map, key, machine.account.hash_seed);
  machine.found_map = map;
  machine.found_entry = entry;
  return entry;
}

bool insert_in_map(Machine& machine, const TypeInfo& type, std::uint64_t* map, const std::uint64_t* key_and_value) {
  const std::int64_t guess = object_at(*map) == machine.found_map ? machine.found_entry : -1;
  return value::map_insert(machine.account, type, map, key_and_value, key_and_value + type.element->slots, guess);
}

HANDLER(MapFind) {
  gather(vm->scratch, fp, list_of(pc), A);
  fp[B] = static_cast<std::uint64_t>(find_in_map(*vm, type_at(fp, C), object_at(fp[C]), vm->scratch));
  NEXT(words_with_list(1, A));
}
HANDLER(MapInsert) {
  gather(vm->scratch, fp, list_of(pc), A);
  CHECK_MEMORY(insert_in_map(*vm, type_at(fp, B), fp + B, vm->scratch));
  NEXT(words_with_list(1, A));
}
HANDLER(MapRemove) {
  gather(vm->scratch, fp, list_of(pc), A);
  const value::MapRemoval removal = value::map_remove(vm->account, type_at(fp, C), fp + C, vm->scratch);
  CHECK_MEMORY(removal != value::MapRemoval::NoMemory);
  fp[B] = removal == value::MapRemoval::Removed;
  NEXT(words_with_list(1, A));
}
HANDLER(MapNext) {
  fp[A] = static_cast<std::uint64_t>(value::map_next(type_at(fp, B), object_at(fp[B]), as_signed(fp[C])));
  NEXT(1);
}
HANDLER(MapKey) {
  CHECK_ENTRY(B, as_signed(fp[C]));
  const TypeInfo& type = type_at(fp, B);
  const std::byte* at = value::map_key(type, object_at(fp[B]), as_signed(fp[C]));
  value::retain_fields(type.element->memory_fields, at);
  load_into(fp, list_of(pc), *type.element, at, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(MapValue) {
  CHECK_ENTRY(B, as_signed(fp[C]));
  const TypeInfo& type = type_at(fp, B);
  const std::byte* at = value::map_value(type, object_at(fp[B]), as_signed(fp[C]));
  value::retain_fields(type.value->memory_fields, at);
  load_into(fp, list_of(pc), *type.value, at, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(MapPeekKey) {
  CHECK_ENTRY(B, as_signed(fp[C]));
  const TypeInfo& type = type_at(fp, B);
  const std::byte* at = value::map_key(type, object_at(fp[B]), as_signed(fp[C]));
  load_into(fp, list_of(pc), *type.element, at, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(MapPeek) {
  CHECK_ENTRY(B, as_signed(fp[C]));
  const TypeInfo& type = type_at(fp, B);
  const std::byte* at = value::map_value(type, object_at(fp[B]), as_signed(fp[C]));
  load_into(fp, list_of(pc), *type.value, at, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(MapSlot) {
  gather(vm->scratch, fp, list_of(pc, 2), A);
  const value::MapSlot slot = value::map_slot(vm->account, type_at(fp, B), fp + B, vm->scratch);
  CHECK_MEMORY(slot.entry >= 0);
  fp[C] = static_cast<std::uint64_t>(slot.entry);
  fp[nbc::y_of(pc[1])] = slot.is_new;
  NEXT(words_with_list(2, A));
}
HANDLER(MapTake) {
  CHECK_ENTRY(B, as_signed(fp[C]));
  const TypeInfo& type = type_at(fp, B);
  CHECK_MEMORY(value::map_make_unique(vm->account, type, fp + B));
  std::byte* at = value::map_value(type, object_at(fp[B]), as_signed(fp[C]));
  value::load_value(*type.value, at, vm->scratch);
  std::memset(at, 0, type.value->size);
  scatter(fp, list_of(pc), A, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(MapPut) {
  CHECK_ENTRY(B, as_signed(fp[C]));
  const TypeInfo& type = type_at(fp, B);
  CHECK_MEMORY(value::map_make_unique(vm->account, type, fp + B));
  std::byte* at = value::map_value(type, object_at(fp[B]), as_signed(fp[C]));
  gather(vm->scratch, fp, list_of(pc), A);
  value::load_value(*type.value, at, vm->scratch2);
  value::store_value(*type.value, at, vm->scratch);
  value::release_fields(vm->account, type.value->slot_fields, vm->scratch2);
  NEXT(words_with_list(1, A));
}
HANDLER(MapClear) {
  value::map_clear(vm->account, fp + A);
  NEXT(1);
}
HANDLER(MapReserve) {
  const std::int64_t room = as_signed(fp[B]);
  CHECK_MEMORY(
      value::map_reserve(vm->account, type_at(fp, A), fp + A, room < 0 ? 0 : static_cast<std::uint64_t>(room)));
  NEXT(1);
}

// --- anys and closures ----------------------------------------------------------------------------

HANDLER(AnyNew) {
  const LoadedVTable& vtable = vm->module->vtables[nbc::x_of(pc[1])];
  Object* any = memory::allocate(vm->account, vtable.record->object.size, vtable.record->object_number);
  CHECK_MEMORY(any != nullptr);
  const auto word = reinterpret_cast<std::uint64_t>(any);
  reinterpret_cast<std::uint64_t*>(word)[value::kRecordWord / 8] = reinterpret_cast<std::uint64_t>(&vtable);
  gather(record_words(word), fp, list_of(pc, 2), A);
  fp[B] = word;
  NEXT(words_with_list(2, A));
}
HANDLER(AnyIs) {
  fp[A] = any_holds(fp[B], nbc::x_of(pc[1]));
  NEXT(2);
}
HANDLER(AnyPeek) {
  if (!any_holds(fp[B], nbc::x_of(pc[1]))) [[unlikely]]
    RAISE(Instruction);
  // A result may stand in the any's own register, so the address is read once.
  const std::uint64_t* content = record_words(fp[B]);
  scatter(fp, list_of(pc, 2), A, content);
  NEXT(words_with_list(2, A));
}
HANDLER(AnyTake) {
  if (!any_holds(fp[B], nbc::x_of(pc[1]))) [[unlikely]]
    RAISE(Instruction);
  const value::RecordInfo& record = *vtable_of(fp[B])->record;
  CHECK_MEMORY(make_record_unique(*vm, record.object, fp + B));
  std::uint64_t* content = record_words(fp[B]);
  scatter(fp, list_of(pc, 2), A, content);
  std::memset(content, 0, record.slots * std::size_t{8});
  NEXT(words_with_list(2, A));
}
HANDLER(AnyPut) {
  if (!any_holds(fp[B], nbc::x_of(pc[1]))) [[unlikely]]
    RAISE(Instruction);
  const value::RecordInfo& record = *vtable_of(fp[B])->record;
  CHECK_MEMORY(make_record_unique(*vm, record.object, fp + B));
  std::uint64_t* content = record_words(fp[B]);
  std::memcpy(vm->scratch, content, record.slots * std::size_t{8});
  gather(content, fp, list_of(pc, 2), A);
  value::release_fields(vm->account, record.fields, vm->scratch);
  NEXT(words_with_list(2, A));
}
HANDLER(FnNew) {
  const LoadedFunction& self = *function_of(fp);
  const value::RecordInfo& record = *self.records[pc - self.code];
  Object* closure = memory::allocate(vm->account, record.object.size, record.object_number);
  CHECK_MEMORY(closure != nullptr);
  const auto word = reinterpret_cast<std::uint64_t>(closure);
  reinterpret_cast<std::uint64_t*>(word)[value::kRecordWord / 8] =
      reinterpret_cast<std::uint64_t>(vm->functions + nbc::x_of(pc[1]));
  gather(record_words(word), fp, list_of(pc, 2), A);
  fp[B] = word;
  NEXT(words_with_list(2, A));
}

}  // namespace noodle::vm
