#pragma once

// What a Runtime is inside: the modules, a machine for each worker, and the scheduler whose tasks they run.

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "runtime/task/scheduler.h"
#include "runtime/vm/machine.h"

namespace noodle::vm {

class Interpreter final : public task::Engine {
 public:
  /// Null when there is no memory.
  static std::unique_ptr<Interpreter> create(const Options& options, World& world);
  ~Interpreter() override;

  std::expected<LoadedModule*, std::string> load(nbc::VerifiedModule module);
  std::expected<std::vector<std::uint64_t>, Stop> run_function(LoadedModule& module, nbc::FunctionId id,
                                                               std::span<const std::uint64_t> args);
  void interrupt();
  /// Ends the program because a task other than the main one called exit.
  void exit_from_child(task::Worker& worker, std::int64_t code);
  std::int64_t exit_code() const { return exit_code_.load(); }

  bool attach(task::Worker& worker) override;
  task::Ran run(task::Worker& worker, task::Task& task) override;
  memory::Account& account(task::Worker& worker) override;
  void release(task::Worker& worker, memory::Object* object) override;

  task::Scheduler& scheduler() const { return *scheduler_; }
  /// The machine of the thread that runs the main task first.
  Machine& first() { return *machines_[0]; }
  std::atomic<bool> interrupt_flag{false};
  std::int64_t live_objects() const;
  std::int64_t used_bytes() const;
  std::uint64_t steps() const;

 private:
  Interpreter(const Options& options, World& world);
  Machine* make_machine();
  /// The machines of workers that have started: others may be made at any moment.
  std::span<const std::unique_ptr<Machine>> running_machines() const {
    return std::span(machines_).first(scheduler_->thread_count());
  }
  void begin(Machine& machine, task::Fiber& fiber, memory::Object* work);
  bool close_scopes(Machine& machine, task::Fiber& fiber);
  void finish(Machine& machine, task::Task& task, task::Fiber& fiber);

  Options options_;
  World& world_;
  memory::TypeTable types_;
  memory::Pool pool_;
  std::vector<std::unique_ptr<LoadedModule>> modules_;
  std::vector<std::unique_ptr<Machine>> machines_;  // by worker
  task::Fiber* main_fiber_ = nullptr;
  std::size_t main_bytes_ = 0;
  std::uint64_t hash_seed_ = 0;
  std::atomic<std::int64_t> exit_code_{0};
  std::unique_ptr<task::Scheduler> scheduler_;  // last: its threads end before what they use
};

}  // namespace noodle::vm
