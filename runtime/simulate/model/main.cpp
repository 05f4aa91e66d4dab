// Tests the scheduler, channels, timers, resources and counting in simulated threads.
//
//   model [--seeds A..B] [--scenario NAME] [--finds TEXT]
//
// Each seed runs all scenarios, or one. The first failure ends it with 1. With --finds it is the other way round, for
// a build with a mistake in it: 0 when a seed finds just what the text says.

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "runtime/simulate/model/scenarios.h"
#include "runtime/simulate/model/threads.h"

namespace {

struct Wanted {
  std::uint64_t first = 0, end = 2'000;
  const char* scenario = nullptr;
  const char* finds = nullptr;
};

bool read(int count, char** words, Wanted& wanted) {
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--finds" && i + 1 < count) {
      wanted.finds = words[++i];
    } else if (word == "--scenario" && i + 1 < count) {
      wanted.scenario = words[++i];
    } else if (word == "--seeds" && i + 1 < count) {
      const std::string_view range = words[++i];
      const std::size_t dots = range.find("..");
      if (dots == std::string_view::npos) return false;
      std::from_chars(range.data(), range.data() + dots, wanted.first);
      std::from_chars(range.data() + dots + 2, range.data() + range.size(), wanted.end);
    } else {
      return false;
    }
  }
  return wanted.first < wanted.end;
}

// A pointer out of memory that was freed leads nowhere.
void note_faults() {
  struct sigaction action{};
  action.sa_handler = [](int signal) {
    noodle::simulate::Threads::fault();
    std::signal(signal, SIG_DFL);
  };
  action.sa_flags = SA_NODEFER;
  sigaction(SIGSEGV, &action, nullptr);
}

}  // namespace

int main(int count, char** words) {
  using noodle::simulate::run_scenario;
  Wanted wanted;
  if (!read(count, words, wanted)) {
    std::fputs("usage: model [--seeds A..B] [--scenario NAME] [--finds TEXT]\n", stderr);
    return 2;
  }
  note_faults();
  const auto names = noodle::simulate::scenario_names();
  std::uint64_t runs = 0, steps = 0;
  for (std::uint64_t seed = wanted.first; seed < wanted.end; ++seed) {
    for (std::size_t scenario = 0; scenario < names.size(); ++scenario) {
      if (wanted.scenario != nullptr && std::strcmp(wanted.scenario, names[scenario]) != 0) continue;
      const auto run = run_scenario(scenario, seed);
      ++runs;
      steps += run.steps;
      if (run.wrong.empty()) continue;
      std::printf("seed %llu, %s: %s\n", static_cast<unsigned long long>(seed), names[scenario], run.wrong.c_str());
      if (wanted.finds == nullptr) return 1;
      if (run.wrong == wanted.finds) return 0;
    }
  }
  std::printf("%llu runs of %llu steps: nothing is wrong\n", static_cast<unsigned long long>(runs),
              static_cast<unsigned long long>(steps));
  std::printf("%llu passed, 0 failed\n", static_cast<unsigned long long>(runs));
  return wanted.finds != nullptr ? 1 : 0;
}
