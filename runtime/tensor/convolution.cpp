// Convolutions: sums of a window's taps for several planes of results at once.

#include "runtime/tensor/convolution.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// Each result is the sum over its window's taps.
template <typename T>
class Direct {
 public:
  Direct(Call& call, const Operand& x, const Operand& weights, const ConvolutionSizes& sizes, const Window& window,
         TensorObject* out)
      : call_(call),
        given_(x),
        weights_(reinterpret_cast<const T*>(weights.data())),
        sizes_(sizes),
        window_(window),
        out_(reinterpret_cast<T*>(out->data)),
        length_(window_tile(sizes.channels * window.phases(), sizeof(T), window_loops<T>().width)) {}

  // So many images at a time that a channel's planes make up the length of a tile.
  std::int64_t images(const Portion& portion) const {
    return std::clamp<std::int64_t>(length_ / window_.plane(), 1, portion.images);
  }
  std::int64_t channel_step(std::int64_t images) const { return window_.phases() * images * window_.plane(); }
  std::int64_t taps() const { return window_.taps() * sizes_.channels; }

  struct Rooms {
    Scratch<T> padded, results;
    Scratch<std::int64_t> offsets;

    Rooms(Call& call, const Direct& way, const Portion& portion)
        : padded(call, way.sizes_.channels * way.channel_step(way.images(portion)) + window_loops<T>().width),
          results(call, window_loops<T>().height * way.length_),
          offsets(call, way.taps()) {}
    bool has_memory() const { return padded.has_memory() && results.has_memory() && offsets.has_memory(); }
  };

  bool convolve(const Portion& portion, const Rooms& rooms) const {
    const std::int64_t images = this->images(portion), end = portion.image + portion.images;
    write_offsets(images, rooms.offsets.items());
    std::ranges::fill(rooms.padded.items(), T{0});
    for (std::int64_t image = portion.image; image < end; image += images) {
      const std::int64_t some = std::min(images, end - image);
      for (std::int64_t group = 0; group < sizes_.groups; ++group) {
        spread_channels(window_, given_, image, some, group * sizes_.channels, sizes_.channels, rooms.padded.data(),
                        images * window_.plane());
        const std::int64_t last = window_.end(some);
        for (std::int64_t begin = 0; begin < last; begin += length_) {
          tile(portion, rooms, image, group, begin, std::min(begin + length_, last));
          if (call_.host.is_told_to_stop(call_)) return false;
        }
      }
    }
    return true;
  }

 private:
  void write_offsets(std::int64_t images, std::span<std::int64_t> offsets) const {
    window_.write_offsets(images, offsets.data());
    const auto of_channel = static_cast<std::size_t>(window_.taps());
    for (std::size_t k = of_channel; k < offsets.size(); ++k)
      offsets[k] = offsets[k - of_channel] + channel_step(images);
  }

  void tile(const Portion& portion, const Rooms& rooms, std::int64_t image, std::int64_t group, std::int64_t begin,
            std::int64_t end) const {
    const WindowLoops<T>& loops = window_loops<T>();
    const std::int64_t count = window_.results(), last = portion.plane + portion.planes;
    T* to = out_ + (image * sizes_.groups + group) * sizes_.planes * count;
    for (std::int64_t m = portion.plane; m < last; m += loops.height) {
      const std::int64_t height = std::min(loops.height, last - m);
      loops.convolve(weights_ + (group * sizes_.planes + m) * taps(), taps(), height, rooms.padded.data() + begin,
                     rooms.offsets.data(), taps(), rooms.results.data(), length_, end - begin);
      each_row(window_, begin, end, [&](std::int64_t i, std::int64_t at, std::int64_t made, std::int64_t run) {
        for (std::int64_t p = 0; p < height; ++p) {
          std::memcpy(to + (i * sizes_.groups * sizes_.planes + m + p) * count + at,
                      rooms.results.data() + p * length_ + made, static_cast<std::size_t>(run) * sizeof(T));
        }
      });
    }
  }

  Call& call_;
  const Given<T> given_;
  const T* weights_;
  const ConvolutionSizes& sizes_;
  const Window& window_;
  T* out_;
  std::int64_t length_;
};

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
  return convolve_portions(call, portions(call, sizes, window, window_loops<T>().height),
                           Direct<T>(call, x, *own, sizes, window, out));
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

}  // namespace noodle::room

namespace noodle::tensor {

std::vector<Portion> portions(const Call& call, const ConvolutionSizes& sizes, const Window& window,
                              std::int64_t height) {
  constexpr double kWorth = 0x1p22;  // products: a tenth of a millisecond
  const double products = static_cast<double>(sizes.images * sizes.groups * sizes.planes * window.results()) *
                          static_cast<double>(window.taps() * sizes.channels);
  const auto threads = static_cast<std::int64_t>(std::clamp<double>(products / kWorth, 1, call.host.cores(call)));
  const std::int64_t images = (sizes.images + threads - 1) / threads;
  const std::int64_t per_image = sizes.images < threads ? (threads + sizes.images - 1) / sizes.images : 1;
  const std::int64_t planes = ((sizes.planes + per_image - 1) / per_image + height - 1) / height * height;
  std::vector<Portion> made;
  for (std::int64_t image = 0; image < sizes.images; image += images) {
    for (std::int64_t plane = 0; plane < sizes.planes; plane += planes) {
      made.push_back({.image = image,
                      .images = std::min(images, sizes.images - image),
                      .plane = plane,
                      .planes = std::min(planes, sizes.planes - plane)});
    }
  }
  return made;
}

}  // namespace noodle::tensor

namespace noodle::room {

Status native_tensor_convolve(Call& call) {
  const Operand x(call, 0), weights(call, 1);
  const Kind kind = result_kind(call);
  const std::size_t axes = list_arg(call, 2).size();
  const std::int64_t groups = int_arg(call, 5);
  if (!has_windows(kind)) return no_windows(call, "a convolution", kind);
  if (const std::string wrong = misfit(x, weights, axes, groups); !wrong.empty()) return panic(call, wrong);
  const auto window = window_of(call, 2, x.shape(), weights.shape().subspan(2));
  if (!window) return panic(call, window.error());
  const auto made = make_planes(call, x, weights.shape()[0], *window);
  if (!made) return made.error();
  TensorObject* out = *made;
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
