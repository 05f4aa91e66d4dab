#pragma once

#include <cstdint>

#include "base/lock.h"

namespace noodle::task {

struct Fiber;

/// A moment at which something is to happen. Lies in what waits for it; does nothing by itself.
struct Timer {
  std::int64_t at = 0;     // nanoseconds of the monotonic clock
  Fiber* fiber = nullptr;  // that it wakes
  Timer* next = nullptr;
  Timer* previous = nullptr;
  std::int16_t place = -1;  // level * 64 + slot in the wheel; -1 outside
};

/// A hierarchical timing wheel (Varghese and Lauck, 1987): eight levels of 64 slots, the lowest 2^16
/// nanoseconds wide. Adding and removing cost a few writes, whatever the number of timers; a timer moves
/// down at most once a level before it fires.
class Timers {
 public:
  explicit Timers(std::int64_t now) : now_(tick_of(now)) {}
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  /// Adds a timer that is in no wheel.
  void add(Timer& timer);
  /// Takes a timer out; false when it was not in (it has fired).
  bool remove(Timer& timer);
  /// Moves time on and takes out what is due: the timers, linked by `next`, soonest slots first.
  Timer* advance(std::int64_t now);
  /// No timer is due before this moment; INT64_MAX without timers. A lower bound while none is due.
  std::int64_t next_due() const { return next_.load(std::memory_order_relaxed); }
  std::int64_t size() const { return size_; }

 private:
  static constexpr unsigned kTickBits = 16, kSlotBits = 6, kLevels = 8, kSlots = 1u << kSlotBits;
  static std::int64_t tick_of(std::int64_t nanos) { return nanos >> kTickBits; }
  void place(Timer& timer);
  void unlink(Timer& timer);
  void note_next();

  std::int64_t now_;  // in ticks: what lies in earlier ones has fired
  std::int64_t size_ = 0;
  std::uint64_t occupied_[kLevels] = {};
  Timer* slots_[kLevels][kSlots] = {};
  Atomic<std::int64_t> next_{INT64_MAX};
};

}  // namespace noodle::task
