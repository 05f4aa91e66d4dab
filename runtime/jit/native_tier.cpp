#include "runtime/jit/native_tier.h"

#include <algorithm>
#include <map>

namespace noodle::jit {

namespace {

// A program that is over by then pays for no thread: until then compiled code looks at each safepoint by itself
// whether it has to leave.
constexpr std::uint64_t kCyclesWithoutTicker = 1'000'000;

}  // namespace

void NativeTier::attach(vm::Machine& machine) {
  const std::lock_guard hold(mutex_);
  if (machines_.empty()) {
    std::copy_n(machine.helpers, std::size(helpers_), helpers_);
    auto replace = [&](vm::Helper which, auto& before, auto ours) {
      const void*& place = helpers_[static_cast<std::size_t>(which)];
      before = reinterpret_cast<decltype(ours)>(const_cast<void*>(place));
      place = reinterpret_cast<const void*>(ours);
    };
    replace(vm::Helper::Safepoint, safepoint_, &NativeTier::safepoint);
    replace(vm::Helper::MayCall, may_call_, &NativeTier::may_call);
  }
  machines_.push_back(&machine);
  machine.helpers = helpers_;
  ticker_.attach(machine);
}

void NativeTier::loaded(vm::LoadedModule& module) {
  std::map<std::uint32_t, std::vector<vm::EntryPoint>> entries;
  for (const NativeEntry& entry : std::span(program_.entries, program_.entry_count)) {
    if (entry.loop < 0) WaysIn::begin_with(module.functions[entry.function], entry.entry, entry.fast);
    const std::uint32_t pc = entry.loop < 0 ? 0 : static_cast<std::uint32_t>(entry.loop);
    entries[entry.function].push_back({.pc = pc, .code = entry.entry});
  }
  for (auto& [function, points] : entries) ways_in_.add(module, function, std::move(points));
}

void NativeTier::rouse() {
  if (is_ticking()) return ticker_.rouse();
  const std::lock_guard hold(mutex_);
  for (vm::Machine* machine : machines_) {
    if (machine->in_compiled.load(std::memory_order_relaxed)) {
      machine->compiled_limit.store(nullptr, std::memory_order_relaxed);
    }
  }
}

// Whether the thread asks; has it begin when it is time.
bool NativeTier::is_ticking() {
  if (ticks_.load(std::memory_order_relaxed)) return true;
  if (__builtin_readcyclecounter() - begun_ < kCyclesWithoutTicker) return false;
  ticker_.start();
  ticker_.rouse();
  ticks_.store(true, std::memory_order_relaxed);
  return true;
}

bool NativeTier::safepoint(vm::Machine* vm) {
  const bool leaves = of(vm).safepoint_(vm);
  if (!of(vm).is_ticking()) vm->compiled_limit.store(nullptr, std::memory_order_relaxed);
  return leaves;
}

bool NativeTier::may_call(vm::Machine* vm, const std::uint64_t* end) {
  const bool may = of(vm).may_call_(vm, end);
  if (!of(vm).is_ticking()) vm->compiled_limit.store(nullptr, std::memory_order_relaxed);
  return may;
}

}  // namespace noodle::jit
