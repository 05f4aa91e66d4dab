#include "runtime/value/list.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace noodle::value {

namespace {

constexpr std::uint64_t kFirstCapacity = 4;

std::size_t bytes_of(const TypeInfo& type, std::uint64_t capacity) {
  // Past the largest object the product might wrap; then ask for more than there can be.
  const std::uint32_t stride = std::max<std::uint32_t>(type.object.stride, 1);
  if (capacity > Account::kLargest / stride) return Account::kLargest + 1;
  return ArrayObject::bytes(capacity, type.object.stride);
}

ArrayObject* allocate_array(Account& account, const TypeInfo& type, std::uint64_t capacity) {
  auto* array = reinterpret_cast<ArrayObject*>(memory::allocate(account, bytes_of(type, capacity), type.object_number));
  if (array == nullptr) return nullptr;
  array->length = 0;
  array->capacity = capacity;
  return array;
}

void retain_elements(const TypeInfo& type, const std::byte* first, std::uint64_t count) {
  if (type.object.fields.empty()) return;
  for (std::uint64_t i = 0; i < count; ++i, first += type.object.stride) {
    retain_fields(type.object.fields, first);
  }
}

// A unique copy of the list with at least this capacity; the original is given up.
bool replace_by_copy(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t capacity) {
  ArrayObject* old = list_at(*list);
  ArrayObject* copy = allocate_array(account, type, capacity);
  if (copy == nullptr) return false;
  copy->length = old->length;
  std::memcpy(copy->data(), old->data(), old->length * type.object.stride);
  retain_elements(type, copy->data(), copy->length);
  memory::release(account, &old->header);
  ++account.copies;
  *list = reinterpret_cast<std::uint64_t>(copy);
  return true;
}

/// Doubles while that is little memory: what was grown past is copied once and touched no more.
std::uint64_t grown_capacity(const TypeInfo& type, std::uint64_t capacity) {
  constexpr std::size_t kMuch = std::size_t{64} << 20;
  return bytes_of(type, capacity) < kMuch ? capacity * 2 : capacity + capacity / 2;
}

bool grow_in_place(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t capacity) {
  ArrayObject* old = list_at(*list);
  const std::size_t before = bytes_of(type, old->capacity);
  const std::size_t after = bytes_of(type, capacity);
  account.credit(before);
  if (!account.charge(after)) {
    account.used += Account::charged(before);
    return false;
  }
  auto* grown = static_cast<ArrayObject*>(memory::raw_reallocate(old, after));
  if (grown == nullptr) {
    account.credit(after);
    account.used += Account::charged(before);
    return false;
  }
  grown->capacity = capacity;
  *list = reinterpret_cast<std::uint64_t>(grown);
  return true;
}

}  // namespace

bool list_make(Account& account, const TypeInfo& type, std::uint64_t capacity, std::uint64_t* out) {
  if (capacity == 0) {
    *out = 0;
    return true;
  }
  ArrayObject* array = allocate_array(account, type, capacity);
  if (array == nullptr) return false;
  *out = reinterpret_cast<std::uint64_t>(array);
  return true;
}

bool list_make_unique_slow(Account& account, const TypeInfo& type, std::uint64_t* list) {
  return replace_by_copy(account, type, list, std::max<std::uint64_t>(list_at(*list)->length, 1));
}

bool list_reserve(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t capacity) {
  if (*list == 0) {
    return capacity == 0 || list_make(account, type, std::max(capacity, kFirstCapacity), list);
  }
  ArrayObject* array = list_at(*list);
  if (!memory::make_unique_local(account, &array->header)) {
    const std::uint64_t room = std::max(capacity, array->length);
    const std::uint64_t generous = room > array->length ? std::max(room, array->length + array->length / 2) : room;
    return replace_by_copy(account, type, list, std::max<std::uint64_t>(generous, 1)) ||
           replace_by_copy(account, type, list, std::max<std::uint64_t>(room, 1));
  }
  if (array->capacity >= capacity) return true;
  const std::uint64_t generous = std::max(capacity, grown_capacity(type, array->capacity));
  return grow_in_place(account, type, list, generous) || grow_in_place(account, type, list, capacity);
}

bool list_push(Account& account, const TypeInfo& type, std::uint64_t* list, const std::uint64_t* element) {
  const std::uint64_t length = list_length(*list);
  if (!list_reserve(account, type, list, length + 1)) return false;
  store_value(*type.element, list_element(type, *list, length), element);
  list_at(*list)->length = length + 1;
  return true;
}

bool list_insert(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t index,
                 const std::uint64_t* element) {
  const std::uint64_t length = list_length(*list);
  if (!list_reserve(account, type, list, length + 1)) return false;
  std::byte* at = list_element(type, *list, index);
  std::memmove(at + type.object.stride, at, (length - index) * type.object.stride);
  store_value(*type.element, at, element);
  list_at(*list)->length = length + 1;
  return true;
}

bool list_remove(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t index,
                 std::uint64_t* element) {
  if (!list_make_unique(account, type, list)) return false;
  ArrayObject* array = list_at(*list);
  std::byte* at = list_element(type, *list, index);
  load_value(*type.element, at, element);
  array->length -= 1;
  std::memmove(at, at + type.object.stride, (array->length - index) * type.object.stride);
  return true;
}

bool list_slice(Account& account, const TypeInfo& type, std::uint64_t list, std::uint64_t from, std::uint64_t to,
                std::uint64_t* out) {
  if (from == to) {
    *out = 0;
    return true;
  }
  ArrayObject* array = allocate_array(account, type, to - from);
  if (array == nullptr) return false;
  array->length = to - from;
  std::memcpy(array->data(), list_element(type, list, from), (to - from) * type.object.stride);
  retain_elements(type, array->data(), to - from);
  *out = reinterpret_cast<std::uint64_t>(array);
  return true;
}

bool list_append(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t other) {
  const std::uint64_t more = list_length(other);
  if (more == 0) return true;
  const bool same = *list == other;
  const std::uint64_t length = list_length(*list);
  if (!list_reserve(account, type, list, length + more)) return false;
  // Reserving may have moved the list, and with it what `other` named.
  if (same) other = *list;
  std::byte* to = list_element(type, *list, length);
  std::memcpy(to, list_at(other)->data(), more * type.object.stride);
  retain_elements(type, to, more);
  list_at(*list)->length = length + more;
  return true;
}

bool list_filled(Account& account, const TypeInfo& type, std::uint64_t count, const std::uint64_t* element,
                 std::uint64_t* out) {
  std::uint64_t list = 0;
  if (!list_make(account, type, count, &list)) return false;
  *out = list;
  if (count == 0) return true;
  ArrayObject* array = list_at(list);
  array->length = count;
  const std::uint32_t stride = type.object.stride;
  if (stride == 0) return true;
  store_value(*type.element, array->data(), element);
  // Doubling what is there copies large lists at the speed of memory.
  for (std::uint64_t done = 1; done < count;) {
    const std::uint64_t now = std::min(done, count - done);
    std::memcpy(array->data() + done * stride, array->data(), now * stride);
    done += now;
  }
  retain_elements(type, array->data(), count);
  return true;
}

bool list_swap(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t a, std::uint64_t b) {
  if (!list_make_unique(account, type, list)) return false;
  if (a == b) return true;
  std::byte* x = list_element(type, *list, a);
  std::byte* y = list_element(type, *list, b);
  std::swap_ranges(x, x + type.object.stride, y);
  return true;
}

bool list_reverse(Account& account, const TypeInfo& type, std::uint64_t* list) {
  if (list_length(*list) < 2) return true;
  if (!list_make_unique(account, type, list)) return false;
  const std::uint32_t stride = type.object.stride;
  std::byte* low = list_at(*list)->data();
  std::byte* high = low + (list_at(*list)->length - 1) * stride;
  for (; low < high; low += stride, high -= stride) std::swap_ranges(low, low + stride, high);
  return true;
}

void list_clear(Account& account, std::uint64_t* list) {
  if (*list != 0) memory::release(account, &list_at(*list)->header);
  *list = 0;
}

}  // namespace noodle::value
