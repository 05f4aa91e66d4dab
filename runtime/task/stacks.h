#pragma once

#include <cstddef>
#include <vector>

#include "base/lock.h"
#include "runtime/task/task.h"

namespace noodle::task {

/// Stacks for fibers. A stack never moves; it is cut from slabs of address space that the system backs with
/// memory page by page as it is touched (a guard page each would exhaust the kernel's mappings at 32,000
/// fibers: depth is checked by comparison instead). The Fiber itself lies at the low end of its stack, so
/// that a parked one with little on it takes a single page.
class Stacks {
 public:
  static constexpr std::size_t kBytes = 256 * 1024;
  /// From one stack to the next: not a power of two, or all stacks would fight for the same lines of the cache.
  static constexpr std::size_t kStride = kBytes + 4096;
  static constexpr std::size_t kSlab = 64 * kStride;

  Stacks() = default;
  ~Stacks();
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;

  /// A fresh fiber, or null when the system has no address space left.
  Fiber* take();
  void give(Fiber* fiber);
  /// A fiber with a stack of so many bytes of its own.
  static Fiber* map(std::size_t bytes);
  static void unmap(Fiber* fiber, std::size_t bytes);

 private:
  Lock lock_;
  Fiber* free_ = nullptr;
  std::byte* rest_ = nullptr;  // of the newest slab
  std::size_t left_ = 0;
  std::size_t made_ = 0;
  std::vector<void*> slabs_;
};

}  // namespace noodle::task
