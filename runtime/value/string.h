#pragma once

// Strings in their two words (memory/object.h draws them): up to 15 bytes in place, longer ones in a
// TextObject. All text is valid UTF-8; whoever makes a string from outside checks that first.
// Characters are Unicode scalars. Functions that may need memory give false when there is none and
// have then changed nothing.

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "runtime/memory/memory.h"

namespace noodle::value {

using memory::Account;
using memory::Object;

constexpr std::size_t kInlineText = 15;

/// The bytes of a string. They may lie in `words` itself, so it must stay where it is.
inline std::string_view string_view(const std::uint64_t* words) {
  if ((words[1] & memory::kHeapText) != 0) {
    const auto* object = reinterpret_cast<const memory::TextObject*>(words[0]);
    return {object->data(), words[1] & ~memory::kHeapText};
  }
  return {reinterpret_cast<const char*>(words), words[1] >> 56};
}
inline std::uint64_t string_bytes(const std::uint64_t* words) {
  return (words[1] & memory::kHeapText) != 0 ? words[1] & ~memory::kHeapText : words[1] >> 56;
}

/// Copies bytes that don't overlap. Most texts are short, and for those a call costs more than the work.
inline void copy_text(char* to, const char* from, std::size_t bytes) {
  if (bytes > 16) {
    std::memcpy(to, from, bytes);
  } else if (bytes >= 8) {
    std::uint64_t first, last;
    std::memcpy(&first, from, 8);
    std::memcpy(&last, from + bytes - 8, 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + bytes - 8, &last, 8);
  } else if (bytes >= 4) {
    std::uint32_t first, last;
    std::memcpy(&first, from, 4);
    std::memcpy(&last, from + bytes - 4, 4);
    std::memcpy(to, &first, 4);
    std::memcpy(to + bytes - 4, &last, 4);
  } else if (bytes != 0) {
    const char first = from[0], middle = from[bytes / 2], last = from[bytes - 1];
    to[0] = first;
    to[bytes / 2] = middle;
    to[bytes - 1] = last;
  }
}

/// Makes an owned string of valid UTF-8.
bool make_string(Account& account, std::string_view text, std::uint64_t* out);
/// Makes an owned string of the pieces in order.
bool concat_strings(Account& account, std::span<const std::string_view> pieces, std::uint64_t* out);
/// Appends to an owned string, in place and with room to grow where it is unique.
bool append_string(Account& account, std::uint64_t* words, std::string_view more);
/// Makes room for an owned string of `bytes` bytes and says where to write them: all of them, before
/// anything else happens to the string. Null when there is no memory.
char* make_blank_string(Account& account, std::size_t bytes, std::uint64_t* out);

/// Cuts a string that was made blank, and has one owner, to its first bytes.
void cut_string(Account& account, std::uint64_t* words, std::size_t bytes);

inline void retain_string(const std::uint64_t* words) {
  if (Object* object = memory::text_object(words)) memory::retain(object);
}
inline void release_string(Account& account, const std::uint64_t* words) {
  if (Object* object = memory::text_object(words)) memory::release(account, object);
}

/// Number of characters: O(1) on short strings and once counted.
std::uint64_t string_length(const std::uint64_t* words);
/// Byte offset of character `index`, at most the length: O(1) on ASCII, else by an index beside the
/// string that the first use makes.
std::uint64_t string_offset(const std::uint64_t* words, std::uint64_t index);
/// Which character begins at byte `offset`.
std::uint64_t string_index_of(const std::uint64_t* words, std::uint64_t offset);

/// Bytes of the character that begins with this byte.
inline std::size_t scalar_bytes(char first) {
  const auto c = static_cast<unsigned char>(first);
  return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

inline bool string_equal(const std::uint64_t* a, const std::uint64_t* b) {
  if (a[1] != b[1]) return false;
  if (a[0] == b[0]) return true;
  return (a[1] & memory::kHeapText) != 0 && string_view(a) == string_view(b);
}
/// -1, 0 or 1 by code point, which UTF-8's byte order is.
int string_compare(const std::uint64_t* a, const std::uint64_t* b);
std::uint64_t string_hash(const std::uint64_t* words, std::uint64_t seed);

}  // namespace noodle::value
