#include "runtime/task/timers.h"

#include <algorithm>

namespace noodle::task {

// A timer lies on the lowest level whose slots still tell its tick from the present one: the level of the
// highest group of six bits in which the two differ. Its slot there is that group of its own tick.
void Timers::place(Timer& timer) {
  // Rounded up, so that nothing fires early; what is due already fires with the next tick.
  const std::int64_t tick =
      std::max(tick_of(std::min(timer.at, INT64_MAX - (1 << kTickBits)) + (1 << kTickBits) - 1), now_);
  const std::uint64_t differs = static_cast<std::uint64_t>(tick ^ now_);
  // Ticks have 48 bits, so eight levels reach every moment.
  const unsigned level = differs == 0 ? 0 : (63 - static_cast<unsigned>(__builtin_clzll(differs))) / kSlotBits;
  const auto slot = static_cast<unsigned>(tick >> (level * kSlotBits)) % kSlots;
  Timer*& head = slots_[level][slot];
  timer.previous = nullptr;
  timer.next = head;
  if (head != nullptr) head->previous = &timer;
  head = &timer;
  occupied_[level] |= std::uint64_t{1} << slot;
  timer.place = static_cast<std::int16_t>(level * kSlots + slot);
}

void Timers::unlink(Timer& timer) {
  const auto level = static_cast<unsigned>(timer.place) / kSlots, slot = static_cast<unsigned>(timer.place) % kSlots;
  Timer*& head = slots_[level][slot];
  if (timer.next != nullptr) timer.next->previous = timer.previous;
  (timer.previous != nullptr ? timer.previous->next : head) = timer.next;
  if (head == nullptr) occupied_[level] &= ~(std::uint64_t{1} << slot);
  timer.place = -1;
}

void Timers::add(Timer& timer) {
  place(timer);
  ++size_;
  if (timer.at < next_due()) next_.store(std::max(timer.at, std::int64_t{0}), std::memory_order_relaxed);
}

bool Timers::remove(Timer& timer) {
  if (timer.place < 0) return false;
  unlink(timer);
  if (--size_ == 0) next_.store(INT64_MAX, std::memory_order_relaxed);
  return true;
}

// The first moment at which a slot has to be looked at: of each level, its first occupied slot from the
// present one on. On upper levels that is when its timers move down, a lower bound.
void Timers::note_next() {
  std::int64_t first = INT64_MAX;
  for (unsigned level = 0; level < kLevels && size_ != 0; ++level) {
    if (occupied_[level] == 0) continue;
    const auto here = static_cast<unsigned>(now_ >> (level * kSlotBits)) % kSlots;
    const unsigned turn = here == 0 ? 0 : kSlots - here;
    const std::uint64_t ahead = here == 0 ? occupied_[level] : occupied_[level] >> here | occupied_[level] << turn;
    const auto steps = static_cast<std::int64_t>(__builtin_ctzll(ahead));
    const std::int64_t tick = ((now_ >> (level * kSlotBits)) + steps) << (level * kSlotBits);
    first = std::min(first, std::max(tick, now_) << kTickBits);
  }
  next_.store(first, std::memory_order_relaxed);
}

Timer* Timers::advance(std::int64_t now) {
  Timer* due = nullptr;
  Timer** end = &due;
  const std::int64_t until = tick_of(now);
  while (size_ != 0 && now_ <= until) {
    // Where a level's slot begins, what lies there moves down.
    for (unsigned level = kLevels - 1; level > 0; --level) {
      if ((now_ & ((std::int64_t{1} << (level * kSlotBits)) - 1)) != 0) continue;
      const auto slot = static_cast<unsigned>(now_ >> (level * kSlotBits)) % kSlots;
      while (Timer* timer = slots_[level][slot]) {
        unlink(*timer);
        place(*timer);
      }
    }
    const auto slot = static_cast<unsigned>(now_) % kSlots;
    while (Timer* timer = slots_[0][slot]) {
      unlink(*timer);
      --size_;
      timer->next = nullptr;
      *end = timer;
      end = &timer->next;
    }
    // On to the next tick where anything lies.
    ++now_;
    note_next();
    if (const std::int64_t next = next_due(); next != INT64_MAX)
      now_ = std::max(now_, std::min(tick_of(next), until + 1));
  }
  if (now_ <= until) now_ = until + 1;
  note_next();
  return due;
}

}  // namespace noodle::task
