#pragma once

// The door of runtime/simulate: a world of its own for a program under test, in which time, chance and faults
// follow from a seed.
//
// Nothing in it reaches outside, but that files which are there can be read. libpq, SQLite and DuckDB are not
// simulated: they have doors of their own.

#include <atomic>
#include <string>
#include <vector>

#include "runtime/simulate/choices.h"
#include "runtime/simulate/files.h"
#include "runtime/simulate/ports.h"
#include "runtime/simulate/timeline.h"
#include "runtime/task/director.h"
#include "runtime/world/world.h"

namespace noodle::simulate {

/// A simulated world, and who decides in it.
class Simulation : public world::World, public task::Director {
 public:
  /// `below`, which may be null, has the files that can be read at first, arguments and environment.
  Simulation(Choices choices, world::World* below);

  /// From now on every step ends a quantum, and the running task is cancelled at the `point`-th place where it can
  /// be; 0: nowhere.
  void cancel_at(std::uint64_t point) {
    cancel_at_ = point;
    each_step_ = true;
  }
  /// Places where a task could have been cancelled so far.
  std::uint64_t points() const { return points_; }
  Choices& choices() { return choices_; }
  Timeline& time() { return time_; }
  /// What the program printed.
  const std::string& printed() const { return printed_; }
  /// What the runtime did that no runtime may do.
  const std::vector<std::string>& misuses() const { return ports_.misuses(); }
  std::int64_t elapsed() const { return time_.now(); }
  /// Counts turns and quanta: while it stands still nothing happens. For another thread that watches.
  const std::atomic<std::uint64_t>& progress() const { return progress_; }
  std::size_t open_ports() const { return ports_.open_count(); }

  // ---- World
  world::Ports& ports() override { return ports_; }
  std::int64_t unix_nanos() override;
  std::int64_t monotonic_nanos() override;
  void wait(std::atomic<std::uint32_t>& word, std::int64_t nanos) override;
  std::uint64_t entropy() override { return choices_.draw(); }
  world::Written write_out(std::string_view text) override;
  world::Written write_error(std::string_view text) override;
  world::Written flush() override { return world::Written::Ok; }
  world::LineRead read_line(std::string&, const std::function<bool()>&) override { return world::LineRead::End; }
  const std::vector<std::string>& args() override { return arguments_; }
  bool env(const std::string& name, std::string& value) override;
  std::expected<std::string, std::string> read_file(const std::string& path) override;
  std::expected<void, std::string> write_file(const std::string& path, std::string_view bytes, bool append) override;
  bool exists(const std::string& path) override;
  world::OrError<void> remove(const std::string& path) override;
  world::OrError<void> make_dir(const std::string& path) override;
  world::OrError<void> rename(const std::string& from, const std::string& to) override;
  world::OrError<world::FileInfo> info(const std::string& path, bool follow) override;
  world::OrError<void> set_mode(const std::string& path, std::int64_t mode) override;
  std::expected<std::vector<std::string>, std::string> list_dir(const std::string& path) override;

  // ---- Director
  std::uint32_t choose(std::uint32_t ready) override;
  void begins(const task::Task& task) override;
  std::uint64_t quantum() override;
  void ran(std::uint64_t steps) override;
  bool cancels() override { return ++points_ == cancel_at_; }
  bool wants_places() override { return choices_.explains(); }
  void preempted_at(const task::Task& task, std::string place) override;

 protected:
  SimulatedPorts& simulated_ports() { return ports_; }

 private:
  Choices choices_;
  world::World* below_;
  Timeline time_;
  Files files_;
  SimulatedPorts ports_;
  std::vector<std::string> arguments_;
  std::string printed_;
  std::uint64_t turns_ = 0;
  std::atomic<std::uint64_t> progress_ = 0;
  std::uint64_t points_ = 0;
  std::uint64_t cancel_at_ = 0;
  bool each_step_ = false;
  static constexpr std::size_t kNone = SIZE_MAX;
  std::uint32_t out_of_order_ = 0;  // how many the task of this turn has overtaken
  // The twists that made the quantum which is running, and the one before it, short.
  std::size_t quantum_twist_ = kNone, last_quantum_twist_ = kNone;
};

}  // namespace noodle::simulate
