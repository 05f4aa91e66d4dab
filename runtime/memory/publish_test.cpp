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
    tensor = types.add(&tensor_type);
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

  Object* make_tensor(Object* owner) {
    auto* made = reinterpret_cast<TensorObject*>(allocate(sender, sizeof(TensorObject), tensor));
    made->owner = owner;
    made->bytes = sizeof *made;
    return &made->header;
  }

  // Passes an object from task to task; what the two hold together is common for no longer than that.
  bool send(Object* object, Account& to) {
    const auto moved = publish(sender, object);
    if (!moved) return false;
    sender.put_down(*moved);
    to.take_up(*moved);
    return true;
  }
  bool send(Object* object) { return send(object, receiver); }
  std::int64_t live() const { return sender.live + receiver.live; }
  std::int64_t used() const { return sender.used + receiver.used; }
  std::int64_t common() const { return sender.common + receiver.common; }

  TypeTable types;
  Account sender, receiver;
  const Field box_field{.offset = 8};
  const Field list_field{.offset = 0};
  const ObjectType box_type{.shape = Shape::Record, .size = 16, .fields = {&box_field, 1}};
  const ObjectType list_type{.shape = Shape::Array, .stride = 8, .fields = {&list_field, 1}};
  const ObjectType numbers_type{.shape = Shape::Array, .stride = 8, .fields = {}};
  const ObjectType tensor_type{.shape = Shape::Tensor, .fields = {&kTensorOwner, 1}};
  std::uint32_t box = 0, list = 0, numbers = 0, tensor = 0;
};

TEST(Publish, AUniqueValueMovesAndStaysLocal) {
  World w;
  Object* inner = w.make_box(nullptr);
  Object* outer = w.make_box(inner);
  ASSERT_TRUE(w.send(outer));
  EXPECT_EQ(load_count(outer), 1);
  EXPECT_EQ(load_count(inner), 1);
  EXPECT_EQ(w.sender.own(), 0);
  EXPECT_EQ(w.receiver.own(), 32);
  EXPECT_EQ(w.common(), 0);
  release(w.receiver, outer);
  EXPECT_EQ(w.receiver.own(), 0);
  EXPECT_EQ(w.used(), 0);
}

TEST(Publish, WhatTheSenderKeepsIsSharedWithAllBelow) {
  World w;
  Object* leaf = w.make_box(nullptr);
  Object* kept = w.make_box(leaf);
  retain(kept);
  Object* sent = w.make_list({kept, w.make_box(nullptr)});
  ASSERT_TRUE(w.send(sent));
  EXPECT_EQ(load_count(sent), 1);
  EXPECT_EQ(load_count(kept), -2);
  EXPECT_EQ(load_count(leaf), -1);  // unique, but below something shared
  EXPECT_EQ(w.sender.own(), 0);
  EXPECT_EQ(w.receiver.own(), 48 + 16);  // the list and the box that moved with it
  EXPECT_EQ(w.common(), 32);
  release(w.receiver, sent);
  EXPECT_EQ(load_count(kept), -1);
  EXPECT_EQ(w.receiver.own(), 0);
  EXPECT_EQ(w.common(), 32);
  // Whoever has the last reference may make it its own again, and is charged for it alone.
  EXPECT_TRUE(make_unique_local(w.receiver, kept));
  EXPECT_EQ(w.receiver.own(), 16);
  EXPECT_EQ(w.common(), 16);
  release(w.receiver, kept);
  EXPECT_EQ(w.live(), 0);
  EXPECT_EQ(w.used(), 0);
  EXPECT_EQ(w.common(), 0);
}

TEST(Publish, SharedAndConstantPartsAreNotVisited) {
  World w;
  Object* constant = w.make_box(nullptr);
  make_immortal(w.sender, constant);
  Object* shared = w.make_box(constant);
  shared->count = -1;
  Object* sent = w.make_list({shared, constant, constant});
  ASSERT_TRUE(w.send(sent));
  EXPECT_EQ(load_count(shared), -1);
  EXPECT_EQ(load_count(constant), kImmortal);
  EXPECT_EQ(w.receiver.own(), 48);
  shared->count = 1;  // it was never put down
  release(w.receiver, sent);
  EXPECT_EQ(w.used(), 0);
  free_immortal(w.types, constant);
}

TEST(Publish, WhoHasAViewsElementsMovesWithItOrIsShared) {
  World w;
  Object* moved = w.make_tensor(nullptr);
  Object* view = w.make_tensor(moved);
  ASSERT_TRUE(w.send(view));
  EXPECT_EQ(load_count(moved), 1);
  EXPECT_EQ(w.receiver.own(), 96);
  release(w.receiver, view);
  EXPECT_EQ(w.used(), 0);

  Object* kept = w.make_tensor(nullptr);
  retain(kept);
  view = w.make_tensor(kept);
  ASSERT_TRUE(w.send(view));
  EXPECT_EQ(load_count(view), 1);
  EXPECT_EQ(load_count(kept), -2);
  EXPECT_EQ(w.common(), 48);
  release(w.receiver, view);
  EXPECT_EQ(load_count(kept), -1);
  release(w.sender, kept);
  EXPECT_EQ(w.live(), 0);
  EXPECT_EQ(w.used(), 0);
}

TEST(Publish, AListOfScalarsIsOneStep) {
  World w;
  Object* numbers = w.make_numbers(1000);
  retain(numbers);
  ASSERT_TRUE(w.send(numbers));
  EXPECT_EQ(load_count(numbers), -2);
  EXPECT_EQ(w.sender.own(), 0);
  EXPECT_EQ(w.common(), 8032);
  release(w.sender, numbers);
  release(w.receiver, numbers);
  EXPECT_EQ(w.sender.own() + w.receiver.own(), 0);
  EXPECT_EQ(w.common(), 0);
}

TEST(Publish, SharesDiamondsOnceAndMillionsDeep) {
  World w;
  Object* top = w.make_box(nullptr);
  for (int i = 0; i < 1'000'000; ++i) top = w.make_box(top);
  retain(top);
  Object* both = w.make_list({top, top});
  retain(top);
  ASSERT_TRUE(w.send(both));
  EXPECT_EQ(load_count(top), -3);
  EXPECT_EQ(w.sender.own(), 0);
  EXPECT_EQ(w.receiver.own(), 48);
  EXPECT_EQ(w.common(), 16'000'016);
  release(w.receiver, both);
  release(w.receiver, top);
  EXPECT_EQ(w.live(), 0);
  EXPECT_EQ(w.common(), 0);
}

TEST(Publish, CountedPlacesOfAValue) {
  World w;
  Object* words[2] = {w.make_box(nullptr), w.make_box(nullptr)};
  const Field fields[2] = {{.offset = 0}, {.offset = 8}};
  retain(words[1]);
  const auto moved = publish_fields(w.sender, fields, reinterpret_cast<const std::byte*>(words));
  ASSERT_EQ(moved, 16);
  EXPECT_EQ(w.sender.own(), 16);  // until it puts it down
  EXPECT_EQ(w.sender.common, 16);
  EXPECT_EQ(load_count(words[0]), 1);
  EXPECT_EQ(load_count(words[1]), -2);
  release(w.sender, words[0]);
  release(w.sender, words[1]);
  release(w.sender, words[1]);
  EXPECT_EQ(w.sender.own(), 0);
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
    ASSERT_TRUE(w.send(lists[0], accounts[0]));
    ASSERT_TRUE(w.send(lists[1], accounts[1]));
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
    for (const Account* account : {&w.sender, &accounts[0], &accounts[1]}) EXPECT_EQ(account->own(), 0);
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
    ASSERT_TRUE(w.send(lists[0], accounts[0]));
    ASSERT_TRUE(w.send(lists[1], accounts[1]));
    std::thread other([&] { release(accounts[1], lists[1]); });
    release(accounts[0], lists[0]);
    other.join();
    EXPECT_EQ(w.sender.live + accounts[0].live + accounts[1].live, 0);
    EXPECT_EQ(accounts[0].own() + accounts[1].own() + w.sender.own(), 0);
  }
}

}  // namespace
}  // namespace noodle::memory
