// Elements picked by slices and by tensors of indices, read and written.

#include <cstring>

#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// Moves elements, with steps in bytes.
using Mover = void (*)(std::byte* to, const std::byte* from, std::int64_t count, std::int64_t to_step,
                       std::int64_t from_step);

template <std::uint32_t kSize>
void move(std::byte* to, const std::byte* from, std::int64_t count, std::int64_t to_step, std::int64_t from_step) {
  if (to_step == kSize && from_step == kSize) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * kSize);
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) std::memcpy(to + i * to_step, from + i * from_step, kSize);
}

Mover mover(std::uint32_t size) {
  return size == 1 ? move<1> : size == 2 ? move<2> : size == 4 ? move<4> : size == 8 ? move<8> : move<16>;
}

Shape byte_strides(const Operand& tensor, std::uint32_t size) {
  Shape strides(tensor.rank());
  for (std::uint32_t i = 0; i < tensor.rank(); ++i) strides[i] = tensor.stride(i) * size;
  return strides;
}

// The strides, in bytes, with which a tensor is repeated to a shape; an error when it can't be.
std::expected<Shape, std::string> repeated(const Operand& tensor, ShapeView shape, std::uint32_t size) {
  const auto both = broadcast(tensor.shape(), shape);
  if (!both || !std::ranges::equal(*both, shape)) {
    return std::unexpected("values of the shape " + text_of(tensor.shape()) + " for a place of the shape " +
                           text_of(shape));
  }
  Shape strides(shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) strides[i] = repeated_stride(tensor, shape, i) * size;
  return strides;
}

// An owned tensor's elements for writing: itself when nobody else holds them, else a copy.
TensorObject* writable(Call& call, const Operand& owned) {
  return owned.is_only_one() ? owned.object() : copied(call, owned);
}

Status finish(Call& call, const Operand& owned, TensorObject* out, bool is_done) {
  if (out == owned.object()) return is_done ? give(call, out) : Status::Interrupted;
  if (is_done) release(call, owned);
  return give_if(call, is_done, out);
}

// Which elements indices pick: those of `data` at each place of `shape`, moved on along the axis by the index there.
// Strides are in bytes.
struct Picked {
  std::uint32_t axis = 0;
  std::int64_t axis_step = 0;
  Shape shape, data, indices;
};

// All indices stand in place of the axis.
Picked whole_rows(const Operand& a, const Operand& indices, std::uint32_t axis, std::uint32_t size) {
  Picked picked;
  const auto keep = [&](std::uint32_t i) {
    picked.shape.push_back(a.shape()[i]);
    picked.data.push_back(a.stride(i) * size);
    picked.indices.push_back(0);
  };
  for (std::uint32_t i = 0; i < axis; ++i) keep(i);
  for (std::uint32_t i = 0; i < indices.rank(); ++i) {
    picked.shape.push_back(indices.shape()[i]);
    picked.data.push_back(0);
    picked.indices.push_back(indices.stride(i) * 8);
  }
  for (std::uint32_t i = axis + 1; i < a.rank(); ++i) keep(i);
  return picked;
}

// Each place has an index of its own.
std::expected<Picked, std::string> one_by_one(const Operand& a, const Operand& indices, std::uint32_t axis,
                                              std::uint32_t size, bool writes) {
  Picked picked;
  for (std::uint32_t i = 0; i < a.rank() && indices.rank() == a.rank(); ++i) {
    const std::int64_t length = a.shape()[i], count = indices.shape()[i];
    if (i != axis && length != count && count != 1 && (length != 1 || writes)) break;
    picked.shape.push_back(i == axis || length == 1 ? count : length);
    picked.data.push_back(i == axis || length == 1 ? 0 : a.stride(i) * size);
    picked.indices.push_back(count == 1 ? 0 : indices.stride(i) * 8);
  }
  if (picked.shape.size() == a.rank() && indices.rank() == a.rank()) return picked;
  return std::unexpected("indices of the shape " + text_of(indices.shape()) + " along axis " + std::to_string(axis) +
                         " of a tensor of the shape " + text_of(a.shape()));
}

// What is wrong with indices along an axis, if something is.
std::optional<std::string> wrong_index(const Operand& a, const Operand& indices, std::uint32_t axis) {
  if (indices.count() == 0) return {};
  const std::int64_t length = a.shape()[axis];
  std::int64_t index = 0;
  const auto fit = [&](const std::byte* from, std::int64_t count, std::int64_t step) {
    const auto* run = reinterpret_cast<const std::int64_t*>(from);
    for (std::int64_t i = 0; i < count; ++i) {
      index = run[i * step];
      if (index < 0 || index >= length) return false;
    }
    return true;
  };
  if (value::for_each_run(*indices.object(), fit)) return {};
  return no_index(index, axis, a.shape());
}

// What the natives of this file pick of a tensor, by indices that are not looked at: their arguments are these, an
// axis, and whether each place has an index of its own.
std::expected<Picked, std::string> layout(const Call& call, const Operand& a, Kind kind, bool writes) {
  const Operand indices(call, 1);
  const auto axis = axis_of(int_arg(call, 2), a.rank());
  if (!axis) return std::unexpected(axis.error());
  const std::uint32_t size = element_size(kind);
  auto found = call.args[3] != 0 ? one_by_one(a, indices, *axis, size, writes)
                                 : std::expected<Picked, std::string>(whole_rows(a, indices, *axis, size));
  if (!found) return found;
  found->axis = *axis;
  found->axis_step = a.stride(*axis) * size;
  if (const auto count = count_of(found->shape, kind); !count) return std::unexpected(count.error());
  return found;
}

// The same, by indices that there are.
std::expected<Picked, std::string> picked(const Call& call, const Operand& a, Kind kind, bool writes) {
  auto found = layout(call, a, kind, writes);
  if (!found) return found;
  if (auto wrong = wrong_index(a, Operand(call, 1), found->axis); wrong) return std::unexpected(std::move(*wrong));
  return found;
}

// Calls f(picked elements, others, count, step, other step), in bytes, for all that is picked; gives false when it is
// told to stop. Elements that have an index each come one by one.
template <typename F>
bool each_picked(const Call& call, const Picked& picked, std::byte* data, const Operand& indices, std::byte* other,
                 const Shape& other_strides, F&& f) {
  if (is_empty(picked.shape)) return true;
  const auto walk =
      side_by_side({data, indices.data(), other}, picked.shape, {&picked.data, &picked.indices, &other_strides});
  Lookout lookout(call);
  return walk.each_run(1, [&](std::byte* const(&at)[3], std::int64_t count, const std::int64_t(&steps)[3]) {
    const auto shift = [&](std::int64_t i) {
      return *reinterpret_cast<const std::int64_t*>(at[1] + i * steps[1]) * picked.axis_step;
    };
    if (steps[1] == 0) {
      f(at[0] + shift(0), at[2], count, steps[0], steps[2]);
    } else {
      for (std::int64_t i = 0; i < count; ++i) f(at[0] + i * steps[0] + shift(i), at[2] + i * steps[2], 1, 0, 0);
    }
    return lookout.goes_on(count);
  });
}

}  // namespace

Status native_tensor_gather(Call& call) {
  const Operand a(call, 0), indices(call, 1);
  const Kind kind = result_kind(call);
  const auto from = picked(call, a, kind, false);
  if (!from) return panic(call, from.error());
  TensorObject* out = make(call, from->shape);
  if (out == nullptr) return Status::NoMemory;
  const Mover mover = noodle::room::mover(element_size(kind));
  const bool is_done =
      each_picked(call, *from, a.data(), indices, out->data, byte_strides(Operand(out), element_size(kind)),
                  [&](const std::byte* place, std::byte* to, std::int64_t count, std::int64_t step,
                      std::int64_t to_step) { mover(to, place, count, to_step, step); });
  return give_if(call, is_done, out);
}

Status native_tensor_scatter(Call& call) {
  const Operand a(call, 0), indices(call, 1), values(call, 4);
  const Kind kind = result_kind(call);
  const std::uint32_t size = element_size(kind);
  const auto to = picked(call, a, kind, true);
  if (!to) return panic(call, to.error());
  const auto strides = repeated(values, to->shape, size);
  if (!strides) return panic(call, strides.error());
  const BinaryLoop add = kernels().binary[static_cast<std::size_t>(BinaryOp::Add)][column(kind)];
  const bool adds = call.args[5] != 0;
  if (adds && add == nullptr) return undefined(call, "addition", kind);
  TensorObject* out = writable(call, a);
  if (out == nullptr) return Status::NoMemory;
  // A copy may lie in another way than what it was made of.
  const auto place = out == a.object() ? to : layout(call, Operand(out), kind, true);
  const Mover mover = noodle::room::mover(size);
  const bool is_done = each_picked(
      call, *place, out->data, indices, values.data(), *strides,
      [&](std::byte* at, const std::byte* from, std::int64_t count, std::int64_t step, std::int64_t from_step) {
        if (!adds) return mover(at, from, count, step, from_step);
        for (std::int64_t i = 0; i < count; ++i) add(at + i * step, from + i * from_step, at + i * step, 1, 1, 1);
      });
  return finish(call, a, out, is_done);
}

Status native_tensor_assign(Call& call) {
  const Operand a(call, 0), values(call, 4);
  const ShapeView from = list_arg(call, 1), counts = list_arg(call, 2), steps = list_arg(call, 3);
  const Kind kind = result_kind(call);
  const std::uint32_t size = element_size(kind);
  if (from.size() != a.rank() || counts.size() != a.rank() || steps.size() != a.rank()) {
    return panic(call, std::to_string(from.size()) + " slices of a tensor of the shape " + text_of(a.shape()));
  }
  const auto slice = [&](std::uint32_t axis) {
    return Slice{.from = from[axis], .count = counts[axis], .step = steps[axis]};
  };
  for (std::uint32_t axis = 0; axis < a.rank(); ++axis) {
    if (const auto wrong = wrong_slice(slice(axis), axis, a.shape()); wrong) return panic(call, *wrong);
  }
  const auto value_strides = repeated(values, counts, size);
  if (!value_strides) return panic(call, value_strides.error());
  TensorObject* out = writable(call, a);
  if (out == nullptr) return Status::NoMemory;
  if (is_empty(counts)) return finish(call, a, out, true);
  Shape strides = byte_strides(Operand(out), size);
  std::byte* to = out->data;
  for (std::uint32_t axis = 0; axis < a.rank(); ++axis) {
    to += from[axis] * strides[axis];
    strides[axis] = slice(axis).stride(strides[axis]);
  }
  const Mover mover = noodle::room::mover(size);
  Lookout lookout(call);
  const auto walk = side_by_side({to, values.data()}, counts, {&strides, &*value_strides});
  const bool is_done =
      walk.each_run(1, [&](std::byte* const(&at)[2], std::int64_t count, const std::int64_t(&along)[2]) {
        mover(at[0], at[1], count, along[0], along[1]);
        return lookout.goes_on(count);
      });
  return finish(call, a, out, is_done);
}

}  // namespace noodle::room
