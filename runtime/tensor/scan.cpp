// Sums and products so far, along an axis.

#include <algorithm>
#include <cstring>

#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// Begins the lines of a result that starts with what nothing comes to.
void begin(Kind kind, bool is_product, std::byte* at) {
  if (!is_product) return std::memset(at, 0, element_size(kind)), void();
  const std::uint8_t truth = 1;
  kernels().cast[static_cast<std::size_t>(Kind::U8)][static_cast<std::size_t>(kind)](&truth, at, 1, 1);
}

// One line along the axis, in parts, so that it can be given up.
bool scan_line(Call& call, ScanLoop loop, const std::byte* from, std::int64_t stride, std::byte* to,
               std::int64_t out_stride, std::int64_t length, std::uint32_t size) {
  for (std::int64_t done = 0; done < length; done += kStretch) {
    loop(from + done * stride * size, to + done * out_stride * size, std::min(kStretch, length - done), stride,
         out_stride, done != 0);
    if (length - done > kStretch && call.host.is_told_to_stop(call)) return false;
  }
  return true;
}

}  // namespace

Status native_tensor_scan(Call& call) {
  const std::int64_t op = int_arg(call, 0);
  const Operand a(call, 1);
  const Kind kind = result_kind(call);
  if (op < 0 || op > 1) return panic(call, "there is no such sum along an axis");
  if (!a.is(kind)) return wrong_kind(call);
  const ScanLoop loop = kernels().scan[op][static_cast<std::size_t>(kind)];
  if (loop == nullptr) return panic(call, std::string("sums are not defined for elements of type ") + name_of(kind));
  const auto axis = axis_of(int_arg(call, 2), a.rank());
  if (!axis) return panic(call, axis.error());
  const std::int64_t first = call.args[3] != 0 ? 1 : 0, length = a.shape()[*axis];
  Shape shape(a.shape().begin(), a.shape().end());
  shape[*axis] += first;
  if (const auto count = count_of(shape, kind); !count) return panic(call, count.error());
  TensorObject* out = make(call, shape);
  if (out == nullptr || out->count == 0) return give(call, out);
  const std::uint32_t size = element_size(kind);
  const std::int64_t out_stride = out->strides()[*axis];
  std::int64_t index[kMostRank] = {};
  std::int64_t from = 0, to = 0, looked = 0;
  for (;;) {
    std::byte* line = out->data + to * size;
    if (first != 0) begin(kind, op == 1, line);
    const bool is_done = length == 0 || scan_line(call, loop, a.data() + from * size, a.stride(*axis),
                                                  line + first * out_stride * size, out_stride, length, size);
    looked += length;
    if (!is_done || (looked >= kStretch && call.host.is_told_to_stop(call))) {
      call.host.release_tensor(call, *out);
      return Status::Interrupted;
    }
    if (looked >= kStretch) looked = 0;
    std::uint32_t at = a.rank();
    for (; at-- > 0;) {
      if (at == *axis) continue;
      from += a.stride(at), to += out->strides()[at];
      if (++index[at] < shape[at]) break;
      from -= shape[at] * a.stride(at), to -= shape[at] * out->strides()[at];
      index[at] = 0;
    }
    if (at == UINT32_MAX) return give(call, out);
  }
}

}  // namespace noodle::room
