#pragma once

// What the scenarios share: their world, what each has at hand, and their names.

#include <string>

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

// ---- main tasks
Body messages(Actor& a, Stage& stage);
Body cancellation(Actor& a, Stage& stage);
Body trees(Actor& a, Stage& stage);
Body priorities(Actor& a, Stage& stage);
Body resources(Actor& a, Stage& stage);
Body publication(Actor& a, Stage& stage);
Body timers(Actor& a, Stage& stage);
Body natives(Actor& a, Stage& stage);

}  // namespace noodle::simulate
