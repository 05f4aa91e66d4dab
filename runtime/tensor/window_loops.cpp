// Compiled once for each generation of processors, as NOODLE_WINDOWS.

#include "runtime/tensor/window_loops.h"

#include <cstring>

namespace noodle::tensor {

namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64, kMostPlanes = 8;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32, kMostPlanes = 4;
#else
constexpr int kVectorBytes = 16, kMostPlanes = 4;
#endif
constexpr int kVectors = 3;  // kMostPlanes * kVectors sums, as many inputs and a weight fit into registers

template <typename T>
using Vector = T __attribute__((vector_size(kVectorBytes)));
template <typename T>
constexpr std::int64_t kLanes = kVectorBytes / sizeof(T);

template <typename T>
Vector<T> load(const T* from) {
  Vector<T> vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

// Steps of 1 and 2 are most strides, and what compilers make vectors of.
template <typename T>
void pick(const T* from, std::int64_t step, T* out, std::int64_t count) {
  if (step == 1) {
    std::memcpy(out, from, static_cast<std::size_t>(count) * sizeof(T));
  } else if (step == 2) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = from[2 * i];
  } else {
    for (std::int64_t i = 0; i < count; ++i) out[i] = from[i * step];
  }
}

// A block of results, which stays in registers. Products are not rounded before they are added, where the processor
// can.
template <int planes, int vectors, typename T>
void block(const T* weights, std::int64_t weight_step, const T* from, const std::int64_t* offsets, std::int64_t taps,
           T* out, std::int64_t out_step) {
#pragma clang fp contract(fast)
  Vector<T> sums[planes][vectors] = {};
  for (std::int64_t k = 0; k < taps; ++k) {
    const T* at = from + offsets[k];
    Vector<T> inputs[vectors];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v) inputs[v] = load(at + v * kLanes<T>);
#pragma clang loop unroll(full)
    for (int m = 0; m < planes; ++m) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; ++v) sums[m][v] += inputs[v] * weights[m * weight_step + k];
    }
  }
#pragma clang loop unroll(full)
  for (int m = 0; m < planes; ++m) std::memcpy(out + m * out_step, sums[m], sizeof sums[m]);
}

template <int planes, typename T>
void convolve_planes(const T* weights, std::int64_t weight_step, const T* from, const std::int64_t* offsets,
                     std::int64_t taps, T* out, std::int64_t out_step, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + (kVectors - 1) * kLanes<T> < count; i += kVectors * kLanes<T>)
    block<planes, kVectors>(weights, weight_step, from + i, offsets, taps, out + i, out_step);
  for (; i < count; i += kLanes<T>) block<planes, 1>(weights, weight_step, from + i, offsets, taps, out + i, out_step);
}

template <typename T>
void convolve(const T* weights, std::int64_t weight_step, std::int64_t planes, const T* from,
              const std::int64_t* offsets, std::int64_t taps, T* out, std::int64_t out_step, std::int64_t count) {
  switch (planes) {
#define NOODLE_PLANES(n) \
  case n: return convolve_planes<n>(weights, weight_step, from, offsets, taps, out, out_step, count);
    NOODLE_PLANES(1)
    NOODLE_PLANES(2)
    NOODLE_PLANES(3)
#if defined(__AVX512F__)
    NOODLE_PLANES(4)
    NOODLE_PLANES(5)
    NOODLE_PLANES(6)
    NOODLE_PLANES(7)
#endif
    default: return convolve_planes<kMostPlanes>(weights, weight_step, from, offsets, taps, out, out_step, count);
  }
}

template <typename T>
void to_tiles(const T* from, const std::int64_t (&taps)[16], T* out, std::int64_t out_step, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += kLanes<T>) {
    Vector<T> rows[4][4];
#pragma clang loop unroll(full)
    for (int c = 0; c < 4; ++c) {
      const Vector<T> a = load(from + taps[c] + i), b = load(from + taps[4 + c] + i);
      const Vector<T> d = load(from + taps[8 + c] + i), e = load(from + taps[12 + c] + i);
      rows[0][c] = a - d;
      rows[1][c] = b + d;
      rows[2][c] = d - b;
      rows[3][c] = b - e;
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; ++r) {
      const auto& [a, b, d, e] = rows[r];
      const Vector<T> parts[] = {a - d, b + d, d - b, b - e};
#pragma clang loop unroll(full)
      for (int c = 0; c < 4; ++c) std::memcpy(out + (4 * r + c) * out_step + i, &parts[c], sizeof parts[c]);
    }
  }
}

template <typename T>
bool from_tiles(const T* from, std::int64_t from_step, T* out, std::int64_t out_step, std::int64_t count) {
  Vector<T> differences = {};  // of numbers and themselves: NaN where one isn't finite
  for (std::int64_t i = 0; i < count; i += kLanes<T>) {
    Vector<T> columns[2][4];
#pragma clang loop unroll(full)
    for (int c = 0; c < 4; ++c) {
      const Vector<T> a = load(from + c * from_step + i), b = load(from + (4 + c) * from_step + i);
      const Vector<T> d = load(from + (8 + c) * from_step + i), e = load(from + (12 + c) * from_step + i);
      columns[0][c] = a + b + d;
      columns[1][c] = b - d - e;
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < 2; ++r) {
      const auto& [a, b, d, e] = columns[r];
      const Vector<T> results[] = {a + b + d, b - d - e};
#pragma clang loop unroll(full)
      for (int c = 0; c < 2; ++c) {
        std::memcpy(out + (2 * r + c) * out_step + i, &results[c], sizeof results[c]);
        differences += results[c] - results[c];
      }
    }
  }
  bool is_finite = true;
  for (std::int64_t lane = 0; lane < kLanes<T>; ++lane) is_finite = is_finite && differences[lane] == 0;
  return is_finite;
}

template <typename T, typename F>
void join(const T* from, const std::int64_t* offsets, std::int64_t taps, T* out, std::int64_t count, F f) {
  std::memcpy(out, from + offsets[0], static_cast<std::size_t>(count) * sizeof(T));
  for (std::int64_t k = 1; k < taps; ++k) {
    const T* at = from + offsets[k];
    for (std::int64_t i = 0; i < count; ++i) out[i] = f(out[i], at[i]);
  }
}

template <typename T>
void greatest(const T* from, const std::int64_t* offsets, std::int64_t taps, T* out, std::int64_t count) {
  join(from, offsets, taps, out, count, [](T a, T b) { return a > b || a != a ? a : b; });
}

template <typename T>
void sum(const T* from, const std::int64_t* offsets, std::int64_t taps, T* out, std::int64_t count) {
  join(from, offsets, taps, out, count, [](T a, T b) { return a + b; });
}

template <typename T>
constexpr WindowLoops<T> kLoops = {.pick = pick<T>,
                                   .width = kVectors * kLanes<T>,
                                   .height = kMostPlanes,
                                   .convolve = convolve<T>,
                                   .to_tiles = to_tiles<T>,
                                   .from_tiles = from_tiles<T>,
                                   .greatest = greatest<T>,
                                   .sum = sum<T>};

}  // namespace

AllWindowLoops NOODLE_WINDOWS() { return {.f32 = kLoops<float>, .f64 = kLoops<double>}; }

}  // namespace noodle::tensor
