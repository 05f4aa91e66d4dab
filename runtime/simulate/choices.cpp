#include "runtime/simulate/choices.h"

#include "base/hash.h"

namespace noodle::simulate {

namespace {

// SplitMix64's finaliser (Steele, Lea and Flood, 2014): nearby numbers give unrelated ones.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

constexpr std::uint32_t kAlways = 1u << 24;
constexpr std::size_t kMostTwists = 1'000'000;  // of a run, which goes on as usual then: they are all remembered
// How often a twist may happen in a run, by kind. A seed takes one of the four: schedules differ much from seed
// to seed, and what breaks things is rare, so that programs get somewhere.
constexpr std::uint32_t kOften[kTwists][4] = {
    {0, kAlways / 64, kAlways / 4, kAlways},        // Turn
    {0, kAlways / 256, kAlways / 16, kAlways / 2},  // Preempt
    {0, kAlways / 64, kAlways / 4, kAlways},        // Delay
    {0, kAlways / 64, kAlways / 4, kAlways},        // Short
    {0, 0, kAlways / 2048, kAlways / 64},           // Reset
    {0, 0, kAlways / 64, kAlways / 8},              // Refuse
    {0, 0, kAlways / 64, kAlways / 8},              // Full
    {0, kAlways / 256, kAlways / 16, kAlways / 4},  // Lost
};

}  // namespace

Choices::Choices(std::uint64_t seed, Twists allowed) : seed_(mix(seed)) {
  for (std::size_t kind = 0; kind < kTwists; ++kind) {
    if ((allowed & (Twists{1} << kind)) == 0) continue;
    often_[kind] = kOften[kind][mix(seed_ + kind) % 4];
  }
}

Choices::Choices(std::uint64_t seed, Twists allowed, std::span<const std::uint64_t> kept) : Choices(seed, allowed) {
  kept_only_ = true;
  kept_.assign(kept.begin(), kept.end());
}

std::uint32_t Choices::choose(Twist kind, std::uint32_t ways) {
  const std::uint64_t place = place_++;
  const std::uint64_t random = mix(seed_ ^ mix(place));
  bool twist = false;
  if (kept_only_) {
    twist = next_kept_ < kept_.size() && kept_[next_kept_] == place;
    next_kept_ += twist ? 1 : 0;
  } else if (happened_.size() < kMostTwists) {
    twist = (random & (kAlways - 1)) < often_[static_cast<std::size_t>(kind)];
  }
  const std::uint32_t chosen = twist && ways > 1 ? 1 + static_cast<std::uint32_t>((random >> 24) % (ways - 1)) : 0;
  note(static_cast<std::uint64_t>(kind) << 32 | chosen);
  if (chosen != 0) happened_.push_back({place, kind, {}});
  return chosen;
}

std::uint64_t Choices::draw() { return mix(seed_ ^ ~mix(draws_++)); }

void Choices::note(std::uint64_t word) { trace_ = hash_combine(trace_, word); }
void Choices::note(std::string_view text) { note(hash_bytes(text, trace_)); }

}  // namespace noodle::simulate
