// The memory of native executables, which this program is linked with in place of allocate.cpp.

#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/memory/allocate.h"

namespace noodle::memory {
namespace {

std::byte* allocate(std::size_t size) { return static_cast<std::byte*>(raw_allocate(size)); }

TEST(OwnMemory, BlocksAreAlignedAndApart) {
  std::vector<std::pair<std::byte*, std::size_t>> blocks;
  for (std::size_t size = 0; size < 3000; size += 7) {
    for (int i = 0; i < 20; ++i) {
      std::byte* at = allocate(size);
      ASSERT_NE(at, nullptr);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % 16, 0u);
      std::memset(at, static_cast<int>(blocks.size() % 251), size);
      blocks.emplace_back(at, size);
    }
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (std::size_t byte = 0; byte < blocks[i].second; ++byte) {
      ASSERT_EQ(blocks[i].first[byte], static_cast<std::byte>(i % 251)) << blocks[i].second;
    }
    raw_free(blocks[i].first);
  }
}

TEST(OwnMemory, NullIsFreed) { raw_free(nullptr); }

TEST(OwnMemory, WhatIsFreedIsUsedAgain) {
  std::set<void*> places;
  for (int turn = 0; turn < 100'000; ++turn) {
    void* at = raw_allocate(48);
    places.insert(at);
    raw_free(at);
  }
  EXPECT_EQ(places.size(), 1u);
}

TEST(OwnMemory, ReallocatingKeepsContents) {
  std::byte* at = nullptr;
  std::size_t has = 0;
  for (const std::size_t size : {1, 16, 17, 500, 1024, 1025, 100'000, 3'000'000, 900, 1000, 40}) {
    at = static_cast<std::byte*>(raw_reallocate(at, size));
    ASSERT_NE(at, nullptr);
    for (std::size_t i = 0; i < std::min(has, size); ++i) ASSERT_EQ(at[i], static_cast<std::byte>(i % 253)) << size;
    for (std::size_t i = 0; i < size; ++i) at[i] = static_cast<std::byte>(i % 253);
    has = size;
  }
  raw_free(at);
}

// One thread allocates and another frees, round after round: the blocks come back.
TEST(OwnMemory, BlocksWanderBetweenThreads) {
  std::set<void*> places;
  for (int round = 0; round < 200; ++round) {
    std::vector<void*> blocks;
    std::thread maker([&] {
      for (int i = 0; i < 2000; ++i) blocks.push_back(raw_allocate(64));
    });
    maker.join();
    places.insert(blocks.begin(), blocks.end());
    std::thread([&] {
      for (void* block : blocks) raw_free(block);
    }).join();
  }
  EXPECT_LT(places.size(), 3 * 2000u);
}

TEST(OwnMemory, ManyThreadsAtOnceGetDifferentBlocks) {
  std::vector<std::thread> threads;
  for (std::uint64_t number = 1; number <= 8; ++number) {
    threads.emplace_back([number] {
      std::vector<std::uint64_t*> blocks;
      for (int turn = 0; turn < 20'000; ++turn) {
        auto* block = static_cast<std::uint64_t*>(raw_allocate(16 + 16 * (turn % 5)));
        block[0] = block[1] = number;
        blocks.push_back(block);
        if (turn % 3 == 0) {
          ASSERT_EQ(blocks[blocks.size() / 2][1], number);
          raw_free(blocks[blocks.size() / 2]);
          blocks[blocks.size() / 2] = blocks.back();
          blocks.pop_back();
        }
      }
      for (std::uint64_t* block : blocks) {
        ASSERT_EQ(block[0], number);
        raw_free(block);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace noodle::memory
