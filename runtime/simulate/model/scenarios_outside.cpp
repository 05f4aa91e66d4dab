#include <array>

#include "runtime/simulate/model/stage.h"
#include "runtime/task/lease.h"

namespace noodle::simulate {

using task::Passed;

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

// -------------------------------------------------------------------------------------- resources

namespace {

using Pipe = std::array<task::Resource*, 2>;  // its read end, its write end

Pipe open_pipe(Actor& a, Stage& stage) {
  const auto ends = stage.world.ports().pipe();
  Pipe opened{};
  for (std::size_t i = 0; i < 2; ++i) {
    const world::Port port = i == 0 ? ends->first : ends->second;
    opened[i] = a.scheduler().resources().open(*a.fiber().task, task::ResourceKind::Stream, port, "a pipe");
    opened[i]->handle.header.count = 1;
    opened[i]->handle.header.type = memory::TypeTable::kHandle;
    ++a.account().live;
  }
  return opened;
}

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
  const Pipe opened = open_pipe(a, stage);
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

// ------------------------------------------------------------------------------------------ pipes

namespace {

// What passed through a pipe, byte by byte.
struct Passing {
  std::uint32_t sent = 0, received = 0;
  bool over = false;
};

Body read_all(Actor& a, Stage& stage, task::Resource& from, Passing& passing) {
  task::Resources& resources = a.scheduler().resources();
  char bytes[4] = {};
  for (;;) {
    const task::Begun begun = resources.begin(from);
    const auto got = stage.world.ports().read(from.port, {bytes, 1 + stage.pick(4)});
    interleave();
    resources.end(from);
    passing.received += static_cast<std::uint32_t>(got.bytes);
    if (got.io == world::Io::End) break;
    if (got.io == world::Io::Done) continue;
    stage.expect(co_await a.wait(from, false, begun.read_news) == Passed::Done, "a wait for a pipe was stopped");
  }
  stage.expect(passing.received == passing.sent, "bytes were lost in a pipe");
  passing.over = true;
}

Body write_some(Actor& a, Stage& stage, task::Resource& to, Passing& passing) {
  for (std::uint32_t left = stage.pick(8); left != 0; --left) {
    if (stage.pick(3) == 0) co_await a.sleep(stage.pick(200'000));
    if (stage.pick(3) == 0) co_await a.yield();
    passing.sent += static_cast<std::uint32_t>(stage.world.ports().write(to.port, "!").bytes);
  }
  a.scheduler().resources().close(&a.worker(), to);
}

}  // namespace

Body pipes(Actor& a, Stage& stage) {
  std::vector<Pipe> opened;
  Passing passing[3];
  a.open();
  for (std::uint32_t i = 0; i < 1 + stage.pick(3); ++i) {
    const Pipe& pipe = opened.emplace_back(open_pipe(a, stage));
    a.drop(a.start([&, i, from = pipe[0]](Actor& b) { return read_all(b, stage, *from, passing[i]); }).handle);
    a.drop(a.start([&, i, to = pipe[1]](Actor& b) { return write_some(b, stage, *to, passing[i]); }).handle);
  }
  // What sleeps wakes in time, whoever waits for the pipes.
  a.drop(a.start([&](Actor& b) { return sleeper(b, stage, 1 + stage.pick(500'000)); }).handle);
  stage.expect(co_await a.leave() == Passed::Done, "a join was stopped");
  for (std::size_t i = 0; i < opened.size(); ++i) {
    stage.expect(passing[i].over, "who read a pipe did not see its end");
    for (task::Resource* resource : opened[i]) a.drop(resource->handle);
  }
}

// ----------------------------------------------------------------------------------------- timers

Body timers(Actor& a, Stage& stage) {
  a.open();
  for (std::uint32_t i = 0; i < 1 + stage.pick(8); ++i) {
    const std::int64_t nanos = std::int64_t{1} << stage.pick(32);
    a.drop(a.start([&stage, nanos](Actor& b) { return sleeper(b, stage, nanos); }, any_priority(stage)).handle);
  }
  stage.expect(co_await a.leave() == Passed::Done, "a timer never fired");
}

// ---------------------------------------------------------------------------------------- natives

void block(Actor& a, Stage& stage, std::int64_t nanos) {
  Atomic<std::uint32_t> never{0};
  a.worker().leave_solo();
  a.worker().begin_blocking();
  stage.world.wait(never, nanos);
  a.worker().end_blocking();
}

namespace {

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

// ---------------------------------------------------------------------------------------- offload

namespace {

// Takes its time, on a thread that runs no tasks.
class Slow final : public task::Job {
 public:
  Slow(Stage& stage, std::int64_t nanos) : stage_(stage), nanos_(nanos) { ++stage_.jobs; }
  ~Slow() override { --stage_.jobs; }
  void run() override {
    Atomic<std::uint32_t> never{0};
    if (nanos_ != 0) stage_.world.wait(never, nanos_);
    did = true;
  }
  bool did = false;

 private:
  Stage& stage_;
  std::int64_t nanos_;
};

constexpr std::int64_t kLong = 300'000'000;  // nanoseconds, after which nobody waits any more

// Has work done that takes so long, or is cancelled. Where there is no thread for it, the task does it itself.
Body have_done(Actor& a, Stage& stage, std::int64_t nanos, std::uint32_t& done, bool& has_waited) {
  auto job = std::make_shared<Slow>(stage, nanos);
  {
    a.worker().leave_solo();
    const task::MayBlock section(a.worker(), true);
    a.scheduler().offload().start(job);
  }
  has_waited |= job->did && nanos == kLong;
  const Passed passed = co_await a.wait(job);
  if (passed != Passed::Done) co_return;
  stage.expect(job->did, "a wait for another thread's work was over before the work");
  done += nanos != kLong ? 1 : 0;
}

}  // namespace

Body offload(Actor& a, Stage& stage) {
  std::uint32_t done = 0, short_ones = 0;
  bool has_waited = false;
  std::vector<task::Task*> endless;
  a.open();
  for (std::uint32_t i = 0; i < 1 + stage.pick(12); ++i) {
    const bool ends = stage.pick(4) != 0 || endless.size() == 3;
    const std::int64_t nanos = ends ? stage.pick(2) * stage.pick(100'000) : kLong;
    task::Task& task =
        a.start([&, nanos](Actor& b) { return have_done(b, stage, nanos, done, has_waited); }, any_priority(stage));
    short_ones += ends ? 1 : 0;
    if (ends) a.drop(task.handle);
    if (!ends) endless.push_back(&task);
  }
  if (stage.pick(2) != 0) co_await a.sleep(stage.pick(200'000));
  for (task::Task* task : endless) {
    a.scheduler().cancel(&a.worker(), *task);
    if (stage.pick(2) != 0) stage.expect(co_await a.await(*task) == Passed::Done, "a cancelled task did not end");
    a.drop(task->handle);
  }
  stage.expect(co_await a.leave() == Passed::Done, "a join was stopped");
  stage.expect(done == short_ones, "work of another thread was lost");
  stage.expect(has_waited || stage.world.elapsed() < kLong, "who was cancelled waited for another thread");
}

}  // namespace noodle::simulate
