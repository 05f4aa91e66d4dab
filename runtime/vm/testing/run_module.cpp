#include "runtime/vm/testing/run_module.h"

#include "runtime/vm/loaded.h"
#include "runtime/vm/runtime.h"
#include "runtime/vm/testing/silent_world.h"

namespace noodle::vm::testing {

namespace {

constexpr Options kLimits = {
    .memory_limit = 8 << 20,
    .stack_slots = 1 << 16,
    .step_limit = 200'000,
    .probes = true,
    .workers = 1,
};
constexpr int kInjections = 8;

class Runner {
 public:
  explicit Runner(std::uint64_t seed) : state_(seed * 2 + 1), runtime_(Runtime::create(kLimits, world_)) {}

  ModuleRun run(nbc::VerifiedModule module) {
    if (runtime_ == nullptr) return result_;
    auto loaded = runtime_->load(std::move(module));
    if (!loaded) return result_;
    const nbc::Module& m = (*loaded)->module();
    for (std::uint32_t i = 0; i < m.functions.size() && result_.wrong.empty(); ++i) {
      if (!m.functions[i].signature.params.empty()) continue;
      call(**loaded, nbc::FunctionId(i), 0);
      const std::uint64_t checks = runtime_->checks();
      for (int k = 0; k < kInjections && checks != 0; ++k) call(**loaded, nbc::FunctionId(i), 1 + next() % checks);
    }
    return result_;
  }

 private:
  void call(LoadedModule& module, nbc::FunctionId function, std::uint64_t fail_at) {
    if (!result_.wrong.empty()) return;
    runtime_->fail_at(fail_at);
    const auto results = runtime_->run_function(module, function);
    ++result_.runs;
    if (results) {
      runtime_->release(module, function, *results);
    } else {
      result_.panics += results.error().kind == Stop::Kind::Panic;
      (void)results.error().text();
    }
    if (runtime_->live_objects() == 0) return;
    result_.wrong = "function " + std::to_string(function.index) + " with operation " + std::to_string(fail_at) +
                    " failing left " + std::to_string(runtime_->live_objects()) + " objects over";
  }

  std::uint64_t next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return state_ >> 33;
  }

  std::uint64_t state_;
  SilentWorld world_;
  std::unique_ptr<Runtime> runtime_;
  ModuleRun result_;
};

}  // namespace

ModuleRun run_module(nbc::VerifiedModule module, std::uint64_t seed) { return Runner(seed).run(std::move(module)); }

}  // namespace noodle::vm::testing
