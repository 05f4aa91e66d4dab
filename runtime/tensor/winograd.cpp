// Convolutions with windows of 3 by 3 by Winograd's way F(2x2, 3x3): of each tile of 4 by 4 neighbours, sums and
// differences are multiplied with such of the weights, and sums and differences of that are 2 by 2 results. That takes
// 16 products in place of 36 (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016). All that is
// computed before products are added up over channels is exact, but for its last bit.
//
// Tiles are 2 apart, so they are the places of a window of 4 by 4 with a stride of 2.

#include "runtime/tensor/convolution.h"

namespace noodle::tensor {

namespace {

constexpr std::int64_t kParts = 16;

// How many tiles are computed before the next planes are: so many that their parts stay in the second cache.
std::int64_t tile_length(std::int64_t channels, std::int64_t size, std::int64_t width) {
  constexpr std::int64_t kBytes = 1 << 19, kMost = 16;
  return width * std::clamp<std::int64_t>(kBytes / (kParts * channels * size * width), 1, kMost);
}

// The window whose places are the tiles; where there is an odd number of results, the last tile reads padding more.
Window tiles_of(const Window& window) {
  Window tiles = window;
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    Axis& axis = tiles.axes[i];
    axis.behind += axis.out % 2;
    axis.window = 4;
    axis.stride = 2;
    axis.measure();
  }
  return tiles;
}

template <typename T>
void combine(T a, T b, T c, T* to, std::int64_t step) {
  const T outer = a + c;
  to[0] = a;
  to[step] = (outer + b) / 2;
  to[2 * step] = (outer - b) / 2;
  to[3 * step] = c;
}

// Parts lie so far from one another besides: where the distance was a power of two, they would share a place in the
// cache.
template <typename T>
constexpr std::int64_t kApart = 64 / sizeof(T);

// The parts of all weights, each part's for a plane and its channels side by side.
template <typename T>
void write_parts(const T* weights, std::int64_t count, T* to, std::int64_t part_step) {
  for (std::int64_t i = 0; i < count; ++i, weights += 9) {
    T columns[4 * 3], parts[kParts];
    for (std::int64_t c = 0; c < 3; ++c) combine(weights[c], weights[3 + c], weights[6 + c], columns + c, 3);
    for (std::int64_t r = 0; r < 4; ++r)
      combine(columns[3 * r], columns[3 * r + 1], columns[3 * r + 2], parts + 4 * r, 1);
    for (std::int64_t part = 0; part < kParts; ++part) to[part * part_step + i] = parts[part];
  }
}

// Writes a run of tiles' results into two rows of a plane: what is behind an odd number of rows or columns is dropped.
template <typename T>
void write_tiles(const T* made, std::int64_t made_step, std::int64_t count, const Window& window, std::int64_t tile_row,
                 std::int64_t tile_column, T* plane) {
  const std::int64_t columns = window.axes[2].out, column = 2 * tile_column;
  for (std::int64_t r = 0; r < 2 && 2 * tile_row + r < window.axes[1].out; ++r) {
    const T *left = made + 2 * r * made_step, *right = left + made_step;
    T* to = plane + (2 * tile_row + r) * columns + column;
    const std::int64_t both = std::min(count, (columns - column) / 2);
    for (std::int64_t i = 0; i < both; ++i) {
      to[2 * i] = left[i];
      to[2 * i + 1] = right[i];
    }
    if (both < count) to[2 * both] = left[both];
  }
}

template <typename T>
struct Rooms {
  Scratch<T> padded, weights, parts, products, made;
  Scratch<std::int64_t> channels;

  Rooms(Call& call, const ConvolutionSizes& sizes, std::int64_t channel_step, std::int64_t length)
      : padded(call, sizes.channels * channel_step + window_loops<T>().width),
        weights(call, kParts * (sizes.channels * sizes.planes * sizes.groups + kApart<T>)),
        parts(call, kParts * (sizes.channels * length + kApart<T>)),
        products(call, kParts * window_loops<T>().height * length),
        made(call, 4 * length),
        channels(call, sizes.channels) {}

  bool has_memory() const {
    return padded.has_memory() && weights.has_memory() && parts.has_memory() && products.has_memory() &&
           made.has_memory() && channels.has_memory();
  }
};

}  // namespace

bool has_tiles(const ConvolutionSizes& sizes, const Window& window) {
  // From so many channels, planes and results on, sums and differences are little beside products.
  constexpr std::int64_t kLeast = 16, kLeastResults = 128;
  const auto& [depth, rows, columns] = window.axes;
  const auto fits = [](const Axis& axis) { return axis.window == 3 && axis.stride == 1 && axis.dilation == 1; };
  return depth.window == 1 && depth.length == 1 && fits(rows) && fits(columns) && sizes.channels >= kLeast &&
         sizes.planes >= kLeast && sizes.images * window.results() >= kLeastResults;
}

template <typename T>
Status convolve_tiles(Call& call, const Operand& x, const Operand& weights, const ConvolutionSizes& sizes,
                      const Window& window, TensorObject* out, bool& is_finite) {
  const WindowLoops<T>& loops = window_loops<T>();
  const Given<T> given(x);
  const Window tiles = tiles_of(window);
  const std::int64_t plane = tiles.plane(), phases = tiles.phases();
  const std::int64_t length = tile_length(sizes.channels, sizeof(T), loops.width);
  const std::int64_t images = std::clamp<std::int64_t>(length / plane, 1, sizes.images);
  const std::int64_t channel_step = phases * images * plane, part_step = sizes.channels * length + kApart<T>;
  const Rooms<T> rooms(call, sizes, channel_step, length);
  if (!rooms.has_memory()) return Status::NoMemory;
  const std::int64_t pairs = sizes.channels * sizes.planes * sizes.groups, weight_step = pairs + kApart<T>;
  write_parts(reinterpret_cast<const T*>(weights.data()), pairs, rooms.weights.data(), weight_step);
  std::int64_t taps[kParts];
  tiles.write_offsets(images, taps);
  for (std::int64_t channel = 0; channel < sizes.channels; ++channel)
    rooms.channels.items()[static_cast<std::size_t>(channel)] = channel * length;
  std::ranges::fill(rooms.padded.items(), T{0});
  T *padded = rooms.padded.data(), *parts = rooms.parts.data(), *made = rooms.made.data();
  T* products = rooms.products.data();
  const std::int64_t count = window.results(), product_step = loops.height * length;
  for (std::int64_t image = 0; image < sizes.images; image += images) {
    const std::int64_t some = std::min(images, sizes.images - image);
    for (std::int64_t group = 0; group < sizes.groups; ++group) {
      spread_channels(tiles, given, image, some, group * sizes.channels, sizes.channels, padded, images * plane);
      auto* to = reinterpret_cast<T*>(out->data) + (image * sizes.groups + group) * sizes.planes * count;
      const std::int64_t last = tiles.end(some);
      for (std::int64_t begin = 0; begin < last; begin += length) {
        const std::int64_t end = std::min(begin + length, last);
        for (std::int64_t channel = 0; channel < sizes.channels; ++channel)
          loops.to_tiles(padded + channel * channel_step + begin, taps, parts + channel * length, part_step,
                         end - begin);
        for (std::int64_t m = 0; m < sizes.planes; m += loops.height) {
          const std::int64_t height = std::min(loops.height, sizes.planes - m);
          const T* packed = rooms.weights.data() + (group * sizes.planes + m) * sizes.channels;
          for (std::int64_t part = 0; part < kParts; ++part) {
            loops.convolve(packed + part * weight_step, sizes.channels, height, parts + part * part_step,
                           rooms.channels.data(), sizes.channels, products + part * product_step, length, end - begin);
          }
          for (std::int64_t p = 0; p < height; ++p) {
            is_finite = loops.from_tiles(products + p * length, product_step, made, length, end - begin) && is_finite;
            each_row(tiles, begin, end, [&](std::int64_t i, std::int64_t at, std::int64_t first, std::int64_t run) {
              write_tiles(made + first, length, run, window, at / tiles.axes[2].out, at % tiles.axes[2].out,
                          to + (i * sizes.groups * sizes.planes + m + p) * count);
            });
          }
        }
        if (!is_finite) return Status::Ok;
        if (call.host.is_told_to_stop(call)) return Status::Interrupted;
      }
    }
  }
  return Status::Ok;
}

template Status convolve_tiles<float>(Call&, const Operand&, const Operand&, const ConvolutionSizes&, const Window&,
                                      TensorObject*, bool&);
template Status convolve_tiles<double>(Call&, const Operand&, const Operand&, const ConvolutionSizes&, const Window&,
                                       TensorObject*, bool&);

}  // namespace noodle::tensor
