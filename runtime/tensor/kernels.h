#pragma once

// The inner loops: one operation on runs of elements. They are compiled for several generations of processors
// (loops.cpp); `kernels` gives those for this one.

#include <cstdint>

#include "nbc/types.h"

namespace noodle::tensor {

using nbc::Kind;

/// The numbers are those that std/tensor.noodle names.
enum class BinaryOp : std::uint8_t { Add, Subtract, Multiply, Divide, Minimum, Maximum, Power, Remainder, Atan2 };
inline constexpr std::uint32_t kBinaryOps = 9;
enum class CompareOp : std::uint8_t { Equal, NotEqual, Less, LessEqual };
inline constexpr std::uint32_t kCompareOps = 4;
enum class UnaryOp : std::uint8_t {
  Negative,
  Abs,
  Sign,
  Square,
  Sqrt,
  Exp,
  Log,
  Sin,
  Cos,
  Tan,
  Tanh,
  Floor,
  Ceil,
  Round,
  Trunc,
  Reciprocal,
  Not,
};
inline constexpr std::uint32_t kUnaryOps = 17;
enum class ReduceOp : std::uint8_t { Sum, Product, Minimum, Maximum, Any, All };
inline constexpr std::uint32_t kReduceOps = 6;

/// Strides are in elements; the result's is 1. Gives false where an integer is divided by zero.
using BinaryLoop = bool (*)(const void* a, const void* b, void* out, std::int64_t count, std::int64_t step_a,
                            std::int64_t step_b);
using UnaryLoop = void (*)(const void* a, void* out, std::int64_t count, std::int64_t step);
/// What a run of elements comes to, by one tree for every processor, written to `out`.
using ReduceLoop = void (*)(const void* a, void* out, std::int64_t count, std::int64_t step);
/// out[i] = out[i] op a[i].
using JoinLoop = void (*)(const void* a, void* out, std::int64_t count, std::int64_t step);

inline constexpr std::uint32_t kKinds = static_cast<std::uint32_t>(Kind::F64) + 1;

/// Null where an operation isn't defined for a kind.
struct Kernels {
  BinaryLoop binary[kBinaryOps][kKinds];
  BinaryLoop compare[kCompareOps][kKinds];  // the result's elements are bools
  UnaryLoop unary[kUnaryOps][kKinds];
  UnaryLoop cast[kKinds][kKinds];  // from, to
  ReduceLoop reduce[kReduceOps][kKinds];
  JoinLoop join[kReduceOps][kKinds];
};

/// The loops for this machine's processor.
const Kernels& kernels();

}  // namespace noodle::tensor
