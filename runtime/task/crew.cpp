#include "runtime/task/lease.h"

#include <algorithm>
#include <utility>

// How many workers run: as many as there are cores for them. Those in natives that last don't count, once
// they are replaced; when they come back, or somebody leases cores, others step aside.

namespace noodle::task {

// With idle_lock_ held, as what follows from it: workers that run tasks, or are about to.
std::uint32_t Scheduler::running() const { return started_.load() - asleep() - replaced_; }

bool Scheduler::unlist(Worker*& list, const Worker& worker) {
  for (Worker** at = &list; *at != nullptr; at = &(*at)->next_idle_) {
    if (*at != &worker) continue;
    *at = worker.next_idle_;
    return true;
  }
  return false;
}

// What is ready at a worker may from now on be taken by any. Called by anyone once the worker has said that
// it blocks, else by itself.
void Scheduler::give_away(Worker& worker) {
  if (Task* task = worker.offered_.exchange(nullptr)) push_global(*task);
  for (RunQueue& queue : worker.queues_) {
    while (Task* task = queue.take()) push_global(*task);
  }
}

// The worker itself leaves all that is ready to the others.
void Scheduler::leave_tasks(Worker& worker) {
  if (worker.next_ != nullptr) push_global(*std::exchange(worker.next_, nullptr));
  give_away(worker);
}

// Sleeps until it is needed, if more run than may.
void Scheduler::step_aside(Worker& worker) {
  worker.surplus_ = false;
  {
    const Hold hold(idle_lock_);
    if (!is_surplus()) return shrunk_.store(false);
  }
  worker.leave_solo();
  worker.help_time_ = 0;
  leave_tasks(worker);
  {
    const Hold hold(idle_lock_);
    if (!is_surplus()) return;
    worker.signal_.store(0);
    worker.next_idle_ = spare_;
    spare_ = &worker;
    ++spare_count_;
  }
  // Looked at again, now that whoever calls us would wake us.
  if (!is_called(worker)) world_.wait(worker.signal_, -1);
  {
    const Hold hold(idle_lock_);
    if (unlist(spare_, worker)) --spare_count_;
    worker.surplus_ = is_surplus();
  }
  enter(worker);
  if (worker.signal_.load() == static_cast<std::uint32_t>(Reason::Help)) begin_help(worker);
}

std::uint32_t Scheduler::lease(std::uint32_t cores) {
  const Hold hold(idle_lock_);
  const std::uint32_t given = std::min(cores, allowed() - 1);
  leased_ += given;
  if (given != 0) shrunk_.store(true);
  return given;
}

void Scheduler::end_lease(std::uint32_t cores) {
  {
    const Hold hold(idle_lock_);
    leased_ -= cores;
  }
  for (std::uint32_t i = 0; i < cores && global_count_.load() != 0; ++i) wake_one();
}

CoreLease::CoreLease(Scheduler& scheduler, std::uint32_t cores)
    : scheduler_(scheduler), cores_(scheduler.lease(cores)) {}

CoreLease::~CoreLease() { scheduler_.end_lease(cores_); }

}  // namespace noodle::task
