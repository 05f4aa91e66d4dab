#include "base/lock.h"

#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace noodle {

namespace {
constexpr int kSpins = 64;
constexpr int kYields = 16;
constexpr long kPause = 50'000;  // nanoseconds
}  // namespace

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value, std::int64_t nanos) {
  timespec limit{};
  if (nanos >= 0) {
    limit.tv_sec = nanos / 1'000'000'000;
    limit.tv_nsec = nanos % 1'000'000'000;
  }
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nanos >= 0 ? &limit : nullptr, nullptr, 0);
}

void futex_wake(std::atomic<std::uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void Lock::lock_slow() {
  for (int round = 0;; ++round) {
    for (int i = 0; i < kSpins; ++i) {
      if (!held_.load(std::memory_order_relaxed) && try_lock()) return;
      relax();
    }
    // Its holder has lost the processor, or does something longer.
    if (round < kYields) {
      yield_thread();
    } else {
      const timespec pause{0, kPause};
      nanosleep(&pause, nullptr);
    }
  }
}

}  // namespace noodle
