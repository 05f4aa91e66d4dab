#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/task/director.h"
#include "runtime/task/resource.h"
#include "runtime/task/scheduler.h"

// What is different when a director decides: which of all that are ready goes on, and that time passes only
// when everybody waits for it.

namespace noodle::task {

Task* Scheduler::find_directed(Worker& worker) {
  look_outside(worker);
  const std::uint32_t count = waiting(worker) + (worker.next_ != nullptr ? 1 : 0);
  if (count == 0) return nullptr;
  const std::uint32_t which = director_->choose(count);
  if (which == 0) {
    // Those who were overtaken are in the global queues, and have waited longest.
    Task* task = take_global();
    return task != nullptr ? task : find_local(worker);
  }
  std::vector<Task*> ready;
  ready.reserve(count);
  while (Task* task = take_global()) ready.push_back(task);
  while (Task* task = find_local(worker)) ready.push_back(task);
  Task* chosen = ready[which];
  ready.erase(ready.begin() + which);
  for (Task* task : ready) push_global(*task);
  return chosen;
}

// Waits for what happens next in the world, or the next timer. False when nothing will.
bool Scheduler::sleep_directed(Worker& worker) {
  const std::int64_t due = timers_.next_due();
  const bool outside = resources_->any_news_awaited();
  if (due == INT64_MAX && !outside) return interrupted_.load();
  const std::int64_t left = due == INT64_MAX ? -1 : std::max<std::int64_t>(due - world_.monotonic_nanos(), 0);
  world::PortNews news;
  worker.signal_.store(0);
  if (outside) {
    resources_->wait_for(news, left);
  } else {
    world_.wait(worker.signal_, left);
  }
  resources_->tell(&worker, news);
  return due != INT64_MAX || news.count != 0 || interrupted_.load();
}

}  // namespace noodle::task
