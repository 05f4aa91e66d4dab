#include "runtime/task/scheduler.h"

#include <algorithm>
#include <new>
#include <utility>

#include "runtime/memory/memory.h"
#include "runtime/task/offload.h"
#include "runtime/task/resource.h"

namespace noodle::task {

namespace {

constexpr std::uint32_t kMostSpareFibers = 64;    // that a worker keeps for itself
constexpr std::uint32_t kTurnsBetweenLooks = 61;  // at the global queues and the clock while there is other work
constexpr std::size_t kScopesAtOnce = 64;
constexpr std::uint32_t kTurnsBetweenLagLooks = 16;
constexpr std::int64_t kLag = 100'000;  // nanoseconds
// How long a rate of progress is measured, and what a helper must bring, in percent of it.
constexpr std::int64_t kRateTime = 200'000, kHelpTime = 400'000;
constexpr std::uint64_t kHelpPercent = 115;
constexpr std::uint32_t kMostShortHelps = 4;
constexpr std::int64_t kFirstRest = 2'000'000, kLongestRest = 32'000'000;

std::uint32_t cores() { return std::max(1u, std::thread::hardware_concurrency()); }

}  // namespace

void Worker::give_up_solo() {
  solo_ = false;
  scheduler_.solo_wanted_.store(false, std::memory_order_relaxed);
  // Release pairs with the load in `enter`: what was done without locks is seen by who comes in.
  scheduler_.solo_.store(nullptr, std::memory_order_release);
}

bool Worker::has_others() const {
  return next_ != nullptr || queues_[0].size() + queues_[1].size() + queues_[2].size() != 0 ||
         scheduler_.global_count_.load(std::memory_order_relaxed) != 0;
}

Fiber* Worker::take_fiber() {
  if (Fiber* fiber = fibers_) {
    fibers_ = fiber->next_free;
    --fiber_count_;
    return fiber;
  }
  return scheduler_.stacks_.take();
}

void Worker::give_fiber(Fiber* fiber) {
  if (fiber_count_ == kMostSpareFibers) return scheduler_.stacks_.give(fiber);
  fiber->next_free = fibers_;
  fibers_ = fiber;
  ++fiber_count_;
}

Scheduler::Scheduler(const SchedulerOptions& options, world::World& world, Engine& engine)
    : world_(world),
      engine_(engine),
      most_workers_(options.workers != 0 ? options.workers : cores()),
      spread_(options.spread),
      timers_(world.monotonic_nanos()),
      resources_(std::make_unique<Resources>(*this, world)),
      offload_(std::make_unique<Offload>(*this)) {
  for (std::uint32_t i = 0; i < most_workers_; ++i) workers_.push_back(std::make_unique<Worker>(*this, i));
}

Scheduler::~Scheduler() {
  offload_.reset();  // its threads make tasks ready
  closing_.store(true);
  for (std::uint32_t i = 1; i < started_.load(); ++i) {
    wake(*workers_[i]);
    workers_[i]->thread_.join();
  }
}

// ------------------------------------------------------------------------------------- the loop

void Scheduler::run(Task& main, Fiber& fiber) {
  Worker& worker = *workers_[0];
  main_ = &main;
  done_.store(false);
  main.fiber.store(&fiber, std::memory_order_relaxed);
  fiber.task = &main;
  try_solo(worker);
  turn(worker, main);
  loop(worker);
  worker.leave_solo();
  main_ = nullptr;
}

void Scheduler::loop(Worker& worker) {
  const auto over = [&] { return worker.index_ == 0 ? done_.load(std::memory_order_acquire) : closing_.load(); };
  while (!over()) {
    if (worker.index_ == 0) check_interrupt(worker);
    if (Task* task = find(worker)) {
      turn(worker, *task);
      if (worker.turns_ % kTurnsBetweenLagLooks == 0 || spread_) look_for_lag(worker);
      if (worker.help_time_ != 0) look_whether_it_helps(worker);
      if (solo_wanted_.load(std::memory_order_relaxed)) worker.leave_solo();
    } else if (!over() && !sleep(worker)) {
      deadlock(worker);
    }
  }
}

void Scheduler::turn(Worker& worker, Task& task) {
  Fiber* fiber = task.fiber.load(std::memory_order_relaxed);
  if (fiber == nullptr) {
    if (told_to_stop(task)) {
      task.outcome = Outcome::Cancelled;
      return end(worker, task);
    }
    fiber = worker.take_fiber();
    if (fiber == nullptr) {
      auto stop = std::make_shared<Stop>();
      stop->message = "there is no memory for the stack of another task";
      task.stop = std::move(stop);
      task.outcome = Outcome::Panicked;
      return end(worker, task);
    }
    fiber->task = &task;
    task.fiber.store(fiber, std::memory_order_release);
  }
  switch (engine_.run(worker, task)) {
    case Ran::Parked: return;
    case Ran::Yielded:
      push(worker, task);
      look_for_lag(worker);
      return look_outside(worker);
    case Ran::Ended: return end(worker, task);
  }
}

// A task has ended: whoever waits for it is woken, and its scope is told.
void Scheduler::end(Worker& worker, Task& task) {
  Fiber* fiber = task.fiber.load(std::memory_order_relaxed);
  if (task.work != nullptr) engine_.release(worker, std::exchange(task.work, nullptr));
  if (task.owned != nullptr) resources_->close_owned(worker, task);
  if (task.locals != nullptr) engine_.release(worker, std::exchange(task.locals, nullptr));
  Scope* scope = task.scope;
  const std::uint64_t serial = task.scope_serial;
  const bool panicked = task.outcome == Outcome::Panicked;
  {
    const Hold hold(task.lock);
    std::uint32_t flags = Task::kFinished;
    if (!task.awaiting.empty()) flags |= Task::kObserved;
    task.fiber.store(nullptr, std::memory_order_relaxed);
    const std::uint32_t before = task.flags.fetch_or(flags, std::memory_order_acq_rel);
    if ((before & Task::kHandlesGone) != 0) {
      task.for_each_result([&](memory::Object* object) { engine_.release(worker, object); });
    }
    wake_all(&worker, task.awaiting);
  }
  if (&task == main_) {
    done_.store(true, std::memory_order_release);
    if (worker.index_ != 0) wake(*workers_[0]);
    return;
  }
  if (fiber != nullptr) worker.give_fiber(fiber);
  if (scope == nullptr) return let_go(task);
  bool tell = false;
  if (task.linked || panicked) {
    const Hold hold(scope->lock);
    if (task.linked) {
      (task.sibling_before != nullptr ? task.sibling_before->sibling : scope->children) = task.sibling;
      if (task.sibling != nullptr) task.sibling->sibling_before = task.sibling_before;
    }
    if (panicked) {
      task.next = scope->failed;
      scope->failed = &task;  // keeps it
      tell = scope->joining;
    }
  }
  if (panicked) {
    const bool alone = task.holders.load(std::memory_order_acquire) == 1;
    const bool seen = (task.flags.load(std::memory_order_acquire) & Task::kObserved) != 0;
    if ((tell || alone) && !seen) fail(&worker, *scope, serial, task);
  } else {
    let_go(task);
  }
  if (scope->open.fetch_sub(1, std::memory_order_acq_rel) != 2) return;
  // The last one: the owner may be waiting. It may also have seen already that none is left, and the scope
  // may be another by now; then its owner looks once too often.
  Fiber* owner = nullptr;
  std::uint32_t was = 0;
  {
    const Hold hold(scope->lock);
    owner = claim_first(scope->waiting, Wake::Again, was);
  }
  if (owner != nullptr) complete(&worker, *owner, was);
}

void Scheduler::let_go(Task& task) {
  if (task.holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (task.result_type != nullptr && task.result_type->slots > 2 && task.result[0] != 0) {
    memory::raw_free(reinterpret_cast<void*>(task.result[0]));
  }
  task.~Task();
  memory::raw_free(&task);
  live_.fetch_sub(1, std::memory_order_relaxed);
}

void Scheduler::drop_handles(Task& task) {
  const std::uint32_t flags = task.flags.load(std::memory_order_acquire);
  if ((flags & Task::kFinished) != 0 && (flags & Task::kObserved) == 0 && task.outcome == Outcome::Panicked) {
    Scope* scope = nullptr;
    std::uint64_t serial = 0;
    {
      const Hold hold(task.lock);
      scope = task.scope;
      serial = task.scope_serial;
    }
    if (scope != nullptr) fail(nullptr, *scope, serial, task);
  }
  let_go(task);
}

// ----------------------------------------------------------------------------------------- tasks

bool Scheduler::told_to_stop(const Task& task) {
  if ((task.flags.load(std::memory_order_relaxed) & (Task::kCancel | Task::kScopeFailed)) != 0) return true;
  return task.scope != nullptr && task.scope->cancelled.load(std::memory_order_relaxed);
}

Task* Scheduler::start(Scope& scope, memory::Object* work, const value::TypeInfo* result) {
  static_assert(sizeof(Task) <= 224, "an unstarted task and its closure are to fit into 256 bytes");
  void* at = memory::raw_allocate(sizeof(Task));
  if (at == nullptr) return nullptr;
  auto* task = new (at) Task;
  task->number = numbers_.fetch_add(1, std::memory_order_relaxed) + 1;
  task->scheduler = this;
  task->scope = &scope;
  task->scope_serial = scope.serial;
  task->priority = scope.owner->priority;
  task->work = work;
  task->result_type = result;
  live_.fetch_add(1, std::memory_order_relaxed);
  scope.open.fetch_add(1, std::memory_order_relaxed);
  return task;
}

// With task.lock held by nobody: the fiber of a task that waits, taken for the caller.
Fiber* Scheduler::claim_task(Task& task, Wake why, std::uint32_t& was) {
  const Hold hold(task.lock);
  Fiber* fiber = task.fiber.load(std::memory_order_acquire);
  return fiber != nullptr && !fiber->stopping && claim(*fiber, why, was) ? fiber : nullptr;
}

void Scheduler::cancel(Worker* worker, Task& task) {
  task.flags.fetch_or(Task::kCancel);
  std::uint32_t was = 0;
  if (Fiber* fiber = claim_task(task, Wake::Cancelled, was)) complete(worker, *fiber, was);
}

void Scheduler::exit(Worker& worker) {
  main_->flags.fetch_or(Task::kExit);
  cancel(&worker, *main_);
}

void Scheduler::interrupt() {
  interrupted_.store(true);
  wake(*workers_[0]);
}

void Scheduler::check_interrupt(Worker& worker) {
  if (!interrupted_.load(std::memory_order_relaxed) || main_ == nullptr) return;
  interrupted_.store(false);
  cancel(&worker, *main_);
}

// ---------------------------------------------------------------------------------------- scopes

Scope* Scheduler::open_scope(Fiber& fiber) {
  Scope* scope = nullptr;
  {
    const Hold hold(scope_lock_);
    if (free_scopes_ == nullptr) {
      std::unique_ptr<Scope[]> more(new (std::nothrow) Scope[kScopesAtOnce]);
      if (more == nullptr) return nullptr;
      for (std::size_t i = 0; i < kScopesAtOnce; ++i) {
        more[i].next_free = free_scopes_;
        free_scopes_ = &more[i];
      }
      scopes_.push_back(std::move(more));
    }
    scope = free_scopes_;
    free_scopes_ = scope->next_free;
  }
  scope->outer = fiber.scopes;
  scope->owner = fiber.task;
  scope->open.store(1, std::memory_order_relaxed);
  scope->cancelled.store(false, std::memory_order_relaxed);
  {
    const Hold hold(scope->lock);
    scope->serial = numbers_.fetch_add(1, std::memory_order_relaxed) + 1;
    scope->number = scope->serial;
    scope->joining = false;
  }
  fiber.scopes = scope;
  return scope;
}

Scope* Scheduler::find_scope(Fiber& fiber, std::uint64_t number) {
  Scope* scope = fiber.scopes;
  while (scope != nullptr && scope->number != number) scope = scope->outer;
  return scope;
}

// With the scope's lock held: tells all children to stop; gives those that waited, to be completed, linked
// by `next_free`.
Fiber* Scheduler::cancel_children(Scope& scope) {
  scope.cancelled.store(true);
  Fiber* woken = nullptr;
  for (Task* child = scope.children; child != nullptr; child = child->sibling) {
    child->flags.fetch_or(Task::kCancel);
    std::uint32_t was = 0;
    if (Fiber* fiber = claim_task(*child, Wake::Cancelled, was)) {
      fiber->chosen = was;
      fiber->next_free = woken;
      woken = fiber;
    }
  }
  return woken;
}

void Scheduler::cancel_scope(Worker* worker, Scope& scope) {
  Fiber* woken = nullptr;
  {
    const Hold hold(scope.lock);
    woken = cancel_children(scope);
  }
  while (woken != nullptr) {
    Fiber* fiber = std::exchange(woken, woken->next_free);
    complete(worker, *fiber, fiber->chosen);
  }
}

// A child's panic that nobody can await any more fails its scope: the siblings are cancelled, and the owner
// panics where it is.
void Scheduler::fail(Worker* worker, Scope& scope, std::uint64_t serial, Task& task) {
  Fiber* woken = nullptr;
  {
    const Hold hold(scope.lock);
    if (scope.serial != serial || scope.culprit != nullptr) return;
    scope.culprit = &task;
    woken = cancel_children(scope);
    scope.owner->flags.fetch_or(Task::kScopeFailed);
    std::uint32_t was = 0;
    if (!scope.joining) {
      if (Fiber* fiber = claim_task(*scope.owner, Wake::ScopeFailed, was)) {
        fiber->chosen = was;
        fiber->next_free = woken;
        woken = fiber;
      }
    }
  }
  while (woken != nullptr) {
    Fiber* fiber = std::exchange(woken, woken->next_free);
    complete(worker, *fiber, fiber->chosen);
  }
}

void Scheduler::begin_join(Worker* worker, Scope& scope) {
  if (scope.joining) return;
  bool failed = false;
  {
    const Hold hold(scope.lock);
    scope.joining = true;
    for (Task* task = scope.failed; task != nullptr; task = task->next) {
      failed |= (task->flags.load(std::memory_order_acquire) & Task::kObserved) == 0;
    }
  }
  if (failed) cancel_scope(worker, scope);
}

Scheduler::Joined Scheduler::join(Fiber& fiber, Scope& scope) {
  for (;;) {
    if (scope.open.load(std::memory_order_acquire) == 1) return Joined::Done;
    begin_wait(fiber, "its child tasks");
    {
      const Hold hold(scope.lock);
      enlist(fiber, fiber.waiter, scope.waiting, scope.lock);
      // Looked at again now that whoever ends would find us.
      if (scope.open.load(std::memory_order_acquire) == 1) {
        std::uint32_t was = 0;
        if (claim(fiber, Wake::Again, was)) {
          scope.waiting.remove(fiber.waiter);
          fiber.state.store(Fiber::Running, std::memory_order_relaxed);
          return Joined::Done;
        }
      }
    }
    if (park(fiber)) return Joined::Parked;
    end_wait(fiber);
    if (fiber.wake != Wake::Again && fiber.wake != Wake::Retry) return Joined::Stopped;
  }
}

std::shared_ptr<const Stop> Scheduler::close_scope(Fiber& fiber) {
  Scope* scope = fiber.scopes;
  fiber.scopes = scope->outer;
  Task* failed = nullptr;
  {
    const Hold hold(scope->lock);
    failed = std::exchange(scope->failed, nullptr);
    scope->culprit = nullptr;
    scope->children = nullptr;
    scope->serial = 0;
  }
  std::shared_ptr<const Stop> unseen;
  while (failed != nullptr) {
    Task& task = *std::exchange(failed, failed->next);
    {
      const Hold hold(task.lock);
      task.scope = nullptr;
      if ((task.flags.fetch_or(Task::kObserved) & Task::kObserved) == 0) unseen = task.stop;
    }
    let_go(task);
  }
  const Hold hold(scope_lock_);
  scope->next_free = free_scopes_;
  free_scopes_ = scope;
  return unseen;
}

// --------------------------------------------------------------------------------------- waiting

void Scheduler::begin_wait(Fiber& fiber, const char* what) {
  fiber.waits_for = what;
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
  fiber.timer.at = at;
  fiber.timer.fiber = &fiber;
  fiber.timer_set = true;
  {
    const Hold hold(timer_lock_);
    timers_.add(fiber.timer);
  }
  if (at >= keeper_until_.load()) return;
  // Whoever sleeps for a later one has to sleep less.
  if (Worker* keeper = keeper_.load()) wake(*keeper);
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
      std::this_thread::yield();
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

void Scheduler::wake_all(Worker* worker, WaitList& list) {
  std::uint32_t was = 0, index = 0;
  while (Fiber* fiber = claim_first(list, Wake::Again, was, &index)) {
    fiber->chosen = index;
    complete(worker, *fiber, was);
  }
}

void Scheduler::end_wait(Fiber& fiber) {
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

// ---------------------------------------------------------------------------------------- queues

bool Scheduler::spawn(Worker& worker, Task& task) {
  push(worker, task);
  return worker.queues_[static_cast<unsigned>(task.priority)].size() >= RunQueue::kRoom - 1;
}

void Scheduler::ready(Worker* worker, Task& task) {
  if (worker == nullptr) {
    push_global(task);
    return wake_one();
  }
  if (task.priority == Priority::Normal) {
    Task* before = std::exchange(worker->next_, &task);
    if (before != nullptr) push(*worker, *before);
    return;
  }
  push(*worker, task);
}

void Scheduler::push(Worker& worker, Task& task) {
  ++worker.pushed_;
  if (!worker.queues_[static_cast<unsigned>(task.priority)].push(&task)) push_global(task);
}

std::uint32_t Scheduler::waiting(const Worker& worker) const {
  std::uint32_t count = global_count_.load(std::memory_order_relaxed);
  for (const RunQueue& queue : worker.queues_) count += queue.size();
  return count;
}

std::uint64_t Scheduler::total_progress() const {
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < started_.load(std::memory_order_relaxed); ++i) {
    total += workers_[i]->progress_.load(std::memory_order_relaxed);
  }
  return total;
}

void Scheduler::note_rate(Worker& worker, std::int64_t now) {
  const std::int64_t took = now - worker.rate_time_;
  if (took < kRateTime) return;
  const std::uint64_t progress = worker.progress_.load(std::memory_order_relaxed);
  worker.rate_.store((progress - worker.rate_progress_) * 1'000'000 / static_cast<std::uint64_t>(took),
                     std::memory_order_relaxed);
  worker.rate_time_ = now;
  worker.rate_progress_ = progress;
}

// Woken to help: how fast were the others?
void Scheduler::begin_help(Worker& worker) {
  if (spread_) return;
  worker.help_rate_ = 0;
  for (std::uint32_t i = 0; i < started_.load(std::memory_order_relaxed); ++i) {
    if (i != worker.index_) worker.help_rate_ += workers_[i]->rate_.load(std::memory_order_relaxed);
  }
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
    if (resting_ + idle_count_.load() + 1 >= started_.load()) return;
    ++resting_;
  }
  worker.rest_ = std::clamp(worker.rest_ * 2, kFirstRest, kLongestRest);
  for (RunQueue& queue : worker.queues_) {
    while (Task* task = queue.pop()) push_global(*task);
  }
  if (worker.next_ != nullptr) push_global(*std::exchange(worker.next_, nullptr));
  worker.signal_.store(0);
  if (!done_.load() && !closing_.load()) world_.wait(worker.signal_, worker.rest_);
  {
    const Hold hold(idle_lock_);
    --resting_;
  }
  enter(worker);
}

// Takes the scheduler for itself if all others sleep. They have to take the same lock before they do anything.
void Scheduler::try_solo(Worker& worker) {
  if (worker.solo_ || spread_) return;
  const Hold hold(idle_lock_);
  if (resting_ + idle_count_.load() + 1 != started_.load()) return;
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
      std::this_thread::yield();
    }
  }
}

// Wakes what timers and the world's news wake.
void Scheduler::look_outside(Worker& worker) {
  fire_timers(worker);
  if (!resources_->any_waiting() || !resources_->any_polled()) return;
  world::PortNews news;
  resources_->wait_for(news, 0);
  resources_->tell(&worker, news);
}

// Have all that were in the queue when we last looked had their turn?
void Scheduler::look_for_lag(Worker& worker) {
  const std::uint32_t count = waiting(worker);
  const bool moved = count == 0 || static_cast<std::int32_t>(worker.pushed_ - count - worker.mark_) >= 0;
  const std::int64_t now = world_.monotonic_nanos();
  note_rate(worker, now);
  try_solo(worker);
  if (!moved && !spread_) {
    if (now - worker.mark_time_ < kLag) return;
    // Twice, some time apart: once may mean that the system took our processor away.
    if (worker.suspect_time_ == 0) worker.suspect_time_ = now;
    if (now - worker.suspect_time_ < kLag / 2) return;
  }
  worker.suspect_time_ = 0;
  worker.mark_ = worker.pushed_;
  worker.mark_time_ = now;
  if (worker.lagging_.load(std::memory_order_relaxed) != !moved) worker.lagging_.store(!moved);
  if (!moved) wake_one();
}

void Scheduler::push_global(Task& task) {
  const Hold hold(global_lock_);
  global_[static_cast<unsigned>(task.priority)].push(&task);
  global_count_.fetch_add(1);
}

Task* Scheduler::take_global() {
  if (global_count_.load() == 0) return nullptr;
  const Hold hold(global_lock_);
  for (TaskList& list : global_) {
    if (Task* task = list.pop()) {
      global_count_.fetch_sub(1);
      return task;
    }
  }
  return nullptr;
}

// High before normal before low; but every so often the lower ones come first, so that none starves.
Task* Scheduler::find_local(Worker& worker) {
  constexpr unsigned kLowTurn = 67, kNormalTurn = 3;
  ++worker.turns_;
  if (worker.turns_ % kLowTurn == 0) {
    if (Task* task = worker.queues_[2].pop()) return task;
  }
  if (worker.turns_ % kNormalTurn != 0) {
    if (Task* task = worker.queues_[0].pop()) return task;
    // What was made ready last goes first, but not for ever while others wait.
    if (worker.next_ != nullptr) return std::exchange(worker.next_, nullptr);
  }
  if (Task* task = worker.queues_[1].pop()) return task;
  if (worker.next_ != nullptr) return std::exchange(worker.next_, nullptr);
  if (Task* task = worker.queues_[0].pop()) return task;
  return worker.queues_[2].pop();
}

Task* Scheduler::find(Worker& worker) {
  if (worker.turns_ % kTurnsBetweenLooks == 0) {
    look_outside(worker);
    if (Task* task = take_global()) {
      ++worker.turns_;
      return task;
    }
  }
  if (Task* task = find_local(worker)) return task;
  if (Task* task = take_global()) return task;
  look_outside(worker);
  if (Task* task = find_local(worker)) return task;
  return steal(worker);
}

Task* Scheduler::steal(Worker& worker) {
  const std::uint32_t count = started_.load(std::memory_order_acquire);
  worker.random_ = worker.random_ * 1664525 + 1013904223;
  for (std::uint32_t i = 0; i < count; ++i) {
    Worker& other = *workers_[(worker.random_ / 65536 + i) % count];
    if (&other == &worker || !other.lagging_.load(std::memory_order_relaxed)) continue;
    for (unsigned p = 0; p < kPriorities; ++p) {
      if (Task* task = other.queues_[p].steal(worker.queues_[p])) return task;
    }
  }
  return nullptr;
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

// ------------------------------------------------------------------------------- sleep and waking

void Scheduler::wake_one() {
  if (idle_count_.load() == 0) {
    if (started_.load(std::memory_order_relaxed) < most_workers_) start_worker();
    return;
  }
  Worker* worker = nullptr;
  {
    const Hold hold(idle_lock_);
    worker = idle_;
    if (worker == nullptr) return;
    idle_ = worker->next_idle_;
    idle_count_.fetch_sub(1);
  }
  wake(*worker);
}

// Safe in a signal handler.
void Scheduler::wake(Worker& worker) {
  worker.signal_.store(1);
  if (keeper_.load() == &worker) world_.ports().interrupt_poll();
  futex_wake(worker.signal_);
}

void Scheduler::start_worker() {
  const Hold hold(idle_lock_);
  const std::uint32_t index = started_.load(std::memory_order_relaxed);
  if (index == most_workers_) return;
  Worker& worker = *workers_[index];
  worker.random_ = index + 1;
  if (!engine_.attach(worker)) return;
  started_.store(index + 1, std::memory_order_release);
  worker.thread_ = std::thread([this, &worker] {
    enter(worker);
    begin_help(worker);
    loop(worker);
  });
}

// False when nothing can ever wake anything: every worker is idle, no timer is set, nobody outside is
// waited for.
bool Scheduler::sleep(Worker& worker) {
  worker.leave_solo();
  if (worker.help_time_ != 0) {
    // There was less to do than waking it was worth.
    worker.help_time_ = 0;
    if (++worker.short_helps_ == kMostShortHelps) {
      worker.short_helps_ = 0;
      rest(worker);
      return true;
    }
  }
  worker.signal_.store(0);
  {
    const Hold hold(idle_lock_);
    worker.next_idle_ = idle_;
    idle_ = &worker;
    idle_count_.fetch_add(1);
  }
  // Looked at again, now that whoever makes something ready would wake us.
  bool work = global_count_.load() != 0;
  bool all_idle = true;
  for (std::uint32_t i = 0; i < started_.load() && !work; ++i) {
    const bool has = waiting(*workers_[i]) != 0;
    work |= has && workers_[i]->lagging_.load();
    all_idle &= !has;
  }
  bool stuck = false;
  world::PortNews news;
  if (!work) {
    const std::int64_t due = timers_.next_due();
    {
      const Hold hold(idle_lock_);
      stuck = all_idle && due == INT64_MAX && !resources_->any_waiting() && idle_count_.load() == started_.load() &&
              main_ != nullptr && !done_.load() && !interrupted_.load();
    }
    if (!stuck) doze(worker, due, news);
  }
  {
    const Hold hold(idle_lock_);
    for (Worker** at = &idle_; *at != nullptr; at = &(*at)->next_idle_) {
      if (*at != &worker) continue;
      *at = worker.next_idle_;
      idle_count_.fetch_sub(1);
      break;
    }
  }
  enter(worker);
  resources_->tell(&worker, news);
  if (!stuck && worker.signal_.load() != 0) begin_help(worker);
  return !stuck;
}

// Sleeps until somebody wakes us. One of those who sleep wakes up for the next timer, and for the world's news.
void Scheduler::doze(Worker& worker, std::int64_t due, world::PortNews& news) {
  Worker* nobody = nullptr;
  const bool polls = resources_->any_polled();
  if ((due == INT64_MAX && !polls) || !keeper_.compare_exchange_strong(nobody, &worker)) {
    return world_.wait(worker.signal_, -1);
  }
  keeper_until_.store(due);
  // A timer that was set meanwhile by someone who did not see us yet counts, too.
  due = std::min(due, timers_.next_due());
  const std::int64_t left = due == INT64_MAX ? -1 : std::max<std::int64_t>(due - world_.monotonic_nanos(), 0);
  if (polls && worker.signal_.load() == 0) {
    resources_->wait_for(news, left);
  } else if (!polls && left != 0) {
    world_.wait(worker.signal_, left);
  }
  keeper_until_.store(INT64_MAX);
  keeper_.store(nullptr);
}

void Scheduler::deadlock(Worker& worker) {
  std::uint32_t was = 0;
  if (main_ == nullptr) return;
  if (Fiber* fiber = claim_task(*main_, Wake::Deadlock, was)) complete(&worker, *fiber, was);
}

}  // namespace noodle::task
