// Sums and products so far, along an axis.

#include <algorithm>
#include <cstring>

#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// One line along the axis, in parts, so that it can be given up.
bool scan_line(Lookout& lookout, ScanLoop loop, const std::byte* from, std::byte* to, const Rows& rows,
               std::uint32_t size) {
  constexpr std::int64_t kPart = Walk<1>::kStretch;
  for (std::int64_t done = 0; done < rows.length; done += kPart) {
    const std::int64_t count = std::min(kPart, rows.length - done);
    loop(from + done * rows.step, to + done * rows.out_step, count, rows.step / size, rows.out_step / size, done != 0);
    if (!lookout.goes_on(count)) return false;
  }
  return true;
}

}  // namespace

Status native_tensor_scan(Call& call) {
  const std::int64_t op = int_arg(call, 0);
  const Operand a(call, 1);
  const Kind kind = result_kind(call);
  if (op < 0 || op > 1) return panic(call, "there is no such sum along an axis");
  const ScanLoop loop = kernels().scan[op][column(kind)];
  if (loop == nullptr)
    return panic(call, std::string("sums are not defined for elements of type ") + element_name(kind));
  const auto axis = axis_of(int_arg(call, 2), a.rank());
  if (!axis) return panic(call, axis.error());
  const std::int64_t first = call.args[3] != 0 ? 1 : 0;
  Shape shape(a.shape().begin(), a.shape().end());
  shape[*axis] += first;
  const auto made = make_checked(call, shape);
  if (!made) return made.error();
  TensorObject* out = *made;
  if (out->count == 0) return give(call, out);
  const std::uint32_t size = element_size(kind);
  const Rows rows(a, *axis, Operand(out));
  const Word nothing = op == 1 ? one(kind) : Word{};
  Lookout lookout(call);
  const bool is_done = rows.each(a, Operand(out), [&](const std::byte* from, std::byte* to) {
    if (first != 0) std::memcpy(to, &nothing, size);
    return scan_line(lookout, loop, from, to + first * rows.out_step, rows, size);
  });
  return give_if(call, is_done, out);
}

}  // namespace noodle::room
