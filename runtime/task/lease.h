#pragma once

#include <cstdint>

#include "runtime/task/scheduler.h"

namespace noodle::task {

/// Cores for a library that runs threads of its own. While it is held, that many fewer workers run tasks, each
/// from the end of its present turn.
class CoreLease {
 public:
  /// Leases so many cores besides the one that the caller runs on, or as many as there are: one always stays
  /// for tasks.
  CoreLease(Scheduler& scheduler, std::uint32_t cores);
  ~CoreLease();
  CoreLease(const CoreLease&) = delete;
  CoreLease& operator=(const CoreLease&) = delete;

  /// How many it got.
  std::uint32_t cores() const { return cores_; }

 private:
  Scheduler& scheduler_;
  std::uint32_t cores_;
};

}  // namespace noodle::task
