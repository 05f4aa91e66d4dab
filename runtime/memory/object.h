#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace noodle::memory {

/// The eight bytes before every counted object.
///
/// `count` is drawn as in Koka and Lean:
///
///     1 … INT32_MAX           local: that many references, all in one thread; plain arithmetic
///     0                       immortal: constants; never counted, never freed
///     -1 … kStickyRelease+1   shared: minus the number of references; atomic arithmetic
///     … INT32_MIN             sticky: counted no more and never freed, so that it can't wrap
///
/// A local count that overflows wraps to INT32_MIN, which is sticky. Retaining stops at
/// kStickyRetain and releasing already at kStickyRelease; the room between them is larger than any
/// number of threads, so a race near one limit can't cross to the other.
///
/// All below a shared object is shared or immortal; a local object may hold anything.
///
/// `type` indexes the TypeTable. When an object dies its header is reused to link it into the list
/// of the dead: pointer in the upper 43 bits (objects are 16-byte aligned), type in the lower 21.
struct Object {
  std::int32_t count;
  std::uint32_t type;
};
static_assert(sizeof(Object) == 8);

constexpr std::int32_t kImmortal = 0;
constexpr std::int32_t kStickyRelease = -0x40000000;
constexpr std::int32_t kStickyRetain = -0x60000000;

/// How what follows the header is laid out, as far as freeing and publishing must know it.
enum class Shape : std::uint8_t {
  Record,  // fields at fixed offsets from the header: box, closure, any
  Array,   // ArrayObject: list, bytes
  Table,   // TableObject: map
  Text,    // TextObject: a string too long to stand in its slots
  Handle,  // HandleObject: a task, a channel, a file…
  Tensor,  // TensorObject, whose one field is the owner
};

struct EnumFields;

/// One place that may hold a counted reference.
struct Field {
  enum class Kind : std::uint8_t { Object, String, Enum };
  Kind kind = Kind::Object;
  std::uint32_t offset = 0;              // bytes from the start of the record, element or entry
  const EnumFields* variants = nullptr;  // Kind::Enum: a tag word, then the payload's slots
};
using FieldMap = std::span<const Field>;

/// The counted places of each variant, with offsets from the tag word.
struct EnumFields {
  std::span<const FieldMap> variants;
};

/// What the freeing and publishing walks know of a type of objects.
struct ObjectType {
  Shape shape = Shape::Record;
  std::uint32_t size = 0;    // Record: bytes of the whole object
  std::uint32_t stride = 0;  // Array: bytes an element; Table: bytes an entry
  FieldMap fields;           // counted places of the record or tensor, of an element or of an entry

  /// Whether its objects may hold others that `for_each_child` finds.
  bool has_children() const { return !fields.empty(); }
};

/// Elements side by side; capacity counts elements.
struct ArrayObject {
  Object header;
  std::uint64_t length;
  std::uint64_t capacity;

  static constexpr std::size_t kDataOffset = 24;
  std::byte* data() { return reinterpret_cast<std::byte*>(this) + kDataOffset; }
  const std::byte* data() const { return reinterpret_cast<const std::byte*>(this) + kDataOffset; }
  /// Bytes of an array of `capacity` elements.
  static std::size_t bytes(std::uint64_t capacity, std::uint32_t stride) {
    return kDataOffset + static_cast<std::size_t>(capacity) * stride;
  }
};
static_assert(sizeof(ArrayObject) == ArrayObject::kDataOffset);

/// A hash table over dense entries in insertion order. `buffer` holds `capacity` entries of
/// `stride` bytes, each beginning with a word that is zero when the entry was removed; the search
/// table lies behind them. Its places are bytes while an entry's number plus one fits in them, else words.
struct TableObject {
  Object header;
  std::uint32_t used;      // entries written, removed ones included
  std::uint32_t live;      // entries that are not removed
  std::uint32_t capacity;  // entries there is room for; zero without a buffer
  std::uint32_t mask;      // places of the search table minus one
  std::byte* buffer;

  static constexpr std::uint32_t kMostSmall = 255;
  bool is_small() const { return capacity <= kMostSmall; }
  std::size_t place_bytes() const { return (std::size_t{mask} + 1) * (is_small() ? 1 : 8); }
  std::size_t buffer_bytes(std::uint32_t stride) const {
    return capacity == 0 ? 0 : std::size_t{capacity} * stride + place_bytes();
  }
};

/// UTF-8 bytes. `facts` is zero while nothing is known, `characters << 1 | 1` once they are counted
/// and no index is needed or made, else the address of a TextIndex.
struct TextObject {
  Object header;
  std::uint64_t capacity;
  std::uint64_t facts;

  char* data() { return reinterpret_cast<char*>(this) + sizeof(TextObject); }
  const char* data() const { return reinterpret_cast<const char*>(this) + sizeof(TextObject); }
  static std::size_t bytes(std::uint64_t capacity) { return sizeof(TextObject) + capacity; }
};

/// Byte offset of every kStep-th character of a text that is not ASCII. Not charged: it is at most
/// an eighth of the text and vanishes with it.
struct TextIndex {
  std::uint64_t characters;
  static constexpr std::uint64_t kStep = 64;
  std::uint64_t* offsets() { return reinterpret_cast<std::uint64_t*>(this + 1); }
  const std::uint64_t* offsets() const { return reinterpret_cast<const std::uint64_t*>(this + 1); }
};

/// What stands behind a handle: identity, not a value. It takes care of its own threads, and what lies in
/// it was published when it was put there, so walks that publish stop here.
struct HandleObject {
  /// What one kind of handle can do when it dies; with no state of its own.
  struct Kind {
    const char* name;  // for people: `task`, `channel`
    /// Calls visit(context, object) for each counted reference that dies with it; moves them out. Gives how
    /// many bytes that were under way go with them.
    std::int64_t (*children)(HandleObject*, void* context, void (*visit)(void* context, Object*));
    /// Gives its memory back, or notes that nobody holds it any more.
    void (*dispose)(HandleObject*);
  };
  Object header;
  const Kind* kind;
};

/// Elements of one kind of number in rows, columns and so on: where the element with given indices lies is `data` plus
/// the sum of each index times its axis's stride. They stand in this object, behind the shape and the strides, or in
/// one that `owner` keeps alive: another tensor whose elements these are as well, or a handle.
struct TensorObject {
  Object header;
  Object* owner;  // null: they stand here
  std::byte* data;
  std::int64_t count;    // of elements, the product of the shape
  std::uint64_t bytes;   // of this object
  std::uint8_t element;  // an nbc::Kind
  std::uint8_t rank;

  static constexpr std::uint32_t kMostRank = 32;
  std::int64_t* shape() { return reinterpret_cast<std::int64_t*>(this + 1); }
  const std::int64_t* shape() const { return reinterpret_cast<const std::int64_t*>(this + 1); }
  /// In elements, negative for an axis that is walked backwards, 0 for one that is repeated.
  std::int64_t* strides() { return shape() + rank; }
  const std::int64_t* strides() const { return shape() + rank; }
};
static_assert(sizeof(TensorObject) == 48);
inline constexpr Field kTensorOwner{.offset = offsetof(TensorObject, owner)};

/// A string in its two words: up to 15 bytes in place, their number in the last byte; else the
/// address of a TextObject and the length in bytes with this bit set. All zero is the empty string.
constexpr std::uint64_t kHeapText = std::uint64_t{1} << 63;

/// The object behind a string's words, or null when the string stands in them.
inline Object* text_object(const std::uint64_t* words) {
  return (words[1] & kHeapText) != 0 ? reinterpret_cast<Object*>(words[0]) : nullptr;
}

/// Calls `f(Object*)` for each object that `fields` finds under `base`.
template <typename F>
inline void for_each_child(FieldMap fields, const std::byte* base, F&& f);

/// The same for the payload of the variant that the enum at `words` holds. One level of it is looked at
/// in place; enums nest only as deep as types do, so the recursion is bounded.
template <typename F>
inline void for_each_in_variant(const EnumFields& variants, const std::uint64_t* words, F&& f) {
  if (words[0] >= variants.variants.size()) return;
  const auto* base = reinterpret_cast<const std::byte*>(words);
  for (const Field& field : variants.variants[words[0]]) {
    const auto* at = reinterpret_cast<const std::uint64_t*>(base + field.offset);
    if (field.kind == Field::Kind::Object) {
      if (at[0] != 0) f(reinterpret_cast<Object*>(at[0]));
    } else {
      for_each_child(FieldMap(&field, 1), base, f);
    }
  }
}

template <typename F>
inline void for_each_child(FieldMap fields, const std::byte* base, F&& f) {
  for (const Field& field : fields) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(base + field.offset);
    switch (field.kind) {
      case Field::Kind::Object:
        if (words[0] != 0) f(reinterpret_cast<Object*>(words[0]));
        break;
      case Field::Kind::String:
        if (Object* object = text_object(words)) f(object);
        break;
      case Field::Kind::Enum: for_each_in_variant(*field.variants, words, f); break;
    }
  }
}

/// Calls `f(Object*)` for each object right below `object`.
template <typename F>
inline void for_each_child(const ObjectType& type, const Object* object, F&& f) {
  switch (type.shape) {
    case Shape::Record:
    case Shape::Tensor: for_each_child(type.fields, reinterpret_cast<const std::byte*>(object), f); break;
    case Shape::Array: {
      if (type.fields.empty()) break;
      const auto* array = reinterpret_cast<const ArrayObject*>(object);
      const std::byte* at = array->data();
      for (std::uint64_t i = 0; i < array->length; ++i, at += type.stride) {
        for_each_child(type.fields, at, f);
      }
      break;
    }
    case Shape::Table: {
      if (type.fields.empty()) break;
      const auto* table = reinterpret_cast<const TableObject*>(object);
      const std::byte* at = table->buffer;
      for (std::uint32_t i = 0; i < table->used; ++i, at += type.stride) {
        if (*reinterpret_cast<const std::uint64_t*>(at) != 0) for_each_child(type.fields, at, f);
      }
      break;
    }
    case Shape::Text:
    case Shape::Handle: break;
  }
}

}  // namespace noodle::memory
