#include "runtime/task/team.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/task/lease.h"
#include "runtime/world/world.h"

namespace noodle::task {
namespace {

// No task is run.
class NoEngine final : public Engine {
 public:
  bool attach(Worker&) override { return true; }
  Ran run(Worker&, Task&) override { return Ran::Ended; }
  memory::Account& account(Worker&) override { return account_; }
  void release(Worker&, memory::Object*) override {}

 private:
  memory::Account account_;
};

class TeamTest : public testing::Test {
 protected:
  // What has been done how often, and by which threads.
  struct Parts {
    std::vector<std::atomic<int>> done;
    std::atomic<bool> needs_two{false};
    std::atomic<bool> holds_others{false};
    const std::thread::id caller = std::this_thread::get_id();
    std::atomic<int> inside{0};

    explicit Parts(std::size_t count) : done(count) {}
    static void part(void* data, std::size_t i) {
      auto& all = *static_cast<Parts*>(data);
      ++all.inside;
      while (all.needs_two.load() && all.inside.load() < 2) std::this_thread::yield();
      all.needs_two.store(false);
      while (all.holds_others.load() && std::this_thread::get_id() != all.caller) std::this_thread::yield();
      ++all.done[i];
      --all.inside;
    }
    bool are_done_once() const {
      return std::ranges::all_of(done, [](const std::atomic<int>& times) { return times == 1; });
    }
    Team::Work work() { return {.count = done.size(), .part = part, .data = this}; }
  };
  static bool never() { return false; }

  std::unique_ptr<world::World> world_ = world::make_real_world({});
  NoEngine engine_;
  Scheduler scheduler_{{.workers = 3}, *world_, engine_};
  Team team_{scheduler_};
};

TEST_F(TeamTest, EachPartIsDoneOnce) {
  for (const std::size_t count : {0UL, 1UL, 2UL, 3UL, 1000UL}) {
    for (int turn = 0; turn < 50; ++turn) {
      Parts parts(count);
      EXPECT_TRUE(team_.run(parts.work(), never));
      EXPECT_TRUE(parts.are_done_once()) << count;
    }
  }
}

TEST_F(TeamTest, OthersHelp) {
  Parts parts(8);
  parts.needs_two = true;  // the first part ends when another has begun
  EXPECT_TRUE(team_.run(parts.work(), never));
  EXPECT_TRUE(parts.are_done_once());
}

TEST_F(TeamTest, WithoutACoreItIsDoneAlone) {
  const CoreLease all(scheduler_, 2);
  const auto me = std::this_thread::get_id();
  struct Seen {
    std::thread::id me;
    bool others = false;
  } seen{me};
  EXPECT_TRUE(team_.run({.count = 100,
                         .part =
                             [](void* data, std::size_t) {
                               auto& its = *static_cast<Seen*>(data);
                               its.others |= std::this_thread::get_id() != its.me;
                             },
                         .data = &seen},
                        never));
  EXPECT_FALSE(seen.others);
}

TEST_F(TeamTest, StopsWhenTold) {
  Parts parts(100'000);
  parts.holds_others = true;  // they might have done all before it is asked so often
  int asked = 0;
  EXPECT_FALSE(team_.run(parts.work(), [&] {
    if (++asked == 3) parts.holds_others = false;
    return asked == 3;
  }));
  EXPECT_FALSE(parts.are_done_once());
  Parts after(100);
  EXPECT_TRUE(team_.run(after.work(), never)) << "and the team is free again";
  EXPECT_TRUE(after.are_done_once());
}

TEST_F(TeamTest, WhoFindsItBusyWorksAlone) {
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int turn = 0; turn < 200; ++turn) {
        Parts parts(20);
        ASSERT_TRUE(team_.run(parts.work(), never));
        ASSERT_TRUE(parts.are_done_once());
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
}

}  // namespace
}  // namespace noodle::task
