// The wheel against a sorted list of moments.

#include "runtime/task/timers.h"

#include <deque>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace noodle::task {
namespace {

constexpr std::int64_t kTick = 1 << 16;

TEST(Timers, FireWhenDueAndNeverBefore) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    std::int64_t now = static_cast<std::int64_t>(random() % 1'000'000'000'000);
    Timers wheel(now);
    std::deque<Timer> timers;
    std::multimap<std::int64_t, Timer*> pending;
    for (int step = 0; step < 500; ++step) {
      switch (random() % 4) {
        case 0:
        case 1: {
          const auto shift = random() % 40 + 1;
          Timer& timer = timers.emplace_back();
          timer.at = now + static_cast<std::int64_t>(random() >> (63 - shift)) - 1000;
          wheel.add(timer);
          pending.emplace(timer.at, &timer);
          break;
        }
        case 2: {
          if (pending.empty()) break;
          auto it = pending.begin();
          std::advance(it, static_cast<long>(random() % pending.size()));
          ASSERT_TRUE(wheel.remove(*it->second));
          ASSERT_FALSE(wheel.remove(*it->second));
          pending.erase(it);
          break;
        }
        default: {
          now += static_cast<std::int64_t>(random() >> (63 - random() % 36));
          for (Timer* timer = wheel.advance(now); timer != nullptr;) {
            Timer* next = timer->next;
            ASSERT_LE(timer->at, now) << "seed " << seed;
            auto [begin, end] = pending.equal_range(timer->at);
            while (begin != end && begin->second != timer) ++begin;
            ASSERT_TRUE(begin != end);
            pending.erase(begin);
            timer = next;
          }
          // Whoever is left is due when the present tick has ended, or the next where it was due when it was added.
          if (!pending.empty()) ASSERT_GT(pending.begin()->first + 2 * kTick, now) << "seed " << seed;
          ASSERT_EQ(wheel.size(), static_cast<std::int64_t>(pending.size()));
        }
      }
      // What was due already when it was added waits for the next tick.
      if (!pending.empty()) {
        ASSERT_LE(wheel.next_due(), std::max(now, pending.begin()->first) + 2 * kTick) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace noodle::task
