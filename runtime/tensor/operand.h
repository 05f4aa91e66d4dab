#pragma once

// What the natives share: arguments as tensors and shapes, results, and errors that name shapes.

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/room/natives.h"
#include "runtime/tensor/kernels.h"
#include "runtime/value/tensor.h"

namespace noodle::tensor {

using memory::TensorObject;
using room::Call;
using room::Status;
using value::element_size;
using value::TypeInfo;

/// Lengths along axes.
using Shape = std::vector<std::int64_t>;
using ShapeView = std::span<const std::int64_t>;

inline constexpr std::uint32_t kMostRank = TensorObject::kMostRank;
/// No tensor has more bytes: sizes stay far from overflow.
inline constexpr std::int64_t kMostBytes = std::int64_t{1} << 45;

/// The kind of element of the tensor, or scalar, that result `result` is.
Kind result_kind(const Call& call, std::size_t result = 0);

/// A tensor in argument `slot`. A module that nobody compiled may give any, so those who compute look at its element.
class Operand {
 public:
  Operand(const Call& call, std::size_t slot) : object_(reinterpret_cast<TensorObject*>(call.args[slot])) {}
  explicit Operand(TensorObject* object) : object_(object) {}

  TensorObject* object() const { return object_; }
  ShapeView shape() const { return value::tensor_shape(object_); }
  std::uint32_t rank() const { return static_cast<std::uint32_t>(shape().size()); }
  std::int64_t count() const { return object_ == nullptr ? 0 : object_->count; }
  std::int64_t stride(std::uint32_t axis) const { return object_ == nullptr ? 1 : object_->strides()[axis]; }
  std::byte* data() const { return object_ == nullptr ? nullptr : object_->data; }
  /// A tensor without elements is of every kind.
  bool is(Kind kind) const { return count() == 0 || object_->element == static_cast<std::uint8_t>(kind); }
  bool is_contiguous() const { return object_ == nullptr || value::is_contiguous(*object_); }
  /// Whether nobody else holds its elements, which may then be written over; for an owned argument.
  bool is_only_one() const;

 private:
  TensorObject* object_;
};

/// The integers of the list in argument `slot`.
ShapeView list_arg(const Call& call, std::size_t slot);

/// `[2, 3]`
std::string text_of(ShapeView shape);
/// `f32`
const char* name_of(Kind kind);

/// How many elements a shape has; an error when a length is negative, or all would be more than kMostBytes or have too
/// many axes.
std::expected<std::int64_t, std::string> count_of(ShapeView shape, Kind kind);
/// An axis counted from the front; an error when there is none.
std::expected<std::uint32_t, std::string> axis_of(std::int64_t axis, std::uint32_t rank);
/// What two shapes become side by side: lengths from the last on are equal, or one of them is 1.
std::expected<Shape, std::string> broadcast(ShapeView a, ShapeView b);

/// Sets shape, count, and strides of elements that lie side by side.
void set_shape(TensorObject& tensor, ShapeView shape);
/// A tensor of a result's type with room for its elements; null when there is no memory.
TensorObject* make(Call& call, ShapeView shape, std::size_t result = 0);
/// A tensor that shows elements of another, from `data` on; its shape and strides are to be written.
TensorObject* make_view(Call& call, const Operand& of, std::byte* data, std::uint32_t rank);
/// A contiguous copy with a result's type, in the same shape or, with a rank, in one that is to be set; null when there
/// is no memory.
TensorObject* copied(Call& call, const Operand& tensor, std::optional<std::uint32_t> rank = {});
/// Sets the count from the shape.
void count_elements(TensorObject& tensor);

inline Status give(Call& call, TensorObject* tensor, std::size_t slot = 0) {
  if (tensor == nullptr) return Status::NoMemory;
  call.results[slot] = reinterpret_cast<std::uint64_t>(tensor);
  return Status::Ok;
}
/// Drops owned arguments that were used up.
void release(Call& call, const Operand& operand);

/// A kind that a module's types promise and the tensor does not have.
Status wrong_kind(Call& call);

}  // namespace noodle::tensor
