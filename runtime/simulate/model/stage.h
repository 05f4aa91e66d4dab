#pragma once

// What the scenarios share: their world, what each has at hand, and their names.

#include <string>
#include <vector>

#include "runtime/simulate/model/engine.h"
#include "runtime/simulate/model/threads.h"
#include "runtime/simulate/world.h"

namespace noodle::simulate {

/// A simulated world in which threads that wait let others run.
class ModelWorld final : public Simulation {
 public:
  explicit ModelWorld(Choices choices) : Simulation(std::move(choices), nullptr), threads(this->choices(), time()) {
    simulated_ports().wait_with([this](const std::function<bool()>& ready, std::int64_t until) {
      interleave();
      threads.wait(ready, until);
    });
  }
  void wait(std::atomic<std::uint32_t>& word, std::int64_t nanos) override {
    threads.wait([&word] { return word.load(std::memory_order_relaxed) != 0; },
                 nanos < 0 ? INT64_MAX : time().now() + nanos);
  }
  Threads threads;
};

/// What a scenario has at hand.
struct Stage {
  ModelWorld& world;
  ModelEngine& engine;
  std::string wrong;
  bool may_stop = false;           // the main task need not return
  std::vector<Thread> helpers;     // threads of the scenario, which end before the scheduler
  int jobs = 0;                    // that there are
  Atomic<std::uint32_t> begun{0};  // whether the main task waits, or is about to

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

/// Normal most often.
inline task::Priority any_priority(Stage& stage) {
  return stage.pick(4) != 0 ? task::Priority::Normal : static_cast<task::Priority>(stage.pick(task::kPriorities));
}

// ---- what several scenarios do
/// Holds up its worker's thread, as a native that waits for the system.
void block(Actor& a, Stage& stage, std::int64_t nanos);
/// Waits in one of eight ways, until it is told to stop.
Body wait_for_ever(Actor& a, Stage& stage, task::Channel& empty, task::Channel& full, std::uint32_t how);

// ---- main tasks
Body messages(Actor& a, Stage& stage);
Body cancellation(Actor& a, Stage& stage);
Body trees(Actor& a, Stage& stage);
Body priorities(Actor& a, Stage& stage);
Body resources(Actor& a, Stage& stage);
Body publication(Actor& a, Stage& stage);
Body timers(Actor& a, Stage& stage);
Body natives(Actor& a, Stage& stage);
Body pipes(Actor& a, Stage& stage);
Body offload(Actor& a, Stage& stage);
Body panics(Actor& a, Stage& stage);
Body unseen(Actor& a, Stage& stage);
Body exits(Actor& a, Stage& stage);
Body interrupts(Actor& a, Stage& stage);

}  // namespace noodle::simulate
