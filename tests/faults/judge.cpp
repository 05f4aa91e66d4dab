#include "tests/faults/judge.h"

#include <algorithm>

#include "tests/golden_file.h"
#include "tools/simulated_run.h"

namespace noodle::tests {

namespace {

constexpr std::uint64_t kMostSteps = 200'000'000;  // far more than any needs: one that takes them hangs

void prepare(FaultyWorld& world, const Case& what) {
  for (const Case::Change& change : what.changes) {
    std::string text = world.Simulation::read_file(change.file).value_or("");
    const std::size_t at = text.find(change.from);
    if (at != std::string::npos) text.replace(at, change.from.size(), change.to);
    (void)world.Simulation::write_file(change.file, text, false);
  }
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// Where bytes that are no file's lie half-written.
std::string half_written(const Run& run, const Run& good) {
  for (const auto& [path, bytes] : run.after) {
    if (run.torn.contains(path)) return path + " was cut off and left so";
    const auto old = run.before.find(path);
    if (old != run.before.end() && old->second == bytes) continue;
    // Less of it may be all that there is to be written, but not for who fails.
    const auto whole = good.after.find(path);
    if (run.code != 0 && whole != good.after.end() && bytes.size() < whole->second.size() &&
        whole->second.starts_with(bytes)) {
      return path + " is half-written";
    }
    if (whole == good.after.end() && path.ends_with(".new")) return path + " is left over";
  }
  return {};
}

// What was in a file and is in none any more, though it should be.
std::string lost(const Run& run, const Run& good) {
  const auto is_in = [](const Contents& files, const std::string& bytes) {
    return std::ranges::any_of(files, [&](const auto& file) { return file.second == bytes; });
  };
  for (const auto& [path, bytes] : run.before) {
    if (!is_in(run.after, bytes) && is_in(good.after, bytes) && !run.taken.contains(bytes)) return path + " is lost";
  }
  return {};
}

}  // namespace

Run run_case(const nbc::VerifiedModule& program, const Case& what, const Injection& injection, const Run* good) {
  const auto below = world::make_real_world({});
  std::string input;
  if (!what.input_file.empty()) (void)read_text(what.input_file, input);
  FaultyWorld world(below.get(), {}, what.before, input);
  prepare(world, what);
  const auto run_main = [&] {
    return tools::run_simulated(program, program.module().main(), world, kMostSteps, false);
  };
  if (!what.before.empty()) (void)run_main();
  world.begin(injection, what.args);
  Run run;
  if (good == nullptr) run.before = world.contents();
  const tools::SimulatedRun ended = run_main();
  run.code = ended.code;
  if (!ended.refused.empty()) run.finding = ended.refused;
  if (ended.stop) {
    run.code = ended.stop->exit_code;
    if (ended.stop->kind != vm::Stop::Kind::Exit) run.finding = "it panics: " + first_line(ended.stop->text());
  }
  if (run.finding.empty()) run.finding = ended.trouble;
  run.out = world.out();
  run.err = world.err();
  run.was_injected = world.was_injected();
  if (good != nullptr) run.before = good->before;
  run.after = good == nullptr || world.has_changes() ? world.contents() : run.before;
  run.torn = world.torn();
  run.taken = world.taken();
  for (std::size_t call = 0; call < kCalls; ++call) run.counts[call] = world.count(static_cast<Call>(call));
  return run;
}

Outcome judge(Run& run, const Run& good, Fault fault) {
  if (run.finding.empty() && !run.was_injected) run.finding = "the call was not made: a run isn't like the other";
  if (run.finding.empty()) run.finding = half_written(run, good);
  if (run.finding.empty()) run.finding = lost(run, good);
  if (run.code == good.code && run.out == good.out && run.err == good.err && run.after == good.after) {
    return Outcome::Same;
  }
  if (run.code == 0) return fault == Fault::Reset && run.err == good.err ? Outcome::Leaves : Outcome::GoesOn;
  // As errors that main gives are said, and what the runtime itself has to say.
  const bool says = ("\n" + run.err).contains("\nerror: ") || ("\n" + run.err).contains("\nnoodle: ");
  if (run.finding.empty() && !says)
    run.finding = "it ends with code " + std::to_string(run.code) + " and doesn't say why";
  return Outcome::Message;
}

}  // namespace noodle::tests
