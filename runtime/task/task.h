#pragma once

// What the scheduler knows of a program's tasks: who they are, where they stand, whom they wait for.
//
// A Task is what handles refer to; it is small, since millions may wait for their turn. A Fiber is what a
// task needs once it runs: a stack and a place in it. A Scope holds a task's children.
//
// Waiting. A fiber that is to wait registers a Waiter with each thing it waits for, under that thing's
// lock, and then tries to park. Whoever has what it waits for claims it; only one claim succeeds. The fiber
// may still be registering when it is claimed: then it never parks. What the claimer writes for the fiber
// (a message, say) happens before the fiber goes on, by the release in `complete` or the run queue's.

#include <cstdint>
#include <memory>
#include <utility>

#include "base/lock.h"
#include "runtime/memory/account.h"
#include "runtime/memory/object.h"
#include "runtime/task/stop.h"
#include "runtime/task/timers.h"
#include "runtime/value/type_info.h"

namespace noodle::task {

struct Fiber;
struct Resource;
struct Scope;
struct Task;
class Scheduler;
class Worker;

enum class Priority : std::uint8_t { High, Normal, Low };
inline constexpr unsigned kPriorities = 3;

/// How a task ended.
enum class Outcome : std::uint8_t { Running, Returned, Panicked, Cancelled };

/// Why a fiber that waited goes on.
enum class Wake : std::uint8_t {
  Done,         // what it waited for has been done for it
  Again,        // something happened there: it looks
  Retry,        // nothing happened: it begins to wait anew
  TimedOut,     // its timer fired
  Cancelled,    // its task is cancelled
  ScopeFailed,  // a child of one of its scopes failed
  Deadlock,     // nothing can ever wake it
};

/// A fiber's place in the queue of one thing that it waits for.
struct Waiter {
  Waiter* next = nullptr;
  Waiter* previous = nullptr;
  class WaitList* list = nullptr;  // that it stands in
  Lock* lock = nullptr;            // that guards the list
  Fiber* fiber = nullptr;
  std::uint32_t index = 0;  // which of the things a select waits for
};

/// Fibers that wait for one thing, the longest waiting first. Guarded by the lock of that thing.
class WaitList {
 public:
  bool empty() const { return first_ == nullptr; }
  Waiter* first() const { return first_; }
  void push(Waiter& waiter) {
    waiter.list = this;
    waiter.next = nullptr;
    waiter.previous = last_;
    (last_ != nullptr ? last_->next : first_) = &waiter;
    last_ = &waiter;
  }
  void remove(Waiter& waiter) {
    (waiter.previous != nullptr ? waiter.previous->next : first_) = waiter.next;
    (waiter.next != nullptr ? waiter.next->previous : last_) = waiter.previous;
    waiter.list = nullptr;
  }

 private:
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

/// A task, and what its handles refer to.
struct Task {
  memory::HandleObject handle;
  Scheduler* scheduler = nullptr;

  static constexpr std::uint32_t kFinished = 1;
  static constexpr std::uint32_t kCancel = 2;        // asked to stop
  static constexpr std::uint32_t kScopeFailed = 4;   // a child of one of its scopes failed, unseen by anybody
  static constexpr std::uint32_t kObserved = 8;      // somebody has seen how it ended
  static constexpr std::uint32_t kExit = 16;         // with kCancel, of the main task: a child called exit
  static constexpr std::uint32_t kHandlesGone = 32;  // no handle is left: nobody asks for the result
  static constexpr std::uint32_t kShared = 64;       // the result is shared, and may be copied by several threads
  Atomic<std::uint32_t> flags{0};
  /// Two holders: all handles together, and the scheduler until it has ended (a failed one: its scope).
  Atomic<std::uint32_t> holders{2};
  Outcome outcome = Outcome::Running;
  Priority priority = Priority::Normal;
  bool linked = false;  // in its scope's list
  Lock lock;            // guards what follows up to `awaiting`, and `scope` once it has ended
  WaitList awaiting;
  Scope* scope = nullptr;  // whose child it is
  Task* next = nullptr;    // in a list of tasks that are ready, or of its scope's failed ones
  Task* sibling = nullptr;
  Task* sibling_before = nullptr;
  Atomic<Fiber*> fiber{nullptr};  // from its first turn to its end
  const value::TypeInfo* result_type = nullptr;
  /// Bytes that came with the closure, then those that its fiber put down when it last stopped running, then
  /// those of the result: see memory::Account.
  std::int64_t held = 0;
  memory::Object* work = nullptr;    // the closure, held until it has ended
  memory::Object* locals = nullptr;  // task-local values: the foremost value::LocalObject
  Resource* owned = nullptr;         // what it opened and has not closed; see Resources
  std::uint64_t result[2] = {};      // as many slots as the type has, or the address of that many
  std::shared_ptr<const Stop> stop;  // how it ended, unless it returned
  std::uint64_t number = 0;
  std::uint64_t scope_serial = 0;

  bool finished() const { return (flags.load(std::memory_order_acquire) & kFinished) != 0; }
  /// Calls f(Object*) for each object in the result.
  template <typename F>
  void for_each_result(F&& f) {
    if (outcome != Outcome::Returned || result_type == nullptr) return;
    memory::for_each_child(result_type->slot_fields, reinterpret_cast<const std::byte*>(results()), f);
  }
  std::uint64_t* results() {
    return result_type != nullptr && result_type->slots > 2 ? reinterpret_cast<std::uint64_t*>(result[0]) : result;
  }
};

/// A set of child tasks that are joined together. Lives in the task that opened it. The memory of scopes
/// is used for scopes alone, so that a child whose end was the last may still look whether somebody waits.
struct Scope {
  Scope* outer = nullptr;  // opened before by the same task
  Task* owner = nullptr;
  Atomic<std::uint32_t> open{1};  // children that have not ended, and one for the owner
  Atomic<bool> cancelled{false};
  Lock lock;                 // guards what follows
  std::uint64_t serial = 0;  // by which its owner knows it, another one each time; 0 while closed
  bool joining = false;      // the owner has come to its end
  WaitList waiting;          // the owner, when it waits for the children
  Task* children = nullptr;  // those that have ever waited and have not ended
  Task* failed = nullptr;    // those that panicked
  Task* culprit = nullptr;   // the failed one that the owner is told of
  Scope* next_free = nullptr;
};

/// A running task's stack and registers. Lies at the lowest end of its own stack.
struct Fiber {
  Task* task = nullptr;
  memory::Account* account = nullptr;  // of the worker that runs it
  // Where it goes on; see the engine.
  const void* at = nullptr;
  std::uint64_t* frame = nullptr;
  std::uint64_t* base = nullptr;      // lowest slot
  std::uint64_t* limit = nullptr;     // beyond the highest one
  Scope* scopes = nullptr;            // innermost first
  std::shared_ptr<Stop> stop;         // while it unwinds
  std::shared_ptr<const Stop> cause;  // of the panic that is about to begin
  bool unwinding = false;
  bool yielded = false;          // it did not wait, its time was up
  std::uint8_t closing = 0;      // it has ended, but for the scopes that it left open; see the engine
  bool shielded = false;         // `stopping` for the time of one wait alone
  Atomic<bool> stopping{false};  // unwinding because it was told to: it isn't told again

  // Waiting.
  enum State : std::uint32_t { Running, Registering, Parked, Claimed, Completed };
  Atomic<std::uint32_t> state{Running};
  Wake wake = Wake::Done;
  std::uint32_t chosen = 0;  // of a select
  Waiter waiter;             // all that most waits need
  Timer timer;
  std::uint64_t* slots = nullptr;       // registers that a message comes from or goes to…
  const std::uint16_t* list = nullptr;  // …and which of them
  std::int64_t weight = 0;              // bytes that go with the message
  std::uint64_t* status = nullptr;      // where the outcome is written
  std::int64_t native_state = 0;        // of a native that is called again…
  std::shared_ptr<void> native_data;    // …and what it keeps for that time
  bool waits_outside = false;           // for the world, not for another task
  // Of a select: its waiters, and the message that the channel it was woken by had for it.
  Waiter* waiters = nullptr;
  std::uint32_t waiter_count = 0;
  bool selecting = false;
  std::uint64_t* inbox = nullptr;
  std::uint32_t inbox_room = 0;
  const memory::HandleObject* inbox_from = nullptr;
  const value::TypeInfo* inbox_type = nullptr;
  bool timer_set = false;
  const char* waits_for = nullptr;  // for people
  Fiber* next_free = nullptr;

  /// What it holds is not its worker's any more, since it waits or others run; and is again. While it waits,
  /// whoever claimed it may add to or take from what it holds.
  void put_down() { task->held += account->put_down(); }
  void take_up() { account->take_up(std::exchange(task->held, 0)); }
};

}  // namespace noodle::task
