// Cancels the running task at every place where it can be, one a run, and looks for what is left over.
//
//   cancel_everywhere FILE|FOLDER… [--most N] [--seeds N] [--jit MODE]
//
// Each program runs in a simulated world, its main function and its tests: once to count the places, which are every
// step and every beginning of a wait, then once for each of them with whatever task is there cancelled. Afterwards no
// task, handle or counted object may be left. This is done as usual, and with the schedules of N more seeds (1). Of
// more than N places (300) the first N are tried, then ever rarer ones. Steps of compiled code don't count. The last
// line is `N passed, N failed`.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/simulate/world.h"
#include "tests/golden_file.h"
#include "tests/panics/remembered_code.h"
#include "tools/execute.h"
#include "tools/simulated_run.h"

namespace noodle::tests {
namespace {

struct Options {
  std::uint64_t most = 300;
  std::uint64_t seeds = 1;
  tools::JitOptions jit{.mode = jit::Mode::Off, .compile = {}};
};

struct Counts {
  std::size_t passed = 0;
  std::size_t failed = 0;
};

/// A function of a program, run again and again.
class Subject {
 public:
  Subject(const nbc::VerifiedModule& program, nbc::FunctionId function, std::string name, bool may_fail,
          const Options& options)
      : options_(options),
        program_(program),
        function_(function),
        name_(std::move(name)),
        may_fail_(may_fail),
        below_(world::make_real_world({})) {}

  void run(Counts& counts) {
    std::uint64_t points = 0;
    for (std::uint64_t seed = 0; seed <= options_.seeds; ++seed) {
      const std::string wrong = once(seed, 0, points);
      if (seed == 0 && wrong.find("(a simulation has only") != std::string::npos) {
        std::printf("%s is left out: %s\n", name_.c_str(), wrong.c_str());
        return;
      }
      if (!note(wrong, seed, 0, counts)) return;
      const std::uint64_t all = points;
      std::uint64_t step = 1;
      for (std::uint64_t at = 1; at <= all; at += step) {
        if (at > options_.most) step = 1 + at / 16;
        if (!note(once(seed, at, points), seed, at, counts)) return;
      }
    }
  }

 private:
  /// What went wrong in one run, or nothing.
  std::string once(std::uint64_t seed, std::uint64_t at, std::uint64_t& points) {
    const simulate::Twists twists = seed == 0 ? 0 : simulate::kSchedule | bit(simulate::Twist::Delay);
    simulate::Simulation world(simulate::Choices(seed, twists), below_.get());
    world.cancel_at(at);
    const auto tier = tools::make_tier(options_.jit);
    const tools::SimulatedRun run = tools::run_simulated(program_, function_, world, 20'000'000, false, tier.get());
    if (!run.refused.empty()) return run.refused;
    points = world.points();
    if (at == 0 && seed == 0 && run.stop && !may_fail_) return "it fails by itself: " + run.stop->message;
    if (run.stop && run.stop->message.find("steps") != std::string::npos) return run.stop->message;
    return run.trouble;
  }

  bool note(const std::string& wrong, std::uint64_t seed, std::uint64_t at, Counts& counts) {
    ++(wrong.empty() ? counts.passed : counts.failed);
    if (wrong.empty()) return true;
    std::printf("FAIL %s, seed %llu, cancelled at place %llu: %s\n", name_.c_str(),
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(at), wrong.c_str());
    return false;
  }

  const Options& options_;
  nbc::VerifiedModule program_;
  nbc::FunctionId function_;
  std::string name_;
  bool may_fail_;  // as its golden file says
  std::unique_ptr<world::World> below_;
};

void run_program(const Golden& golden, Options options, Counts& counts) {
  const auto program = tools::load_program(golden.path, {});
  if (!program) {
    std::printf("FAIL %s can't be loaded\n", golden.path.c_str());
    ++counts.failed;
    return;
  }
  std::optional<RememberedCode> code;
  if (options.jit.mode != jit::Mode::Off) {
    const auto compile = tools::open_compiler();
    if (!compile) {
      std::printf("FAIL %s can't be compiled: %s\n", golden.path.c_str(), compile.error().c_str());
      ++counts.failed;
      return;
    }
    options.jit.compile = code.emplace(*compile).compiler();
  }
  const nbc::FunctionId main = program->module().main();
  const bool is_run = golden.verb == "run" && golden.exit_code != 1 && main.valid();
  // A server's main waits for clients that a simulation doesn't have; its tests bring some.
  const std::vector<tools::Test> tests = tools::find_tests(program->module(), "");
  if (is_run && tests.empty()) Subject(*program, main, golden.path, golden.exit_code != 0, options).run(counts);
  for (const tools::Test& test : tests) {
    Subject(*program, test.function, golden.path + " `" + test.name + "`", false, options).run(counts);
  }
}

}  // namespace
}  // namespace noodle::tests

int main(int count, char** words) {
  std::vector<std::string> paths;
  noodle::tests::Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if ((word == "--most" || word == "--seeds") && i + 1 < count) {
      (word == "--most" ? options.most : options.seeds) = std::strtoull(words[++i], nullptr, 10);
    } else if (word == "--jit" && i + 1 < count) {
      const auto jit = noodle::tools::jit_options(words[++i]);
      if (!jit) {
        std::fputs("cancel_everywhere: there is no such mode\n", stderr);
        return 2;
      }
      options.jit = *jit;
    } else {
      for (std::string& path : noodle::tests::programs_in(std::string(word))) paths.push_back(std::move(path));
    }
  }
  if (paths.empty()) {
    std::fputs("usage: cancel_everywhere FILE|FOLDER... [--most N] [--seeds N] [--jit MODE]\n", stderr);
    return 2;
  }
  noodle::tests::Counts counts;
  for (const std::string& path : paths) {
    const noodle::tests::Golden golden = noodle::tests::read_golden(path);
    if (golden.verb != "run" || golden.exit_code == 1) continue;
    noodle::tests::run_program(golden, options, counts);
  }
  std::printf("%zu passed, %zu failed\n", counts.passed, counts.failed);
  return counts.failed == 0 ? 0 : 1;
}
