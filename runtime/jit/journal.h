#pragma once

// What the compiler of hot code did, for people: a line for each piece of work, and a table at the end.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/jit/jit.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

/// One piece of work: a function, asked for with or without its loops.
struct Work {
  const vm::LoadedModule* module = nullptr;
  std::uint32_t function = 0;
  std::vector<std::uint32_t> loops;
  Effort effort = Effort::Full;
  double samples = 0;  // that made it hot; 0: it was compiled before it ran
};

class Journal {
 public:
  using Clock = std::chrono::steady_clock;
  static std::int64_t micros(Clock::duration time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  }
  /// `120 us`.
  static std::string micros_since(Clock::time_point start) {
    return std::to_string(micros(Clock::now() - start)) + " us";
  }

  enum Phase : std::uint8_t { Queued, Lowering, Optimising, Emitting, Installing, kPhases };
  using Times = std::array<std::int64_t, kPhases>;  // in microseconds

  /// `write` gets a line at a time; without it nothing is noted.
  explicit Journal(std::function<void(const std::string&)> write) : write_(std::move(write)) {}

  bool is_on() const { return write_ != nullptr; }
  /// A line of the log.
  void say(const std::string& line);
  /// What was made, how long each phase took, and what it is called.
  void compiled(const Work& work, const Image& image, const Times& times);
  /// Why something stays interpreted.
  void refused(const Work& work, std::string_view why);
  /// Compiled code was left: Machine::exit says where.
  void left(const vm::Machine& machine);
  /// The table, once.
  void summarise();

 private:
  enum class Why : std::uint8_t { Unusual, Raised, Over, Asked, Callee };
  using Exit = std::tuple<const vm::LoadedFunction*, std::uint32_t, Why>;

  static Why why_left(const vm::Machine& machine, const vm::LoadedFunction& function);
  static std::string describe(const Exit& exit);
  void say_times(Effort effort);
  void say_exits();

  const std::function<void(const std::string&)> write_;
  const Clock::time_point start_ = Clock::now();
  std::mutex mutex_;             // guards what follows
  std::vector<Times> times_[2];  // by Effort
  std::uint64_t refused_ = 0, functions_ = 0, code_bytes_ = 0, constant_bytes_ = 0;
  std::map<Exit, std::uint64_t> exits_;
  bool summarised_ = false;
};

}  // namespace noodle::jit
