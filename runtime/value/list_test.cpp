#include "runtime/value/list.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "runtime/value/value_fixture.h"

namespace noodle::value {
namespace {

class ListTest : public ValueTest {
 protected:
  ListTest() {
    const nbc::TypeId pair = tuple({nbc::kU8, nbc::kI32, nbc::kString});
    const nbc::TypeId ids[] = {table.list(nbc::kI64), table.list(nbc::kI16), table.list(nbc::kString),
                               table.list(pair),      table.list(tuple({})), table.list(table.list(nbc::kString))};
    build();
    ints = &info(ids[0]);
    shorts = &info(ids[1]);
    texts = &info(ids[2]);
    pairs = &info(ids[3]);
    units = &info(ids[4]);
    nested = &info(ids[5]);
  }

  Slots at(const TypeInfo& type, std::uint64_t list, std::uint64_t index) {
    Slots out(type.element->slots);
    load_value(*type.element, list_element(type, list, index), out.data());
    return out;
  }
  std::vector<std::int64_t> numbers(const TypeInfo& type, std::uint64_t list) {
    std::vector<std::int64_t> out;
    for (std::uint64_t i = 0; i < list_length(list); ++i) {
      out.push_back(static_cast<std::int64_t>(at(type, list, i)[0]));
    }
    return out;
  }
  std::uint64_t list_from(const std::vector<std::int64_t>& wanted, const TypeInfo& type) {
    std::vector<Slots> elements;
    for (std::int64_t n : wanted) elements.push_back({static_cast<std::uint64_t>(n)});
    return list_of(type, elements);
  }
  std::string text_at(std::uint64_t list, std::uint64_t index) {
    const Slots words = at(*texts, list, index);
    return std::string(string_view(words.data()));
  }
  void share(std::uint64_t list) { memory::retain(object_in(list)); }
  using Numbers = std::vector<std::int64_t>;

  const TypeInfo *ints, *shorts, *texts, *pairs, *units, *nested;
};

TEST_F(ListTest, TheEmptyListIsNoObject) {
  std::uint64_t list = 99;
  ASSERT_TRUE(list_make(account, *ints, 0, &list));
  EXPECT_EQ(list, 0u);
  EXPECT_EQ(list_length(list), 0u);
  EXPECT_TRUE(list_make_unique(account, *ints, &list));
  EXPECT_TRUE(list_reserve(account, *ints, &list, 0));
  EXPECT_TRUE(list_append(account, *ints, &list, 0));
  EXPECT_TRUE(list_reverse(account, *ints, &list));
  list_clear(account, &list);
  EXPECT_EQ(list, 0u);
}

TEST_F(ListTest, AMadeListHasRoomAndNoElements) {
  std::uint64_t list = 0;
  ASSERT_TRUE(list_make(account, *ints, 10, &list));
  EXPECT_EQ(list_length(list), 0u);
  EXPECT_EQ(list_at(list)->capacity, 10u);
  const std::uint64_t address = list;
  for (std::uint64_t i = 0; i < 10; ++i) ASSERT_TRUE(list_push(account, *ints, &list, &i));
  EXPECT_EQ(list, address);
  list_clear(account, &list);
}

TEST_F(ListTest, PushedElementsComeBackInOrderFromLittleMemory) {
  std::uint64_t list = list_from({-1, 32767, -32768, 5}, *shorts);
  EXPECT_EQ(numbers(*shorts, list), (Numbers{-1, 32767, -32768, 5}));
  EXPECT_EQ(account.used, Account::charged(24 + 4 * 2));
  list_clear(account, &list);
}

TEST_F(ListTest, GrowthDoublesWhileItIsLittle) {
  std::uint64_t list = 0;
  std::vector<std::uint64_t> capacities;
  for (std::uint64_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(list_push(account, *ints, &list, &i));
    const std::uint64_t capacity = list_at(list)->capacity;
    if (capacities.empty() || capacities.back() != capacity) capacities.push_back(capacity);
    EXPECT_EQ(account.used, Account::charged(24 + capacity * 8));
  }
  EXPECT_EQ(capacities, (std::vector<std::uint64_t>{4, 8, 16, 32}));
  list_clear(account, &list);
}

TEST_F(ListTest, ReservingMakesRoomForAllAtOnce) {
  std::uint64_t list = 0;
  ASSERT_TRUE(list_reserve(account, *ints, &list, 1));
  EXPECT_EQ(list_at(list)->capacity, 4u);
  ASSERT_TRUE(list_reserve(account, *ints, &list, 1000));
  EXPECT_EQ(list_at(list)->capacity, 1000u);
  ASSERT_TRUE(list_reserve(account, *ints, &list, 10));
  EXPECT_EQ(list_at(list)->capacity, 1000u);
  list_clear(account, &list);
}

TEST_F(ListTest, InsertingOpensAGapAndRemovingClosesIt) {
  std::uint64_t list = 0;
  for (std::uint64_t n : {2u, 1u, 0u}) ASSERT_TRUE(list_insert(account, *ints, &list, 0, &n));
  std::uint64_t n = 3, out = 0;
  ASSERT_TRUE(list_insert(account, *ints, &list, 3, &n));
  n = 9;
  ASSERT_TRUE(list_insert(account, *ints, &list, 2, &n));
  EXPECT_EQ(numbers(*ints, list), (Numbers{0, 1, 9, 2, 3}));
  ASSERT_TRUE(list_remove(account, *ints, &list, 2, &out));
  EXPECT_EQ(out, 9u);
  ASSERT_TRUE(list_remove(account, *ints, &list, 3, &out));
  EXPECT_EQ(out, 3u);
  ASSERT_TRUE(list_remove(account, *ints, &list, 0, &out));
  EXPECT_EQ(out, 0u);
  EXPECT_EQ(numbers(*ints, list), (Numbers{1, 2}));
  list_clear(account, &list);
}

TEST_F(ListTest, ARemovedElementBelongsToTheCaller) {
  std::uint64_t list =
      list_of(*texts, {slots_of(text("the first of the texts")), slots_of(text("the second of the texts"))});
  Text taken;
  ASSERT_TRUE(list_remove(account, *texts, &list, 0, taken.data()));
  list_clear(account, &list);
  EXPECT_EQ(string_view(taken.data()), "the first of the texts");
  EXPECT_EQ(account.live, 1);
  drop(taken);
}

TEST_F(ListTest, AnElementMayBeTakenOutAndPutBackInPlace) {
  std::uint64_t list = list_of(*texts, {slots_of(text("the first of the texts")), {0, 0}});
  const std::uint64_t address = list;
  ASSERT_TRUE(list_make_unique(account, *texts, &list));
  Slots taken = at(*texts, list, 0);
  const Slots hole = {0, 0};
  store_value(*texts->element, list_element(*texts, list, 0), hole.data());
  ASSERT_TRUE(append_string(account, taken.data(), ", longer now"));
  store_value(*texts->element, list_element(*texts, list, 0), taken.data());
  EXPECT_EQ(list, address);
  EXPECT_EQ(text_at(list, 0), "the first of the texts, longer now");
  list_clear(account, &list);
}

TEST_F(ListTest, FlatStructsLieSideBySide) {
  std::uint64_t list = 0;
  for (std::uint64_t i = 0; i < 50; ++i) {
    const Text words = text("number " + std::to_string(i * 1'000'000'000));
    const Slots element = {i, ~i, words[0], words[1]};
    ASSERT_TRUE(list_push(account, *pairs, &list, element.data()));
  }
  EXPECT_EQ(pairs->object.stride, 24u);
  for (std::uint64_t i = 0; i < 50; ++i) {
    const Slots element = at(*pairs, list, i);
    EXPECT_EQ(element[0], i);
    EXPECT_EQ(element[1], ~i);
    EXPECT_EQ(string_view(&element[2]), "number " + std::to_string(i * 1'000'000'000));
  }
  list_clear(account, &list);
}

TEST_F(ListTest, ElementsWithoutSizeAreOnlyCounted) {
  std::uint64_t list = 0, other = 0;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(list_push(account, *units, &list, nullptr));
  ASSERT_TRUE(list_insert(account, *units, &list, 50, nullptr));
  ASSERT_TRUE(list_remove(account, *units, &list, 7, nullptr));
  ASSERT_TRUE(list_reverse(account, *units, &list));
  ASSERT_TRUE(list_swap(account, *units, &list, 0, 9));
  ASSERT_TRUE(list_append(account, *units, &list, list));
  EXPECT_EQ(list_length(list), 200u);
  ASSERT_TRUE(list_slice(account, *units, list, 3, 13, &other));
  EXPECT_EQ(list_length(other), 10u);
  list_clear(account, &other);
  ASSERT_TRUE(list_filled(account, *units, 1'000'000'000, nullptr, &other));
  EXPECT_EQ(list_length(other), 1'000'000'000u);
  list_clear(account, &other);
  list_clear(account, &list);
}

TEST_F(ListTest, ASharedListIsCopiedBeforeItChanges) {
  using Change = bool (*)(Account&, const TypeInfo&, std::uint64_t*);
  const std::pair<Change, Numbers> changes[] = {
      {[](Account& a, const TypeInfo& t, std::uint64_t* l) {
         std::uint64_t n = 4;
         return list_push(a, t, l, &n);
       },
       {1, 2, 3, 4}},
      {[](Account& a, const TypeInfo& t, std::uint64_t* l) {
         std::uint64_t n = 4;
         return list_insert(a, t, l, 1, &n);
       },
       {1, 4, 2, 3}},
      {[](Account& a, const TypeInfo& t, std::uint64_t* l) {
         std::uint64_t n;
         return list_remove(a, t, l, 1, &n);
       },
       {1, 3}},
      {[](Account& a, const TypeInfo& t, std::uint64_t* l) { return list_swap(a, t, l, 0, 2); }, {3, 2, 1}},
      {[](Account& a, const TypeInfo& t, std::uint64_t* l) { return list_reverse(a, t, l); }, {3, 2, 1}},
      {[](Account& a, const TypeInfo& t, std::uint64_t* l) { return list_append(a, t, l, *l); }, {1, 2, 3, 1, 2, 3}},
      {[](Account& a, const TypeInfo& t, std::uint64_t* l) { return list_make_unique(a, t, l); }, {1, 2, 3}},
      {[](Account& a, const TypeInfo& t, std::uint64_t* l) { return list_reserve(a, t, l, 2); }, {1, 2, 3}},
      {[](Account& a, const TypeInfo& t, std::uint64_t* l) { return list_swap(a, t, l, 1, 1); }, {1, 2, 3}},
  };
  for (const auto& [change, wanted] : changes) {
    std::uint64_t list = list_from({1, 2, 3}, *ints);
    std::uint64_t kept = list;
    share(kept);
    ASSERT_TRUE(change(account, *ints, &list));
    EXPECT_NE(list, kept);
    EXPECT_EQ(numbers(*ints, list), wanted);
    EXPECT_EQ(numbers(*ints, kept), (Numbers{1, 2, 3}));
    list_clear(account, &kept);
    const std::uint64_t address = list;
    ASSERT_TRUE(list_make_unique(account, *ints, &list));
    EXPECT_EQ(list, address);  // now it is alone
    list_clear(account, &list);
  }
}

TEST_F(ListTest, ACopySharesTheCountedElements) {
  const Text words = text("an element that is counted");
  std::uint64_t list = list_of(*texts, {slots_of(words)});
  std::uint64_t kept = list;
  share(kept);
  ASSERT_TRUE(list_make_unique(account, *texts, &list));
  EXPECT_EQ(memory::load_count(object_in(words[0])), 2);
  list_clear(account, &kept);
  EXPECT_EQ(memory::load_count(object_in(words[0])), 1);
  list_clear(account, &list);
}

TEST_F(ListTest, SlicesAreCopiesOfTheirRange) {
  std::uint64_t list = list_from({0, 1, 2, 3, 4}, *ints), part = 99;
  ASSERT_TRUE(list_slice(account, *ints, list, 1, 4, &part));
  EXPECT_EQ(numbers(*ints, part), (Numbers{1, 2, 3}));
  list_clear(account, &part);
  ASSERT_TRUE(list_slice(account, *ints, list, 5, 5, &part));
  EXPECT_EQ(part, 0u);
  ASSERT_TRUE(list_slice(account, *ints, list, 0, 5, &part));
  EXPECT_EQ(numbers(*ints, part), numbers(*ints, list));
  EXPECT_NE(part, list);
  list_clear(account, &part);
  list_clear(account, &list);
}

TEST_F(ListTest, ASliceOutlivesItsList) {
  std::uint64_t list =
      list_of(*texts, {slots_of(text("the first of the texts")), slots_of(text("the second of the texts"))});
  std::uint64_t part = 0;
  ASSERT_TRUE(list_slice(account, *texts, list, 1, 2, &part));
  list_clear(account, &list);
  EXPECT_EQ(text_at(part, 0), "the second of the texts");
  EXPECT_EQ(account.live, 2);
  list_clear(account, &part);
}

TEST_F(ListTest, AppendingCopiesTheOtherList) {
  std::uint64_t list = 0;
  std::uint64_t other = list_of(*texts, {slots_of(text("an element that is counted")), {0, 0}});
  ASSERT_TRUE(list_append(account, *texts, &list, other));
  ASSERT_TRUE(list_append(account, *texts, &list, other));
  ASSERT_TRUE(list_append(account, *texts, &list, list));
  list_clear(account, &other);
  ASSERT_EQ(list_length(list), 8u);
  for (std::uint64_t i = 0; i < 8; i += 2) EXPECT_EQ(text_at(list, i), "an element that is counted");
  EXPECT_EQ(account.live, 2);
  list_clear(account, &list);
}

TEST_F(ListTest, FillingRepeatsABorrowedElement) {
  const Text words = text("an element that is counted");
  for (std::uint64_t count : {0u, 1u, 2u, 3u, 64u, 1000u}) {
    std::uint64_t list = 99;
    ASSERT_TRUE(list_filled(account, *texts, count, words.data(), &list));
    ASSERT_EQ(list_length(list), count);
    EXPECT_EQ(memory::load_count(object_in(words[0])), static_cast<std::int32_t>(count) + 1);
    for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(at(*texts, list, i), slots_of(words));
    list_clear(account, &list);
  }
  drop(words);
}

TEST_F(ListTest, ReversingAndSwappingMoveWholeElements) {
  for (std::int64_t length : {1, 2, 3, 10, 11}) {
    Numbers wanted;
    for (std::int64_t i = 0; i < length; ++i) wanted.push_back(i - 3);
    std::uint64_t list = list_from(wanted, *shorts);
    std::ranges::reverse(wanted);
    ASSERT_TRUE(list_reverse(account, *shorts, &list));
    EXPECT_EQ(numbers(*shorts, list), wanted);
    std::swap(wanted.front(), wanted.back());
    ASSERT_TRUE(list_swap(account, *shorts, &list, 0, static_cast<std::uint64_t>(length) - 1));
    EXPECT_EQ(numbers(*shorts, list), wanted);
    list_clear(account, &list);
  }
}

TEST_F(ListTest, SortingAgreesWithAStableSortOfAVector) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    const std::size_t length = random() % 60;
    Numbers wanted;
    for (std::size_t i = 0; i < length; ++i) wanted.push_back(static_cast<std::int16_t>(random() % 50) - 25);
    for (const TypeInfo* type : {ints, shorts}) {
      std::uint64_t list = list_from(wanted, *type);
      std::uint64_t other = list;
      if (list != 0) share(list);
      ASSERT_TRUE(list_sort(account, *type, &list));
      EXPECT_EQ(numbers(*type, other), wanted);  // a shared list is copied first
      Numbers sorted = wanted;
      std::ranges::stable_sort(sorted);
      EXPECT_EQ(numbers(*type, list), sorted);
      list_clear(account, &list);
      list_clear(account, &other);
    }
  }
}

using Numbers = std::vector<std::int64_t>;

/// Data as people have it: in no order, in order, nearly so, falling, of few values, and saw teeth.
std::vector<Numbers> orders_of_all_kinds(std::size_t length) {
  std::mt19937_64 random(7);
  std::vector<Numbers> all(6, Numbers(length));
  for (std::size_t i = 0; i < length; ++i) {
    const auto n = static_cast<std::int64_t>(i);
    all[0][i] = static_cast<std::int64_t>(random());
    all[1][i] = n;
    all[2][i] = random() % 20 == 0 ? static_cast<std::int64_t>(random() % length) : n;
    all[3][i] = -n;
    all[4][i] = static_cast<std::int64_t>(random() % 5);
    all[5][i] = n % 61;
  }
  return all;
}

TEST_F(ListTest, LongListsSortWhateverOrderTheyHad) {
  for (const std::size_t length : {255u, 256u, 3000u}) {
    for (const Numbers& wanted : orders_of_all_kinds(length)) {
      Numbers sorted = wanted;
      std::ranges::stable_sort(sorted);
      std::uint64_t list = list_from(wanted, *ints);
      std::uint64_t order = 0;
      ASSERT_TRUE(list_order(account, *ints, Kind::I64, list, &order));
      ASSERT_EQ(order == 0, wanted == sorted);
      Numbers places = numbers(*ints, order);
      for (std::size_t i = 0; i < places.size(); ++i) {
        ASSERT_EQ(wanted[static_cast<std::size_t>(places[i])], sorted[i]);
        if (i > 0 && sorted[i - 1] == sorted[i]) ASSERT_LT(places[i - 1], places[i]);
      }
      ASSERT_TRUE(list_sort(account, *ints, &list));
      EXPECT_EQ(numbers(*ints, list), sorted);
      list_clear(account, &list);
      list_clear(account, &order);
    }
  }
}

TEST_F(ListTest, LongListsOfTextsSortWhateverOrderTheyHad) {
  for (const Numbers& numbers : orders_of_all_kinds(700)) {
    std::vector<std::string> wanted;
    std::vector<Slots> elements;
    for (const std::int64_t n : numbers) {
      wanted.push_back((n % 3 == 0 ? "the same beginning " : "") + std::to_string(n));
      elements.push_back(slots_of(text(wanted.back())));
    }
    std::uint64_t list = list_of(*texts, elements);
    std::uint64_t order = 0;
    ASSERT_TRUE(list_order(account, *ints, Kind::String, list, &order));
    std::vector<std::size_t> places(wanted.size());
    std::iota(places.begin(), places.end(), 0u);
    std::ranges::stable_sort(places, {}, [&](std::size_t i) { return wanted[i]; });
    const Numbers given = this->numbers(*ints, order);
    if (!given.empty()) {
      for (std::size_t i = 0; i < places.size(); ++i) ASSERT_EQ(static_cast<std::size_t>(given[i]), places[i]);
    }
    ASSERT_TRUE(list_sort(account, *texts, &list));
    for (std::size_t i = 0; i < places.size(); ++i) ASSERT_EQ(text_at(list, i), wanted[places[i]]);
    list_clear(account, &list);
    list_clear(account, &order);
  }
}

TEST_F(ListTest, TextsSortByTheirBytesWhereverTheyAre) {
  std::mt19937_64 random(6);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> wanted;
    for (std::size_t i = random() % 40; i > 0; --i) {
      std::string s;
      for (std::size_t k = random() % 20; k > 0; --k) s += "ab\0\xC3\xA9"[random() % 3];
      wanted.push_back(s);
    }
    std::vector<Slots> elements;
    for (const std::string& s : wanted) elements.push_back(slots_of(text(s)));
    std::uint64_t list = list_of(*texts, elements);
    ASSERT_TRUE(list_sort(account, *texts, &list));
    std::ranges::sort(wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) ASSERT_EQ(text_at(list, i), wanted[i]);
    list_clear(account, &list);
  }
}

TEST_F(ListTest, TextsThatBeginAlikeSortByWhereTheyEnd) {
  std::mt19937_64 random(8);
  for (const std::size_t most : {4u, 30u, 300u}) {
    std::vector<std::string> wanted;
    std::vector<Slots> elements;
    for (int i = 0; i < 2000; ++i) {
      std::string s(random() % most, random() % 4 == 0 ? '\0' : 'x');
      if (random() % 3 == 0) s += "ab\0\xC3\xA9"[random() % 4];
      if (random() % 5 == 0) s += std::string(random() % 9, '\0');
      wanted.push_back(s);
      elements.push_back(slots_of(text(s)));
    }
    std::uint64_t list = list_of(*texts, elements);
    ASSERT_TRUE(list_sort(account, *texts, &list));
    std::ranges::sort(wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) ASSERT_EQ(text_at(list, i), wanted[i]);
    list_clear(account, &list);
  }
}

TEST_F(ListTest, ReleasingAListReleasesWhatNestsInIt) {
  std::uint64_t outer = 0;
  for (int i = 0; i < 10; ++i) {
    std::vector<Slots> inside;
    for (int j = 0; j < 10; ++j) {
      inside.push_back(slots_of(text("the text number " + std::to_string(1000 * i + j))));
    }
    const std::uint64_t inner = list_of(*texts, inside);
    ASSERT_TRUE(list_push(account, *nested, &outer, &inner));
  }
  EXPECT_EQ(account.live, 1 + 10 + 100);
  std::uint64_t inner = at(*nested, outer, 3)[0];
  share(inner);
  list_clear(account, &outer);
  EXPECT_EQ(account.live, 1 + 10);
  EXPECT_EQ(text_at(inner, 9), "the text number 3009");
  list_clear(account, &inner);
}

TEST_F(ListTest, ARandomHistoryAgreesWithAVector) {
  std::mt19937_64 random(3);
  std::uint64_t list = 0;
  std::vector<std::string> wanted;
  std::vector<std::pair<std::uint64_t, std::vector<std::string>>> kept;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t length = wanted.size();
    const std::uint64_t index = length != 0 ? random() % length : 0;
    const std::string fresh = std::string(random() % 30, 'x') + std::to_string(step);
    switch (random() % 9) {
      case 0:
      case 1:
        ASSERT_TRUE(list_push(account, *texts, &list, text(fresh).data()));
        wanted.push_back(fresh);
        break;
      case 2:
        ASSERT_TRUE(list_insert(account, *texts, &list, index, text(fresh).data()));
        wanted.insert(wanted.begin() + static_cast<std::ptrdiff_t>(index), fresh);
        break;
      case 3:
      case 4:
        if (length != 0) {
          Text out;
          ASSERT_TRUE(list_remove(account, *texts, &list, index, out.data()));
          ASSERT_EQ(string_view(out.data()), wanted[index]);
          drop(out);
          wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(index));
        }
        break;
      case 5:
        if (list != 0) {
          share(list);
          kept.emplace_back(list, wanted);
        }
        break;
      case 6:
        if (!kept.empty() && length < 300) {
          ASSERT_TRUE(list_append(account, *texts, &list, kept.back().first));
          wanted.insert(wanted.end(), kept.back().second.begin(), kept.back().second.end());
        }
        break;
      case 7:
        ASSERT_TRUE(list_reverse(account, *texts, &list));
        std::ranges::reverse(wanted);
        break;
      default:
        if (length > 200 || kept.size() > 20) {
          std::uint64_t part = 0;
          ASSERT_TRUE(list_slice(account, *texts, list, index / 2, index, &part));
          list_clear(account, &list);
          list = part;
          wanted = {wanted.begin() + static_cast<std::ptrdiff_t>(index / 2),
                    wanted.begin() + static_cast<std::ptrdiff_t>(index)};
        }
    }
    ASSERT_EQ(list_length(list), wanted.size());
    if (!wanted.empty()) {
      const std::uint64_t any = random() % wanted.size();
      ASSERT_EQ(text_at(list, any), wanted[any]);
    }
    if (kept.size() > 30 || step == 19'999) {
      for (auto& [old, expected] : kept) {
        ASSERT_EQ(list_length(old), expected.size());
        for (std::uint64_t i = 0; i < expected.size(); ++i) ASSERT_EQ(text_at(old, i), expected[i]);
        list_clear(account, &old);
      }
      kept.clear();
    }
  }
  list_clear(account, &list);
}

}  // namespace
}  // namespace noodle::value
