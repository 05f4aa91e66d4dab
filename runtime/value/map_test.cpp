#include "runtime/value/map.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "runtime/value/value_fixture.h"

namespace noodle::value {
namespace {

class MapTest : public ValueTest {
 protected:
  MapTest() {
    const nbc::TypeId point = tuple({nbc::kU8, nbc::kF32});
    const nbc::TypeId ids[] = {table.map(nbc::kI64, nbc::kI64), table.map(nbc::kString, nbc::kString),
                               table.map(nbc::kF64, nbc::kI64), table.map(point, nbc::kU16),
                               table.map(nbc::kI8, tuple({})),  table.map(nbc::kBool, nbc::kBool),
                               table.map(nbc::kF16, nbc::kI64)};
    build();
    ints = &info(ids[0]);
    texts = &info(ids[1]);
    floats = &info(ids[2]);
    points = &info(ids[3]);
    set = &info(ids[4]);
    bools = &info(ids[5]);
    halves = &info(ids[6]);
  }

  static const Object* object(std::uint64_t map) { return object_in(map); }
  Slots key_at(const TypeInfo& type, std::uint64_t map, std::int64_t entry) {
    Slots out(type.element->slots);
    load_value(*type.element, map_key(type, object(map), entry), out.data());
    return out;
  }
  Slots value_at(const TypeInfo& type, std::uint64_t map, std::int64_t entry) {
    Slots out(type.value->slots);
    load_value(*type.value, map_value(type, object(map), entry), out.data());
    return out;
  }
  std::int64_t find(const TypeInfo& type, std::uint64_t map, const Slots& key) {
    return map_find(type, object(map), key.data(), account.hash_seed);
  }
  void set_to(std::uint64_t* map, std::uint64_t key, std::uint64_t value) {
    ASSERT_TRUE(map_insert(account, *ints, map, &key, &value));
  }
  MapRemoval take(const TypeInfo& type, std::uint64_t* map, const Slots& key) {
    return map_remove(account, type, map, key.data());
  }
  using Entries = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  /// The entries of a map of integers in the order of iteration.
  Entries entries(std::uint64_t map) {
    Entries out;
    for (std::int64_t i = map_next(*ints, object(map), 0); i >= 0; i = map_next(*ints, object(map), i + 1)) {
      out.emplace_back(key_at(*ints, map, i)[0], value_at(*ints, map, i)[0]);
    }
    return out;
  }
  void share(std::uint64_t map) { memory::retain(object_in(map)); }

  const TypeInfo *ints, *texts, *floats, *points, *set, *bools, *halves;
};

TEST_F(MapTest, TheEmptyMapIsNoObject) {
  std::uint64_t map = 99;
  ASSERT_TRUE(map_make(account, *ints, 0, &map));
  EXPECT_EQ(map, 0u);
  EXPECT_EQ(map_length(nullptr), 0u);
  EXPECT_EQ(find(*ints, map, {1}), -1);
  EXPECT_EQ(map_next(*ints, nullptr, 0), -1);
  EXPECT_FALSE(map_has_entry(*ints, nullptr, 0));
  EXPECT_EQ(take(*ints, &map, {1}), MapRemoval::Absent);
  EXPECT_TRUE(map_make_unique(account, *ints, &map));
  EXPECT_TRUE(map_reserve(account, *ints, &map, 0));
  map_clear(account, &map);
  EXPECT_EQ(map, 0u);
}

TEST_F(MapTest, EntriesComeInTheOrderOfTheirInsertion) {
  std::uint64_t map = map_of(*ints, {{{5}, {50}}, {{1}, {10}}, {{9}, {90}}, {{0}, {0}}});
  EXPECT_EQ(entries(map), (Entries{{5, 50}, {1, 10}, {9, 90}, {0, 0}}));
  EXPECT_EQ(map_length(object(map)), 4u);
  map_clear(account, &map);
}

TEST_F(MapTest, AReplacedValueKeepsItsPlace) {
  std::uint64_t map = map_of(*ints, {{{5}, {50}}, {{1}, {10}}, {{9}, {90}}});
  set_to(&map, 1, 11);
  EXPECT_EQ(entries(map), (Entries{{5, 50}, {1, 11}, {9, 90}}));
  map_clear(account, &map);
}

TEST_F(MapTest, ARemovedKeyThatComesBackComesLast) {
  std::uint64_t map = map_of(*ints, {{{5}, {50}}, {{1}, {10}}, {{9}, {90}}});
  EXPECT_EQ(take(*ints, &map, {5}), MapRemoval::Removed);
  EXPECT_EQ(take(*ints, &map, {5}), MapRemoval::Absent);
  EXPECT_EQ(take(*ints, &map, {7}), MapRemoval::Absent);
  EXPECT_EQ(entries(map), (Entries{{1, 10}, {9, 90}}));
  EXPECT_EQ(find(*ints, map, {5}), -1);
  set_to(&map, 5, 51);
  EXPECT_EQ(entries(map), (Entries{{1, 10}, {9, 90}, {5, 51}}));
  map_clear(account, &map);
}

TEST_F(MapTest, IterationPassesOverGaps) {
  std::uint64_t map = map_of(*ints, {{{0}, {0}}, {{1}, {1}}, {{2}, {2}}, {{3}, {3}}});
  for (std::uint64_t gone : {0u, 1u, 3u}) take(*ints, &map, {gone});
  EXPECT_EQ(map_next(*ints, object(map), -5), 2);
  EXPECT_EQ(map_next(*ints, object(map), 0), 2);
  EXPECT_EQ(map_next(*ints, object(map), 3), -1);
  EXPECT_EQ(map_next(*ints, object(map), 1000), -1);
  for (std::int64_t i = -2; i < 6; ++i) EXPECT_EQ(map_has_entry(*ints, object(map), i), i == 2);
  map_clear(account, &map);
}

TEST_F(MapTest, TheLastRemovalEmptiesTheTable) {
  std::uint64_t map = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {  // a queue of one stays as small as it began
    set_to(&map, i, i);
    EXPECT_EQ(find(*ints, map, {i}), 0);
    EXPECT_EQ(take(*ints, &map, {i}), MapRemoval::Removed);
    EXPECT_EQ(find(*ints, map, {i}), -1);
  }
  EXPECT_EQ(table_at(map)->capacity, 6u);
  EXPECT_EQ(table_at(map)->used, 0u);
  map_clear(account, &map);
}

TEST_F(MapTest, GapsAreReusedInsteadOfGrowing) {
  std::uint64_t map = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {  // a queue of four
    set_to(&map, i, i);
    if (i >= 4) EXPECT_EQ(take(*ints, &map, {i - 4}), MapRemoval::Removed);
  }
  EXPECT_LE(table_at(map)->capacity, 12u);
  EXPECT_EQ(entries(map), (Entries{{9996, 9996}, {9997, 9997}, {9998, 9998}, {9999, 9999}}));
  map_clear(account, &map);
}

TEST_F(MapTest, ReservedRoomIsNotRebuilt) {
  std::uint64_t map = 0;
  ASSERT_TRUE(map_reserve(account, *ints, &map, 1));
  EXPECT_EQ(table_at(map)->capacity, 6u);
  ASSERT_TRUE(map_reserve(account, *ints, &map, 1000));
  const std::byte* buffer = table_at(map)->buffer;
  for (std::uint64_t i = 0; i < 1000; ++i) set_to(&map, i, i);
  EXPECT_EQ(table_at(map)->buffer, buffer);
  ASSERT_TRUE(map_reserve(account, *ints, &map, 500));
  EXPECT_EQ(table_at(map)->buffer, buffer);
  map_clear(account, &map);
  ASSERT_TRUE(map_make(account, *ints, 3, &map));
  EXPECT_EQ(map_length(object(map)), 0u);
  set_to(&map, 1, 2);
  EXPECT_EQ(entries(map), (Entries{{1, 2}}));
  map_clear(account, &map);
}

TEST_F(MapTest, PlacesAreBytesWhileEntriesFit) {
  for (const std::uint64_t capacity : {1u, 254u, 255u, 256u, 257u}) {
    std::uint64_t map = 0;
    ASSERT_TRUE(map_make(account, *ints, capacity, &map));
    const std::byte* buffer = table_at(map)->buffer;
    EXPECT_EQ(table_at(map)->is_small(), capacity <= 255);
    for (std::uint64_t i = 0; i < capacity; ++i) set_to(&map, i, i);
    EXPECT_EQ(table_at(map)->buffer, buffer);
    for (std::uint64_t i = 0; i < capacity; ++i) EXPECT_EQ(find(*ints, map, {i}), static_cast<std::int64_t>(i));
    EXPECT_EQ(find(*ints, map, {capacity}), -1);
    for (std::uint64_t i = 0; i < capacity; i += 2) EXPECT_EQ(take(*ints, &map, {i}), MapRemoval::Removed);
    for (std::uint64_t i = 0; i < capacity; ++i) EXPECT_EQ(find(*ints, map, {i}) >= 0, i % 2 == 1);
    map_clear(account, &map);
  }
}

TEST_F(MapTest, AMapThatExpectsKeysTakesThemInTheirOrder) {
  std::uint64_t first = map_of(*ints, {{{5}, {50}}, {{1}, {10}}, {{9}, {90}}, {{7}, {70}}});
  take(*ints, &first, {1});
  MapPattern pattern;
  EXPECT_FALSE(pattern.fits(*ints));
  pattern.take(*ints, object(first));
  EXPECT_TRUE(pattern.fits(*ints));
  EXPECT_FALSE(pattern.fits(*texts));
  map_clear(account, &first);
  const std::uint64_t keys[] = {5, 9, 7}, other = 1;
  for (std::size_t count = 0; count <= 3; ++count) {
    std::uint64_t map = 0;
    ASSERT_TRUE(pattern.make(account, &map));
    Entries wanted;
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(map_take_expected(*ints, map, &other, account.hash_seed), nullptr);
      std::byte* place = map_take_expected(*ints, map, &keys[i], account.hash_seed);
      ASSERT_NE(place, nullptr);
      EXPECT_EQ(*reinterpret_cast<std::uint64_t*>(place), 0u);
      *reinterpret_cast<std::uint64_t*>(place) = i;
      wanted.emplace_back(keys[i], i);
    }
    map_settle(*ints, map);
    EXPECT_EQ(entries(map), wanted);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(find(*ints, map, {keys[i]}), i < count ? static_cast<std::int64_t>(i) : -1);
    }
    set_to(&map, 2, 20);
    wanted.emplace_back(2, 20);
    EXPECT_EQ(entries(map), wanted);
    map_clear(account, &map);
  }
}

TEST_F(MapTest, KeysThatAreCountedAndManyKeysMakeNoPattern) {
  std::uint64_t map = map_of(*texts, {{slots_of(text("short")), {0, 0}}});
  MapPattern pattern;
  pattern.take(*texts, object(map));
  EXPECT_TRUE(pattern.fits(*texts));
  ASSERT_TRUE(map_insert(account, *texts, &map, text("a key that is counted").data(), Text{}.data()));
  pattern.take(*texts, object(map));
  EXPECT_FALSE(pattern.fits(*texts));
  map_clear(account, &map);
  for (std::uint64_t i = 0; i < 256; ++i) set_to(&map, i, i);
  pattern.take(*ints, object(map));
  EXPECT_FALSE(pattern.fits(*ints));
  map_clear(account, &map);
}

TEST_F(MapTest, ASlotOfANewKeyIsZero) {
  std::uint64_t map = 0, key = 7;
  MapSlot slot = map_slot(account, *ints, &map, &key);
  EXPECT_EQ(slot.entry, 0);
  EXPECT_TRUE(slot.is_new);
  EXPECT_EQ(value_at(*ints, map, 0), Slots{0});
  *reinterpret_cast<std::uint64_t*>(map_value(*ints, object(map), 0)) = 70;
  slot = map_slot(account, *ints, &map, &key);
  EXPECT_EQ(slot.entry, 0);
  EXPECT_FALSE(slot.is_new);
  EXPECT_EQ(value_at(*ints, map, 0), Slots{70});
  map_clear(account, &map);
}

TEST_F(MapTest, KeysAndValuesAreConsumed) {
  std::uint64_t map = 0;
  const Text first = text("a key that is counted"), again = text("a key that is counted");
  const Text one = text("a value that is counted"), two = text("another value that is counted");
  ASSERT_TRUE(map_insert(account, *texts, &map, first.data(), one.data()));
  ASSERT_TRUE(map_insert(account, *texts, &map, again.data(), two.data()));
  EXPECT_EQ(account.live, 3);  // the first key and the second value stay
  EXPECT_EQ(key_at(*texts, map, 0), slots_of(first));
  EXPECT_EQ(value_at(*texts, map, 0), slots_of(two));
  retain_string(first.data());
  EXPECT_EQ(take(*texts, &map, slots_of(first)), MapRemoval::Removed);  // borrowed
  EXPECT_EQ(account.live, 2);
  drop(first);
  map_clear(account, &map);
}

TEST_F(MapTest, ASharedMapIsCopiedBeforeItChanges) {
  for (bool gaps : {false, true}) {
    for (int change = 0; change < 6; ++change) {
      std::uint64_t map = map_of(*ints, {{{0}, {0}}, {{1}, {1}}, {{2}, {2}}});
      if (gaps) take(*ints, &map, {1});
      const Entries before = entries(map);
      std::uint64_t kept = map;
      share(kept);
      const std::int64_t place = find(*ints, map, {2});
      Entries wanted = before;
      switch (change) {
        case 0:
          set_to(&map, 9, 9);
          wanted.emplace_back(9, 9);
          break;
        case 1:
          set_to(&map, 2, 7);
          wanted.back().second = 7;
          EXPECT_EQ(find(*ints, map, {2}), place);
          break;
        case 2:
          EXPECT_EQ(take(*ints, &map, {2}), MapRemoval::Removed);
          wanted.pop_back();
          break;
        case 3:
          ASSERT_TRUE(map_make_unique(account, *ints, &map));
          EXPECT_EQ(find(*ints, map, {2}), place);  // entry numbers outlive the copy
          break;
        case 4: ASSERT_TRUE(map_reserve(account, *ints, &map, 2)); break;
        default: ASSERT_TRUE(map_reserve(account, *ints, &map, 100)); break;
      }
      EXPECT_NE(map, kept);
      EXPECT_EQ(entries(map), wanted);
      EXPECT_EQ(entries(kept), before);
      map_clear(account, &kept);
      const std::uint64_t address = map;
      ASSERT_TRUE(map_make_unique(account, *ints, &map));
      EXPECT_EQ(map, address);
      map_clear(account, &map);
    }
  }
}

TEST_F(MapTest, RemovingAnAbsentKeyDoesNotCopy) {
  std::uint64_t map = map_of(*ints, {{{0}, {0}}});
  std::uint64_t kept = map;
  share(kept);
  EXPECT_EQ(take(*ints, &map, {1}), MapRemoval::Absent);
  EXPECT_EQ(map, kept);
  map_clear(account, &kept);
  map_clear(account, &map);
}

TEST_F(MapTest, ACopySharesCountedKeysAndValues) {
  for (bool gaps : {false, true}) {
    const Text key = text("a key that is counted"), value = text("a value that is counted");
    std::uint64_t map = map_of(*texts, {{slots_of(text("gone")), {0, 0}}, {slots_of(key), slots_of(value)}});
    if (gaps) take(*texts, &map, slots_of(text("gone")));
    std::uint64_t kept = map;
    share(kept);
    ASSERT_TRUE(map_make_unique(account, *texts, &map));
    EXPECT_EQ(memory::load_count(object_in(key[0])), 2);
    EXPECT_EQ(memory::load_count(object_in(value[0])), 2);
    map_clear(account, &kept);
    EXPECT_EQ(memory::load_count(object_in(key[0])), 1);
    map_clear(account, &map);
  }
}

TEST_F(MapTest, FloatKeysFollowTheTotalOrder) {
  const double nan = std::nan(""), other_nan = -std::nan("7");
  std::uint64_t map = 0;
  std::uint64_t value = 0;
  for (double key : {0.0, nan, 1.5, HUGE_VAL}) {
    const std::uint64_t word = from_f64(key);
    ++value;
    ASSERT_TRUE(map_insert(account, *floats, &map, &word, &value));
  }
  EXPECT_EQ(find(*floats, map, {from_f64(-0.0)}), 0);
  EXPECT_EQ(find(*floats, map, {from_f64(other_nan)}), 1);
  EXPECT_EQ(find(*floats, map, {from_f64(-1.5)}), -1);
  EXPECT_EQ(find(*floats, map, {from_f64(-HUGE_VAL)}), -1);
  const std::uint64_t minus_zero = from_f64(-0.0);
  value = 9;
  ASSERT_TRUE(map_insert(account, *floats, &map, &minus_zero, &value));
  EXPECT_EQ(map_length(object(map)), 4u);
  EXPECT_EQ(key_at(*floats, map, 0), Slots{0});  // the key that was there stays
  EXPECT_EQ(value_at(*floats, map, 0), Slots{9});
  EXPECT_EQ(take(*floats, &map, {from_f64(nan)}), MapRemoval::Removed);
  EXPECT_EQ(find(*floats, map, {from_f64(nan)}), -1);
  map_clear(account, &map);

  map = map_of(*halves, {{{0x7E00}, {1}}, {{0x8000}, {2}}, {{0x3C00}, {3}}});
  EXPECT_EQ(find(*halves, map, {0xFE01}), 0);  // another NaN
  EXPECT_EQ(find(*halves, map, {0}), 1);
  EXPECT_EQ(find(*halves, map, {0x3C00}), 2);
  EXPECT_EQ(find(*halves, map, {0x3C01}), -1);
  map_clear(account, &map);
}

TEST_F(MapTest, KeysOfSeveralPartsAndOfNarrowOnes) {
  std::uint64_t map = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const Slots key = {i, from_f32(static_cast<float>(i) / 2)};
    ASSERT_TRUE(map_insert(account, *points, &map, key.data(), &i));
  }
  for (std::uint64_t i = 0; i < 200; ++i) {
    const std::int64_t entry = find(*points, map, {i, from_f32(static_cast<float>(i) / 2)});
    ASSERT_EQ(entry, static_cast<std::int64_t>(i));
    ASSERT_EQ(value_at(*points, map, entry), Slots{i});
    ASSERT_EQ(find(*points, map, {i, from_f32(static_cast<float>(i) / 2 + 1)}), -1);
  }
  map_clear(account, &map);
  for (int i = -128; i < 128; ++i) {
    const auto key = static_cast<std::uint64_t>(std::int64_t{i});
    ASSERT_TRUE(map_insert(account, *set, &map, &key, nullptr));
    ASSERT_TRUE(map_insert(account, *set, &map, &key, nullptr));
  }
  EXPECT_EQ(map_length(object(map)), 256u);
  EXPECT_EQ(find(*set, map, {~0ull}), 127);
  map_clear(account, &map);
  map = map_of(*bools, {{{1}, {0}}, {{0}, {1}}, {{1}, {1}}});
  EXPECT_EQ(map_length(object(map)), 2u);
  EXPECT_EQ(value_at(*bools, map, find(*bools, map, {1})), Slots{1});
  map_clear(account, &map);
}

TEST_F(MapTest, AHundredThousandKeysAgreeWithAnOracle) {
  std::mt19937_64 random(5);
  std::uint64_t map = 0;
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> values;  // value and time
  std::map<std::uint64_t, std::uint64_t> order;                             // time to key
  std::uint64_t time = 0;
  while (values.size() < 100'000) {
    // Small keys, keys that differ only above, and random ones; one step in five removes.
    const std::uint64_t n = random() % 200'000;
    const std::uint64_t key = n % 3 == 0 ? n : n % 3 == 1 ? n << 40 : n * 0x9E3779B97F4A7C15ull;
    const auto known = values.find(key);
    if (random() % 5 == 0) {
      ASSERT_EQ(take(*ints, &map, {key}), known != values.end() ? MapRemoval::Removed : MapRemoval::Absent);
      if (known != values.end()) {
        order.erase(known->second.second);
        values.erase(known);
      }
    } else {
      const std::uint64_t value = random();
      set_to(&map, key, value);
      if (known != values.end()) {
        known->second.first = value;
      } else {
        values[key] = {value, time};
        order[time++] = key;
      }
    }
    if (random() % 16 == 0 || values.size() == 100'000) {
      ASSERT_EQ(map_length(object(map)), values.size());
      const std::int64_t entry = find(*ints, map, {key});
      ASSERT_EQ(entry >= 0, values.contains(key));
      if (entry >= 0) ASSERT_EQ(value_at(*ints, map, entry)[0], values[key].first);
    }
  }
  Entries wanted;
  for (const auto& [when, key] : order) wanted.emplace_back(key, values[key].first);
  EXPECT_EQ(wanted.size(), 100'000u);
  EXPECT_EQ(entries(map), wanted);
  map_clear(account, &map);
}

TEST_F(MapTest, ARandomHistoryOfCountedEntriesWithCopiesAgreesWithAnOracle) {
  std::mt19937_64 random(6);
  using Oracle = std::vector<std::pair<std::string, std::string>>;
  auto check = [&](std::uint64_t map, const Oracle& oracle) {
    std::int64_t entry = -1;
    for (const auto& [key, value] : oracle) {
      entry = map_next(*texts, object(map), entry + 1);
      ASSERT_GE(entry, 0);
      ASSERT_EQ(string_view(key_at(*texts, map, entry).data()), key);
      ASSERT_EQ(string_view(value_at(*texts, map, entry).data()), value);
    }
    ASSERT_EQ(map_next(*texts, object(map), entry + 1), -1);
  };
  std::uint64_t map = 0;
  Oracle oracle;
  std::vector<std::pair<std::uint64_t, Oracle>> kept;
  for (int step = 0; step < 5000; ++step) {
    const std::string name = std::string(random() % 20, 'k') + std::to_string(random() % 4);
    const auto known = std::ranges::find(oracle, name, &Oracle::value_type::first);
    const Text key = text(name);
    if (random() % 3 == 0) {
      ASSERT_EQ(map_remove(account, *texts, &map, key.data()),
                known != oracle.end() ? MapRemoval::Removed : MapRemoval::Absent);
      drop(key);
      if (known != oracle.end()) oracle.erase(known);
    } else {
      const std::string value = std::string(random() % 20, 'v') + std::to_string(step);
      const auto guess = static_cast<std::int64_t>(random() % 100) - 10;  // rarely right
      ASSERT_TRUE(map_insert(account, *texts, &map, key.data(), text(value).data(), guess));
      if (known != oracle.end()) {
        known->second = value;
      } else {
        oracle.emplace_back(name, value);
      }
    }
    if (map != 0 && random() % 10 == 0) {
      share(map);
      kept.emplace_back(map, oracle);
    }
    if (step % 50 == 0) check(map, oracle);
  }
  check(map, oracle);
  for (auto& [old, expected] : kept) {
    check(old, expected);
    map_clear(account, &old);
  }
  map_clear(account, &map);
}

}  // namespace
}  // namespace noodle::value
