#pragma once

// A mutex and a condition for threads that may hold and wait for long; with NOODLE_MODEL those of a model, see
// concurrency.h.

#include <condition_variable>
#include <mutex>

#include "base/concurrency.h"

#ifdef NOODLE_MODEL
#include <deque>
#endif

namespace noodle {

#ifdef NOODLE_MODEL

/// Sleeps while `word` is 0.
void model_wait(const std::atomic<std::uint32_t>& word);

class Mutex {
 public:
  void lock() {
    while (held_.exchange(true)) yield_thread();
  }
  void unlock() { held_.store(false); }

 private:
  Atomic<bool> held_{false};
};

/// Wakes nobody whom it was not told to wake.
class Condition {
 public:
  template <typename F>
  void wait(std::unique_lock<Mutex>& hold, F until) {
    while (!until()) {
      std::atomic<std::uint32_t> told{0};
      waiting_.push_back(&told);
      hold.unlock();
      model_wait(told);
      hold.lock();
    }
  }
  void notify_one() {
    interleave();
    if (waiting_.empty()) return;
    waiting_.front()->store(1);
    waiting_.pop_front();
  }
  void notify_all() {
    while (!waiting_.empty()) notify_one();
  }

 private:
  std::deque<std::atomic<std::uint32_t>*> waiting_;  // the longest waiting first
};

#else

using Mutex = std::mutex;
using Condition = std::condition_variable;

#endif

}  // namespace noodle
