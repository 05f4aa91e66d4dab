#pragma once

// What all writers of documents share: looking at values, and putting numbers and texts down.

#include <string>
#include <string_view>

#include "runtime/data/shape.h"
#include "runtime/value/value.h"

namespace noodle::data {

inline const std::uint64_t* words(const Shape& shape, const std::byte* base) {
  return reinterpret_cast<const std::uint64_t*>(base + shape.offset);
}
/// The tag of an enum.
inline std::uint64_t read_tag(const Shape& shape, const std::byte* base) {
  std::uint64_t tag = 0;
  std::memcpy(&tag, base + shape.offset, shape.width);
  return tag;
}
inline std::string_view read_text(const Shape& shape, const std::byte* base) {
  return value::string_view(words(shape, base));
}
/// Which variant of an enum is there.
inline const Choice& read_choice(const Shape& shape, const std::byte* base) {
  return shape.choices[read_tag(shape, base)];
}
inline bool read_bool(const Shape& shape, const std::byte* base) {
  return *reinterpret_cast<const std::uint8_t*>(base + shape.offset) != 0;
}
inline bool is_none(const Shape& shape, const std::byte* base) {
  return shape.form == Form::Option && read_tag(shape, base) == shape.none;
}
/// What is in a box.
inline const std::byte* read_box(const Shape& shape, const std::byte* base) {
  return reinterpret_cast<const std::byte*>(*words(shape, base)) + value::kBoxContent;
}
/// What a tree holds; null where it is null.
inline const Shape* read_tree(const Shape& shape, const std::byte* base) {
  const std::uint64_t tag = read_tag(shape, base);
  for (std::size_t k = 1; k < kTreeKinds; ++k) {
    if (shape.tags[k] == tag) return shape.choices[k].parts[0].shape;
  }
  return nullptr;
}
/// Calls `each` with the place of every element of a list, while it gives true.
template <typename Each>
bool for_each_element(const Shape& list, const std::byte* base, Each each) {
  const memory::ArrayObject* array = value::list_at(*words(list, base));
  if (array == nullptr) return true;
  const std::byte* at = array->data();
  for (std::uint64_t i = 0; i < array->length; ++i, at += list.type->object.stride) {
    if (!each(at)) return false;
  }
  return true;
}
/// Calls `each` with the places of every key and value of a map or set, while it gives true.
template <typename Each>
bool for_each_entry(const Shape& map, const std::byte* base, Each each) {
  const auto* object = reinterpret_cast<const memory::Object*>(*words(map, base));
  for (std::int64_t entry = value::map_next(*map.type, object, 0); entry >= 0;
       entry = value::map_next(*map.type, object, entry + 1)) {
    if (!each(value::map_key(*map.type, object, entry), value::map_value(*map.type, object, entry))) return false;
  }
  return true;
}

/// Appends a number, floats with as few digits as read back equal; false when it is infinite or none.
bool append_number(const Shape& shape, const std::byte* base, std::string& out);
/// Appends bytes as base64.
void append_bytes(const Shape& shape, const std::byte* base, std::string& out);
/// Appends a text as it stands between the quotes of JSON.
void append_escaped(std::string_view text, std::string& out);

}  // namespace noodle::data
