#pragma once

// Watches natives that block. A thread, started when it is first needed; it sleeps while no worker is in a
// native for which others have to wait.

#include <cstdint>

#include "runtime/task/scheduler.h"

namespace noodle::task {

class Monitor {
 public:
  explicit Monitor(Scheduler& scheduler) : scheduler_(scheduler) {}
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  /// There is something to watch.
  void wake();
  /// The same, safe in a signal handler.
  void wake_if_running();

 private:
  void work();
  void sleep();

  Scheduler& scheduler_;
  Atomic<bool> runs_{false};
  Atomic<bool> closing_{false};
  Atomic<std::uint32_t> signal_{0};  // what it sleeps on
  Thread thread_;
};

}  // namespace noodle::task
