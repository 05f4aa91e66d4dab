#pragma once

// The inner loops: one operation on runs of elements. They are compiled for several generations of processors
// (loops.cpp); `kernels` gives those for this one.

#include <cstdint>

#include "nbc/types.h"

namespace noodle::tensor {

using nbc::Kind;

/// The numbers are those that std/tensor.noodle names.
enum class BinaryOp : std::uint8_t {
  Add,
  Subtract,
  Multiply,
  Divide,
  Minimum,
  Maximum,
  Power,
  Remainder,
  Atan2,
  BitAnd,
  BitOr,
  BitXor,
  ShiftLeft,
  ShiftRight,
  FloorDivide,
  Copysign,
  NextAfter,
  Hypot,
  LogAddExp,
};
inline constexpr std::uint32_t kBinaryOps = 19;
/// Whether integers are divided, for which there may be no result.
constexpr bool divides(BinaryOp op) {
  return op == BinaryOp::Divide || op == BinaryOp::Remainder || op == BinaryOp::FloorDivide;
}
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
  Expm1,
  Log1p,
  Log2,
  Log10,
  Asin,
  Acos,
  Atan,
  Sinh,
  Cosh,
  Asinh,
  Acosh,
  Atanh,
  Erf,
};
inline constexpr std::uint32_t kUnaryOps = 30;
enum class TestOp : std::uint8_t { IsFinite, IsInf, IsNan, SignBit };
inline constexpr std::uint32_t kTestOps = 4;
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

/// out[i] = a[0] op … op a[i]; where it goes on, after out[-1].
using ScanLoop = void (*)(const void* a, void* out, std::int64_t count, std::int64_t step, std::int64_t out_step,
                          bool goes_on);
/// out[i] = choice[i] ? a[i] : b[i], with a stride for each of the three.
using ChooseLoop = void (*)(const void* choice, const void* a, const void* b, void* out, std::int64_t count,
                            const std::int64_t (&steps)[3]);

inline constexpr std::uint32_t kKinds = static_cast<std::uint32_t>(Kind::F64) + 1;

/// Null where an operation isn't defined for a kind.
struct Kernels {
  BinaryLoop binary[kBinaryOps][kKinds];
  BinaryLoop compare[kCompareOps][kKinds];  // the result's elements are bools
  UnaryLoop unary[kUnaryOps][kKinds];
  UnaryLoop cast[kKinds][kKinds];  // from, to
  ReduceLoop reduce[kReduceOps][kKinds];
  JoinLoop join[kReduceOps][kKinds];
  UnaryLoop test[kTestOps][kKinds];  // the result's elements are bools
  ScanLoop scan[2][kKinds];          // sums, products
  ChooseLoop choose[4];              // elements of 1, 2, 4 and 8 bytes
};

/// The loops for this machine's processor.
const Kernels& kernels();

}  // namespace noodle::tensor
