#pragma once

// Maps: a TableObject, or null for the empty map. Entries lie densely in order of insertion; each
// begins with a word that holds its hash and a mark (zero when removed), then key and value. The
// search table behind them has one word a place: hash in the upper half, entry number plus one in
// the lower; of small maps a byte, which is the latter alone. Linear probing, at most three quarters
// full, removed entries stay until it is rebuilt.
// Functions that change a map take the address of the slot that owns it, copy it first when it is
// shared, and give false (with nothing changed) when there is no memory.

#include <cstdint>
#include <vector>

#include "runtime/value/type_info.h"

namespace noodle::value {

using memory::TableObject;

inline const TableObject* table_of(const Object* map) { return reinterpret_cast<const TableObject*>(map); }
inline TableObject* table_at(std::uint64_t slot) { return reinterpret_cast<TableObject*>(slot); }
inline std::uint64_t map_length(const Object* map) { return map != nullptr ? table_of(map)->live : 0; }

/// An empty map with room for `capacity` entries.
bool map_make(Account& account, const TypeInfo& type, std::uint64_t capacity, std::uint64_t* out);
bool map_make_unique(Account& account, const TypeInfo& type, std::uint64_t* map);
/// Makes the map unique with room for `capacity` entries in all.
bool map_reserve(Account& account, const TypeInfo& type, std::uint64_t* map, std::uint64_t capacity);

/// Number of the entry with this key, or -1.
std::int64_t map_find(const TypeInfo& type, const Object* map, const std::uint64_t* key, std::uint64_t seed);
/// The same while comparing maps that are themselves keys; see kMostKeyNesting.
std::int64_t map_find_nested(const TypeInfo& type, const Object* map, const std::uint64_t* key, std::uint64_t seed,
                             int depth);
/// Number of the first entry at or after `from` that was not removed, or -1.
std::int64_t map_next(const TypeInfo& type, const Object* map, std::int64_t from);
/// Whether `entry` names an entry that was not removed.
bool map_has_entry(const TypeInfo& type, const Object* map, std::int64_t entry);

inline std::byte* map_entry(const TypeInfo& type, const Object* map, std::int64_t entry) {
  return table_of(map)->buffer + static_cast<std::uint64_t>(entry) * type.object.stride;
}
inline const std::byte* map_key(const TypeInfo& type, const Object* map, std::int64_t entry) {
  return map_entry(type, map, entry) + type.key_offset;
}
inline std::byte* map_value(const TypeInfo& type, const Object* map, std::int64_t entry) {
  return map_entry(type, map, entry) + type.value_offset;
}

/// What map_slot did.
struct MapSlot {
  std::int64_t entry = -1;  // -1: no memory, nothing changed
  bool is_new = false;
};
/// Makes the map unique and gives the entry of an owned key, with a zero value when it is new. The
/// key is consumed: moved in, or released when one like it is there.
MapSlot map_slot(Account& account, const TypeInfo& type, std::uint64_t* map, const std::uint64_t* key,
                 std::int64_t guess = -1);
/// Sets the value of a key; both are owned and consumed. `guess`: the entry that may be the key's, looked at first;
/// any number will do.
bool map_insert(Account& account, const TypeInfo& type, std::uint64_t* map, const std::uint64_t* key,
                const std::uint64_t* value, std::int64_t guess = -1);

enum class MapRemoval : std::uint8_t { Absent, Removed, NoMemory };
/// Removes a borrowed key with its value.
MapRemoval map_remove(Account& account, const TypeInfo& type, std::uint64_t* map, const std::uint64_t* key);
/// Releases the map; its slot is then the empty one.
void map_clear(Account& account, std::uint64_t* map);

/// The keys of a map in their order, and its search table: of maps that are made one after another most have the same.
class MapPattern {
 public:
  MapPattern() = default;
  MapPattern(const MapPattern&) = delete;
  MapPattern& operator=(const MapPattern&) = delete;

  /// Takes the keys of a map that is not empty, when they are few and own nothing; else there are none.
  void take(const TypeInfo& type, const Object* map);
  /// Whether there are keys, and they are those of a map of this type.
  bool fits(const TypeInfo& type) const { return type_ == &type; }
  std::uint64_t size() const { return table_.used; }
  /// A map that expects these keys. Until it is settled it may be released, and given the keys that it expects.
  bool make(Account& account, std::uint64_t* out) const;

 private:
  const TypeInfo* type_ = nullptr;
  TableObject table_{};
  std::vector<std::byte> buffer_;
};
/// The place of the value of a key, zero, when it is what the map expects next; else null.
std::byte* map_take_expected(const TypeInfo& type, std::uint64_t map, const std::uint64_t* key, std::uint64_t seed);
/// Makes a map that expects keys one like any other, with those that came.
void map_settle(const TypeInfo& type, std::uint64_t map);

}  // namespace noodle::value
