#include "runtime/simulate/choices.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "runtime/simulate/shrink.h"

namespace noodle::simulate {
namespace {

using Places = std::vector<std::uint64_t>;

Places places_of(const Choices& choices) {
  Places places;
  for (const Happened& twist : choices.happened()) places.push_back(twist.place);
  return places;
}

// A thousand choices; gives the outcomes.
std::vector<std::uint32_t> play(Choices& choices) {
  std::vector<std::uint32_t> outcomes;
  for (int i = 0; i < 1'000; ++i) outcomes.push_back(choices.choose(i % 2 == 0 ? Twist::Turn : Twist::Preempt, 5));
  return outcomes;
}

TEST(Choices, TheSameSeedChoosesTheSame) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Choices a(seed, kAllTwists), b(seed, kAllTwists);
    EXPECT_EQ(play(a), play(b));
    EXPECT_EQ(a.trace(), b.trace());
    EXPECT_EQ(a.draw(), b.draw());
  }
}

TEST(Choices, SeedsDifferMuch) {
  std::set<std::uint64_t> traces;
  std::set<std::size_t> wildness;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Choices choices(seed, kAllTwists);
    play(choices);
    traces.insert(choices.trace());
    wildness.insert(choices.happened().size());
  }
  EXPECT_GT(traces.size(), 150u);  // the calm ones are alike
  EXPECT_TRUE(wildness.contains(0));
  EXPECT_GT(*wildness.rbegin(), 400u);
}

TEST(Choices, OnlyAllowedTwistsHappen) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Choices choices(seed, bit(Twist::Preempt));
    play(choices);
    for (const Happened& twist : choices.happened()) EXPECT_EQ(twist.kind, Twist::Preempt);
  }
}

TEST(Choices, KeptTwistsHappenAlone) {
  Choices all(7, kSchedule);
  const auto outcomes = play(all);
  const Places places = places_of(all);
  ASSERT_GT(places.size(), 3u);
  const Places kept{places[1], places[2]};
  Choices some(7, kSchedule, kept);
  const auto again = play(some);
  EXPECT_EQ(places_of(some), kept);
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i], std::ranges::count(kept, i) != 0 ? outcomes[i] : 0u);
  }
}

TEST(Choices, AChoiceOfOneIsNone) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Choices choices(seed, kAllTwists);
    EXPECT_EQ(choices.choose(Twist::Turn, 1), 0u);
    EXPECT_TRUE(choices.happened().empty());
  }
}

TEST(Choices, WhatIsNotedChangesTheTrace) {
  Choices a(1, 0), b(1, 0), c(1, 0);
  a.note("one");
  b.note("two");
  EXPECT_NE(a.trace(), b.trace());
  EXPECT_NE(a.trace(), c.trace());
}

TEST(Shrink, FindsWhatAFailureNeeds) {
  Places all;
  for (std::uint64_t i = 0; i < 1'000; ++i) all.push_back(i * 3);
  const auto fails = [](const Places& places) {
    return std::ranges::count(places, 30u) != 0 && std::ranges::count(places, 2'700u) != 0;
  };
  unsigned runs = 500;
  EXPECT_EQ(shrink(all, fails, runs), (Places{30, 2'700}));
  EXPECT_GT(runs, 300u);
}

TEST(Shrink, AFailureThatNeedsNothingNeedsNothing) {
  unsigned runs = 10;
  EXPECT_TRUE(shrink({1, 2, 3}, [](const Places&) { return true; }, runs).empty());
  EXPECT_EQ(runs, 9u);
}

TEST(Shrink, StopsWhenTheRunsAreUsedUp) {
  Places all;
  for (std::uint64_t i = 0; i < 100; ++i) all.push_back(i);
  unsigned runs = 3;
  const Places left = shrink(all, [](const Places& places) { return places.size() >= 50; }, runs);
  EXPECT_EQ(runs, 0u);
  EXPECT_GE(left.size(), 50u);
}

TEST(Shrink, OneThatDependsOnAllKeepsAll) {
  const Places all{1, 2, 3, 4, 5};
  unsigned runs = 500;
  EXPECT_EQ(shrink(all, [&](const Places& places) { return places == all; }, runs), all);
}

}  // namespace
}  // namespace noodle::simulate
