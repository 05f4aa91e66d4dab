#pragma once

// An engine whose tasks are written in C++, as coroutines, so that the scheduler and what belongs to it can be tested
// without a compiler and an interpreter. What a task does when it was parked, cancelled or has ended is what the
// interpreter does.

#include <coroutine>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/memory/memory.h"
#include "runtime/task/channel.h"
#include "runtime/task/offload.h"
#include "runtime/task/resource.h"
#include "runtime/task/scheduler.h"

namespace noodle::simulate {

class Actor;
class ModelEngine;

/// What a task does, from `co_return` to `co_return`.
struct Body {
  struct promise_type {
    Body get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
};
using Work = std::function<Body(Actor&)>;

/// Something that may have to wait: tried until it is done.
struct Operation {
  Actor& actor;
  std::function<task::Passed()> attempt;
  task::Passed late = task::Passed::NotNow;  // what it comes to when its time is over
  bool once = false;                         // whoever wakes it has done it; else it is tried again
  bool must = false;                         // it is finished even by a task that was told to stop
  task::Passed passed = task::Passed::Parked;
  task::Passed try_it();
  bool await_ready();
  void await_suspend(std::coroutine_handle<>) {}
  task::Passed await_resume() const { return passed; }
};

/// The task that a body runs in, and what it can do. Each operation gives what came of it; after Stopped a body has
/// to end as soon as it can.
class Actor {
 public:
  explicit Actor(ModelEngine& engine) : engine(engine) {}
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;
  ~Actor() {
    if (body.handle) body.handle.destroy();
  }

  Operation send(task::Channel& channel, std::uint64_t& word, bool wait = true);
  Operation receive(task::Channel& channel, std::uint64_t& word, bool wait = true);
  /// Sets fiber().chosen, or gives NotNow.
  Operation select(std::vector<memory::HandleObject*> handles, std::int64_t nanos = -1);
  Operation await(task::Task& task, std::int64_t nanos = -1);
  Operation sleep(std::int64_t nanos);
  /// Lets others run, and stops if it was told to.
  Operation yield();
  /// Waits for something to read or write.
  Operation wait(task::Resource& resource, bool writing, std::uint32_t news);
  /// Waits for what another thread does.
  Operation wait(std::shared_ptr<task::Job> job);
  /// Waits for the children of the innermost scope and closes it; cancels them before if wanted, or if the task
  /// panics or was told to stop. A child's panic that nobody has seen is then the task's own.
  Operation leave(bool cancel = false);

  /// From now on the task panics, or stops the program: its body has to leave its scopes and end.
  void panic(std::string message, std::shared_ptr<const task::Stop> cause = nullptr);
  void exit();
  bool panics() const { return fiber_->stop != nullptr && fiber_->stop->kind == task::Stop::Kind::Panic; }

  task::Scope& open();
  /// A child of the innermost scope, ready to run. Who starts it drops it.
  task::Task& start(Work work, task::Priority priority = task::Priority::Normal);
  void drop(memory::HandleObject& handle);
  bool told_to_stop() const { return task::Scheduler::told_to_stop(*fiber().task); }
  task::Fiber& fiber() const { return *fiber_; }
  task::Worker& worker() const { return *worker_; }
  task::Scheduler& scheduler() const { return worker_->scheduler(); }
  memory::Account& account() const;

  ModelEngine& engine;

 private:
  friend class ModelEngine;
  friend struct Operation;
  Operation timed(std::int64_t nanos, std::function<task::Passed(std::int64_t)> attempt);
  void note_stop();

  Work work;
  Body body;
  Operation* waiting = nullptr;
  task::Worker* worker_ = nullptr;
  task::Fiber* fiber_ = nullptr;
  std::uint64_t word_ = 0, status_ = 0;  // where messages come and go
  bool yielded_ = false;
};

class ModelEngine final : public task::Engine {
 public:
  explicit ModelEngine(std::uint32_t workers);
  bool attach(task::Worker&) override { return true; }
  task::Ran run(task::Worker& worker, task::Task& task) override;
  memory::Account& account(task::Worker& worker) override { return accounts[worker.index()]; }
  void release(task::Worker& worker, memory::Object* object) override;

  /// An object that stands for a task's work.
  memory::Object* make_work(memory::Account& account, Work work);
  /// A counted list of counted boxes, for messages.
  memory::Object* make_list(memory::Account& account, std::size_t boxes);

  std::vector<memory::Account> accounts;  // a worker each
  std::int64_t live_objects() const;
  value::TypeInfo word_type, list_type;  // of messages: a number, a list

 private:
  static task::Ran leave(Actor& actor, task::Fiber& fiber);
  static void finish(Actor& actor, task::Task& task, task::Fiber& fiber);

  memory::TypeTable types_;
  memory::Field box_field_{.offset = 8}, list_field_{.offset = 0}, message_field_{.offset = 0};
  memory::ObjectType work_type_, box_type_, boxes_type_;
  std::uint32_t work_ = 0, box_ = 0, boxes_ = 0;
};

}  // namespace noodle::simulate
