// Rows put together by which segment each is in.

#include <cstring>

#include "runtime/tensor/own.h"
#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// Joins each row to those of its segment; gives false when it is told to stop.
bool join_rows(Call& call, JoinLoop join, const Operand& x, const Operand& ids, std::int64_t row, std::uint32_t size,
               std::span<bool> has_rows, std::byte* out) {
  const auto* segments = reinterpret_cast<const std::int64_t*>(ids.data());
  const std::int64_t bytes = row * size;
  Lookout lookout(call);
  for (std::int64_t i = 0; i < ids.count(); ++i) {
    const std::int64_t segment = segments[i * ids.stride(0)];
    const std::byte* from = x.data() + i * bytes;
    std::byte* to = out + segment * bytes;
    if (std::exchange(has_rows[static_cast<std::size_t>(segment)], true))
      join(from, to, row, 1);
    else
      std::memcpy(to, from, static_cast<std::size_t>(bytes));
    if (!lookout.goes_on(row)) return false;
  }
  return true;
}

// Why rows and segments don't fit together; empty when they do.
std::string misfit(const Operand& x, const Operand& ids, std::int64_t count) {
  if (x.rank() == 0 || ids.rank() != 1 || ids.count() != x.shape()[0]) {
    return "segments of the shape " + text_of(ids.shape()) + " for the rows of a tensor of the shape " +
           text_of(x.shape()) + ": each row needs one";
  }
  const auto* segments = reinterpret_cast<const std::int64_t*>(ids.data());
  for (std::int64_t i = 0; i < ids.count(); ++i) {
    const std::int64_t segment = segments[i * ids.stride(0)];
    if (segment < 0 || segment >= count) {
      return "row " + std::to_string(i) + " is in segment " + std::to_string(segment) + " of " + std::to_string(count);
    }
  }
  return {};
}

}  // namespace

Status native_tensor_segments(Call& call) {
  const std::int64_t op = int_arg(call, 0), count = int_arg(call, 3);
  const Operand x(call, 1), ids(call, 2);
  const Kind kind = result_kind(call);
  if (op < 0 || op >= kReduceOps) return panic(call, "there is no such operation on rows");
  const JoinLoop join = kernels().join[op][column(kind)];
  if (join == nullptr) return undefined(call, "putting rows together so", kind);
  if (const std::string wrong = misfit(x, ids, count); !wrong.empty()) return panic(call, wrong);
  Shape shape(x.shape().begin(), x.shape().end());
  shape[0] = count;
  const auto all = count_of(shape, kind);
  if (!all) return panic(call, all.error());
  const std::uint32_t size = element_size(kind);
  const Scratch<bool> has_rows(call, count);
  if (!has_rows.has_memory()) return Status::NoMemory;
  std::ranges::fill(has_rows.items(), false);
  const Readable rows(call, x);
  Fresh out(call, make(call, shape));
  if (!rows.has_memory() || !out.has_memory()) return Status::NoMemory;
  if (*all == 0) return out.give();
  const std::int64_t row = *all / count;
  if (!join_rows(call, join, *rows, ids, row, size, has_rows.items(), out.data<std::byte>()))
    return Status::Interrupted;
  const UnaryLoop cast = kernels().cast[column(kind)][column(kind)];
  const Word empty = element_arg(call, 4, kind);
  for (std::int64_t segment = 0; segment < count; ++segment) {
    if (!has_rows.items()[static_cast<std::size_t>(segment)])
      cast(&empty, out.data<std::byte>() + segment * row * size, row, 0);
  }
  return out.give();
}

}  // namespace noodle::room
