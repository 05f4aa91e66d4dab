// Maps at the end of memory, and what wide values need when they are replaced.

#include "runtime/value/map.h"
#include "runtime/value/value_fixture.h"

namespace noodle::value {
namespace {

class MapMemoryTest : public ValueTest {
 protected:
  MapMemoryTest() {
    const nbc::TypeId wide = tuple({nbc::kString, nbc::kString, nbc::kString, nbc::kString, nbc::kString});
    const nbc::TypeId ids[] = {table.map(nbc::kI64, nbc::kI64), table.map(nbc::kString, nbc::kString),
                               table.map(nbc::kI64, wide)};
    build();
    ints = &info(ids[0]);
    texts = &info(ids[1]);
    wides = &info(ids[2]);
  }
  std::uint64_t full_map(std::uint64_t count) {
    std::uint64_t map = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      EXPECT_TRUE(map_insert(account, *ints, &map, &i, &i));
    }
    return map;
  }
  bool has_all(std::uint64_t map, std::uint64_t count) {
    if (map_length(object_in(map)) != count) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (map_find(*ints, object_in(map), &i, account.hash_seed) != static_cast<std::int64_t>(i)) {
        return false;
      }
    }
    return true;
  }
  const TypeInfo *ints, *texts, *wides;
};

TEST_F(MapMemoryTest, NothingIsMadeBeyondTheLimit) {
  std::uint64_t map = 0, key = 1;
  for (std::int64_t room : {0, 31, 32, 180}) {  // no room for the header, or none for its buffer
    leave_room_for(room);
    EXPECT_FALSE(map_make(account, *ints, 10, &map));
    EXPECT_FALSE(map_reserve(account, *ints, &map, 10));
    EXPECT_FALSE(map_insert(account, *ints, &map, &key, &key));
    EXPECT_EQ(map_slot(account, *ints, &map, &key).entry, -1);
    EXPECT_EQ(map, 0u);
    EXPECT_EQ(account.used, 0);
    EXPECT_EQ(account.live, 0);
  }
}

TEST_F(MapMemoryTest, CapacitiesBeyondTheMostAreRefused) {
  std::uint64_t map = 0;
  for (std::uint64_t capacity : {(std::uint64_t{1} << 30) + 1, std::uint64_t{1} << 32, SIZE_MAX}) {
    EXPECT_FALSE(map_make(account, *ints, capacity, &map));
    EXPECT_EQ(map, 0u);
  }
  map = full_map(3);
  EXPECT_FALSE(map_reserve(account, *ints, &map, SIZE_MAX));
  EXPECT_TRUE(has_all(map, 3));
  map_clear(account, &map);
}

TEST_F(MapMemoryTest, AFullMapThatCannotGrowStaysAsItWas) {
  std::uint64_t map = full_map(6);
  const std::int64_t used = account.used;
  std::uint64_t key = 6, value = 66;
  leave_room_for(0);
  EXPECT_FALSE(map_insert(account, *ints, &map, &key, &value));
  EXPECT_FALSE(map_reserve(account, *ints, &map, 7));
  EXPECT_TRUE(has_all(map, 6));
  EXPECT_EQ(account.used, used);
  key = 3;
  EXPECT_TRUE(map_insert(account, *ints, &map, &key, &value));  // needs none
  EXPECT_EQ(map_remove(account, *ints, &map, &key), MapRemoval::Removed);
  map_clear(account, &map);
}

TEST_F(MapMemoryTest, AFullMapWithGapsNeedsNoMoreToTakeNewKeys) {
  std::uint64_t map = full_map(6);
  for (std::uint64_t gone : {0u, 2u, 4u}) map_remove(account, *ints, &map, &gone);
  leave_room_for(0);
  for (std::uint64_t key : {10u, 11u, 12u}) {
    EXPECT_TRUE(map_insert(account, *ints, &map, &key, &key));
  }
  EXPECT_EQ(map_length(object_in(map)), 6u);
  map_clear(account, &map);
}

TEST_F(MapMemoryTest, ASharedMapThatCannotBeCopiedStaysShared) {
  for (bool gaps : {false, true}) {
    std::uint64_t map = 0;
    const Text key = text("a key that is counted"), other = text("another key that is counted");
    map = map_of(*texts, {{slots_of(text("gone")), {0, 0}}, {slots_of(key), {0, 0}}});
    const Text gone = text("gone");
    if (gaps) map_remove(account, *texts, &map, gone.data());
    std::uint64_t kept = map;
    memory::retain(object_in(kept));
    leave_room_for(100);
    EXPECT_FALSE(map_make_unique(account, *texts, &map));
    EXPECT_FALSE(map_reserve(account, *texts, &map, 100));
    EXPECT_EQ(map_remove(account, *texts, &map, key.data()), MapRemoval::NoMemory);
    EXPECT_FALSE(map_insert(account, *texts, &map, other.data(), Text{}.data()));
    EXPECT_FALSE(map_insert(account, *texts, &map, key.data(), Text{}.data()));
    EXPECT_EQ(map, kept);
    EXPECT_EQ(memory::load_count(object_in(map)), 2);
    EXPECT_EQ(memory::load_count(object_in(key[0])), 1);
    EXPECT_EQ(memory::load_count(object_in(other[0])), 1);  // what fails consumes nothing
    drop(other);
    map_clear(account, &map);
    map_clear(account, &kept);
    lift_limit();
  }
}

TEST_F(MapMemoryTest, EveryLimitLeavesAWholeMap) {
  for (std::int64_t room = 0; room < 4000; room += 16) {
    leave_room_for(room);
    std::uint64_t map = 0, count = 0;
    while (map_insert(account, *ints, &map, &count, &count)) ++count;
    if (map != 0) EXPECT_TRUE(has_all(map, count)) << room;
    EXPECT_LE(account.used, room);
    if (map != 0) {
      EXPECT_EQ(account.used, Account::charged(memory::object_bytes(objects, object_in(map))));
    }
    map_clear(account, &map);
    lift_limit();
  }
}

TEST_F(MapMemoryTest, AWideValueIsReleasedWhenReplaced) {
  auto wide = [&] {
    Slots out;
    for (int i = 0; i < 5; ++i) {
      const Text words = text("part " + std::to_string(i) + " of a wide value");
      out.insert(out.end(), words.begin(), words.end());
    }
    return out;
  };
  std::uint64_t map = 0, key = 1;
  for (int i = 0; i < 3; ++i) {
    const Slots value = wide();
    ASSERT_TRUE(map_insert(account, *wides, &map, &key, value.data()));
    EXPECT_EQ(account.live, 6);
    Slots found(10);
    load_value(*wides->value, map_value(*wides, object_in(map), 0), found.data());
    EXPECT_EQ(found, value);
  }
  map_clear(account, &map);
}

}  // namespace
}  // namespace noodle::value
