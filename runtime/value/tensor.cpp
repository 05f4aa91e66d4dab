#include "runtime/value/tensor.h"

#include <cstring>

#include "runtime/value/floats.h"

namespace noodle::value {

namespace {

constexpr std::uint64_t kAlignment = 64;
constexpr std::uint64_t kAlignedFrom = 1024;

// One element after the other, each extended to a slot.
class Walk {
 public:
  explicit Walk(const TensorObject& tensor) : tensor_(tensor), kind_(static_cast<Kind>(tensor.element)) {}

  std::uint64_t next() {
    const std::uint64_t word = load_scalar(kind_, tensor_.data + offset_ * element_size(kind_));
    for (std::uint32_t axis = tensor_.rank; axis-- > 0;) {
      offset_ += tensor_.strides()[axis];
      if (++index_[axis] < tensor_.shape()[axis]) break;
      offset_ -= tensor_.shape()[axis] * tensor_.strides()[axis];
      index_[axis] = 0;
    }
    return word;
  }

 private:
  const TensorObject& tensor_;
  const Kind kind_;
  std::int64_t offset_ = 0;
  std::int64_t index_[TensorObject::kMostRank] = {};
};

bool same_element(Kind kind, std::uint64_t a, std::uint64_t b, FloatRule rule) {
  if (!nbc::is_float(kind)) return a == b;
  const double x = float_of(kind, a), y = float_of(kind, b);
  return rule == FloatRule::Ieee ? x == y : compare_total(x, y) == 0;
}

}  // namespace

TensorObject* make_tensor(Account& account, const TypeInfo& type, std::uint32_t rank, std::uint64_t bytes,
                          Object* owner) {
  if (rank > TensorObject::kMostRank || bytes > Account::kLargest) return nullptr;
  const std::uint64_t before = sizeof(TensorObject) + 2 * sizeof(std::int64_t) * rank;
  // Small ones are not worth what alignment costs.
  const std::uint64_t alignment = bytes >= kAlignedFrom ? kAlignment : alignof(std::max_align_t);
  const std::uint64_t whole = before + bytes + (bytes >= kAlignedFrom ? kAlignment : 8);
  auto* tensor = reinterpret_cast<TensorObject*>(memory::allocate(account, whole, type.object_number));
  if (tensor == nullptr) return nullptr;
  const auto behind = reinterpret_cast<std::uintptr_t>(tensor) + before;
  tensor->owner = owner;
  tensor->data = reinterpret_cast<std::byte*>((behind + alignment - 1) / alignment * alignment);
  tensor->count = 0;
  tensor->bytes = whole;
  tensor->element = static_cast<std::uint8_t>(type.element->kind);
  tensor->rank = static_cast<std::uint8_t>(rank);
  if (owner != nullptr) memory::retain(owner);
  return tensor;
}

bool tensor_equal(const TensorObject* a, const TensorObject* b, FloatRule rule) {
  if (!std::ranges::equal(tensor_shape(a), tensor_shape(b))) return false;
  if (a == nullptr || b == nullptr || a->count == 0) return true;
  const auto kind = static_cast<Kind>(a->element);
  if (a->element != b->element) return false;
  if (!nbc::is_float(kind) && is_contiguous(*a) && is_contiguous(*b)) {
    return std::memcmp(a->data, b->data, static_cast<std::size_t>(a->count) * element_size(kind)) == 0;
  }
  Walk x(*a), y(*b);
  for (std::int64_t i = 0; i < a->count; ++i) {
    if (!same_element(kind, x.next(), y.next(), rule)) return false;
  }
  return true;
}

std::uint64_t tensor_hash(const TensorObject* tensor, std::uint64_t seed) {
  std::uint64_t state = seed;
  for (const std::int64_t length : tensor_shape(tensor)) {
    state = hash_word(static_cast<std::uint64_t>(length), state);
  }
  if (tensor == nullptr) return state;
  const auto kind = static_cast<Kind>(tensor->element);
  Walk walk(*tensor);
  for (std::int64_t i = 0; i < tensor->count; ++i) {
    std::uint64_t word = walk.next();
    if (nbc::is_float(kind)) {
      const double x = float_of(kind, word);
      word = x != x ? 0x7FF8u : x == 0.0 ? 0 : from_f64(x);
    }
    state = hash_word(word, state);
  }
  return state;
}

}  // namespace noodle::value
