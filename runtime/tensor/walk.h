#pragma once

// Walking the elements of tensors that belong together, run by run.

#include <algorithm>

#include "runtime/tensor/operand.h"

namespace noodle::tensor {

/// Elements between two looks whether the result is still wanted.
inline constexpr std::int64_t kStretch = 1 << 18;

/// Whether nothing has this shape, and so nothing is to be walked.
inline bool is_empty(ShapeView shape) { return std::ranges::find(shape, 0) != shape.end(); }

/// Tensors as they are walked to fill a result of some shape_, with a stride of 0 along axes that are repeated. Axes
/// that follow one another alike in all of them are taken together.
template <std::size_t N>
class Walk {
 public:
  Walk(const Operand (&tensors)[N], ShapeView result) {
    for (std::size_t n = 0; n < N; ++n) operands_[n].data = tensors[n].data();
    for (std::size_t axis = 0; axis < result.size(); ++axis) {
      std::int64_t strides[N];
      for (std::size_t n = 0; n < N; ++n) strides[n] = stride(tensors[n], result, axis);
      add(result[axis], strides);
    }
    if (rank_ == 0) add(1, (std::int64_t[N]){});
  }
  /// From these places, with these strides in bytes; `each_run` then takes a size of 1 and gives such strides.
  Walk(std::byte* const (&data)[N], ShapeView shape, const Shape* const (&strides)[N]) {
    for (std::size_t n = 0; n < N; ++n) operands_[n].data = data[n];
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      std::int64_t along[N];
      for (std::size_t n = 0; n < N; ++n) along[n] = (*strides[n])[axis];
      add(shape[axis], along);
    }
    if (rank_ == 0) add(1, (std::int64_t[N]){});
  }

  /// Calls f(place in each, count, stride of each) for each run along the last axis, or for parts of kStretch elements;
  /// `sizes` are those of their elements. Ends when f gives false, and gives that.
  template <typename F>
  bool each_run(const std::uint32_t (&sizes)[N], F&& f) {
    const std::uint32_t last = rank_ - 1;
    std::int64_t index[kMostRank] = {};
    std::int64_t inner[N];
    for (std::size_t n = 0; n < N; ++n) inner[n] = operands_[n].strides[last];
    std::byte* at[N];
    for (std::size_t n = 0; n < N; ++n) at[n] = operands_[n].data;
    for (;;) {
      for (std::int64_t done = 0; done < shape_[last]; done += kStretch) {
        std::byte* from[N];
        for (std::size_t n = 0; n < N; ++n) from[n] = at[n] + done * inner[n] * sizes[n];
        if (!f(from, std::min(kStretch, shape_[last] - done), inner)) return false;
      }
      std::uint32_t axis = last;
      while (axis > 0 && ++index[axis - 1] == shape_[axis - 1]) {
        --axis;
        for (std::size_t n = 0; n < N; ++n) at[n] -= (shape_[axis] - 1) * operands_[n].strides[axis] * sizes[n];
        index[axis] = 0;
      }
      if (axis == 0) return true;
      for (std::size_t n = 0; n < N; ++n) at[n] += operands_[n].strides[axis - 1] * sizes[n];
    }
  }

  /// The same with elements of one size.
  template <typename F>
  bool each_run(std::uint32_t size, F&& f) {
    std::uint32_t sizes[N];
    std::ranges::fill(sizes, size);
    return each_run(sizes, f);
  }

 private:
  static std::int64_t stride(const Operand& tensor, ShapeView result, std::size_t axis) {
    const std::size_t added = result.size() - tensor.rank();
    if (axis < added || tensor.shape()[axis - added] != result[axis]) return 0;
    return tensor.shape()[axis - added] == 1 ? 0 : tensor.stride(static_cast<std::uint32_t>(axis - added));
  }

  void add(std::int64_t length, const std::int64_t (&strides)[N]) {
    if (length == 1 && rank_ != 0) return;
    bool goes_on = rank_ != 0;
    for (std::size_t n = 0; goes_on && n < N; ++n) goes_on = operands_[n].strides[rank_ - 1] == strides[n] * length;
    if (goes_on && shape_[rank_ - 1] != 1) {
      shape_[rank_ - 1] *= length;
      for (std::size_t n = 0; n < N; ++n) operands_[n].strides[rank_ - 1] = strides[n];
      return;
    }
    if (rank_ != 0 && shape_[rank_ - 1] == 1) --rank_;
    shape_[rank_] = length;
    for (std::size_t n = 0; n < N; ++n) operands_[n].strides[rank_] = strides[n];
    ++rank_;
  }

  struct Walked {
    std::byte* data;
    std::int64_t strides[kMostRank];
  };
  Walked operands_[N];
  std::int64_t shape_[kMostRank];
  std::uint32_t rank_ = 0;
};

}  // namespace noodle::tensor
