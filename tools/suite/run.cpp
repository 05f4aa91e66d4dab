#include <algorithm>
#include <condition_variable>
#include <deque>
#include <thread>

#include <unistd.h>

#include "runtime/jit/tier.h"
#include "tools/interrupts.h"
#include "tools/suite/statistics.h"
#include "tools/suite/suite.h"

namespace noodle::tools {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMostPrinted = std::size_t{1} << 20;  // of what a test prints, kept to be shown
constexpr std::chrono::seconds kPatience{10};               // with a test that was told to stop

/// Takes what one test prints, and tells it what the command was told.
class TestHarness final : public world::Harness {
 public:
  explicit TestHarness(const SuiteOptions& options) : options_(options) {}

  void begin(const Chosen& chosen) {
    chosen_ = &chosen;
    const std::lock_guard hold(mutex_);
    printed_.clear();
  }
  std::string take() {
    const std::lock_guard hold(mutex_);
    return std::move(printed_);
  }

  void print(std::string_view text) override {
    const std::lock_guard hold(mutex_);
    printed_ += text.substr(0, kMostPrinted - std::min(kMostPrinted, printed_.size()));
  }
  void cover(std::uint64_t counter) override {
    const ProgramCoverage& coverage = chosen_->program->coverage;
    if (counter < coverage.places.size()) coverage.counts[counter].fetch_add(1, std::memory_order_relaxed);
  }
  bool setting(const std::string& name, std::string& value) override {
    if (name == "test") {
      value = chosen_->test.name;
    } else if (name == "file") {
      value = chosen_->program->file.path;
    } else if (name == "seed" && options_.seed) {
      value = std::to_string(*options_.seed);
    } else if (name == "update" && options_.update_snapshots) {
      value = "yes";
    } else {
      return false;
    }
    return true;
  }

 private:
  const SuiteOptions& options_;
  const Chosen* chosen_ = nullptr;
  std::mutex mutex_;  // guards what follows
  std::string printed_;
};

/// Stops tests that take too long. What does not even stop takes the command with it.
class Clocks {
 public:
  explicit Clocks(std::optional<std::chrono::nanoseconds> limit) : limit_(limit) {
    if (limit_) thread_ = std::thread([this] { work(); });
  }
  ~Clocks() {
    {
      const std::lock_guard hold(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  Clocks(const Clocks&) = delete;
  Clocks& operator=(const Clocks&) = delete;

  struct Running {
    vm::Runtime* runtime;
    std::string name;
    Clock::time_point end;
    bool stopped = false;
  };
  void begin(Running& running) {
    if (!limit_) return;
    running.end = Clock::now() + *limit_;
    {
      const std::lock_guard hold(mutex_);
      running_.push_back(&running);
    }
    changed_.notify_all();
  }
  void end(Running& running) {
    const std::lock_guard hold(mutex_);
    std::erase(running_, &running);
  }

 private:
  void work() {
    std::unique_lock hold(mutex_);
    while (!closing_) {
      Clock::time_point next = Clock::now() + std::chrono::hours(1);
      for (Running* one : running_) {
        if (Clock::now() >= one->end) expire(*one);
        next = std::min(next, one->end);
      }
      changed_.wait_until(hold, next);
    }
  }
  void expire(Running& one) {
    if (one.stopped) {
      refuse(one.name + " does not stop when it is told to");
      std::fflush(stdout);
      _exit(kExitErrors);
    }
    one.stopped = true;
    one.end = Clock::now() + kPatience;
    one.runtime->interrupt();
  }

  std::optional<std::chrono::nanoseconds> limit_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool closing_ = false;
  std::vector<Running*> running_;
  std::thread thread_;
};

/// Turns how a test ended into what is said of it.
void judge(TestResult& result, const Chosen& chosen, const std::optional<vm::Stop>& stop, bool timed_out,
           const SuiteOptions& options) {
  const bool must_fail = chosen.program->example && chosen.program->example->wants == syntax::ExampleWants::Failure;
  if (timed_out) {
    result.verdict = Verdict::TimedOut;
    result.failure = "it took longer than " + shown_nanos(static_cast<double>(options.time_limit->count()));
  } else if (stop && stop->kind == vm::Stop::Kind::Interrupted) {
    result.verdict = Verdict::Interrupted;
  } else if (stop && stop->kind == vm::Stop::Kind::Exit) {
    result.verdict = Verdict::Failed;
    result.failure = "the test called `exit`";
  } else if (must_fail) {
    result.verdict = stop ? Verdict::Passed : Verdict::Failed;
    if (!stop) result.failure = "the example is marked `fails`, but it ends well";
  } else if (stop) {
    result.verdict = Verdict::Failed;
    result.failure = stop->text();
  }
}

/// One thread that runs tests. Those of one program share a runtime.
class Runner {
 public:
  Runner(const SuiteOptions& options, Clocks& clocks)
      : options_(options), clocks_(clocks), harness_(options), world_(world::make_tested_world(harness_)) {}
  ~Runner() { close(); }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  TestResult run(const Chosen& chosen) {
    TestResult result;
    result.program = chosen.program;
    result.name = chosen.test.name;
    if (!chosen.program->code) {
      result.verdict = Verdict::Failed;
      result.failure = chosen.program->said;
      return result;
    }
    if (program_ != chosen.program) open(*chosen.program);
    if (chosen.program->example && chosen.program->example->wants == syntax::ExampleWants::Nothing) return result;
    if (machine_.module == nullptr) {
      result.verdict = Verdict::Failed;
      result.failure = machine_.trouble;
      return result;
    }
    harness_.begin(chosen);
    Clocks::Running running{machine_.runtime.get(), chosen.test.name, {}};
    const Clock::time_point start = Clock::now();
    clocks_.begin(running);
    const auto results = call(*machine_.runtime, *machine_.module, chosen.test.function);
    clocks_.end(running);
    result.time = Clock::now() - start;
    result.printed = harness_.take();
    judge(result, chosen, results ? std::nullopt : std::optional(results.error()), running.stopped && !results,
          options_);
    if (running.stopped) close();  // the next test begins afresh
    return result;
  }
  int leaks() const { return leaks_; }
  /// Ends the runtime.
  void close() {
    if (machine_.runtime != nullptr) {
      const auto real = world::make_real_world({});
      leaks_ = std::max(leaks_, leak_code(*machine_.runtime, options_.run.leaks, *real, 0));
    }
    interrupts_.reset();
    machine_.runtime.reset();  // before who compiles for it
    machine_ = {};
    program_ = nullptr;
  }

 private:
  void open(TestProgram& program) {
    close();
    machine_ = start(*program.code, options_.run, *world_);
    program_ = &program;
    if (machine_.runtime != nullptr) interrupts_.emplace(*machine_.runtime);
  }

  const SuiteOptions& options_;
  Clocks& clocks_;
  TestHarness harness_;
  std::unique_ptr<world::World> world_;
  Machine machine_;
  std::optional<Interrupts> interrupts_;
  TestProgram* program_ = nullptr;
  int leaks_ = 0;
};

}  // namespace

void run_chosen(const std::vector<Chosen>& chosen, const SuiteOptions& options,
                const std::function<void(const TestResult&)>& report, int& leak_code) {
  Clocks clocks(options.time_limit);
  std::mutex mutex;
  std::condition_variable done;
  std::vector<std::optional<TestResult>> results(chosen.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> over = false;
  const auto work = [&] {
    Runner runner(options, clocks);
    for (std::size_t i = next++; i < chosen.size() && !over; i = next++) {
      TestResult result = runner.run(chosen[i]);
      const std::lock_guard hold(mutex);
      results[i] = std::move(result);
      done.notify_all();
    }
    runner.close();
    const std::lock_guard hold(mutex);
    leak_code = std::max(leak_code, runner.leaks());
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min<std::size_t>(options.jobs, chosen.size()); ++i) threads.emplace_back(work);
  for (std::size_t i = 0; i < results.size() && !over; ++i) {
    std::unique_lock hold(mutex);
    done.wait(hold, [&] { return results[i].has_value(); });
    const TestResult result = std::move(*results[i]);
    hold.unlock();
    if (result.verdict == Verdict::Interrupted) over = true;
    report(result);
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace noodle::tools
