// Elements of one tensor or of another.

#include <bit>

#include "runtime/tensor/walk.h"

namespace noodle::room {

using namespace noodle::tensor;

Status native_tensor_choose(Call& call) {
  const Operand choice(call, 0), a(call, 1), b(call, 2);
  const Kind kind = result_kind(call);
  const auto either = broadcast(a.shape(), b.shape());
  if (!either) return panic(call, either.error());
  const auto shape = broadcast(choice.shape(), *either);
  if (!shape) return panic(call, shape.error());
  const auto made = make_checked(call, *shape);
  if (!made) return made.error();
  TensorObject* out = *made;
  if (out->count == 0) return give(call, out);
  const std::uint32_t size = element_size(kind);
  const ChooseLoop loop = kernels().choose[std::countr_zero(size)];
  std::byte* to = out->data;
  Lookout lookout(call);
  const bool is_done =
      side_by_side({choice, a, b}, *shape)
          .each_run({1, size, size}, [&](std::byte* const(&at)[3], std::int64_t count, const std::int64_t(&steps)[3]) {
            loop(at[0], at[1], at[2], to, count, steps);
            to += count * size;
            return lookout.goes_on(count);
          });
  return give_if(call, is_done, out);
}

}  // namespace noodle::room
