#pragma once

// What this room's tests share: types built from a table, values made by hand, and the check that
// none of them is left over.

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/value/value.h"

namespace noodle::value {

using Slots = std::vector<std::uint64_t>;
using Text = std::array<std::uint64_t, 2>;

class ValueTest : public testing::Test {
 protected:
  ValueTest() {
    account.types = &objects;
    account.hash_seed = 0x5EED;
  }
  ~ValueTest() override {
    EXPECT_EQ(account.live, 0);
    EXPECT_EQ(account.used, 0);
  }

  nbc::StringId name(std::string_view text) {
    names.push_back(text);
    return nbc::StringId(names.size() - 1);
  }
  std::vector<nbc::Field> fields(const std::vector<nbc::TypeId>& parts) {
    std::vector<nbc::Field> out;
    for (nbc::TypeId part : parts) out.push_back({.name = name("field"), .type = part});
    return out;
  }
  nbc::TypeId tuple(const std::vector<nbc::TypeId>& parts) {
    nbc::Type type;
    type.kind = Kind::Struct;
    type.fields = fields(parts);
    return table.intern(std::move(type));
  }
  nbc::TypeId enumeration(const std::vector<std::vector<nbc::TypeId>>& payloads) {
    nbc::Type type;
    type.kind = Kind::Enum;
    type.name = name("Choice");
    for (const auto& payload : payloads) {
      type.variants.push_back({.name = name("variant"), .fields = fields(payload)});
    }
    return table.intern(std::move(type));
  }
  /// After this no more types may be added.
  void build() { ASSERT_TRUE(types.build(table, names, objects)); }
  const TypeInfo& info(nbc::TypeId id) const { return types[id]; }

  /// An owned string.
  Text text(std::string_view bytes) {
    Text words{};
    EXPECT_TRUE(make_string(account, bytes, words.data()));
    return words;
  }
  void drop(const Text& words) { release_string(account, words.data()); }
  /// Drops a value in slots.
  void drop(const TypeInfo& type, const Slots& slots) { release_fields(account, type.slot_fields, slots.data()); }
  /// An owned list of owned elements.
  std::uint64_t list_of(const TypeInfo& type, const std::vector<Slots>& elements) {
    std::uint64_t list = 0;
    for (const Slots& element : elements) {
      EXPECT_TRUE(list_push(account, type, &list, element.data()));
    }
    return list;
  }
  /// An owned map of owned keys and values.
  std::uint64_t map_of(const TypeInfo& type, const std::vector<std::pair<Slots, Slots>>& entries) {
    std::uint64_t map = 0;
    for (const auto& [key, value] : entries) {
      EXPECT_TRUE(map_insert(account, type, &map, key.data(), value.data()));
    }
    return map;
  }
  /// An owned box of an owned value.
  std::uint64_t box_of(const TypeInfo& type, const Slots& content) {
    Object* object = memory::allocate(account, type.object.size, type.object_number);
    store_value(*type.element, reinterpret_cast<std::byte*>(object) + kBoxContent, content.data());
    return reinterpret_cast<std::uint64_t>(object);
  }
  static Object* object_in(std::uint64_t slot) { return reinterpret_cast<Object*>(slot); }
  static Slots slots_of(const Text& words) { return {words[0], words[1]}; }

  /// How many bytes an account may still charge.
  void leave_room_for(std::int64_t bytes) { account.limit = account.used + bytes; }
  void lift_limit() { account.limit = INT64_MAX; }

  nbc::TypeTable table;
  std::vector<std::string_view> names;
  memory::TypeTable objects;
  Types types;
  Account account;
};

}  // namespace noodle::value
