#include "runtime/tensor/operand.h"

#include <algorithm>
#include <cstring>

namespace noodle::tensor {

namespace {

std::string out_of_bounds(const std::string& what, std::uint32_t axis, ShapeView shape) {
  return what + " out of bounds along axis " + std::to_string(axis) + " of a tensor of the shape " + text_of(shape);
}

}  // namespace

Kind result_kind(const Call& call, std::size_t result) {
  const TypeInfo& type = *call.result_types[result];
  return type.element == nullptr ? type.kind : element_kind(*type.element);
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

std::expected<std::uint32_t, std::string> axes_of(ShapeView axes, std::uint32_t rank) {
  std::uint32_t bits = 0;
  for (const std::int64_t axis : axes) {
    const auto at = axis_of(axis, rank);
    if (!at) return at;
    if ((bits >> *at & 1) != 0) {
      return std::unexpected("the axis " + std::to_string(axis) + " stands twice in " + text_of(axes));
    }
    bits |= 1u << *at;
  }
  return bits;
}

std::string no_index(std::int64_t index, std::uint32_t axis, ShapeView shape) {
  return out_of_bounds("the index " + std::to_string(index) + " is", axis, shape);
}

std::optional<std::string> wrong_slice(const Slice& slice, std::uint32_t axis, ShapeView shape) {
  const auto [from, count, step] = slice;
  const std::int64_t length = shape[axis];
  std::int64_t last = 0;
  if (count == 0 && from >= 0 && from <= length) return {};
  const bool overflows =
      count > 0 && (__builtin_mul_overflow(count - 1, step, &last) || __builtin_add_overflow(last, from, &last));
  if (count > 0 && !overflows && from >= 0 && from < length && last >= 0 && last < length) return {};
  return out_of_bounds(
      std::to_string(count) + " indices from " + std::to_string(from) + " by " + std::to_string(step) + " are", axis,
      shape);
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

CommonShape::CommonShape(const Operand& a, const Operand& b, Kind kind) {
  if (a.rank() == 0 || b.rank() == 0 || is_same(a.shape(), b.shape())) {
    const Operand& whole = a.rank() == 0 ? b : a;
    shape_ = whole.shape();
    count_ = whole.count();
    return;
  }
  auto both = broadcast(a.shape(), b.shape());
  if (!both) {
    error_ = std::move(both).error();
    return;
  }
  const auto count = count_of(*both, kind);
  if (!count) {
    error_ = count.error();
    return;
  }
  room_ = *std::move(both);
  shape_ = room_;
  count_ = *count;
}

// Where one length is 0, the product of the others may be anything.
std::int64_t product(ShapeView shape) {
  std::uint64_t count = 1;
  for (const std::int64_t length : shape) count *= static_cast<std::uint64_t>(length);
  return static_cast<std::int64_t>(count);
}

void set_shape(TensorObject& tensor, ShapeView shape) {
  std::uint64_t step = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    tensor.shape()[axis] = shape[axis];
    tensor.strides()[axis] = static_cast<std::int64_t>(step);
    step *= static_cast<std::uint64_t>(std::max<std::int64_t>(shape[axis], 1));
  }
  tensor.count = product(shape);
}

void count_elements(TensorObject& tensor) { tensor.count = product({tensor.shape(), tensor.rank}); }

TensorObject* make(Call& call, ShapeView shape, std::size_t result) {
  const TypeInfo& type = *call.result_types[result];
  TensorObject* tensor = call.host.make_tensor(
      call, type, static_cast<std::uint32_t>(shape.size()),
      static_cast<std::uint64_t>(product(shape)) * element_size(element_kind(*type.element)), nullptr);
  if (tensor != nullptr) set_shape(*tensor, shape);
  return tensor;
}

TensorObject* make_like(Call& call, const TensorObject& other) {
  const TypeInfo& type = *call.result_types[0];
  TensorObject* tensor = call.host.make_tensor(
      call, type, other.rank, static_cast<std::uint64_t>(other.count) * element_size(element_kind(*type.element)),
      nullptr);
  if (tensor == nullptr) return nullptr;
  if (other.owner != nullptr) {
    set_shape(*tensor, {other.shape(), other.rank});
    return tensor;
  }
  // What holds its own elements has the strides as well.
  std::memcpy(tensor->shape(), other.shape(), 2 * sizeof(std::int64_t) * other.rank);
  tensor->count = other.count;
  return tensor;
}

std::expected<TensorObject*, Status> make_checked(Call& call, ShapeView shape, std::size_t result) {
  if (const auto count = count_of(shape, result_kind(call, result)); !count) {
    return std::unexpected(room::panic(call, count.error()));
  }
  TensorObject* tensor = make(call, shape, result);
  if (tensor == nullptr) return std::unexpected(Status::NoMemory);
  return tensor;
}

TensorObject* make_view(Call& call, const Operand& of, std::uint32_t rank) {
  TensorObject* shown = of.object();
  memory::Object* owner = shown == nullptr ? nullptr : shown->owner != nullptr ? shown->owner : &shown->header;
  TensorObject* tensor = call.host.make_tensor(call, *call.result_types[0], rank, 0, owner);
  if (tensor != nullptr && shown != nullptr) tensor->data = shown->data;
  return tensor;
}

void copy_elements(const Operand& tensor, std::byte* to) {
  if (tensor.count() == 0) return;
  const std::size_t kind = column(tensor.kind());
  const UnaryLoop loop = kernels().cast[kind][kind];
  value::for_each_run(*tensor.object(), [&](const std::byte* from, std::int64_t count, std::int64_t stride) {
    loop(from, to, count, stride);
    to += count * element_size(tensor.kind());
    return true;
  });
}

TensorObject* copied(Call& call, const Operand& tensor, std::optional<std::uint32_t> rank) {
  TensorObject* copy =
      call.host.make_tensor(call, *call.result_types[0], rank.value_or(tensor.rank()),
                            static_cast<std::uint64_t>(tensor.count()) * element_size(tensor.kind()), nullptr);
  if (copy == nullptr) return nullptr;
  if (!rank) set_shape(*copy, tensor.shape());
  copy_elements(tensor, copy->data);
  return copy;
}

Status give_if(Call& call, Status status, TensorObject* tensor) {
  if (status == Status::Ok) return give(call, tensor);
  call.host.release_tensor(call, *tensor);
  return status;
}

Status undefined(Call& call, const char* what, Kind kind) {
  return room::panic(call, std::string(what) + " is not defined for elements of type " + element_name(kind));
}

Word one(Kind kind) {
  const std::uint8_t truth = 1;
  Word word;
  kernels().cast[static_cast<std::size_t>(Kind::U8)][column(kind)](&truth, &word, 1, 1);
  return word;
}

Word element_arg(const Call& call, std::size_t slot, Kind kind) {
  if (kind != Kind::Complex64) return {{call.args[slot], kind == Kind::Complex128 ? call.args[slot + 1] : 0}};
  return {{(call.args[slot] & 0xFFFF'FFFF) | call.args[slot + 1] << 32, 0}};
}

}  // namespace noodle::tensor
