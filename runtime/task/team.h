#pragma once

// Work that is cut into parts is done by who calls and by threads on cores that are leased for it.

#include <cstddef>
#include <functional>
#include <vector>

#include "base/mutex.h"
#include "runtime/task/scheduler.h"

namespace noodle::task {

class Team {
 public:
  /// `part(data, i)` is called once for each i below `count`, in any order and by several threads.
  struct Work {
    std::size_t count;
    void (*part)(void* data, std::size_t i);
    void* data;
  };

  explicit Team(Scheduler& scheduler) : scheduler_(scheduler) {}
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// Does all of it; the caller asks before each part of its own whether to stop. False when it did, and then parts are
  /// left out. Who finds the team busy does its work alone, and so does who gets no thread.
  bool run(const Work& work, const std::function<bool()>& stop);

 private:
  bool take();
  bool run_with(std::size_t others, const Work& work, const std::function<bool()>& stop);
  void help();

  Scheduler& scheduler_;
  Mutex mutex_;
  Condition more_, left_;
  std::vector<Thread> threads_;
  Work work_{};
  Atomic<std::size_t> next_{0};  // part
  std::size_t wanted_ = 0;       // threads that may still join
  std::size_t helping_ = 0;      // that have
  bool busy_ = false;
  bool closing_ = false;
};

}  // namespace noodle::task
