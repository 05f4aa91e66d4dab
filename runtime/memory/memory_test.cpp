#include "runtime/memory/memory.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <span>

#ifndef NOODLE_SANITIZED
#include <mimalloc.h>
#endif

namespace noodle::memory {
namespace {

// A box of one reference, as `Node { next: Node? }` would be: the deepest thing there is.
class MemoryTest : public testing::Test {
 protected:
  MemoryTest() {
    account.types = &types;
    box = types.add(&box_type);
    list = types.add(&list_type);
    tree = types.add(&tree_type);
  }
  ~MemoryTest() override {
    EXPECT_EQ(account.live, 0);
    EXPECT_EQ(account.used, 0);
  }

  Object* make_box(Object* inside) {
    Object* object = allocate(account, 16, box);
    *reinterpret_cast<Object**>(object + 1) = inside;
    return object;
  }
  Object* make_list(std::uint64_t length) {
    Object* object = allocate(account, ArrayObject::bytes(length, 8), list);
    auto* array = reinterpret_cast<ArrayObject*>(object);
    array->length = array->capacity = length;
    std::memset(array->data(), 0, length * 8);
    return object;
  }
  static Object*& element(Object* object, std::uint64_t i) {
    return reinterpret_cast<Object**>(reinterpret_cast<ArrayObject*>(object)->data())[i];
  }

  TypeTable types;
  Account account;
  const Field box_field{.offset = 8};
  const Field list_field{.offset = 0};
  const ObjectType box_type{.shape = Shape::Record, .size = 16, .fields = {&box_field, 1}};
  const ObjectType list_type{.shape = Shape::Array, .stride = 8, .fields = {&list_field, 1}};
  // enum { Leaf, Text(String), Node(Box, Int) } in a box: tag, then two payload words.
  const Field text_field{.kind = Field::Kind::String, .offset = 8};
  const Field node_field{.kind = Field::Kind::Object, .offset = 8};
  const FieldMap variants[3] = {{}, {&text_field, 1}, {&node_field, 1}};
  const EnumFields enum_fields{.variants = variants};
  const Field tree_field{.kind = Field::Kind::Enum, .offset = 8, .variants = &enum_fields};
  const ObjectType tree_type{.shape = Shape::Record, .size = 32, .fields = {&tree_field, 1}};
  std::uint32_t box = 0, list = 0, tree = 0;
};

TEST_F(MemoryTest, CountsUpAndDown) {
  Object* object = make_box(nullptr);
  EXPECT_TRUE(make_unique_local(account, object));
  retain(object);
  EXPECT_EQ(load_count(object), 2);
  EXPECT_FALSE(make_unique_local(account, object));
  release(account, object);
  EXPECT_EQ(account.live, 1);
  EXPECT_EQ(account.used, 16);
  release(account, object);
}

TEST_F(MemoryTest, FreesTenMillionNestedBoxesWithoutStack) {
  Object* top = nullptr;
  for (int i = 0; i < 10'000'000; ++i) top = make_box(top);
  EXPECT_EQ(account.live, 10'000'000);
  release(account, top);
}

TEST_F(MemoryTest, FreesAWideList) {
  Object* wide = make_list(100'000);
  for (int i = 0; i < 100'000; ++i) element(wide, i) = make_box(make_box(nullptr));
  Object* kept = element(wide, 7);
  retain(kept);
  release(account, wide);
  EXPECT_EQ(account.live, 2);
  release(account, kept);
}

TEST_F(MemoryTest, FreesOnlyWhatTheVariantHolds) {
  auto make = [&](std::uint64_t tag, std::uint64_t first, std::uint64_t second) {
    Object* object = allocate(account, 32, tree);
    auto* words = reinterpret_cast<std::uint64_t*>(object + 1);
    words[0] = tag;
    words[1] = first;
    words[2] = second;
    return object;
  };
  release(account, make(0, 0xDEAD, 0xBEEF));                                          // Leaf
  release(account, make(2, reinterpret_cast<std::uint64_t>(make_box(nullptr)), 42));  // Node
  auto* text = reinterpret_cast<TextObject*>(allocate(account, TextObject::bytes(32), TypeTable::kText));
  text->capacity = 32;
  text->facts = 0;
  release(account, make(1, reinterpret_cast<std::uint64_t>(text), kHeapText | 20));  // Text, heap
  release(account, make(1, 0x6968, std::uint64_t{2} << 56));                         // Text, inline
  release(account, make(99, 0xDEAD, 0));                                             // no such variant: nothing to free
}

TEST_F(MemoryTest, LimitRefusesAndCreditsReturn) {
  account.limit = 100;
  Object* first = make_box(nullptr);
  EXPECT_EQ(allocate(account, 96, box), nullptr);
  EXPECT_EQ(account.used, 16);
  Object* second = allocate(account, 16, box);
  ASSERT_NE(second, nullptr);
  *reinterpret_cast<Object**>(second + 1) = nullptr;
  release(account, first);
  release(account, second);
  EXPECT_EQ(allocate(account, ~std::size_t{0}, box), nullptr);
}

TEST_F(MemoryTest, ImmortalObjectsAreNeverCounted) {
  Object* object = make_box(nullptr);
  make_immortal(account, object);
  EXPECT_EQ(account.live, 0);
  retain(object);
  release(account, object);
  release(account, object);
  EXPECT_EQ(load_count(object), kImmortal);
  EXPECT_FALSE(make_unique_local(account, object));
  free_immortal(types, object);
}

TEST_F(MemoryTest, LocalCountSticksAtItsLimit) {
  Object* object = make_box(nullptr);
  object->count = INT32_MAX;
  retain(object);
  EXPECT_EQ(load_count(object), INT32_MIN);
  retain(object);
  release(account, object);
  EXPECT_EQ(load_count(object), INT32_MIN);
  object->count = 1;
  release(account, object);
}

TEST_F(MemoryTest, SharedCountSticksAtItsLimit) {
  Object* object = make_box(nullptr);
  object->count = kStickyRelease + 1;
  retain(object);
  EXPECT_EQ(load_count(object), kStickyRelease);
  release(account, object);  // too late: it is sticky
  EXPECT_EQ(load_count(object), kStickyRelease);
  object->count = kStickyRetain;
  retain(object);
  EXPECT_EQ(load_count(object), kStickyRetain);
  object->count = -1;
  release(account, object);
}

TEST_F(MemoryTest, SharedObjectWithOneReferenceBecomesLocalAgain) {
  Object* object = make_box(nullptr);
  object->count = -2;
  EXPECT_FALSE(make_unique_local(account, object));
  release(account, object);
  EXPECT_TRUE(make_unique_local(account, object));
  EXPECT_EQ(load_count(object), 1);
  release(account, object);
}

TEST_F(MemoryTest, TypesAreNumberedInOrder) {
  EXPECT_EQ(types.size(), tree + 1);
  EXPECT_EQ(types[box].size, 16u);
  EXPECT_EQ(types[TypeTable::kText].shape, Shape::Text);
}

#ifndef NOODLE_SANITIZED
TEST(Allocate, LeavesTheHostsMallocAlone) {
  void* theirs = std::malloc(64);
  auto* thing = new int(1);
  void* ours = raw_allocate(64);
  EXPECT_FALSE(mi_is_in_heap_region(theirs));
  EXPECT_FALSE(mi_is_in_heap_region(thing));
  EXPECT_TRUE(mi_is_in_heap_region(ours));
  std::free(theirs);
  delete thing;
  raw_free(ours);
}
#endif

TEST(Allocate, Reallocates) {
  auto* bytes = static_cast<char*>(raw_allocate(8));
  std::memcpy(bytes, "noodles", 8);
  bytes = static_cast<char*>(raw_reallocate(bytes, 1000));
  EXPECT_STREQ(bytes, "noodles");
  raw_free(bytes);
  raw_free(nullptr);
}

/// Bytes that tell where they stand.
void fill(std::span<unsigned char> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(i * 31 + i / 4096);
}
bool is_filled(std::span<const unsigned char> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != static_cast<unsigned char>(i * 31 + i / 4096)) return false;
  }
  return true;
}

TEST(Allocate, KeepsItsBytesWhileItGrowsAndShrinks) {
  std::size_t had = 10;
  auto* at = static_cast<unsigned char*>(raw_allocate(had));
  fill({at, had});
  for (const std::size_t size : {std::size_t{3} << 20, (std::size_t{4} << 20) - 1, std::size_t{4} << 20,
                                 (std::size_t{9} << 20) + 5, std::size_t{5} << 20, std::size_t{100}}) {
    at = static_cast<unsigned char*>(raw_reallocate(at, size));
    ASSERT_NE(at, nullptr);
    EXPECT_TRUE(is_filled({at, std::min(had, size)})) << size;
    had = size;
    fill({at, had});
  }
  raw_free(at);
  auto* from_nothing = static_cast<unsigned char*>(raw_reallocate(nullptr, std::size_t{6} << 20));
  ASSERT_NE(from_nothing, nullptr);
  raw_free(from_nothing);
}

}  // namespace
}  // namespace noodle::memory
