#include "runtime/simulate/world.h"

#include <algorithm>
#include <cerrno>

#include "runtime/task/task.h"
#include "runtime/world/errors.h"

namespace noodle::simulate {

namespace {

constexpr std::int64_t kBegin = 1'700'000'000'000'000'000;  // nanoseconds since 1970: when simulated time begins
constexpr std::int64_t kStep = 10;                          // nanoseconds that a step takes
constexpr std::uint32_t kMostReady = 64;                    // of which one may overtake
constexpr std::uint64_t kFairTurn = 16;
constexpr std::uint64_t kUsualQuantum = UINT64_MAX;

}  // namespace

Simulation::Simulation(Choices choices, world::World* below)
    : choices_(std::move(choices)), below_(below), files_(below), ports_(time_, choices_, files_) {
  if (below != nullptr) arguments_ = below->args();
}

std::int64_t Simulation::unix_nanos() { return kBegin + time_.now(); }
std::int64_t Simulation::monotonic_nanos() { return time_.now(); }

void Simulation::wait(std::atomic<std::uint32_t>& word, std::int64_t nanos) {
  if (word.load() == 0 && nanos > 0) time_.advance(time_.now() + nanos);
}

world::Written Simulation::write_out(std::string_view text) {
  printed_ += text;
  choices_.note(text);
  return world::Written::Ok;
}

world::Written Simulation::write_error(std::string_view text) { return write_out(text); }

bool Simulation::env(const std::string& name, std::string& value) {
  const bool found = below_ != nullptr && below_->env(name, value);
  choices_.note(found ? "env " + value : "no env");
  return found;
}

bool Simulation::exists(const std::string& path) {
  const bool there = files_.exists(path);
  choices_.note(there ? "exists" : "is missing");
  return there;
}

world::OrError<void> Simulation::remove(const std::string& path) {
  auto done = files_.remove(path);
  choices_.note(done ? "removed" : done.error());
  return done;
}

world::OrError<void> Simulation::make_dir(const std::string& path) {
  auto done = files_.make_dir(path);
  choices_.note(done ? "made" : done.error());
  return done;
}

world::OrError<void> Simulation::rename(const std::string& from, const std::string& to) {
  auto done = files_.rename(from, to);
  choices_.note(done ? "renamed" : done.error());
  return done;
}

world::OrError<world::FileInfo> Simulation::info(const std::string& path, bool) {
  auto info = files_.info(path);
  choices_.note(info ? std::to_string(info->size) : info.error());
  return info;
}

world::OrError<void> Simulation::set_mode(const std::string& path, std::int64_t mode) {
  auto done = files_.set_mode(path, mode);
  choices_.note(done ? "mode set" : done.error());
  return done;
}

std::expected<std::string, std::string> Simulation::read_file(const std::string& path) {
  auto bytes = files_.find(path);
  if (!bytes) return std::unexpected(bytes.error());
  choices_.note(**bytes);
  return **bytes;
}

std::expected<void, std::string> Simulation::write_file(const std::string& path, std::string_view text, bool append) {
  const bool is_new = !files_.exists(path);
  auto bytes = files_.find_or_make(path);
  if (!bytes) return std::unexpected(bytes.error());
  if (!append) (*bytes)->clear();
  choices_.note(text);
  if (choices_.choose(Twist::Full, 2) != 0) {
    choices_.say("the disk is full when " + path + " is written");
    // What still had room is there, unless nothing was before.
    **bytes += text.substr(0, text.size() / 2);
    files_.wrote(*bytes);
    if (is_new) (void)files_.remove(path);
    return std::unexpected(world::describe(ENOSPC, path));
  }
  **bytes += text;
  files_.wrote(*bytes);
  return {};
}

std::expected<std::vector<std::string>, std::string> Simulation::list_dir(const std::string& path) {
  auto names = files_.list_dir(path);
  if (!names) {
    choices_.note(names.error());
    return names;
  }
  choices_.note(names->size());
  for (const std::string& name : *names) choices_.note(name);
  return names;
}

std::uint32_t Simulation::choose(std::uint32_t ready) {
  // However wild a schedule is, whoever waits longest has a turn in the end.
  if (++turns_ % kFairTurn == 0) return out_of_order_ = 0;
  return out_of_order_ = choices_.choose(Twist::Turn, std::min(ready, kMostReady));
}

void Simulation::begins(const task::Task& task) {
  choices_.note(task.number);
  if (out_of_order_ == 0 || !choices_.explains()) return;
  choices_.say("task " + std::to_string(task.number) + " overtakes " + std::to_string(out_of_order_) +
               (out_of_order_ == 1 ? " other" : " others"));
}

std::uint64_t Simulation::quantum() {
  progress_.store(progress_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (each_step_) return 1;
  // From one step to some thousands, short ones as often as long ones.
  constexpr std::uint32_t kExponents = 12, kWays = 1 + kExponents * 64;
  const std::uint32_t chosen = choices_.choose(Twist::Preempt, kWays);
  last_quantum_twist_ = std::exchange(quantum_twist_, chosen != 0 ? choices_.happened().size() - 1 : kNone);
  if (chosen == 0) return kUsualQuantum;
  const std::uint64_t most = std::uint64_t{1} << (chosen - 1) / 64;
  return most + most * ((chosen - 1) % 64) / 64;
}

void Simulation::ran(std::uint64_t steps) {
  choices_.note(steps);
  time_.advance(time_.now() + static_cast<std::int64_t>(steps) * kStep);
}

void Simulation::preempted_at(const task::Task& task, std::string place) {
  // Whoever has used up a quantum has got the next one already.
  if (last_quantum_twist_ == kNone) return;
  choices_.say(last_quantum_twist_, "task " + std::to_string(task.number) + " loses its turn" + place);
}

}  // namespace noodle::simulate
