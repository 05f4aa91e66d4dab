// Views of the same elements in another shape.

#include "runtime/tensor/operand.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// The shape in which one length may be -1, what is left of `count`.
std::expected<Shape, std::string> whole_shape(ShapeView wanted, std::int64_t count, Kind kind, ShapeView from) {
  Shape shape(wanted.begin(), wanted.end());
  std::int64_t* open = nullptr;
  std::int64_t known = 1;
  for (std::int64_t& length : shape) {
    if (length != -1) continue;
    if (open != nullptr) return std::unexpected("more than one length of -1 in the shape " + text_of(wanted));
    open = &length;
    length = 1;
  }
  const auto rest = count_of(shape, kind);
  if (!rest) return std::unexpected(rest.error());
  known = *rest;
  if (open != nullptr && known != 0 && count % known == 0) *open = count / known;
  if ((open != nullptr ? known * *open : known) == count && (open == nullptr || known != 0)) return shape;
  return std::unexpected("a tensor of the shape " + text_of(from) + " has " + std::to_string(count) +
                         " elements, and can't have the shape " + text_of(wanted));
}

}  // namespace

Status native_tensor_reshape(Call& call) {
  const Operand tensor(call, 0);
  const auto shape = whole_shape(list_arg(call, 1), tensor.count(), result_kind(call), tensor.shape());
  if (!shape) return panic(call, shape.error());
  if (!tensor.is(result_kind(call))) return wrong_kind(call);
  const bool shares = tensor.object() != nullptr && tensor.is_contiguous();
  TensorObject* made = shares ? make_view(call, tensor, tensor.data(), static_cast<std::uint32_t>(shape->size()))
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
  if (!tensor.is(result_kind(call))) return wrong_kind(call);
  std::uint64_t seen = 0;
  for (const std::int64_t axis : axes) {
    const auto at = axis_of(axis, tensor.rank());
    if (!at) return panic(call, at.error());
    if ((seen >> *at & 1) != 0)
      return panic(call, "the axis " + std::to_string(axis) + " stands twice in " + text_of(axes));
    seen |= std::uint64_t{1} << *at;
  }
  TensorObject* made = make_view(call, tensor, tensor.data(), tensor.rank());
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
  const Kind kind = result_kind(call);
  if (const auto count = count_of(wanted, kind); !count) return panic(call, count.error());
  if (!tensor.is(kind)) return wrong_kind(call);
  const auto both = broadcast(shape, wanted);
  if (!both || !std::ranges::equal(*both, wanted)) {
    return panic(call,
                 "a tensor of the shape " + text_of(shape) + " can't be repeated to the shape " + text_of(wanted));
  }
  TensorObject* made = make_view(call, tensor, tensor.data(), static_cast<std::uint32_t>(wanted.size()));
  if (made == nullptr) return Status::NoMemory;
  const std::size_t added = wanted.size() - shape.size();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    made->shape()[i] = wanted[i];
    const bool is_own = i >= added && shape[i - added] == wanted[i];
    made->strides()[i] = is_own ? tensor.stride(static_cast<std::uint32_t>(i - added)) : 0;
  }
  count_elements(*made);
  return give(call, made);
}

Status native_tensor_slice(Call& call) {
  const Operand tensor(call, 0);
  const auto axis = axis_of(int_arg(call, 1), tensor.rank());
  if (!axis) return panic(call, axis.error());
  if (!tensor.is(result_kind(call))) return wrong_kind(call);
  const ShapeView shape = tensor.shape();
  const std::int64_t from = int_arg(call, 2), count = int_arg(call, 3), step = int_arg(call, 4);
  const std::int64_t length = shape[*axis];
  std::int64_t last = from;
  const bool overflows =
      count > 1 && (__builtin_mul_overflow(count - 1, step, &last) || __builtin_add_overflow(last, from, &last));
  const bool fits = count >= 0 && !overflows && from >= 0 && from <= length &&
                    (count == 0 || (from < length && last >= 0 && last < length));
  if (!fits) {
    return panic(call, std::to_string(count) + " indices from " + std::to_string(from) + " by " + std::to_string(step) +
                           " are out of bounds along axis " + std::to_string(*axis) + " of a tensor of the shape " +
                           text_of(shape));
  }
  TensorObject* made = make_view(call, tensor, tensor.data(), tensor.rank());
  if (made == nullptr) return Status::NoMemory;
  for (std::uint32_t i = 0; i < tensor.rank(); ++i) {
    made->shape()[i] = i == *axis ? count : shape[i];
    made->strides()[i] = i == *axis ? tensor.stride(i) * step : tensor.stride(i);
  }
  count_elements(*made);
  if (made->count != 0) {
    made->data += from * tensor.stride(*axis) * static_cast<std::int64_t>(element_size(result_kind(call)));
  }
  return give(call, made);
}

Status native_tensor_pick(Call& call) {
  const Operand tensor(call, 0);
  const auto axis = axis_of(int_arg(call, 1), tensor.rank());
  if (!axis) return panic(call, axis.error());
  if (!tensor.is(result_kind(call))) return wrong_kind(call);
  const ShapeView shape = tensor.shape();
  const std::int64_t index = int_arg(call, 2);
  if (index < 0 || index >= shape[*axis]) {
    return panic(call, "the index " + std::to_string(index) + " is out of bounds along axis " + std::to_string(*axis) +
                           " of a tensor of the shape " + text_of(shape));
  }
  TensorObject* made = make_view(call, tensor, tensor.data(), tensor.rank() - 1);
  if (made == nullptr) return Status::NoMemory;
  for (std::uint32_t i = 0, to = 0; i < tensor.rank(); ++i) {
    if (i == *axis) continue;
    made->shape()[to] = shape[i];
    made->strides()[to++] = tensor.stride(i);
  }
  count_elements(*made);
  if (made->count != 0) {
    made->data += index * tensor.stride(*axis) * static_cast<std::int64_t>(element_size(result_kind(call)));
  }
  return give(call, made);
}

}  // namespace noodle::room
