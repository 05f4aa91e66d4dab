#pragma once

#include <atomic>
#include <cstdint>

#include "base/concurrency.h"

namespace noodle {

/// A mutex of one byte for sections of a few instructions. Unlocking is a plain store, which is what counts
/// where nobody fights; who finds it held spins, then lets other threads run, then sleeps a little.
class Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void lock() {
    if (!try_lock()) lock_slow();
  }
  // Acquire pairs with the release in unlock: what was done under the lock is seen.
  bool try_lock() { return !held_.exchange(true, std::memory_order_acquire); }
  void unlock() { held_.store(false, std::memory_order_release); }

 private:
  void lock_slow();
  Atomic<bool> held_{false};
};

/// Holds a lock for a block.
class Hold {
 public:
  explicit Hold(Lock& lock) : lock_(lock) { lock_.lock(); }
  ~Hold() { lock_.unlock(); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  Lock& lock_;
};

/// Sleeps while `word` is `value`, at most `nanos` nanoseconds unless negative; may wake early.
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value, std::int64_t nanos);
/// Wakes one thread that sleeps on `word`. Safe in a signal handler.
void futex_wake(std::atomic<std::uint32_t>& word);
/// Tells the processor that this is a spin loop.
inline void relax() {
#if defined(NOODLE_MODEL)
  yield_thread();
#elif defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace noodle
