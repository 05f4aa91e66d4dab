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

// Results by tiles: the parts of weights are made once for all portions.
template <typename T>
class Tiles {
 public:
  Tiles(Call& call, const Operand& x, const ConvolutionSizes& sizes, const Window& window, TensorObject* out)
      : call_(call),
        given_(x),
        sizes_(sizes),
        window_(window),
        tiles_(tiles_of(window)),
        out_(reinterpret_cast<T*>(out->data)),
        length_(tile_length(sizes.channels, sizeof(T), window_loops<T>().width)),
        weight_step_(sizes.channels * sizes.planes * sizes.groups + kApart<T>),
        part_step_(sizes.channels * length_ + kApart<T>),
        weights_(call, kParts * weight_step_) {}

  bool has_memory() const { return weights_.has_memory(); }
  void take(const Operand& weights) const {
    write_parts(reinterpret_cast<const T*>(weights.data()), sizes_.channels * sizes_.planes * sizes_.groups,
                weights_.data(), weight_step_);
  }
  // Whether all results so far are.
  bool is_finite() const { return is_finite_; }

  std::int64_t images(const Portion& portion) const {
    return std::clamp<std::int64_t>(length_ / tiles_.plane(), 1, portion.images);
  }
  std::int64_t channel_step(std::int64_t images) const { return tiles_.phases() * images * tiles_.plane(); }

  struct Rooms {
    Scratch<T> padded, parts, products, made;
    Scratch<std::int64_t> channels;

    Rooms(Call& call, const Tiles& way, const Portion& portion)
        : padded(call, way.sizes_.channels * way.channel_step(way.images(portion)) + window_loops<T>().width),
          parts(call, kParts * way.part_step_),
          products(call, kParts * window_loops<T>().height * way.length_),
          made(call, 4 * way.length_),
          channels(call, way.sizes_.channels) {}

    bool has_memory() const {
      return padded.has_memory() && parts.has_memory() && products.has_memory() && made.has_memory() &&
             channels.has_memory();
    }
  };

  // What isn't finite ends it as well.
  bool convolve(const Portion& portion, const Rooms& rooms) const {
    const std::int64_t images = this->images(portion), end = portion.image + portion.images;
    std::int64_t taps[kParts];
    tiles_.write_offsets(images, taps);
    for (std::int64_t channel = 0; channel < sizes_.channels; ++channel)
      rooms.channels.items()[static_cast<std::size_t>(channel)] = channel * length_;
    std::ranges::fill(rooms.padded.items(), T{0});
    for (std::int64_t image = portion.image; image < end; image += images) {
      const std::int64_t some = std::min(images, end - image);
      for (std::int64_t group = 0; group < sizes_.groups; ++group) {
        spread_channels(tiles_, given_, image, some, group * sizes_.channels, sizes_.channels, rooms.padded.data(),
                        images * tiles_.plane());
        const std::int64_t last = tiles_.end(some);
        for (std::int64_t begin = 0; begin < last; begin += length_) {
          const std::int64_t stop = std::min(begin + length_, last);
          for (std::int64_t channel = 0; channel < sizes_.channels; ++channel)
            window_loops<T>().to_tiles(rooms.padded.data() + channel * channel_step(images) + begin, taps,
                                       rooms.parts.data() + channel * length_, part_step_, stop - begin);
          multiply(portion, rooms, image, group, begin, stop);
          if (!is_finite_) return true;
          if (call_.host.is_told_to_stop(call_)) return false;
        }
      }
    }
    return true;
  }

 private:
  void multiply(const Portion& portion, const Rooms& rooms, std::int64_t image, std::int64_t group, std::int64_t begin,
                std::int64_t end) const {
    const WindowLoops<T>& loops = window_loops<T>();
    const std::int64_t count = window_.results(), product_step = loops.height * length_;
    const std::int64_t last = portion.plane + portion.planes;
    T *to = out_ + (image * sizes_.groups + group) * sizes_.planes * count, *made = rooms.made.data();
    for (std::int64_t m = portion.plane; m < last; m += loops.height) {
      const std::int64_t height = std::min(loops.height, last - m);
      const T* packed = weights_.data() + (group * sizes_.planes + m) * sizes_.channels;
      for (std::int64_t part = 0; part < kParts; ++part) {
        loops.convolve(packed + part * weight_step_, sizes_.channels, height, rooms.parts.data() + part * part_step_,
                       rooms.channels.data(), sizes_.channels, rooms.products.data() + part * product_step, length_,
                       end - begin);
      }
      for (std::int64_t p = 0; p < height; ++p) {
        if (!loops.from_tiles(rooms.products.data() + p * length_, product_step, made, length_, end - begin))
          is_finite_ = false;
        each_row(tiles_, begin, end, [&](std::int64_t i, std::int64_t at, std::int64_t first, std::int64_t run) {
          write_tiles(made + first, length_, run, window_, at / tiles_.axes[2].out, at % tiles_.axes[2].out,
                      to + (i * sizes_.groups * sizes_.planes + m + p) * count);
        });
      }
    }
  }

  Call& call_;
  const Given<T> given_;
  const ConvolutionSizes& sizes_;
  const Window& window_;
  const Window tiles_;
  T* out_;
  std::int64_t length_, weight_step_, part_step_;
  const Scratch<T> weights_;
  mutable std::atomic<bool> is_finite_ = true;
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
  const Tiles<T> way(call, x, sizes, window, out);
  if (!way.has_memory()) return Status::NoMemory;
  way.take(weights);
  const Status status = convolve_portions(call, portions(call, sizes, window, window_loops<T>().height), way);
  is_finite = way.is_finite();
  return status;
}

template Status convolve_tiles<float>(Call&, const Operand&, const Operand&, const ConvolutionSizes&, const Window&,
                                      TensorObject*, bool&);
template Status convolve_tiles<double>(Call&, const Operand&, const Operand&, const ConvolutionSizes&, const Window&,
                                       TensorObject*, bool&);

}  // namespace noodle::tensor
