#include "runtime/task/scheduler.h"

#include <new>
#include <utility>

#include "runtime/memory/memory.h"

// Scopes: the tasks that a block owns, their end, their cancelling and their failure.

namespace noodle::task {

namespace {

constexpr std::size_t kScopesAtOnce = 64;

}  // namespace

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
    scope->joining = false;
  }
  fiber.scopes = scope;
  return scope;
}

Scope* Scheduler::find_scope(Fiber& fiber, std::uint64_t number) {
  Scope* scope = fiber.scopes;
  while (scope != nullptr && scope->serial != number) scope = scope->outer;
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

// Completes what `cancel_children` gave.
void Scheduler::complete_all(Worker* worker, Fiber* woken) {
  while (woken != nullptr) {
    Fiber* fiber = std::exchange(woken, woken->next_free);
    complete(worker, *fiber, fiber->chosen);
  }
}

void Scheduler::cancel_scope(Worker* worker, Scope& scope) {
  Fiber* woken = nullptr;
  {
    const Hold hold(scope.lock);
    woken = cancel_children(scope);
  }
  complete_all(worker, woken);
  world_.wake_readers();
}

// A child's panic that nobody can await any more fails its scope: the siblings are cancelled, and the owner
// panics where it is.
void Scheduler::fail(Worker* worker, Scope& scope, std::uint64_t serial, Task& task) {
  Fiber* woken = nullptr;
  {
    const Hold hold(scope.lock);
    // Of a scope that was left early nobody asks how its tasks ended.
    if (scope.serial != serial || scope.culprit != nullptr || scope.cancelled.load()) return;
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
  complete_all(worker, woken);
  world_.wake_readers();
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
          fiber.take_up();
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

}  // namespace noodle::task
