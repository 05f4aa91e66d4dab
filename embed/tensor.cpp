#include "embed/tensor.h"

#include <algorithm>
#include <cstdlib>

#include "embed/kinds.h"
#include "embed/program.h"
#include "embed/report.h"
#include "runtime/vm/handles.h"

namespace noodle::embed {

namespace {

using memory::HandleObject;
using memory::TensorObject;

constexpr std::int64_t kMostBytes = std::int64_t{1} << 46;

/// What keeps foreign memory: tensors over it have this as their owner, and so are never written in place.
struct ForeignHandle {
  HandleObject handle;
  Core& core;
  Foreign foreign;
};

constexpr HandleObject::Kind kForeignKind{
    .name = "foreign memory",
    .children = [](HandleObject*, void*, void (*)(void*, Object*)) -> std::int64_t { return 0; },
    .dispose =
        [](HandleObject* handle) {
          auto* foreign = reinterpret_cast<ForeignHandle*>(handle);
          foreign->core.give_back(foreign->foreign);
          delete foreign;
        },
};

std::string at_axis(std::int64_t axis) { return " along axis " + std::to_string(axis); }

/// Strides, and how many elements there are.
struct Layout {
  std::int64_t count = 1;
  std::int64_t strides[TensorObject::kMostRank] = {};
};

std::expected<Layout, std::string> lay_out(const ForeignElements& from, std::int64_t size) {
  Layout layout;
  std::int64_t reach = 1, step = 1;  // elements from the first to the last in memory, at most
  for (std::int64_t axis = from.rank; axis-- > 0;) {
    const std::int64_t length = from.shape[axis];
    if (length < 0) return std::unexpected("the length " + std::to_string(length) + at_axis(axis) + " is negative");
    layout.strides[axis] = from.strides == nullptr ? step : from.strides[axis];
    step *= std::max<std::int64_t>(length, 1);
    std::int64_t along = 0;
    if (__builtin_mul_overflow(layout.count, length, &layout.count) ||
        __builtin_mul_overflow(std::max<std::int64_t>(length - 1, 0), layout.strides[axis], &along) ||
        __builtin_add_overflow(reach, along < 0 ? -along : along, &reach) || reach > kMostBytes / size ||
        layout.count > kMostBytes / size || step > kMostBytes / size) {
      return std::unexpected("a tensor has at most " + std::to_string(kMostBytes) + " bytes, which this one passes" +
                             at_axis(axis));
    }
  }
  return layout;
}

std::expected<void, std::string> check(const ForeignElements& from) {
  if (!element_of(from.kind)) return std::unexpected("elements can't be of " + kind_name(from.kind));
  if (from.rank < 0 || from.rank > TensorObject::kMostRank) {
    return std::unexpected("a tensor has from 0 to 32 axes, not " + std::to_string(from.rank));
  }
  if (from.rank > 0 && from.shape == nullptr) return std::unexpected("the tensor has axes, but its shape is NULL");
  return {};
}

// A bool of another value than 0 and 1 would be both true and false.
std::expected<void, std::string> check_bools(const TensorObject& tensor) {
  const std::byte* bad = nullptr;
  value::for_each_run(tensor, [&](const std::byte* at, std::int64_t count, std::int64_t stride) {
    for (std::int64_t i = 0; i < count; ++i, at += stride) {
      if (*at > std::byte{1}) bad = at;
    }
    return bad == nullptr;
  });
  if (bad == nullptr) return {};
  return std::unexpected("the element " + std::to_string(bad - tensor.data) + " bytes from the first is no bool, but " +
                         std::to_string(static_cast<int>(*bad)));
}

/// The tensor, of whose end nobody is told yet; null when there is no memory. The machine is held.
TensorObject* make_object(Core& core, const ForeignElements& from, const Layout& layout) {
  auto* handle = new ForeignHandle{.handle = {.header = {}, .kind = &kForeignKind}, .core = core, .foreign = {}};
  vm::adopt(core.account(), handle->handle);
  const auto rank = static_cast<std::uint32_t>(from.rank);
  TensorObject* tensor =
      value::make_tensor(core.account(), core.tensor_type(*element_of(from.kind)), rank, 0, &handle->handle.header);
  if (tensor != nullptr) {
    tensor->count = layout.count;
    if (layout.count != 0) tensor->data = static_cast<std::byte*>(const_cast<void*>(from.data));
    std::copy_n(from.shape, rank, tensor->shape());
    std::copy_n(layout.strides, rank, tensor->strides());
  }
  memory::release(core.account(), &handle->handle.header);
  return tensor;
}

}  // namespace

noodle_tensor* wrap(Core& core, TensorObject* object, Kind kind) {
  core.hold();
  return new noodle_tensor{.holders = 1, .core = core, .object = object, .kind = kind_of(kind)};
}

std::expected<noodle_tensor*, std::string> over(Core& core, const ForeignElements& from, Foreign owner) {
  if (const auto right = check(from); !right) return std::unexpected(right.error());
  const Kind kind = *element_of(from.kind);
  const std::uint32_t size = value::element_size(kind);
  const std::uint32_t alignment = nbc::is_complex(kind) ? size / 2 : size;
  const auto layout = lay_out(from, size);
  if (!layout) return std::unexpected(layout.error());
  if (layout->count != 0 && from.data == nullptr)
    return std::unexpected("the tensor has elements, but its data is NULL");
  if (layout->count != 0 && reinterpret_cast<std::uintptr_t>(from.data) % alignment != 0) {
    return std::unexpected("the data are not aligned to elements of " + std::to_string(alignment) +
                           " bytes; copy them");
  }
  const Inside inside(core);
  TensorObject* tensor = make_object(core, from, *layout);
  if (tensor == nullptr) return std::unexpected("there is no memory for a tensor; raise `memory_limit`");
  if (kind == Kind::Bool) {
    if (const auto right = check_bools(*tensor); !right) {
      memory::release(core.account(), &tensor->header);
      return std::unexpected(right.error());
    }
  }
  reinterpret_cast<ForeignHandle*>(tensor->owner)->foreign = owner;
  return wrap(core, tensor, kind);
}

noodle_status finish(const std::expected<noodle_tensor*, std::string>& made, noodle_tensor** tensor, char** error) {
  if (!made) return fail(error, NOODLE_USAGE, made.error());
  *tensor = *made;
  return done(error);
}

}  // namespace noodle::embed

using namespace noodle;
using namespace noodle::embed;

extern "C" {

void noodle_tensor_look(const noodle_tensor* tensor, noodle_tensor_info* info) {
  const auto shape = value::tensor_shape(tensor->object);
  static constexpr std::int64_t kStep[] = {1};
  *info = {.data = tensor->object == nullptr ? nullptr : tensor->object->data,
           .kind = tensor->kind,
           .rank = static_cast<std::int32_t>(shape.size()),
           .count = tensor->object == nullptr ? 0 : tensor->object->count,
           .shape = shape.data(),
           .strides = tensor->object == nullptr ? kStep : tensor->object->strides()};
}

void noodle_tensor_retain(noodle_tensor* tensor) { tensor->holders.fetch_add(1, std::memory_order_relaxed); }

void noodle_tensor_release(noodle_tensor* tensor) {
  if (tensor == nullptr || tensor->holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (tensor->object != nullptr) tensor->core.drop(&tensor->object->header);
  tensor->core.let_go();
  delete tensor;
}

noodle_status noodle_tensor_over(noodle_runtime* runtime, std::int32_t kind, std::int32_t rank,
                                 const std::int64_t* shape, const std::int64_t* strides, const void* data,
                                 void (*done)(void*), void* context, noodle_tensor** tensor, char** error) {
  if (runtime == nullptr || tensor == nullptr) return fail(error, NOODLE_USAGE, kNull);
  const ForeignElements elements{.kind = kind, .rank = rank, .shape = shape, .strides = strides, .data = data};
  return finish(over(runtime->core, elements, {.done = done, .context = context}), tensor, error);
}

}  // extern "C"
