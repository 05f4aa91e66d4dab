#include "runtime/value/string.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"
#include "runtime/value/compare.h"

namespace noodle::value {

namespace {

using memory::TextIndex;
using memory::TextObject;
using memory::TypeTable;

std::uint64_t count_characters(std::string_view text) {
  std::uint64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

TextObject* allocate_text(Account& account, std::size_t capacity) {
  if (capacity > Account::kLargest) return nullptr;
  auto* text = reinterpret_cast<TextObject*>(memory::allocate(account, TextObject::bytes(capacity), TypeTable::kText));
  if (text == nullptr) return nullptr;
  text->capacity = capacity;
  text->facts = 0;
  return text;
}

void set_inline_length(std::uint64_t* words, std::size_t bytes) {
  reinterpret_cast<unsigned char*>(words)[kInlineText] = static_cast<unsigned char>(bytes);
}

// What is known of a long string is written beside it by whoever asks first. A string may be shared
// between threads, so the word is atomic; two threads may do the work twice, and one result stays.
std::uint64_t load_facts(const TextObject* text) { return __atomic_load_n(&text->facts, __ATOMIC_ACQUIRE); }

void publish_facts(TextObject* text, std::uint64_t expected, std::uint64_t facts) {
  // Release pairs with load_facts: the index's contents are there before its address.
  const bool won =
      __atomic_compare_exchange_n(&text->facts, &expected, facts, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
  if (!won && (facts & 1) == 0) memory::raw_free(reinterpret_cast<void*>(facts));
}

std::uint64_t characters_in(std::uint64_t facts) {
  return (facts & 1) != 0 ? facts >> 1 : reinterpret_cast<const TextIndex*>(facts)->characters;
}

// The index of a long string that is not ASCII; null when there is no memory for one.
const TextIndex* find_or_make_index(TextObject* text, std::uint64_t bytes, std::uint64_t characters) {
  const std::uint64_t facts = load_facts(text);
  if (facts != 0 && (facts & 1) == 0) return reinterpret_cast<const TextIndex*>(facts);
  const std::uint64_t steps = characters / TextIndex::kStep + 1;
  auto* index = static_cast<TextIndex*>(memory::raw_allocate(sizeof(TextIndex) + steps * 8));
  if (index == nullptr) return nullptr;
  index->characters = characters;
  std::uint64_t seen = 0;
  for (std::uint64_t at = 0; at < bytes; ++at) {
    if ((static_cast<unsigned char>(text->data()[at]) & 0xC0) == 0x80) continue;
    if (seen % TextIndex::kStep == 0) index->offsets()[seen / TextIndex::kStep] = at;
    ++seen;
  }
  if (seen % TextIndex::kStep == 0) index->offsets()[seen / TextIndex::kStep] = bytes;
  publish_facts(text, facts, reinterpret_cast<std::uint64_t>(index));
  const std::uint64_t now = load_facts(text);
  return (now & 1) == 0 ? reinterpret_cast<const TextIndex*>(now) : nullptr;
}

std::uint64_t walk(std::string_view text, std::uint64_t at, std::uint64_t characters) {
  while (characters-- > 0 && at < text.size()) at += scalar_bytes(text[at]);
  return at;
}

// Forgets what was known of a unique string that is about to change.
void forget_facts(TextObject* text) {
  if (text->facts != 0 && (text->facts & 1) == 0) {
    memory::raw_free(reinterpret_cast<void*>(text->facts));
  }
  text->facts = 0;
}

}  // namespace

char* make_blank_string(Account& account, std::size_t bytes, std::uint64_t* out) {
  if (bytes <= kInlineText) {
    out[0] = out[1] = 0;
    set_inline_length(out, bytes);
    return reinterpret_cast<char*>(out);
  }
  TextObject* text = allocate_text(account, bytes);
  if (text == nullptr) return nullptr;
  out[0] = reinterpret_cast<std::uint64_t>(text);
  out[1] = bytes | memory::kHeapText;
  return text->data();
}

namespace {

// Puts together the words of a text that stands in them. In registers: reading words that were written in parts waits
// until they are in memory.
void put_inline(std::string_view text, std::uint64_t* out) {
  const char* from = text.data();
  const std::size_t bytes = text.size();
  std::uint64_t low = 0, high = 0;
  if (bytes >= 8) {
    std::memcpy(&low, from, 8);
    std::memcpy(&high, from + bytes - 8, 8);
    high = high >> 8 >> (8 * (kInlineText - bytes));  // without what is in `low`
  } else if (bytes >= 4) {
    std::uint32_t first = 0, last = 0;
    std::memcpy(&first, from, 4);
    std::memcpy(&last, from + bytes - 4, 4);
    low = first | std::uint64_t{last} << (8 * (bytes - 4));
  } else {
    for (std::size_t i = 0; i < bytes; ++i) low |= std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
  }
  out[0] = low;
  out[1] = high | std::uint64_t{bytes} << 56;
}

}  // namespace

bool make_string(Account& account, std::string_view text, std::uint64_t* out) {
  if (text.size() <= kInlineText) {
    put_inline(text, out);
    return true;
  }
  char* to = make_blank_string(account, text.size(), out);
  if (to == nullptr) return false;
  copy_text(to, text.data(), text.size());
  return true;
}

void cut_string(Account& account, std::uint64_t* words, std::size_t bytes) {
  // What stands in the words, or would hold much more than it needs, is made anew; the latter if there is memory.
  if (bytes <= kInlineText || bytes < string_bytes(words) / 2) {
    std::uint64_t cut[2];
    if (make_string(account, string_view(words).substr(0, bytes), cut)) {
      release_string(account, words);
      words[0] = cut[0];
      words[1] = cut[1];
      return;
    }
  }
  words[1] = bytes | memory::kHeapText;
}

bool concat_strings(Account& account, std::span<const std::string_view> pieces, std::uint64_t* out) {
  std::size_t bytes = 0;
  for (const std::string_view piece : pieces) {
    if (__builtin_add_overflow(bytes, piece.size(), &bytes)) return false;
  }
  std::uint64_t result[2];
  char* to = make_blank_string(account, bytes, result);
  if (to == nullptr) return false;
  for (const std::string_view piece : pieces) {
    copy_text(to, piece.data(), piece.size());
    to += piece.size();
  }
  out[0] = result[0];
  out[1] = result[1];
  return true;
}

bool append_string(Account& account, std::uint64_t* words, std::string_view more) {
  const std::uint64_t bytes = string_bytes(words);
  if (more.size() > Account::kLargest) return false;
  const std::uint64_t total = bytes + more.size();
  if (more.empty()) return true;
  Object* object = memory::text_object(words);
  if (object == nullptr && total <= kInlineText) {
    std::memmove(reinterpret_cast<char*>(words) + bytes, more.data(), more.size());
    set_inline_length(words, total);
    return true;
  }
  if (object != nullptr && memory::make_unique_local(account, object)) {
    auto* text = reinterpret_cast<TextObject*>(object);
    if (text->capacity >= total) {
      forget_facts(text);
      std::memmove(text->data() + bytes, more.data(), more.size());
      words[1] = total | memory::kHeapText;
      return true;
    }
  }
  // `more` may lie in this very string, so the old one is released last.
  TextObject* grown = allocate_text(account, std::max(total, bytes + bytes / 2));
  if (grown == nullptr) grown = allocate_text(account, total);
  if (grown == nullptr) return false;
  std::memcpy(grown->data(), string_view(words).data(), bytes);
  std::memcpy(grown->data() + bytes, more.data(), more.size());
  if (object != nullptr) memory::release(account, object);
  words[0] = reinterpret_cast<std::uint64_t>(grown);
  words[1] = total | memory::kHeapText;
  return true;
}

std::uint64_t string_length(const std::uint64_t* words) {
  Object* object = memory::text_object(words);
  if (object == nullptr) return count_characters(string_view(words));
  auto* text = reinterpret_cast<TextObject*>(object);
  const std::uint64_t facts = load_facts(text);
  if (facts != 0) return characters_in(facts);
  const std::uint64_t count = count_characters(string_view(words));
  publish_facts(text, 0, count << 1 | 1);
  return count;
}

std::uint64_t string_offset(const std::uint64_t* words, std::uint64_t index) {
  const std::string_view text = string_view(words);
  const std::uint64_t characters = string_length(words);
  if (characters == text.size()) return index;
  Object* object = memory::text_object(words);
  if (object == nullptr) return walk(text, 0, index);
  const TextIndex* beside = find_or_make_index(reinterpret_cast<TextObject*>(object), text.size(), characters);
  if (beside == nullptr) return walk(text, 0, index);
  return walk(text, beside->offsets()[index / TextIndex::kStep], index % TextIndex::kStep);
}

std::uint64_t string_index_of(const std::uint64_t* words, std::uint64_t offset) {
  const std::string_view text = string_view(words);
  const std::uint64_t characters = string_length(words);
  if (characters == text.size()) return offset;
  Object* object = memory::text_object(words);
  if (object == nullptr) return count_characters(text.substr(0, offset));
  const TextIndex* beside = find_or_make_index(reinterpret_cast<TextObject*>(object), text.size(), characters);
  if (beside == nullptr) return count_characters(text.substr(0, offset));
  const std::uint64_t* first = beside->offsets();
  const std::uint64_t* last = first + characters / TextIndex::kStep + 1;
  const std::uint64_t* step = std::upper_bound(first, last, offset) - 1;
  return static_cast<std::uint64_t>(step - first) * TextIndex::kStep +
         count_characters(text.substr(*step, offset - *step));
}

int string_compare(const std::uint64_t* a, const std::uint64_t* b) {
  if (((a[1] | b[1]) & memory::kHeapText) == 0) {
    // Texts in their words compare as numbers of 16 digits; the last one, their length, decides between
    // texts of which one begins with the other.
    const std::uint64_t x = __builtin_bswap64(a[0]);
    const std::uint64_t y = __builtin_bswap64(b[0]);
    if (x != y) return x < y ? -1 : 1;
    const std::uint64_t z = __builtin_bswap64(a[1]);
    const std::uint64_t w = __builtin_bswap64(b[1]);
    return z < w ? -1 : z > w ? 1 : 0;
  }
  const int order = string_view(a).compare(string_view(b));
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

std::uint64_t string_hash(const std::uint64_t* words, std::uint64_t seed) {
  if ((words[1] & memory::kHeapText) == 0) {
    return hash_word(words[0], hash_word(words[1], seed));
  }
  return hash_bytes(string_view(words), seed);
}

}  // namespace noodle::value
