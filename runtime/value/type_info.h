#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "nbc/types.h"
#include "runtime/memory/memory.h"

namespace noodle::value {

using memory::Account;
using memory::Object;
using nbc::Kind;

struct TypeInfo;

/// A register-sized part of a value, and where it lies in slots and in memory.
struct Leaf {
  Kind kind = Kind::Bool;
  std::uint8_t width = 8;    // bytes of a scalar in memory; 8 or more for the rest
  std::uint32_t slot = 0;    // first slot, from the value's first
  std::uint32_t offset = 0;  // bytes from the value's start in memory
  const TypeInfo* type = nullptr;
};

/// A variant's payload. Slots and offsets count from the enum's tag (slot 0, offset 0), so the first
/// payload leaf has slot 1; in memory a payload lies in whole slots.
struct VariantInfo {
  std::string_view name;
  std::span<const Leaf> leaves;
  memory::FieldMap fields;
  std::uint32_t slots = 0;
};

/// How values move between slots and memory.
enum class Movement : std::uint8_t {
  Words,    // slots and memory are the same bytes
  One,      // a single leaf narrower than a slot
  General,  // leaf by leaf
};

/// All that the runtime knows of a type. Built once when a module is loaded, then read only.
struct TypeInfo {
  Kind kind = Kind::Bool;
  Movement movement = Movement::Words;
  bool counted = false;    // some leaf holds a counted reference
  bool has_float = false;  // some value below it, however deep, may be a float
  bool bitwise = false;    // two values are equal exactly when their bytes in memory are
  std::string_view name;
  std::uint32_t slots = 0;
  std::uint32_t size = 0;  // in memory, tail padding included
  std::span<const Leaf> leaves;
  memory::FieldMap slot_fields;           // counted places of the value in slots
  memory::FieldMap memory_fields;         // counted places of the value in memory
  std::span<const VariantInfo> variants;  // Enum
  memory::EnumFields enum_fields;         // Enum: the variants' counted places

  const TypeInfo* element = nullptr;  // List, Box; Map: the key
  const TypeInfo* value = nullptr;    // Map
  std::uint32_t key_offset = 0;       // Map: in an entry
  std::uint32_t value_offset = 0;
  memory::ObjectType object;                               // List, Map, Box
  std::uint32_t object_number = memory::TypeTable::kMost;  // its number in the memory::TypeTable
};

/// A box's content lies right behind the header.
constexpr std::uint32_t kBoxContent = 8;
/// A closure or any: one word that says which, then its content in slots.
constexpr std::uint32_t kRecordWord = 8;
constexpr std::uint32_t kRecordContent = 16;

/// A task-local value, in front of those that the task had before.
struct LocalObject {
  Object header;
  const TypeInfo* type = nullptr;  // by which it is found
  LocalObject* outer = nullptr;
  std::uint64_t depth = 0;  // how many there are behind it

  /// The value's slots.
  std::uint64_t* content() { return reinterpret_cast<std::uint64_t*>(this + 1); }
};

constexpr std::uint32_t kLocalContent = sizeof(LocalObject);

/// Object numbers of closures and anys made with the same content.
struct RecordInfo {
  std::uint32_t slots = 0;
  std::uint32_t object_number = 0;
  memory::FieldMap fields;  // from the first content slot
  memory::ObjectType object;
};

/// The types of one loaded module, built from its table. Must outlive every value of them.
class Types {
 public:
  /// Builds all infos; false when the memory::TypeTable is full.
  bool build(const nbc::TypeTable& table, std::span<const std::string_view> strings, memory::TypeTable& objects);
  const TypeInfo& operator[](nbc::TypeId id) const { return infos_[id.index]; }
  std::size_t size() const { return infos_.size(); }
  /// The record of a closure's captures or of an any's content, from the leaf types in order; null
  /// when the memory::TypeTable is full.
  const RecordInfo* add_record(std::span<const nbc::TypeId> leaves, memory::TypeTable& objects);
  /// The record of a LocalObject with a value of the type.
  const RecordInfo* add_local(nbc::TypeId id, memory::TypeTable& objects);

 private:
  std::span<const Leaf> convert(std::span<const nbc::Leaf> leaves, std::uint32_t first_slot);
  memory::FieldMap fields_of(std::span<const Leaf> leaves, bool in_slots);
  void build_one(const nbc::TypeTable& table, nbc::TypeId id);
  void find_floats();

  Arena arena_;
  std::span<TypeInfo> infos_;
  std::span<const std::string_view> strings_;
  std::deque<RecordInfo> records_;
};

/// What the language calls a scalar type.
constexpr const char* scalar_name(Kind kind) {
  constexpr const char* kNames[] = {"Bool", "i8",  "i16", "i32",  "Int", "u8",   "u16",
                                    "u32",  "u64", "f16", "bf16", "f32", "Float"};
  return kNames[static_cast<std::size_t>(kind)];
}

/// Reads one leaf of scalar kind from memory, extended to a slot as registers hold it.
inline std::uint64_t load_scalar(Kind kind, const std::byte* at) {
  switch (kind) {
    case Kind::Bool:
    case Kind::U8: return *reinterpret_cast<const std::uint8_t*>(at);
    case Kind::I8: return static_cast<std::uint64_t>(std::int64_t{*reinterpret_cast<const std::int8_t*>(at)});
    case Kind::U16:
    case Kind::F16:
    case Kind::BF16: return *reinterpret_cast<const std::uint16_t*>(at);
    case Kind::I16: return static_cast<std::uint64_t>(std::int64_t{*reinterpret_cast<const std::int16_t*>(at)});
    case Kind::U32:
    case Kind::F32: return *reinterpret_cast<const std::uint32_t*>(at);
    case Kind::I32: return static_cast<std::uint64_t>(std::int64_t{*reinterpret_cast<const std::int32_t*>(at)});
    default: return *reinterpret_cast<const std::uint64_t*>(at);
  }
}

/// Writes a slot's value at its natural width.
inline void store_scalar(std::uint8_t width, std::byte* at, std::uint64_t word) {
  switch (width) {
    case 1: *reinterpret_cast<std::uint8_t*>(at) = static_cast<std::uint8_t>(word); break;
    case 2: *reinterpret_cast<std::uint16_t*>(at) = static_cast<std::uint16_t>(word); break;
    case 4: *reinterpret_cast<std::uint32_t*>(at) = static_cast<std::uint32_t>(word); break;
    default: *reinterpret_cast<std::uint64_t*>(at) = word; break;
  }
}

/// Reads one leaf from memory into its slots. Counts nothing.
void load_leaf(const Leaf& leaf, const std::byte* value, std::uint64_t* slots);
/// Writes one leaf's slots to memory. Counts nothing.
void store_leaf(const Leaf& leaf, std::byte* value, const std::uint64_t* slots);
/// Reads a whole value from memory into contiguous slots. Counts nothing.
void load_value(const TypeInfo& type, const std::byte* value, std::uint64_t* slots);
/// Writes a whole value to memory. Counts nothing.
void store_value(const TypeInfo& type, std::byte* value, const std::uint64_t* slots);

/// Adds a reference to each object right below.
inline void retain_fields(memory::FieldMap fields, const void* base) {
  memory::for_each_child(fields, static_cast<const std::byte*>(base), [](Object* object) { memory::retain(object); });
}
/// Drops a reference to each object right below.
inline void release_fields(Account& account, memory::FieldMap fields, const void* base) {
  memory::for_each_child(fields, static_cast<const std::byte*>(base),
                         [&](Object* object) { memory::release(account, object); });
}

}  // namespace noodle::value
