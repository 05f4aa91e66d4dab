// Making tensors, and reading them back.

#include <cstring>

#include "runtime/tensor/operand.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// Where the element with these indices lies; an error names what is wrong.
std::expected<std::byte*, std::string> place_of(const Operand& tensor, ShapeView indices) {
  const ShapeView shape = tensor.shape();
  if (indices.size() != shape.size()) {
    return std::unexpected(std::to_string(indices.size()) + " indices into a tensor of the shape " + text_of(shape));
  }
  std::int64_t offset = 0;
  for (std::uint32_t axis = 0; axis < shape.size(); ++axis) {
    if (indices[axis] < 0 || indices[axis] >= shape[axis]) {
      return std::unexpected(no_index(indices[axis], axis, shape));
    }
    offset += indices[axis] * tensor.stride(axis);
  }
  return tensor.data() + offset * element_size(tensor.kind());
}

template <typename T>
void fill(std::byte* at, std::int64_t count, const Word& word) {
  T element;
  std::memcpy(&element, &word, sizeof element);
  std::fill_n(reinterpret_cast<T*>(at), count, element);
}

void store(Kind kind, std::byte* at, const Word& word) { std::memcpy(at, &word, element_size(kind)); }

// start + i * step; floats in f64, rounded once.
void fill_range(TensorObject& tensor, Kind kind, std::uint64_t start, std::uint64_t step) {
  const auto k = column(kind);
  constexpr auto f64 = static_cast<std::size_t>(Kind::F64);
  const auto size = static_cast<std::uint8_t>(element_size(kind));
  double from = 0, by = 0;
  kernels().cast[k][f64](&start, &from, 1, 1);
  kernels().cast[k][f64](&step, &by, 1, 1);
  for (std::int64_t i = 0; i < tensor.count; ++i) {
    std::byte* to = tensor.data + i * size;
    if (nbc::is_float(kind)) {
      const double at = from + static_cast<double>(i) * by;
      kernels().cast[f64][k](&at, to, 1, 1);
    } else {
      value::store_scalar(size, to, start + static_cast<std::uint64_t>(i) * step);
    }
  }
}

}  // namespace

Status native_tensor_from_list(Call& call) {
  const auto* list = reinterpret_cast<const memory::ArrayObject*>(call.args[0]);
  const ShapeView shape = list_arg(call, 1);
  const Kind kind = result_kind(call);
  const auto count = count_of(shape, kind);
  if (!count) return panic(call, count.error());
  const std::uint64_t length = list == nullptr ? 0 : list->length;
  if (length != static_cast<std::uint64_t>(*count)) {
    return panic(call, "a list of " + std::to_string(length) + " elements for a tensor of the shape " + text_of(shape) +
                           ", which has " + std::to_string(*count));
  }
  if (lasts(call, *count)) return Status::Lasts;
  TensorObject* tensor = make(call, shape);
  if (tensor != nullptr && length != 0) std::memcpy(tensor->data, list->data(), length * element_size(kind));
  return give(call, tensor);
}

Status native_tensor_to_list(Call& call) {
  const Operand tensor(call, 0);
  const TypeInfo& type = *call.result_types[0];
  std::uint64_t list = 0;
  const auto count = static_cast<std::uint64_t>(tensor.count());
  if (lasts(call, tensor.count())) return Status::Lasts;
  call.results[0] = 0;
  if (count == 0) return Status::Ok;
  if (!call.host.list_reserve(call, type, &list, count)) return Status::NoMemory;
  auto* array = reinterpret_cast<memory::ArrayObject*>(list);
  copy_elements(tensor, array->data());
  array->length = count;
  call.results[0] = list;
  return Status::Ok;
}

Status native_tensor_filled(Call& call) {
  const ShapeView shape = list_arg(call, 0);
  const Kind kind = result_kind(call);
  const auto count = count_of(shape, kind);
  if (!count) return panic(call, count.error());
  if (lasts(call, *count)) return Status::Lasts;
  TensorObject* tensor = make(call, shape);
  if (tensor == nullptr) return Status::NoMemory;
  const Word word = element_arg(call, 1, kind);
  switch (element_size(kind)) {
    case 1: fill<std::uint8_t>(tensor->data, tensor->count, word); break;
    case 2: fill<std::uint16_t>(tensor->data, tensor->count, word); break;
    case 4: fill<std::uint32_t>(tensor->data, tensor->count, word); break;
    case 8: fill<std::uint64_t>(tensor->data, tensor->count, word); break;
    default: fill<Word>(tensor->data, tensor->count, word); break;
  }
  return give(call, tensor);
}

Status native_tensor_range(Call& call) {
  const std::int64_t length[] = {int_arg(call, 2)};
  const Kind kind = result_kind(call);
  if (nbc::is_complex(kind)) return undefined(call, "a range", kind);
  const auto made = make_checked(call, length);
  if (!made) return made.error();
  fill_range(**made, kind, call.args[0], call.args[1]);
  return give(call, *made);
}

Status native_tensor_shape(Call& call) { return give_ints(call, Operand(call, 0).shape()); }

Status native_tensor_count(Call& call) { return give_int(call, Operand(call, 0).count()); }

Status native_tensor_get(Call& call) {
  const Operand tensor(call, 0);
  const Kind kind = tensor.kind();
  const auto place = place_of(tensor, list_arg(call, 1));
  if (!place) return panic(call, place.error());
  if (nbc::is_complex(kind)) {
    const Kind part = value::part_kind(kind);
    call.results[0] = value::load_scalar(part, *place);
    call.results[1] = value::load_scalar(part, *place + element_size(part));
  } else {
    call.results[0] = value::load_scalar(kind, *place);
  }
  return Status::Ok;
}

Status native_tensor_set(Call& call) {
  const Operand tensor(call, 0);
  const Kind kind = result_kind(call);
  const auto place = place_of(tensor, list_arg(call, 1));
  if (!place) return panic(call, place.error());
  if (tensor.is_only_one()) {
    store(kind, *place, element_arg(call, 2, kind));
    return give(call, tensor.object());
  }
  if (lasts(call, tensor.count())) return Status::Lasts;
  TensorObject* copy = copied(call, tensor);
  if (copy == nullptr) return Status::NoMemory;
  const auto own = place_of(Operand(copy), list_arg(call, 1));
  store(kind, *own, element_arg(call, 2, kind));
  release(call, tensor);
  return give(call, copy);
}

}  // namespace noodle::room
