#pragma once

// What all readers of documents share: values are put at their places, and what is wrong is said with the path to it.

#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/shape.h"
#include "runtime/value/value.h"

namespace noodle::data {

/// Deeper documents are refused, so that reading them needs a bounded stack.
inline constexpr int kMostNesting = 1000;

/// Puts values into a root of zeros. All that it leaves, also when it fails, is a value that can be released.
class Builder {
 public:
  explicit Builder(memory::Account& account) : account_(account) {}

  // ---- values; false when it can't be done, which `problem` then tells
  bool put_int(const Shape& shape, std::byte* base, std::int64_t number, std::string_view written);
  bool put_uint(const Shape& shape, std::byte* base, std::uint64_t number, std::string_view written);
  void put_bool(const Shape& shape, std::byte* base, bool yes) { put_word(shape, base, yes); }
  /// `text` is UTF-8.
  bool put_text(const Shape& shape, std::byte* base, std::string_view text) {
    return value::make_string(account_, text, words(shape, base)) || no_memory();
  }
  bool put_bytes(const Shape& shape, std::byte* base, std::string_view base64);
  void put_tag(const Shape& shape, std::byte* base, std::uint16_t tag) { put_word(shape, base, tag); }
  void put_word(const Shape& shape, std::byte* base, std::uint64_t word) {
    value::store_scalar(shape.width, base + shape.offset, word);
  }
  /// A float as it is written, which is a number or inf or nan.
  bool put_float(const Shape& shape, std::byte* base, double number, std::string_view written);
  /// An infinite float, or NaN.
  void put_not_finite(const Shape& shape, std::byte* base, double number);
  /// The place of a new last element, zeroed.
  std::byte* add_element(const Shape& list, std::byte* base) {
    std::uint64_t* slot = words(list, base);
    memory::ArrayObject* array = value::list_at(*slot);
    if (array == nullptr || array->length == array->capacity) [[unlikely]] {
      if (!grow(list, slot)) return nullptr;
      array = value::list_at(*slot);
    }
    const std::uint32_t stride = list.type->object.stride;
    std::byte* at = array->data() + array->length++ * stride;
    std::memset(at, 0, stride);
    return at;
  }
  /// The place of the value of a key, zeroed; null when there is no memory or the key does not fit.
  std::byte* add_entry(const Shape& map, std::byte* base, std::string_view key) {
    Key made;
    return make_key(map, key, made) ? add_entry(map, base, made) : nullptr;
  }
  /// A map's key in slots.
  using Key = std::uint64_t[2];
  /// False when there is no memory or the key does not fit.
  bool make_key(const Shape& map, std::string_view text, Key& key);
  /// The same for a key that was made, which is consumed.
  std::byte* add_entry(const Shape& map, std::byte* base, const Key& key);
  /// The place of a box's content, zeroed.
  std::byte* add_box(const Shape& box, std::byte* base);
  /// Moves a value that was built apart, as an element of a list is, into a set.
  bool add_member(const Shape& set, std::byte* base, const std::byte* value);
  /// Releases what is there and leaves zeros.
  void clear(const Shape& shape, std::byte* base);
  /// Which variant has this name; nothing, and a problem, when none has.
  const Choice* choose(const Shape& shape, std::byte* base, std::string_view name);
  /// Gives fields that did not come what they are without: an Option is None. A problem when one must be there.
  bool fill_missing(const Part& part, std::byte* base);

  // ---- what is wrong
  bool no_memory() {
    out_of_memory_ = true;
    return false;
  }
  bool fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }
  /// On the way out of what went wrong: it was in this field, or at this index.
  bool in_field(std::string_view name) {
    if (!out_of_memory_) path_.emplace_back(field_step(name));
    return false;
  }
  bool in_element(std::uint64_t index) {
    if (!out_of_memory_) path_.emplace_back("[" + std::to_string(index) + "]");
    return false;
  }
  bool out_of_memory() const { return out_of_memory_; }
  bool failed() const { return out_of_memory_ || !problem_.empty(); }
  /// `users[3].age: expected Int, found true`
  std::string problem() const;

  static std::uint64_t* words(const Shape& shape, std::byte* base) {
    return reinterpret_cast<std::uint64_t*>(base + shape.offset);
  }
  memory::Account& account() { return account_; }

 private:
  bool grow(const Shape& list, std::uint64_t* slot);
  static std::string field_step(std::string_view name);

  memory::Account& account_;
  std::string problem_;
  std::vector<std::string> path_;  // from the inside out
  bool out_of_memory_ = false;
};

/// What a shape wants to be there, for messages: `Int`, `a list`, `User (an object)`.
std::string expected(const Shape& shape);
/// A text as messages show it: in quotes, and shortened when it is long.
std::string shown(std::string_view text);
/// `line 3, column 5` of a place in a document; columns count characters.
std::string position(std::string_view document, std::size_t at);

}  // namespace noodle::data
