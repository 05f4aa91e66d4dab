#include "base/lock.h"

#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace noodle {

namespace {
constexpr int kSpins = 64;
}

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
  for (int i = 0; i < kSpins; ++i) {
    if (word_.load(std::memory_order_relaxed) == 0 && try_lock()) return;
    relax();
  }
  while (word_.exchange(2, std::memory_order_acquire) != 0) futex_wait(word_, 2, -1);
}

void Lock::wake() { futex_wake(word_); }

}  // namespace noodle
