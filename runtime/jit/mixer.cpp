#include "runtime/jit/mixer.h"

#include "base/hash.h"
#include "runtime/jit/tier.h"

namespace noodle::jit {

namespace {

// What is decided; each with numbers of its own.
enum : std::uint64_t { kLeftOut = 1, kAsks, kOneIn, kNoBeginnings, kTaken, kQuick, kEntered, kLeaves };

std::uint32_t some(std::uint64_t seed, std::uint64_t what, std::uint64_t below) {
  return static_cast<std::uint32_t>((hash_combine(hash_combine(seed, what), what) >> 32) % below);
}

}  // namespace

Mixer::Mixer(std::uint64_t seed)
    : seed_(seed), left_out_(50), asks_every_(3), one_in_(3), no_beginnings_(0), no_loops_(0) {
  if (seed == 0) return;
  constexpr std::uint32_t kShares[] = {0, 50, 25, 90};
  constexpr std::uint32_t kOften[] = {2, 5, 40, 1000};
  left_out_ = kShares[some(seed, kLeftOut, std::size(kShares))];
  asks_every_ = 1 + some(seed, kAsks, 5);
  one_in_ = kOften[some(seed, kOneIn, std::size(kOften))];
  no_beginnings_ = some(seed, kNoBeginnings, 5) == 0 ? 90 : 25;
  no_loops_ = 25;
}

bool Mixer::takes(std::uint32_t function) const {
  return some(hash_combine(seed_, function), kTaken, 100) >= left_out_;
}

Effort Mixer::effort(std::uint32_t function) const {
  return some(hash_combine(seed_, function), kQuick, 2) == 0 ? Effort::Quick : Effort::Full;
}

bool Mixer::keeps(std::uint32_t function, std::uint32_t pc) const {
  const std::uint64_t place = hash_combine(hash_combine(seed_, function), pc);
  return some(place, kEntered, 100) >= (pc == 0 ? no_beginnings_ : no_loops_);
}

void Mixer::attach(vm::Machine& machine) {
  if (helpers_.is_empty()) {
    helpers_.copy(machine);
    make_ = helpers_.replace(vm::Helper::New, &Mixer::make);
    make_unique_ = helpers_.replace(vm::Helper::MakeUnique, &Mixer::make_unique);
    safepoint_ = helpers_.replace(vm::Helper::Safepoint, &Mixer::safepoint);
  }
  helpers_.give_to(machine);
}

Mixer& Mixer::of(const vm::Machine* vm) { return *static_cast<HotTier*>(vm->options.tier)->mixer(); }

bool Mixer::leaves() {
  const std::uint64_t turn = asked_.fetch_add(1, std::memory_order_relaxed);
  return some(hash_combine(seed_, turn), kLeaves, one_in_) == 0;
}

memory::Object* Mixer::make(vm::Machine* vm, std::uint32_t type) {
  Mixer& mixer = of(vm);
  return mixer.leaves() ? nullptr : mixer.make_(vm, type);
}

std::uint64_t Mixer::make_unique(vm::Machine* vm, std::uint64_t* fp, std::uint32_t slot) {
  Mixer& mixer = of(vm);
  return mixer.leaves() ? 0 : mixer.make_unique_(vm, fp, slot);
}

bool Mixer::safepoint(vm::Machine* vm) {
  Mixer& mixer = of(vm);
  if (vm->compiled_limit.load(std::memory_order_relaxed) == nullptr) return mixer.safepoint_(vm);
  return mixer.leaves();
}

}  // namespace noodle::jit
