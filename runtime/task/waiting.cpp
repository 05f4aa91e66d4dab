#include "runtime/task/scheduler.h"

#include <algorithm>
#include <atomic>

#include "runtime/task/director.h"
#include "runtime/task/resource.h"

// How a fiber waits, and who may wake it: lists of waiters, timers, the world's news.

namespace noodle::task {

void Scheduler::begin_wait(Fiber& fiber, const char* what) {
  fiber.waits_for = what;
  fiber.put_down();
  // A full barrier between this and the look at the task's flags in `park`: whoever tells it to stop
  // raises a flag and then looks at this.
  fiber.state.exchange(Fiber::Registering);
}

void Scheduler::enlist(Fiber& fiber, Waiter& waiter, WaitList& list, Lock& lock, std::uint32_t index) {
  waiter.fiber = &fiber;
  waiter.index = index;
  waiter.lock = &lock;
  list.push(waiter);
}

void Scheduler::set_timer(Fiber& fiber, std::int64_t at) {
  fiber.timer.at = std::min(at, INT64_MAX - 1);  // the end of time never comes, but is waited for
  fiber.timer.fiber = &fiber;
  fiber.timer_set = true;
  {
    const Hold hold(timer_lock_);
    timers_.add(fiber.timer);
  }
  // Either we see who sleeps, or it sees the timer: see `doze`.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (at >= keeper_until_.load()) return;
  // Whoever sleeps for a later one has to sleep less.
  wake_keeper();
}

bool Scheduler::park(Fiber& fiber) {
  Task& task = *fiber.task;
  if (Scope* scope = task.scope; scope != nullptr && !task.linked) {
    // From its first wait on it is known to its scope, which may have to wake it.
    const Hold hold(scope->lock);
    task.linked = true;
    task.sibling = scope->children;
    if (task.sibling != nullptr) task.sibling->sibling_before = &task;
    task.sibling_before = nullptr;
    scope->children = &task;
  }
  if (director_ != nullptr && director_->cancels()) task.flags.fetch_or(Task::kCancel);
  std::uint32_t was = 0;
  if (!fiber.stopping && told_to_stop(task)) {
    const bool failed = (task.flags.load(std::memory_order_relaxed) & Task::kScopeFailed) != 0;
    if (claim(fiber, failed ? Wake::ScopeFailed : Wake::Cancelled, was)) {
      fiber.state.store(Fiber::Running, std::memory_order_relaxed);
      return false;
    }
  }
  std::uint32_t expected = Fiber::Registering;
  if (fiber.state.compare_exchange_strong(expected, Fiber::Parked, std::memory_order_acq_rel)) return true;
  // Claimed meanwhile; what it waited for is being done at this moment.
  for (int spins = 0; fiber.state.load(std::memory_order_acquire) != Fiber::Completed; ++spins) {
    if (spins < 100) {
      relax();
    } else {
      yield_thread();
    }
  }
  fiber.state.store(Fiber::Running, std::memory_order_relaxed);
  return false;
}

bool Scheduler::claim(Fiber& fiber, Wake why, std::uint32_t& was) {
  was = fiber.state.load();
  while (was == Fiber::Registering || was == Fiber::Parked) {
    if (fiber.state.compare_exchange_weak(was, Fiber::Claimed)) {
      fiber.wake = why;
      return true;
    }
  }
  return false;
}

void Scheduler::complete(Worker* worker, Fiber& fiber, std::uint32_t was) {
  if (was == Fiber::Registering) return fiber.state.store(Fiber::Completed, std::memory_order_release);
  fiber.state.store(Fiber::Running, std::memory_order_relaxed);
  ready(worker, *fiber.task);
}

Fiber* Scheduler::claim_first(WaitList& list, Wake why, std::uint32_t& was, std::uint32_t* index) {
  while (Waiter* waiter = list.first()) {
    Fiber* fiber = waiter->fiber;
    list.remove(*waiter);
    const std::uint32_t which = waiter->index;
    if (!claim(*fiber, why, was)) continue;  // something else had it first
    if (index != nullptr) *index = which;
    return fiber;
  }
  return nullptr;
}

bool Scheduler::wake_all(Worker* worker, WaitList& list) {
  std::uint32_t was = 0, index = 0;
  bool any = false;
  while (Fiber* fiber = claim_first(list, Wake::Again, was, &index)) {
    fiber->chosen = index;
    complete(worker, *fiber, was);
    any = true;
  }
  return any;
}

void Scheduler::end_wait(Fiber& fiber) {
  fiber.take_up();
  if (fiber.waits_outside) {
    fiber.waits_outside = false;
    resources_->end_waiting();
  }
  if (fiber.timer_set) {
    fiber.timer_set = false;
    const Hold hold(timer_lock_);
    timers_.remove(fiber.timer);
  }
  // Whoever did what it waited for took it off the list.
  if (fiber.waiter.lock != nullptr && fiber.wake != Wake::Done && fiber.wake != Wake::Again) {
    const Hold hold(*fiber.waiter.lock);
    if (fiber.waiter.list != nullptr) fiber.waiter.list->remove(fiber.waiter);
  }
  fiber.waiter.lock = nullptr;
  // Told to stop while it did already: whoever told it looked just before.
  if (fiber.stopping && (fiber.wake == Wake::Cancelled || fiber.wake == Wake::ScopeFailed)) fiber.wake = Wake::Retry;
}

// Wakes what timers and the world's news wake.
void Scheduler::look_outside(Worker& worker) {
  fire_timers(worker);
  if (!resources_->any_news_awaited()) return;
  world::PortNews news;
  resources_->wait_for(news, 0);
  resources_->tell(&worker, news);
}

void Scheduler::fire_timers(Worker& worker) {
  if (timers_.next_due() == INT64_MAX) return;
  const std::int64_t now = world_.monotonic_nanos();
  if (timers_.next_due() > now) return;
  Timer* woken = nullptr;
  {
    const Hold hold(timer_lock_);
    // Under the lock, so that a fiber that goes on for another reason can't take its timer away from here.
    for (Timer* timer = timers_.advance(now); timer != nullptr;) {
      Timer* next = timer->next;
      Fiber& fiber = *timer->fiber;
      std::uint32_t was = 0;
      if (claim(fiber, Wake::TimedOut, was)) {
        fiber.chosen = was;
        timer->next = woken;
        woken = timer;
      }
      timer = next;
    }
  }
  while (woken != nullptr) {
    Timer* next = woken->next;
    Fiber& fiber = *woken->fiber;
    complete(&worker, fiber, fiber.chosen);
    woken = next;
  }
}

}  // namespace noodle::task
