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
using value::element_kind;
using value::element_name;
using value::element_size;
using value::TypeInfo;

/// Lengths along axes.
using Shape = std::vector<std::int64_t>;
using ShapeView = std::span<const std::int64_t>;

inline constexpr std::uint32_t kMostRank = TensorObject::kMostRank;
/// A brief call does no more than about so many additions, which take a few microseconds.
inline constexpr std::int64_t kMostBriefly = 4096;
/// No tensor has more bytes: sizes stay far from overflow.
inline constexpr std::int64_t kMostBytes = std::int64_t{1} << 45;

/// The kind of element of the tensor, or scalar, that result `result` is.
Kind result_kind(const Call& call, std::size_t result = 0);

/// A tensor in argument `slot`. What its elements are is as the native's signature has it, which verifier and loader
/// look after.
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
  /// What its elements are; null, which has none, may be of any kind.
  Kind kind() const { return object_ == nullptr ? Kind::Bool : static_cast<Kind>(object_->element); }
  bool is_contiguous() const { return object_ == nullptr || value::is_contiguous(*object_); }
  /// Whether nobody else holds its elements, which then lie side by side and may be written over; for an owned
  /// argument.
  bool is_only_one() const {
    return object_ != nullptr && object_->owner == nullptr && room::is_only_one(object_->header);
  }

 private:
  TensorObject* object_;
};

/// The integers of the list in argument `slot`.
ShapeView list_arg(const Call& call, std::size_t slot);

/// `[2, 3]`
std::string text_of(ShapeView shape);

/// How many elements a shape has; an error when a length is negative, or all would be more than kMostBytes or have too
/// many axes.
std::expected<std::int64_t, std::string> count_of(ShapeView shape, Kind kind);
/// An axis counted from the front; an error when there is none.
std::expected<std::uint32_t, std::string> axis_of(std::int64_t axis, std::uint32_t rank);
/// Axes as bits; an error when there is no such axis, or one stands twice.
std::expected<std::uint32_t, std::string> axes_of(ShapeView axes, std::uint32_t rank);
/// What is wrong with an index along an axis.
std::string no_index(std::int64_t index, std::uint32_t axis, ShapeView shape);
/// Indices of an axis.
struct Slice {
  std::int64_t from, count, step;

  /// How far its elements are from one another where the axis has such a stride; from one there is nothing to go to.
  std::int64_t stride(std::int64_t of_axis) const { return count > 1 ? of_axis * step : of_axis; }
};
/// What is wrong with a slice of an axis, if something is.
std::optional<std::string> wrong_slice(const Slice& slice, std::uint32_t axis, ShapeView shape);
/// What two shapes become side by side: lengths from the last on are equal, or one of them is 1.
std::expected<Shape, std::string> broadcast(ShapeView a, ShapeView b);
/// Whether two shapes are the same; a loop, since shapes are short.
inline bool is_same(ShapeView a, ShapeView b) {
  if (a.size() != b.size()) return false;
  for (std::size_t axis = 0; axis < a.size(); ++axis) {
    if (a[axis] != b[axis]) return false;
  }
  return true;
}
/// The shape that two tensors have side by side, for results with such elements. Mostly one of the two has it, and no
/// room is needed.
class CommonShape {
 public:
  CommonShape(const Operand& a, const Operand& b, Kind kind);
  /// What is wrong, if something is.
  const std::optional<std::string>& error() const { return error_; }
  ShapeView shape() const { return shape_; }
  std::int64_t count() const { return count_; }

 private:
  Shape room_;
  ShapeView shape_;
  std::int64_t count_ = 0;
  std::optional<std::string> error_;
};
/// A tensor's stride along an axis of a shape that it is repeated to, for which it must be fit.
inline std::int64_t repeated_stride(const Operand& tensor, ShapeView shape, std::size_t axis) {
  const std::size_t added = shape.size() - tensor.rank();
  return axis < added || tensor.shape()[axis - added] == 1 ? 0
                                                           : tensor.stride(static_cast<std::uint32_t>(axis - added));
}

/// How many elements a shape has that `count_of` is content with, or that nobody makes.
std::int64_t product(ShapeView shape);
/// Sets shape, count, and strides of elements that lie side by side.
void set_shape(TensorObject& tensor, ShapeView shape);
/// A tensor of a result's type with room for its elements; null when there is no memory.
TensorObject* make(Call& call, ShapeView shape, std::size_t result = 0);
/// The same for a shape that there may be none of: an error after a panic that says why, or when there is no memory.
std::expected<TensorObject*, Status> make_checked(Call& call, ShapeView shape, std::size_t result = 0);
/// One in the shape of another, which holds its own elements; null when there is no memory.
TensorObject* make_like(Call& call, const TensorObject& other);
/// A tensor that shows elements of another; its shape and strides are to be written.
TensorObject* make_view(Call& call, const Operand& of, std::uint32_t rank);
/// Writes a tensor's elements side by side.
void copy_elements(const Operand& tensor, std::byte* to);
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
/// Gives a result that is done; drops another, and gives why there is none.
Status give_if(Call& call, Status status, TensorObject* tensor);
/// The same of one that may be given up since nobody wants it any more.
inline Status give_if(Call& call, bool is_done, TensorObject* tensor) {
  return give_if(call, is_done ? Status::Ok : Status::Interrupted, tensor);
}
/// Whether a brief call can't do so much, and has to end with Status::Lasts.
inline bool lasts(const Call& call, std::int64_t work) { return call.is_brief && work > kMostBriefly; }
/// Drops owned arguments that were used up.
inline void release(Call& call, const Operand& operand) {
  if (operand.object() != nullptr) call.host.release_tensor(call, *operand.object());
}

/// `addition is not defined for elements of type Bool`
Status undefined(Call& call, const char* what, Kind kind);
/// Room for one element of any kind; all bits are zero.
struct Word {
  std::uint64_t bits[2] = {};
};
/// The bits of 1.
Word one(Kind kind);
/// How many slots an element takes as an argument or result.
constexpr std::size_t slots_of(Kind kind) { return nbc::is_complex(kind) ? 2 : 1; }
/// The element in the slots from this one on, as it lies in memory.
Word element_arg(const Call& call, std::size_t slot, Kind kind);

}  // namespace noodle::tensor
