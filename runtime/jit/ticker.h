#pragma once

// The thread that asks compiled code to look whether it has to leave.

#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/concurrency.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

class Ticker {
 public:
  Ticker() = default;
  ~Ticker() { close(); }
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  /// A machine whose compiled code is to be asked, until `close`.
  void attach(vm::Machine& machine);
  /// Has the thread run from now on; false when the system has none.
  bool start();
  /// A machine with `rouses_tier` begins to run compiled code.
  void rouse();
  /// Ends the thread: no machine is touched afterwards.
  void close();

 private:
  void work();
  bool may_sleep();

  std::mutex mutex_;  // guards what follows
  std::vector<vm::Machine*> machines_;
  bool closing_ = false, roused_ = false;
  std::condition_variable wake_;
  Thread thread_;
};

}  // namespace noodle::jit
