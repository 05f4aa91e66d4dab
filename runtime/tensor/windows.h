#pragma once

// What moves a window over planes: convolutions and pooling. Both read planes that are copied so that no inner loop
// knows of padding or strides: around each there is padding, and for a stride s, places whose indices leave the same
// rest when divided by s lie together (the plane's phases). A tap of the window is then one distance for all results,
// and results that are neighbours read neighbours. What is computed between a row's end and the next row's begin is not
// wanted, and dropped.

#include <algorithm>
#include <array>
#include <cstring>
#include <expected>
#include <numeric>
#include <string>

#include "runtime/tensor/own.h"
#include "runtime/tensor/window_loops.h"

namespace noodle::tensor {

/// How many axes a window moves along; those that aren't there have length 1.
inline constexpr std::size_t kWindowAxes = 3;

/// This processor's loops.
template <typename T>
const WindowLoops<T>& window_loops() {
  static const AllWindowLoops chosen = chosen_window_loops();
  if constexpr (sizeof(T) == 4)
    return chosen.f32;
  else
    return chosen.f64;
}

/// How a window moves along an axis. Its n-th phase has the places whose rest is that of the n-th tap's place.
struct Axis {
  std::int64_t in = 1, window = 1, stride = 1, padding = 0, behind = 0, dilation = 1;
  std::int64_t out = 1;
  std::int64_t length = 1, phases = 1;
  std::int64_t unit = 1, period = 1, inverse = 1;  // of the taps' rests, and of unit's multiple that dilation is

  void measure() {
    const std::int64_t padded = padding + in + behind;
    out = (padded - dilation * (window - 1) - 1) / stride + 1;
    length = (padded + stride - 1) / stride;
    unit = std::gcd(dilation, stride);
    period = stride / unit;
    phases = std::min(window, period);
    // Euclid's way to what times dilation leaves the rest `unit`.
    std::int64_t rest = dilation % stride, other = stride, factor = 1, other_factor = 0;
    while (rest != 0) {
      const std::int64_t times = other / rest;
      other = std::exchange(rest, other - times * rest);
      other_factor = std::exchange(factor, other_factor - times * factor);
    }
    inverse = (other_factor % period + period) % period;
  }
  std::int64_t rest_of(std::int64_t phase) const { return phase * dilation % stride; }
  // -1 where no tap reads such places.
  std::int64_t phase_of(std::int64_t place) const {
    const std::int64_t rest = place % stride;
    const std::int64_t phase = rest / unit * inverse % period;
    return rest % unit == 0 && phase < phases ? phase : -1;
  }
};

/// How a window moves over planes.
struct Window {
  std::array<Axis, kWindowAxes> axes;

  std::int64_t phases() const { return product(&Axis::phases); }
  std::int64_t plane() const { return product(&Axis::length); }
  std::int64_t taps() const { return product(&Axis::window); }
  std::int64_t results() const { return product(&Axis::out); }
  // Where in some planes the last wanted result ends.
  std::int64_t end(std::int64_t images) const {
    return (images - 1) * plane() + ((axes[0].out - 1) * axes[1].length + axes[1].out - 1) * axes[2].length +
           axes[2].out;
  }

  // Writes how far from a result each tap lies, in a channel with planes of `images` images.
  void write_offsets(std::int64_t images, std::int64_t* to) const {
    std::int64_t tap[kWindowAxes];
    for (tap[0] = 0; tap[0] < axes[0].window; ++tap[0]) {
      for (tap[1] = 0; tap[1] < axes[1].window; ++tap[1]) {
        for (tap[2] = 0; tap[2] < axes[2].window; ++tap[2]) {
          std::int64_t phase = 0, place = 0;
          for (std::size_t i = 0; i < kWindowAxes; ++i) {
            const std::int64_t at = tap[i] * axes[i].dilation;
            phase = phase * axes[i].phases + axes[i].phase_of(at);
            place = place * axes[i].length + at / axes[i].stride;
          }
          *to++ = phase * images * plane() + place;
        }
      }
    }
  }

 private:
  std::int64_t product(std::int64_t Axis::* of) const { return axes[0].*of * axes[1].*of * axes[2].*of; }
};

/// Planes as they are given: strides in elements along images, channels, and the three axes.
template <typename T>
struct Given {
  const T* data;
  std::int64_t image, channel;
  std::array<std::int64_t, kWindowAxes> strides;

  explicit Given(const Operand& tensor)
      : data(reinterpret_cast<const T*>(tensor.data())), image(tensor.stride(0)), channel(tensor.stride(1)), strides{} {
    for (std::uint32_t axis = tensor.rank(); axis-- > 2;)
      strides[kWindowAxes - (tensor.rank() - axis)] = tensor.stride(axis);
  }
};

/// Copies one plane to where its phases are wanted, `phase_step` apart; the padding is there already.
template <typename T>
void spread(const Window& window, const T* from, const std::array<std::int64_t, kWindowAxes>& strides, T* to,
            std::int64_t phase_step) {
  const auto& [depth, rows, columns] = window.axes;
  for (std::int64_t d = 0; d < depth.in; ++d) {
    const std::int64_t depth_phase = depth.phase_of(d + depth.padding);
    for (std::int64_t r = 0; depth_phase >= 0 && r < rows.in; ++r) {
      const std::int64_t row_phase = rows.phase_of(r + rows.padding);
      if (row_phase < 0) continue;
      const T* row = from + d * strides[0] + r * strides[1];
      const std::int64_t place =
          ((d + depth.padding) / depth.stride * rows.length + (r + rows.padding) / rows.stride) * columns.length;
      for (std::int64_t i = 0; i < columns.phases; ++i) {
        const std::int64_t phase = (depth_phase * rows.phases + row_phase) * columns.phases + i;
        const std::int64_t rest = (columns.rest_of(i) - columns.padding) % columns.stride;
        const std::int64_t first = rest < 0 ? rest + columns.stride : rest;
        T* out = to + phase * phase_step + place + (first + columns.padding) / columns.stride;
        const std::int64_t count =
            std::max<std::int64_t>((columns.in - first + columns.stride - 1) / columns.stride, 0);
        window_loops<T>().pick(row + first * strides[2], columns.stride * strides[2], out, count);
      }
    }
  }
}

/// Copies channels of some images from `image` on, each channel's phases of all images behind one another: a phase is
/// `phase_step` long.
template <typename T>
void spread_channels(const Window& window, const Given<T>& given, std::int64_t image, std::int64_t images,
                     std::int64_t first, std::int64_t channels, T* to, std::int64_t phase_step) {
  for (std::int64_t channel = 0; channel < channels; ++channel, to += window.phases() * phase_step) {
    for (std::int64_t i = 0; i < images; ++i) {
      spread(window, given.data + (image + i) * given.image + (first + channel) * given.channel, given.strides,
             to + i * window.plane(), phase_step);
    }
  }
}

/// Calls f(image, first result in its plane, first of those computed, count) for each row's wanted results among those
/// computed from `begin` to before `end`.
template <typename F>
void each_row(const Window& window, std::int64_t begin, std::int64_t end, F&& f) {
  const auto& [depth, rows, columns] = window.axes;
  for (std::int64_t row = begin / columns.length; row * columns.length < end; ++row) {
    const std::int64_t r = row % rows.length, plane = row / rows.length, d = plane % depth.length;
    if (r >= rows.out || d >= depth.out) continue;
    const std::int64_t from = std::max(begin, row * columns.length);
    const std::int64_t to = std::min(end, row * columns.length + columns.out);
    if (from >= to) continue;
    f(plane / depth.length, (d * rows.out + r) * columns.out + from - row * columns.length, from - begin, to - from);
  }
}

/// How many results are computed before the next planes are: so many that what they read stays in the second cache.
inline std::int64_t window_tile(std::int64_t channels, std::int64_t size, std::int64_t width) {
  constexpr std::int64_t kBytes = 1 << 18, kLeast = 4, kMost = 64;
  return width * std::clamp(kBytes / std::max<std::int64_t>(channels * size * width, 1), kLeast, kMost);
}

/// The window that moves along the last axes of `shape`, as long as `lengths`; strides, padding and dilation are lists
/// from argument `slot` on. An error when it doesn't fit.
std::expected<Window, std::string> window_of(const Call& call, std::size_t slot, ShapeView shape, ShapeView lengths);
/// A result for planes of `x`; an error as by `make_checked`.
std::expected<TensorObject*, Status> make_planes(Call& call, const Operand& x, std::int64_t planes,
                                                 const Window& window);
/// Whether windows move over elements of this kind.
inline bool has_windows(Kind kind) { return kind == Kind::F32 || kind == Kind::F64; }
Status no_windows(Call& call, const char* what, Kind kind);

}  // namespace noodle::tensor
