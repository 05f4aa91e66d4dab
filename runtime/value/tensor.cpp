#include "runtime/value/tensor.h"

#include <algorithm>
#include <cstring>

#include "runtime/value/floats.h"

namespace noodle::value {

namespace {

constexpr std::uint64_t kAlignment = 64;
constexpr std::uint64_t kAlignedFrom = 1024;

// The scalars that an element is made of.
struct Parts {
  Kind kind;
  std::uint32_t count, size;  // of one in bytes

  explicit Parts(Kind element)
      : kind(nbc::is_complex(element) ? part_kind(element) : element),
        count(nbc::is_complex(element) ? 2 : 1),
        size(element_size(kind)) {}
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
  tensor->element = static_cast<std::uint8_t>(element_kind(*type.element));
  tensor->rank = static_cast<std::uint8_t>(rank);
  if (owner != nullptr) memory::retain(owner);
  return tensor;
}

bool tensor_equal(const TensorObject* a, const TensorObject* b, FloatRule rule) {
  if (!std::ranges::equal(tensor_shape(a), tensor_shape(b))) return false;
  if (a == nullptr || b == nullptr || a->count == 0) return true;
  const Parts parts(static_cast<Kind>(a->element));
  const std::uint32_t size = parts.size * parts.count;
  const Walk<2> walk({a->data, b->data}, tensor_shape(a),
                     [&](std::size_t n, std::size_t axis) { return (n == 0 ? a : b)->strides()[axis]; });
  return walk.each_run(size, [&](std::byte* const(&at)[2], std::int64_t count, const std::int64_t(&strides)[2]) {
    if (!nbc::is_float(parts.kind) && strides[0] == 1 && strides[1] == 1) {
      return std::memcmp(at[0], at[1], static_cast<std::size_t>(count) * size) == 0;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::uint32_t part = 0; part < parts.count; ++part) {
        const std::uint64_t x = load_scalar(parts.kind, at[0] + i * strides[0] * size + part * parts.size);
        const std::uint64_t y = load_scalar(parts.kind, at[1] + i * strides[1] * size + part * parts.size);
        if (!same_element(parts.kind, x, y, rule)) return false;
      }
    }
    return true;
  });
}

std::uint64_t tensor_hash(const TensorObject* tensor, std::uint64_t seed) {
  std::uint64_t state = seed;
  for (const std::int64_t length : tensor_shape(tensor)) {
    state = hash_word(static_cast<std::uint64_t>(length), state);
  }
  if (tensor == nullptr) return state;
  const Parts parts(static_cast<Kind>(tensor->element));
  for_each_run(*tensor, [&](const std::byte* at, std::int64_t count, std::int64_t stride) {
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::uint32_t part = 0; part < parts.count; ++part) {
        std::uint64_t word = load_scalar(parts.kind, at + (i * stride * parts.count + part) * parts.size);
        if (nbc::is_float(parts.kind)) {
          const double x = float_of(parts.kind, word);
          word = x != x ? 0x7FF8u : x == 0.0 ? 0 : from_f64(x);
        }
        state = hash_word(word, state);
      }
    }
    return true;
  });
  return state;
}

}  // namespace noodle::value
