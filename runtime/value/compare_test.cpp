#include "runtime/value/compare.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "runtime/value/value_fixture.h"

namespace noodle::value {
namespace {

constexpr std::uint64_t kSeed = 0x5EED;

class CompareTest : public ValueTest {
 protected:
  static bool ieee(const TypeInfo& type, const Slots& a, const Slots& b) {
    return equal_slots(type, a.data(), b.data(), FloatRule::Ieee, kSeed);
  }
  static bool total(const TypeInfo& type, const Slots& a, const Slots& b) {
    const bool equal = equal_slots(type, a.data(), b.data(), FloatRule::Total, kSeed);
    // Equal values have equal hashes; others that differ by chance would show up once in ages.
    EXPECT_EQ(equal, hash(type, a) == hash(type, b));
    EXPECT_EQ(equal, in_memory(type, a, b, FloatRule::Total));
    return equal;
  }
  static std::uint64_t hash(const TypeInfo& type, const Slots& slots) { return hash_slots(type, slots.data(), kSeed); }
  static bool in_memory(const TypeInfo& type, const Slots& a, const Slots& b, FloatRule rule) {
    // What lies in the gaps doesn't count.
    std::vector<std::uint64_t> x(type.size / 8 + 1, 0x1111111111111111);
    std::vector<std::uint64_t> y(type.size / 8 + 1, 0x2222222222222222);
    auto* at_x = reinterpret_cast<std::byte*>(x.data());
    auto* at_y = reinterpret_cast<std::byte*>(y.data());
    store_value(type, at_x, a.data());
    store_value(type, at_y, b.data());
    return equal_memory(type, at_x, at_y, rule, kSeed);
  }
  std::uint64_t bytes(std::string_view content) {
    std::uint64_t list = 0;
    for (const char c : content) {
      const auto byte = static_cast<std::uint8_t>(c);
      const std::uint64_t word = byte;
      EXPECT_TRUE(list_push(account, *byte_list, &list, &word));
    }
    return list;
  }
  static Slots f64(double x) { return {from_f64(x)}; }

  const TypeInfo* byte_list = nullptr;
};

TEST_F(CompareTest, TheTotalOrderIsOneOrderOfAllFloats) {
  const double nan = std::nan("");
  const double ordered[] = {-HUGE_VAL, -1e300, -1.0, -5e-324, 0.0, 5e-324, 1.0, HUGE_VAL, nan};
  for (std::size_t i = 0; i < std::size(ordered); ++i) {
    for (std::size_t j = 0; j < std::size(ordered); ++j) {
      EXPECT_EQ(compare_total(ordered[i], ordered[j]), i < j ? -1 : i > j ? 1 : 0);
    }
  }
  EXPECT_EQ(compare_total(-0.0, 0.0), 0);
  EXPECT_EQ(compare_total(-nan, nan), 0);
}

TEST_F(CompareTest, SortingByTheTotalOrderAgreesWithItForRandomBits) {
  std::mt19937_64 random(8);
  std::vector<double> all;
  for (int i = 0; i < 2000; ++i) all.push_back(as_f64(i % 5 == 0 ? random() | 0x7FF0ull << 48 : random()));
  std::ranges::sort(all, [](double a, double b) { return compare_total(a, b) < 0; });
  for (std::size_t i = 1; i < all.size(); ++i) {
    ASSERT_TRUE(all[i - 1] <= all[i] || std::isnan(all[i]));
    ASSERT_FALSE(std::isnan(all[i - 1]) && !std::isnan(all[i]));
  }
}

TEST_F(CompareTest, FloatsCompareByTheRuleThatIsAskedFor) {
  build();
  const struct {
    nbc::TypeId type;
    std::uint64_t zero, minus_zero, nan, other_nan, one;
  } kinds[] = {{nbc::kF64, 0, 1ull << 63, 0x7FF8ull << 48, 0xFFF8ull << 48 | 1, from_f64(1)},
               {nbc::kF32, 0, 0x80000000, 0x7FC00000, 0xFFC00001, from_f32(1)},
               {nbc::kF16, 0, 0x8000, 0x7E00, 0xFE01, 0x3C00},
               {nbc::kBF16, 0, 0x8000, 0x7FC0, 0xFFC1, 0x3F80}};
  for (const auto& k : kinds) {
    const TypeInfo& type = info(k.type);
    EXPECT_TRUE(ieee(type, {k.zero}, {k.minus_zero}));
    EXPECT_TRUE(total(type, {k.zero}, {k.minus_zero}));
    EXPECT_FALSE(ieee(type, {k.nan}, {k.nan}));
    EXPECT_FALSE(in_memory(type, {k.nan}, {k.nan}, FloatRule::Ieee));
    EXPECT_TRUE(total(type, {k.nan}, {k.other_nan}));
    EXPECT_FALSE(total(type, {k.nan}, {k.one}));
    EXPECT_FALSE(ieee(type, {k.zero}, {k.one}));
    EXPECT_EQ(float_of(type.kind, k.one), 1.0);
  }
}

TEST_F(CompareTest, ScalarsAndStringsCompareByValue) {
  const nbc::TypeId pair = tuple({nbc::kI8, nbc::kString, nbc::kBool, nbc::kU32});
  build();
  const Text a = text("a text that is counted"), b = text("a text that is counted");
  const Text c = text("a text that is counteD");
  const Slots first = {~0ull, a[0], a[1], 1, 7}, same = {~0ull, b[0], b[1], 1, 7};
  EXPECT_TRUE(total(info(pair), first, same));
  EXPECT_FALSE(total(info(pair), first, {~0ull, c[0], c[1], 1, 7}));
  EXPECT_FALSE(total(info(pair), first, {1, b[0], b[1], 1, 7}));
  EXPECT_FALSE(total(info(pair), first, {~0ull, b[0], b[1], 0, 7}));
  EXPECT_FALSE(total(info(pair), first, {~0ull, b[0], b[1], 1, 8}));
  for (const Text& words : {a, b, c}) drop(words);
}

TEST_F(CompareTest, UnitsAreEqual) {
  const nbc::TypeId unit = tuple({});
  const nbc::TypeId units = table.list(unit);
  const nbc::TypeId keyed = table.map(unit, nbc::kI64);
  build();
  EXPECT_TRUE(total(info(unit), {}, {}));
  std::uint64_t two = list_of(info(units), {{}, {}}), three = list_of(info(units), {{}, {}, {}});
  std::uint64_t other = list_of(info(units), {{}, {}});
  EXPECT_TRUE(total(info(units), {two}, {other}));
  EXPECT_FALSE(total(info(units), {two}, {three}));
  for (std::uint64_t* list : {&two, &three, &other}) list_clear(account, list);
  std::uint64_t a = map_of(info(keyed), {{{}, {1}}, {{}, {2}}}), b = map_of(info(keyed), {{{}, {2}}});
  std::uint64_t c = map_of(info(keyed), {{{}, {1}}});
  EXPECT_EQ(map_length(object_in(a)), 1u);
  EXPECT_TRUE(total(info(keyed), {a}, {b}));
  EXPECT_FALSE(total(info(keyed), {a}, {c}));
  for (std::uint64_t* map : {&a, &b, &c}) map_clear(account, map);
}

TEST_F(CompareTest, EnumsCompareTagAndPayload) {
  const nbc::TypeId color = enumeration(std::vector<std::vector<nbc::TypeId>>(300));
  const nbc::TypeId inner = enumeration({{}, {nbc::kF64}});
  const nbc::TypeId choice = enumeration({{}, {nbc::kString, color}, {inner}});
  const nbc::TypeId held = tuple({nbc::kU8, color, choice});
  build();
  EXPECT_TRUE(total(info(color), {299}, {299}));
  EXPECT_FALSE(total(info(color), {299}, {43}));  // equal in the lowest byte only
  const TypeInfo& type = info(choice);
  const Text a = text("a text that is counted"), b = text("a text that is counted");
  EXPECT_TRUE(total(type, {1, a[0], a[1], 256}, {1, b[0], b[1], 256}));
  EXPECT_FALSE(total(type, {1, a[0], a[1], 256}, {1, b[0], b[1], 0}));
  EXPECT_FALSE(total(type, {1, a[0], a[1], 256}, {0, 0, 0, 0}));
  EXPECT_TRUE(total(type, {0, 1, 2, 3}, {0, 4, 5, 6}));  // what no payload uses doesn't count
  EXPECT_TRUE(total(type, {2, 1, from_f64(0.0), 8}, {2, 1, from_f64(-0.0), 9}));
  const double nan = std::nan("");
  EXPECT_TRUE(total(type, {2, 1, from_f64(nan), 0}, {2, 1, from_f64(nan), 0}));
  EXPECT_FALSE(ieee(type, {2, 1, from_f64(nan), 0}, {2, 1, from_f64(nan), 0}));
  EXPECT_FALSE(total(type, {2, 1, from_f64(1), 0}, {2, 0, from_f64(1), 0}));
  EXPECT_TRUE(total(info(held), {5, 299, 1, a[0], a[1], 1}, {5, 299, 1, b[0], b[1], 1}));
  EXPECT_FALSE(total(info(held), {5, 299, 1, a[0], a[1], 1}, {5, 298, 1, b[0], b[1], 1}));
  EXPECT_TRUE(total(type, {77, 1, 2, 3}, {77, 4, 5, 6}));  // a tag that names nothing
  drop(a);
  drop(b);
}

TEST_F(CompareTest, ListsCompareLengthAndElements) {
  const nbc::TypeId gaps = tuple({nbc::kU8, nbc::kI32});
  const nbc::TypeId ids[] = {table.list(nbc::kI16), table.list(nbc::kString), table.list(nbc::kF64), table.list(gaps)};
  build();
  const TypeInfo &shorts = info(ids[0]), &texts = info(ids[1]), &floats = info(ids[2]);
  const TypeInfo& pairs = info(ids[3]);
  std::uint64_t a = list_of(shorts, {{1}, {2}, {3}}), b = list_of(shorts, {{1}, {2}, {3}});
  std::uint64_t c = list_of(shorts, {{1}, {2}, {4}}), d = list_of(shorts, {{1}, {2}});
  EXPECT_TRUE(total(shorts, {a}, {a}));
  EXPECT_TRUE(total(shorts, {a}, {b}));
  EXPECT_FALSE(total(shorts, {a}, {c}));
  EXPECT_FALSE(total(shorts, {a}, {d}));
  EXPECT_FALSE(total(shorts, {a}, {0}));
  for (std::uint64_t* list : {&a, &b, &c, &d}) list_clear(account, list);

  ASSERT_TRUE(list_make(account, shorts, 8, &a));
  EXPECT_TRUE(total(shorts, {a}, {0}));  // empty with room, and empty without an object
  list_clear(account, &a);

  a = list_of(texts, {slots_of(text("a text that is counted")), slots_of(text("x"))});
  b = list_of(texts, {slots_of(text("a text that is counted")), slots_of(text("x"))});
  c = list_of(texts, {slots_of(text("a text that is counted")), slots_of(text("y"))});
  EXPECT_TRUE(total(texts, {a}, {b}));
  EXPECT_FALSE(total(texts, {a}, {c}));
  for (std::uint64_t* list : {&a, &b, &c}) list_clear(account, list);

  a = list_of(floats, {f64(0.0), f64(std::nan(""))});
  b = list_of(floats, {f64(-0.0), f64(-std::nan(""))});
  EXPECT_TRUE(total(floats, {a}, {b}));
  EXPECT_TRUE(total(floats, {a}, {a}));
  EXPECT_FALSE(ieee(floats, {a}, {b}));
  EXPECT_FALSE(ieee(floats, {a}, {a}));  // even the same list, for its NaN
  EXPECT_TRUE(ieee(floats, {0}, {0}));
  for (std::uint64_t* list : {&a, &b}) list_clear(account, list);

  // What lies between the parts of an element doesn't count.
  a = list_of(pairs, {{1, 2}, {3, 4}});
  b = list_of(pairs, {{1, 2}, {3, 4}});
  list_element(pairs, a, 0)[1] = std::byte{0x11};
  list_element(pairs, b, 0)[1] = std::byte{0x22};
  EXPECT_TRUE(total(pairs, {a}, {b}));
  for (std::uint64_t* list : {&a, &b}) list_clear(account, list);
}

TEST_F(CompareTest, BytesCompareTheirContent) {
  const nbc::TypeId of_bytes = table.list(nbc::kU8);
  build();
  byte_list = &info(of_bytes);
  const TypeInfo& type = info(nbc::kBytes);
  std::uint64_t a = bytes("noodle"), b = bytes("noodle"), c = bytes("noodly"), d = bytes("noo");
  EXPECT_TRUE(total(type, {a}, {b}));
  EXPECT_FALSE(total(type, {a}, {c}));
  EXPECT_FALSE(total(type, {a}, {d}));
  EXPECT_FALSE(total(type, {a}, {0}));
  EXPECT_TRUE(total(type, {0}, {0}));
  for (std::uint64_t* list : {&a, &b, &c, &d}) list_clear(account, list);
}

TEST_F(CompareTest, MapsCompareKeysAndValuesInAnyOrder) {
  const nbc::TypeId list = table.list(nbc::kF64);
  const nbc::TypeId ids[] = {table.map(nbc::kString, list), table.map(nbc::kI64, tuple({}))};
  build();
  const TypeInfo &floats = info(list), &maps = info(ids[0]), &set = info(ids[1]);
  auto entry = [&](std::string_view key, double value) {
    return std::pair{slots_of(text(key)), Slots{list_of(floats, {f64(value)})}};
  };
  std::uint64_t a = map_of(maps, {entry("one", 1), entry("two", 2)});
  std::uint64_t b = map_of(maps, {entry("two", 2), entry("gone", 3), entry("one", 1)});
  const Text gone = text("gone");
  ASSERT_EQ(map_remove(account, maps, &b, gone.data()), MapRemoval::Removed);
  std::uint64_t c = map_of(maps, {entry("one", 1), entry("two", 3)});
  std::uint64_t d = map_of(maps, {entry("one", 1), entry("too", 2)});
  std::uint64_t e = map_of(maps, {entry("one", 1)});
  EXPECT_TRUE(total(maps, {a}, {b}));
  EXPECT_TRUE(ieee(maps, {a}, {b}));
  EXPECT_TRUE(total(maps, {a}, {a}));
  for (std::uint64_t other : {c, d, e, std::uint64_t{0}}) {
    EXPECT_FALSE(total(maps, {a}, {other}));
    EXPECT_FALSE(total(maps, {other}, {a}));
  }
  std::uint64_t nan = map_of(maps, {entry("one", std::nan(""))});
  EXPECT_TRUE(total(maps, {nan}, {nan}));
  EXPECT_FALSE(ieee(maps, {nan}, {nan}));
  for (std::uint64_t* map : {&a, &b, &c, &d, &e, &nan}) map_clear(account, map);
  a = map_of(set, {{{1}, {}}, {{2}, {}}});
  b = map_of(set, {{{2}, {}}, {{1}, {}}});
  c = map_of(set, {{{2}, {}}, {{3}, {}}});
  EXPECT_TRUE(total(set, {a}, {b}));
  EXPECT_FALSE(total(set, {a}, {c}));
  ASSERT_TRUE(map_make(account, set, 5, &d));
  EXPECT_TRUE(total(set, {d}, {0}));
  for (std::uint64_t* map : {&a, &b, &c, &d}) map_clear(account, map);
}

TEST_F(CompareTest, KeysOfAMapAreFoundEvenWhereValuesCompareByIeee) {
  const nbc::TypeId id = table.map(nbc::kF64, nbc::kF64);
  build();
  const TypeInfo& type = info(id);
  std::uint64_t a = map_of(type, {{f64(std::nan("")), f64(1)}});
  std::uint64_t b = map_of(type, {{f64(-std::nan("")), f64(1)}});
  EXPECT_TRUE(ieee(type, {a}, {b}));
  EXPECT_TRUE(total(type, {a}, {b}));
  map_clear(account, &a);
  map_clear(account, &b);
}

TEST_F(CompareTest, FunctionsAndAnysCompareByIdentity) {
  const nbc::TypeId fn = table.fn({}, {});
  const nbc::TypeId ids[] = {fn, table.any(nbc::TraitId(std::size_t{0}))};
  build();
  for (nbc::TypeId id : ids) {
    EXPECT_TRUE(total(info(id), {0x1000}, {0x1000}));
    EXPECT_FALSE(total(info(id), {0x1000}, {0x2000}));
  }
}

TEST_F(CompareTest, AMillionNestedBoxesCompareWithoutStack) {
  const nbc::TypeId box = table.declare(Kind::Box);
  const nbc::TypeId node = enumeration({{nbc::kI64}, {box}});
  nbc::Type content;
  content.element = node;
  table.define(box, content);
  build();
  const TypeInfo &boxes = info(box), &type = info(node);
  auto chain = [&](std::uint64_t last) {
    Slots value = {0, last};
    for (int i = 0; i < 1'000'000; ++i) value = {1, box_of(boxes, value)};
    return value;
  };
  const Slots a = chain(7), b = chain(7), c = chain(8);
  EXPECT_TRUE(total(type, a, b));
  EXPECT_FALSE(total(type, a, c));
  EXPECT_FALSE(total(type, a, {0, 7}));
  EXPECT_TRUE(total(boxes, {a[1]}, {b[1]}));
  EXPECT_FALSE(total(boxes, {a[1]}, {0}));  // a box that is not there, as in a hole
  EXPECT_FALSE(total(boxes, {0}, {a[1]}));
  for (const Slots& value : {a, b, c}) drop(type, value);
}

TEST_F(CompareTest, MapsAsKeysAreEqualInAnyOrderUpToADepth) {
  // Map<i64, unit> at level 0, then each level a map from the one below.
  std::vector<nbc::TypeId> levels = {table.map(nbc::kI64, tuple({}))};
  while (levels.size() < kMostKeyNesting + 10) {
    levels.push_back(table.map(levels.back(), nbc::kI64));
  }
  build();
  auto nest = [&](std::uint64_t depth, bool other_way) {
    const std::vector<std::pair<Slots, Slots>> there = {{{1}, {}}, {{2}, {}}}, back = {{{2}, {}}, {{1}, {}}};
    std::uint64_t map = map_of(info(levels[0]), other_way ? back : there);
    for (std::uint64_t i = 1; i <= depth; ++i) map = map_of(info(levels[i]), {{{map}, {i}}});
    return map;
  };
  for (std::uint64_t depth : {0, 1, 2, 10, kMostKeyNesting - 1, kMostKeyNesting, kMostKeyNesting + 5}) {
    const TypeInfo& type = info(levels[depth]);
    std::uint64_t a = nest(depth, false), b = nest(depth, true);
    EXPECT_EQ(ieee(type, {a}, {b}), depth < kMostKeyNesting) << depth;
    EXPECT_EQ(hash(type, {a}), hash(type, {b})) << depth;
    EXPECT_TRUE(ieee(type, {a}, {a}) || depth >= kMostKeyNesting);
    map_clear(account, &a);
    map_clear(account, &b);
  }
}

TEST_F(CompareTest, HashesDependOnTheSeed) {
  const nbc::TypeId list = table.list(nbc::kI64);
  build();
  std::uint64_t a = list_of(info(list), {{1}, {2}});
  EXPECT_NE(hash_slots(info(list), &a, 1), hash_slots(info(list), &a, 2));
  EXPECT_NE(hash_word(1, 2), hash_word(2, 1));
  list_clear(account, &a);
}

TEST_F(CompareTest, TenThousandRandomNestedValuesCompareLikeTheirTexts) {
  // List of (i8, String, List<f32>): the oracle is the value written out.
  const nbc::TypeId inner = table.list(nbc::kF32);
  const nbc::TypeId row = tuple({nbc::kI8, nbc::kString, inner});
  const nbc::TypeId rows = table.list(row);
  build();
  std::mt19937_64 random(9);
  auto make = [&](std::string& written) {
    std::vector<Slots> elements;
    for (std::uint64_t n = random() % 3; n > 0; --n) {
      const std::uint64_t number = random() % 2;
      const std::string name = random() % 2 != 0 ? "short" : "longer than fifteen bytes";
      std::vector<Slots> floats;
      written += std::to_string(number) + name + '[';
      for (std::uint64_t k = random() % 3; k > 0; --k) {
        const float x = random() % 2 != 0 ? 0.5f : 0.0f;
        written += x != 0 ? '5' : '0';
        floats.push_back({from_f32(random() % 2 != 0 || x != 0 ? x : -0.0f)});
      }
      written += ']';
      const Text words = text(name);
      elements.push_back({number - 1, words[0], words[1], list_of(info(inner), floats)});
    }
    return list_of(info(rows), elements);
  };
  int equal = 0;
  for (int round = 0; round < 10'000; ++round) {
    std::string first, second;
    std::uint64_t a = make(first), b = make(second);
    ASSERT_EQ(total(info(rows), {a}, {b}), first == second) << first << ' ' << second;
    ASSERT_EQ(ieee(info(rows), {a}, {b}), first == second);
    equal += first == second;
    list_clear(account, &a);
    list_clear(account, &b);
  }
  EXPECT_GT(equal, 100);
}

}  // namespace
}  // namespace noodle::value
