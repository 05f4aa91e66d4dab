#include "runtime/simulate/model/stage.h"

#include "runtime/task/lease.h"

namespace noodle::simulate {

using task::Passed;

// -------------------------------------------------------------------------------------- resources

namespace {

Body close_it(Actor& a, task::Resource& resource, std::uint32_t turns) {
  for (; turns != 0; --turns) co_await a.yield();
  a.scheduler().resources().close(&a.worker(), resource);
}

Body use_it(Actor& a, Stage& stage, task::Resource& resource) {
  task::Resources& resources = a.scheduler().resources();
  char byte = 0;
  for (;;) {
    const task::Begun begun = resources.begin(resource);
    if (!begun.open) co_return;
    const auto got = stage.world.ports().read(resource.port, {&byte, 1});
    interleave();
    resources.end(resource);
    stage.expect(got.io == world::Io::Wait, "an empty pipe has something");
    const Passed passed = co_await a.wait(resource, false, begun.read_news);
    stage.expect(passed != Passed::Stopped, "a wait for a pipe was stopped");
    if (passed == Passed::Stopped) co_return;
  }
}

}  // namespace

Body resources(Actor& a, Stage& stage) {
  const auto ends = stage.world.ports().pipe();
  task::Resource* opened[2] = {};
  for (std::size_t i = 0; i < 2; ++i) {
    const world::Port port = i == 0 ? ends->first : ends->second;
    opened[i] = a.scheduler().resources().open(*a.fiber().task, task::ResourceKind::Stream, port, "a pipe");
    opened[i]->handle.header.count = 1;
    opened[i]->handle.header.type = memory::TypeTable::kHandle;
    ++a.account().live;
  }
  a.open();
  for (std::uint32_t i = 0; i < 1 + stage.pick(3); ++i) {
    a.drop(a.start([&](Actor& b) { return use_it(b, stage, *opened[0]); }).handle);
  }
  for (std::uint32_t i = 0; i < 2 + stage.pick(2); ++i) {
    a.drop(a.start([&, turns = stage.pick(4)](Actor& b) { return close_it(b, *opened[0], turns); }).handle);
  }
  stage.expect(co_await a.leave() == Passed::Done, "who waited for a closed pipe was not woken");
  for (task::Resource* resource : opened) a.drop(resource->handle);
}

// ----------------------------------------------------------------------------------------- timers

namespace {

Body sleeper(Actor& a, Stage& stage, std::int64_t nanos) {
  const std::int64_t begin = stage.world.elapsed();
  if (co_await a.sleep(nanos) != Passed::Done) co_return;
  const std::int64_t late = stage.world.elapsed() - begin - nanos;
  stage.expect(late >= 0, "a timer fired early");
  // What the threads do meanwhile takes time as well.
  stage.expect(late < 2'000'000, "a timer fired late");
}

}  // namespace

Body timers(Actor& a, Stage& stage) {
  a.open();
  for (std::uint32_t i = 0; i < 1 + stage.pick(8); ++i) {
    const std::int64_t nanos = std::int64_t{1} << stage.pick(32);
    a.drop(a.start([&stage, nanos](Actor& b) { return sleeper(b, stage, nanos); }, any_priority(stage)).handle);
  }
  stage.expect(co_await a.leave() == Passed::Done, "a timer never fired");
}

// ---------------------------------------------------------------------------------------- natives

namespace {

// Holds up its worker's thread, as a native that waits for the system.
void block(Actor& a, Stage& stage, std::int64_t nanos) {
  Atomic<std::uint32_t> never{0};
  a.worker().leave_solo();
  a.worker().begin_blocking();
  stage.world.wait(never, nanos);
  a.worker().end_blocking();
}

Body blocks(Actor& a, Stage& stage, task::Channel& done, std::uint32_t rounds) {
  for (; rounds != 0; --rounds) {
    block(a, stage, 1 + stage.pick(300'000));
    if (stage.pick(2) != 0) co_await a.yield();
    std::uint64_t word = 1;
    stage.expect(co_await a.send(done, word) == Passed::Done, "a send was stopped");
  }
}

}  // namespace

Body natives(Actor& a, Stage& stage) {
  task::Channel* done = stage.channel(stage.pick(3));
  a.open();
  std::uint32_t left = 0;
  for (std::uint32_t i = 0; i < 1 + stage.pick(6); ++i) {
    const std::uint32_t rounds = 1 + stage.pick(3);
    left += rounds;
    a.drop(a.start([&, rounds](Actor& b) { return blocks(b, stage, *done, rounds); }, any_priority(stage)).handle);
  }
  // What sleeps wakes in time, though all workers may be held up.
  a.drop(a.start([&](Actor& b) { return sleeper(b, stage, 1 + stage.pick(500'000)); }).handle);
  while (left != 0) {
    const task::CoreLease lease(a.scheduler(), stage.pick(3));
    std::uint64_t word = 0;
    const Passed passed = co_await a.receive(*done, word, stage.pick(4) != 0);
    if (passed == Passed::NotNow) co_await a.sleep(10'000);
    if (passed == Passed::Done) --left;
    stage.expect(passed == Passed::Done || passed == Passed::NotNow, "a receive was stopped");
    if (passed != Passed::Done && passed != Passed::NotNow) break;
  }
  stage.expect(co_await a.leave() == Passed::Done, "a join was stopped");
  a.drop(done->handle);
}

}  // namespace noodle::simulate
