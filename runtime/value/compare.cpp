#include "runtime/value/compare.h"

#include <cstring>
#include <vector>

#include "base/hash.h"
#include "runtime/value/floats.h"
#include "runtime/value/map.h"
#include "runtime/value/string.h"
#include "runtime/value/tensor.h"

namespace noodle::value {

int compare_total(double a, double b) {
  if (a < b) return -1;
  if (a > b) return 1;
  const bool nan_a = a != a;
  const bool nan_b = b != b;
  return static_cast<int>(nan_a) - static_cast<int>(nan_b);
}

double float_of(Kind kind, std::uint64_t word) {
  switch (kind) {
    case Kind::F16: return as_f16(word);
    case Kind::BF16: return as_bf16(word);
    case Kind::F32: return as_f32(word);
    default: return as_f64(word);
  }
}

namespace {

const Object* object_at(const void* at) { return *static_cast<const Object* const*>(at); }

std::uint64_t scalar_at(const Leaf& leaf, const std::byte* at) {
  if (leaf.width == 8) return *reinterpret_cast<const std::uint64_t*>(at);
  if (leaf.kind == Kind::Enum) {
    std::uint64_t tag = 0;
    load_leaf(Leaf{.kind = leaf.kind, .width = leaf.width, .type = leaf.type}, at, &tag);
    return tag;
  }
  return load_scalar(leaf.kind, at);
}

// Values still to be walked: `count` of one type side by side, in memory or in slots.
struct Span {
  const TypeInfo* type;
  const std::byte* a;
  const std::byte* b;
  std::uint64_t count;
};

// The form a value lies in says where its leaves are.
enum class Form : std::uint8_t { Slots, Memory };

const std::byte* leaf_place(const Leaf& leaf, const std::byte* base, Form form) {
  return base + (form == Form::Slots ? leaf.slot * 8 : leaf.offset);
}

// In slots a leaf takes its whole slot, whatever its width in memory.
Leaf in_form(Leaf leaf, Form form) {
  if (form == Form::Slots) leaf.width = 8;
  return leaf;
}

class Equality {
 public:
  Equality(FloatRule rule, std::uint64_t seed, int depth) : rule_(rule), seed_(seed), depth_(depth) {}

  bool value(const TypeInfo& type, const std::byte* a, const std::byte* b, Form form) {
    for (const Leaf& leaf : type.leaves) {
      if (!this->leaf(in_form(leaf, form), leaf_place(leaf, a, form), leaf_place(leaf, b, form))) {
        return false;
      }
    }
    while (!work_.empty()) {
      Span& top = work_.back();
      const Span now = top;
      if (--top.count == 0) {
        work_.pop_back();
      } else {
        top.a += now.type->size;
        top.b += now.type->size;
      }
      for (const Leaf& leaf : now.type->leaves) {
        if (!this->leaf(leaf, now.a + leaf.offset, now.b + leaf.offset)) return false;
      }
    }
    return true;
  }

 private:
  bool leaf(const Leaf& leaf, const std::byte* a, const std::byte* b) {
    switch (leaf.kind) {
      case Kind::String:
        return string_equal(reinterpret_cast<const std::uint64_t*>(a), reinterpret_cast<const std::uint64_t*>(b));
      case Kind::F16:
      case Kind::BF16:
      case Kind::F32:
      case Kind::F64: {
        const double x = float_of(leaf.kind, scalar_at(leaf, a));
        const double y = float_of(leaf.kind, scalar_at(leaf, b));
        return rule_ == FloatRule::Ieee ? x == y : compare_total(x, y) == 0;
      }
      case Kind::Enum: return enumeration(leaf, a, b);
      case Kind::Bytes:
      case Kind::List:
      case Kind::Map:
      case Kind::Box: return object(*leaf.type, object_at(a), object_at(b));
      case Kind::Tensor:
        return tensor_equal(reinterpret_cast<const memory::TensorObject*>(object_at(a)),
                            reinterpret_cast<const memory::TensorObject*>(object_at(b)), rule_);
      case Kind::Fn:
      case Kind::Any:
      case Kind::Handle: return object_at(a) == object_at(b);
      default: return scalar_at(leaf, a) == scalar_at(leaf, b);
    }
  }

  bool enumeration(const Leaf& leaf, const std::byte* a, const std::byte* b) {
    const std::uint64_t tag = scalar_at(leaf, a);
    if (tag != scalar_at(leaf, b)) return false;
    if (leaf.type->slots == 1 || tag >= leaf.type->variants.size()) return true;
    // Payloads nest by value only as deep as types do, so this recursion is bounded.
    for (const Leaf& inner : leaf.type->variants[tag].leaves) {
      if (!this->leaf(inner, a + inner.offset, b + inner.offset)) return false;
    }
    return true;
  }

  bool object(const TypeInfo& type, const Object* a, const Object* b) {
    // The same object is equal to itself unless it may hold an IEEE NaN.
    if (a == b && (rule_ == FloatRule::Total || !type.has_float)) return true;
    switch (type.kind) {
      case Kind::Box:
        if (a == nullptr || b == nullptr) return a == b;
        push(*type.element, reinterpret_cast<const std::byte*>(a) + kBoxContent,
             reinterpret_cast<const std::byte*>(b) + kBoxContent, 1);
        return true;
      case Kind::Map: return maps(type, a, b);
      default: {
        const auto* x = reinterpret_cast<const memory::ArrayObject*>(a);
        const auto* y = reinterpret_cast<const memory::ArrayObject*>(b);
        const std::uint64_t length = x != nullptr ? x->length : 0;
        if (length != (y != nullptr ? y->length : 0)) return false;
        if (length == 0) return true;
        if (type.kind == Kind::Bytes) return std::memcmp(x->data(), y->data(), length) == 0;
        if (type.element->bitwise) {
          return std::memcmp(x->data(), y->data(), length * type.element->size) == 0;
        }
        if (!type.element->leaves.empty()) push(*type.element, x->data(), y->data(), length);
        return true;
      }
    }
  }

  // Equal maps have the same keys with equal values; the order of insertion doesn't count.
  bool maps(const TypeInfo& type, const Object* a, const Object* b) {
    if (map_length(a) != map_length(b)) return false;
    if (map_length(a) == 0) return true;
    if (depth_ >= kMostKeyNesting) return false;
    std::vector<std::uint64_t> key(type.element->slots);
    for (std::int64_t i = map_next(type, a, 0); i >= 0; i = map_next(type, a, i + 1)) {
      load_value(*type.element, map_key(type, a, i), key.data());
      const std::int64_t j = map_find_nested(type, b, key.data(), seed_, depth_ + 1);
      if (j < 0) return false;
      if (!type.value->leaves.empty()) push(*type.value, map_value(type, a, i), map_value(type, b, j), 1);
    }
    return true;
  }

  void push(const TypeInfo& type, const std::byte* a, const std::byte* b, std::uint64_t count) {
    if (count != 0) work_.push_back({&type, a, b, count});
  }

  FloatRule rule_;
  std::uint64_t seed_;
  int depth_;
  std::vector<Span> work_;
};

class Hasher {
 public:
  Hasher(std::uint64_t seed, int depth) : state_(seed), seed_(seed), depth_(depth) {}

  std::uint64_t value(const TypeInfo& type, const std::byte* at, Form form) {
    for (const Leaf& leaf : type.leaves) this->leaf(in_form(leaf, form), leaf_place(leaf, at, form));
    while (!work_.empty()) {
      Span& top = work_.back();
      const Span now = top;
      if (--top.count == 0) {
        work_.pop_back();
      } else {
        top.a += now.type->size;
      }
      for (const Leaf& leaf : now.type->leaves) this->leaf(leaf, now.a + leaf.offset);
    }
    return state_;
  }

 private:
  void mix(std::uint64_t word) { state_ = hash_word(word, state_); }

  void leaf(const Leaf& leaf, const std::byte* at) {
    switch (leaf.kind) {
      case Kind::String: mix(string_hash(reinterpret_cast<const std::uint64_t*>(at), seed_)); break;
      case Kind::F16:
      case Kind::BF16:
      case Kind::F32:
      case Kind::F64: {
        const double x = float_of(leaf.kind, scalar_at(leaf, at));
        mix(x != x ? 0x7FF8u : x == 0.0 ? 0 : from_f64(x));
        break;
      }
      case Kind::Enum: {
        const std::uint64_t tag = scalar_at(leaf, at);
        mix(tag);
        if (leaf.type->slots == 1 || tag >= leaf.type->variants.size()) break;
        for (const Leaf& inner : leaf.type->variants[tag].leaves) {
          this->leaf(inner, at + inner.offset);
        }
        break;
      }
      case Kind::Bytes: {
        const auto* array = reinterpret_cast<const memory::ArrayObject*>(object_at(at));
        mix(array == nullptr ? hash_bytes({}, seed_)
                             : hash_bytes({reinterpret_cast<const char*>(array->data()), array->length}, seed_));
        break;
      }
      case Kind::List: {
        const auto* array = reinterpret_cast<const memory::ArrayObject*>(object_at(at));
        const std::uint64_t length = array != nullptr ? array->length : 0;
        mix(length);
        if (length != 0 && !leaf.type->element->leaves.empty()) {
          work_.push_back({leaf.type->element, array->data(), nullptr, length});
        }
        break;
      }
      case Kind::Box: {
        const auto* object = reinterpret_cast<const std::byte*>(object_at(at));
        mix(object != nullptr ? 1 : 0);
        if (object != nullptr) work_.push_back({leaf.type->element, object + kBoxContent, nullptr, 1});
        break;
      }
      case Kind::Map: map(*leaf.type, object_at(at)); break;
      case Kind::Tensor: mix(tensor_hash(reinterpret_cast<const memory::TensorObject*>(object_at(at)), seed_)); break;
      default: mix(scalar_at(leaf, at)); break;
    }
  }

  // The order of insertion doesn't count, so the entries' hashes are added up. Below the limit of
  // nesting only the length counts, which keeps equal maps equal.
  void map(const TypeInfo& type, const Object* object) {
    std::uint64_t sum = map_length(object);
    if (depth_ < kMostKeyNesting) {
      for (std::int64_t i = map_next(type, object, 0); i >= 0; i = map_next(type, object, i + 1)) {
        Hasher key(seed_, depth_ + 1);
        const std::uint64_t first = key.value(*type.element, map_key(type, object, i), Form::Memory);
        Hasher entry(first, depth_ + 1);
        sum += entry.value(*type.value, map_value(type, object, i), Form::Memory);
      }
    }
    mix(sum);
  }

  std::uint64_t state_;
  std::uint64_t seed_;
  int depth_;
  std::vector<Span> work_;
};

}  // namespace

bool equal_nested(const TypeInfo& type, const std::uint64_t* slots, const std::byte* in_memory, std::uint64_t seed,
                  int depth) {
  std::vector<std::uint64_t> other(type.slots);
  load_value(type, in_memory, other.data());
  Equality equality(FloatRule::Total, seed, depth);
  return equality.value(type, reinterpret_cast<const std::byte*>(slots),
                        reinterpret_cast<const std::byte*>(other.data()), Form::Slots);
}

std::uint64_t hash_nested(const TypeInfo& type, const std::uint64_t* slots, std::uint64_t seed, int depth) {
  Hasher hasher(seed, depth);
  return hasher.value(type, reinterpret_cast<const std::byte*>(slots), Form::Slots);
}

bool equal_slots(const TypeInfo& type, const std::uint64_t* a, const std::uint64_t* b, FloatRule rule,
                 std::uint64_t seed) {
  Equality equality(rule, seed, 0);
  return equality.value(type, reinterpret_cast<const std::byte*>(a), reinterpret_cast<const std::byte*>(b),
                        Form::Slots);
}

bool equal_memory(const TypeInfo& type, const std::byte* a, const std::byte* b, FloatRule rule, std::uint64_t seed) {
  Equality equality(rule, seed, 0);
  return equality.value(type, a, b, Form::Memory);
}

std::uint64_t hash_slots(const TypeInfo& type, const std::uint64_t* slots, std::uint64_t seed) {
  return hash_nested(type, slots, seed, 0);
}

}  // namespace noodle::value
