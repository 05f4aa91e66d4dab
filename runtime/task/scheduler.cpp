#include "runtime/task/scheduler.h"

#include <algorithm>
#include <utility>

#include "runtime/memory/memory.h"
#include "runtime/task/director.h"
#include "runtime/task/monitor.h"
#include "runtime/task/offload.h"
#include "runtime/task/resource.h"
#include "runtime/task/team.h"

namespace noodle::task {

namespace {

constexpr std::uint32_t kMostSpareFibers = 64;  // that a worker keeps for itself
constexpr std::uint32_t kTurnsBetweenLagLooks = 16;
constexpr std::uint32_t kMostShortHelps = 4;
constexpr std::int64_t kBetweenLooks = 20'000;  // nanoseconds between two at the world by tasks that yield

std::uint32_t cores() { return std::max(1u, std::thread::hardware_concurrency()); }

}  // namespace

void Worker::give_up_solo() {
  solo_ = stayed_solo_ = false;
  scheduler_.solo_wanted_.store(false, std::memory_order_relaxed);
  // Release pairs with the load in `enter`: what was done without locks is seen by who comes in.
  scheduler_.solo_.store(nullptr, std::memory_order_release);
}

bool Worker::has_others() const {
  return next_ != nullptr || queues_[0].size() + queues_[1].size() + queues_[2].size() != 0 ||
         scheduler_.global_count_.load(std::memory_order_relaxed) != 0;
}

bool Worker::should_yield() const {
  if (has_others()) return true;
  if (scheduler_.keeper_.load(std::memory_order_relaxed) != nullptr) return false;
  const std::int64_t due = scheduler_.timers_.next_due();
  return (due != INT64_MAX && due <= scheduler_.world_.monotonic_nanos()) || scheduler_.resources_->any_news_awaited();
}

bool Scheduler::expects_news() const { return timers_.next_due() != INT64_MAX || resources_->any_news_awaited(); }

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
      most_workers_(options.director != nullptr ? 1
                    : options.workers != 0      ? options.workers
                                                : cores()),
      spread_(options.spread),
      director_(options.director),
      timers_(world.monotonic_nanos()),
      resources_(std::make_unique<Resources>(*this, world)),
      offload_(std::make_unique<Offload>(*this)),
      team_(std::make_unique<Team>(*this)),
      monitor_(std::make_unique<Monitor>(*this)) {
  workers_.resize(most_threads());
  workers_[0] = std::make_unique<Worker>(*this, 0);
}

Scheduler::~Scheduler() {
  offload_.reset();  // its threads make tasks ready
  team_.reset();
  monitor_.reset();  // starts workers
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
  const Hold hold(main_lock_);
  main_ = nullptr;
}

bool Scheduler::over(const Worker& worker) const {
  return worker.index_ == 0 ? done_.load(std::memory_order_acquire) : closing_.load();
}

// What there is to do for a worker without any task.
bool Scheduler::is_called(const Worker& worker) const {
  return over(worker) || (worker.index_ == 0 && interrupted_.load());
}

void Scheduler::loop(Worker& worker) {
  while (!over(worker)) {
    if (interrupted_.load(std::memory_order_relaxed)) check_interrupt(&worker);
    if (worker.surplus_ || shrunk_.load(std::memory_order_relaxed)) step_aside(worker);
    if (Task* task = director_ != nullptr ? find_directed(worker) : find(worker)) {
      turn(worker, *task);
      if (worker.turns_ % kTurnsBetweenLagLooks == 0 || spread_) look_for_lag(worker);
      if (worker.help_time_ != 0) look_whether_it_helps(worker);
      if (solo_wanted_.load(std::memory_order_relaxed)) worker.leave_solo();
    } else if (!over(worker) && !(director_ != nullptr ? sleep_directed(worker) : sleep(worker))) {
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
  if (director_ != nullptr) director_->begins(task);
  switch (engine_.run(worker, task)) {
    case Ran::Parked: return;
    case Ran::Yielded:
      push(worker, task);
      // Those who use up their time would else hold up the world's news; who yields often asks for it no more often.
      if (const std::int64_t now = look_for_lag(worker); now - worker.look_time_ >= kBetweenLooks) {
        worker.look_time_ = now;
        look_outside(worker);
      }
      return;
    case Ran::Ended: return end(worker, task);
  }
}

// A task has ended: whoever waits for it is woken, and its scope is told.
void Scheduler::end(Worker& worker, Task& task) {
  Fiber* fiber = task.fiber.load(std::memory_order_relaxed);
  memory::Account& account = engine_.account(worker);
  if (fiber == nullptr) account.take_up(std::exchange(task.held, 0));  // it never ran
  if (task.work != nullptr) engine_.release(worker, std::exchange(task.work, nullptr));
  if (task.owned != nullptr) resources_->close_owned(worker, task);
  if (task.locals != nullptr) engine_.release(worker, std::exchange(task.locals, nullptr));
  if (&task == main_) {
    task.held += account.put_down();  // its results
  } else if (const std::int64_t stray = account.put_down(); stray != 0) {
    stray_bytes_.fetch_add(stray, std::memory_order_relaxed);
  }
  Scope* scope = task.scope;
  const std::uint64_t serial = task.scope_serial;
  const bool panicked = task.outcome == Outcome::Panicked;
  {
    const Hold hold(task.lock);
    task.fiber.store(nullptr, std::memory_order_relaxed);
    const std::uint32_t before = task.flags.fetch_or(Task::kFinished, std::memory_order_acq_rel);
    if ((before & Task::kHandlesGone) != 0) {
      account.take_up(std::exchange(task.held, 0));
      task.for_each_result([&](memory::Object* object) { engine_.release(worker, object); });
    }
    // Whose time is over, or who was told to stop, still stands there, but does not look.
    if (wake_all(&worker, task.awaiting)) task.flags.fetch_or(Task::kObserved, std::memory_order_acq_rel);
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
  task->locals = scope.owner->locals;
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
  if (Fiber* fiber = claim_task(task, Wake::Cancelled, was)) return complete(worker, *fiber, was);
  world_.wake_readers();
}

void Scheduler::exit(Worker& worker) {
  Task& main = *main_.load();
  main.flags.fetch_or(Task::kExit);
  cancel(&worker, main);
}

void Scheduler::interrupt() {
  interrupted_.store(true);
  wake(*workers_[0]);
  monitor_->wake_if_running();
}

void Scheduler::check_interrupt(Worker* worker) {
  const Hold hold(main_lock_);
  Task* main = main_.load();
  if (main != nullptr && interrupted_.exchange(false)) cancel(worker, *main);
}

// ------------------------------------------------------------------------------- sleep and waking

void Scheduler::wake_one(Reason why) {
  Worker* worker = nullptr;
  bool started = false;
  {
    const Hold hold(idle_lock_);
    const bool room = running() < allowed();
    if (room) worker = pick(why);
    if (room && worker == nullptr && running() + resting_ < allowed()) started = start_worker(why);
  }
  if (worker != nullptr) return wake(*worker, why);
  if (!started) want_monitor();
}

// With idle_lock_ held: a worker that sleeps, and from now on counts as one that runs; null when there is none.
Worker* Scheduler::pick(Reason why) {
  if (Worker* worker = idle_) {
    idle_ = worker->next_idle_;
    idle_count_.fetch_sub(1);
    return worker;
  }
  if (Worker* worker = spare_) {
    spare_ = worker->next_idle_;
    --spare_count_;
    return worker;
  }
  if (why == Reason::Replace && resting_ != 0) {
    // Comes back a little sooner than it wanted.
    for (std::uint32_t i = 0; i < started_.load(std::memory_order_relaxed); ++i) {
      if (std::exchange(workers_[i]->rests_, false)) {
        --resting_;
        return workers_[i].get();
      }
    }
  }
  return nullptr;
}

// Safe in a signal handler.
void Scheduler::wake(Worker& worker, Reason why) {
  worker.signal_.store(static_cast<std::uint32_t>(why));
  if (keeper_.load() == &worker) world_.ports().interrupt_poll();
  futex_wake(worker.signal_);
}

// With idle_lock_ held.
bool Scheduler::start_worker(Reason why) {
  const std::uint32_t index = started_.load(std::memory_order_relaxed);
  if (index == most_threads()) return false;
  if (workers_[index] == nullptr) {
    auto made = std::make_unique<Worker>(*this, index);
    made->random_ = index + 1;
    if (!engine_.attach(*made)) return false;
    workers_[index] = std::move(made);  // the engine knows it from now on, also without a thread
  }
  Worker& worker = *workers_[index];
  const bool started = worker.thread_.start([this, &worker, why] {
    enter(worker);
    if (why == Reason::Help) begin_help(worker);
    loop(worker);
  });
  if (started) started_.store(index + 1, std::memory_order_release);
  return started;
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
  bool work = global_count_.load() != 0 || is_called(worker);
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
      // Under the lock, for what the last one to fall asleep left ready or set its timer for.
      const bool nothing = global_count_.load() == 0 && timers_.next_due() == INT64_MAX && !resources_->any_waiting();
      stuck = all_idle && nothing && idle_count_.load() + spare_count_ == started_.load() && main_.load() != nullptr &&
              !done_.load() && !interrupted_.load();
    }
    if (!stuck) doze(worker, due, news);
  }
  {
    const Hold hold(idle_lock_);
    if (unlist(idle_, worker)) idle_count_.fetch_sub(1);
    worker.surplus_ = is_surplus();
  }
  enter(worker);
  resources_->tell(&worker, news);
  if (!stuck && worker.signal_.load() == static_cast<std::uint32_t>(Reason::Help)) begin_help(worker);
  return !stuck;
}

// Sleeps until somebody wakes us. One of those who sleep wakes up for the next timer, and for the world's news.
void Scheduler::doze(Worker& worker, std::int64_t due, world::PortNews& news) {
  Worker* nobody = nullptr;
  if ((due == INT64_MAX && !resources_->any_polled()) || !keeper_.compare_exchange_strong(nobody, &worker)) {
    return world_.wait(worker.signal_, -1);
  }
  keeper_until_.store(due);
  // A timer or port that came meanwhile from someone who did not see us yet counts, too. The fence pairs with the
  // one in set_timer.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  due = std::min(due, timers_.next_due());
  const bool polls = resources_->any_polled();
  const std::int64_t left = due == INT64_MAX ? -1 : std::max<std::int64_t>(due - world_.monotonic_nanos(), 0);
  if (polls && worker.signal_.load() == 0) {
    resources_->wait_for(news, left);
  } else if (!polls && left != 0) {
    world_.wait(worker.signal_, left);
  }
  keeper_until_.store(INT64_MAX);
  keeper_.store(nullptr);
}

void Scheduler::wake_keeper() {
  if (Worker* keeper = keeper_.load()) wake(*keeper);
}

// The task that another one waits for in the end, by its scopes: itself when it waits for something else.
Task& Scheduler::innermost(Task& task) {
  Fiber* fiber = task.fiber.load();
  for (Scope* scope = fiber != nullptr ? fiber->scopes : nullptr; scope != nullptr; scope = scope->outer) {
    Task* waits = nullptr;
    {
      const Hold hold(scope->lock);
      for (Task* child = scope->children; child != nullptr && waits == nullptr; child = child->sibling) {
        Fiber* stack = child->fiber.load();
        if (stack != nullptr && stack->state.load() == Fiber::Parked) waits = child;
      }
    }
    if (waits != nullptr) return innermost(*waits);
  }
  return task;
}

void Scheduler::deadlock(Worker& worker) {
  std::uint32_t was = 0;
  Task* main = main_.load();
  if (main == nullptr) return;
  if (Fiber* fiber = claim_task(*main, Wake::Deadlock, was)) return complete(&worker, *fiber, was);
  // It unwinds already, and waits for what can never be, or for a task that does: that wait is given up.
  Fiber* stuck = innermost(*main).fiber.load();
  if (stuck != nullptr && claim(*stuck, Wake::Deadlock, was)) complete(&worker, *stuck, was);
}

}  // namespace noodle::task
