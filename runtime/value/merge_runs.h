#pragma once

// A stable merge sort that makes use of what is in order already: powersort (Munro and Wild, "Nearly-optimal
// mergesorts", 2018). Runs are taken as they come; each boundary between two has a power, how deep it would lie in
// a perfectly balanced tree over the whole, and what is deeper is merged first.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace noodle::value {

/// Sorts `all`, whose elements are trivially copied, with as much room in `spare`. `less(a, b)` says that `a` must
/// come before `b`.
template <typename T, typename Less>
class RunSort {
 public:
  RunSort(std::span<T> all, T* spare, Less less) : all_(all), spare_(spare), less_(less) {}

  void sort() {
    std::size_t at = 0;
    while (at < all_.size()) {
      Run run{at, at + take_run(at), 0};
      if (count_ > 0) {
        run.power = power_between(runs_[count_ - 1], run);
        while (count_ > 1 && runs_[count_ - 1].power > run.power) merge_last();
      }
      runs_[count_++] = run;
      at = run.end;
    }
    while (count_ > 1) merge_last();
  }

 private:
  struct Run {
    std::size_t begin, end;
    int power;  // of the boundary before it
  };
  /// Shorter runs are made this long by insertion.
  static constexpr std::size_t kLeast = 24;

  /// The length of the run that begins at `from`; a falling one is turned around.
  std::size_t take_run(std::size_t from) {
    const std::size_t left = all_.size() - from;
    T* const run = all_.data() + from;
    std::size_t length = std::min<std::size_t>(left, 2);
    if (left > 1 && less_(run[1], run[0])) {
      while (length < left && less_(run[length], run[length - 1])) ++length;
      std::reverse(run, run + length);
    } else {
      while (length < left && !less_(run[length], run[length - 1])) ++length;
    }
    const std::size_t wanted = std::min(left, kLeast);
    for (; length < wanted; ++length) {
      const T value = run[length];
      T* const to = std::upper_bound(run, run + length, value, less_);
      std::copy_backward(to, run + length, run + length + 1);
      *to = value;
    }
    return length;
  }

  /// How many leading bits the middles of both runs, as fractions of the whole, have in common.
  int power_between(const Run& left, const Run& right) const {
    const auto fraction = [&](std::size_t twice_middle) {
      return static_cast<std::uint64_t>((static_cast<unsigned __int128>(twice_middle) << 62) / all_.size());
    };
    return std::countl_zero(fraction(left.begin + left.end) ^ fraction(right.begin + right.end));
  }

  void merge_last() {
    Run& left = runs_[count_ - 2];
    const Run& right = runs_[count_ - 1];
    merge(all_.data() + left.begin, all_.data() + right.begin, all_.data() + right.end);
    left.end = right.end;
    --count_;
  }

  void merge(T* begin, T* middle, T* end) {
    // What stands right already stays.
    begin = std::upper_bound(begin, middle, *middle, less_);
    if (begin == middle) return;
    end = std::lower_bound(middle, end, *(middle - 1), less_);
    if (middle - begin <= end - middle) {
      merge_up(begin, middle, end);
    } else {
      merge_down(begin, middle, end);
    }
  }

  void merge_up(T* to, T* middle, T* end) {
    T* left = spare_;
    T* const left_end = std::copy(to, middle, spare_);
    T* right = middle;
    while (left < left_end && right < end) {
      const bool from_right = less_(*right, *left);
      *to++ = from_right ? *right : *left;
      right += from_right ? 1 : 0;
      left += from_right ? 0 : 1;
    }
    std::copy(left, left_end, to);
  }

  void merge_down(T* begin, T* middle, T* to) {
    T* right = std::copy(middle, to, spare_);
    T* left = middle;
    while (left > begin && right > spare_) {
      const bool from_left = less_(*(right - 1), *(left - 1));
      *--to = from_left ? *(left - 1) : *(right - 1);
      left -= from_left ? 1 : 0;
      right -= from_left ? 0 : 1;
    }
    std::copy_backward(spare_, right, to);
  }

  std::span<T> all_;
  T* spare_;
  Less less_;
  // Powers rise from one to the next, and have 64 values.
  std::array<Run, 66> runs_;
  std::size_t count_ = 0;
};

}  // namespace noodle::value
