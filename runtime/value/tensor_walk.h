#pragma once

// Walking the elements of tensors side by side, run by run.

#include <algorithm>
#include <cstdint>
#include <span>

#include "runtime/memory/memory.h"

namespace noodle::value {

/// Elements of some tensors that are walked together in one shape, in the order of indices. Axes that follow one
/// another alike in all of them are taken together.
template <std::size_t N>
class Walk {
 public:
  /// The most elements that are given at once, so that whoever walks can look up in between.
  static constexpr std::int64_t kStretch = 1 << 18;

  /// From these places on; `stride(n, axis)` is that of the n-th. No length is 0.
  template <typename F>
  Walk(std::byte* const (&data)[N], std::span<const std::int64_t> shape, F&& stride) {
    for (std::size_t n = 0; n < N; ++n) walked_[n].data = data[n];
    std::int64_t strides[N] = {};
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      for (std::size_t n = 0; n < N; ++n) strides[n] = stride(n, axis);
      add(shape[axis], strides);
    }
    if (rank_ == 0) add(1, strides);
  }

  /// Calls f(place in each, count, stride of each) for each run along the last axis, or for parts of kStretch elements;
  /// `sizes` are what a stride of 1 is in bytes. Ends when f gives false, and gives that.
  template <typename F>
  bool each_run(const std::uint32_t (&sizes)[N], F&& f) const {
    const std::uint32_t last = rank_ - 1;
    std::int64_t index[memory::TensorObject::kMostRank] = {};
    std::int64_t inner[N];
    for (std::size_t n = 0; n < N; ++n) inner[n] = walked_[n].strides[last];
    std::byte* at[N];
    for (std::size_t n = 0; n < N; ++n) at[n] = walked_[n].data;
    for (;;) {
      for (std::int64_t done = 0; done < shape_[last]; done += kStretch) {
        std::byte* from[N];
        for (std::size_t n = 0; n < N; ++n) from[n] = at[n] + done * inner[n] * sizes[n];
        if (!f(from, std::min(kStretch, shape_[last] - done), inner)) return false;
      }
      std::uint32_t axis = last;
      while (axis > 0 && ++index[axis - 1] == shape_[axis - 1]) {
        --axis;
        for (std::size_t n = 0; n < N; ++n) at[n] -= (shape_[axis] - 1) * walked_[n].strides[axis] * sizes[n];
        index[axis] = 0;
      }
      if (axis == 0) return true;
      for (std::size_t n = 0; n < N; ++n) at[n] += walked_[n].strides[axis - 1] * sizes[n];
    }
  }

  /// The same with one size.
  template <typename F>
  bool each_run(std::uint32_t size, F&& f) const {
    std::uint32_t sizes[N];
    std::ranges::fill(sizes, size);
    return each_run(sizes, f);
  }

  /// Calls f(place in each) for each element, likewise.
  template <typename F>
  bool each(std::uint32_t size, F&& f) const {
    return each_run(size, [&](std::byte*(&at)[N], std::int64_t count, const std::int64_t(&strides)[N]) {
      for (std::int64_t i = 0; i < count; ++i) {
        if (!f(at)) return false;
        for (std::size_t n = 0; n < N; ++n) at[n] += strides[n] * size;
      }
      return true;
    });
  }

 private:
  void add(std::int64_t length, const std::int64_t (&strides)[N]) {
    if (length == 1 && rank_ != 0) return;
    bool goes_on = rank_ != 0;
    for (std::size_t n = 0; goes_on && n < N; ++n) goes_on = walked_[n].strides[rank_ - 1] == strides[n] * length;
    if (goes_on && shape_[rank_ - 1] != 1) {
      shape_[rank_ - 1] *= length;
      for (std::size_t n = 0; n < N; ++n) walked_[n].strides[rank_ - 1] = strides[n];
      return;
    }
    if (rank_ != 0 && shape_[rank_ - 1] == 1) --rank_;
    shape_[rank_] = length;
    for (std::size_t n = 0; n < N; ++n) walked_[n].strides[rank_] = strides[n];
    ++rank_;
  }

  struct Walked {
    std::byte* data;
    std::int64_t strides[memory::TensorObject::kMostRank];
  };
  Walked walked_[N];
  std::int64_t shape_[memory::TensorObject::kMostRank];
  std::uint32_t rank_ = 0;
};

}  // namespace noodle::value
