#pragma once

#include <cstdint>

#include "base/concurrency.h"
#include "runtime/task/task.h"

namespace noodle::task {

/// A chain of tasks linked by `next`, for those that don't fit a worker's ring.
struct TaskList {
  Task* first = nullptr;
  Task* last = nullptr;
  std::uint32_t count = 0;

  void push(Task* task) {
    task->next = nullptr;
    (last != nullptr ? last->next : first) = task;
    last = task;
    ++count;
  }
  Task* pop() {
    Task* task = first;
    if (task == nullptr) return nullptr;
    first = task->next;
    if (first == nullptr) last = nullptr;
    --count;
    return task;
  }
};

/// One worker's tasks that are ready, first come first served: its owner pushes and pops, other workers
/// steal half. Bounded, after the run queue of Go's scheduler.
class RunQueue {
 public:
  static constexpr std::uint32_t kRoom = 256;

  /// Owner: adds a task; false when there is no room.
  bool push(Task* task) {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    // Acquire pairs with the takers' release: the slot's reader is done with it.
    if (tail - head_.load(std::memory_order_acquire) == kRoom) return false;
    slots_[tail % kRoom].store(task, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_release);  // pairs with the thieves' acquire
    return true;
  }
  /// Owner: the oldest task, or null.
  Task* pop() { return oldest(std::memory_order_relaxed); }
  /// Anyone: the oldest task, or null. Acquire pairs with the owner's release: what it put there is seen.
  Task* take() { return oldest(std::memory_order_acquire); }
  /// Anyone: takes half of the tasks, the oldest; gives one of them and leaves the rest in `into`, whose
  /// owner the caller is and which is empty.
  Task* steal(RunQueue& into) {
    for (;;) {
      std::uint32_t head = head_.load(std::memory_order_acquire);
      const std::uint32_t tail = tail_.load(std::memory_order_acquire);
      std::uint32_t count = tail - head;
      count -= count / 2;
      if (count == 0) return nullptr;
      if (count > kRoom / 2) continue;  // head and tail were not of one moment
      const std::uint32_t to = into.tail_.load(std::memory_order_relaxed);
      for (std::uint32_t i = 0; i < count; ++i) {
        into.slots_[(to + i) % kRoom].store(slots_[(head + i) % kRoom].load(std::memory_order_relaxed),
                                            std::memory_order_relaxed);
      }
      if (!head_.compare_exchange_strong(head, head + count, std::memory_order_release, std::memory_order_relaxed)) {
        continue;
      }
      --count;
      Task* task = into.slots_[(to + count) % kRoom].load(std::memory_order_relaxed);
      if (count != 0) into.tail_.store(to + count, std::memory_order_release);
      return task;
    }
  }
  std::uint32_t size() const { return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_relaxed); }

 private:
  Task* oldest(std::memory_order order) {
    std::uint32_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      if (head == tail_.load(order)) return nullptr;
      Task* task = slots_[head % kRoom].load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(head, head + 1, std::memory_order_release, std::memory_order_acquire))
        return task;
    }
  }

  Atomic<std::uint32_t> head_{0};
  Atomic<std::uint32_t> tail_{0};
  Atomic<Task*> slots_[kRoom] = {};
};

}  // namespace noodle::task
