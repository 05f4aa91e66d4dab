// Natives that block, and leased cores, with an engine whose tasks are functions.

#include "runtime/task/monitor.h"

#include <array>
#include <chrono>
#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "runtime/task/channel.h"
#include "runtime/task/lease.h"
#include "runtime/task/resource.h"

namespace noodle::task {
namespace {

using Body = std::function<Ran(Worker&, Task&)>;

class TestEngine final : public Engine {
 public:
  Body main;
  std::atomic<std::uint32_t> attached{0};

  bool attach(Worker&) override {
    ++attached;
    return true;
  }
  Ran run(Worker& worker, Task& task) override {
    task.fiber.load()->account = &account(worker);
    const Ran ran = task.work != nullptr ? (*reinterpret_cast<Body*>(task.work))(worker, task) : main(worker, task);
    if (ran == Ran::Ended) task.outcome = Outcome::Returned;
    return ran;
  }
  memory::Account& account(Worker& worker) override { return accounts_[worker.index()]; }
  void release(Worker&, memory::Object* work) override { delete reinterpret_cast<Body*>(work); }

 private:
  std::array<memory::Account, 256> accounts_;  // of tasks without values: always empty
};

// Whether something comes true, however long the machine takes.
bool comes_true(const std::function<bool()>& what) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!what()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return true;
}

void work_for(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) relax();
}

// How many tasks are in the middle of something, and how many were at once.
class Gauge {
 public:
  void enter() {
    const int now = ++now_;
    for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
    }
  }
  void leave() { --now_; }
  int now() const { return now_; }
  int most() const { return most_; }
  void reset() { most_ = now_.load(); }

 private:
  std::atomic<int> now_{0}, most_{0};
};

class Blocking : public testing::Test {
 protected:
  void make(std::uint32_t workers, bool spread = false) {
    scheduler_ = std::make_unique<Scheduler>(SchedulerOptions{.workers = workers, .spread = spread}, *world_, engine_);
    ASSERT_TRUE(scheduler_->attach_first());
  }
  ~Blocking() override {
    scheduler_.reset();
    if (fiber_ != nullptr) Stacks::unmap(fiber_, kBytes);
  }

  Task& child(Body body) {
    auto* work = reinterpret_cast<memory::Object*>(new Body(std::move(body)));
    Task* task = scheduler_->start(*scope_, work, nullptr);
    scheduler_->drop_handles(*task);
    return *task;
  }
  // Runs a main task that starts these and waits for them.
  void run(const std::vector<Body>& bodies) {
    if (fiber_ == nullptr) fiber_ = Stacks::map(kBytes);
    scope_ = nullptr;
    engine_.main = [&](Worker& worker, Task& task) {
      Fiber& fiber = *task.fiber;
      if (scope_ == nullptr) {
        scope_ = scheduler_->open_scope(fiber);
        for (const Body& body : bodies) scheduler_->spawn(worker, child(body));
      } else {
        scheduler_->end_wait(fiber);
      }
      const Scheduler::Joined joined = scheduler_->join(fiber, *scope_);
      if (joined == Scheduler::Joined::Parked) return Ran::Parked;
      EXPECT_EQ(joined, Scheduler::Joined::Done);
      scheduler_->close_scope(fiber);
      return Ran::Ended;
    };
    Task main;
    main.scheduler = scheduler_.get();
    scheduler_->run(main, *fiber_);
    EXPECT_EQ(scheduler_->live_tasks(), 0);
  }
  // A task that sits in a native until something comes true.
  static Body blocks_until(std::function<bool()> what) {
    return [what = std::move(what)](Worker& worker, Task&) {
      worker.leave_solo();
      worker.begin_blocking();
      EXPECT_TRUE(comes_true(what));
      worker.end_blocking();
      return Ran::Ended;
    };
  }
  static Body raises(std::atomic<bool>& flag) {
    return [&flag](Worker&, Task&) {
      flag = true;
      return Ran::Ended;
    };
  }
  // A task that computes for a while, and is counted meanwhile.
  static Body computes(Gauge& gauge, std::chrono::microseconds time) {
    return [&gauge, time](Worker&, Task&) {
      gauge.enter();
      work_for(time);
      gauge.leave();
      return Ran::Ended;
    };
  }

  static constexpr std::size_t kBytes = 65536;
  std::unique_ptr<world::World> world_ = world::make_real_world({});
  TestEngine engine_;
  std::unique_ptr<Scheduler> scheduler_;
  Fiber* fiber_ = nullptr;
  Scope* scope_ = nullptr;
};

TEST_F(Blocking, TasksBehindItGoOn) {
  for (const std::uint32_t workers : {1u, 2u, 4u}) {
    make(workers);
    std::atomic<bool> ran = false;
    run({blocks_until([&] { return ran.load(); }), raises(ran)});
    EXPECT_TRUE(ran);
  }
}

TEST_F(Blocking, SoDoesTheTaskThatItMadeReadyLast) {
  make(1);
  std::atomic<bool> ran = false;
  run({[&](Worker& worker, Task& task) {
    scheduler_->ready(&worker, child(raises(ran)));
    return blocks_until([&] { return ran.load(); })(worker, task);
  }});
  EXPECT_TRUE(ran);
}

TEST_F(Blocking, WhatItMadeReadyLastStillGoesFirst) {
  make(1);
  std::vector<int> order;
  const auto notes = [&](int number) {
    return [&order, number](Worker&, Task&) {
      order.push_back(number);
      return Ran::Ended;
    };
  };
  run({[&](Worker& worker, Task&) {
         scheduler_->ready(&worker, child(notes(1)));
         worker.begin_blocking();
         worker.end_blocking();
         return Ran::Ended;
       },
       notes(2)});
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(Blocking, TimersFireMeanwhile) {
  for (const std::uint32_t workers : {1u, 2u}) {
    make(workers);
    std::atomic<bool> fired = false;
    std::int64_t until = 0;
    run({[&](Worker& worker, Task& task) {
           Fiber& fiber = *task.fiber;
           if (until == 0) {
             until = world_->monotonic_nanos() + 5'000'000;
           } else {
             scheduler_->end_wait(fiber);
           }
           if (world_->monotonic_nanos() < until && sleep_until(worker, fiber, until) == Passed::Parked)
             return Ran::Parked;
           fired = true;
           return Ran::Ended;
         },
         blocks_until([&] { return fired.load(); })});
    EXPECT_TRUE(fired);
  }
}

TEST_F(Blocking, WhoWaitsForItsTurnWithAFileLeavesTheWorkerToOthers) {
  for (const std::uint32_t workers : {1u, 2u}) {
    make(workers);
    Resources& resources = scheduler_->resources();
    Resource* file = nullptr;
    std::atomic<bool> waits = false, ran = false;
    std::atomic<int> turns = 0;
    const auto end_turn = [&](Worker& worker) {
      ++turns;
      resources.end_turn(worker, *file);
      resources.end(*file);
    };
    const Body waits_for_turn = [&](Worker& worker, Task& task) {
      Fiber& fiber = *task.fiber;
      if (fiber.waiter.lock != nullptr) scheduler_->end_wait(fiber);
      while (resources.begin(*file, true).busy) {
        waits = true;
        if (resources.wait_for_turn(worker, fiber, *file, -1) == Passed::Parked) return Ran::Parked;
      }
      EXPECT_TRUE(ran);
      end_turn(worker);
      return Ran::Ended;
    };
    const Body reads = [&](Worker& worker, Task& task) {
      file =
          resources.open(task, ResourceKind::File, *world_->ports().open_file("/dev/null", world::OpenMode::Read), "");
      EXPECT_FALSE(resources.begin(*file, true).busy);
      for (int i = 0; i < 3; ++i) scheduler_->ready(&worker, child(waits_for_turn));
      // All of them, and those behind them, go on while we hold up the worker.
      blocks_until([&] { return waits.load() && ran.load(); })(worker, task);
      end_turn(worker);
      blocks_until([&] { return turns.load() == 4; })(worker, task);
      file->handle.kind->dispose(&file->handle);
      return Ran::Ended;
    };
    run({reads, raises(ran)});
    EXPECT_EQ(turns, 4);
  }
}

TEST_F(Blocking, SpareThreadsAreBoundedAndUsedAgain) {
  constexpr int kThreads = 2 + Scheduler::kMostSpares;
  make(2);
  ASSERT_EQ(scheduler_->most_threads(), kThreads);
  std::uint32_t threads = 0;
  for (int round = 0; round < 3; ++round) {
    Gauge inside;
    const Body counted = [&](Worker& worker, Task&) {
      worker.leave_solo();
      worker.begin_blocking();
      inside.enter();
      // Until all threads are here, and a little longer: no more come.
      EXPECT_TRUE(comes_true([&] { return inside.most() == kThreads; }));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      inside.leave();
      worker.end_blocking();
      return Ran::Ended;
    };
    run(std::vector<Body>(kThreads + 40, counted));
    EXPECT_EQ(inside.most(), kThreads);
    EXPECT_EQ(engine_.attached, static_cast<std::uint32_t>(kThreads));
    if (round == 0) threads = engine_.attached;
    EXPECT_EQ(engine_.attached, threads);
  }
}

TEST_F(Blocking, ThoseTooManyStepAside) {
  make(2);
  Gauge inside, computing;
  std::vector<Body> bodies(20, [&](Worker& worker, Task&) {
    worker.leave_solo();
    worker.begin_blocking();
    inside.enter();
    EXPECT_TRUE(comes_true([&] { return inside.most() == 20; }));
    worker.end_blocking();
    return Ran::Ended;
  });
  run(bodies);
  run(std::vector<Body>(200, computes(computing, std::chrono::microseconds(300))));
  EXPECT_LE(computing.most(), 2);
}

TEST_F(Blocking, NoMoreWorkersThanLeasedCoresLeave) {
  make(4, true);
  Gauge gauge;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const Body until_three_run = [&](Worker&, Task&) {
    gauge.enter();
    work_for(std::chrono::microseconds(200));
    gauge.leave();
    if (gauge.most() >= 3 || std::chrono::steady_clock::now() > end) return Ran::Ended;
    return Ran::Yielded;
  };
  run(std::vector<Body>(8, until_three_run));
  EXPECT_GE(gauge.most(), 3);
  {
    const CoreLease lease(*scheduler_, 2);
    EXPECT_EQ(lease.cores(), 2u);
    gauge.reset();
    run(std::vector<Body>(100, computes(gauge, std::chrono::microseconds(300))));
    EXPECT_LE(gauge.most(), 2);
    const CoreLease greedy(*scheduler_, 10);
    EXPECT_EQ(greedy.cores(), 1u);
    gauge.reset();
    run(std::vector<Body>(100, computes(gauge, std::chrono::microseconds(300))));
    EXPECT_EQ(gauge.most(), 1);
    const CoreLease late(*scheduler_, 1);
    EXPECT_EQ(late.cores(), 0u);
  }
  gauge.reset();
  run(std::vector<Body>(8, until_three_run));
  EXPECT_GE(gauge.most(), 3);
}

TEST_F(Blocking, WorkersStepAsideForALeaseInTheMiddle) {
  make(4, true);
  Gauge gauge;
  std::atomic<int> done = 0;
  std::unique_ptr<CoreLease> lease;
  std::vector<Body> bodies(400, [&](Worker& worker, Task& task) {
    const int number = done.fetch_add(1);
    if (number == 100) lease = std::make_unique<CoreLease>(*scheduler_, 3);
    if (number == 200) {
      // Whoever was in the middle of a turn has come to its end by then.
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      EXPECT_TRUE(comes_true([&] { return gauge.now() == 0; }));
      gauge.reset();
    }
    return computes(gauge, std::chrono::microseconds(200))(worker, task);
  });
  run(bodies);
  EXPECT_EQ(gauge.most(), 1);
}

TEST_F(Blocking, ALeaseHolderThatBlocksIsReplaced) {
  make(2);
  const CoreLease lease(*scheduler_, 5);
  EXPECT_EQ(lease.cores(), 1u);
  std::atomic<bool> ran = false;
  run({blocks_until([&] { return ran.load(); }), raises(ran)});
}

}  // namespace
}  // namespace noodle::task
