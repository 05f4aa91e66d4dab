// The greatest, or the sum, of what a window shows at each place.

#include <limits>

#include "runtime/tensor/windows.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

template <typename T>
Status pool(Call& call, const Operand& x, bool is_sum, const Window& window, TensorObject* out) {
  const WindowLoops<T>& loops = window_loops<T>();
  const Given<T> given(x);
  const std::int64_t plane = window.plane(), phases = window.phases(), channels = x.shape()[1];
  const std::int64_t length = window_tile(phases, sizeof(T), loops.width);
  const std::int64_t all = x.shape()[0] * channels, images = std::clamp<std::int64_t>(length / plane, 1, all);
  const Scratch<T> padded(call, phases * images * plane), results(call, length);
  const Scratch<std::int64_t> offsets(call, window.taps());
  if (!padded.has_memory() || !results.has_memory() || !offsets.has_memory()) return Status::NoMemory;
  window.write_offsets(images, offsets.data());
  std::ranges::fill(padded.items(), is_sum ? T{0} : -std::numeric_limits<T>::infinity());
  const std::int64_t count = window.results();
  for (std::int64_t image = 0; image < all; image += images) {
    const std::int64_t some = std::min(images, all - image);
    for (std::int64_t i = 0; i < some; ++i) {
      spread(window, given.data + (image + i) / channels * given.image + (image + i) % channels * given.channel,
             given.strides, padded.data() + i * plane, images * plane);
    }
    auto* to = reinterpret_cast<T*>(out->data) + image * count;
    const std::int64_t last = window.end(some);
    for (std::int64_t begin = 0; begin < last; begin += length) {
      const std::int64_t end = std::min(begin + length, last);
      (is_sum ? loops.sum : loops.greatest)(padded.data() + begin, offsets.data(), window.taps(), results.data(),
                                            end - begin);
      each_row(window, begin, end, [&](std::int64_t i, std::int64_t at, std::int64_t made, std::int64_t run) {
        std::memcpy(to + i * count + at, results.data() + made, static_cast<std::size_t>(run) * sizeof(T));
      });
      if (call.host.is_told_to_stop(call)) return Status::Interrupted;
    }
  }
  return Status::Ok;
}

}  // namespace

Status native_tensor_pool(Call& call) {
  const Operand x(call, 0);
  const bool is_sum = call.args[1] != 0;
  const ShapeView lengths = list_arg(call, 2);
  const Kind kind = result_kind(call);
  if (!has_windows(kind)) return no_windows(call, "pooling", kind);
  if (lengths.empty() || lengths.size() > kWindowAxes || x.rank() != lengths.size() + 2) {
    return panic(call, "pooling by a window of the shape " + text_of(lengths) +
                           " takes an input with two axes more, not one of the shape " + text_of(x.shape()));
  }
  const auto window = window_of(call, 3, x.shape(), lengths);
  if (!window) return panic(call, window.error());
  const auto made = make_planes(call, x, x.shape()[1], *window);
  if (!made) return made.error();
  TensorObject* out = *made;
  if (out->count == 0) return give(call, out);
  if (kind == Kind::F32) return give_if(call, pool<float>(call, x, is_sum, *window, out), out);
  return give_if(call, pool<double>(call, x, is_sum, *window, out), out);
}

}  // namespace noodle::room
