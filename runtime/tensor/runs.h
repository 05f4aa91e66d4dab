#pragma once

// Runs of elements, for the loops of each generation of processors: one by one, and what they come to. Who includes it
// has declared `joined`, which says what two elements come to. All of it is the including file's own.

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/tensor/elements.h"

namespace noodle::tensor {

namespace {

// A result is written over one of what it is made of, or lies elsewhere: each element is read before it is written,
// which compilers can't know.
#define NOODLE_VECTORS _Pragma("clang loop vectorize(assume_safety)")

// Strides of 1 and 0 are what compilers make vectors of.
template <typename A, typename R, typename F>
inline void walk(const void* a, const void* b, void* out, std::int64_t count, std::int64_t step_a, std::int64_t step_b,
                 F f) {
  const auto* x = static_cast<const A*>(a);
  const auto* y = static_cast<const A*>(b);
  auto* r = static_cast<R*>(out);
  if (step_a == 1 && step_b == 1) {
    NOODLE_VECTORS for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i], y[i]);
  } else if (step_a == 1 && step_b == 0) {
    const A right = *y;
    NOODLE_VECTORS for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i], right);
  } else if (step_a == 0 && step_b == 1) {
    const A left = *x;
    NOODLE_VECTORS for (std::int64_t i = 0; i < count; ++i) r[i] = f(left, y[i]);
  } else {
    for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i * step_a], y[i * step_b]);
  }
}

template <typename A, typename R, typename F>
inline void walk_one(const void* a, void* out, std::int64_t count, std::int64_t step, F f) {
  const auto* x = static_cast<const A*>(a);
  auto* r = static_cast<R*>(out);
  if (step == 1) {
    NOODLE_VECTORS for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i]);
  } else {
    for (std::int64_t i = 0; i < count; ++i) r[i] = f(x[i * step]);
  }
}

// ---- reductions -------------------------------------------------------------------------------------

// One tree whatever the vectors' width: 32 lanes in blocks of 4096 elements, joined in pairs, and blocks in pairs.
constexpr std::int64_t kLanes = 32;
constexpr std::int64_t kBlock = 4096;

// The lanes as one value, which stays in registers; an array of them would be written and read again for each step.
template <typename T>
using Lanes __attribute__((vector_size(kLanes * sizeof(T)))) = T;

// By reference: how vectors are passed depends on the processor.
template <ReduceOp op, typename T>
inline void join(Lanes<T>& all, const Lanes<T>& next) {
  if constexpr (op == ReduceOp::Minimum) {
    all = all < next ? all : next;
  } else if constexpr (op == ReduceOp::Maximum) {
    all = all > next ? all : next;
  } else if constexpr (is_whole<T>) {
    using Wrapping = Lanes<std::make_unsigned_t<T>>;
    const auto x = (Wrapping)all, y = (Wrapping)next;
    all = (Lanes<T>)(op == ReduceOp::Sum ? x + y : x * y);
  } else {
    all = op == ReduceOp::Sum ? all + next : all * next;
  }
}

template <ReduceOp op, typename T>
constexpr bool has_lanes = (std::is_arithmetic_v<T> && op != ReduceOp::Any && op != ReduceOp::All);

// What is between the first lanes and the rest that fills no lanes any more, joined into the first. False, and nothing
// done, for the least and greatest of floats when NaN or zeros of both signs may be among them.
template <ReduceOp op, typename T>
inline bool join_lanes(const T* a, std::int64_t count, T (&lanes)[kLanes]) {
  Lanes<T> all, next;
  __builtin_memcpy(&all, a, sizeof all);
  auto is_nan = all != all;
  for (std::int64_t i = kLanes; i + kLanes <= count; i += kLanes) {
    __builtin_memcpy(&next, a + i, sizeof next);
    if constexpr (is_floating<T> && op != ReduceOp::Sum && op != ReduceOp::Product) is_nan |= next != next;
    join<op, T>(all, next);
  }
  if constexpr (is_floating<T> && op != ReduceOp::Sum && op != ReduceOp::Product) {
    is_nan |= all == 0;
    bool needs_care = false;
    for (std::int64_t lane = 0; lane < kLanes; ++lane) needs_care |= is_nan[lane] != 0;
    if (needs_care) return false;
  }
  __builtin_memcpy(lanes, &all, sizeof all);
  return true;
}

template <ReduceOp op, typename T>
inline wide<T> block(const T* a, std::int64_t count, std::int64_t step) {
  using W = wide<T>;
  const auto at = [&](std::int64_t i) { return static_cast<W>(a[i * step]); };
  if (count < kLanes) {
    W all = at(0);
    for (std::int64_t i = 1; i < count; ++i) all = joined<op>(all, at(i));
    return all;
  }
  W lanes[kLanes];
  for (std::int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] = at(lane);
  std::int64_t i = kLanes;
  bool is_joined = false;
  if constexpr (has_lanes<op, T>) is_joined = step == 1 && join_lanes<op>(a, count, lanes);
  if (is_joined) {
    i = count / kLanes * kLanes;
  } else if (step == 1) {
    for (; i + kLanes <= count; i += kLanes) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] = joined<op>(lanes[lane], static_cast<W>(a[i + lane]));
    }
  } else {
    for (; i + kLanes <= count; i += kLanes) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] = joined<op>(lanes[lane], at(i + lane));
    }
  }
  for (std::int64_t lane = 0; i < count; ++i, ++lane) lanes[lane] = joined<op>(lanes[lane], at(i));
  for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::int64_t lane = 0; lane < width; ++lane) lanes[lane] = joined<op>(lanes[lane], lanes[lane + width]);
  }
  return lanes[0];
}

template <ReduceOp op, typename T>
void reduce_loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  using W = wide<T>;
  const auto* x = static_cast<const T*>(a);
  // A block stands at the level of how many pairs were joined to make it, as bits of a counter.
  W levels[64];
  std::uint64_t blocks = 0;
  for (std::int64_t i = 0; i < count; i += kBlock) {
    W sum = block<op>(x + i * step, std::min(kBlock, count - i), step);
    int level = 0;
    for (std::uint64_t carry = blocks; (carry & 1) != 0; carry >>= 1, ++level) sum = joined<op>(levels[level], sum);
    levels[level] = sum;
    ++blocks;
  }
  bool begun = false;
  W all{};
  for (int level = 0; level < 64; ++level) {
    if ((blocks >> level & 1) == 0) continue;
    all = begun ? joined<op>(levels[level], all) : levels[level];
    begun = true;
  }
  if constexpr (is_truth<T>)
    *static_cast<T*>(out) = all;
  else
    *static_cast<T*>(out) = static_cast<T>(all);
}

template <ReduceOp op, typename T>
void join_loop(const void* a, void* out, std::int64_t count, std::int64_t step) {
  const auto* x = static_cast<const T*>(a);
  auto* r = static_cast<T*>(out);
  using W = wide<T>;
  const auto one = [](T p, T q) {
    if constexpr (is_truth<T>)
      return joined<op>(p, q);
    else
      return static_cast<T>(joined<op>(static_cast<W>(p), static_cast<W>(q)));
  };
  if (step == 1) {
    for (std::int64_t i = 0; i < count; ++i) r[i] = one(r[i], x[i]);
  } else {
    for (std::int64_t i = 0; i < count; ++i) r[i] = one(r[i], x[i * step]);
  }
}

// Rounded at each step, so that a column comes to the same as rows that are added up.
template <ReduceOp op, typename T>
void scan_loop(const void* a, void* out, std::int64_t count, std::int64_t step, std::int64_t out_step, bool goes_on) {
  using W = wide<T>;
  const auto* x = static_cast<const T*>(a);
  auto* r = static_cast<T*>(out);
  if (count == 0) return;
  T all = goes_on ? static_cast<T>(joined<op>(static_cast<W>(r[-out_step]), static_cast<W>(x[0]))) : x[0];
  r[0] = all;
  for (std::int64_t i = 1; i < count; ++i) {
    all = static_cast<T>(joined<op>(static_cast<W>(all), static_cast<W>(x[i * step])));
    r[i * out_step] = all;
  }
}

// Calls f<0>(), f<1>() and so on.
template <std::size_t count>
void each(auto f) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (f.template operator()<i>(), ...);
  }(std::make_index_sequence<count>());
}

}  // namespace

}  // namespace noodle::tensor
