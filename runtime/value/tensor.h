#pragma once

// Tensors as values: what they hold, whatever their strides. What is computed with them is runtime/tensor's.

#include <cstdint>
#include <span>

#include "runtime/value/compare.h"
#include "runtime/value/tensor_walk.h"

namespace noodle::value {

using memory::TensorObject;

/// A tensor's lengths along its axes. The tensor of all-zero bits, null, has one axis of length 0.
inline std::span<const std::int64_t> tensor_shape(const TensorObject* tensor) {
  static constexpr std::int64_t kNothing[] = {0};
  if (tensor == nullptr) return kNothing;
  return {tensor->shape(), tensor->rank};
}

/// The kind of a tensor's elements, by their type: a struct is a complex number, since it holds two floats.
inline Kind element_kind(const TypeInfo& element) {
  if (element.kind != Kind::Struct) return element.kind;
  return element.size == 8 ? Kind::Complex64 : Kind::Complex128;
}
/// The kind of the two floats that make a complex element.
constexpr Kind part_kind(Kind complex) { return complex == Kind::Complex64 ? Kind::F32 : Kind::F64; }

/// Bytes of one element of a kind that tensors can have.
constexpr std::uint32_t element_size(Kind kind) {
  switch (kind) {
    case Kind::Complex128: return 16;
    case Kind::Bool:
    case Kind::I8:
    case Kind::U8: return 1;
    case Kind::I16:
    case Kind::U16:
    case Kind::F16:
    case Kind::BF16: return 2;
    case Kind::I32:
    case Kind::U32:
    case Kind::F32: return 4;
    default: return 8;
  }
}

/// What the language calls an element's type.
constexpr const char* element_name(Kind kind) {
  return kind == Kind::Complex64 ? "Complex<f32>" : kind == Kind::Complex128 ? "Complex<Float>" : scalar_name(kind);
}

/// Whether the elements lie side by side in the order of their indices, the last index first.
inline bool is_contiguous(const TensorObject& tensor) {
  if (tensor.count == 0) return true;
  std::int64_t step = 1;
  for (std::uint32_t axis = tensor.rank; axis-- > 0;) {
    const std::int64_t length = tensor.shape()[axis];
    if (length != 1 && tensor.strides()[axis] != step) return false;
    step *= length;
  }
  return true;
}

/// Calls `f(first, count, stride)`, the stride in elements, for runs of all elements in the order of indices. Ends when
/// `f` gives false, and gives that.
template <typename F>
bool for_each_run(const TensorObject& tensor, F&& f) {
  if (tensor.count == 0) return true;
  const Walk<1> walk({tensor.data}, {tensor.shape(), tensor.rank},
                     [&](std::size_t, std::size_t axis) { return tensor.strides()[axis]; });
  return walk.each_run(element_size(static_cast<Kind>(tensor.element)),
                       [&](std::byte* const(&at)[1], std::int64_t count, const std::int64_t(&strides)[1]) {
                         return f(at[0], count, strides[0]);
                       });
}

/// An owned tensor of a type with elements of its own in `bytes` bytes, or with those that `owner` holds, which gets a
/// reference more. Shape, strides, count and, with an owner, the place of the elements are to be written. Null when
/// there is no memory.
TensorObject* make_tensor(Account& account, const TypeInfo& type, std::uint32_t rank, std::uint64_t bytes,
                          Object* owner);

/// Whether two tensors with elements of one kind have the same shape and equal elements.
bool tensor_equal(const TensorObject* a, const TensorObject* b, FloatRule rule);
/// Equal for tensors that are equal in the total order, whatever their strides.
std::uint64_t tensor_hash(const TensorObject* tensor, std::uint64_t seed);

}  // namespace noodle::value
