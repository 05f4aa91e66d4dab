// The timing wheel alone: a million timers at moments within the next ten seconds. Prints the nanoseconds of the
// processor that it takes a timer to add them, to fire them while time moves on by a millisecond a step, and to
// remove them instead.

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <random>
#include <vector>

#include "runtime/task/timers.h"

namespace {

using noodle::task::Timer;
using noodle::task::Timers;

constexpr std::int64_t kCount = 1'000'000, kSpan = 10'000'000'000, kStep = 1'000'000;

/// Nanoseconds of the processor that this thread has had: who shares the machine does not count.
std::int64_t used() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

template <typename F>
long nanoseconds_each(F work) {
  const std::int64_t start = used();
  work();
  return (used() - start) / kCount;
}

void set_moments(std::vector<Timer>& timers) {
  std::mt19937_64 random(1);
  for (Timer& timer : timers) timer.at = static_cast<std::int64_t>(random() % kSpan);
}

void add(Timers& wheel, std::vector<Timer>& timers) {
  for (Timer& timer : timers) wheel.add(timer);
}

std::int64_t fire(Timers& wheel) {
  std::int64_t fired = 0;
  for (std::int64_t now = 0; now <= kSpan + kStep; now += kStep)
    for (Timer* timer = wheel.advance(now); timer != nullptr; timer = timer->next) ++fired;
  return fired;
}

std::int64_t remove(Timers& wheel, std::vector<Timer>& timers) {
  std::int64_t removed = 0;
  for (Timer& timer : timers) removed += wheel.remove(timer);
  return removed;
}

}  // namespace

int main() {
  std::vector<Timer> timers(kCount);
  set_moments(timers);
  Timers fires(0), removes(0);
  std::int64_t fired = 0, removed = 0;
  const long add_cost = nanoseconds_each([&] { add(fires, timers); });
  const long fire_cost = nanoseconds_each([&] { fired = fire(fires); });
  add(removes, timers);
  const long remove_cost = nanoseconds_each([&] { removed = remove(removes, timers); });
  if (fired != kCount || removed != kCount) return 1;
  std::printf("%ld %ld %ld\n", add_cost, fire_cost, remove_cost);
  return 0;
}
