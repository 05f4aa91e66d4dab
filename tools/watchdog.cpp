#include "tools/watchdog.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tools/verb.h"

namespace noodle::tools {

Watchdog::Watchdog() : thread_([this] { work(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard hold(mutex_);
    closing_ = true;
  }
  over_.notify_all();
  thread_.join();
}

void Watchdog::set(const std::atomic<std::uint64_t>* count, std::string message) {
  const std::lock_guard hold(mutex_);
  count_ = count;
  message_ = std::move(message);
  silent_ = 0;
  seen_ = 0;
}

// Counts the seconds in which it was awake itself: a process that was stopped for a while doesn't hang.
void Watchdog::work() {
  std::unique_lock hold(mutex_);
  while (!over_.wait_for(hold, std::chrono::seconds(1), [this] { return closing_; })) {
    if (count_ == nullptr) continue;
    const std::uint64_t now = count_->load(std::memory_order_relaxed);
    silent_ = now == std::exchange(seen_, now) ? silent_ + 1 : 0;
    if (silent_ < kPatience) continue;
    print_err(message_);
    std::fflush(nullptr);
    std::_Exit(kExitErrors);
  }
}

}  // namespace noodle::tools
