#include "runtime/jit/ticker.h"

#include <sched.h>

#include <algorithm>
#include <chrono>

namespace noodle::jit {

namespace {

// How often running code is asked to leave, so that the interpreter can look whether others want to run.
constexpr auto kTick = std::chrono::microseconds(2000);
constexpr auto kShortTick = std::chrono::microseconds(200);
constexpr std::uint32_t kIdleTicks = 50;

}  // namespace

void Ticker::attach(vm::Machine& machine) {
  const std::lock_guard hold(mutex_);
  // The thread may be asleep.
  machine.rouses_tier.store(true);
  machines_.push_back(&machine);
}

bool Ticker::start() {
  const std::lock_guard hold(mutex_);
  return thread_.is_started() || closing_ || thread_.start([this] { work(); });
}

void Ticker::rouse() {
  const std::lock_guard hold(mutex_);
  for (vm::Machine* machine : machines_) machine->rouses_tier.store(false);
  roused_ = true;
  wake_.notify_one();
}

void Ticker::close() {
  {
    const std::lock_guard hold(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  if (thread_.is_started()) thread_.join();
}

// Asks compiled code to look whether it has to leave: often where something from outside is expected. While no
// machine runs any, it sleeps until one does.
void Ticker::work() {
  // Started by the compiler's thread, it would have its way of being scheduled, which never interrupts anybody.
  const sched_param none{};
  sched_setscheduler(0, SCHED_OTHER, &none);
  std::uint32_t idle = 0;
  std::unique_lock hold(mutex_);
  while (!closing_) {
    bool running = false, urgent = false;
    for (vm::Machine* machine : machines_) {
      if (!machine->in_compiled.load(std::memory_order_relaxed)) continue;
      running = true;
      urgent = urgent || machine->worker->scheduler().expects_news();
      machine->compiled_limit.store(nullptr, std::memory_order_relaxed);
    }
    idle = running ? 0 : idle + 1;
    if (idle < kIdleTicks) {
      wake_.wait_for(hold, urgent ? kShortTick : kTick, [&] { return closing_; });
      continue;
    }
    idle = 0;
    if (!may_sleep()) continue;
    roused_ = false;
    wake_.wait(hold, [&] { return closing_ || roused_; });
  }
}

// With the lock held. A machine says that it runs compiled code before it looks whether it has to rouse us, and we tell
// it to before we look whether it does: in the one order of all these, somebody sees the other.
bool Ticker::may_sleep() {
  for (vm::Machine* machine : machines_) machine->rouses_tier.store(true);
  return std::ranges::none_of(machines_, [](const vm::Machine* machine) { return machine->in_compiled.load(); });
}

}  // namespace noodle::jit
