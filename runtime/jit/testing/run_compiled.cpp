#include "runtime/jit/testing/run_compiled.h"

#include "nbc/testing/generator.h"
#include "runtime/jit/testing/value_text.h"
#include "runtime/jit/tier.h"

namespace noodle::jit::testing {

namespace {

/// A world in which nothing that is written is kept.
class SilentWorld final : public world::TestWorld {
 public:
  vm::Written write_out(std::string_view) override { return vm::Written::Ok; }
  vm::Written write_error(std::string_view) override { return vm::Written::Ok; }
  std::expected<void, std::string> write_file(const std::string&, std::string_view, bool) override { return {}; }
};

/// Compiles everything, and then makes sure that it is left and entered again all the time: compiled code asks
/// after every few instructions whether to leave, and gets no memory at the first time it asks.
class RestlessTier final : public vm::Tier {
 public:
  RestlessTier(TierOptions options, std::uint64_t seed) : random_(seed), inner_(std::move(options)) {
    constexpr std::uint32_t kOneIn[] = {2, 5, 40, 1000};
    one_in_ = kOneIn[random_.below(std::size(kOneIn))];
    without_beginnings_ = random_.chance(20);
  }

  void attach(vm::Machine& machine) override {
    std::copy_n(machine.helpers, std::size(helpers_), helpers_);
    make_ = original<Make>(machine, vm::Helper::New);
    make_unique_ = original<MakeUnique>(machine, vm::Helper::MakeUnique);
    safepoint_ = original<Safepoint>(machine, vm::Helper::Safepoint);
    helper(vm::Helper::New) = reinterpret_cast<const void*>(&restless_new);
    helper(vm::Helper::MakeUnique) = reinterpret_cast<const void*>(&restless_make_unique);
    helper(vm::Helper::Safepoint) = reinterpret_cast<const void*>(&restless_safepoint);
    machine.helpers = helpers_;
    inner_.attach(machine);
  }
  void sample(vm::Machine&, const std::uint64_t*, std::uint32_t) override {}
  void loaded(vm::LoadedModule& module) override {
    inner_.loaded(module);
    for (std::uint32_t id = 0; id < module.functions.size(); ++id) take_away(module, id);
  }
  void rouse() override { inner_.rouse(); }
  void left(const vm::Machine& machine) override { inner_.left(machine); }
  void close() override { inner_.close(); }

 private:
  using Make = memory::Object* (*)(vm::Machine*, std::uint32_t);
  using MakeUnique = std::uint64_t (*)(vm::Machine*, std::uint64_t*, std::uint32_t);
  using Safepoint = bool (*)(vm::Machine*);

  template <typename Function>
  static Function original(const vm::Machine& machine, vm::Helper which) {
    return reinterpret_cast<Function>(const_cast<void*>(machine.helpers[static_cast<std::size_t>(which)]));
  }
  const void*& helper(vm::Helper which) { return helpers_[static_cast<std::size_t>(which)]; }
  static RestlessTier& of(vm::Machine* vm) { return *static_cast<RestlessTier*>(vm->options.tier); }
  bool leaves() { return random_.below(one_in_) == 0; }

  static memory::Object* restless_new(vm::Machine* vm, std::uint32_t type) {
    RestlessTier& tier = of(vm);
    return tier.leaves() ? nullptr : tier.make_(vm, type);
  }
  static std::uint64_t restless_make_unique(vm::Machine* vm, std::uint64_t* fp, std::uint32_t slot) {
    RestlessTier& tier = of(vm);
    return tier.leaves() ? 0 : tier.make_unique_(vm, fp, slot);
  }
  static bool restless_safepoint(vm::Machine* vm) {
    RestlessTier& tier = of(vm);
    if (vm->compiled_limit.load(std::memory_order_relaxed) == nullptr) return tier.safepoint_(vm);
    return tier.leaves();
  }

  // Makes some of a function's entries what they were before it was compiled.
  void take_away(vm::LoadedModule& module, std::uint32_t id) {
    const vm::CompiledFunction* compiled = module.compiled[id].load();
    if (compiled == nullptr) return;
    for (const vm::EntryPoint& entry : compiled->entries) {
      const bool goes = entry.pc == 0 && without_beginnings_ ? random_.chance(90) : random_.chance(25);
      if (!goes) continue;
      nbc::Word& word = module.code[id][entry.pc];
      word = (word & ~nbc::Word{0xFFFF}) | entry.replaced;
      if (entry.pc != 0) continue;
      module.functions[id].entry.store(nullptr);
      module.functions[id].fast.store(nullptr);
    }
  }

  nbc::testing::Random random_;
  HotTier inner_;
  std::uint32_t one_in_ = 2;
  bool without_beginnings_ = false;
  const void* helpers_[static_cast<std::size_t>(vm::Helper::Count)] = {};
  Make make_ = nullptr;
  MakeUnique make_unique_ = nullptr;
  Safepoint safepoint_ = nullptr;
};

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

}  // namespace

ModuleResult run_module(const nbc::Module& module, const RunOptions& options) {
  ModuleResult result;
  auto verified = nbc::verify(module);
  if (!verified) return result;
  TierOptions wanted;
  wanted.mode = Mode::Always;
  wanted.library = options.library;
  if (options.way == Way::Restless) wanted.asks_every = 1 + options.seed / 4 % 5;
  wanted.log = [&](const std::string& line) { result.refused += line.find("stays interpreted") != std::string::npos; };
  std::unique_ptr<vm::Tier> tier;
  if (options.way == Way::Compiled) tier = std::make_unique<HotTier>(std::move(wanted));
  if (options.way == Way::Restless) tier = std::make_unique<RestlessTier>(std::move(wanted), options.seed);
  vm::Options limits = options.limits;
  limits.tier = tier.get();
  SilentWorld world;
  const auto runtime = vm::Runtime::create(limits, world);
  if (runtime == nullptr) return result;
  auto loaded = runtime->load(std::move(*verified));
  if (!loaded) return result;
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
  return result;
}

}  // namespace noodle::jit::testing
