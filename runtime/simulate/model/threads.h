#pragma once

// Plays the threads of a program that was built with NOODLE_MODEL on one, in an order that follows from a seed.
// See base/concurrency.h for what such a program must use.

#include <ucontext.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/simulate/choices.h"
#include "runtime/simulate/timeline.h"

namespace noodle::simulate {

class Threads {
 public:
  Threads(Choices& choices, Timeline& time) : choices_(choices), time_(time), is_short_(choices.draw() % 4 == 0) {}
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  /// Runs `main` as the first thread, and whatever threads it starts. False when that came to no end: all threads
  /// wait for something that never happens, or one has taken more steps than any may; `trouble` says what.
  bool run(std::function<void()> main);
  const char* trouble() const { return trouble_; }
  /// For a signal handler: the running thread, if there is one, touched memory that is not there.
  static void fault();
  std::uint64_t steps() const { return steps_; }

  // ---- what the running thread does
  void interleave();
  void interleave_at(const void* place, std::size_t bytes);
  void yield();
  /// Sleeps until `ready`, or until a moment at most. What it looks at is changed by other threads or by time.
  void wait(const std::function<bool()>& ready, std::int64_t until);
  /// Null where the system has no thread left, as in some runs half of the time.
  void* start(std::function<void()> run);
  void join(void* thread);

 private:
  static constexpr std::size_t kStack = 256 * 1024;
  static constexpr std::uint64_t kMostSteps = 2'000'000;
  static constexpr std::int64_t kStepTime = 20;     // nanoseconds
  static constexpr std::uint64_t kLongest = 3'000;  // steps until others must have their turn
  struct Thread {
    ucontext_t context{};
    std::unique_ptr<char[]> stack;
    std::function<void()> run;
    bool ended = false;
    const std::function<bool()>* ready = nullptr;  // what it sleeps for…
    std::int64_t until = INT64_MAX;                // …at most until then
    const Thread* joins = nullptr;
  };
  static void enter();
  Thread& add(std::function<void()> run);
  bool can_run(const Thread& thread) const;
  /// Goes on with another thread, or this one if it may.
  void pass(bool must);
  void go(Thread& thread);
  void give_up(const char* why);

  Choices& choices_;
  Timeline& time_;
  const bool is_short_;  // of threads
  std::vector<std::unique_ptr<Thread>> threads_;
  Thread* running_ = nullptr;
  ucontext_t outside_{};
  std::uint64_t steps_ = 0, passed_ = 0;  // in all, and when one let others go on last
  const char* trouble_ = nullptr;
};

}  // namespace noodle::simulate
