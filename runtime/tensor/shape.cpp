// Views of the same elements in another shape.

#include "runtime/tensor/operand.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// The shape in which one length may be -1, what is left of `count`.
std::expected<Shape, std::string> whole_shape(ShapeView wanted, std::int64_t count, Kind kind, ShapeView from) {
  Shape shape(wanted.begin(), wanted.end());
  std::int64_t* open = nullptr;
  for (std::int64_t& length : shape) {
    if (length != -1) continue;
    if (open != nullptr) return std::unexpected("more than one length of -1 in the shape " + text_of(wanted));
    open = &length;
    length = 1;
  }
  const auto known = count_of(shape, kind);
  if (!known) return std::unexpected(known.error());
  if (open == nullptr && *known == count) return shape;
  if (open != nullptr && *known != 0 && count % *known == 0) {
    *open = count / *known;
    return shape;
  }
  return std::unexpected("a tensor of the shape " + text_of(from) + " has " + std::to_string(count) +
                         " elements, and can't have the shape " + text_of(wanted));
}

// What lies at indices of an axis, which stays or goes.
Status give_part(Call& call, const Operand& tensor, std::uint32_t axis, const Slice& slice, bool stays) {
  TensorObject* made = make_view(call, tensor, tensor.rank() - (stays ? 0 : 1));
  if (made == nullptr) return Status::NoMemory;
  for (std::uint32_t i = 0, to = 0; i < tensor.rank(); ++i) {
    if (i == axis && !stays) continue;
    made->shape()[to] = i == axis ? slice.count : tensor.shape()[i];
    made->strides()[to++] = i == axis ? slice.stride(tensor.stride(i)) : tensor.stride(i);
  }
  count_elements(*made);
  if (made->count != 0) made->data += slice.from * tensor.stride(axis) * std::int64_t{element_size(tensor.kind())};
  return give(call, made);
}

}  // namespace

Status native_tensor_reshape(Call& call) {
  const Operand tensor(call, 0);
  const auto shape = whole_shape(list_arg(call, 1), tensor.count(), result_kind(call), tensor.shape());
  if (!shape) return panic(call, shape.error());
  const bool shares = tensor.object() != nullptr && tensor.is_contiguous();
  if (!shares && lasts(call, tensor.count())) return Status::Lasts;
  TensorObject* made = shares ? make_view(call, tensor, static_cast<std::uint32_t>(shape->size()))
                              : copied(call, tensor, static_cast<std::uint32_t>(shape->size()));
  if (made != nullptr) set_shape(*made, *shape);
  return give(call, made);
}

Status native_tensor_permute(Call& call) {
  const Operand tensor(call, 0);
  const ShapeView axes = list_arg(call, 1), shape = tensor.shape();
  if (axes.size() != shape.size()) {
    return panic(call, std::to_string(axes.size()) + " axes for a tensor of the shape " + text_of(shape));
  }
  if (const auto all = axes_of(axes, tensor.rank()); !all) return panic(call, all.error());
  TensorObject* made = make_view(call, tensor, tensor.rank());
  if (made == nullptr) return Status::NoMemory;
  for (std::uint32_t i = 0; i < tensor.rank(); ++i) {
    const std::uint32_t axis = *axis_of(axes[i], tensor.rank());
    made->shape()[i] = shape[axis];
    made->strides()[i] = tensor.stride(axis);
  }
  count_elements(*made);
  return give(call, made);
}

Status native_tensor_broadcast(Call& call) {
  const Operand tensor(call, 0);
  const ShapeView wanted = list_arg(call, 1), shape = tensor.shape();
  if (const auto count = count_of(wanted, result_kind(call)); !count) return panic(call, count.error());
  const auto both = broadcast(shape, wanted);
  if (!both || !std::ranges::equal(*both, wanted)) {
    return panic(call,
                 "a tensor of the shape " + text_of(shape) + " can't be repeated to the shape " + text_of(wanted));
  }
  TensorObject* made = make_view(call, tensor, static_cast<std::uint32_t>(wanted.size()));
  if (made == nullptr) return Status::NoMemory;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    made->shape()[i] = wanted[i];
    made->strides()[i] = repeated_stride(tensor, wanted, i);
  }
  count_elements(*made);
  return give(call, made);
}

Status native_tensor_slice(Call& call) {
  const Operand tensor(call, 0);
  const auto axis = axis_of(int_arg(call, 1), tensor.rank());
  if (!axis) return panic(call, axis.error());
  const Slice slice{.from = int_arg(call, 2), .count = int_arg(call, 3), .step = int_arg(call, 4)};
  if (const auto wrong = wrong_slice(slice, *axis, tensor.shape()); wrong) return panic(call, *wrong);
  return give_part(call, tensor, *axis, slice, true);
}

Status native_tensor_pick(Call& call) {
  const Operand tensor(call, 0);
  const auto axis = axis_of(int_arg(call, 1), tensor.rank());
  if (!axis) return panic(call, axis.error());
  const std::int64_t index = int_arg(call, 2);
  if (index < 0 || index >= tensor.shape()[*axis]) return panic(call, no_index(index, *axis, tensor.shape()));
  return give_part(call, tensor, *axis, {.from = index, .count = 1, .step = 1}, false);
}

}  // namespace noodle::room
