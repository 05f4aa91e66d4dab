#pragma once

// The scheduler: workers that run tasks, the queues between them, timers, sleep.
//
// A worker is a thread with a queue of tasks that are ready. `next` is the one that was made ready last by
// what it runs: it goes first, since what it wants is in the cache.
//
// Tasks stay where they are as long as they get their turn soon. Tasks that talk to one another run faster
// on one core than on two that fight for the same cache lines, and most turns are shorter than waking a
// thread. So a worker looks from time to time whether those that were in its queue a while ago (kLag) are
// still there; only then it *lags*, and another worker is woken, or started, that takes half of the queue.
// It goes on helping only if that helps: if all together don't get more done than they did without it, for
// they fight for the same cache lines, it rests for a while.
//
// A native that blocks runs in place. It says so ("begin_blocking"), and when it lasts, and others could use
// the processor, a *monitor* thread gives what waits at that worker to all and lets another worker run in
// its place ("replaces" it), a spare thread if need be. When the native returns, one worker too many may
// run: it steps aside at its next turn. So may workers whose cores somebody has leased.
//
// A worker that is the only one awake may take the scheduler for itself ("solo"): then it uses what tasks share
// without locks. One that wakes up asks for it back and waits for the end of the other's turn.

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/lock.h"
#include "runtime/task/run_queue.h"
#include "runtime/task/stacks.h"
#include "runtime/task/task.h"
#include "runtime/task/timers.h"
#include "runtime/world/world.h"

namespace noodle::task {

class Director;
class Monitor;
class Offload;
class Team;
class Resources;
class Scheduler;

/// What a task did with its turn. After Parked its fiber may already run elsewhere.
enum class Ran : std::uint8_t { Ended, Parked, Yielded };

/// Runs tasks: the interpreter.
class Engine {
 public:
  virtual ~Engine() = default;
  /// Prepares a worker before its first task; false when there is no memory.
  virtual bool attach(Worker& worker) = 0;
  /// Runs a task that has a fiber until it ends, waits, or has used up its time. One that ended has its
  /// outcome, and its result or stop.
  virtual Ran run(Worker& worker, Task& task) = 0;
  /// What the tasks that a worker runs are charged to.
  virtual memory::Account& account(Worker& worker) = 0;
  /// Drops a reference to an object.
  virtual void release(Worker& worker, memory::Object* object) = 0;
};

/// A thread that runs tasks.
class Worker {
 public:
  Worker(Scheduler& scheduler, std::uint32_t index) : scheduler_(scheduler), index_(index) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Scheduler& scheduler() const { return scheduler_; }
  std::uint32_t index() const { return index_; }
  /// What the engine keeps for this worker.
  void* engine = nullptr;

  /// Whether other tasks are ready here: then who has used up its time yields.
  bool has_others() const;
  /// Whether a task that has run for a while is to let go of this worker: for others, or because nobody else
  /// looks after what timers and the world wake.
  bool should_yield() const;
  /// Room to read into, for the time of one call.
  static constexpr std::size_t kBlock = 64 * 1024;
  std::span<char> block() {
    if (block_ == nullptr) block_ = std::make_unique_for_overwrite<char[]>(kBlock);
    return {block_.get(), kBlock};
  }
  /// Whether no other worker is awake, so that what tasks share needs no lock. Stays so until this worker
  /// itself gives it up.
  bool is_solo() const { return solo_; }
  /// Lets other workers in; to be called before something that may take long.
  void leave_solo() {
    if (solo_) give_up_solo();
  }
  /// Around what may last long in the system. In between, this worker makes no task ready.
  void begin_blocking();
  void end_blocking();
  /// Notes that tasks have made so much progress, in whatever the engine counts.
  void add_progress(std::uint64_t steps) {
    progress_.store(progress_.load(std::memory_order_relaxed) + steps, std::memory_order_relaxed);
  }

 private:
  friend class Scheduler;
  void give_up_solo();
  void take_back_offered();
  Fiber* take_fiber();
  void give_fiber(Fiber* fiber);

  // Of `blocking_`: in a native that may last; and another worker runs instead. What is above counts natives.
  static constexpr std::uint32_t kInside = 1, kReplaced = 2, kStates = 3, kLeave = 3;

  Scheduler& scheduler_;
  std::uint32_t index_;
  Task* next_ = nullptr;
  Atomic<Task*> offered_{nullptr};  // what was `next_`, while it blocks: the monitor may take it
  Atomic<std::uint32_t> blocking_{0};
  std::uint32_t seen_ = 0;  // the monitor's: `blocking_` when it looked last
  bool surplus_ = false;    // it came back when enough others ran
  RunQueue queues_[kPriorities];
  std::uint32_t turns_ = 0;
  std::uint32_t pushed_ = 0;  // tasks put into the queues so far
  std::uint32_t mark_ = 0;    // how many that were at `mark_time_`
  std::int64_t mark_time_ = 0;
  std::int64_t suspect_time_ = 0;  // when it seemed to lag first
  std::int64_t look_time_ = 0;     // when it looked outside last because a task yielded
  Atomic<bool> lagging_{false};
  // How much gets done, for the decision whether another worker helps.
  Atomic<std::uint64_t> progress_{0};
  Atomic<std::uint64_t> rate_{0};       // of progress, a millisecond, as it was lately
  Atomic<std::uint64_t> solo_rate_{0};  // the same, the last time that it was alone
  bool stayed_solo_ = false;            // since the rate was measured last
  std::uint64_t rate_progress_ = 0;
  std::int64_t rate_time_ = 0;
  // Of one that was woken to help: since when, what the others did before, and what all had done by then.
  std::int64_t help_time_ = 0;
  std::uint64_t help_rate_ = 0;
  std::uint64_t help_progress_ = 0;
  std::uint32_t short_helps_ = 0;  // one after the other, that ended before they could be measured
  std::int64_t rest_ = 0;          // how long it rested last
  Fiber* fibers_ = nullptr;        // spare ones
  std::uint32_t fiber_count_ = 0;
  std::uint32_t random_ = 1;
  Atomic<std::uint32_t> signal_{0};  // what it sleeps on
  bool solo_ = false;
  std::unique_ptr<char[]> block_;
  Worker* next_idle_ = nullptr;
  bool rests_ = false;  // guarded by the scheduler's idle_lock_
  Thread thread_;
};

struct SchedulerOptions {
  std::uint32_t workers = 0;     // 0: one a core
  bool spread = false;           // other workers help at once and never rest: for tests
  Director* director = nullptr;  // decides what is otherwise left to chance: for simulation
};

class Scheduler {
 public:
  Scheduler(const SchedulerOptions& options, world::World& world, Engine& engine);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Runs a task, and what it starts, on the calling thread and others until it has ended. The fiber is the
  /// caller's.
  void run(Task& main, Fiber& fiber);
  /// Prepares the first worker. To be called once, before the rest.
  bool attach_first() { return engine_.attach(*workers_[0]); }
  /// Tells the main task to end because another called exit.
  void exit(Worker& worker);
  /// Makes the main task stop where it is. Safe in a signal handler.
  void interrupt();
  /// Forgets an interruption that nobody has noticed: what it was for has ended by itself.
  void clear_interrupt() { interrupted_.store(false); }

  // ---- tasks
  /// A child of an open scope that will call `work`, once it is made `ready`. Null when there is no memory; else it
  /// takes over a reference to `work`, and one to the local values of the scope's owner, if there are any.
  Task* start(Scope& scope, memory::Object* work, const value::TypeInfo* result);
  /// Makes a new task ready. True when so many wait here that the one who starts them should let them run
  /// before it starts more.
  bool spawn(Worker& worker, Task& task);
  /// Asks a task to stop at its next wait or safepoint.
  void cancel(Worker* worker, Task& task);
  /// Gives up the handles' hold on a task (the last one was dropped).
  void drop_handles(Task& task);
  /// Whether the running task has been told to stop, and how.
  static bool told_to_stop(const Task& task);

  // ---- scopes
  /// Opens a scope of the running task. Null when there is no memory.
  Scope* open_scope(Fiber& fiber);
  static Scope* find_scope(Fiber& fiber, std::uint64_t number);
  void cancel_scope(Worker* worker, Scope& scope);
  /// Waits for the children of a scope of the running task. Done: none is left; Parked: as `park`; else why
  /// it must not wait any longer.
  enum class Joined : std::uint8_t { Done, Parked, Stopped };
  Joined join(Fiber& fiber, Scope& scope);
  /// The owner has come to the scope's end: from now on a child's panic that nobody waits for fails it at once.
  void begin_join(Worker* worker, Scope& scope);
  /// Closes the innermost scope, all of whose children have ended; gives what a failed one left that
  /// nobody has seen.
  std::shared_ptr<const Stop> close_scope(Fiber& fiber);

  // ---- waiting
  static void begin_wait(Fiber& fiber, const char* what);
  /// Registers with something whose lock is held.
  static void enlist(Fiber& fiber, Waiter& waiter, WaitList& list, Lock& lock, std::uint32_t index = 0);
  /// Waits at most until a moment.
  void set_timer(Fiber& fiber, std::int64_t at);
  /// Parks a fiber that has registered: then nothing of it may be touched any more. False when it need
  /// not wait; `fiber.wake` says why.
  bool park(Fiber& fiber);
  /// Takes a waiting fiber for oneself; whoever gets true completes it. Its waiter, if any, is off its list.
  static bool claim(Fiber& fiber, Wake why, std::uint32_t& was);
  void complete(Worker* worker, Fiber& fiber, std::uint32_t was);
  /// Wakes the longest waiting fiber of a list whose lock is held; null when there is none. The caller
  /// completes it.
  static Fiber* claim_first(WaitList& list, Wake why, std::uint32_t& was, std::uint32_t* index = nullptr);
  /// Wakes all of them; false when there were none, or all went on for another reason.
  bool wake_all(Worker* worker, WaitList& list);
  /// After a wait: takes the fiber off all lists and the timer out.
  void end_wait(Fiber& fiber);

  /// Makes the worker that sleeps until the next timer look again at what it sleeps for.
  void wake_keeper();

  /// Makes a task ready to run.
  void ready(Worker* worker, Task& task);

  world::World& world() const { return world_; }
  Resources& resources() const { return *resources_; }
  Offload& offload() const { return *offload_; }
  Team& team() const { return *team_; }
  /// Whether something from outside may be due at any moment, which a running task holds up. For any thread.
  bool expects_news() const;
  /// Tasks that have not been given back.
  std::int64_t live_tasks() const { return live_.load(); }
  /// Bytes that tasks still held by themselves when they had ended. None, unless a value's count stuck.
  std::int64_t stray_bytes() const { return stray_bytes_.load(std::memory_order_relaxed); }
  std::uint32_t worker_count() const { return most_workers_; }
  /// Who decides in a simulation; null otherwise.
  Director* director() const { return director_; }
  /// Threads that there may be at most, and that there are.
  static constexpr std::uint32_t kMostSpares = 64;
  std::uint32_t most_threads() const { return most_workers_ + kMostSpares; }
  std::uint32_t thread_count() const { return started_.load(std::memory_order_acquire); }

 private:
  friend class Worker;
  friend class Monitor;
  friend class CoreLease;
  bool over(const Worker& worker) const;
  bool is_called(const Worker& worker) const;
  void loop(Worker& worker);
  void turn(Worker& worker, Task& task);
  void end(Worker& worker, Task& task);
  void fail(Worker* worker, Scope& scope, std::uint64_t serial, Task& task);
  Fiber* claim_task(Task& task, Wake why, std::uint32_t& was);
  static Task& innermost(Task& task);
  Fiber* cancel_children(Scope& scope);
  void complete_all(Worker* worker, Fiber* woken);
  void let_go(Task& task);
  Task* find(Worker& worker);
  Task* find_ready(Worker& worker);
  Task* find_local(Worker& worker);
  Task* find_directed(Worker& worker);
  bool sleep_directed(Worker& worker);
  Task* take_global();
  Task* steal(Worker& worker);
  void push(Worker& worker, Task& task);
  void push_global(Task& task);
  void fire_timers(Worker& worker);
  std::uint32_t waiting(const Worker& worker) const;
  std::int64_t look_for_lag(Worker& worker);
  void note_rate(Worker& worker, std::int64_t now);
  void begin_help(Worker& worker);
  void look_whether_it_helps(Worker& worker);
  void rest(Worker& worker);
  void try_solo(Worker& worker);
  void enter(Worker& worker);
  std::uint64_t total_progress() const;
  bool sleep(Worker& worker);
  void doze(Worker& worker, std::int64_t due, world::PortNews& news);
  void look_outside(Worker& worker);
  enum class Reason : std::uint32_t { Help = 1, Replace = 2 };  // what a worker is woken for
  void wake_one(Reason why = Reason::Help);
  void wake(Worker& worker, Reason why = Reason::Help);
  Worker* pick(Reason why);
  bool start_worker(Reason why);
  void deadlock(Worker& worker);
  void check_interrupt(Worker* worker);
  // Natives that block; see monitor.cpp.
  void watch(const Worker& worker);
  bool is_unserved() const;
  bool look_at_natives(bool act);
  void replace(Worker& worker, std::uint32_t state);
  void come_back(Worker& worker);
  void want_monitor();
  // Who runs; see crew.cpp.
  std::uint32_t running() const;
  std::uint32_t allowed() const { return most_workers_ - leased_; }
  std::uint32_t asleep() const { return resting_ + idle_count_.load() + spare_count_; }
  bool is_surplus() const { return running() > allowed(); }
  void give_away(Worker& worker);
  void leave_tasks(Worker& worker);
  void step_aside(Worker& worker);
  static bool unlist(Worker*& list, const Worker& worker);
  std::uint32_t lease(std::uint32_t cores);
  void end_lease(std::uint32_t cores);

  world::World& world_;
  Engine& engine_;
  const std::uint32_t most_workers_;
  const bool spread_;
  Director* const director_;
  std::vector<std::unique_ptr<Worker>> workers_;  // as many as there may be; those that run come first
  Atomic<std::uint32_t> started_{1};
  Atomic<Task*> main_{nullptr};
  Lock main_lock_;  // held while another thread may use main_, or its end
  Atomic<bool> done_{false};
  Atomic<bool> closing_{false};
  Atomic<bool> interrupted_{false};

  Lock global_lock_;
  TaskList global_[kPriorities];
  Atomic<std::uint32_t> global_count_{0};

  Lock idle_lock_;
  Worker* idle_ = nullptr;
  Atomic<std::uint32_t> idle_count_{0};

  // Guarded by idle_lock_: workers that rest, that stepped aside, that are in a native while another one runs.
  std::uint32_t resting_ = 0;
  Worker* spare_ = nullptr;
  std::uint32_t spare_count_ = 0;
  std::uint32_t replaced_ = 0;
  std::uint32_t leased_ = 0;    // cores
  Atomic<bool> shrunk_{false};  // fewer workers may run than do, perhaps
  Atomic<bool> wanted_{false};  // somebody asked for a worker, and all that may run do
  Atomic<bool> monitor_asleep_{true};
  Atomic<Worker*> solo_{nullptr};
  Atomic<bool> solo_wanted_{false};  // another worker waits to enter
  Atomic<Worker*> keeper_{nullptr};  // sleeps until the next timer is due
  Atomic<std::int64_t> keeper_until_{INT64_MAX};
  Lock timer_lock_;
  Timers timers_;
  std::unique_ptr<Resources> resources_;
  std::unique_ptr<Offload> offload_;
  std::unique_ptr<Team> team_;
  std::unique_ptr<Monitor> monitor_;
  Stacks stacks_;
  Lock scope_lock_;
  Scope* free_scopes_ = nullptr;
  std::vector<std::unique_ptr<Scope[]>> scopes_;
  Atomic<std::uint64_t> numbers_{0};
  Atomic<std::int64_t> stray_bytes_{0};
  Atomic<std::int64_t> live_{0};  // tasks that have not been given back
};

inline void Worker::begin_blocking() {
  if (next_ != nullptr) offered_.store(std::exchange(next_, nullptr), std::memory_order_relaxed);
  // Sequentially consistent, as what the monitor does when it falls asleep: one sees the other.
  blocking_.fetch_add(kInside);
  if (scheduler_.monitor_asleep_.load()) scheduler_.watch(*this);
}

inline void Worker::end_blocking() {
  if (offered_.load(std::memory_order_relaxed) != nullptr) take_back_offered();
  if ((blocking_.fetch_add(kLeave) & kReplaced) != 0) scheduler_.come_back(*this);
}

/// While it lives, if `may`, the system may hold up the worker's thread.
class MayBlock {
 public:
  MayBlock(Worker& worker, bool may) : worker_(may ? &worker : nullptr) {
    if (may) worker.begin_blocking();
  }
  ~MayBlock() {
    if (worker_ != nullptr) worker_->end_blocking();
  }
  MayBlock(const MayBlock&) = delete;
  MayBlock& operator=(const MayBlock&) = delete;

 private:
  Worker* worker_;
};

}  // namespace noodle::task
