// Lists at the end of memory: what fails changes nothing.

#include "runtime/value/list.h"
#include "runtime/value/value_fixture.h"

namespace noodle::value {
namespace {

class ListMemoryTest : public ValueTest {
 protected:
  ListMemoryTest() {
    const nbc::TypeId of_ints = table.list(nbc::kI64), of_texts = table.list(nbc::kString);
    build();
    ints = &info(of_ints);
    texts = &info(of_texts);
  }
  const TypeInfo *ints, *texts;
};

TEST_F(ListMemoryTest, NothingIsMadeBeyondTheLimit) {
  leave_room_for(100);
  std::uint64_t list = 42, n = 7;
  EXPECT_FALSE(list_make(account, *ints, 10, &list));
  EXPECT_FALSE(list_filled(account, *ints, 10, &n, &list));
  EXPECT_EQ(list, 42u);
  EXPECT_EQ(account.used, 0);
}

TEST_F(ListMemoryTest, LengthsThatWouldOverflowAreRefused) {
  std::uint64_t list = 42, n = 7;
  for (std::uint64_t count : {Account::kLargest, SIZE_MAX / 8, SIZE_MAX / 8 + 1, SIZE_MAX}) {
    EXPECT_FALSE(list_make(account, *ints, count, &list));
    EXPECT_FALSE(list_filled(account, *ints, count, &n, &list));
    EXPECT_EQ(list, 42u);
  }
  list = 0;
  ASSERT_TRUE(list_push(account, *ints, &list, &n));
  EXPECT_FALSE(list_reserve(account, *ints, &list, SIZE_MAX));
  EXPECT_EQ(list_length(list), 1u);
  list_clear(account, &list);
}

TEST_F(ListMemoryTest, AFullListThatCannotGrowStaysAsItWas) {
  std::uint64_t list = 0;
  ASSERT_TRUE(list_make(account, *ints, 5, &list));
  for (std::uint64_t i = 0; i < 5; ++i) ASSERT_TRUE(list_push(account, *ints, &list, &i));
  const std::uint64_t address = list;
  const std::int64_t used = account.used;
  std::uint64_t n = 5;
  leave_room_for(0);
  EXPECT_FALSE(list_push(account, *ints, &list, &n));
  EXPECT_FALSE(list_insert(account, *ints, &list, 0, &n));
  EXPECT_FALSE(list_append(account, *ints, &list, list));
  EXPECT_FALSE(list_reserve(account, *ints, &list, 6));
  EXPECT_EQ(list, address);
  EXPECT_EQ(list_length(list), 5u);
  EXPECT_EQ(account.used, used);
  ASSERT_TRUE(list_remove(account, *ints, &list, 0, &n));
  EXPECT_TRUE(list_push(account, *ints, &list, &n));  // there is room again
  list_clear(account, &list);
}

TEST_F(ListMemoryTest, WhenRoomToGrowIsTooMuchJustEnoughIsTaken) {
  std::uint64_t n = 5, list = 0;
  ASSERT_TRUE(list_filled(account, *ints, 1000, &n, &list));
  leave_room_for(16);
  ASSERT_TRUE(list_push(account, *ints, &list, &n));
  EXPECT_EQ(list_at(list)->capacity, 1001u);
  list_clear(account, &list);
}

TEST_F(ListMemoryTest, ASharedListThatCannotBeCopiedStaysShared) {
  const Text words = text("an element that is counted");
  std::uint64_t list = list_of(*texts, {slots_of(words), {0, 0}});
  std::uint64_t kept = list;
  memory::retain(object_in(kept));
  Text out{5, 6};
  leave_room_for(32);
  EXPECT_FALSE(list_make_unique(account, *texts, &list));
  EXPECT_FALSE(list_push(account, *texts, &list, out.data()));
  EXPECT_FALSE(list_insert(account, *texts, &list, 0, out.data()));
  EXPECT_FALSE(list_remove(account, *texts, &list, 0, out.data()));
  EXPECT_FALSE(list_swap(account, *texts, &list, 0, 1));
  EXPECT_FALSE(list_reverse(account, *texts, &list));
  std::uint64_t part = 42;
  EXPECT_FALSE(list_slice(account, *texts, list, 0, 1, &part));
  EXPECT_EQ(part, 42u);
  EXPECT_EQ(out, (Text{5, 6}));
  EXPECT_EQ(list, kept);
  EXPECT_EQ(memory::load_count(object_in(list)), 2);
  EXPECT_EQ(memory::load_count(object_in(words[0])), 1);
  list_clear(account, &list);
  list_clear(account, &kept);
}

TEST_F(ListMemoryTest, ASharedListIsCopiedWithJustEnoughWhenMoreIsTooMuch) {
  std::uint64_t n = 5, list = 0;
  ASSERT_TRUE(list_filled(account, *ints, 1000, &n, &list));
  std::uint64_t kept = list;
  memory::retain(object_in(kept));
  leave_room_for(8100);  // 1001 elements, not 1500
  ASSERT_TRUE(list_push(account, *ints, &list, &n));
  EXPECT_EQ(list_at(list)->capacity, 1001u);
  EXPECT_EQ(list_length(kept), 1000u);
  list_clear(account, &list);
  list_clear(account, &kept);
}

TEST_F(ListMemoryTest, EveryLimitLeavesAWholeList) {
  for (std::int64_t room = 0; room < 2000; room += 16) {
    leave_room_for(room);
    std::uint64_t list = 0, count = 0;
    while (list_push(account, *ints, &list, &count)) ++count;
    EXPECT_EQ(list_length(list), count);
    EXPECT_LE(account.used, room);
    for (std::uint64_t i = 0; i < count; ++i) {
      ASSERT_EQ(*reinterpret_cast<std::uint64_t*>(list_element(*ints, list, i)), i);
    }
    list_clear(account, &list);
    lift_limit();
  }
}

}  // namespace
}  // namespace noodle::value
