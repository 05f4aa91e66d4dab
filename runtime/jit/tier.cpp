#include "runtime/jit/tier.h"

#include <dlfcn.h>
#include <sched.h>

#include <algorithm>
#include <chrono>

#include "runtime/vm/handlers.h"

namespace noodle::jit {

namespace {

// Samples, each a few thousand steps, after which a function is compiled.
constexpr std::uint32_t kHot = 2;
constexpr std::uint32_t kHotter = 40;
// How often running code is asked to leave, so that the interpreter can look whether others want to run.
constexpr auto kTick = std::chrono::milliseconds(2);
constexpr std::uint32_t kFramesSampled = 4;

// The heads of a function's loops around a word, innermost first.
std::vector<std::uint32_t> loops_around(const vm::LoadedFunction& function, std::uint32_t at) {
  const std::vector<nbc::Word>& code = function.module->module().functions[function.id].code;
  std::vector<std::uint32_t> heads;
  auto consider = [&](std::uint32_t from, std::uint32_t target) {
    if (target <= at && at <= from) heads.push_back(target);
  };
  for (std::uint32_t pc = 0; pc < code.size();) {
    const nbc::Inst inst = nbc::decode(code, pc);
    if ((inst.op_info->flags & nbc::Branch) != 0) {
      if (inst.op_info->has_targets) {
        for (std::uint32_t i = 0; i < inst.target_count(); ++i) consider(pc, inst.target(i));
      } else {
        consider(pc, static_cast<std::uint32_t>(inst.branch_target()));
      }
    }
    pc += inst.words();
  }
  std::ranges::sort(heads, std::greater());
  heads.erase(std::ranges::unique(heads).begin(), heads.end());
  return heads;
}

std::string name_of(const vm::LoadedModule& module, std::uint32_t function) {
  return std::string(module.module().text(module.module().functions[function].name));
}

}  // namespace

HotTier::HotTier(TierOptions options) : options_(std::move(options)) {}

void HotTier::close() {
  {
    const std::lock_guard hold(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  wake_ticker_.notify_all();
  if (worker_.joinable()) worker_.join();
  if (ticker_.joinable()) ticker_.join();
}

void HotTier::attach(vm::Machine& machine) {
  const std::lock_guard hold(mutex_);
  machines_.push_back(&machine);
}

void HotTier::sample(vm::Machine& machine, const std::uint64_t* fp, std::uint32_t pc) {
  if (options_.mode != Mode::On) return;
  const std::unique_lock hold(mutex_, std::try_to_lock);
  if (!hold) return;
  // Whoever calls what is hot in a loop is hot as well.
  const std::uint64_t* base = machine.fiber->base;
  for (std::uint32_t i = 0; i < kFramesSampled; ++i) {
    const vm::LoadedFunction& function = *vm::function_of(fp);
    if (i == 0 || !loops_around(function, pc).empty()) note(function, pc, i == 0 ? 2 : 1);
    const auto* resume = reinterpret_cast<const nbc::Word*>(fp[-3]);
    fp = reinterpret_cast<const std::uint64_t*>(fp[-4]);
    if (fp == base) break;
    pc = static_cast<std::uint32_t>(resume - vm::function_of(fp)->code) - 1;
  }
}

// With the lock held.
void HotTier::note(const vm::LoadedFunction& function, std::uint32_t pc, std::uint32_t weight) {
  Heat& heat = heat_[{function.module, function.id}];
  if (heat.refused) return;
  heat.samples += weight;
  if (heat.samples < 2 * kHot || heat.requested) return;
  // From the innermost loop's head everything around it is reached as well.
  std::vector<std::uint32_t> loops = loops_around(function, pc);
  loops.resize(std::min<std::size_t>(loops.size(), 1));
  std::erase_if(loops, [&](std::uint32_t head) { return heat.compiled.contains(head); });
  // What can be entered at its beginning is rarely wanted from the middle as well.
  if (heat.done && (loops.empty() || heat.samples < kHotter)) return;
  heat.requested = true;
  queue_.push_back({function.module, function.id, std::move(loops)});
  if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
  wake_.notify_one();
}

void HotTier::work() {
  // It must not take time from the program: what is not compiled yet is interpreted.
  const sched_param none{};
  sched_setscheduler(0, SCHED_BATCH, &none);
  std::unique_lock hold(mutex_);
  for (;;) {
    wake_.wait(hold, [&] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const Job job = std::move(queue_.front());
    queue_.pop_front();
    // Compiled meanwhile together with what calls it.
    Heat& heat = heat_[{job.module, job.function}];
    const bool known = std::ranges::all_of(job.loops, [&](std::uint32_t head) { return heat.compiled.contains(head); });
    if (heat.done && known) {
      heat.requested = false;
      continue;
    }
    busy_.store(true);
    hold.unlock();
    compile(job);
    hold.lock();
    busy_.store(false);
  }
}

void HotTier::tick() {
  std::unique_lock hold(mutex_);
  while (!stopping_) {
    for (vm::Machine* machine : machines_) machine->compiled_limit.store(nullptr, std::memory_order_relaxed);
    wake_ticker_.wait_for(hold, kTick, [&] { return stopping_; });
  }
}

bool HotTier::open_library() {
  if (tried_) return compile_ != nullptr;
  tried_ = true;
  const auto start = std::chrono::steady_clock::now();
  void* library = dlopen(options_.library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    say(std::string("jit: programs are interpreted, since the compiler can't be loaded: ") + dlerror());
    return false;
  }
  compile_ = reinterpret_cast<Compile>(dlsym(library, "noodle_jit_compile"));
  const auto took = std::chrono::steady_clock::now() - start;
  say("jit: loaded in " + std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(took).count()) + " us");
  return compile_ != nullptr;
}

void HotTier::compile(const Job& job) {
  struct Taker {
    HotTier& tier;
    const Job& job;
    bool done = false;
  } taker{*this, job};
  if (open_library()) {
    const Request request{
        .module = job.module, .function = job.function, .loops = job.loops, .asks_every = options_.asks_every};
    compile_(request, &taker, [](void* context, const Image& image) {
      auto& taker = *static_cast<Taker*>(context);
      taker.done = taker.tier.install(taker.job, image);
    });
  }
  const std::lock_guard hold(mutex_);
  Heat& heat = heat_[{job.module, job.function}];
  heat.requested = false;
  heat.refused = !taker.done;
  heat.samples = 0;
}

bool HotTier::install(const Job& job, const Image& image) {
  vm::LoadedModule& module = *job.module;
  if (!image.trouble.empty()) {
    say("jit: " + name_of(module, job.function) + " stays interpreted: " + std::string(image.trouble));
    return false;
  }
  std::byte* code = memory_.add(image.bytes);
  if (code == nullptr) return false;
  say("jit: " + name_of(module, job.function) + ": " + std::to_string(image.functions) + " functions, " +
      std::to_string(image.bytes.size()) + " bytes, lowered in " + std::to_string(image.lowering) +
      " us, optimised in " + std::to_string(image.optimising) + ", emitted in " + std::to_string(image.emitting));
  std::map<std::uint32_t, std::vector<vm::EntryPoint>> entries;
  for (const Symbol& symbol : image.symbols) {
    const std::uint32_t pc = symbol.loop < 0 ? 0 : static_cast<std::uint32_t>(symbol.loop);
    if (symbol.loop < 0) {
      module.functions[symbol.function].fast.store(code + symbol.fast, std::memory_order_release);
      module.functions[symbol.function].entry.store(reinterpret_cast<vm::CompiledCode>(code + symbol.entry),
                                                    std::memory_order_release);
    }
    entries[symbol.function].push_back({.pc = pc, .code = reinterpret_cast<vm::CompiledCode>(code + symbol.entry)});
  }
  for (auto& [function, points] : entries) enter_at(module, function, std::move(points));
  const std::lock_guard hold(mutex_);
  for (const auto& [function, points] : entries) {
    Heat& heat = heat_[{&module, function}];
    heat.done = true;
    for (const vm::EntryPoint& point : points) heat.compiled.insert(point.pc);
  }
  if (!ticking_ && !stopping_) {
    ticking_ = true;
    ticker_ = std::thread([this] { tick(); });
  }
  return true;
}

// Adds ways into a function. A loop whose head is the first word has its entry in the beginning's place.
void HotTier::enter_at(vm::LoadedModule& module, std::uint32_t function, std::vector<vm::EntryPoint> entries) {
  auto made = std::make_unique<vm::CompiledFunction>();
  const vm::CompiledFunction* before = module.compiled[function].load();
  std::vector<nbc::Word>& code = module.code[function];
  auto add = [&](vm::EntryPoint entry) {
    if (made->at(entry.pc) == nullptr) made->entries.push_back(entry);
  };
  // A loop's entry also serves a first arrival there: what the loop wants is in the frame.
  std::ranges::stable_sort(entries, [](const auto& a, const auto& b) { return a.pc > b.pc; });
  for (vm::EntryPoint entry : entries) {
    const vm::EntryPoint* known = before != nullptr ? before->at(entry.pc) : nullptr;
    entry.replaced = known != nullptr ? known->replaced : static_cast<std::uint16_t>(code[entry.pc]);
    add(entry);
  }
  if (before != nullptr) {
    for (const vm::EntryPoint& entry : before->entries) add(entry);
  }
  const vm::CompiledFunction* published = made.get();
  published_.push_back(std::move(made));
  module.compiled[function].store(published, std::memory_order_release);
  for (const vm::EntryPoint& entry : published->entries) {
    const nbc::Word word = (code[entry.pc] & ~nbc::Word{0xFFFF}) | static_cast<nbc::Word>(vm::Exec::EnterCompiled);
    __atomic_store_n(&code[entry.pc], word, __ATOMIC_RELEASE);
  }
}

void HotTier::loaded(vm::LoadedModule& module) {
  if (options_.mode != Mode::Always) return;
  for (std::uint32_t id = 0; id < module.functions.size(); ++id) {
    const auto& code = module.module().functions[id].code;
    std::set<std::uint32_t> heads;
    for (std::uint32_t pc = 0; pc < code.size(); pc += nbc::decode(code, pc).words()) {
      for (const std::uint32_t head : loops_around(module.functions[id], pc)) heads.insert(head);
    }
    compile({&module, id, {heads.begin(), heads.end()}});
  }
}

}  // namespace noodle::jit
