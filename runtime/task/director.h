#pragma once

// Who decides, in a simulation, what a scheduler otherwise leaves to the clock and to chance.

#include <cstdint>
#include <string>

namespace noodle::task {

struct Task;

/// With a director a scheduler has one worker, starts no thread, and takes time only from its world. All calls
/// come from the thread that runs the tasks.
class Director {
 public:
  virtual ~Director() = default;
  /// Which of so many ready tasks runs next: 0 is the one that would without a director.
  virtual std::uint32_t choose(std::uint32_t ready) = 0;
  /// Told of the task whose turn begins.
  virtual void begins(const Task& task) = 0;
  /// How many steps (calls and backward jumps) it runs before others may.
  virtual std::uint64_t quantum() = 0;
  /// Told of steps that were run, at the end of a quantum or a turn.
  virtual void ran(std::uint64_t steps) = 0;
  /// Whether the running task is to be cancelled here, at a safepoint or where it begins to wait.
  virtual bool cancels() = 0;
  /// Told where a task was preempted, as text for people. Asked for only while `wants_places`.
  virtual bool wants_places() = 0;
  virtual void preempted_at(const Task& task, std::string place) = 0;
};

}  // namespace noodle::task
