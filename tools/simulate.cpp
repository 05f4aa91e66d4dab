#include "tools/simulate.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "base/text.h"
#include "runtime/simulate/shrink.h"
#include "runtime/simulate/world.h"
#include "tools/execute.h"
#include "tools/interrupts.h"
#include "tools/simulated_run.h"
#include "tools/suite/flags.h"
#include "tools/watchdog.h"

namespace noodle::tools {

namespace {

using simulate::Choices;
using simulate::Happened;

constexpr unsigned kShrinkRuns = 500;
constexpr std::chrono::seconds kShrinkTime{20};
constexpr std::uint64_t kMostSteps = 50'000'000;  // that a test may take, or it may never end
constexpr std::size_t kMostTwistsShown = 20, kMostKept = 200;

/// How one run of one test ended.
struct Ended {
  std::string failure;  // empty: it passed
  std::string printed;
  std::uint64_t trace = 0;
  std::vector<Happened> happened;
  bool interrupted = false;
};

std::string failure_of(const vm::Stop& stop) {
  return stop.kind == vm::Stop::Kind::Exit ? "the test called `exit`" : stop.text();
}

std::string again(const SimulateOptions& options, const Chosen& test, std::uint64_t seed) {
  const std::string& name = test.test.name;
  return options.again + " " + quoted_for_shell(test.program->file.path) + (is_filter(name) ? " " : " --filter ") +
         quoted_for_shell(name) + " --seed " + std::to_string(seed);
}

/// A test of a program in worlds of its own.
class Simulated {
 public:
  Simulated(const Chosen& test, const SimulateOptions& options, Watchdog& dog)
      : test_(test), options_(options), dog_(dog), below_(world::make_real_world({})) {}

  Ended run(std::uint64_t seed) {
    return run(seed, options_.keeps ? Choices(seed, options_.twists, options_.kept) : Choices(seed, options_.twists));
  }
  Ended run(std::uint64_t seed, const std::vector<std::uint64_t>& kept) {
    return run(seed, Choices(seed, options_.twists, kept));
  }

 private:
  Ended run(std::uint64_t seed, Choices choices) {
    simulate::Simulation world(std::move(choices), below_.get());
    const Watchdog::Watch watch(dog_, world.progress(), hanging(seed));
    const SimulatedRun done = run_simulated(*test_.program->code, test_.test.function, world, kMostSteps, true);
    Ended ended;
    ended.failure = !done.refused.empty() ? done.refused : done.stop ? failure_of(*done.stop) : done.trouble;
    ended.interrupted = done.stop && Interrupts::happened();
    ended.printed = world.printed();
    ended.trace = world.choices().trace();
    ended.happened = world.choices().happened();
    return ended;
  }
  // What is said of a run that does nothing any more.
  std::string hanging(std::uint64_t seed) const {
    return test_.test.name + ":\n" +
           indented("seed " + std::to_string(seed) + ":\nit hangs: nothing has happened for " +
                    std::to_string(Watchdog::kPatience) + " seconds\nagain: " + again(options_, test_, seed));
  }

  const Chosen& test_;
  const SimulateOptions& options_;
  Watchdog& dog_;
  std::unique_ptr<world::World> below_;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string counted(std::size_t count, simulate::Twist kind) {
  return std::to_string(count) + " " +
         std::string(count == 1 ? simulate::name_of(kind).one : simulate::name_of(kind).several);
}

std::string hex(std::uint64_t trace) {
  char text[32];
  std::snprintf(text, sizeof text, "trace %016llx", static_cast<unsigned long long>(trace));
  return text;
}

// `2 preemptions and 1 reset`.
std::string summary(const std::vector<Happened>& happened) {
  std::array<std::size_t, simulate::kTwists> counts{};
  for (const Happened& twist : happened) ++counts[static_cast<std::size_t>(twist.kind)];
  std::vector<std::string> parts;
  for (std::size_t kind = 0; kind < counts.size(); ++kind) {
    if (counts[kind] != 0) parts.push_back(counted(counts[kind], static_cast<simulate::Twist>(kind)));
  }
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text.empty() ? "nothing unusual" : text;
}

// A failing run with as few twists as it needs.
Ended shrunk(Simulated& simulated, std::uint64_t seed, const Ended& ended) {
  const std::string what = first_line(ended.failure);
  std::vector<std::uint64_t> places;
  for (const Happened& twist : ended.happened) places.push_back(twist.place);
  unsigned runs = kShrinkRuns;
  const auto end = std::chrono::steady_clock::now() + kShrinkTime;
  const auto fails = [&](const std::vector<std::uint64_t>& kept) {
    if (std::chrono::steady_clock::now() > end) return false;
    return !Interrupts::happened() && first_line(simulated.run(seed, kept).failure) == what;
  };
  return simulated.run(seed, simulate::shrink(std::move(places), fails, runs));
}

std::string report(const Ended& first, const Ended& least, std::uint64_t seed, const std::string& command) {
  std::string text = "seed " + std::to_string(seed) + ":\n" + least.failure;
  if (!text.ends_with('\n')) text += '\n';
  if (!least.printed.empty()) text += "it printed:\n" + indented(least.printed);
  text += "it takes " + summary(least.happened);
  if (first.happened.size() != least.happened.size()) text += ", of " + summary(first.happened);
  text += "\n";
  for (std::size_t i = 0; i < std::min(least.happened.size(), kMostTwistsShown); ++i) {
    const Happened& twist = least.happened[i];
    text += "  " + (twist.what.empty() ? std::string(simulate::name_of(twist.kind).one) : twist.what) + "\n";
  }
  if (least.happened.size() > kMostTwistsShown) text += "  …\n";
  text += "again: " + command;
  // Of a failure that needs as many the seed alone says enough.
  if (least.happened.size() > kMostKept) return text + "\n";
  text += " --keep ";
  if (least.happened.empty()) text += "none";
  for (std::size_t i = 0; i < least.happened.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::to_string(least.happened[i].place);
  }
  return text + "\n";
}

// Whether a test passes with each seed; nothing when the user interrupted.
std::optional<bool> simulate_test(const Chosen& test, const std::string& label, const SimulateOptions& options,
                                  Watchdog& dog) {
  if (!test.program->code) {
    print_out("FAIL  " + label + "\n");
    print_err(label + ":\n" + indented(test.program->said));
    return false;
  }
  Simulated simulated(test, options, dog);
  for (std::uint64_t seed = options.first;; ++seed) {
    const Ended ended = simulated.run(seed);
    if (ended.interrupted) return std::nullopt;
    if (!ended.failure.empty()) {
      print_out("FAIL  " + label + "\n");
      const Ended least = options.keeps ? ended : shrunk(simulated, seed, ended);
      if (Interrupts::happened()) return std::nullopt;
      print_err(label + ":\n" + indented(report(ended, least, seed, again(options, test, seed))));
      return false;
    }
    if (seed != options.last) continue;
    const std::uint64_t runs = seed - options.first + 1;
    if (runs == 1) print_out(indented(ended.printed));
    print_out("ok    " + label + "  (" + (runs == 1 ? hex(ended.trace) : std::to_string(runs) + " seeds") + ")\n");
    return true;
  }
}

}  // namespace

std::string quoted_for_shell(std::string_view text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("_-./,", c) != nullptr;
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

int simulate_tests(const std::vector<Chosen>& tests, bool names_files, const SimulateOptions& options) {
  std::size_t passed = 0, failed = 0;
  Watchdog dog;
  for (const Chosen& test : tests) {
    const std::string label = (names_files ? test.program->file.path + ": " : "") + test.test.name;
    const auto ok = simulate_test(test, label, options, dog);
    if (!ok) return Interrupts::exit_code();
    (*ok ? passed : failed) += 1;
  }
  print_out(std::to_string(passed) + " passed, " + std::to_string(failed) + " failed\n");
  return failed == 0 ? 0 : kExitErrors;
}

}  // namespace noodle::tools
