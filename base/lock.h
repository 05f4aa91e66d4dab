#pragma once

#include <atomic>
#include <cstdint>

namespace noodle {

/// A mutex of four bytes for sections of a few instructions: spins a little, then sleeps on a futex. Its word
/// is 0 free, 1 held, 2 held and somebody may sleep (Drepper, "Futexes Are Tricky", mutex 2).
class Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void lock() {
    std::uint32_t free = 0;
    if (!word_.compare_exchange_strong(free, 1, std::memory_order_acquire, std::memory_order_relaxed)) lock_slow();
  }
  bool try_lock() {
    std::uint32_t free = 0;
    return word_.compare_exchange_strong(free, 1, std::memory_order_acquire, std::memory_order_relaxed);
  }
  void unlock() {
    if (word_.exchange(0, std::memory_order_release) == 2) wake();
  }

 private:
  void lock_slow();
  void wake();
  std::atomic<std::uint32_t> word_{0};
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
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace noodle
