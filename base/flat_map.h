#pragma once

// Hash tables without an allocation for each entry.

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace noodle {

/// Finds numbers of things by the things' hashes; the things themselves live elsewhere. Open
/// addressing, at most half full.
class IdTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// The number for which `same(number)` holds among those added with this hash, or kNone.
  template <typename Same>
  std::uint32_t find(std::uint64_t hash, Same same) const {
    if (places_.empty()) return kNone;
    const std::uint32_t mark = mark_of(hash);
    const std::size_t mask = places_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      const Place& place = places_[at];
      if (place.id == kNone) return kNone;
      if (place.mark == mark && same(place.id)) return place.id;
    }
  }
  /// Adds a number that is not there yet. `hash_of(number)` gives the hash of any that is.
  template <typename HashOf>
  void add(std::uint64_t hash, std::uint32_t id, HashOf hash_of) {
    if ((used_ + 1) * 2 > places_.size()) grow(hash_of);
    enter(hash, id);
    ++used_;
  }
  /// Makes `now` stand where `before`, added with this hash, stood.
  void replace(std::uint64_t hash, std::uint32_t before, std::uint32_t now) {
    const std::size_t mask = places_.size() - 1;
    std::size_t at = hash & mask;
    while (places_[at].id != before) at = (at + 1) & mask;
    places_[at].id = now;
  }
  /// Removes a number and closes the gap, so that what collided with it is still found.
  template <typename HashOf>
  void remove(std::uint64_t hash, std::uint32_t id, HashOf hash_of) {
    const std::size_t mask = places_.size() - 1;
    std::size_t gap = hash & mask;
    while (places_[gap].id != id) gap = (gap + 1) & mask;
    for (std::size_t at = (gap + 1) & mask; places_[at].id != kNone; at = (at + 1) & mask) {
      const std::size_t home = hash_of(places_[at].id) & mask;
      // It may move up to the gap unless it belongs behind it.
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      places_[gap] = places_[at];
      gap = at;
    }
    places_[gap].id = kNone;
    --used_;
  }
  void clear() {
    places_.clear();
    used_ = 0;
  }

 private:
  struct Place {
    std::uint32_t mark = 0;  // upper half of the hash
    std::uint32_t id = kNone;
  };
  static std::uint32_t mark_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

  void enter(std::uint64_t hash, std::uint32_t id) {
    const std::size_t mask = places_.size() - 1;
    std::size_t at = hash & mask;
    while (places_[at].id != kNone) at = (at + 1) & mask;
    places_[at] = {mark_of(hash), id};
  }
  template <typename HashOf>
  void grow(HashOf hash_of) {
    std::vector<Place> old(places_.empty() ? 16 : places_.size() * 2);
    old.swap(places_);
    for (const Place& place : old) {
      if (place.id != kNone) enter(hash_of(place.id), place.id);
    }
  }

  std::vector<Place> places_;
  std::size_t used_ = 0;
};

/// A map whose entries lie side by side in the order of insertion (removing one puts the last in its
/// place). Adding an entry may move the others.
template <typename Key, typename Value, typename Hash = std::hash<Key>>
class FlatMap {
 public:
  using Entry = std::pair<Key, Value>;
  using iterator = typename std::vector<Entry>::iterator;
  using const_iterator = typename std::vector<Entry>::const_iterator;

  iterator begin() { return entries_.begin(); }
  iterator end() { return entries_.end(); }
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  iterator find(const Key& key) { return at(index_of(key)); }
  const_iterator find(const Key& key) const {
    const std::uint32_t i = index_of(key);
    return i == IdTable::kNone ? entries_.end() : entries_.begin() + i;
  }
  bool contains(const Key& key) const { return index_of(key) != IdTable::kNone; }

  /// Adds the key with a value made of `arguments` unless it is there.
  template <typename... Arguments>
  std::pair<iterator, bool> try_emplace(const Key& key, Arguments&&... arguments) {
    if (const std::uint32_t i = index_of(key); i != IdTable::kNone) return {at(i), false};
    const auto i = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back(std::piecewise_construct, std::forward_as_tuple(key),
                          std::forward_as_tuple(std::forward<Arguments>(arguments)...));
    table_.add(hash_of(key), i, [this](std::uint32_t e) { return hash_of(entries_[e].first); });
    return {at(i), true};
  }
  std::pair<iterator, bool> emplace(const Key& key, Value value) { return try_emplace(key, std::move(value)); }
  Value& operator[](const Key& key) { return try_emplace(key).first->second; }

  /// Removes a key that may be there.
  void erase(const Key& key) {
    const std::uint32_t i = index_of(key);
    if (i == IdTable::kNone) return;
    const auto hash = [this](std::uint32_t e) { return hash_of(entries_[e].first); };
    table_.remove(hash_of(key), i, hash);
    const auto last = static_cast<std::uint32_t>(entries_.size() - 1);
    if (i != last) {
      table_.replace(hash(last), last, i);
      entries_[i] = std::move(entries_[last]);
    }
    entries_.pop_back();
  }
  void clear() {
    entries_.clear();
    table_.clear();
  }

 private:
  static std::uint64_t hash_of(const Key& key) {
    std::uint64_t hash = Hash{}(key) * 0x9E3779B97F4A7C15ull;
    return hash ^ hash >> 32;
  }
  std::uint32_t index_of(const Key& key) const {
    return table_.find(hash_of(key), [&](std::uint32_t e) { return entries_[e].first == key; });
  }
  iterator at(std::uint32_t i) { return i == IdTable::kNone ? entries_.end() : entries_.begin() + i; }

  std::vector<Entry> entries_;
  IdTable table_;
};

}  // namespace noodle
