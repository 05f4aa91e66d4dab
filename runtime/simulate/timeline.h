#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace noodle::simulate {

/// A simulated world's time, in nanoseconds since it began, and what is to happen in it.
class Timeline {
 public:
  std::int64_t now() const { return now_; }
  /// Lets something happen after so many nanoseconds; of two at one moment the one that was asked for first.
  void after(std::int64_t nanos, std::function<void()> event) {
    events_.emplace(std::pair(now_ + nanos, order_++), std::move(event));
  }
  /// When the next thing happens; INT64_MAX when nothing will.
  std::int64_t next() const { return events_.empty() ? INT64_MAX : events_.begin()->first.first; }
  /// Moves time on to a moment, and lets happen what is due by then.
  void advance(std::int64_t to) {
    while (!events_.empty() && events_.begin()->first.first <= to) {
      auto event = events_.extract(events_.begin());
      now_ = std::max(now_, event.key().first);
      event.mapped()();
    }
    now_ = std::max(now_, to);
  }

 private:
  std::int64_t now_ = 0;
  std::uint64_t order_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
};

}  // namespace noodle::simulate
