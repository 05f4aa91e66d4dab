#include "runtime/task/team.h"

#include <algorithm>
#include <utility>

#include "runtime/task/lease.h"

namespace noodle::task {

Team::~Team() {
  {
    const std::lock_guard hold(mutex_);
    closing_ = true;
  }
  more_.notify_all();
  for (Thread& thread : threads_) thread.join();
}

bool Team::run(const Work& work, const std::function<bool()>& stop) {
  if (work.count > 1 && take()) {
    bool done = false;
    {
      const CoreLease lease(scheduler_, static_cast<std::uint32_t>(std::min<std::size_t>(work.count - 1, UINT32_MAX)));
      done = run_with(lease.cores(), work, stop);
    }
    const std::lock_guard hold(mutex_);
    busy_ = false;
    return done;
  }
  for (std::size_t i = 0; i < work.count; ++i) {
    if (stop()) return false;
    work.part(work.data, i);
  }
  return true;
}

bool Team::take() {
  const std::lock_guard hold(mutex_);
  return !std::exchange(busy_, true);
}

bool Team::run_with(std::size_t others, const Work& work, const std::function<bool()>& stop) {
  {
    const std::lock_guard hold(mutex_);
    work_ = work;
    next_.store(0);
    wanted_ = others;
    for (Thread thread; threads_.size() < others && thread.start([this] { help(); });) threads_.push_back(thread);
  }
  if (others != 0) more_.notify_all();
  bool is_stopped = false;
  for (std::size_t i = next_.fetch_add(1); i < work.count && !is_stopped; i = next_.fetch_add(1)) {
    is_stopped = stop();
    if (!is_stopped) work.part(work.data, i);
  }
  if (is_stopped) next_.store(work.count);
  std::unique_lock hold(mutex_);
  wanted_ = 0;
  left_.wait(hold, [this] { return helping_ == 0; });
  return !is_stopped;
}

void Team::help() {
  std::unique_lock hold(mutex_);
  for (;;) {
    more_.wait(hold, [this] { return closing_ || wanted_ != 0; });
    if (closing_) return;
    --wanted_;
    ++helping_;
    const Work work = work_;
    hold.unlock();
    for (std::size_t i = next_.fetch_add(1); i < work.count; i = next_.fetch_add(1)) work.part(work.data, i);
    hold.lock();
    if (--helping_ == 0) left_.notify_all();
  }
}

}  // namespace noodle::task
