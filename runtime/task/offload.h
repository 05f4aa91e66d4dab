#pragma once

// Work that blocks for long (looking up a host) is done by threads that run no tasks.

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "runtime/task/channel.h"

namespace noodle::task {

/// A piece of such work; kept by the fiber that waits and by the thread that does it.
class Job {
 public:
  virtual ~Job() = default;
  /// Does the work, on another thread.
  virtual void run() = 0;
  bool is_done() {
    const Hold hold(lock_);
    return done_;
  }

 private:
  friend class Offload;
  Lock lock_;
  bool done_ = false;
  WaitList waiting_;
};

class Offload {
 public:
  explicit Offload(Scheduler& scheduler) : scheduler_(scheduler) {}
  ~Offload();
  Offload(const Offload&) = delete;
  Offload& operator=(const Offload&) = delete;

  /// Hands a job to a thread, or does it at once where the system has none: for natives that may block.
  void start(const std::shared_ptr<Job>& job);
  /// Waits for its end.
  Passed wait(Fiber& fiber, Job& job);

 private:
  static constexpr std::size_t kMostThreads = 8;
  bool hand_over(const std::shared_ptr<Job>& job);
  void work();
  Scheduler& scheduler_;
  Mutex mutex_;
  Condition more_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::vector<Thread> threads_;
  std::size_t free_ = 0;
  bool closing_ = false;
};

}  // namespace noodle::task
