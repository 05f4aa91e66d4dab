// Lists.

#include <cstring>

#include "runtime/vm/handlers.h"

namespace noodle::vm {

namespace {

using memory::ArrayObject;
using value::list_at;
using value::list_element;
using value::list_length;

// Whether `index` names an element; negative ones are huge as unsigned.
inline bool in_bounds(std::uint64_t list, std::uint64_t index) { return list != 0 && index < list_at(list)->length; }

inline const value::Leaf& leaf_of(const TypeInfo& type, std::uint16_t leaf) { return type.element->leaves[leaf]; }

}  // namespace

#define CHECK_BOUNDS(list, index)           \
  if (!in_bounds(list, index)) [[unlikely]] \
  RAISE(Instruction)
#define CHECK_MEMORY(ok)  \
  if (!(ok)) [[unlikely]] \
  RAISE(NoMemory)
// For the list in B, which is about to be changed in place. A shared one is looked after out of line, so that
// the usual case needs no frame; then the instruction begins again.
#define MAKE_UNIQUE()                                                   \
  if (!memory::is_unique_local(&list_at(fp[B])->header)) [[unlikely]] { \
    [[clang::musttail]] return h_unshare(pc, fp, vm, table, w, fuel);   \
  }
static HANDLER(unshare) {
  CHECK_MEMORY(value::list_make_unique(vm->account, type_at(fp, B), fp + B));
  DISPATCH();
}

HANDLER(ListNew) {
  std::uint64_t list;
  const std::int64_t room = as_signed(fp[B]);
  CHECK_MEMORY(value::list_make(vm->account, type_at(fp, A), room < 0 ? 0 : static_cast<std::uint64_t>(room), &list));
  fp[A] = list;
  NEXT(1);
}
HANDLER(ListLit) {
  const TypeInfo& type = type_at(fp, B);
  const TypeInfo& element = *type.element;
  const std::uint32_t n = element.slots == 0 ? 0 : A / element.slots;
  std::uint64_t list;
  CHECK_MEMORY(value::list_make(vm->account, type, n, &list));
  const std::uint16_t* from = list_of(pc);
  if (n != 0) {
    std::byte* to = list_at(list)->data();
    for (std::uint32_t i = 0; i < n; ++i, from += element.slots, to += type.object.stride) {
      store_from(fp, from, element, to, vm->scratch);
    }
    list_at(list)->length = n;
  }
  fp[B] = list;
  NEXT(words_with_list(1, A));
}
HANDLER(ListFilled) {
  const std::int64_t count = as_signed(fp[C]);
  if (count < 0) [[unlikely]]
    RAISE(Instruction);
  gather(vm->scratch, fp, list_of(pc), A);
  std::uint64_t list;
  CHECK_MEMORY(value::list_filled(vm->account, type_at(fp, B), static_cast<std::uint64_t>(count), vm->scratch, &list));
  fp[B] = list;
  NEXT(words_with_list(1, A));
}
HANDLER(ListLen) {
  fp[A] = list_length(fp[B]);
  NEXT(1);
}

// --- reading ------------------------------------------------------------------------------------

HANDLER(ListGet) {
  CHECK_BOUNDS(fp[B], fp[C]);
  const TypeInfo& type = type_at(fp, B);
  const std::byte* at = list_element(type, fp[B], fp[C]);
  if (type.element->counted) value::retain_fields(type.object.fields, at);
  load_into(fp, list_of(pc), *type.element, at, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(ListGetWord) {
  const std::uint64_t index = fp[C];
  CHECK_BOUNDS(fp[B], index);
  fp[*list_of(pc)] = reinterpret_cast<const std::uint64_t*>(list_at(fp[B])->data())[index];
  NEXT(2);
}
HANDLER(ListGetByte) {
  const std::uint64_t index = fp[C];
  CHECK_BOUNDS(fp[B], index);
  fp[*list_of(pc)] = static_cast<std::uint8_t>(list_at(fp[B])->data()[index]);
  NEXT(2);
}
HANDLER(ListGetObject) {
  const std::uint64_t index = fp[C];
  CHECK_BOUNDS(fp[B], index);
  const std::uint64_t word = reinterpret_cast<const std::uint64_t*>(list_at(fp[B])->data())[index];
  if (word != 0) memory::retain(reinterpret_cast<memory::Object*>(word));
  fp[*list_of(pc)] = word;
  NEXT(2);
}
HANDLER(ListGetString) {
  const std::uint64_t index = fp[C];
  CHECK_BOUNDS(fp[B], index);
  const auto* words = reinterpret_cast<const std::uint64_t*>(list_at(fp[B])->data()) + index * 2;
  const std::uint16_t* list = list_of(pc);
  value::retain_string(words);
  fp[list[0]] = words[0];
  fp[list[1]] = words[1];
  NEXT(2);
}
HANDLER(ListPeek) {
  CHECK_BOUNDS(fp[B], fp[C]);
  const TypeInfo& type = type_at(fp, B);
  load_into(fp, list_of(pc), *type.element, list_element(type, fp[B], fp[C]), vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(ListPeekWord) {
  const std::uint64_t index = fp[C];
  CHECK_BOUNDS(fp[B], index);
  fp[*list_of(pc)] = reinterpret_cast<const std::uint64_t*>(list_at(fp[B])->data())[index];
  NEXT(2);
}
HANDLER(ListPeekString) {
  const std::uint64_t index = fp[C];
  CHECK_BOUNDS(fp[B], index);
  const auto* words = reinterpret_cast<const std::uint64_t*>(list_at(fp[B])->data()) + index * 2;
  const std::uint16_t* list = list_of(pc);
  fp[list[0]] = words[0];
  fp[list[1]] = words[1];
  NEXT(2);
}
HANDLER(ListLoad) {
  CHECK_BOUNDS(fp[B], fp[C]);
  const TypeInfo& type = type_at(fp, B);
  const value::Leaf& leaf = leaf_of(type, nbc::y_of(pc[1]));
  const std::byte* at = list_element(type, fp[B], fp[C]);
  value::load_leaf(leaf, at, fp + A);
  if (leaf.type->counted) value::retain_fields(leaf.type->slot_fields, fp + A);
  NEXT(2);
}
HANDLER(ListLoadWord) {
  CHECK_BOUNDS(fp[B], fp[C]);
  // The loader put the leaf's offset into x and the stride into the upper half.
  const Word second = pc[1];
  const std::byte* at = list_at(fp[B])->data() + fp[C] * (second >> 32) + nbc::x_of(second);
  fp[A] = *reinterpret_cast<const std::uint64_t*>(at);
  NEXT(2);
}

HANDLER(ListLoadEight) {
  const std::uint64_t index = fp[C];
  CHECK_BOUNDS(fp[B], index);
  fp[A] = reinterpret_cast<const std::uint64_t*>(list_at(fp[B])->data())[index];
  NEXT(2);
}

// --- changing -----------------------------------------------------------------------------------

HANDLER(ListStore) {
  CHECK_BOUNDS(fp[B], fp[C]);
  MAKE_UNIQUE();
  const TypeInfo& type = type_at(fp, B);
  const value::Leaf& leaf = leaf_of(type, nbc::y_of(pc[1]));
  std::byte* at = list_element(type, fp[B], fp[C]);
  if (leaf.type->counted) {
    value::load_leaf(leaf, at, vm->scratch);
    value::store_leaf(leaf, at, fp + A);
    value::release_fields(vm->account, leaf.type->slot_fields, vm->scratch);
  } else {
    value::store_leaf(leaf, at, fp + A);
  }
  NEXT(2);
}
HANDLER(ListStoreWord) {
  CHECK_BOUNDS(fp[B], fp[C]);
  MAKE_UNIQUE();
  const Word second = pc[1];
  std::byte* at = list_at(fp[B])->data() + fp[C] * (second >> 32) + nbc::x_of(second);
  *reinterpret_cast<std::uint64_t*>(at) = fp[A];
  NEXT(2);
}
HANDLER(ListStoreEight) {
  const std::uint64_t list = fp[B];
  const std::uint64_t index = fp[C];
  CHECK_BOUNDS(list, index);
  MAKE_UNIQUE();
  reinterpret_cast<std::uint64_t*>(list_at(list)->data())[index] = fp[A];
  NEXT(2);
}
HANDLER(ListSet) {
  CHECK_BOUNDS(fp[B], fp[C]);
  MAKE_UNIQUE();
  const TypeInfo& type = type_at(fp, B);
  std::byte* at = list_element(type, fp[B], fp[C]);
  if (type.element->counted) {
    value::load_value(*type.element, at, vm->scratch2);
    store_from(fp, list_of(pc), *type.element, at, vm->scratch);
    value::release_fields(vm->account, type.element->slot_fields, vm->scratch2);
  } else {
    store_from(fp, list_of(pc), *type.element, at, vm->scratch);
  }
  NEXT(words_with_list(1, A));
}
HANDLER(ListPut) { [[clang::musttail]] return h_ListSet(pc, fp, vm, table, w, fuel); }
HANDLER(ListSetWord) {
  CHECK_BOUNDS(fp[B], fp[C]);
  MAKE_UNIQUE();
  reinterpret_cast<std::uint64_t*>(list_at(fp[B])->data())[fp[C]] = fp[*list_of(pc)];
  NEXT(2);
}
HANDLER(ListSetByte) {
  CHECK_BOUNDS(fp[B], fp[C]);
  MAKE_UNIQUE();
  list_at(fp[B])->data()[fp[C]] = static_cast<std::byte>(fp[*list_of(pc)]);
  NEXT(2);
}
HANDLER(ListSetObject) {
  CHECK_BOUNDS(fp[B], fp[C]);
  MAKE_UNIQUE();
  std::uint64_t& place = reinterpret_cast<std::uint64_t*>(list_at(fp[B])->data())[fp[C]];
  const std::uint64_t old = place;
  place = fp[*list_of(pc)];
  if (old != 0) memory::release(vm->account, reinterpret_cast<memory::Object*>(old));
  NEXT(2);
}
HANDLER(ListTakeWord) {
  CHECK_BOUNDS(fp[B], fp[C]);
  MAKE_UNIQUE();
  std::uint64_t& place = reinterpret_cast<std::uint64_t*>(list_at(fp[B])->data())[fp[C]];
  fp[*list_of(pc)] = place;
  place = 0;
  NEXT(2);
}
HANDLER(ListTake) {
  CHECK_BOUNDS(fp[B], fp[C]);
  MAKE_UNIQUE();
  const TypeInfo& type = type_at(fp, B);
  std::byte* at = list_element(type, fp[B], fp[C]);
  value::load_value(*type.element, at, vm->scratch);
  std::memset(at, 0, type.object.stride);
  scatter(fp, list_of(pc), A, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(ListPush) {
  gather(vm->scratch, fp, list_of(pc), A);
  CHECK_MEMORY(value::list_push(vm->account, type_at(fp, B), fp + B, vm->scratch));
  NEXT(words_with_list(1, A));
}
HANDLER(ListPushWord) {
  const std::uint64_t list = fp[B];
  if (list != 0 && list_at(list)->length < list_at(list)->capacity && memory::is_unique_local(&list_at(list)->header))
      [[likely]] {
    ArrayObject* array = list_at(list);
    reinterpret_cast<std::uint64_t*>(array->data())[array->length++] = fp[*list_of(pc)];
    NEXT(2);
  }
  [[clang::musttail]] return h_ListPush(pc, fp, vm, table, w, fuel);
}
HANDLER(ListPushPair) {
  const std::uint64_t list = fp[B];
  if (list != 0 && list_at(list)->length < list_at(list)->capacity && memory::is_unique_local(&list_at(list)->header))
      [[likely]] {
    ArrayObject* array = list_at(list);
    auto* to = reinterpret_cast<std::uint64_t*>(array->data()) + array->length++ * 2;
    const std::uint16_t* from = list_of(pc);
    to[0] = fp[from[0]];
    to[1] = fp[from[1]];
    NEXT(2);
  }
  [[clang::musttail]] return h_ListPush(pc, fp, vm, table, w, fuel);
}
HANDLER(ListPop) {
  if (list_length(fp[B]) == 0) [[unlikely]]
    RAISE(Instruction);
  MAKE_UNIQUE();
  const TypeInfo& type = type_at(fp, B);
  ArrayObject* array = list_at(fp[B]);
  array->length -= 1;
  value::load_value(*type.element, list_element(type, fp[B], array->length), vm->scratch);
  scatter(fp, list_of(pc), A, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(ListInsert) {
  if (fp[C] > list_length(fp[B])) [[unlikely]]
    RAISE(Instruction);
  gather(vm->scratch, fp, list_of(pc), A);
  CHECK_MEMORY(value::list_insert(vm->account, type_at(fp, B), fp + B, fp[C], vm->scratch));
  NEXT(words_with_list(1, A));
}
HANDLER(ListRemove) {
  CHECK_BOUNDS(fp[B], fp[C]);
  CHECK_MEMORY(value::list_remove(vm->account, type_at(fp, B), fp + B, fp[C], vm->scratch));
  scatter(fp, list_of(pc), A, vm->scratch);
  NEXT(words_with_list(1, A));
}
HANDLER(ListSlice) {
  const std::uint64_t from = fp[C];
  const std::uint64_t to = fp[nbc::y_of(pc[1])];
  if (to > list_length(fp[B]) || from > to) [[unlikely]]
    RAISE(Instruction);
  std::uint64_t list;
  CHECK_MEMORY(value::list_slice(vm->account, type_at(fp, B), fp[B], from, to, &list));
  fp[A] = list;
  NEXT(2);
}
HANDLER(ListAppend) {
  CHECK_MEMORY(value::list_append(vm->account, type_at(fp, A), fp + A, fp[B]));
  NEXT(1);
}
HANDLER(ListSwap) {
  CHECK_BOUNDS(fp[A], fp[B]);
  CHECK_BOUNDS(fp[A], fp[C]);
  CHECK_MEMORY(value::list_swap(vm->account, type_at(fp, A), fp + A, fp[B], fp[C]));
  NEXT(1);
}
HANDLER(ListReverse) {
  CHECK_MEMORY(value::list_reverse(vm->account, type_at(fp, A), fp + A));
  NEXT(1);
}
HANDLER(ListSort) {
  CHECK_MEMORY(value::list_sort(vm->account, type_at(fp, A), fp + A));
  NEXT(1);
}
HANDLER(ListClear) {
  value::list_clear(vm->account, fp + A);
  NEXT(1);
}
HANDLER(ListReserve) {
  const std::int64_t room = as_signed(fp[B]);
  CHECK_MEMORY(
      value::list_reserve(vm->account, type_at(fp, A), fp + A, room < 0 ? 0 : static_cast<std::uint64_t>(room)));
  NEXT(1);
}

}  // namespace noodle::vm
