// Whether compiled code does what the interpreter does: random modules are run interpreted, compiled, partly compiled
// but left at random places, and compiled as executables are, and must give the same values, panics and traces and
// leave nothing over.
//
//   soak_jit-diff FIRST_SEED SECONDS [SEEDS]
//
// With SEEDS it ends after so many, or after the seconds if that is earlier.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "nbc/testing/generator.h"
#include "runtime/jit/testing/generate_loops.h"
#include "runtime/jit/testing/op_coverage.h"
#include "runtime/jit/testing/run_compiled.h"

namespace noodle::jit {
namespace {

using testing::ModuleResult;
using testing::NamedWay;
using testing::RunOptions;
using testing::Way;

constexpr std::uint64_t kMostSteps = 3'000'000;

// Mostly the first.
template <typename T, std::size_t kCount>
T some(const T (&all)[kCount], std::uint32_t chosen) {
  return all[chosen < kCount ? chosen : 0];
}

class Soak {
 public:
  void seed(std::uint64_t seed) {
    // One in four is of every instruction; the others are of what is compiled specially.
    const nbc::Module module = seed % 4 == 0 ? nbc::testing::generate(seed) : testing::generate_loops(seed);
    if (const auto right = nbc::check(module); !right) {
      return finding(seed, "the generated module is refused: " + right.error().text(module));
    }
    nbc::testing::Random random(seed);
    constexpr std::int64_t kMemory[] = {64 << 20, 8 << 20, 200'000, 4'000};
    constexpr std::uint32_t kSlots[] = {1 << 22, 1 << 16, 1 << 20, 2'000};
    RunOptions options{.way = Way::Interpreted,
                       .library = NOODLE_JIT_LIBRARY,
                       .seed = seed,
                       .limits = {.memory_limit = some(kMemory, random.below(16)),
                                  .stack_slots = some(kSlots, random.below(16)),
                                  .step_limit = kMostSteps,
                                  .workers = 1}};
    const ModuleResult wanted = testing::run_module(module, options);
    options.limits.step_limit = UINT64_MAX;
    options.most = wanted.outcomes.size();
    stopped_ += wanted.out_of_steps;
    ops_.add(module);
    for (const NamedWay& way : testing::kOtherWays) {
      options.way = way.way;
      compare(seed, wanted, testing::run_module(module, options), way);
    }
    ++executions;
  }

  void print() const {
    std::fputs(ops_.table().c_str(), stdout);
    std::printf(
        "%llu modules, %llu calls each of %zu ways, %llu of them panicked; %llu functions stayed interpreted; "
        "%llu modules took too long\n",
        static_cast<unsigned long long>(executions), static_cast<unsigned long long>(calls_),
        std::size(testing::kOtherWays) + 1, static_cast<unsigned long long>(panics_),
        static_cast<unsigned long long>(refused_), static_cast<unsigned long long>(stopped_));
  }

  std::uint64_t executions = 0;
  std::uint64_t findings = 0;

 private:
  void compare(std::uint64_t seed, const ModuleResult& wanted, const ModuleResult& got, const NamedWay& way) {
    const char* how = way.name;
    if (way.way == Way::Compiled) {
      calls_ += wanted.outcomes.size();
      panics_ += wanted.panics;
    }
    if (way.way != Way::Mixed) refused_ += got.refused;
    if (!got.trouble.empty()) return finding(seed, std::string(how) + ": " + got.trouble);
    if (got.outcomes.size() != wanted.outcomes.size()) {
      return finding(seed, std::string(how) + " it does not run as many functions");
    }
    for (std::size_t i = 0; i < wanted.outcomes.size(); ++i) {
      const std::string &a = wanted.outcomes[i], &b = got.outcomes[i];
      if (a.find("left over") != std::string::npos) finding(seed, "interpreted: " + a);
      if (a == b) continue;
      const auto differ = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
      const std::size_t from = differ - std::min<std::size_t>(differ, 60);
      return finding(seed, std::string(how) + ", call " + std::to_string(i) + " differs at " + std::to_string(differ) +
                               "\n  interpreted: …" + a.substr(from, 300) + "\n  " + how + ": …" + b.substr(from, 300));
    }
  }

  void finding(std::uint64_t seed, const std::string& what) {
    ++findings;
    std::printf("FINDING seed %llu: %s\n", static_cast<unsigned long long>(seed), what.c_str());
    std::fflush(stdout);
  }

  testing::OpCoverage ops_;
  std::uint64_t calls_ = 0, panics_ = 0, refused_ = 0, stopped_ = 0;
};

}  // namespace
}  // namespace noodle::jit

int main(int count, char** words) {
  std::uint64_t seed = count > 1 ? std::strtoull(words[1], nullptr, 10) : 0;
  const double seconds = count > 2 ? std::strtod(words[2], nullptr) : 10;
  const std::uint64_t end = count > 3 ? seed + std::strtoull(words[3], nullptr, 10) : UINT64_MAX;
  const auto start = std::chrono::steady_clock::now();
  noodle::jit::Soak soak;
  while (seed < end && std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds) {
    soak.seed(seed++);
  }
  soak.print();
  std::printf("%llu %llu %llu\n", static_cast<unsigned long long>(soak.executions),
              static_cast<unsigned long long>(soak.findings), static_cast<unsigned long long>(seed));
  return soak.findings == 0 ? 0 : 1;
}
