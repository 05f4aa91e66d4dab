// What elements along axes come to, by one tree for every processor and number of threads (kernels.h).

#include <algorithm>
#include <cstring>

#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

constexpr const char* kNames[] = {"the sum", "the product", "the least", "the greatest", "any", "all"};
static_assert(std::size(kNames) == kReduceOps);

// The axes that go, as bits.
std::expected<std::uint32_t, std::string> chosen(ShapeView axes, std::uint32_t rank) {
  if (axes.empty()) return rank == 32 ? ~0u : (1u << rank) - 1;
  std::uint32_t bits = 0;
  for (const std::int64_t axis : axes) {
    const auto at = axis_of(axis, rank);
    if (!at) return std::unexpected(at.error());
    if ((bits >> *at & 1) != 0)
      return std::unexpected("the axis " + std::to_string(axis) + " stands twice in " + text_of(axes));
    bits |= 1u << *at;
  }
  return bits;
}

// What nothing comes to; false when nothing has no least and no greatest.
bool nothing(ReduceOp op, Kind kind, std::uint64_t& word) {
  constexpr std::uint64_t kOnes[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 0x3C00, 0x3F80, 0x3F800000, 0x3FF0000000000000};
  word = op == ReduceOp::Product || op == ReduceOp::All ? kOnes[static_cast<std::size_t>(kind)] : 0;
  return op != ReduceOp::Minimum && op != ReduceOp::Maximum;
}

struct Axes {
  // Kept and dropped ones in order, with their strides in elements.
  Shape kept, dropped;
  std::vector<std::int64_t> kept_strides, dropped_strides;

  Axes(const Operand& a, std::uint32_t drop) {
    for (std::uint32_t axis = 0; axis < a.rank(); ++axis) {
      const bool goes = (drop >> axis & 1) != 0;
      (goes ? dropped : kept).push_back(a.shape()[axis]);
      (goes ? dropped_strides : kept_strides).push_back(a.stride(axis));
    }
  }
};

// Steps through indices of a shape; false after the last.
bool step(ShapeView shape, ShapeView strides, std::int64_t* index, std::int64_t& offset) {
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    offset += strides[axis];
    if (++index[axis] < shape[axis]) return true;
    offset -= shape[axis] * strides[axis];
    index[axis] = 0;
  }
  return false;
}

// All of one result's elements: runs along the last dropped axis, then the runs.
void reduce_one(const Axes& axes, ReduceLoop loop, JoinLoop join, const std::byte* data, std::uint32_t size,
                std::byte* out) {
  const std::int64_t length = axes.dropped.back(), stride = axes.dropped_strides.back();
  const ShapeView outer = ShapeView(axes.dropped).first(axes.dropped.size() - 1);
  const ShapeView outer_strides = ShapeView(axes.dropped_strides).first(outer.size());
  std::int64_t index[kMostRank] = {};
  std::int64_t offset = 0;
  loop(data, out, length, stride);
  while (step(outer, outer_strides, index, offset)) {
    std::uint64_t more = 0;
    loop(data + offset * size, &more, length, stride);
    join(&more, out, 1, 1);
  }
}

constexpr std::int64_t kRowPart = 1024;
constexpr std::int64_t kRowsTogether = 64;

// The same for a row of results that lie side by side, as do the elements for each: rows are joined to rows, so many at
// a time that sums stay exact, in parts that stay in the cache.
void reduce_rows(const Axes& axes, JoinLoop join, const std::byte* data, std::int64_t width, std::uint32_t size,
                 std::byte* out) {
  for (std::int64_t begin = 0; begin < width; begin += kRowPart) {
    const std::int64_t count = std::min(kRowPart, width - begin);
    const auto bytes = static_cast<std::size_t>(count) * size;
    alignas(64) std::byte part[kRowPart * sizeof(std::uint64_t)];
    std::byte* to = out + begin * size;
    std::int64_t index[kMostRank] = {};
    std::int64_t offset = begin, rows = 0;
    do {
      const std::byte* row = data + offset * size;
      if (rows % kRowsTogether == 0) {
        if (rows == kRowsTogether) std::memcpy(to, part, bytes);
        if (rows > kRowsTogether) join(part, to, count, 1);
        std::memcpy(part, row, bytes);
      } else {
        join(row, part, count, 1);
      }
      ++rows;
    } while (step(axes.dropped, axes.dropped_strides, index, offset));
    if (rows <= kRowsTogether)
      std::memcpy(to, part, bytes);
    else
      join(part, to, count, 1);
  }
}

// Whether the last axis stays and is walked in order: then whole runs of results are joined at once.
bool goes_by_rows(const Axes& axes) {
  return !axes.kept.empty() && axes.kept.back() > 1 && axes.kept_strides.back() == 1;
}

}  // namespace

Status native_tensor_reduce(Call& call) {
  const std::int64_t op = int_arg(call, 0);
  const Operand a(call, 1);
  const Kind kind = result_kind(call);
  if (op < 0 || op >= kReduceOps) return panic(call, "there is no such reduction of tensors");
  if (!a.is(kind)) return wrong_kind(call);
  const ReduceLoop loop = kernels().reduce[op][static_cast<std::size_t>(kind)];
  const JoinLoop join = kernels().join[op][static_cast<std::size_t>(kind)];
  if (loop == nullptr)
    return panic(call, std::string(kNames[op]) + " is not defined for elements of type " + name_of(kind));
  const auto drop = chosen(list_arg(call, 2), a.rank());
  if (!drop) return panic(call, drop.error());
  Shape shape;
  for (std::uint32_t axis = 0; axis < a.rank(); ++axis) {
    if ((*drop >> axis & 1) == 0)
      shape.push_back(a.shape()[axis]);
    else if (call.args[3] != 0)
      shape.push_back(1);
  }
  if (const auto count = count_of(shape, kind); !count) return panic(call, count.error());
  const Axes axes(a, *drop);
  std::uint64_t word = 0;
  const bool is_empty = std::ranges::find(axes.dropped, 0) != axes.dropped.end();
  if (is_empty && !nothing(ReduceOp(op), kind, word)) {
    return panic(call, std::string(kNames[op]) + " of no elements, in a tensor of the shape " + text_of(a.shape()));
  }
  TensorObject* out = make(call, shape);
  if (out == nullptr) return Status::NoMemory;
  const std::uint32_t size = element_size(kind);
  if (out->count == 0) return give(call, out);
  if (is_empty) {
    for (std::int64_t i = 0; i < out->count; ++i) std::memcpy(out->data + i * size, &word, size);
    return give(call, out);
  }
  const bool by_rows = goes_by_rows(axes) && !axes.dropped.empty();
  const std::int64_t width = by_rows ? axes.kept.back() : 1;
  const ShapeView kept = ShapeView(axes.kept).first(axes.kept.size() - (by_rows ? 1 : 0));
  std::int64_t index[kMostRank] = {};
  std::int64_t offset = 0, looked = 0;
  std::byte* to = out->data;
  do {
    const std::byte* from = a.data() + offset * size;
    if (by_rows) {
      reduce_rows(axes, join, from, width, size, to);
    } else if (axes.dropped.empty()) {
      loop(from, to, 1, 1);
    } else {
      reduce_one(axes, loop, join, from, size, to);
    }
    to += width * size;
    if ((looked += a.count() / out->count * width) >= kStretch) {
      looked = 0;
      if (call.host.is_told_to_stop(call)) {
        call.host.release_tensor(call, *out);
        return Status::Interrupted;
      }
    }
  } while (step(kept, axes.kept_strides, index, offset));
  return give(call, out);
}

}  // namespace noodle::room
