#include "runtime/jit/tier.h"

#include <sched.h>

#include <algorithm>
#include <chrono>

#include "runtime/jit/accesses.h"
#include "runtime/jit/library.h"
#include "runtime/jit/names.h"
#include "runtime/vm/handlers.h"

namespace noodle::jit {

namespace {

// Samples, each a few thousand steps, after which a function is compiled.
constexpr std::uint32_t kHot = 2;
constexpr std::uint32_t kHotter = 40;
// How often running code is asked to leave, so that the interpreter can look whether others want to run.
constexpr auto kTick = std::chrono::microseconds(2000);
constexpr auto kShortTick = std::chrono::microseconds(200);
constexpr std::uint32_t kIdleTicks = 50;
constexpr std::uint32_t kFramesSampled = 4;

std::vector<LoopSpan> loops_of(const vm::LoadedFunction& function) {
  const FunctionView view(*function.module, function.id);
  std::vector<LoopSpan> loops;
  for (std::uint32_t pc = 0; pc < view.function.code.size(); pc += view.at(pc).words()) {
    view.for_each_target(view.at(pc), [&](std::uint32_t target) {
      if (target <= pc) loops.push_back({target, pc});
    });
  }
  return loops;
}

// The head of the innermost loop around a word.
std::optional<std::uint32_t> innermost_around(const std::vector<LoopSpan>& loops, std::uint32_t pc) {
  std::optional<std::uint32_t> head;
  for (const LoopSpan& loop : loops) {
    if (loop.head <= pc && pc <= loop.last && loop.head >= head.value_or(0)) head = loop.head;
  }
  return head;
}

}  // namespace

HotTier::HotTier(TierOptions options)
    : options_(std::move(options)),
      mixer_(options_.mode == Mode::Mixed ? std::make_unique<Mixer>(options_.seed) : nullptr),
      journal_(options_.log),
      cache_(options_.cache) {}

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
  summarise();
}

void HotTier::attach(vm::Machine& machine) {
  const std::lock_guard hold(mutex_);
  machines_.push_back(&machine);
  if (journal_.is_on()) machine.watcher = this;
  if (mixer_ != nullptr) mixer_->attach(machine);
}

void HotTier::sample(vm::Machine& machine, const std::uint64_t* fp, std::uint32_t pc) {
  if (options_.mode != Mode::On) return;
  const std::unique_lock hold(mutex_, std::try_to_lock);
  if (!hold) return;
  // Whoever calls what is hot in a loop is hot as well.
  const std::uint64_t* base = machine.fiber->base;
  for (std::uint32_t i = 0; i < kFramesSampled; ++i) {
    const vm::LoadedFunction& function = *vm::function_of(fp);
    Heat& heat = heat_[{function.module, function.id}];
    if (!heat.loops) heat.loops = loops_of(function);
    const auto loop = innermost_around(*heat.loops, pc);
    if (i == 0 || loop) note(function, heat, loop, i == 0 ? 2 : 1);
    const auto* resume = reinterpret_cast<const nbc::Word*>(fp[-3]);
    fp = reinterpret_cast<const std::uint64_t*>(fp[-4]);
    if (fp == base) break;
    pc = static_cast<std::uint32_t>(resume - vm::function_of(fp)->code) - 1;
  }
}

// With the lock held.
void HotTier::note(const vm::LoadedFunction& function, Heat& heat, std::optional<std::uint32_t> loop,
                   std::uint32_t weight) {
  if (heat.refused) return;
  heat.samples += weight;
  if (!has_looked(function.module)) return;
  if (heat.samples < 2 * kHot || heat.requested) return;
  // From the innermost loop's head everything around it is reached as well.
  std::vector<std::uint32_t> loops;
  if (loop && !heat.compiled.contains(*loop)) loops.push_back(*loop);
  // What can be entered at its beginning is rarely wanted from the middle as well.
  if (heat.done && (loops.empty() || heat.samples < kHotter)) return;
  heat.requested = true;
  add_job(
      {.module = function.module, .function = function.id, .loops = std::move(loops), .samples = heat.samples / 2.0});
}

// With the lock held.
void HotTier::add_job(Job job) {
  queue_.push_back(std::move(job));
  if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
  wake_.notify_one();
}

// With the lock held. It may have been compiled meanwhile together with what calls it.
bool HotTier::is_compiled(const Job& job) {
  Heat& heat = heat_[{job.module, job.function}];
  if (!heat.done) return false;
  if (!std::ranges::all_of(job.loops, [&](std::uint32_t head) { return heat.compiled.contains(head); })) return false;
  heat.requested = false;
  return true;
}

void HotTier::work() {
  // It must not take time from the program: what is not compiled yet is interpreted.
  const sched_param none{};
  sched_setscheduler(0, SCHED_BATCH, &none);
  std::unique_lock hold(mutex_);
  for (;;) {
    wake_.wait(hold, [&] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    const bool known = !job.is_kept && is_compiled(job);
    busy_.store(true);
    hold.unlock();
    if (job.is_kept) {
      load_kept(*job.module);
    } else if (!known) {
      compile(job);
    }
    keep();
    hold.lock();
    busy_.store(false);
  }
}

// Asks compiled code to look whether it has to leave: often where something from outside is expected. While no
// machine runs any, it sleeps until one does.
void HotTier::tick() {
  // Started by the compiler's thread, it would have its way of being scheduled, which never interrupts anybody.
  const sched_param none{};
  sched_setscheduler(0, SCHED_OTHER, &none);
  std::uint32_t idle = 0;
  std::unique_lock hold(mutex_);
  while (!stopping_) {
    bool running = false, urgent = false;
    for (vm::Machine* machine : machines_) {
      if (!machine->in_compiled.load(std::memory_order_relaxed)) continue;
      running = true;
      urgent = urgent || machine->worker->scheduler().expects_news();
      machine->compiled_limit.store(nullptr, std::memory_order_relaxed);
    }
    idle = running ? 0 : idle + 1;
    if (idle < kIdleTicks) {
      wake_ticker_.wait_for(hold, urgent ? kShortTick : kTick, [&] { return stopping_; });
      continue;
    }
    roused_ = false;
    for (vm::Machine* machine : machines_) machine->rouses_tier.store(true, std::memory_order_relaxed);
    wake_ticker_.wait(hold, [&] { return stopping_ || roused_; });
  }
}

void HotTier::rouse() {
  const std::lock_guard hold(mutex_);
  for (vm::Machine* machine : machines_) machine->rouses_tier.store(false, std::memory_order_relaxed);
  roused_ = true;
  wake_ticker_.notify_one();
}

bool HotTier::open_library() {
  if (options_.compile) compile_ = options_.compile;
  if (tried_ || compile_) return static_cast<bool>(compile_);
  tried_ = true;
  const auto start = std::chrono::steady_clock::now();
  const auto found = jit::open_library(options_.library);
  if (!found) {
    say("jit: programs are interpreted, since the compiler can't be loaded: " + found.error());
    return false;
  }
  compile_ = *found;
  const auto took = std::chrono::steady_clock::now() - start;
  say("jit: loaded in " + std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(took).count()) + " us");
  return true;
}

void HotTier::compile(Job job) {
  struct Taker {
    HotTier& tier;
    const Job& job;
    bool done = false;
  } taker{*this, job};
  if (open_library()) {
    job.begun = Journal::Clock::now();
    const Request request{.module = job.module,
                          .function = job.function,
                          .loops = job.loops,
                          .apart = apart_,
                          .is_kept = is_keeping(),
                          .asks_every = mixer_ != nullptr ? mixer_->asks_every() : 0};
    compile_(request, &taker, [](void* context, const Image& image) {
      auto& taker = *static_cast<Taker*>(context);
      taker.done = taker.tier.install(taker.job, image);
      if (taker.done || !image.trouble.empty()) taker.tier.remember(taker.job, image);
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
    journal_.refused({&module, job.function, job.loops}, image.trouble);
    return false;
  }
  const auto made = Journal::Clock::now();
  if (!place(module, image)) return false;
  log_work(job, image, made);
  return true;
}

// Puts code where the interpreter, compiled callers, debuggers and profilers find it.
bool HotTier::place(vm::LoadedModule& module, const Image& image) {
  std::byte* code = memory_.add(image.bytes);
  if (code == nullptr) return false;
  announce(module, image, code);
  std::map<std::uint32_t, std::vector<vm::EntryPoint>> entries;
  for (const Symbol& symbol : image.symbols) {
    if (!is_way_in(symbol)) continue;
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
  // What is mixed is left all the time anyway, and at places that don't depend on a clock.
  if (!ticking_ && !stopping_ && mixer_ == nullptr) {
    ticking_ = true;
    ticker_ = std::thread([this] { tick(); });
  }
  return true;
}

bool HotTier::is_way_in(const Symbol& symbol) const {
  if (mixer_ == nullptr) return true;
  return mixer_->keeps(symbol.function, symbol.loop < 0 ? 0 : static_cast<std::uint32_t>(symbol.loop));
}

void HotTier::log_work(const Job& job, const Image& image, Journal::Clock::time_point made) {
  auto micros = [](Journal::Clock::duration time) {
    return std::int64_t{std::chrono::duration_cast<std::chrono::microseconds>(time).count()};
  };
  journal_.compiled({job.module, job.function, job.loops, job.samples}, image,
                    {micros(job.begun - job.asked), image.lowering, image.optimising, image.emitting,
                     micros(Journal::Clock::now() - made)});
}

// Tells debuggers and profilers what lies where.
void HotTier::announce(const vm::LoadedModule& module, const Image& image, const std::byte* code) {
  const std::vector<NamedCode> pieces = named_code(module, image, code);
  debugger_.add({code, image.bytes.size()}, pieces);
  if (options_.perf != nullptr) options_.perf->add(pieces);
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
  if (options_.mode != Mode::Always && options_.mode != Mode::Mixed) return;
  const auto count = static_cast<std::uint32_t>(module.functions.size());
  apart_.clear();
  for (std::uint32_t id = 0; id < count; ++id) {
    if (mixer_ != nullptr && !mixer_->takes(id)) apart_.push_back(id);
  }
  for (std::uint32_t id = 0; id < count; ++id) {
    if (std::ranges::binary_search(apart_, id)) continue;
    std::set<std::uint32_t> heads;
    for (const LoopSpan& loop : loops_of(module.functions[id])) heads.insert(loop.head);
    compile({&module, id, {heads.begin(), heads.end()}});
  }
}

}  // namespace noodle::jit
