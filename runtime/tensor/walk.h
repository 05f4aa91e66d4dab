#pragma once

// Walking the elements of tensors that belong together, and what they have in common that do.

#include <algorithm>

#include "runtime/tensor/operand.h"
#include "runtime/value/tensor_walk.h"

namespace noodle::tensor {

using value::Walk;

/// Whether nothing has this shape, and so nothing is to be walked.
inline bool is_empty(ShapeView shape) { return std::ranges::find(shape, 0) != shape.end(); }

/// Tensors as they are walked to fill a result of some shape, with a stride of 0 along axes that are repeated.
template <std::size_t N>
Walk<N> side_by_side(const Operand (&tensors)[N], ShapeView result) {
  std::byte* data[N];
  for (std::size_t n = 0; n < N; ++n) data[n] = tensors[n].data();
  return Walk<N>(data, result,
                 [&](std::size_t n, std::size_t axis) { return repeated_stride(tensors[n], result, axis); });
}

/// From these places on, with these strides.
template <std::size_t N>
Walk<N> side_by_side(std::byte* const (&data)[N], ShapeView shape, const Shape* const (&strides)[N]) {
  return Walk<N>(data, shape, [&](std::size_t n, std::size_t axis) { return (*strides[n])[axis]; });
}

/// Looks now and then whether the result is still wanted.
class Lookout {
 public:
  explicit Lookout(const Call& call) : call_(call) {}
  /// Whether to go on after so many elements more.
  bool goes_on(std::int64_t count) {
    if ((unseen_ += count) < Walk<1>::kStretch) return true;
    unseen_ = 0;
    return !call_.host.is_told_to_stop(call_);
  }

 private:
  const Call& call_;
  std::int64_t unseen_ = 0;
};

/// Elements of a part of work that is shared among threads; less than two of them aren't.
inline constexpr std::int64_t kPart = 1 << 16;

/// Calls f(first, count) for parts of so many elements, on several threads; which parts there are doesn't depend on
/// them. False when the result isn't wanted any more.
template <typename F>
bool share(Call& call, std::int64_t count, const F& f) {
  if (count < 2 * kPart) {
    f(std::int64_t{0}, count);
    return true;
  }
  struct All {
    const F& f;
    std::int64_t count;
  } all{f, count};
  const auto part = [](void* data, std::size_t i) {
    const auto& its = *static_cast<const All*>(data);
    const std::int64_t first = static_cast<std::int64_t>(i) * kPart;
    its.f(first, std::min(kPart, its.count - first));
  };
  return call.host.share(call, static_cast<std::size_t>((count + kPart - 1) / kPart), part, &all);
}

/// The rows of a tensor along an axis, beside those of a result, which has the axis as well or lacks it.
struct Rows {
  std::int64_t length, step, out_step;  // in bytes
  Shape shape, strides, out_strides;

  Rows(const Operand& tensor, std::uint32_t axis, const Operand& out) {
    const bool stays = out.rank() == tensor.rank();
    const std::int64_t size = element_size(tensor.kind()), out_size = element_size(out.kind());
    length = tensor.shape()[axis];
    step = tensor.stride(axis) * size;
    out_step = stays ? out.stride(axis) * out_size : 0;
    for (std::uint32_t i = 0, to = 0; i < tensor.rank(); ++i, ++to) {
      if (i == axis && !stays) --to;
      if (i == axis) continue;
      shape.push_back(tensor.shape()[i]);
      strides.push_back(tensor.stride(i) * size);
      out_strides.push_back(out.stride(to) * out_size);
    }
  }

  /// Calls f(row, place in the result) until it gives false, which it then gives.
  template <typename F>
  bool each(const Operand& tensor, const Operand& out, F&& f) const {
    if (is_empty(shape)) return true;
    return side_by_side({tensor.data(), out.data()}, shape, {&strides, &out_strides})
        .each(1, [&](std::byte* const(&at)[2]) { return f(at[0], at[1]); });
  }
};

}  // namespace noodle::tensor
