#include "runtime/jit/tier.h"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <tuple>

#include "runtime/jit/accesses.h"
#include "runtime/jit/library.h"
#include "runtime/jit/names.h"

namespace noodle::jit {

namespace {

// Samples, each a few thousand steps, after which a function is compiled, and after which one is that can be done
// without: its code can be entered elsewhere, or a whole run before, as the cache tells, did without it.
constexpr std::uint32_t kHot = 6;
constexpr std::uint32_t kHotter = 40;
constexpr std::uint32_t kFramesSampled = 4;
// Times that a function is found in code made quickly, this far apart at least, after which it is made better. What
// was good enough for a whole run before, as the cache tells, is left longer.
constexpr std::int32_t kWarm = 2;
// The same for a loop's code of its own when calls to come have better code already.
constexpr std::int32_t kWarmAround = 10;
constexpr auto kWarmApart = std::chrono::milliseconds(1);

}  // namespace

HotTier::HotTier(TierOptions options)
    : options_(std::move(options)),
      mixer_(options_.mode == Mode::Mixed ? std::make_unique<Mixer>(options_.seed) : nullptr),
      compile_(options_.compile),
      journal_(options_.log),
      cache_(options_.cache) {}

void HotTier::close() {
  {
    const std::lock_guard hold(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  if (worker_.is_started()) worker_.join();
  ticker_.close();
  summarise();
}

void HotTier::attach(vm::Machine& machine) {
  ticker_.attach(machine);
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
    Heat& heat = heat_with_loops(*function.module, function.id);
    const auto loop = innermost_around(*heat.loops, pc);
    if (i == 0 || loop) note(function, heat, loop, i == 0);
    const auto* resume = reinterpret_cast<const nbc::Word*>(fp[-3]);
    fp = reinterpret_cast<const std::uint64_t*>(fp[-4]);
    if (fp == base) break;
    pc = static_cast<std::uint32_t>(resume - vm::function_of(fp)->code) - 1;
  }
}

// With the lock held.
void HotTier::note(const vm::LoadedFunction& function, Heat& heat, std::optional<std::uint32_t> loop, bool is_running) {
  if (heat.refused) return;
  heat.samples += is_running ? 2 : 1;
  if (!has_looked(function.module)) return;
  const std::uint32_t hot = kept_[function.module].is_known ? kHotter : kHot;
  if (heat.samples < 2 * hot || heat.requested) return;
  const bool enters = loop && !heat.any.heads.contains(*loop);
  // What can be entered at its beginning, or elsewhere in these loops, is rarely wanted here as well.
  const bool is_known = heat.any.beginning || (enters && is_entered_around(heat, heat.any, *loop));
  if (is_known && (!enters || heat.samples < kHotter)) return;
  // Whoever waits for a callee isn't called meanwhile.
  if (!enters && !is_running) return;
  heat.requested = true;
  // Who is in a loop may stay there; who has been in one often calls the function often.
  std::vector<std::uint32_t> loops;
  if (enters) loops.push_back(*loop);
  add_job({.module = function.module,
           .function = function.id,
           .body = !enters,
           .loops = std::move(loops),
           .samples = heat.samples / 2.0});
}

// With the lock held.
HotTier::Heat& HotTier::heat_with_loops(const vm::LoadedModule& module, std::uint32_t function) {
  Heat& heat = heat_[{&module, function}];
  if (!heat.loops) heat.loops = loop_spans(FunctionView(module, function));
  return heat;
}

// Whether some loop that lies around this one or in one around it can be entered.
bool HotTier::is_entered_around(const Heat& heat, const WaysToEnter& ways, std::uint32_t head) {
  const LoopSpan around = outermost_around(*heat.loops, head);
  return std::ranges::any_of(ways.heads, [&](std::uint32_t other) { return around.contains(other); });
}

bool HotTier::found_quick(vm::Machine& machine, vm::QuickSite site) {
  if (options_.mode != Mode::On) return false;
  const std::unique_lock hold(mutex_, std::try_to_lock);
  if (!hold) return false;
  vm::LoadedModule& module = *machine.module;
  Heat& heat = heat_with_loops(module, site.function);
  const auto loop = innermost_around(*heat.loops, site.pc);
  // Who leaves here comes to a head with better code, at once or when this loop is over.
  if (loop && (heat.full.heads.contains(*loop) ||
               (is_entered_around(heat, heat.full, *loop) && !heat.any.heads.contains(*loop)))) {
    return true;
  }
  // It may be asked more often, by who waits for news.
  const auto now = Journal::Clock::now();
  if (now - last_warm_ < kWarmApart) return false;
  last_warm_ = now;
  if (++heat.warmth >= kWarm && !heat.requested && !heat.refused) ask_for_better(module, heat, site, loop);
  return false;
}

// With the lock held. A loop that we came into may go on for long; a function that was called will be called again, and
// when that isn't enough, it is in a loop for long.
void HotTier::ask_for_better(vm::LoadedModule& module, Heat& heat, vm::QuickSite site,
                             std::optional<std::uint32_t> loop) {
  const bool body = !site.in_loop && !heat.full.beginning;
  if (!body && (!loop || (heat.full.beginning && heat.warmth < kWarmAround))) return;
  heat.requested = true;
  add_job({.module = &module,
           .function = site.function,
           .body = body,
           .loops = body ? std::vector<std::uint32_t>() : std::vector{*loop},
           .effort = Effort::Full,
           .samples = static_cast<double>(heat.warmth)});
}

// With the lock held.
void HotTier::add_job(Job job) {
  if (!worker_.is_started() && !worker_.start([this] { work(); })) return;
  queue_.push_back(std::move(job));
  wake_.notify_one();
}

// With the lock held. It may have been compiled meanwhile together with what calls it: then its loops aren't entered
// in the middle any more, unless they go on for long.
bool HotTier::is_compiled(const Job& job) {
  Heat& heat = heat_[{job.module, job.function}];
  const WaysToEnter& ways = heat.ways(job.effort);
  const bool body = ways.beginning && (job.body || *ways.beginning > job.asked);
  const bool loops =
      !job.body && std::ranges::all_of(job.loops, [&](std::uint32_t head) { return ways.heads.contains(head); });
  if (!body && !loops) return false;
  heat.cool();
  return true;
}

// With the lock held.
HotTier::Job HotTier::take_hottest() {
  // Nothing is compiled better while something waits that isn't compiled.
  auto rank = [&](const Job& job) {
    const Heat& heat = heat_[{job.module, job.function}];
    const bool is_first = job.effort == Effort::Quick;
    return std::tuple(job.is_kept, is_first, is_first ? heat.samples : static_cast<std::uint32_t>(heat.warmth));
  };
  const auto hottest = std::ranges::max_element(queue_, {}, rank);
  Job job = std::move(*hottest);
  queue_.erase(hottest);
  return job;
}

void HotTier::work() {
  // It must not take time from the program: what is not compiled yet is interpreted.
  const sched_param none{};
  sched_setscheduler(0, SCHED_BATCH, &none);
  std::unique_lock hold(mutex_);
  for (;;) {
    wake_.wait(hold, [&] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    Job job = take_hottest();
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

void HotTier::rouse() { ticker_.rouse(); }

bool HotTier::open_library() {
  if (tried_ || compile_) return static_cast<bool>(compile_);
  tried_ = true;
  const auto start = Journal::Clock::now();
  const auto found = jit::open_library(options_.library);
  if (!found) {
    say("jit: programs are interpreted, since the compiler can't be loaded: " + found.error());
    return false;
  }
  compile_ = *found;
  say("jit: loaded in " + Journal::micros_since(start));
  return true;
}

// Lines cost a tenth of the time that compiling takes, so they are there when somebody is likely to look.
bool HotTier::wants_lines() {
  if (!wants_lines_) wants_lines_ = options_.perf_dump != nullptr || is_debugged();
  return *wants_lines_;
}

void HotTier::compile(Job job) {
  struct Taker {
    HotTier& tier;
    const Job& job;
    bool done = false;
  } taker{*this, job};
  if (open_library()) {
    job.begun = Journal::Clock::now();
    const std::vector<std::uint32_t> made = made_as_well(*job.module, job.effort);
    const Request request{.module = job.module,
                          .function = job.function,
                          .body = job.body,
                          .loops = job.loops,
                          .apart = apart_,
                          .made = made,
                          .effort = job.effort,
                          .origins = wants_lines(),
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
  heat.cool();
  heat.refused = !taker.done;
}

// Functions with code as good, ascending.
std::vector<std::uint32_t> HotTier::made_as_well(const vm::LoadedModule& module, Effort effort) {
  std::vector<std::uint32_t> made;
  const std::lock_guard hold(mutex_);
  for (auto at = heat_.lower_bound({&module, 0}); at != heat_.end() && at->first.first == &module; ++at) {
    if (at->second.ways(effort).beginning) made.push_back(at->first.second);
  }
  return made;
}

bool HotTier::install(const Job& job, const Image& image) {
  vm::LoadedModule& module = *job.module;
  if (!image.trouble.empty()) {
    journal_.refused({&module, job.function, job.loops, job.effort}, image.trouble);
    return false;
  }
  const auto made = Journal::Clock::now();
  if (!place(module, image, job.effort)) return false;
  log_work(job, image, made);
  return true;
}

// Puts code where the interpreter, compiled callers, debuggers and profilers find it.
bool HotTier::place(vm::LoadedModule& module, const Image& image, Effort effort) {
  // What is mixed is left all the time anyway, and at places that don't depend on a clock.
  if (mixer_ == nullptr && !ticker_.start()) return false;
  std::byte* code = memory_.add(image.bytes);
  if (code == nullptr) return false;
  announce(module, image, code);
  std::vector<NativeEntry> entries;
  for (const Symbol& symbol : image.symbols) {
    if (!is_way_in(module, symbol, effort)) continue;
    entries.push_back({.function = symbol.function,
                       .loop = static_cast<std::int32_t>(symbol.loop),
                       .entry = reinterpret_cast<vm::CompiledCode>(code + symbol.entry),
                       .fast = code + symbol.fast});
  }
  ways_in_.add(module, entries);
  const std::lock_guard hold(mutex_);
  for (const Symbol& symbol : image.symbols) {
    Heat& heat = heat_[{&module, symbol.function}];
    heat.any.add(symbol);
    if (effort != Effort::Full) continue;
    heat.full.add(symbol);
    if (symbol.loop > 0) retire_worse(module, symbol);
  }
  return true;
}

// With the lock held. Who leaves a loop's code for better code of the same loops is not to meet the worse before.
void HotTier::retire_worse(vm::LoadedModule& module, const Symbol& better) {
  Heat& heat = heat_with_loops(module, better.function);
  const LoopSpan around = outermost_around(*heat.loops, static_cast<std::uint32_t>(better.loop));
  std::erase_if(heat.any.heads, [&](std::uint32_t other) {
    if (other == 0 || !around.contains(other) || heat.full.heads.contains(other)) return false;
    ways_in_.retire(module, better.function, other);
    return true;
  });
}

void HotTier::WaysToEnter::add(const Symbol& symbol) {
  if (symbol.loop < 0) {
    beginning = Journal::Clock::now();
  } else {
    heads.insert(static_cast<std::uint32_t>(symbol.loop));
  }
}

// What is worse than what is there isn't; nor, with a mixer, what it doesn't want.
bool HotTier::is_way_in(const vm::LoadedModule& module, const Symbol& symbol, Effort effort) {
  const bool is_loop = symbol.loop >= 0;
  const auto pc = static_cast<std::uint32_t>(is_loop ? symbol.loop : 0);
  if (mixer_ != nullptr) return mixer_->keeps(symbol.function, pc);
  if (effort == Effort::Full) return true;
  const std::lock_guard hold(mutex_);
  const WaysToEnter& full = heat_[{&module, symbol.function}].full;
  return is_loop ? !full.heads.contains(pc) : !full.beginning;
}

void HotTier::log_work(const Job& job, const Image& image, Journal::Clock::time_point made) {
  journal_.compiled({job.module, job.function, job.loops, job.effort, job.samples}, image,
                    {Journal::micros(job.begun - job.asked), image.lowering, image.optimising, image.emitting,
                     Journal::micros(Journal::Clock::now() - made)});
}

// Tells debuggers and profilers what lies where.
void HotTier::announce(const vm::LoadedModule& module, const Image& image, const std::byte* code) {
  const std::vector<NamedCode> pieces = named_code(module, image, code);
  const CodeLines lines = code_lines(module, image);
  const std::span<const std::byte> placed(code, image.bytes.size());
  debugger_.add(placed, pieces, lines);
  if (options_.perf != nullptr) options_.perf->add(pieces);
  if (options_.perf_dump != nullptr) options_.perf_dump->add(placed, pieces, lines);
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
    compile({.module = &module,
             .function = id,
             .body = true,
             .loops = loop_heads(FunctionView(module, id)),
             .effort = mixer_ != nullptr ? mixer_->effort(id) : Effort::Full});
  }
}

}  // namespace noodle::jit
