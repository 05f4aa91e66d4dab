#pragma once

// Lists: an ArrayObject of elements side by side, or null for the empty list. Functions that change
// a list take the address of the slot that owns it, copy it first when it is shared, and give false
// (with nothing changed) when there is no memory. Indices have been checked by the caller.

#include <cstdint>

#include "runtime/value/type_info.h"

namespace noodle::value {

using memory::ArrayObject;

inline ArrayObject* list_at(std::uint64_t slot) { return reinterpret_cast<ArrayObject*>(slot); }
inline std::uint64_t list_length(std::uint64_t slot) { return slot != 0 ? list_at(slot)->length : 0; }
/// Where element `index` lies.
inline std::byte* list_element(const TypeInfo& type, std::uint64_t slot, std::uint64_t index) {
  return list_at(slot)->data() + index * type.object.stride;
}

/// An empty list with room for `capacity` elements.
bool list_make(Account& account, const TypeInfo& type, std::uint64_t capacity, std::uint64_t* out);
/// Makes the list unique; afterwards its elements may be changed in place.
bool list_make_unique_slow(Account& account, const TypeInfo& type, std::uint64_t* list);
inline bool list_make_unique(Account& account, const TypeInfo& type, std::uint64_t* list) {
  if (*list == 0 || memory::make_unique_local(account, &list_at(*list)->header)) [[likely]]
    return true;
  return list_make_unique_slow(account, type, list);
}
/// Makes the list unique with room for `capacity` elements in all, and for more to come.
bool list_reserve(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t capacity);
/// Appends an owned element.
bool list_push(Account& account, const TypeInfo& type, std::uint64_t* list, const std::uint64_t* element);
/// Inserts an owned element before `index`.
bool list_insert(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t index,
                 const std::uint64_t* element);
/// Moves element `index` out and closes the gap.
bool list_remove(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t index,
                 std::uint64_t* element);
/// A new list of copies of the elements in [from, to).
bool list_slice(Account& account, const TypeInfo& type, std::uint64_t list, std::uint64_t from, std::uint64_t to,
                std::uint64_t* out);
/// Appends copies of all elements of `other`, which may be the same list.
bool list_append(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t other);
/// A new list of `count` copies of a borrowed element.
bool list_filled(Account& account, const TypeInfo& type, std::uint64_t count, const std::uint64_t* element,
                 std::uint64_t* out);
bool list_swap(Account& account, const TypeInfo& type, std::uint64_t* list, std::uint64_t a, std::uint64_t b);
bool list_reverse(Account& account, const TypeInfo& type, std::uint64_t* list);
/// Sorts stably in the total order; the elements are numbers, bools or strings (sort.cpp).
bool list_sort(Account& account, const TypeInfo& type, std::uint64_t* list);
/// A new list of the places of a borrowed list's elements in the order of a stable sort; the empty one when they stand
/// in that order already. They are i64, f64 or strings, as `kind` says; `places` describes lists of i64 (sort.cpp).
bool list_order(Account& account, const TypeInfo& places, Kind kind, std::uint64_t list, std::uint64_t* out);
/// Releases the list; its slot is then the empty one.
void list_clear(Account& account, std::uint64_t* list);

}  // namespace noodle::value
