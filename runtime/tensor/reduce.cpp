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
  return axes_of(axes, rank);
}

// What nothing comes to; it has no least and no greatest.
std::optional<Word> nothing(ReduceOp op, Kind kind) {
  if (op == ReduceOp::Minimum || op == ReduceOp::Maximum) return {};
  return op == ReduceOp::Product || op == ReduceOp::All ? one(kind) : Word{};
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

// Calls f(place) for each element along some axes, in the order of indices. Ends when f gives false, and gives that.
template <typename F>
bool each(std::byte* data, ShapeView shape, ShapeView strides, std::uint32_t size, F&& f) {
  const Walk<1> walk({data}, shape, [&](std::size_t, std::size_t axis) { return strides[axis]; });
  return walk.each(size, [&](std::byte* const(&at)[1]) { return f(at[0]); });
}

// All of one result's elements: runs along the last dropped axis, then the runs.
void reduce_one(const Axes& axes, ReduceLoop loop, JoinLoop join, std::byte* data, std::uint32_t size, std::byte* out) {
  const std::int64_t length = axes.dropped.back(), stride = axes.dropped_strides.back();
  const ShapeView outer = ShapeView(axes.dropped).first(axes.dropped.size() - 1);
  bool is_first = true;
  each(data, outer, axes.dropped_strides, size, [&](const std::byte* at) {
    Word more;
    loop(at, is_first ? static_cast<void*>(out) : &more, length, stride);
    if (!is_first) join(&more, out, 1, 1);
    is_first = false;
    return true;
  });
}

constexpr std::int64_t kRowPart = 1024;
constexpr std::int64_t kRowsTogether = 64;

// The same for a row of results that lie side by side, as do the elements for each: rows are joined to rows, so many at
// a time that sums stay exact, in parts that stay in the cache.
void reduce_rows(const Axes& axes, JoinLoop join, std::byte* data, std::int64_t width, std::uint32_t size,
                 std::byte* out) {
  for (std::int64_t begin = 0; begin < width; begin += kRowPart) {
    const std::int64_t count = std::min(kRowPart, width - begin);
    const auto bytes = static_cast<std::size_t>(count) * size;
    alignas(64) std::byte part[kRowPart * sizeof(Word)];
    std::byte* to = out + begin * size;
    std::int64_t rows = 0;
    each(data + begin * size, axes.dropped, axes.dropped_strides, size, [&](const std::byte* row) {
      if (rows % kRowsTogether == 0) {
        if (rows == kRowsTogether) std::memcpy(to, part, bytes);
        if (rows > kRowsTogether) join(part, to, count, 1);
        std::memcpy(part, row, bytes);
      } else {
        join(row, part, count, 1);
      }
      ++rows;
      return true;
    });
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
  const ReduceLoop loop = kernels().reduce[op][column(kind)];
  const JoinLoop join = kernels().join[op][column(kind)];
  if (loop == nullptr) return undefined(call, kNames[op], kind);
  if (lasts(call, a.count())) return Status::Lasts;
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
  const bool is_of_nothing = is_empty(axes.dropped);
  const auto word = nothing(ReduceOp(op), kind);
  if (is_of_nothing && !word) {
    return panic(call, std::string(kNames[op]) + " of no elements, in a tensor of the shape " + text_of(a.shape()));
  }
  TensorObject* out = make(call, shape);
  if (out == nullptr) return Status::NoMemory;
  const std::uint32_t size = element_size(kind);
  if (out->count == 0) return give(call, out);
  if (is_of_nothing) {
    for (std::int64_t i = 0; i < out->count; ++i) std::memcpy(out->data + i * size, &*word, size);
    return give(call, out);
  }
  const bool by_rows = goes_by_rows(axes) && !axes.dropped.empty();
  const std::int64_t width = by_rows ? axes.kept.back() : 1;
  const ShapeView kept = ShapeView(axes.kept).first(axes.kept.size() - (by_rows ? 1 : 0));
  std::byte* to = out->data;
  Lookout lookout(call);
  const bool is_done = each(a.data(), kept, axes.kept_strides, size, [&](std::byte* from) {
    if (by_rows) {
      reduce_rows(axes, join, from, width, size, to);
    } else if (axes.dropped.empty()) {
      loop(from, to, 1, 1);
    } else {
      reduce_one(axes, loop, join, from, size, to);
    }
    to += width * size;
    return lookout.goes_on(a.count() / out->count * width);
  });
  return give_if(call, is_done, out);
}

}  // namespace noodle::room
