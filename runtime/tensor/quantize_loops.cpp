// Compiled once for each generation of processors, as NOODLE_QUANTIZE.

#include "runtime/tensor/quantize_loops.h"

#include <limits>

namespace noodle::tensor {

namespace {

// Calls f(element, scale, zero point) with strides of 1 and 0, which compilers make vectors of, where it is so.
template <typename From, typename Float, typename Whole, typename To, typename F>
void walk(const void* from, const void* scales, const void* zeros, void* out, std::int64_t count,
          const std::int64_t (&steps)[3], F f) {
  const auto* x = static_cast<const From*>(from);
  const auto* s = static_cast<const Float*>(scales);
  const auto* z = static_cast<const Whole*>(zeros);
  auto* r = static_cast<To*>(out);
  if (steps[0] == 1 && steps[1] == 0 && steps[2] == 0) {
    const Float scale = *s;
    const auto zero = static_cast<Float>(*z);
    for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i], scale, zero);
  } else if (steps[0] == 1 && steps[1] == 1 && steps[2] == 1) {
    for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i], s[i], static_cast<Float>(z[i]));
  } else {
    for (std::int64_t i = 0; i < count; ++i)
      r[i] = f(x[i * steps[0]], s[i * steps[1]], static_cast<Float>(z[i * steps[2]]));
  }
}

template <typename Float, typename Whole>
void quantize(const void* from, const void* scales, const void* zeros, void* out, std::int64_t count,
              const std::int64_t (&steps)[3]) {
  walk<Float, Float, Whole, Whole>(from, scales, zeros, out, count, steps, [](Float x, Float scale, Float zero) {
    constexpr Float kLeast = std::numeric_limits<Whole>::min(), kMost = std::numeric_limits<Whole>::max();
    const Float place = __builtin_elementwise_roundeven(x / scale) + zero;
    const Float least = place < kLeast ? kLeast : place;
    const Float most = least > kMost ? kMost : least;
    return static_cast<Whole>(static_cast<int>(most != most ? zero : most));
  });
}

template <typename Float, typename Whole>
void dequantize(const void* from, const void* scales, const void* zeros, void* out, std::int64_t count,
                const std::int64_t (&steps)[3]) {
  walk<Whole, Float, Whole, Float>(from, scales, zeros, out, count, steps, [](Whole x, Float scale, Float zero) {
    return (static_cast<Float>(x) - zero) * scale;
  });
}

}  // namespace

QuantizeLoops NOODLE_QUANTIZE() {
  return {.quantize = {{quantize<float, std::int8_t>, quantize<float, std::uint8_t>},
                       {quantize<double, std::int8_t>, quantize<double, std::uint8_t>}},
          .dequantize = {{dequantize<float, std::int8_t>, dequantize<float, std::uint8_t>},
                         {dequantize<double, std::int8_t>, dequantize<double, std::uint8_t>}}};
}

}  // namespace noodle::tensor
