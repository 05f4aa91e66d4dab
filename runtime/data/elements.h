#pragma once

// Lists and maps of which one knows only when they have been read how large they are.

#include <algorithm>
#include <cstring>

#include "runtime/data/build.h"

namespace noodle::data {

/// Where the elements of short lists lie while these are read, the inner ones' above the outer ones'.
class ElementRoom {
 public:
  ElementRoom() = default;
  ElementRoom(const ElementRoom&) = delete;
  ElementRoom& operator=(const ElementRoom&) = delete;

 private:
  friend class Elements;
  alignas(8) std::byte bytes_[4096];
  std::byte* free_ = bytes_;
};

/// The elements of one list. Few lie apart until all are known, so that the list takes no more memory than it needs;
/// many lie in the list, which grows.
class Elements {
 public:
  Elements(Builder& build, ElementRoom& room, const Shape& list, std::byte* base)
      : build_(build), room_(room), list_(list), base_(base), first_(room.free_) {}
  Elements(const Elements&) = delete;
  Elements& operator=(const Elements&) = delete;
  ~Elements() {
    if (!is_apart_) return;
    const memory::ObjectType& object = list_.type->object;
    for (std::size_t i = 0; i < count_; ++i) {
      value::release_fields(build_.account(), object.fields, first_ + i * object.stride);
    }
    room_.free_ = first_;
  }

  /// The place of a new last element, zeroed; null when there is no memory.
  std::byte* add() {
    if (!is_apart_) return build_.add_element(list_, base_);
    const std::size_t stride = list_.type->object.stride;
    std::byte* at = first_ + count_ * stride;
    if (count_ == kMost || stride > static_cast<std::size_t>(std::end(room_.bytes_) - at)) {
      return move(2 * count_) ? build_.add_element(list_, base_) : nullptr;
    }
    std::memset(at, 0, stride);
    ++count_;
    // What lies above begins at a whole word.
    room_.free_ = room_.bytes_ + (static_cast<std::size_t>(at - room_.bytes_) + stride + 7) / 8 * 8;
    return at;
  }
  /// No more will come; false when there is no memory.
  bool finish() { return !is_apart_ || move(count_); }

 private:
  static constexpr std::size_t kMost = 32;

  bool move(std::size_t capacity) {
    std::uint64_t* slot = Builder::words(list_, base_);
    if (!value::list_make(build_.account(), *list_.type, capacity, slot)) return build_.no_memory();
    if (count_ != 0) {
      std::memcpy(value::list_at(*slot)->data(), first_, count_ * list_.type->object.stride);
      value::list_at(*slot)->length = count_;
    }
    is_apart_ = false;
    room_.free_ = first_;
    return true;
  }

  Builder& build_;
  ElementRoom& room_;
  const Shape& list_;
  std::byte* const base_;
  std::byte* const first_;
  std::size_t count_ = 0;  // of those apart
  bool is_apart_ = true;
};

/// Patterns of maps that were read.
class Patterns {
 public:
  /// The one for a map at this depth that begins with this key.
  value::MapPattern& at(std::size_t depth, std::string_view key) {
    const std::size_t letter = key.empty() ? 0 : static_cast<unsigned char>(key[0]);
    return all_[(5 * depth + 3 * key.size() + letter) % std::size(all_)];
  }

 private:
  value::MapPattern all_[16];
};

/// The entries of one map, which has mostly the same keys as one before it.
class Entries {
 public:
  Entries(Builder& build, Patterns& patterns, std::size_t depth, const Shape& map, std::byte* base)
      : build_(build), patterns_(patterns), depth_(depth), map_(map), base_(base) {}

  /// The place of the value of a key, zeroed; null when there is no memory or the key does not fit.
  std::byte* add(std::string_view text) {
    Builder::Key key;
    if ((pattern_ == nullptr && !begin(text)) || !build_.make_key(map_, text, key)) return nullptr;
    if (expects_) {
      const value::TypeInfo& type = *map_.type;
      std::byte* place = value::map_take_expected(type, *slot(), key, build_.account().hash_seed);
      if (place != nullptr) return place;
      settle();
    }
    return build_.add_entry(map_, base_, key);
  }
  /// No more will come.
  void finish() {
    if (expects_) settle();
    const memory::Object* map = reinterpret_cast<const memory::Object*>(*slot());
    if (2 * came_ < std::max(value::map_length(map), pattern_->size())) pattern_->take(*map_.type, map);
  }

 private:
  std::uint64_t* slot() { return Builder::words(map_, base_); }

  bool begin(std::string_view text) {
    pattern_ = &patterns_.at(depth_, text);
    expects_ = pattern_->fits(*map_.type);
    return !expects_ || pattern_->make(build_.account(), slot()) || build_.no_memory();
  }
  void settle() {
    expects_ = false;
    came_ = value::map_length(reinterpret_cast<const memory::Object*>(*slot()));
    value::map_settle(*map_.type, *slot());
  }

  Builder& build_;
  Patterns& patterns_;
  const std::size_t depth_;
  const Shape& map_;
  std::byte* const base_;
  value::MapPattern* pattern_ = nullptr;
  bool expects_ = false;
  std::uint64_t came_ = 0;  // as they were expected
};

}  // namespace noodle::data
