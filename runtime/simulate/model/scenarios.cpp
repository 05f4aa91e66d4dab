#include "runtime/simulate/model/scenarios.h"

#include <algorithm>
#include <array>
#include <map>

#include "runtime/simulate/model/engine.h"
#include "runtime/simulate/model/threads.h"
#include "runtime/simulate/world.h"
#include "runtime/task/lease.h"
#include "runtime/task/stacks.h"

namespace noodle::simulate {

namespace {

using task::Passed;

/// A simulated world in which threads that wait let others run.
class ModelWorld final : public Simulation {
 public:
  ModelWorld(Choices choices) : Simulation(std::move(choices), nullptr), threads(this->choices(), time()) {}
  void wait(std::atomic<std::uint32_t>& word, std::int64_t nanos) override {
    threads.wait(word, nanos < 0 ? INT64_MAX : time().now() + nanos);
  }
  Threads threads;
};

/// What a scenario has at hand.
struct Stage {
  ModelWorld& world;
  ModelEngine& engine;
  std::string wrong;

  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(world.choices().draw() % below); }
  void expect(bool holds, const char* what) {
    if (!holds && wrong.empty()) wrong = what;
  }
  task::Channel* channel(std::uint64_t capacity, bool lists = false) {
    task::Channel* made = task::make_channel(lists ? engine.list_type : engine.word_type, capacity);
    made->handle.header.count = 1;
    made->handle.header.type = memory::TypeTable::kHandle;
    ++engine.accounts[0].live;
    return made;
  }
};

task::Priority any_priority(Stage& stage) {
  return stage.pick(4) != 0 ? task::Priority::Normal : static_cast<task::Priority>(stage.pick(task::kPriorities));
}

// --------------------------------------------------------------------------------------- messages

struct Messages {
  task::Channel* channels[2] = {};
  std::vector<std::uint64_t> received[3];
};

Body produce(Actor& a, Stage& stage, Messages& m, std::uint64_t first, std::uint32_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t word = first + i;
    task::Channel& to = *m.channels[word % 2];
    const bool wait = word % 5 != 0;
    for (Passed passed = Passed::NotNow; passed != Passed::Done;) {
      passed = co_await a.send(to, word, wait);
      if (passed == Passed::NotNow) co_await a.yield();
      stage.expect(passed == Passed::Done || passed == Passed::NotNow, "a message could not be sent");
      if (passed == Passed::Stopped || passed == Passed::Closed) co_return;
    }
  }
}

Body consume(Actor& a, Stage& stage, Messages& m, std::size_t which, bool selects) {
  std::vector<std::uint64_t>& received = m.received[which];
  bool open[2] = {selects || which % 2 == 0, selects || which % 2 == 1};
  while (open[0] || open[1]) {
    std::size_t from = open[0] ? 0 : 1;
    if (open[0] && open[1]) {
      const Passed passed =
          co_await a.select({&m.channels[0]->handle, &m.channels[1]->handle}, which == 2 ? 5'000 : -1);
      if (passed == Passed::NotNow) continue;
      stage.expect(passed == Passed::Done, "a select was stopped");
      if (passed != Passed::Done) co_return;
      from = a.fiber().chosen;
    }
    std::uint64_t word = 0;
    const Passed passed = co_await a.receive(*m.channels[from], word, !(open[0] && open[1]));
    if (passed == Passed::Done) received.push_back(word);
    if (passed == Passed::Closed) open[from] = false;
    if (passed == Passed::Stopped) co_return;
  }
}

Body messages(Actor& a, Stage& stage) {
  Messages m;
  for (auto& channel : m.channels) channel = stage.channel(stage.pick(4));
  const std::uint32_t producers = 1 + stage.pick(3), count = 1 + stage.pick(12);
  a.open();
  for (std::uint32_t i = 0; i < 3; ++i) {
    // The first two take what stands in one channel or the other, so that none is left alone.
    const bool selects = i == 2 || stage.pick(2) != 0;
    a.drop(a.start([&stage, &m, i, selects](Actor& b) { return consume(b, stage, m, i, selects); }).handle);
  }
  std::vector<task::Task*> tasks;
  for (std::uint32_t i = 0; i < producers; ++i) {
    tasks.push_back(&a.start([&stage, &m, i, count](Actor& b) { return produce(b, stage, m, 1'000 * i, count); },
                             any_priority(stage)));
  }
  for (task::Task* task : tasks) {
    stage.expect(co_await a.await(*task) == Passed::Done, "the wait for a producer was stopped");
    a.drop(task->handle);
  }
  for (auto* channel : m.channels) task::close(a.scheduler(), &a.worker(), *channel);
  stage.expect(co_await a.leave() == Passed::Done, "the wait for the consumers was stopped");
  std::map<std::uint64_t, int> seen;
  for (const auto& received : m.received) {
    std::map<std::uint64_t, std::uint64_t> last;  // by producer and channel
    for (const std::uint64_t word : received) {
      ++seen[word];
      std::uint64_t& before = last[word / 1'000 * 2 + word % 2];
      stage.expect(before <= word + 1, "messages of one sender came out of order");
      before = word + 1;
    }
  }
  for (std::uint64_t i = 0; i < producers; ++i) {
    for (std::uint64_t j = 0; j < count; ++j) {
      stage.expect(seen[1'000 * i + j] != 0, "a message was lost");
      stage.expect(seen[1'000 * i + j] == 1, "a message came twice");
    }
  }
  for (auto* channel : m.channels) a.drop(channel->handle);
}

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

Body chatter(Actor& a, const bool& stop) {
  while (!stop) co_await a.yield();
}

Body say_stop(Actor&, bool& stop) {
  stop = true;
  co_return;
}

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

// -------------------------------------------------------------------------------------- resources

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

// ------------------------------------------------------------------------------------ publication

Body take_lists(Actor& a, task::Channel& channel) {
  for (;;) {
    std::uint64_t word = 0;
    if (co_await a.receive(channel, word) != Passed::Done) co_return;
    auto* list = reinterpret_cast<memory::ArrayObject*>(word);
    // Copies of the parts come and go, as a program's would.
    for (std::uint64_t i = 0; i < list->length; ++i) {
      auto* part = reinterpret_cast<memory::Object**>(list->data())[i];
      memory::retain(part);
      memory::release(a.account(), part);
    }
    memory::release(a.account(), &list->header);
  }
}

void copy_all(Actor& a, const std::vector<memory::Object*>& objects) {
  for (memory::Object* object : objects) {
    memory::retain(object);
    memory::release(a.account(), object);
  }
}

Body publication(Actor& a, Stage& stage) {
  std::vector<memory::Object*> kept;
  task::Channel* channel = stage.channel(stage.pick(3), true);
  a.open();
  for (std::uint32_t i = 0; i < 2; ++i) {
    a.drop(a.start([channel](Actor& b) { return take_lists(b, *channel); }).handle);
  }
  for (std::uint32_t i = 0; i < 1 + stage.pick(6); ++i) {
    memory::Object* list = a.engine.make_list(a.account(), 1 + stage.pick(3));
    // Kept, kept in part, or given away.
    const std::uint32_t keeps = stage.pick(3);
    memory::Object* part = *reinterpret_cast<memory::Object**>(reinterpret_cast<memory::ArrayObject*>(list)->data());
    if (keeps != 0) kept.push_back(keeps == 1 ? part : list);
    if (keeps != 0) memory::retain(kept.back());
    auto word = reinterpret_cast<std::uint64_t>(list);
    if (co_await a.send(*channel, word) != Passed::Done) co_return;
    copy_all(a, kept);
  }
  for (std::uint32_t turns = stage.pick(4); turns != 0; --turns) {
    co_await a.yield();
    copy_all(a, kept);
  }
  for (memory::Object* object : kept) memory::release(a.account(), object);
  task::close(a.scheduler(), &a.worker(), *channel);
  stage.expect(co_await a.leave() == Passed::Done, "a join was stopped");
  a.drop(channel->handle);
}

// ----------------------------------------------------------------------------------------- timers

Body sleeper(Actor& a, Stage& stage, std::int64_t nanos) {
  const std::int64_t begin = stage.world.elapsed();
  if (co_await a.sleep(nanos) != Passed::Done) co_return;
  const std::int64_t late = stage.world.elapsed() - begin - nanos;
  stage.expect(late >= 0, "a timer fired early");
  // What the threads do meanwhile takes time as well.
  stage.expect(late < 2'000'000, "a timer fired late");
}

Body timers(Actor& a, Stage& stage) {
  a.open();
  for (std::uint32_t i = 0; i < 1 + stage.pick(8); ++i) {
    const std::int64_t nanos = std::int64_t{1} << stage.pick(32);
    a.drop(a.start([&stage, nanos](Actor& b) { return sleeper(b, stage, nanos); }, any_priority(stage)).handle);
  }
  stage.expect(co_await a.leave() == Passed::Done, "a timer never fired");
}

// ---------------------------------------------------------------------------------------- natives

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

struct Scenario {
  const char* name;
  Body (*main)(Actor&, Stage&);
};
constexpr Scenario kScenarios[] = {
    {"messages", messages},   {"cancellation", cancellation}, {"trees", trees},   {"priorities", priorities},
    {"resources", resources}, {"publication", publication},   {"timers", timers}, {"natives", natives},
};
constexpr auto kNames = [] {
  std::array<const char*, std::size(kScenarios)> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kScenarios[i].name;
  return names;
}();

// A scheduler with its workers, from beginning to end.
void play(Stage& stage, const Scenario& scenario, const task::SchedulerOptions& options) {
  constexpr std::size_t kStack = 64 * 1024;
  task::Fiber* fiber = task::Stacks::map(kStack);
  {
    task::Scheduler scheduler(options, stage.world, stage.engine);
    scheduler.attach_first();
    task::Task main;
    main.scheduler = &scheduler;
    main.work = stage.engine.make_work(stage.engine.accounts[0], [&](Actor& a) { return scenario.main(a, stage); });
    main.held = stage.engine.accounts[0].put_down();
    scheduler.run(main, *fiber);
    stage.expect(main.outcome == task::Outcome::Returned, "the main task was stopped");
    stage.expect(scheduler.live_tasks() == 0, "tasks are left over");
    stage.expect(scheduler.stray_bytes() == 0 && main.held == 0, "a task ended with bytes that it did not hold");
    stage.expect(scheduler.resources().open_count() == 0, "resources are left open");
  }
  task::Stacks::unmap(fiber, kStack);
}

}  // namespace

std::span<const char* const> scenario_names() { return kNames; }

ModelRun run_scenario(std::size_t which, std::uint64_t seed) {
  const Scenario& scenario = kScenarios[which];
  auto world = std::make_unique<ModelWorld>(Choices(seed, kSchedule));
  const auto workers = static_cast<std::uint32_t>(1 + world->choices().draw() % 4);
  auto engine = std::make_unique<ModelEngine>(workers + task::Scheduler::kMostSpares);
  const task::SchedulerOptions options{.workers = workers, .spread = world->choices().draw() % 4 != 0};
  auto stage = std::make_unique<Stage>(*world, *engine);
  const bool ended = world->threads.run([&] { play(*stage, scenario, options); });
  // The cause before what comes of it.
  ModelRun run{world->misuses().empty() ? stage->wrong : world->misuses().front(), world->threads.steps()};
  if (!ended) {
    if (run.wrong.empty()) run.wrong = world->threads.trouble();
    // Threads are in the middle of everything: nothing of it can be taken down.
    static_cast<void>(world.release());
    static_cast<void>(engine.release());
    static_cast<void>(stage.release());
    return run;
  }
  if (run.wrong.empty() && engine->live_objects() != 0) run.wrong = "objects are left over, or were freed twice";
  return run;
}

}  // namespace noodle::simulate
