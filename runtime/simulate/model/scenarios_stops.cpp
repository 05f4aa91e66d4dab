#include "runtime/simulate/model/stage.h"
#include "runtime/task/lease.h"

namespace noodle::simulate {

using task::Passed;
using task::Task;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kHour = 3'600 * kSecond;

// Channels at which whoever comes waits for ever.
struct Silence {
  explicit Silence(Stage& stage) : empty(stage.channel(0)), full(stage.channel(0)) {}
  void drop(Actor& a) const {
    a.drop(empty->handle);
    a.drop(full->handle);
  }
  task::Channel *empty, *full;
};

// A child that waits until it is told to stop.
Task& start_waiting(Actor& a, Stage& stage, const Silence& silence, std::uint32_t how) {
  return a.start(
      [&stage, silence, how](Actor& b) { return wait_for_ever(b, stage, *silence.empty, *silence.full, how); },
      any_priority(stage));
}
void start_some_waiting(Actor& a, Stage& stage, const Silence& silence) {
  for (std::uint32_t i = 0; i < 1 + stage.pick(3); ++i) a.drop(start_waiting(a, stage, silence, stage.pick(8)).handle);
}

// What the owner of a scope waits for that never comes.
enum class Hope : std::uint8_t { Message, Room, Time, Choice, Turn, Children, Grandchildren };
constexpr std::uint32_t kHopes = 7;

Operation hope(Actor& a, const Silence& silence, Hope what, std::uint64_t& word) {
  switch (what) {
    case Hope::Message: return a.receive(*silence.empty, word);
    case Hope::Room: return a.send(*silence.full, word);
    case Hope::Time: return a.sleep(kHour);
    case Hope::Choice: return a.select({&silence.empty->handle}, kHour);
    case Hope::Turn: return a.yield();
    default: return a.leave();
  }
}

// Opens a scope, in which some children wait for ever and `begin` starts what will stop them all; waits for what
// never comes, and has left the scope when it does `end`.
Body in_vain(Actor& a, Stage& stage, Silence silence, std::function<void()> begin, std::function<void()> end) {
  a.open();
  start_some_waiting(a, stage, silence);
  begin();
  const auto what = static_cast<Hope>(stage.pick(kHopes));
  if (what == Hope::Grandchildren) {
    a.open();
    start_some_waiting(a, stage, silence);
  }
  std::uint64_t word = 1;
  Passed passed = Passed::Done;
  stage.begun.store(1);
  do {
    passed = co_await hope(a, silence, what, word);
  } while (what == Hope::Turn && passed != Passed::Stopped && stage.world.elapsed() < kSecond);
  // What has left a scope has done that all the same.
  if (what < Hope::Children) stage.expect(passed == Passed::Stopped, "what waits for ever came to an end by itself");
  if (what != Hope::Children) co_await a.leave();
  stage.expect(stage.world.elapsed() < kSecond, "what was told to stop waited on");
  end();
}

// Ends with `act`, after a while, unless it is told to stop before.
Body later(Actor& a, Stage& stage, std::function<void(Actor&)> act) {
  for (std::uint32_t turns = stage.pick(4); turns != 0; --turns) co_await a.yield();
  if (stage.pick(3) == 0) co_await a.sleep(stage.pick(20'000));
  if (stage.pick(4) == 0) block(a, stage, 1 + stage.pick(20'000));
  if (!a.fiber().stopping) act(a);
}

// Panics after a while, perhaps over children of its own.
Body fall(Actor& a, Stage& stage, Silence silence, std::uint32_t& fallen) {
  const bool owner = stage.pick(3) == 0;
  if (owner) {
    a.open();
    start_some_waiting(a, stage, silence);
  }
  for (std::uint32_t turns = stage.pick(4); turns != 0; --turns) co_await a.yield();
  if (stage.pick(3) == 0) co_await a.sleep(stage.pick(20'000));
  if (!a.fiber().stopping) {
    a.panic("a mistake");
    ++fallen;
  }
  if (owner) co_await a.leave();
}

}  // namespace

// ----------------------------------------------------------------------------------------- panics

namespace {

bool is_about_the_mistake(const task::Stop* stop) {
  return stop != nullptr && stop->cause != nullptr && stop->cause->message == "a mistake";
}

}  // namespace

Body panics(Actor& a, Stage& stage) {
  const Silence silence(stage);
  for (std::uint32_t rounds = 1 + stage.pick(3); rounds != 0; --rounds) {
    std::uint32_t fallen = 0;
    a.open();
    Task& owner = a.start(
        [&](Actor& b) {
          return in_vain(
              b, stage, silence,
              [&] { b.drop(b.start([&](Actor& c) { return fall(c, stage, silence, fallen); }).handle); },
              [&] { stage.expect(b.panics(), "the panic of a child did not reach its owner"); });
        },
        any_priority(stage));
    stage.expect(co_await a.await(owner) == Passed::Done, "a task whose child had panicked did not end");
    stage.expect(fallen == 1, "a task was stopped before it panicked");
    stage.expect(owner.outcome == task::Outcome::Panicked, "the panic of a child was not its owner's");
    stage.expect(is_about_the_mistake(owner.stop.get()), "a panic does not say what it is about");
    a.drop(owner.handle);
    stage.expect(co_await a.leave() == Passed::Done && !a.panics(), "a panic that was seen was told again");
  }
  silence.drop(a);
}

// ----------------------------------------------------------------------------------------- unseen

namespace {

// How many children have panicked, and how many of these panics have been seen.
struct Falls {
  std::uint32_t fallen = 0, seen = 0;
};

// Looks how some of its children end.
Body look(Actor& a, Stage& stage, Silence silence, Falls& falls) {
  a.open();
  std::vector<Task*> tasks;
  for (std::uint32_t i = 0; i < 1 + stage.pick(3); ++i) {
    tasks.push_back(&a.start([&, silence](Actor& b) { return fall(b, stage, silence, falls.fallen); }));
  }
  for (Task* task : tasks) {
    const std::uint32_t way = stage.pick(4);
    const std::int64_t nanos = way == 0 ? -1 : stage.pick(10'000);
    Passed passed = Passed::NotNow;
    if (way == 1 && !a.fiber().stopping) passed = co_await a.select({&task->handle}, nanos);
    if (way < 3 && !a.fiber().stopping && (way != 1 || passed == Passed::Done)) {
      passed = co_await a.await(*task, nanos);
    }
    if (passed == Passed::Done && task->outcome == task::Outcome::Panicked) ++falls.seen;
    a.drop(task->handle);
  }
  stage.expect(co_await a.leave() == Passed::Done, "a join was stopped");
  stage.expect(a.panics() || falls.seen == falls.fallen, "a panic was lost");
  stage.expect(!a.panics() || falls.seen != falls.fallen, "a panic that was seen was told again");
}

}  // namespace

Body unseen(Actor& a, Stage& stage) {
  const Silence silence(stage);
  Falls falls;
  a.open();
  Task& task = a.start([&](Actor& b) { return look(b, stage, silence, falls); });
  stage.expect(co_await a.await(task) == Passed::Done, "a task whose children had panicked did not end");
  const bool panicked = task.outcome == task::Outcome::Panicked;
  stage.expect(panicked == (falls.seen != falls.fallen), "the panics of children were not their owner's");
  a.drop(task.handle);
  co_await a.leave();
  silence.drop(a);
}

// ------------------------------------------------------------------------------------------ exits

Body exits(Actor& a, Stage& stage) {
  stage.may_stop = true;
  const Silence silence(stage);
  const auto begin = [&a, &stage] {
    for (std::uint32_t i = 0; i < 1 + stage.pick(2); ++i) {
      a.drop(a.start([&stage](Actor& b) { return later(b, stage, [](Actor& c) { c.exit(); }); }).handle);
    }
  };
  return in_vain(a, stage, silence, begin, [&a, &stage, silence] {
    const bool told = a.fiber().stopping && (a.fiber().task->flags.load() & Task::kExit) != 0;
    stage.expect(told, "an exit did not reach the main task");
    silence.drop(a);
  });
}

// ------------------------------------------------------------------------------------- interrupts

namespace {

// At any time, but most often when the main task begins to wait.
void interrupt_later(Actor& a, Stage& stage) {
  const std::int64_t nanos = stage.pick(4) == 0 ? stage.pick(300'000) : 300'000;
  const auto work = [&stage, &scheduler = a.scheduler(), nanos] {
    stage.world.wait(stage.begun, nanos);
    for (std::uint32_t steps = stage.pick(100); steps != 0; --steps) interleave();
    scheduler.interrupt();
  };
  while (!stage.helpers.emplace_back().start(work)) stage.helpers.pop_back();
}

// Holds up a worker's thread, or keeps some from working.
Body hold_up(Actor& a, Stage& stage) {
  for (std::uint32_t turns = 1 + stage.pick(3); turns != 0 && !a.fiber().stopping; --turns) {
    const task::CoreLease lease(a.scheduler(), stage.pick(3));
    switch (stage.pick(3)) {
      case 0: block(a, stage, 1 + stage.pick(300'000)); [[fallthrough]];
      case 1: co_await a.yield(); break;
      default: co_await a.sleep(kHour);
    }
  }
}

Body end_soon(Actor& a, Stage& stage) {
  interrupt_later(a, stage);
  for (std::uint32_t turns = stage.pick(8); turns != 0; --turns) co_await a.yield();
}

}  // namespace

Body interrupts(Actor& a, Stage& stage) {
  stage.may_stop = true;
  if (stage.pick(4) == 0) return end_soon(a, stage);
  const Silence silence(stage);
  const auto begin = [&a, &stage, silence] {
    // With a timer it is no deadlock.
    a.drop(start_waiting(a, stage, silence, 2).handle);
    interrupt_later(a, stage);
    for (std::uint32_t i = stage.pick(4); i != 0; --i) {
      a.drop(a.start([&stage](Actor& b) { return hold_up(b, stage); }).handle);
    }
  };
  return in_vain(a, stage, silence, begin, [&a, &stage, silence] {
    stage.expect(a.fiber().stopping, "an interrupt did not reach the main task");
    silence.drop(a);
  });
}

}  // namespace noodle::simulate
