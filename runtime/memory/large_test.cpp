#include "runtime/memory/large.h"

#include <sys/mman.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace noodle::memory {
namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

bool is_mapped(void* at) {
  unsigned char resident = 0;
  return mincore(at, 4096, &resident) == 0;
}

// How many of the process's mappings a block lies in.
std::size_t mappings_of(const void* at) {
  const auto begin = reinterpret_cast<unsigned long>(at), end = begin + large_size(at);
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0, to = 0;
    std::sscanf(line.c_str(), "%lx-%lx", &from, &to);
    if (from < end && to > begin) ++count;
  }
  return count;
}

TEST(Large, WhatIsFreedIsTheNextOfAboutThatSize) {
  void* first = large_allocate(10 * kMegabyte);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % kLargeAlignment, 0u);
  EXPECT_GE(large_size(first), 10 * kMegabyte);
  EXPECT_TRUE(large_free(first));
  EXPECT_EQ(large_size(first), 0u);
  void* second = large_allocate(10 * kMegabyte - 100);
  EXPECT_EQ(second, first);
  void* third = large_allocate(10 * kMegabyte);
  EXPECT_NE(third, first);
  large_free(second);
  large_free(third);
}

TEST(Large, OtherAddressesAreLeftAlone) {
  alignas(64) std::array<char, 64> mine{};
  EXPECT_EQ(large_size(mine.data()), 0u);
  EXPECT_FALSE(large_free(mine.data()));
  EXPECT_FALSE(large_free(nullptr));
  auto* block = static_cast<std::byte*>(large_allocate(8 * kMegabyte));
  EXPECT_FALSE(large_free(block + kLargeAlignment));
  EXPECT_TRUE(large_free(block));
  EXPECT_FALSE(large_free(block));
}

TEST(Large, GrowsWithItsContents) {
  auto* at = static_cast<std::uint32_t*>(large_allocate(kLarge));
  std::size_t count = kLarge / 4;
  for (std::size_t i = 0; i < count; ++i) at[i] = static_cast<std::uint32_t>(i * 7);
  for (int turn = 0; turn < 6; ++turn) {
    at = static_cast<std::uint32_t*>(large_grow(at, count * 4 + count));
    ASSERT_NE(at, nullptr);
    ASSERT_GE(large_size(at), count * 5);
    ASSERT_EQ(mappings_of(at), 1u) << "older systems move no more at once";
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(at[i], static_cast<std::uint32_t>(i * 7));
    for (std::size_t i = count; i < count + count / 4; ++i) at[i] = static_cast<std::uint32_t>(i * 7);
    count += count / 4;
  }
  EXPECT_EQ(large_grow(at, count), at) << "which fits already";
  EXPECT_TRUE(large_free(at));
}

TEST(Large, TheOldestGoWhenTooMuchIsKept) {
  constexpr std::size_t kSize = 96 * kMegabyte;
  std::vector<void*> blocks;
  for (int i = 0; i < 4; ++i) blocks.push_back(large_allocate(kSize));
  for (void* block : blocks) EXPECT_TRUE(large_free(block));
  static_assert(2 * kSize <= kMostKept && 3 * kSize > kMostKept);
  EXPECT_FALSE(is_mapped(blocks[0]));
  EXPECT_FALSE(is_mapped(blocks[1]));
  EXPECT_TRUE(is_mapped(blocks[2]));
  EXPECT_TRUE(is_mapped(blocks[3]));
  void* huge = large_allocate(2 * kMostKept);
  EXPECT_TRUE(large_free(huge));
  EXPECT_FALSE(is_mapped(huge));
  EXPECT_TRUE(is_mapped(blocks[3]));
}

TEST(Large, MoreThanThereIsGivesNull) {
  constexpr std::size_t kTooMuch = std::size_t{1} << 50;
  EXPECT_EQ(large_allocate(kTooMuch), nullptr);
  void* at = large_allocate(kLarge);
  static_cast<char*>(at)[0] = 'x';
  EXPECT_EQ(large_grow(at, kTooMuch), nullptr);
  EXPECT_EQ(static_cast<char*>(at)[0], 'x');
  EXPECT_TRUE(large_free(at));
}

TEST(Large, ThreadsGetDifferentBlocks) {
  std::vector<std::thread> threads;
  for (std::uint64_t number = 1; number <= 4; ++number) {
    threads.emplace_back([number] {
      for (int turn = 0; turn < 300; ++turn) {
        const std::size_t size = kLarge * (1 + static_cast<std::size_t>(turn) % 3);
        auto* at = static_cast<std::uint64_t*>(large_allocate(size));
        at[0] = at[size / 8 - 1] = number;
        at = static_cast<std::uint64_t*>(large_grow(at, size * 2));
        ASSERT_EQ(at[0], number);
        ASSERT_EQ(at[size / 8 - 1], number);
        ASSERT_TRUE(large_free(at));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace noodle::memory
