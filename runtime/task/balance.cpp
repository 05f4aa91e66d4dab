#include "runtime/task/scheduler.h"

#include <algorithm>
#include <utility>

// How many workers work: one alone without locks, more when its queue lags and they bring something.

namespace noodle::task {

namespace {

constexpr std::int64_t kLag = 100'000;  // nanoseconds
// How long a rate of progress is measured, and what a helper must bring, in percent of it.
constexpr std::int64_t kRateTime = 200'000, kHelpTime = 400'000;
constexpr std::uint64_t kHelpPercent = 115;
constexpr std::int64_t kFirstRest = 2'000'000, kLongestRest = 32'000'000;

}  // namespace

std::uint64_t Scheduler::total_progress() const {
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < thread_count(); ++i) {
    total += workers_[i]->progress_.load(std::memory_order_relaxed);
  }
  return total;
}

void Scheduler::note_rate(Worker& worker, std::int64_t now) {
  const std::int64_t took = now - worker.rate_time_;
  if (took < kRateTime) return;
  const std::uint64_t progress = worker.progress_.load(std::memory_order_relaxed);
  const std::uint64_t rate = (progress - worker.rate_progress_) * 1'000'000 / static_cast<std::uint64_t>(took);
  worker.rate_.store(rate, std::memory_order_relaxed);
  if (worker.stayed_solo_) worker.solo_rate_.store(rate, std::memory_order_relaxed);
  worker.stayed_solo_ = worker.solo_;
  worker.rate_time_ = now;
  worker.rate_progress_ = progress;
}

// Woken to help: how fast were the others, all as they were, or one while it was alone? What they did just now may
// suffer from an earlier helper.
void Scheduler::begin_help(Worker& worker) {
  if (spread_) return;
  worker.help_rate_ = 0;
  std::uint64_t alone = 0;
  for (std::uint32_t i = 0; i < thread_count(); ++i) {
    const bool away = (workers_[i]->blocking_.load(std::memory_order_relaxed) & Worker::kReplaced) != 0;
    if (i == worker.index_ || away) continue;
    worker.help_rate_ += workers_[i]->rate_.load(std::memory_order_relaxed);
    alone = std::max(alone, workers_[i]->solo_rate_.load(std::memory_order_relaxed));
  }
  worker.help_rate_ = std::max(worker.help_rate_, alone);
  worker.help_progress_ = total_progress();
  worker.help_time_ = world_.monotonic_nanos();
}

void Scheduler::look_whether_it_helps(Worker& worker) {
  const std::int64_t took = world_.monotonic_nanos() - worker.help_time_;
  if (took < kHelpTime) return;
  worker.help_time_ = 0;
  worker.short_helps_ = 0;
  const std::uint64_t rate = (total_progress() - worker.help_progress_) * 1'000'000 / static_cast<std::uint64_t>(took);
  if (rate * 100 >= worker.help_rate_ * kHelpPercent) {
    worker.rest_ /= 2;
  } else {
    rest(worker);
  }
}

// Leaves its tasks to the others for a while, unless it is the only one that is awake.
void Scheduler::rest(Worker& worker) {
  {
    const Hold hold(idle_lock_);
    if (running() <= 1) return;
    ++resting_;
    worker.rests_ = true;
    worker.signal_.store(0);
  }
  worker.rest_ = std::clamp(worker.rest_ * 2, kFirstRest, kLongestRest);
  leave_tasks(worker);
  if (!done_.load() && !closing_.load()) world_.wait(worker.signal_, worker.rest_);
  {
    const Hold hold(idle_lock_);
    if (std::exchange(worker.rests_, false)) --resting_;
    worker.surplus_ = is_surplus();
  }
  enter(worker);
}

// Takes the scheduler for itself if all others sleep. They have to take the same lock before they do anything.
void Scheduler::try_solo(Worker& worker) {
  if (worker.solo_ || spread_) return;
  const Hold hold(idle_lock_);
  if (asleep() + 1 != started_.load()) return;
  worker.solo_ = true;
  solo_.store(&worker, std::memory_order_relaxed);
}

// A worker that is awake again, and counted so, waits until nobody has the scheduler for itself.
void Scheduler::enter(Worker& worker) {
  for (int round = 0;; ++round) {
    const Worker* owner = solo_.load(std::memory_order_acquire);
    if (owner == nullptr || owner == &worker) return;
    solo_wanted_.store(true, std::memory_order_relaxed);
    if (round < 100) {
      relax();
    } else {
      yield_thread();
    }
  }
}

// Have all that were in the queue when we last looked had their turn? Gives the time.
std::int64_t Scheduler::look_for_lag(Worker& worker) {
  const std::uint32_t count = waiting(worker);
  const bool moved = count == 0 || static_cast<std::int32_t>(worker.pushed_ - count - worker.mark_) >= 0;
  const std::int64_t now = world_.monotonic_nanos();
  note_rate(worker, now);
  try_solo(worker);
  if (!moved && !spread_) {
    if (now - worker.mark_time_ < kLag) return now;
    // Twice, some time apart: once may mean that the system took our processor away.
    if (worker.suspect_time_ == 0) worker.suspect_time_ = now;
    if (now - worker.suspect_time_ < kLag / 2) return now;
  }
  worker.suspect_time_ = 0;
  worker.mark_ = worker.pushed_;
  worker.mark_time_ = now;
  if (worker.lagging_.load(std::memory_order_relaxed) != !moved) worker.lagging_.store(!moved);
  if (!moved) wake_one();
  return now;
}

}  // namespace noodle::task
