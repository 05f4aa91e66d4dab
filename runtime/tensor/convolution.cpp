// Convolutions: sums of a window's taps for several planes of results at once.

#include "runtime/tensor/convolution.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

template <typename T>
Status convolve_directly(Call& call, const Operand& x, const Operand& weights, const ConvolutionSizes& sizes,
                         const Window& window, TensorObject* out) {
  const WindowLoops<T>& loops = window_loops<T>();
  const Given<T> given(x);
  const std::int64_t plane = window.plane(), phases = window.phases();
  const std::int64_t length = window_tile(sizes.channels * phases, sizeof(T), loops.width);
  const std::int64_t images = std::clamp<std::int64_t>(length / plane, 1, sizes.images);
  const std::int64_t channel_step = phases * images * plane, taps = window.taps() * sizes.channels;
  const Scratch<T> padded(call, sizes.channels * channel_step + loops.width);
  const Scratch<T> results(call, loops.height * length);
  const Scratch<std::int64_t> offsets(call, taps);
  if (!padded.has_memory() || !results.has_memory() || !offsets.has_memory()) return Status::NoMemory;
  window.write_offsets(images, offsets.data());
  for (auto k = static_cast<std::size_t>(window.taps()); k < offsets.items().size(); ++k)
    offsets.items()[k] = offsets.items()[k - static_cast<std::size_t>(window.taps())] + channel_step;
  std::ranges::fill(padded.items(), T{0});
  const std::int64_t count = window.results();
  for (std::int64_t image = 0; image < sizes.images; image += images) {
    const std::int64_t some = std::min(images, sizes.images - image);
    for (std::int64_t group = 0; group < sizes.groups; ++group) {
      spread_channels(window, given, image, some, group * sizes.channels, sizes.channels, padded.data(),
                      images * plane);
      auto* to = reinterpret_cast<T*>(out->data) + (image * sizes.groups + group) * sizes.planes * count;
      const std::int64_t last = window.end(some);
      for (std::int64_t begin = 0; begin < last; begin += length) {
        const std::int64_t end = std::min(begin + length, last);
        for (std::int64_t m = 0; m < sizes.planes; m += loops.height) {
          const std::int64_t height = std::min(loops.height, sizes.planes - m);
          loops.convolve(reinterpret_cast<const T*>(weights.data()) + (group * sizes.planes + m) * taps, taps, height,
                         padded.data() + begin, offsets.data(), taps, results.data(), length, end - begin);
          each_row(window, begin, end, [&](std::int64_t i, std::int64_t at, std::int64_t made, std::int64_t run) {
            for (std::int64_t p = 0; p < height; ++p) {
              std::memcpy(to + (i * sizes.groups * sizes.planes + m + p) * count + at,
                          results.data() + p * length + made, static_cast<std::size_t>(run) * sizeof(T));
            }
          });
        }
        if (call.host.is_told_to_stop(call)) return Status::Interrupted;
      }
    }
  }
  return Status::Ok;
}

template <typename T>
Status convolve(Call& call, const Operand& x, const Operand& weights, const ConvolutionSizes& sizes,
                const Window& window, TensorObject* out) {
  const Readable own(call, weights);
  if (!own.has_memory()) return Status::NoMemory;
  if (has_tiles(sizes, window)) {
    bool is_finite = true;
    const Status status = convolve_tiles<T>(call, x, *own, sizes, window, out, is_finite);
    if (status != Status::Ok || is_finite) return status;
  }
  return convolve_directly<T>(call, x, *own, sizes, window, out);
}

// What doesn't fit together in a convolution along `axes` axes.
std::string misfit(const Operand& x, const Operand& weights, std::size_t axes, std::int64_t groups) {
  const std::string shapes = "an input of the shape " + text_of(x.shape()) + " and weights of the shape " +
                             text_of(weights.shape()) + " don't fit together: ";
  if (axes < 1 || axes > kWindowAxes || x.rank() != axes + 2 || weights.rank() != axes + 2)
    return shapes + "along " + std::to_string(axes) + " axes, both need two axes more than these";
  if (groups < 1 || weights.shape()[0] % groups != 0)
    return shapes + std::to_string(weights.shape()[0]) + " planes can't be made by " + std::to_string(groups) +
           " groups";
  if (x.shape()[1] % groups != 0 || x.shape()[1] / groups != weights.shape()[1]) {
    return shapes + std::to_string(x.shape()[1]) + " channels in " + std::to_string(groups) + " groups are not " +
           std::to_string(weights.shape()[1]) + " each";
  }
  return {};
}

}  // namespace

Status native_tensor_convolve(Call& call) {
  const Operand x(call, 0), weights(call, 1);
  const Kind kind = result_kind(call);
  const std::size_t axes = list_arg(call, 2).size();
  const std::int64_t groups = int_arg(call, 5);
  if (!has_windows(kind)) return no_windows(call, "a convolution", kind);
  if (const std::string wrong = misfit(x, weights, axes, groups); !wrong.empty()) return panic(call, wrong);
  const auto window = window_of(call, 2, x.shape(), weights.shape().subspan(2));
  if (!window) return panic(call, window.error());
  Status status{};
  TensorObject* out = make_planes(call, x, weights.shape()[0], *window, status);
  if (out == nullptr) return status;
  if (out->count == 0) return give(call, out);
  if (x.shape()[1] == 0) {
    std::memset(out->data, 0, static_cast<std::size_t>(out->count) * element_size(kind));
    return give(call, out);
  }
  const ConvolutionSizes sizes = {
      .images = x.shape()[0], .channels = weights.shape()[1], .planes = weights.shape()[0] / groups, .groups = groups};
  if (kind == Kind::F32) return give_if(call, convolve<float>(call, x, weights, sizes, *window, out), out);
  return give_if(call, convolve<double>(call, x, weights, sizes, *window, out), out);
}

}  // namespace noodle::room
