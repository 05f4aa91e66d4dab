#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "runtime/memory/memory.h"

namespace noodle::memory {
namespace {

struct World {
  World() {
    sender.types = receiver.types = &types;
    box = types.add(&box_type);
    list = types.add(&list_type);
    numbers = types.add(&numbers_type);
  }

  Object* make_box(Object* inside) {
    Object* object = allocate(sender, 16, box);
    *reinterpret_cast<Object**>(object + 1) = inside;
    return object;
  }
  Object* make_list(const std::vector<Object*>& items) {
    auto* array = reinterpret_cast<ArrayObject*>(allocate(sender, ArrayObject::bytes(items.size(), 8), list));
    array->length = array->capacity = items.size();
    std::memcpy(array->data(), items.data(), items.size() * 8);
    return &array->header;
  }
  Object* make_numbers(std::uint64_t length) {
    auto* array = reinterpret_cast<ArrayObject*>(allocate(sender, ArrayObject::bytes(length, 8), numbers));
    array->length = array->capacity = length;
    std::memset(array->data(), 0, length * 8);
    return &array->header;
  }

  TypeTable types;
  Account sender, receiver;
  const Field box_field{.offset = 8};
  const Field list_field{.offset = 0};
  const ObjectType box_type{.shape = Shape::Record, .size = 16, .fields = {&box_field, 1}};
  const ObjectType list_type{.shape = Shape::Array, .stride = 8, .fields = {&list_field, 1}};
  const ObjectType numbers_type{.shape = Shape::Array, .stride = 8, .fields = {}};
  std::uint32_t box = 0, list = 0, numbers = 0;
};

TEST(Publish, AUniqueValueMovesAndStaysLocal) {
  World w;
  Object* inner = w.make_box(nullptr);
  Object* outer = w.make_box(inner);
  ASSERT_TRUE(publish(w.sender, w.receiver, outer));
  EXPECT_EQ(load_count(outer), 1);
  EXPECT_EQ(load_count(inner), 1);
  EXPECT_EQ(w.sender.live, 0);
  EXPECT_EQ(w.sender.used, 0);
  EXPECT_EQ(w.receiver.live, 2);
  release(w.receiver, outer);
  EXPECT_EQ(w.receiver.used, 0);
}

TEST(Publish, WhatTheSenderKeepsIsSharedWithAllBelow) {
  World w;
  Object* leaf = w.make_box(nullptr);
  Object* kept = w.make_box(leaf);
  retain(kept);
  Object* sent = w.make_list({kept, w.make_box(nullptr)});
  ASSERT_TRUE(publish(w.sender, w.receiver, sent));
  EXPECT_EQ(load_count(sent), 1);
  EXPECT_EQ(load_count(kept), -2);
  EXPECT_EQ(load_count(leaf), -1);  // unique, but below something shared
  EXPECT_EQ(w.receiver.live, 4);
  release(w.receiver, sent);
  EXPECT_EQ(load_count(kept), -1);
  release(w.receiver, kept);
  EXPECT_EQ(w.receiver.live, 0);
}

TEST(Publish, SharedAndConstantPartsAreNotVisited) {
  World w;
  Object* constant = w.make_box(nullptr);
  make_immortal(w.sender, constant);
  Object* shared = w.make_box(constant);
  shared->count = -1;
  Object* sent = w.make_list({shared, constant, constant});
  ASSERT_TRUE(publish(w.sender, w.receiver, sent));
  EXPECT_EQ(load_count(shared), -1);
  EXPECT_EQ(load_count(constant), kImmortal);
  EXPECT_EQ(w.receiver.live, 1);
  release(w.sender, sent);
  free_immortal(w.types, constant);
}

TEST(Publish, AListOfScalarsIsOneStep) {
  World w;
  Object* numbers = w.make_numbers(1000);
  retain(numbers);
  ASSERT_TRUE(publish(w.sender, w.receiver, numbers));
  EXPECT_EQ(load_count(numbers), -2);
  release(w.sender, numbers);
  release(w.sender, numbers);
}

TEST(Publish, SharesDiamondsOnceAndMillionsDeep) {
  World w;
  Object* top = w.make_box(nullptr);
  for (int i = 0; i < 1'000'000; ++i) top = w.make_box(top);
  retain(top);
  Object* both = w.make_list({top, top});
  retain(top);
  ASSERT_TRUE(publish(w.sender, w.receiver, both));
  EXPECT_EQ(load_count(top), -3);
  EXPECT_EQ(w.receiver.live, 1'000'002);
  EXPECT_EQ(w.sender.live, 0);
  release(w.receiver, both);
  release(w.receiver, top);
  EXPECT_EQ(w.receiver.live, 0);
}

TEST(Publish, CountedPlacesOfAValue) {
  World w;
  Object* words[2] = {w.make_box(nullptr), w.make_box(nullptr)};
  const Field fields[2] = {{.offset = 0}, {.offset = 8}};
  retain(words[1]);
  ASSERT_TRUE(publish_fields(w.sender, w.receiver, fields, reinterpret_cast<const std::byte*>(words)));
  EXPECT_EQ(load_count(words[0]), 1);
  EXPECT_EQ(load_count(words[1]), -2);
  release(w.receiver, words[0]);
  release(w.receiver, words[1]);
  release(w.receiver, words[1]);
}

// Law 5's test. Two threads each own a list of the same shared elements and take it apart in `steps`
// steps: drop one element after the other, then the list. Every interleaving of their steps is
// played; the turn is passed by relaxed atomics, which order the steps in time but not in the memory
// model, so the thread sanitizer still sees any race.
TEST(Publish, EveryInterleavingOfTwoThreadsThatDropSharedElements) {
  constexpr int kElements = 3;
  constexpr int kSteps = kElements + 1;
  int played = 0;
  for (unsigned schedule = 0; schedule < 1u << (2 * kSteps); ++schedule) {
    if (__builtin_popcount(schedule) != kSteps) continue;
    ++played;
    World w;
    std::vector<Object*> elements;
    for (int i = 0; i < kElements; ++i) elements.push_back(w.make_box(w.make_box(nullptr)));
    for (Object* element : elements) retain(element);
    Object* lists[2] = {w.make_list(elements), w.make_list(elements)};
    Account accounts[2];
    for (Account& account : accounts) account.types = &w.types;
    ASSERT_TRUE(publish(w.sender, accounts[0], lists[0]));
    ASSERT_TRUE(publish(w.sender, accounts[1], lists[1]));
    EXPECT_EQ(load_count(lists[0]), 1);
    EXPECT_EQ(load_count(elements[0]), -2);

    std::atomic<int> turn{0};
    auto work = [&](unsigned me) {
      Object* list = lists[me];
      auto* array = reinterpret_cast<ArrayObject*>(list);
      int mine = 0;
      for (int step = 0; step < 2 * kSteps; ++step) {
        if ((schedule >> step & 1) != me) continue;
        while (turn.load(std::memory_order_relaxed) != step) std::this_thread::yield();
        if (mine < kElements) {
          array->length -= 1;
          release(accounts[me], reinterpret_cast<Object**>(array->data())[array->length]);
        } else {
          release(accounts[me], list);
        }
        ++mine;
        turn.store(step + 1, std::memory_order_relaxed);
      }
    };
    std::thread other(work, 1u);
    work(0u);
    other.join();
    EXPECT_EQ(w.sender.live + accounts[0].live + accounts[1].live, 0);
    EXPECT_EQ(w.sender.used + accounts[0].used + accounts[1].used, 0);
  }
  EXPECT_EQ(played, 70);
}

TEST(Publish, TwoThreadsRaceToDropTheirLists) {
  for (int round = 0; round < 200; ++round) {
    World w;
    std::vector<Object*> elements;
    for (int i = 0; i < 50; ++i) elements.push_back(w.make_box(w.make_box(nullptr)));
    for (Object* element : elements) retain(element);
    Object* lists[2] = {w.make_list(elements), w.make_list(elements)};
    Account accounts[2];
    for (Account& account : accounts) account.types = &w.types;
    ASSERT_TRUE(publish(w.sender, accounts[0], lists[0]));
    ASSERT_TRUE(publish(w.sender, accounts[1], lists[1]));
    std::thread other([&] { release(accounts[1], lists[1]); });
    release(accounts[0], lists[0]);
    other.join();
    EXPECT_EQ(accounts[0].live + accounts[1].live, 0);
  }
}

}  // namespace
}  // namespace noodle::memory
