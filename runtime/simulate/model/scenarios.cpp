#include "runtime/simulate/model/scenarios.h"

#include <array>

#include "runtime/simulate/model/freed.h"
#include "runtime/simulate/model/stage.h"
#include "runtime/task/stacks.h"

namespace noodle::simulate {

namespace {

struct Scenario {
  const char* name;
  Body (*main)(Actor&, Stage&);
};
constexpr Scenario kScenarios[] = {
    {"messages", messages},   {"cancellation", cancellation}, {"trees", trees},   {"priorities", priorities},
    {"resources", resources}, {"publication", publication},   {"timers", timers}, {"natives", natives},
    {"pipes", pipes},         {"offload", offload},           {"panics", panics}, {"unseen", unseen},
    {"exits", exits},         {"interrupts", interrupts},
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
    for (Thread& helper : stage.helpers) helper.join();
    stage.expect(main.outcome == task::Outcome::Returned || stage.may_stop, "the main task was stopped");
    stage.expect(scheduler.live_tasks() == 0, "tasks are left over");
    stage.expect(scheduler.stray_bytes() == 0 && main.held == 0, "a task ended with bytes that it did not hold");
    stage.expect(scheduler.resources().open_count() == 0, "resources are left open");
  }
  stage.expect(stage.jobs == 0, "work of another thread is left over");
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
  const char* freed = give_back_freed();
  ModelRun run{freed != nullptr           ? freed
               : world->misuses().empty() ? stage->wrong
                                          : world->misuses().front(),
               world->threads.steps()};
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
