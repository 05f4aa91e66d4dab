#include "embed/dlpack.h"

#include <optional>
#include <utility>
#include <vector>

#include "embed/kinds.h"
#include "embed/program.h"
#include "embed/report.h"
#include "embed/tensor.h"

namespace noodle::embed {

namespace {

struct Element {
  noodle_kind kind;
  DLDataType type;
};
constexpr Element kElements[] = {
    {NOODLE_BOOL, {kBool, 8, 1}},
    {NOODLE_I8, {kInt, 8, 1}},
    {NOODLE_I16, {kInt, 16, 1}},
    {NOODLE_I32, {kInt, 32, 1}},
    {NOODLE_I64, {kInt, 64, 1}},
    {NOODLE_U8, {kUInt, 8, 1}},
    {NOODLE_U16, {kUInt, 16, 1}},
    {NOODLE_U32, {kUInt, 32, 1}},
    {NOODLE_U64, {kUInt, 64, 1}},
    {NOODLE_F16, {kFloat, 16, 1}},
    {NOODLE_BF16, {kBrainFloat, 16, 1}},
    {NOODLE_F32, {kFloat, 32, 1}},
    {NOODLE_F64, {kFloat, 64, 1}},
    {NOODLE_COMPLEX64, {kComplex, 64, 1}},
    {NOODLE_COMPLEX128, {kComplex, 128, 1}},
};

std::optional<noodle_kind> kind_of(DLDataType type) {
  for (const Element& element : kElements) {
    if (element.type.code == type.code && element.type.bits == type.bits && element.type.lanes == type.lanes) {
      return element.kind;
    }
  }
  return std::nullopt;
}

DLDataType type_of(std::int32_t kind) {
  for (const Element& element : kElements) {
    if (element.kind == kind) return element.type;
  }
  std::unreachable();  // there are all that tensors have
}

std::expected<noodle_tensor*, std::string> import(Core& core, const DLTensor& from, Foreign owner) {
  if (from.device.type != kProcessor && from.device.type != kPinned) {
    return std::unexpected("the tensor is in memory of device type " + std::to_string(from.device.type) +
                           ", which the processor does not see; move it to the processor first");
  }
  const auto kind = kind_of(from.dtype);
  if (!kind) {
    return std::unexpected("there is no element type for DLPack's code " + std::to_string(from.dtype.code) + " with " +
                           std::to_string(from.dtype.bits) + " bits and " + std::to_string(from.dtype.lanes) +
                           " lanes; cast the tensor first");
  }
  const void* data = from.data == nullptr ? nullptr : static_cast<const std::byte*>(from.data) + from.byte_offset;
  return over(core, {.kind = *kind, .rank = from.rank, .shape = from.shape, .strides = from.strides, .data = data},
              owner);
}

template <typename Managed>
noodle_status take(noodle_runtime* runtime, Managed* from, noodle_tensor** tensor, char** error) {
  if (runtime == nullptr || from == nullptr || tensor == nullptr) return fail(error, NOODLE_USAGE, kNull);
  const auto done = [](void* context) {
    auto* managed = static_cast<Managed*>(context);
    if (managed->deleter != nullptr) managed->deleter(managed);
  };
  return finish(import(runtime->core, from->tensor, {.done = done, .context = from}), tensor, error);
}

/// What is given, with what its pointers lead to.
template <typename Managed>
struct Given {
  Managed managed{};
  noodle_tensor* tensor;
  std::vector<std::int64_t> shape, strides;
};

template <typename Managed>
Managed* give(noodle_tensor* tensor) {
  noodle_tensor_retain(tensor);
  noodle_tensor_info info;
  noodle_tensor_look(tensor, &info);
  auto* given = new Given<Managed>{.tensor = tensor,
                                   .shape = {info.shape, info.shape + info.rank},
                                   .strides = {info.strides, info.strides + info.rank}};
  given->managed.context = given;
  given->managed.deleter = [](Managed* self) {
    auto* given = static_cast<Given<Managed>*>(self->context);
    noodle_tensor_release(given->tensor);
    delete given;
  };
  given->managed.tensor = {.data = const_cast<void*>(info.data),
                           .device = {.type = kProcessor, .id = 0},
                           .rank = info.rank,
                           .dtype = type_of(info.kind),
                           .shape = given->shape.data(),
                           .strides = given->strides.data(),
                           .byte_offset = 0};
  return &given->managed;
}

}  // namespace

}  // namespace noodle::embed

using namespace noodle::embed;

extern "C" {

noodle_status noodle_tensor_from_dlpack(noodle_runtime* runtime, DLManagedTensor* from, noodle_tensor** tensor,
                                        char** error) {
  return take(runtime, from, tensor, error);
}

noodle_status noodle_tensor_from_dlpack_versioned(noodle_runtime* runtime, DLManagedTensorVersioned* from,
                                                  noodle_tensor** tensor, char** error) {
  if (from != nullptr && from->version.major != kDLPackMajor) {
    return fail(
        error, NOODLE_USAGE,
        "the tensor is in DLPack's version " + std::to_string(from->version.major) + ", not 1; ask for that one");
  }
  return take(runtime, from, tensor, error);
}

noodle_status noodle_tensor_to_dlpack(noodle_tensor* tensor, DLManagedTensor** to, char** error) {
  if (tensor == nullptr || to == nullptr) return fail(error, NOODLE_USAGE, kNull);
  *to = give<DLManagedTensor>(tensor);
  return done(error);
}

noodle_status noodle_tensor_to_dlpack_versioned(noodle_tensor* tensor, DLManagedTensorVersioned** to, char** error) {
  if (tensor == nullptr || to == nullptr) return fail(error, NOODLE_USAGE, kNull);
  *to = give<DLManagedTensorVersioned>(tensor);
  (*to)->version = {.major = kDLPackMajor, .minor = kDLPackMinor};
  (*to)->flags = kReadOnly;
  return done(error);
}

}  // extern "C"
