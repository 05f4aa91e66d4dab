// Random modules, and modules changed at random places, through the verifier into the machine: each is
// refused, or runs without a finding of the sanitizers and leaves nothing over. Ends with tables of
// which opcodes ran and which rules refused something.
//
//   soak_modules FIRST_SEED SECONDS

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "nbc/read.h"
#include "nbc/testing/generator.h"
#include "nbc/text.h"
#include "nbc/write.h"
#include "runtime/vm/testing/run_module.h"

namespace noodle::vm {
namespace {

constexpr int kMutants = 40;
constexpr std::uint64_t kCrowdedEvery = 100;  // seeds; a crowded module takes as long as many others

class Soak {
 public:
  void seed(std::uint64_t seed) {
    nbc::testing::Random random(seed);
    nbc::Module module = nbc::testing::generate(seed);
    const std::string bytes = nbc::write(module);
    if (const auto right = nbc::check(module); !right)
      finding(seed, "the generated module is refused: " + right.error().text(module));
    for (int i = 0; i < kMutants; ++i) {
      nbc::Module mutant = module;
      for (std::uint32_t n = 1 + random.below(3); n > 0; --n) nbc::testing::mutate_module(mutant, random);
      look_at(std::move(mutant), seed);
      auto read = nbc::read(nbc::testing::mutate_bytes(bytes, random));
      if (read) {
        look_at(std::move(*read), seed);
      } else {
        ++executions;
        ++unreadable_;
      }
    }
    look_at(std::move(module), seed);
    if (seed % kCrowdedEvery == 0) look_at(nbc::testing::generate_crowded(1 + random.below(60'000)), seed);
  }

  void hostile(const std::string& folder) {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
      std::ifstream file(entry.path());
      const std::string text((std::istreambuf_iterator<char>(file)), {});
      if (auto module = nbc::parse_text(text)) look_at(std::move(*module), 0);
    }
  }

  void print() const {
    std::printf("%llu modules: %llu unreadable, %llu refused, %llu accepted; %llu calls, %llu of them panicked\n\n",
                static_cast<unsigned long long>(executions), static_cast<unsigned long long>(unreadable_),
                static_cast<unsigned long long>(refused_), static_cast<unsigned long long>(accepted_),
                static_cast<unsigned long long>(runs_), static_cast<unsigned long long>(panics_));
    std::printf("opcodes in modules that ran\n");
    for (std::uint32_t i = 0; i < nbc::kOpCount; ++i) {
      const nbc::OpInfo& op = nbc::info(nbc::Op(i));
      if (!(op.flags & nbc::Reserved)) row(op.mnemonic, ops_[i]);
    }
    std::printf("\nmodules refused, by rule\n");
    for (std::uint32_t i = 0; i < nbc::kRuleCount; ++i) row(nbc::rule_name(nbc::Rule(i)), rules_[i]);
  }

  std::uint64_t executions = 0;
  std::uint64_t findings = 0;

 private:
  static void row(std::string_view name, std::uint64_t hits) {
    std::printf("  %-24.*s %llu%s\n", static_cast<int>(name.size()), name.data(), static_cast<unsigned long long>(hits),
                hits == 0 ? "  never" : "");
  }

  void look_at(nbc::Module module, std::uint64_t seed) {
    ++executions;
    if (const auto right = nbc::check(module); !right) {
      ++refused_;
      ++rules_[static_cast<std::size_t>(right.error().rule)];
      return;
    }
    ++accepted_;
    for (const nbc::Function& f : module.functions) {
      for (std::uint32_t pc = 0; pc < f.code.size();) {
        const nbc::Inst inst = nbc::decode(f.code, pc);
        ++ops_[static_cast<std::size_t>(inst.op())];
        pc += inst.words();
      }
    }
    auto verified = nbc::verify(std::move(module));
    if (!verified) return finding(seed, "what was right is refused the second time");
    const testing::ModuleRun run = testing::run_module(std::move(*verified), seed);
    runs_ += run.runs;
    panics_ += run.panics;
    if (!run.wrong.empty()) finding(seed, run.wrong);
  }

  void finding(std::uint64_t seed, const std::string& what) {
    ++findings;
    std::printf("FINDING seed %llu: %s\n", static_cast<unsigned long long>(seed), what.c_str());
  }

  std::vector<std::uint64_t> ops_ = std::vector<std::uint64_t>(nbc::kOpCount);
  std::vector<std::uint64_t> rules_ = std::vector<std::uint64_t>(nbc::kRuleCount);
  std::uint64_t unreadable_ = 0, refused_ = 0, accepted_ = 0, runs_ = 0, panics_ = 0;
};

}  // namespace
}  // namespace noodle::vm

int main(int count, char** words) {
  std::uint64_t seed = count > 1 ? std::strtoull(words[1], nullptr, 10) : 0;
  const double seconds = count > 2 ? std::strtod(words[2], nullptr) : 10;
  const auto start = std::chrono::steady_clock::now();
  noodle::vm::Soak soak;
  soak.hostile("tests/hostile");
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds) soak.seed(seed++);
  soak.print();
  std::printf("%llu %llu %llu\n", static_cast<unsigned long long>(soak.executions),
              static_cast<unsigned long long>(soak.findings), static_cast<unsigned long long>(seed));
  return soak.findings == 0 ? 0 : 1;
}
