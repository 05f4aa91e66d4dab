#include "runtime/tensor/operand.h"

#include <algorithm>

#include "runtime/tensor/walk.h"

namespace noodle::tensor {

Kind result_kind(const Call& call, std::size_t result) {
  const TypeInfo& type = *call.result_types[result];
  return type.element == nullptr ? type.kind : type.element->kind;
}

bool Operand::is_only_one() const {
  if (object_ == nullptr || object_->owner != nullptr) return false;
  const std::int32_t count = __atomic_load_n(&object_->header.count, __ATOMIC_ACQUIRE);
  return count == 1 || count == -1;
}

ShapeView list_arg(const Call& call, std::size_t slot) {
  if (call.args[slot] == 0) return {};
  const auto* list = reinterpret_cast<const memory::ArrayObject*>(call.args[slot]);
  return {reinterpret_cast<const std::int64_t*>(list->data()), list->length};
}

std::string text_of(ShapeView shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

const char* name_of(Kind kind) {
  constexpr const char* kNames[] = {"Bool", "i8",  "i16", "i32",  "Int", "u8",   "u16",
                                    "u32",  "u64", "f16", "bf16", "f32", "Float"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::expected<std::int64_t, std::string> count_of(ShapeView shape, Kind kind) {
  if (shape.size() > kMostRank) {
    return std::unexpected("a tensor of " + std::to_string(shape.size()) + " axes; the most are " +
                           std::to_string(kMostRank));
  }
  bool is_empty = false;
  for (const std::int64_t length : shape) {
    if (length < 0) return std::unexpected("a negative length in the shape " + text_of(shape));
    is_empty = is_empty || length == 0;
  }
  if (is_empty) return 0;
  std::int64_t count = 1;
  for (const std::int64_t length : shape) {
    if (__builtin_mul_overflow(count, length, &count) || count > kMostBytes / element_size(kind)) {
      return std::unexpected("a tensor of the shape " + text_of(shape) + " would be too large");
    }
  }
  return count;
}

std::expected<std::uint32_t, std::string> axis_of(std::int64_t axis, std::uint32_t rank) {
  const std::int64_t from_front = axis < 0 ? axis + rank : axis;
  if (from_front >= 0 && from_front < rank) return static_cast<std::uint32_t>(from_front);
  return std::unexpected("there is no axis " + std::to_string(axis) + " in a tensor of " + std::to_string(rank) +
                         (rank == 1 ? " axis" : " axes"));
}

std::expected<Shape, std::string> broadcast(ShapeView a, ShapeView b) {
  Shape both(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < both.size(); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) {
      return std::unexpected("the shapes " + text_of(a) + " and " + text_of(b) + " don't go together: lengths " +
                             std::to_string(x) + " and " + std::to_string(y) +
                             " of one axis must be equal, or one of them 1");
    }
    both[both.size() - 1 - i] = x == 1 ? y : x;
  }
  return both;
}

void set_shape(TensorObject& tensor, ShapeView shape) {
  std::int64_t step = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    tensor.shape()[axis] = shape[axis];
    tensor.strides()[axis] = step;
    step *= std::max<std::int64_t>(shape[axis], 1);
  }
  count_elements(tensor);
}

void count_elements(TensorObject& tensor) {
  tensor.count = 1;
  for (std::uint32_t axis = 0; axis < tensor.rank; ++axis) tensor.count *= tensor.shape()[axis];
}

TensorObject* make(Call& call, ShapeView shape, std::size_t result) {
  const TypeInfo& type = *call.result_types[result];
  std::uint64_t count = 1;
  for (const std::int64_t length : shape) count *= static_cast<std::uint64_t>(length);
  TensorObject* tensor = call.host.make_tensor(call, type, static_cast<std::uint32_t>(shape.size()),
                                               count * element_size(type.element->kind), nullptr);
  if (tensor != nullptr) set_shape(*tensor, shape);
  return tensor;
}

TensorObject* make_view(Call& call, const Operand& of, std::byte* data, std::uint32_t rank) {
  TensorObject* shown = of.object();
  memory::Object* owner = shown == nullptr ? nullptr : shown->owner != nullptr ? shown->owner : &shown->header;
  TensorObject* tensor = call.host.make_tensor(call, *call.result_types[0], rank, 0, owner);
  if (tensor != nullptr && data != nullptr) tensor->data = data;
  return tensor;
}

TensorObject* copied(Call& call, const Operand& tensor, std::optional<std::uint32_t> rank) {
  const Kind kind = result_kind(call);
  const std::uint32_t size = element_size(kind);
  TensorObject* copy = call.host.make_tensor(call, *call.result_types[0], rank.value_or(tensor.rank()),
                                             static_cast<std::uint64_t>(tensor.count()) * size, nullptr);
  if (copy == nullptr) return nullptr;
  if (!rank) set_shape(*copy, tensor.shape());
  if (tensor.count() == 0) return copy;
  const UnaryLoop loop = kernels().cast[static_cast<std::size_t>(kind)][static_cast<std::size_t>(kind)];
  std::byte* to = copy->data;
  Walk<1>({tensor}, tensor.shape())
      .each_run(size, [&](std::byte* const(&at)[1], std::int64_t count, const std::int64_t(&steps)[1]) {
        loop(at[0], to, count, steps[0]);
        to += count * size;
        return true;
      });
  return copy;
}

void release(Call& call, const Operand& operand) {
  if (operand.object() != nullptr) call.host.release_tensor(call, *operand.object());
}

Status wrong_kind(Call& call) { return room::panic(call, "a tensor with elements of another kind than its type's"); }

}  // namespace noodle::tensor
