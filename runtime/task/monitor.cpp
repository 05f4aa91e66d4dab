#include "runtime/task/monitor.h"

#include <algorithm>

#include "runtime/task/resource.h"

namespace noodle::task {

namespace {

constexpr std::int64_t kLook = 50'000, kLongestLook = 1'000'000;  // nanoseconds between two looks
constexpr std::uint32_t kMostCalmLooks = 10;                      // one after the other: then it sleeps

}  // namespace

Monitor::~Monitor() {
  if (!runs_.load()) return;
  closing_.store(true);
  signal_.store(1);
  futex_wake(signal_);
  thread_.join();
}

// Whoever takes `monitor_asleep_` back is alone with it until the thread falls asleep again.
void Monitor::wake() {
  if (!scheduler_.monitor_asleep_.exchange(false)) return;
  if (!runs_.exchange(true)) {
    if (thread_.start([this] { work(); })) return;
    // Who wakes it next tries again.
    runs_.store(false);
    scheduler_.monitor_asleep_.store(true);
    return;
  }
  signal_.store(1);
  futex_wake(signal_);
}

void Monitor::wake_if_running() {
  if (runs_.load()) wake();
}

void Monitor::work() {
  std::int64_t pause = kLook;
  std::uint32_t calm = 0;
  while (!closing_.load()) {
    // Who would do it may be in a native itself.
    if (scheduler_.interrupted_.load()) scheduler_.check_interrupt(nullptr);
    if (scheduler_.look_at_natives(true)) {
      pause = kLook;
      calm = 0;
    } else if (++calm < kMostCalmLooks) {
      pause = std::min(pause * 2, kLongestLook);
    } else {
      sleep();
      pause = kLook;
      calm = 0;
    }
    scheduler_.world().wait(signal_, pause);
    signal_.store(0);
  }
}

void Monitor::sleep() {
  scheduler_.monitor_asleep_.store(true);
  // Looked at again, now that whoever enters a native would wake us.
  if (scheduler_.look_at_natives(false)) {
    scheduler_.monitor_asleep_.store(false);
    return;
  }
  while (scheduler_.monitor_asleep_.load() && !closing_.load()) scheduler_.world().wait(signal_, -1);
  signal_.store(0);
}

// ----------------------------------------------------------------------------- the scheduler's part

// A worker enters a native while the monitor sleeps.
void Scheduler::watch(const Worker& worker) {
  if (director_ != nullptr) return;  // then there is no other thread
  if (global_count_.load() != 0 || waiting(worker) != 0 || is_unserved()) monitor_->wake();
}

// Whether timers or the world's news wait for a worker that looks at them.
bool Scheduler::is_unserved() const { return keeper_.load() == nullptr && expects_news(); }

// The monitor's look at all workers: is one in a native while there is something else to do? One that was in
// the same native at the last look already is replaced.
bool Scheduler::look_at_natives(bool act) {
  const bool work = wanted_.load() || global_count_.load() != 0 || is_unserved();
  bool watching = false;
  for (std::uint32_t i = 0; i < thread_count(); ++i) {
    Worker& worker = *workers_[i];
    const std::uint32_t state = worker.blocking_.load();
    const bool lasts = std::exchange(worker.seen_, state) == state;
    if ((state & Worker::kStates) != Worker::kInside || (!work && waiting(worker) == 0)) continue;
    watching = true;
    if (act && lasts) replace(worker, state);
  }
  if (!watching) wanted_.store(false);
  return watching;
}

void Scheduler::replace(Worker& worker, std::uint32_t state) {
  {
    const Hold hold(idle_lock_);
    if (!worker.blocking_.compare_exchange_strong(state, state | Worker::kReplaced)) return;
    ++replaced_;
  }
  give_away(worker);
  wanted_.store(false);
  wake_one(Reason::Replace);
}

// A native that lasted has returned.
void Scheduler::come_back(Worker& worker) {
  const Hold hold(idle_lock_);
  worker.blocking_.fetch_sub(Worker::kReplaced);
  --replaced_;
  worker.surplus_ = is_surplus();
}

// Somebody asked for a worker, but all that may run do. Those in natives may be replaced.
void Scheduler::want_monitor() {
  wanted_.store(true);
  for (std::uint32_t i = 0; i < thread_count(); ++i) {
    if ((workers_[i]->blocking_.load() & Worker::kStates) == Worker::kInside) return monitor_->wake();
  }
}

// The monitor has not taken it: it goes first, as it would have.
void Worker::take_back_offered() {
  Task* task = offered_.exchange(nullptr);
  if (task == nullptr) return;
  if (next_ == nullptr) {
    next_ = task;
  } else {
    scheduler_.push(*this, *task);
  }
}

}  // namespace noodle::task
