// Readers of tensors' files are Noodle: the target runs the test of readers.noodle that has its name, with the input as
// the file `input`. What leads libFuzzer is where that program and the library have been, which their own counters say.
// A panic, anything left over, and more memory or steps than the limits are findings.

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "runtime/vm/runtime.h"
#include "tools/ending.h"
#include "tools/execute.h"
#include "tools/folders.h"
#include "tools/session.h"

namespace {

using namespace noodle;

constexpr std::size_t kCounters = 1 << 15;
// libFuzzer looks at what is in this section after each run.
__attribute__((section("__libfuzzer_extra_counters"))) std::uint8_t counters[kCounters];

constexpr std::size_t kMostInput = 1 << 16;
constexpr std::int64_t kMostMemory = 64 << 20;
constexpr std::uint64_t kMostSteps = 20'000'000;  // calls and backward jumps

class Counters final : public world::Harness {
 public:
  void cover(std::uint64_t counter) override {
    std::uint8_t& count = counters[counter % kCounters];
    count = static_cast<std::uint8_t>(count + (count != UINT8_MAX));
  }
};

class InputWorld final : public world::TestWorld {
 public:
  world::Harness& harness() override { return counters_; }

 private:
  Counters counters_;
};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::abort();
}

/// The program, compiled once, and the machine that runs it again and again.
class Readers {
 public:
  Readers() {
    nbc::VerifiedModule program = compile();
    for (const tools::Test& test : tools::find_tests(program.module(), NOODLE_READER)) {
      if (test.name == NOODLE_READER) function_ = test.function;
    }
    if (!function_.valid()) fail("readers.noodle has no test \"" NOODLE_READER "\"");
    runtime_ = vm::Runtime::create(
        {.memory_limit = kMostMemory, .workers = 1, .library_folders = {tools::library_folder()}}, world_);
    if (runtime_ == nullptr) fail("there is no memory for a runtime");
    const auto loaded = runtime_->load(std::move(program));
    if (!loaded) fail(loaded.error());
    module_ = *loaded;
  }

  void run(std::string_view input) {
    world_.files["input"] = input;
    const std::uint64_t before = runtime_->steps();
    const auto results = tools::call(*runtime_, *module_, function_);
    if (!results) fail(results.error().text());
    if (runtime_->steps() - before > kMostSteps) fail("it took too many steps");
    if (const std::string left = tools::left_over(*runtime_); !left.empty()) fail("left over: " + left);
  }

 private:
  static nbc::VerifiedModule compile() {
    std::vector<tools::CounterPlace> places;
    tools::CompileOptions options;
    options.counters = &places;
    tools::Session session(options);
    session.counts_library = true;
    auto module = session.generate(NOODLE_READERS);
    if (session.finish() != 0 || !module) fail("readers.noodle has errors");
    auto program = nbc::verify(std::move(*module));
    if (!program) fail("the module of readers.noodle isn't valid");
    return std::move(*program);
  }

  InputWorld world_;
  std::unique_ptr<vm::Runtime> runtime_;
  vm::LoadedModule* module_ = nullptr;
  nbc::FunctionId function_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMostInput) return 0;
  static Readers readers;
  readers.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
