#include "runtime/value/map.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/value/compare.h"
#include "runtime/value/string.h"

namespace noodle::value {

// In compare.cpp: equality and hash that know how deep they are inside keys.
bool equal_nested(const TypeInfo& type, const std::uint64_t* slots, const std::byte* in_memory, std::uint64_t seed,
                  int depth);
std::uint64_t hash_nested(const TypeInfo& type, const std::uint64_t* slots, std::uint64_t seed, int depth);

namespace {

constexpr std::uint32_t kFirstCapacity = 6;
constexpr std::uint64_t kMostEntries = std::uint64_t{1} << 30;
constexpr std::uint32_t kLive = 1u << 31;  // in an entry's first word, above 31 bits of hash
constexpr std::uint32_t kHashBits = kLive - 1;

// A table's places: each holds the number of an entry plus one and, where it is a word, the entry's hash above.
class Places {
 public:
  Places(const TableObject* table, const TypeInfo& type)
      : at_(table->buffer + std::size_t{table->capacity} * type.object.stride), is_small_(table->is_small()) {}

  std::uint64_t operator[](std::uint32_t place) const {
    return is_small_ ? static_cast<std::uint8_t>(at_[place]) : reinterpret_cast<const std::uint64_t*>(at_)[place];
  }
  bool may_be(std::uint64_t word, std::uint32_t hash) const { return is_small_ || word >> 32 == hash; }
  void set(std::uint32_t place, std::uint32_t hash, std::uint32_t entry) {
    if (is_small_) {
      at_[place] = static_cast<std::byte>(entry + 1);
    } else {
      reinterpret_cast<std::uint64_t*>(at_)[place] = std::uint64_t{hash} << 32 | (entry + 1);
    }
  }
  void clear(std::size_t bytes) { std::memset(at_, 0, bytes); }

 private:
  std::byte* const at_;
  const bool is_small_;
};

std::uint64_t& mark_of(std::byte* entry) { return *reinterpret_cast<std::uint64_t*>(entry); }

std::uint32_t places_for(std::uint64_t capacity) {
  return static_cast<std::uint32_t>(std::bit_ceil(capacity + capacity / 3 + 1));
}

// Integers and short strings are most keys, so they go around the general walk.
bool is_word_key(const TypeInfo& key) {
  return key.leaves.size() == 1 && (nbc::is_integer(key.kind) || key.kind == Kind::Bool);
}

std::uint32_t hash_key(const TypeInfo& type, const std::uint64_t* key, std::uint64_t seed, int depth) {
  const TypeInfo& key_type = *type.element;
  const std::uint64_t hash = is_word_key(key_type)           ? hash_word(key[0], seed)
                             : key_type.kind == Kind::String ? string_hash(key, seed)
                                                             : hash_nested(key_type, key, seed, depth);
  return static_cast<std::uint32_t>(hash >> 32) & kHashBits;
}

bool same_key(const TypeInfo& type, const std::uint64_t* key, const std::byte* entry, std::uint64_t seed, int depth) {
  const TypeInfo& key_type = *type.element;
  const std::byte* at = entry + type.key_offset;
  if (is_word_key(key_type)) return load_scalar(key_type.kind, at) == key[0];
  if (key_type.kind == Kind::String) {
    return string_equal(key, reinterpret_cast<const std::uint64_t*>(at));
  }
  return equal_nested(key_type, key, at, seed, depth);
}

std::int64_t find_hashed(const TypeInfo& type, const TableObject* table, const std::uint64_t* key, std::uint32_t hash,
                         std::uint64_t seed, int depth) {
  const Places at(table, type);
  for (std::uint32_t place = hash & table->mask;; place = (place + 1) & table->mask) {
    const std::uint64_t word = at[place];
    if (word == 0) return -1;
    if (!at.may_be(word, hash)) continue;
    const std::uint64_t entry = (word & 0xFFFFFFFFu) - 1;
    std::byte* bytes = table->buffer + entry * type.object.stride;
    if (mark_of(bytes) == (hash | kLive) && same_key(type, key, bytes, seed, depth)) {
      return static_cast<std::int64_t>(entry);
    }
  }
}

void enter(Places& at, std::uint32_t mask, std::uint32_t hash, std::uint32_t entry) {
  std::uint32_t place = hash & mask;
  while (at[place] != 0) place = (place + 1) & mask;
  at.set(place, hash, entry);
}

// Takes another charge in place of one; false (and nothing changed) when that would pass the limit.
bool recharge(Account& account, std::size_t before, std::size_t after) {
  if (after > Account::kLargest) return false;
  account.credit(before);
  if (account.charge(after)) return true;
  account.used += Account::charged(before);
  return false;
}

// Gives a table another buffer than it has, for `capacity` entries and with an empty search table; nothing is changed
// when there is no memory. The charge, which is that of the header and the buffer together (memory::object_bytes),
// comes first: a limit must hold whatever is asked for.
bool give_buffer(Account& account, const TypeInfo& type, TableObject* table, std::uint64_t capacity) {
  if (capacity > kMostEntries) return false;
  TableObject made = *table;
  made.capacity = static_cast<std::uint32_t>(capacity);
  made.mask = places_for(capacity) - 1;
  const std::size_t before = sizeof(TableObject) + table->buffer_bytes(type.object.stride);
  const std::size_t after = sizeof(TableObject) + made.buffer_bytes(type.object.stride);
  if (!recharge(account, before, after)) return false;
  made.buffer = static_cast<std::byte*>(memory::raw_allocate(after - sizeof(TableObject)));
  if (made.buffer == nullptr) {
    account.credit(after);
    account.used += Account::charged(before);
    return false;
  }
  Places(&made, type).clear(made.place_bytes());
  *table = made;
  return true;
}

// Copies the live entries of one table to another's empty buffer, closing the gaps.
void copy_entries(const TypeInfo& type, const TableObject* from, TableObject* to) {
  const std::uint32_t stride = type.object.stride;
  std::byte* out = to->buffer;
  Places at(to, type);
  std::uint32_t number = 0;
  for (std::uint32_t i = 0; i < from->used; ++i) {
    std::byte* entry = from->buffer + std::size_t{i} * stride;
    if (mark_of(entry) == 0) continue;
    std::memcpy(out, entry, stride);
    enter(at, to->mask, static_cast<std::uint32_t>(mark_of(entry)) & kHashBits, number);
    out += stride;
    ++number;
  }
  to->used = to->live = number;
}

// Rebuilds a unique table with another capacity.
bool rebuild(Account& account, const TypeInfo& type, TableObject* table, std::uint64_t capacity) {
  const TableObject old = *table;
  if (!give_buffer(account, type, table, capacity)) return false;
  copy_entries(type, &old, table);
  memory::raw_free(old.buffer);
  return true;
}

TableObject* allocate_table(Account& account, const TypeInfo& type, std::uint64_t capacity) {
  auto* table = reinterpret_cast<TableObject*>(memory::allocate(account, sizeof(TableObject), type.object_number));
  if (table == nullptr) return nullptr;
  table->buffer = nullptr;
  table->used = table->live = table->capacity = 0;
  if (give_buffer(account, type, table, capacity)) return table;
  memory::release(account, &table->header);
  return nullptr;
}

bool replace_by_copy(Account& account, const TypeInfo& type, std::uint64_t* map, std::uint64_t capacity) {
  TableObject* old = table_at(*map);
  TableObject* copy = allocate_table(account, type, capacity);
  if (copy == nullptr) return false;
  copy_entries(type, old, copy);
  if (!type.object.fields.empty()) {
    for (std::uint32_t i = 0; i < copy->used; ++i) {
      retain_fields(type.object.fields, copy->buffer + std::size_t{i} * type.object.stride);
    }
  }
  memory::release(account, &old->header);
  ++account.copies;
  *map = reinterpret_cast<std::uint64_t>(copy);
  return true;
}

}  // namespace

bool map_make(Account& account, const TypeInfo& type, std::uint64_t capacity, std::uint64_t* out) {
  *out = 0;
  if (capacity == 0) return true;
  TableObject* table = allocate_table(account, type, capacity);
  *out = reinterpret_cast<std::uint64_t>(table);
  return table != nullptr;
}

// A copy that changes entry numbers would surprise whoever holds one, so gaps are kept out of it only
// when there are none: copying closes them. Entry numbers are promised until the next removal or
// insertion, and taking an entry's value counts as neither; hence a map with gaps is copied whole.
bool map_make_unique(Account& account, const TypeInfo& type, std::uint64_t* map) {
  if (*map == 0 || memory::make_unique_local(account, &table_at(*map)->header)) return true;
  TableObject* old = table_at(*map);
  if (old->used == old->live) {
    return replace_by_copy(account, type, map, std::max<std::uint64_t>(old->used, kFirstCapacity));
  }
  TableObject* copy = allocate_table(account, type, old->capacity);
  if (copy == nullptr) return false;
  std::memcpy(copy->buffer, old->buffer, old->buffer_bytes(type.object.stride));
  copy->used = old->used;
  copy->live = old->live;
  memory::for_each_child(type.object, &copy->header, [](Object* child) { memory::retain(child); });
  memory::release(account, &old->header);
  ++account.copies;
  *map = reinterpret_cast<std::uint64_t>(copy);
  return true;
}

bool map_reserve(Account& account, const TypeInfo& type, std::uint64_t* map, std::uint64_t capacity) {
  if (*map == 0) {
    return capacity == 0 || map_make(account, type, std::max<std::uint64_t>(capacity, kFirstCapacity), map);
  }
  TableObject* table = table_at(*map);
  if (!memory::make_unique_local(account, &table->header)) {
    const std::uint64_t room = std::max<std::uint64_t>({capacity, table->live, kFirstCapacity});
    return replace_by_copy(account, type, map, room);
  }
  if (table->capacity >= capacity) return true;
  return rebuild(account, type, table, std::max<std::uint64_t>(capacity, table->live));
}

std::int64_t map_find_nested(const TypeInfo& type, const Object* map, const std::uint64_t* key, std::uint64_t seed,
                             int depth) {
  if (map_length(map) == 0) return -1;
  return find_hashed(type, table_of(map), key, hash_key(type, key, seed, depth), seed, depth);
}

std::int64_t map_find(const TypeInfo& type, const Object* map, const std::uint64_t* key, std::uint64_t seed) {
  return map_find_nested(type, map, key, seed, 0);
}

std::int64_t map_next(const TypeInfo& type, const Object* map, std::int64_t from) {
  if (map == nullptr) return -1;
  const std::int64_t used = table_of(map)->used;
  for (std::int64_t i = std::max<std::int64_t>(from, 0); i < used; ++i) {
    if (mark_of(map_entry(type, map, i)) != 0) return i;
  }
  return -1;
}

bool map_has_entry(const TypeInfo& type, const Object* map, std::int64_t entry) {
  return map != nullptr && entry >= 0 && entry < std::int64_t{table_of(map)->used} &&
         mark_of(map_entry(type, map, entry)) != 0;
}

namespace {

// The slot of a key whose entry is known.
MapSlot slot_of_known(Account& account, const TypeInfo& type, std::uint64_t* map, const std::uint64_t* key,
                      std::int64_t entry) {
  if (!map_make_unique(account, type, map)) return {};
  // A copy keeps the numbers: it has no gaps, or all of them.
  release_fields(account, type.element->slot_fields, key);
  return {.entry = entry, .is_new = false};
}

}  // namespace

MapSlot map_slot(Account& account, const TypeInfo& type, std::uint64_t* map, const std::uint64_t* key,
                 std::int64_t guess) {
  const Object* object = reinterpret_cast<const Object*>(*map);
  if (guess >= 0 && map_has_entry(type, object, guess) &&
      same_key(type, key, map_entry(type, object, guess), account.hash_seed, 0)) {
    return slot_of_known(account, type, map, key, guess);
  }
  const std::uint32_t hash = hash_key(type, key, account.hash_seed, 0);
  if (*map != 0) {
    const std::int64_t found = find_hashed(type, table_at(*map), key, hash, account.hash_seed, 0);
    if (found >= 0) return slot_of_known(account, type, map, key, found);
  }
  TableObject* table = table_at(*map);
  if (table == nullptr) {
    if (!map_make(account, type, kFirstCapacity, map)) return {};
  } else if (!memory::make_unique_local(account, &table->header)) {
    const std::uint64_t room = std::max<std::uint64_t>(table->live + table->live / 2 + 1, kFirstCapacity);
    if (!replace_by_copy(account, type, map, room)) return {};
  } else if (table->used == table->capacity) {
    // Mostly gaps: the same size again without them; else twice as much.
    const std::uint64_t capacity =
        table->live < table->capacity - table->capacity / 4 ? table->capacity : std::uint64_t{table->capacity} * 2;
    if (!rebuild(account, type, table, capacity)) return {};
  }
  table = table_at(*map);
  const std::uint32_t number = table->used;
  std::byte* entry = table->buffer + std::size_t{number} * type.object.stride;
  std::memset(entry, 0, type.object.stride);
  mark_of(entry) = hash | kLive;
  store_value(*type.element, entry + type.key_offset, key);
  Places at(table, type);
  enter(at, table->mask, hash, number);
  ++table->used;
  ++table->live;
  return {.entry = number, .is_new = true};
}

bool map_insert(Account& account, const TypeInfo& type, std::uint64_t* map, const std::uint64_t* key,
                const std::uint64_t* value, std::int64_t guess) {
  const MapSlot slot = map_slot(account, type, map, key, guess);
  if (slot.entry < 0) return false;
  std::byte* at = map_value(type, &table_at(*map)->header, slot.entry);
  if (slot.is_new || !type.value->counted) {
    store_value(*type.value, at, value);
    return true;
  }
  // The old value goes last: releasing it may run long, but never sees a half-written entry.
  alignas(8) std::byte old[64];
  if (type.value->size <= sizeof old) {
    std::memcpy(old, at, type.value->size);
    store_value(*type.value, at, value);
    release_fields(account, type.value->memory_fields, old);
  } else {
    release_fields(account, type.value->memory_fields, at);
    store_value(*type.value, at, value);
  }
  return true;
}

MapRemoval map_remove(Account& account, const TypeInfo& type, std::uint64_t* map, const std::uint64_t* key) {
  const Object* object = *map != 0 ? &table_at(*map)->header : nullptr;
  const std::int64_t entry = map_find(type, object, key, account.hash_seed);
  if (entry < 0) return MapRemoval::Absent;
  if (!map_make_unique(account, type, map)) return MapRemoval::NoMemory;
  TableObject* table = table_at(*map);
  std::byte* at = map_entry(type, &table->header, entry);
  mark_of(at) = 0;
  --table->live;
  // The last removal empties the table at once, so that a queue kept in a map stays small.
  release_fields(account, type.object.fields, at);
  if (table->live == 0) {
    table->used = 0;
    Places(table, type).clear(table->place_bytes());
  }
  return MapRemoval::Removed;
}

void map_clear(Account& account, std::uint64_t* map) {
  if (*map != 0) memory::release(account, &table_at(*map)->header);
  *map = 0;
}

namespace {

// Whether a key of a map is counted.
bool has_counted_keys(const TypeInfo& type, const Object* map) {
  bool is_counted = false;
  for (std::int64_t i = map_next(type, map, 0); i >= 0 && !is_counted; i = map_next(type, map, i + 1)) {
    memory::for_each_child(type.element->memory_fields, map_key(type, map, i), [&](Object*) { is_counted = true; });
  }
  return is_counted;
}

}  // namespace

void MapPattern::take(const TypeInfo& type, const Object* map) {
  type_ = nullptr;
  table_.capacity = table_of(map)->live;
  if (!table_.is_small() || has_counted_keys(type, map)) return;
  table_.mask = places_for(table_.capacity) - 1;
  buffer_.assign(table_.buffer_bytes(type.object.stride), std::byte{0});
  table_.buffer = buffer_.data();
  copy_entries(type, table_of(map), &table_);
  for (std::uint32_t i = 0; i < table_.used; ++i) {
    std::memset(table_.buffer + std::size_t{i} * type.object.stride + type.value_offset, 0, type.value->size);
  }
  type_ = &type;
}

bool MapPattern::make(Account& account, std::uint64_t* out) const {
  if (!map_make(account, *type_, table_.capacity, out)) return false;
  std::memcpy(table_at(*out)->buffer, buffer_.data(), buffer_.size());
  return true;
}

std::byte* map_take_expected(const TypeInfo& type, std::uint64_t map, const std::uint64_t* key, std::uint64_t seed) {
  TableObject* table = table_at(map);
  if (table->used == table->capacity) return nullptr;
  std::byte* entry = table->buffer + std::size_t{table->used} * type.object.stride;
  if (!same_key(type, key, entry, seed, 0)) return nullptr;
  ++table->used;
  ++table->live;
  return entry + type.value_offset;
}

void map_settle(const TypeInfo& type, std::uint64_t map) {
  TableObject* table = table_at(map);
  if (table->used == table->capacity) return;
  Places at(table, type);
  at.clear(table->place_bytes());
  for (std::uint32_t i = 0; i < table->used; ++i) {
    std::byte* entry = table->buffer + std::size_t{i} * type.object.stride;
    enter(at, table->mask, static_cast<std::uint32_t>(mark_of(entry)) & kHashBits, i);
  }
}

}  // namespace noodle::value
