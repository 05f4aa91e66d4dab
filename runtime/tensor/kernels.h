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
  Conj,
};
inline constexpr std::uint32_t kUnaryOps = 31;
/// What complex numbers have that is real.
enum class PartOp : std::uint8_t { Magnitude, Angle };
inline constexpr std::uint32_t kPartOps = 2;
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

/// Kinds of real elements, which have their own numbers in the tables below; complex ones come behind them.
inline constexpr std::uint32_t kKinds = static_cast<std::uint32_t>(Kind::F64) + 1;
inline constexpr std::uint32_t kColumns = kKinds + 2;
/// Where tables have a kind of elements.
constexpr std::size_t column(Kind kind) {
  const auto number = static_cast<std::size_t>(kind);
  return nbc::is_complex(kind) ? number - static_cast<std::size_t>(Kind::Complex64) + kKinds : number;
}

/// Null where an operation isn't defined for a kind.
struct Kernels {
  BinaryLoop binary[kBinaryOps][kColumns];
  BinaryLoop compare[kCompareOps][kColumns];  // the result's elements are bools
  UnaryLoop unary[kUnaryOps][kColumns];
  UnaryLoop cast[kColumns][kColumns];  // from, to
  ReduceLoop reduce[kReduceOps][kColumns];
  JoinLoop join[kReduceOps][kColumns];
  UnaryLoop test[kTestOps][kColumns];  // the result's elements are bools
  UnaryLoop part[kPartOps][kColumns];  // the result's elements are the floats of which there are two
  ScanLoop scan[2][kColumns];          // sums, products
  ChooseLoop choose[5];                // elements of 1, 2, 4, 8 and 16 bytes
};

/// The loops for this machine's processor.
const Kernels& kernels();

}  // namespace noodle::tensor
