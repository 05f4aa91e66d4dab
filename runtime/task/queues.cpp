#include "runtime/task/scheduler.h"

#include <utility>

// Which task runs next, and where one goes that is ready.

namespace noodle::task {

namespace {

constexpr std::uint32_t kTurnsBetweenLooks = 61;  // at the global queues and the clock while there is other work

}  // namespace

bool Scheduler::spawn(Worker& worker, Task& task) {
  push(worker, task);
  return worker.queues_[static_cast<unsigned>(task.priority)].size() >= RunQueue::kRoom - 1;
}

void Scheduler::ready(Worker* worker, Task& task) {
  if (worker == nullptr) {
    push_global(task);
    return wake_one();
  }
  if (task.priority == Priority::Normal) {
    Task* before = std::exchange(worker->next_, &task);
    if (before != nullptr) push(*worker, *before);
    return;
  }
  push(*worker, task);
}

void Scheduler::push(Worker& worker, Task& task) {
  ++worker.pushed_;
  if (!worker.queues_[static_cast<unsigned>(task.priority)].push(&task)) push_global(task);
}

std::uint32_t Scheduler::waiting(const Worker& worker) const {
  std::uint32_t count = global_count_.load(std::memory_order_relaxed);
  count += worker.offered_.load(std::memory_order_relaxed) != nullptr ? 1 : 0;
  for (const RunQueue& queue : worker.queues_) count += queue.size();
  return count;
}

void Scheduler::push_global(Task& task) {
  const Hold hold(global_lock_);
  global_[static_cast<unsigned>(task.priority)].push(&task);
  global_count_.fetch_add(1);
}

Task* Scheduler::take_global() {
  if (global_count_.load() == 0) return nullptr;
  const Hold hold(global_lock_);
  for (TaskList& list : global_) {
    if (Task* task = list.pop()) {
      global_count_.fetch_sub(1);
      return task;
    }
  }
  return nullptr;
}

// High before normal before low; but every so often the lower ones come first, so that none starves.
Task* Scheduler::find_local(Worker& worker) {
  constexpr unsigned kLowTurn = 67, kNormalTurn = 3;
  ++worker.turns_;
  if (worker.turns_ % kLowTurn == 0) {
    if (Task* task = worker.queues_[2].pop()) return task;
  }
  if (worker.turns_ % kNormalTurn != 0) {
    if (Task* task = worker.queues_[0].pop()) return task;
    // What was made ready last goes first, but not for ever while others wait.
    if (worker.next_ != nullptr) return std::exchange(worker.next_, nullptr);
  }
  if (Task* task = worker.queues_[1].pop()) return task;
  if (worker.next_ != nullptr) return std::exchange(worker.next_, nullptr);
  if (Task* task = worker.queues_[0].pop()) return task;
  return worker.queues_[2].pop();
}

// Its own tasks before those in the global queues, which are looked at every so often all the same.
Task* Scheduler::find_ready(Worker& worker) {
  if (worker.turns_ % kTurnsBetweenLooks == 0) {
    if (Task* task = take_global()) {
      ++worker.turns_;
      return task;
    }
  }
  if (Task* task = find_local(worker)) return task;
  return take_global();
}

Task* Scheduler::find(Worker& worker) {
  if (worker.turns_ % kTurnsBetweenLooks == 0) look_outside(worker);
  if (Task* task = find_ready(worker)) return task;
  look_outside(worker);
  if (Task* task = find_local(worker)) return task;
  return steal(worker);
}

Task* Scheduler::steal(Worker& worker) {
  const std::uint32_t count = started_.load(std::memory_order_acquire);
  worker.random_ = worker.random_ * 1664525 + 1013904223;
  for (std::uint32_t i = 0; i < count; ++i) {
    Worker& other = *workers_[(worker.random_ / 65536 + i) % count];
    if (&other == &worker || !other.lagging_.load(std::memory_order_relaxed)) continue;
    for (unsigned p = 0; p < kPriorities; ++p) {
      if (Task* task = other.queues_[p].steal(worker.queues_[p])) return task;
    }
  }
  return nullptr;
}

}  // namespace noodle::task
