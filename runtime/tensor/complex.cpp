// What is between complex tensors and real ones: parts, and what is put together of them.

#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

template <typename T>
void put_together(const std::byte* re, const std::byte* im, std::byte* to, std::int64_t count, std::int64_t re_step,
                  std::int64_t im_step) {
  const auto *x = reinterpret_cast<const T*>(re), *y = reinterpret_cast<const T*>(im);
  auto* r = reinterpret_cast<T*>(to);
  for (std::int64_t i = 0; i < count; ++i) {
    r[2 * i] = x[i * re_step];
    r[2 * i + 1] = y[i * im_step];
  }
}

// The type of complex numbers or of their parts is another than the native's signature says, which leaves it open.
Status misfit(Call& call, const char* what, Kind kind) {
  return panic(call, std::string(what) + " are not of type " + element_name(kind));
}

}  // namespace

Status native_tensor_component(Call& call) {
  const Operand z(call, 0);
  const Kind kind = result_kind(call);
  call.results[0] = 0;
  if (z.object() == nullptr) return Status::Ok;
  if (!nbc::is_complex(z.kind()) || value::part_kind(z.kind()) != kind) {
    return misfit(call, "the parts of these elements", kind);
  }
  TensorObject* made = make_view(call, z, z.rank());
  if (made == nullptr) return Status::NoMemory;
  for (std::uint32_t axis = 0; axis < z.rank(); ++axis) {
    made->shape()[axis] = z.shape()[axis];
    made->strides()[axis] = 2 * z.stride(axis);
  }
  count_elements(*made);
  if (made->count != 0 && call.args[1] != 0) made->data += element_size(kind);
  return give(call, made);
}

Status native_tensor_compose(Call& call) {
  const Operand re(call, 0), im(call, 1);
  const Kind kind = result_kind(call);
  if (!nbc::is_complex(kind)) return misfit(call, "complex numbers", kind);
  const Kind part = value::part_kind(kind);
  for (const Operand* given : {&re, &im}) {
    if (given->object() != nullptr && given->kind() != part) {
      return misfit(call, "the parts of such complex numbers", given->kind());
    }
  }
  const auto shape = broadcast(re.shape(), im.shape());
  if (!shape) return panic(call, shape.error());
  if (const auto count = count_of(*shape, kind); !count) return panic(call, count.error());
  TensorObject* out = make(call, *shape);
  if (out == nullptr || out->count == 0) return give(call, out);
  std::byte* to = out->data;
  Lookout lookout(call);
  const auto walk = side_by_side({re, im}, *shape);
  const bool is_done = walk.each_run(
      element_size(part), [&](std::byte* const(&at)[2], std::int64_t count, const std::int64_t(&steps)[2]) {
        (part == Kind::F32 ? put_together<float> : put_together<double>)(at[0], at[1], to, count, steps[0], steps[1]);
        to += count * element_size(kind);
        return lookout.goes_on(count);
      });
  return give_if(call, is_done, out);
}

}  // namespace noodle::room
