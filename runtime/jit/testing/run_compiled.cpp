#include "runtime/jit/testing/run_compiled.h"

#include <algorithm>
#include <span>

#include "nbc/read.h"
#include "nbc/verify.h"
#include "runtime/jit/native_tier.h"
#include "runtime/jit/testing/native_library.h"
#include "runtime/jit/testing/value_text.h"
#include "runtime/jit/tier.h"
#include "runtime/vm/testing/silent_world.h"

namespace noodle::jit::testing {

namespace {

std::string outcome(const std::expected<std::vector<std::uint64_t>, vm::Stop>& results, const vm::LoadedModule& module,
                    const nbc::Function& function) {
  if (!results) return "stop " + std::to_string(static_cast<int>(results.error().kind)) + ": " + results.error().text();
  std::string text;
  std::size_t slot = 0;
  for (const nbc::TypeId id : function.signature.results) {
    const value::TypeInfo& type = module.types[id];
    text += text_of(type, results->data() + slot) + "; ";
    slot += type.slots;
  }
  return text;
}

// What must be nothing between two calls.
std::string left_over(const vm::Runtime& runtime) {
  if (runtime.live_objects() == 0 && runtime.used_bytes() == 0 && runtime.live_tasks() == 0 &&
      runtime.stray_bytes() == 0) {
    return {};
  }
  return "; left over: " + std::to_string(runtime.live_objects()) + " objects, " +
         std::to_string(runtime.used_bytes()) + " bytes, " + std::to_string(runtime.live_tasks()) + " tasks, " +
         std::to_string(runtime.stray_bytes()) + " bytes of tasks";
}

std::unique_ptr<vm::Tier> hot_tier(const RunOptions& options, ModuleResult& result) {
  TierOptions wanted;
  wanted.mode = options.way == Way::Mixed ? Mode::Mixed : Mode::Always;
  wanted.library = options.library;
  wanted.seed = options.seed;
  wanted.log = [&](const std::string& line) { result.refused += line.find("stays interpreted") != std::string::npos; };
  return std::make_unique<HotTier>(std::move(wanted));
}

// Runs what is in a module with a tier, or with none.
void run_with(vm::Tier* tier, nbc::VerifiedModule module, const RunOptions& options, ModuleResult& result) {
  vm::Options limits = options.limits;
  limits.tier = tier;
  vm::testing::SilentWorld world;
  const auto runtime = vm::Runtime::create(limits, world);
  if (runtime == nullptr) return;
  auto loaded = runtime->load(std::move(module));
  if (!loaded) return;
  vm::LoadedModule& code = **loaded;
  for (std::uint32_t i = 0; i < code.module().functions.size(); ++i) {
    const nbc::Function& function = code.module().functions[i];
    if (!function.signature.params.empty()) continue;
    if (result.outcomes.size() == options.most) break;
    const auto results = runtime->run_function(code, nbc::FunctionId(i));
    if (runtime->steps() >= limits.step_limit) {
      result.out_of_steps = true;
      break;
    }
    std::string text = outcome(results, code, function);
    if (results) runtime->release(code, nbc::FunctionId(i), *results);
    result.panics += !results.has_value();
    result.outcomes.push_back(text + left_over(*runtime));
  }
}

// What an executable's `main` does with its program.
void run_native(const nbc::Module& module, const RunOptions& options, ModuleResult& result) {
  const auto library = NativeLibrary::make(module, options.library);
  if (!library) {
    result.trouble = library.error();
    return;
  }
  const NativeProgram& program = (*library)->program();
  auto read = nbc::read({program.module, program.module_bytes});
  if (!read) {
    result.trouble = "its module can't be read: " + read.error().text();
    return;
  }
  auto verified = nbc::verify(std::move(*read));
  if (!verified) {
    result.trouble = "its module is refused";
    return;
  }
  const auto bodies = std::ranges::count_if(std::span(program.entries, program.entry_count),
                                            [](const NativeEntry& entry) { return entry.loop < 0; });
  result.refused = module.functions.size() - static_cast<std::uint64_t>(bodies);
  NativeTier tier(program);
  run_with(&tier, std::move(*verified), options, result);
}

}  // namespace

ModuleResult run_module(const nbc::Module& module, const RunOptions& options) {
  ModuleResult result;
  if (options.way == Way::Native) {
    run_native(module, options, result);
    return result;
  }
  auto verified = nbc::verify(module);
  if (!verified) return result;
  std::unique_ptr<vm::Tier> tier;
  if (options.way != Way::Interpreted) tier = hot_tier(options, result);
  run_with(tier.get(), std::move(*verified), options, result);
  return result;
}

}  // namespace noodle::jit::testing
