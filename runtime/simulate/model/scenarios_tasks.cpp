#include "runtime/simulate/model/stage.h"

namespace noodle::simulate {

using task::Passed;

// ----------------------------------------------------------------------------------- cancellation

Body wait_for_ever(Actor& a, Stage& stage, task::Channel& empty, task::Channel& full, std::uint32_t how) {
  std::uint64_t word = 1;
  Passed passed = Passed::Done;
  switch (how) {
    case 0: passed = co_await a.receive(empty, word); break;
    case 1: passed = co_await a.send(full, word); break;
    case 2: passed = co_await a.sleep(std::int64_t{3'600} * 1'000'000'000); break;
    case 3: passed = co_await a.select({&empty.handle}); break;
    default: {
      a.open();
      a.drop(a.start([&](Actor& b) { return wait_for_ever(b, stage, empty, full, how - 4); }).handle);
      co_await a.leave();
      co_return;
    }
  }
  stage.expect(passed == Passed::Stopped, "what waits for ever came to an end by itself");
}

Body cancellation(Actor& a, Stage& stage) {
  task::Channel *empty = stage.channel(0), *full = stage.channel(0);
  const std::uint32_t rounds = 1 + stage.pick(4);
  for (std::uint32_t round = 0; round < rounds; ++round) {
    a.open();
    std::vector<task::Task*> tasks;
    for (std::uint32_t i = 0; i < 1 + stage.pick(5); ++i) {
      const std::uint32_t how = stage.pick(8);
      tasks.push_back(
          &a.start([&, how](Actor& b) { return wait_for_ever(b, stage, *empty, *full, how); }, any_priority(stage)));
    }
    for (std::uint32_t i = stage.pick(4); i != 0; --i) co_await a.yield();
    if (stage.pick(3) == 0) co_await a.sleep(stage.pick(20'000));
    const bool singly = stage.pick(2) != 0;
    for (task::Task* task : tasks) {
      if (singly) a.scheduler().cancel(&a.worker(), *task);
      if (singly && stage.pick(2) != 0) {
        stage.expect(co_await a.await(*task) == Passed::Done, "a cancelled task did not end");
      }
      a.drop(task->handle);
    }
    stage.expect(co_await a.leave(!singly) == Passed::Done, "cancelled tasks did not end");
  }
  stage.expect(stage.world.elapsed() < std::int64_t{1'000'000'000}, "cancelled tasks slept on");
  a.drop(empty->handle);
  a.drop(full->handle);
}

// ------------------------------------------------------------------------------------------ trees

namespace {

Body grow(Actor& a, Stage& stage, std::uint32_t depth, std::uint64_t& sum) {
  std::uint64_t parts[3] = {};
  if (depth != 0) {
    a.open();
    const std::uint32_t children = 1 + stage.pick(3);
    task::Task* tasks[3] = {};
    for (std::uint32_t i = 0; i < children; ++i) {
      tasks[i] = &a.start([&stage, depth, &part = parts[i]](Actor& b) { return grow(b, stage, depth - 1, part); });
    }
    for (std::uint32_t i = 0; i < children; ++i) {
      if (stage.pick(2) != 0) stage.expect(co_await a.await(*tasks[i]) == Passed::Done, "an await was stopped");
      a.drop(tasks[i]->handle);
    }
    stage.expect(co_await a.leave() == Passed::Done, "a join was stopped");
    for (std::uint32_t i = 0; i < children; ++i) stage.expect(parts[i] != 0, "a child was not waited for");
  }
  sum = 1 + parts[0] + parts[1] + parts[2];
}

}  // namespace

Body trees(Actor& a, Stage& stage) {
  std::uint64_t sum = 0;
  a.open();
  task::Task& task = a.start([&](Actor& b) { return grow(b, stage, 3, sum); });
  stage.expect(co_await a.await(task) == Passed::Done, "an await was stopped");
  a.drop(task.handle);
  co_await a.leave();
  stage.expect(sum >= 4, "a tree is not whole");
}

// ------------------------------------------------------------------------------------- priorities

namespace {

Body chatter(Actor& a, const bool& stop) {
  while (!stop) co_await a.yield();
}

Body say_stop(Actor&, bool& stop) {
  stop = true;
  co_return;
}

}  // namespace

Body priorities(Actor& a, Stage& stage) {
  bool stop = false;
  a.open();
  const std::uint32_t loud = a.scheduler().worker_count() + 1 + stage.pick(3);
  for (std::uint32_t i = 0; i < loud; ++i) {
    const auto priority = stage.pick(2) != 0 ? task::Priority::High : task::Priority::Normal;
    a.drop(a.start([&](Actor& b) { return chatter(b, stop); }, priority).handle);
  }
  const auto low = stage.pick(2) != 0 ? task::Priority::Low : task::Priority::Normal;
  a.drop(a.start([&](Actor& b) { return say_stop(b, stop); }, low).handle);
  stage.expect(co_await a.leave() == Passed::Done, "a task of low priority starves");
}

}  // namespace noodle::simulate
