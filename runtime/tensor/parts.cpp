// Blank tensors, triangles of matrices, and where elements aren't zero.

#include <cmath>
#include <cstring>

#include "runtime/tensor/operand.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

constexpr std::int64_t kPart = 512;

// Calls f(number) for each element that isn't zero, numbered in the order of their indices.
template <typename F>
void each_nonzero(const Operand& tensor, F&& f) {
  if (tensor.count() == 0) return;
  const Kind kind = tensor.kind();
  const auto as_bool = kernels().cast[column(kind)][static_cast<std::size_t>(Kind::Bool)];
  std::int64_t number = 0;
  value::for_each_run(*tensor.object(), [&](const std::byte* from, std::int64_t length, std::int64_t step) {
    bool part[kPart];
    for (std::int64_t begin = 0; begin < length; begin += kPart) {
      const std::int64_t count = std::min(kPart, length - begin);
      as_bool(from + begin * step * element_size(kind), part, count, step);
      for (std::int64_t i = 0; i < count; ++i, ++number) {
        if (part[i]) f(number);
      }
    }
    return true;
  });
}

// How many steps lead from a start to before a stop; an error when there is no end to them.
std::expected<std::int64_t, std::string> steps(Kind kind, const std::uint64_t (&words)[3]) {
  constexpr auto f64 = static_cast<std::size_t>(Kind::F64);
  double count = 0;
  if (nbc::is_float(kind)) {
    double numbers[3];
    for (int i = 0; i < 3; ++i) kernels().cast[column(kind)][f64](&words[i], &numbers[i], 1, 1);
    count = std::ceil((numbers[1] - numbers[0]) / numbers[2]);
  } else {
    __int128 numbers[3];
    for (int i = 0; i < 3; ++i) {
      numbers[i] = nbc::is_unsigned(kind) ? static_cast<__int128>(words[i])
                                          : static_cast<__int128>(static_cast<std::int64_t>(words[i]));
    }
    const auto [start, stop, step] = numbers;
    if (step == 0) return std::unexpected("steps of 0");
    const __int128 way = stop - start;
    const __int128 whole = way / step + (way % step != 0 && (way < 0) == (step < 0) ? 1 : 0);
    count = static_cast<double>(whole);
  }
  if (std::isnan(count) || count > static_cast<double>(kMostBytes)) return std::unexpected("too many steps");
  return static_cast<std::int64_t>(std::max(count, 0.0));
}

}  // namespace

Status native_tensor_blank(Call& call) {
  const auto made = make_checked(call, list_arg(call, 0));
  if (!made) return made.error();
  TensorObject* tensor = *made;
  std::memset(tensor->data, 0, static_cast<std::size_t>(tensor->count) * element_size(result_kind(call)));
  return give(call, tensor);
}

Status native_tensor_count_steps(Call& call) {
  const Operand numbers(call, 0);
  if (numbers.count() != 3 || numbers.rank() != 1) {
    return panic(call, "a start, a stop and a step are three numbers, not the shape " + text_of(numbers.shape()));
  }
  const Kind kind = numbers.kind();
  if (nbc::is_complex(kind)) return undefined(call, "a range", kind);
  std::uint64_t words[3];
  for (int i = 0; i < 3; ++i) {
    words[i] = value::load_scalar(kind, numbers.data() + i * numbers.stride(0) * element_size(kind));
  }
  const auto count = steps(kind, words);
  return count ? give_int(call, *count) : panic(call, count.error());
}

Status native_tensor_triangle(Call& call) {
  const Operand a(call, 0);
  const Kind kind = result_kind(call);
  if (a.rank() < 2) return panic(call, "a tensor of the shape " + text_of(a.shape()) + " is no matrix");
  const bool is_reused = a.is_only_one();
  TensorObject* out = is_reused ? a.object() : copied(call, a);
  if (out == nullptr) return Status::NoMemory;
  if (!is_reused) release(call, a);
  const std::int64_t rows = out->shape()[out->rank - 2], columns = out->shape()[out->rank - 1];
  // No diagonal lies further out than these.
  const std::int64_t diagonal = std::clamp(int_arg(call, 1), -rows, columns);
  const bool is_upper = call.args[2] != 0;
  for (std::int64_t row = 0; out->count != 0 && row < out->count / columns; ++row) {
    const std::int64_t edge = std::clamp<std::int64_t>(row % rows + diagonal + (is_upper ? 0 : 1), 0, columns);
    const std::int64_t from = is_upper ? 0 : edge, to = is_upper ? edge : columns;
    std::memset(out->data + (row * columns + from) * element_size(kind), 0,
                static_cast<std::size_t>(to - from) * element_size(kind));
  }
  return give(call, out);
}

Status native_tensor_nonzero(Call& call) {
  const Operand a(call, 0);
  std::int64_t count = 0;
  each_nonzero(a, [&](std::int64_t) { ++count; });
  const std::int64_t shape[] = {a.rank(), count};
  const auto out = make_checked(call, shape);
  if (!out) return out.error();
  auto* to = reinterpret_cast<std::int64_t*>((*out)->data);
  each_nonzero(a, [&](std::int64_t number) {
    for (std::uint32_t axis = a.rank(); axis-- > 0; number /= a.shape()[axis]) {
      to[axis * count] = number % a.shape()[axis];
    }
    ++to;
  });
  return give(call, *out);
}

}  // namespace noodle::room
