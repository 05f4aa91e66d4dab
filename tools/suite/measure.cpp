#include "tools/suite/measure.h"

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include "runtime/jit/tier.h"
#include "tools/interrupts.h"

namespace noodle::tools {

namespace {

using Clock = std::chrono::steady_clock;
using Counters = vm::Runtime::Counters;

Counters operator-(const Counters& a, const Counters& b) {
  return {a.instructions - b.instructions, a.allocations - b.allocations, a.copies - b.copies};
}

/// Tells a benchmark how many rounds to run, and looks at the clock and the counters around them.
class BenchHarness final : public world::Harness {
 public:
  void use(const vm::Runtime* runtime) { runtime_ = runtime; }
  void begin(std::int64_t rounds) {
    rounds_ = rounds;
    measures_ = false;
    time_ = {};
    counted_ = {};
  }
  std::int64_t begin_rounds() override {
    measures_ = true;
    before_ = runtime_->counters();
    start_ = Clock::now();
    return rounds_;
  }
  void end_rounds() override {
    time_ += Clock::now() - start_;
    const Counters more = runtime_->counters() - before_;
    counted_ = {counted_.instructions + more.instructions, counted_.allocations + more.allocations,
                counted_.copies + more.copies};
  }
  /// Whether the benchmark says itself what is measured.
  bool measures() const { return measures_; }
  std::chrono::nanoseconds time() const { return time_; }
  const Counters& counted() const { return counted_; }

 private:
  const vm::Runtime* runtime_ = nullptr;
  std::int64_t rounds_ = 1;
  bool measures_ = false;
  Clock::time_point start_;
  std::chrono::nanoseconds time_{};
  Counters before_, counted_;
};

/// A benchmark in a runtime of its own.
class Bench {
 public:
  Bench(const nbc::VerifiedModule& program, const Test& bench, const RunOptions& options)
      : bench_(bench), world_(world::make_tested_world(harness_)), machine_(start(program, options, *world_)) {
    if (machine_.runtime == nullptr) return;
    harness_.use(machine_.runtime.get());
    interrupts_.emplace(*machine_.runtime);
  }
  ~Bench() {
    interrupts_.reset();
    machine_.runtime.reset();  // before who compiles for it
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  /// Runs so many rounds; false when it doesn't end well: see `failure`.
  bool run(std::int64_t rounds) {
    if (machine_.module == nullptr) {
      failure_ = machine_.trouble;
      return false;
    }
    harness_.begin(rounds);
    const Counters before = machine_.runtime->counters();
    const Clock::time_point begin = Clock::now();
    if (!call_once()) return false;
    if (harness_.measures()) {
      time_ = harness_.time();
      counted_ = harness_.counted();
      return true;
    }
    for (std::int64_t i = 1; i < rounds; ++i) {
      if (!call_once()) return false;
    }
    time_ = Clock::now() - begin;
    counted_ = machine_.runtime->counters() - before;
    return true;
  }
  std::chrono::nanoseconds time() const { return time_; }
  const Counters& counted() const { return counted_; }
  const std::string& failure() const { return failure_; }
  bool is_compiling() const { return machine_.tier != nullptr && machine_.tier->is_busy(); }

 private:
  bool call_once() {
    const auto results = call(*machine_.runtime, *machine_.module, bench_.function);
    if (results) return true;
    if (results.error().kind == vm::Stop::Kind::Panic) failure_ = results.error().text();
    if (results.error().kind == vm::Stop::Kind::Exit) failure_ = "the benchmark called `exit`";
    return false;
  }

  Test bench_;
  BenchHarness harness_;
  std::unique_ptr<world::World> world_;
  Machine machine_;
  std::optional<Interrupts> interrupts_;
  std::chrono::nanoseconds time_{};
  Counters counted_;
  std::string failure_;
};

/// Runs ever more rounds until it is warm; gives how many make a sample, or nothing.
std::optional<std::int64_t> warm_up(Bench& bench, const MeasureOptions& options) {
  const Clock::time_point end = Clock::now() + options.warm_up;
  std::int64_t rounds = 1;
  for (;;) {
    if (!bench.run(rounds)) return std::nullopt;
    const bool is_long = bench.time() >= options.sample;
    // What is hot is compiled meanwhile; that is waited for, but not for ever.
    if (is_long && Clock::now() >= end && (!bench.is_compiling() || Clock::now() >= end + 10 * options.warm_up)) break;
    if (!is_long) rounds *= 2;
  }
  // Compiled code may be much faster than what the rounds were found with.
  while (bench.time() < options.sample) {
    rounds *= 2;
    if (!bench.run(rounds)) return std::nullopt;
  }
  return rounds;
}

/// What a round does: two rounds less one, so that nothing around them counts.
bool count(const nbc::VerifiedModule& program, const Test& test, const RunOptions& run, Measured& out,
           std::string& failure) {
  RunOptions options = run;
  options.jit.mode = jit::Mode::Off;
  options.counts = true;
  options.workers = 1;
  Bench bench(program, test, options);
  Counters counted[2];
  for (const std::int64_t rounds : {1, 2, 1, 2}) {  // the first time may do what the others need not
    if (!bench.run(rounds)) {
      failure = bench.failure();
      return false;
    }
    counted[rounds - 1] = bench.counted();
  }
  const Counters round = counted[1] - counted[0];
  out.instructions = static_cast<double>(round.instructions);
  out.allocations = static_cast<double>(round.allocations);
  out.copies = static_cast<double>(round.copies);
  return true;
}

}  // namespace

std::expected<Measured, std::string> measure(const nbc::VerifiedModule& program, const Test& test,
                                             const MeasureOptions& options) {
  Measured out;
  out.name = test.name;
  std::string failure;
  if (!count(program, test, options.run, out, failure)) return std::unexpected(failure);
  Bench bench(program, test, options.run);
  const auto rounds = warm_up(bench, options);
  if (!rounds) return std::unexpected(bench.failure());
  std::vector<double> samples;
  for (unsigned i = 0; i < options.samples; ++i) {
    if (!bench.run(*rounds)) return std::unexpected(bench.failure());
    samples.push_back(static_cast<double>(bench.time().count()) / static_cast<double>(*rounds));
  }
  out.nanos = estimate(std::move(samples));
  out.rounds = static_cast<double>(*rounds);
  return out;
}

}  // namespace noodle::tools
