// Lets every checked operation of a program panic once, and looks for what is left over.
//
//   panic_everywhere FILE|FOLDER… [--functions PREFIX] [--most N] [--jit MODE]
//
// A program runs once to count the operations that may panic (calls, checks, safepoints), then once
// for each of them with just that one panicking. Afterwards no counted object may live. With compiled
// code it is those that are left to the interpreter, which may be others in each run. Without
// PREFIX the whole of main runs; with it each function without parameters whose name begins so. Of
// more than N operations (2,000) the first N are tried, then ever rarer ones. The last line is
// `N passed, N failed`, a run each.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "runtime/jit/tier.h"
#include "runtime/vm/loaded.h"
#include "runtime/vm/runtime.h"
#include "tests/golden_file.h"
#include "tools/execute.h"
#include "tools/folders.h"

namespace noodle::tests {
namespace {

struct Options {
  std::string prefix;
  std::uint64_t most = 2000;
  tools::JitOptions jit{.mode = jit::Mode::Off, .compile = {}};
};

struct Counts {
  std::size_t passed = 0;
  std::size_t failed = 0;
};

class Program {
 public:
  Program(const Golden& golden, const Options& options)
      : golden_(golden), most_(options.most), tier_(tools::make_tier(options.jit)) {}

  bool load() {
    tools::CompileOptions options;
    if (const char* passes = std::getenv("NOODLE_PASSES")) options.passes = passes;
    auto program = tools::load_program(golden_.path, options);
    if (!program) return false;
    world_.arguments = golden_.arguments_again;
    runtime_ = vm::Runtime::create({.memory_limit = std::int64_t{1} << 30,
                                    .probes = true,
                                    .workers = 1,
                                    .tier = tier_.get(),
                                    .library_folders = {tools::library_folder()}},
                                   world_);
    if (runtime_ == nullptr) return false;
    auto loaded = runtime_->load(std::move(*program));
    if (loaded) module_ = *loaded;
    return module_ != nullptr;
  }

  Counts run_main() {
    const nbc::FunctionId main = module_->module().main();
    return main.valid() ? run(main) : Counts{};
  }

  Counts run_functions(std::string_view prefix) {
    Counts all;
    const nbc::Module& module = module_->module();
    for (std::uint32_t i = 0; i < module.functions.size(); ++i) {
      const nbc::Function& function = module.functions[i];
      if (!module.text(function.name).starts_with(prefix)) continue;
      if (!function.signature.params.empty() || !function.signature.results.empty()) continue;
      const Counts counts = run(nbc::FunctionId(i));
      all.passed += counts.passed;
      all.failed += counts.failed;
    }
    return all;
  }

 private:
  // What runs longer than this is tried at fewer places.
  static constexpr std::chrono::milliseconds kLong{20};

  Counts run(nbc::FunctionId function) {
    Counts counts;
    const auto start = std::chrono::steady_clock::now();
    count(counts, once(function, 0), function, 0);
    const bool is_long = std::chrono::steady_clock::now() - start > kLong;
    const std::uint64_t checks = runtime_->checks(), all = is_long ? most_ / 16 : most_, rest = is_long ? 2 : 64;
    std::uint64_t step = 1;
    for (std::uint64_t at = 1; at <= checks; at += step) {
      if (at > all) step = 1 + at / rest;
      count(counts, once(function, at), function, at);
    }
    return counts;
  }

  /// What went wrong in one run, or nothing.
  std::string once(nbc::FunctionId function, std::uint64_t fail_at) {
    world_.out.clear();
    world_.err.clear();
    world_.in = golden_.input;
    runtime_->fail_at(fail_at);
    const auto results = runtime_->run_function(*module_, function);
    if (results) runtime_->release(*module_, function, *results);
    // A task's panic may be asked for, or strike while it is cancelled: then it is no panic of the program.
    const bool contained =
        golden_.text.find("async ") != std::string::npos || golden_.text.find("within ") != std::string::npos;
    if (fail_at != 0 && results && !contained && tier_ == nullptr) return "there was no panic";
    if (const std::int64_t live = runtime_->live_objects(); live != 0)
      return std::to_string(live) + " objects are left over";
    return {};
  }

  void count(Counts& counts, const std::string& wrong, nbc::FunctionId function, std::uint64_t at) {
    if (wrong.empty()) {
      ++counts.passed;
      return;
    }
    const std::string_view name = module_->module().text(module_->module().functions[function.index].name);
    std::printf("FAIL %s: `%.*s` with operation %llu failing: %s\n", golden_.path.c_str(),
                static_cast<int>(name.size()), name.data(), static_cast<unsigned long long>(at), wrong.c_str());
    // What is left over now would be found again after each later run.
    std::exit(1);
  }

  const Golden& golden_;
  std::uint64_t most_;
  world::TestWorld world_;
  std::unique_ptr<vm::Tier> tier_;
  std::unique_ptr<vm::Runtime> runtime_;
  vm::LoadedModule* module_ = nullptr;
};

int run(const std::vector<std::string>& paths, const Options& options) {
  Counts all;
  for (const std::string& path : paths) {
    const Golden golden = read_golden(path);
    // Programs that don't compile, and those that tests of their own limits, are not for this.
    if (golden.verb != "run" || golden.exit_code == 1 || golden.text.find("fn main(") == std::string::npos) continue;
    if (golden.text.find("check.all") != std::string::npos) {
      std::printf("%s is left out: a property takes a panic for a failing case, and tries hundreds of smaller ones\n",
                  path.c_str());
      continue;
    }
    Program program(golden, options);
    if (!program.load()) {
      std::printf("FAIL %s can't be loaded\n", path.c_str());
      ++all.failed;
      continue;
    }
    const Counts counts = options.prefix.empty() ? program.run_main() : program.run_functions(options.prefix);
    all.passed += counts.passed;
    all.failed += counts.failed;
  }
  std::printf("%zu passed, %zu failed\n", all.passed, all.failed);
  return all.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace noodle::tests

int main(int count, char** words) {
  std::vector<std::string> paths;
  noodle::tests::Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--functions" && i + 1 < count) {
      options.prefix = words[++i];
    } else if (word == "--most" && i + 1 < count) {
      options.most = std::strtoull(words[++i], nullptr, 10);
    } else if (word == "--jit" && i + 1 < count) {
      const auto jit = noodle::tools::jit_options(words[++i]);
      if (!jit) {
        std::fputs("panic_everywhere: there is no such mode\n", stderr);
        return 2;
      }
      options.jit = *jit;
    } else {
      for (std::string& path : noodle::tests::programs_in(std::string(word))) paths.push_back(std::move(path));
    }
  }
  if (paths.empty()) {
    std::fputs("usage: panic_everywhere FILE|FOLDER... [--functions PREFIX] [--most N] [--jit MODE]\n", stderr);
    return 2;
  }
  return noodle::tests::run(paths, options);
}
