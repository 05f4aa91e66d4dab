#include "runtime/jit/native_tier.h"

namespace noodle::jit {

namespace {

// A program that is over by then pays for no thread: until then compiled code looks at each safepoint by itself
// whether it has to leave.
constexpr std::uint64_t kCyclesWithoutTicker = 1'000'000;

}  // namespace

void NativeTier::attach(vm::Machine& machine) {
  const std::lock_guard hold(mutex_);
  if (helpers_.is_empty()) {
    helpers_.copy(machine);
    safepoint_ = helpers_.replace(vm::Helper::Safepoint, &NativeTier::safepoint);
    may_call_ = helpers_.replace(vm::Helper::MayCall, &NativeTier::may_call);
  }
  machines_.push_back(&machine);
  helpers_.give_to(machine);
  ticker_.attach(machine);
}

void NativeTier::loaded(vm::LoadedModule& module) { ways_in_.add(module, {program_.entries, program_.entry_count}); }

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
  if (__builtin_readcyclecounter() - begun_.load(std::memory_order_relaxed) < kCyclesWithoutTicker) return false;
  if (!ticker_.start()) {
    begun_.store(__builtin_readcyclecounter(), std::memory_order_relaxed);
    return false;
  }
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
