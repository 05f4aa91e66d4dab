// Philox against its authors' known answers, and all generations of processors that this machine has against one
// another.

#include "runtime/tensor/random_loops.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "runtime/tensor/testing/levels.h"

namespace noodle::tensor {

namespace {

std::vector<RandomLoops> all_loops() { return levels(random_loops_v2, random_loops_v3, random_loops_v4); }

TEST(RandomLoops, GivesTheKnownAnswers) {
  struct Known {
    std::uint64_t key, stream, block;
    std::array<std::uint32_t, 4> words;
  };
  const Known known[] = {
      {.key = 0, .stream = 0, .block = 0, .words = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {.key = ~0ULL, .stream = ~0ULL, .block = ~0ULL, .words = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {.key = 0x299f31d0a4093822,
       .stream = 0x0370734413198a2e,
       .block = 0x85a308d3243f6a88,
       .words = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};
  for (const RandomLoops& loops : all_loops()) {
    for (const Known& one : known) {
      std::array<std::uint32_t, 4 * kBlocksAtOnce> words{};
      loops.words(one.key, one.stream, one.block, words.data(), 1);
      EXPECT_EQ(std::memcmp(words.data(), one.words.data(), sizeof one.words), 0);
    }
  }
}

template <typename Word, typename Float>
std::vector<Float> draws(const RandomLoops& loops, const FloatDraws<Word, Float>& of) {
  constexpr std::int64_t kBlocks = 4096, kCount = kBlocks * 16 / sizeof(Word);
  std::vector<Word> words(kCount);
  loops.words(7, 11, 0, words.data(), kBlocks);
  words[0] = 0;
  words[2] = words[4] = static_cast<Word>(-1);
  words[3] = 0;
  std::vector<Float> numbers(3 * kCount);
  of.uniform(words.data(), numbers.data(), kCount, sizeof(Word) == 4 ? 8 : 11);
  of.normal(words.data(), numbers.data() + kCount, kCount);
  of.exponential(words.data(), numbers.data() + 2 * kCount, kCount);
  return numbers;
}

TEST(RandomLoops, AreTheSameOnEveryProcessor) {
  const auto all = all_loops();
  const auto floats = draws(all[0], all[0].f32);
  const auto doubles = draws(all[0], all[0].f64);
  for (const RandomLoops& loops : all) {
    const auto other_floats = draws(loops, loops.f32);
    const auto other_doubles = draws(loops, loops.f64);
    EXPECT_EQ(std::memcmp(floats.data(), other_floats.data(), floats.size() * sizeof(float)), 0);
    EXPECT_EQ(std::memcmp(doubles.data(), other_doubles.data(), doubles.size() * sizeof(double)), 0);
  }
}

}  // namespace

}  // namespace noodle::tensor
