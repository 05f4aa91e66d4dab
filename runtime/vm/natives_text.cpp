// Natives on strings.

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "runtime/value/case_map.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

// White space as Unicode has it, by its scalars.
bool is_space(std::uint32_t c) {
  return (c >= 9 && c <= 13) || c == 32 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

std::string_view trim_start(std::string_view text) {
  while (!text.empty()) {
    const DecodedScalar first = decode_utf8(text);
    if (!is_space(first.value)) break;
    text.remove_prefix(first.length);
  }
  return text;
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty()) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    if (!is_space(decode_utf8(text.substr(at)).value)) break;
    text = text.substr(0, at);
  }
  return text;
}

/// How often `part`, which is not empty, stands in the text.
std::size_t occurrences(std::string_view text, std::string_view part) {
  if (part.size() == 1) return static_cast<std::size_t>(std::ranges::count(text, part[0]));
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

NativeStatus out_of_bounds(NativeCall& call, std::int64_t index, std::uint64_t length) {
  return call.panic("index " + value::print_int(index) + " is out of bounds for a string of length " +
                    value::print_uint(length));
}

// The bytes of the character at an index that is in bounds.
std::string_view character_at(const NativeCall& call, std::uint64_t index) {
  const std::string_view text = text_arg(call, 0);
  const std::uint64_t at = value::string_offset(call.args, index);
  return text.substr(at, value::scalar_bytes(text[at]));
}

NativeStatus find_at(NativeCall& call, std::uint64_t from_byte) {
  const std::size_t found = text_arg(call, 0).find(text_arg(call, 2), from_byte);
  const bool is_there = found != std::string_view::npos;
  call.results[0] = is_there;
  call.results[1] = is_there ? value::string_index_of(call.args, found) : 0;
  return NativeStatus::Ok;
}

NativeStatus give_parsed(NativeCall& call, std::optional<std::int64_t> parsed) {
  call.results[0] = parsed.has_value();
  return give_int(call, parsed.value_or(0), 1);
}

NativeStatus give_list(NativeCall& call, TextList& list, bool enough, std::size_t slot = 0) {
  if (!enough) return NativeStatus::NoMemory;
  call.results[slot] = list.take();
  return NativeStatus::Ok;
}

}  // namespace

NativeStatus native_string_len(NativeCall& call) {
  return give_int(call, static_cast<std::int64_t>(value::string_length(call.args)));
}
NativeStatus native_string_byte_len(NativeCall& call) {
  return give_int(call, static_cast<std::int64_t>(value::string_bytes(call.args)));
}
NativeStatus native_string_at(NativeCall& call) {
  const std::uint64_t length = value::string_length(call.args);
  if (call.args[2] >= length) return out_of_bounds(call, int_arg(call, 2), length);
  return call.give_text(character_at(call, call.args[2]));
}
NativeStatus native_string_code_at(NativeCall& call) {
  const std::uint64_t length = value::string_length(call.args);
  if (call.args[2] >= length) return out_of_bounds(call, int_arg(call, 2), length);
  return give_int(call, decode_utf8(character_at(call, call.args[2])).value);
}
NativeStatus native_string_slice(NativeCall& call) {
  const std::uint64_t length = value::string_length(call.args);
  const std::uint64_t from = call.args[2];
  const std::uint64_t to = call.args[3];
  if (to > length || from > to) {
    return call.panic("slice " + value::print_int(int_arg(call, 2)) + ".." + value::print_int(int_arg(call, 3)) +
                      " is out of bounds for a string of length " + value::print_uint(length));
  }
  const std::uint64_t first = value::string_offset(call.args, from);
  const std::uint64_t last = value::string_offset(call.args, to);
  return call.give_text(text_arg(call, 0).substr(first, last - first));
}
NativeStatus native_string_from_code(NativeCall& call) {
  std::string text;
  const std::uint64_t code = call.args[0];
  if (code > 0x10FFFF || !append_utf8(text, static_cast<std::uint32_t>(code))) {
    return call.panic(value::print_int(int_arg(call, 0)) + " is not a Unicode scalar");
  }
  return call.give_text(text);
}
NativeStatus native_string_next(NativeCall& call) {
  const std::string_view text = text_arg(call, 0);
  std::uint64_t at = call.args[2];
  call.results[1] = call.results[2] = 0;
  if (at >= text.size()) return give_int(call, -1);
  // An offset into the middle of a character counts as its start: text must stay UTF-8.
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  const std::size_t bytes = value::scalar_bytes(text[at]);
  give_int(call, static_cast<std::int64_t>(at + bytes));
  return call.give_text(text.substr(at, bytes), 1);
}
NativeStatus native_string_append(NativeCall& call) {
  std::uint64_t words[2] = {call.args[0], call.args[1]};
  if (!value::append_string(call.account, words, text_arg(call, 2))) return NativeStatus::NoMemory;
  call.results[0] = words[0];
  call.results[1] = words[1];
  return NativeStatus::Ok;
}
NativeStatus native_string_compare(NativeCall& call) {
  return give_int(call, value::string_compare(call.args, call.args + 2));
}
NativeStatus native_string_contains(NativeCall& call) {
  call.results[0] = text_arg(call, 0).find(text_arg(call, 2)) != std::string_view::npos;
  return NativeStatus::Ok;
}
NativeStatus native_string_starts_with(NativeCall& call) {
  call.results[0] = text_arg(call, 0).starts_with(text_arg(call, 2));
  return NativeStatus::Ok;
}
NativeStatus native_string_ends_with(NativeCall& call) {
  call.results[0] = text_arg(call, 0).ends_with(text_arg(call, 2));
  return NativeStatus::Ok;
}
NativeStatus native_string_find(NativeCall& call) { return find_at(call, 0); }
NativeStatus native_string_find_last(NativeCall& call) {
  const std::size_t found = text_arg(call, 0).rfind(text_arg(call, 2));
  const bool is_there = found != std::string_view::npos;
  call.results[0] = is_there;
  call.results[1] = is_there ? value::string_index_of(call.args, found) : 0;
  return NativeStatus::Ok;
}
NativeStatus native_string_find_from(NativeCall& call) {
  const std::uint64_t length = value::string_length(call.args);
  if (call.args[4] > length) return out_of_bounds(call, int_arg(call, 4), length);
  return find_at(call, value::string_offset(call.args, call.args[4]));
}
NativeStatus native_string_replace(NativeCall& call) {
  const std::string_view text = text_arg(call, 0);
  const std::string_view old = text_arg(call, 2);
  const std::string_view fresh = text_arg(call, 4);
  if (old.empty()) return call.give_text(text);
  // Measured first, so that a huge result meets the account's limit before it is built.
  std::size_t count = 0;
  for (std::size_t at = text.find(old); at != std::string_view::npos; at = text.find(old, at + old.size())) {
    ++count;
  }
  std::size_t grown = 0;
  if (__builtin_mul_overflow(count, fresh.size(), &grown) ||
      __builtin_add_overflow(grown, text.size() - count * old.size(), &grown)) {
    return NativeStatus::NoMemory;
  }
  char* to = value::make_blank_string(call.account, grown, call.results);
  if (to == nullptr) return NativeStatus::NoMemory;
  auto put = [&](std::string_view piece) {
    value::copy_text(to, piece.data(), piece.size());
    to += piece.size();
  };
  std::size_t from = 0;
  for (std::size_t at = text.find(old); at != std::string_view::npos; at = text.find(old, from)) {
    put(text.substr(from, at - from));
    put(fresh);
    from = at + old.size();
  }
  put(text.substr(from));
  return NativeStatus::Ok;
}
NativeStatus native_string_upper(NativeCall& call) { return call.give_text(value::to_upper(text_arg(call, 0))); }
NativeStatus native_string_lower(NativeCall& call) { return call.give_text(value::to_lower(text_arg(call, 0))); }
NativeStatus native_string_trim(NativeCall& call) { return call.give_text(trim_end(trim_start(text_arg(call, 0)))); }
NativeStatus native_string_trim_start(NativeCall& call) { return call.give_text(trim_start(text_arg(call, 0))); }
NativeStatus native_string_trim_end(NativeCall& call) { return call.give_text(trim_end(text_arg(call, 0))); }
NativeStatus native_string_repeat(NativeCall& call) {
  const std::string_view text = text_arg(call, 0);
  const std::int64_t count = int_arg(call, 2);
  if (count < 0) return call.panic("a string can't be repeated " + value::print_int(count) + " times");
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(text.size(), static_cast<std::size_t>(count), &bytes)) {
    return NativeStatus::NoMemory;
  }
  char* to = value::make_blank_string(call.account, bytes, call.results);
  if (to == nullptr) return NativeStatus::NoMemory;
  if (bytes == 0) return NativeStatus::Ok;
  std::memcpy(to, text.data(), text.size());
  for (std::size_t done = text.size(); done < bytes;) {
    const std::size_t now = std::min(done, bytes - done);
    std::memcpy(to + done, to, now);
    done += now;
  }
  return NativeStatus::Ok;
}
NativeStatus native_string_reversed(NativeCall& call) {
  const std::string_view text = text_arg(call, 0);
  char* to = value::make_blank_string(call.account, text.size(), call.results);
  if (to == nullptr) return NativeStatus::NoMemory;
  to += text.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = value::scalar_bytes(text[at]);
    to -= bytes;
    std::memcpy(to, text.data() + at, bytes);
    at += bytes;
  }
  return NativeStatus::Ok;
}
NativeStatus native_string_chars(NativeCall& call) {
  TextList list(call, 0);
  const std::string_view text = text_arg(call, 0);
  bool enough = true;
  for (std::size_t at = 0; enough && at < text.size();) {
    const std::size_t bytes = value::scalar_bytes(text[at]);
    enough = list.add(text.substr(at, bytes));
    at += bytes;
  }
  return give_list(call, list, enough);
}
NativeStatus native_string_split(NativeCall& call) {
  const std::string_view text = text_arg(call, 0);
  const std::string_view separator = text_arg(call, 2);
  if (separator.empty()) return call.panic("a string can't be split at an empty separator");
  TextList list(call, 0);
  bool enough = list.reserve(occurrences(text, separator) + 1);
  std::size_t from = 0;
  while (enough) {
    const std::size_t at = text.find(separator, from);
    enough = list.add(text.substr(from, at == std::string_view::npos ? at : at - from));
    if (at == std::string_view::npos) break;
    from = at + separator.size();
  }
  return give_list(call, list, enough);
}
NativeStatus native_string_split_space(NativeCall& call) {
  TextList list(call, 0);
  std::string_view text = trim_start(text_arg(call, 0));
  bool enough = true;
  while (enough && !text.empty()) {
    std::size_t end = 0;
    while (end < text.size() && !is_space(decode_utf8(text.substr(end)).value)) {
      end += value::scalar_bytes(text[end]);
    }
    enough = list.add(text.substr(0, end));
    text = trim_start(text.substr(end));
  }
  return give_list(call, list, enough);
}
NativeStatus native_string_lines(NativeCall& call) {
  TextList list(call, 0);
  std::string_view text = text_arg(call, 0);
  bool enough = list.reserve(occurrences(text, "\n") + 1);
  while (enough && !text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    enough = list.add(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return give_list(call, list, enough);
}
NativeStatus native_string_join(NativeCall& call) {
  const std::uint64_t count = value::list_length(call.args[0]);
  const std::string_view separator = text_arg(call, 1);
  const auto* words =
      count == 0 ? nullptr : reinterpret_cast<const std::uint64_t*>(value::list_at(call.args[0])->data());
  std::size_t bytes = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (__builtin_add_overflow(bytes, value::string_bytes(words + 2 * i), &bytes) ||
        (i != 0 && __builtin_add_overflow(bytes, separator.size(), &bytes))) {
      return NativeStatus::NoMemory;
    }
  }
  char* to = value::make_blank_string(call.account, bytes, call.results);
  if (to == nullptr) return NativeStatus::NoMemory;
  auto put = [&](std::string_view piece) {
    if (!piece.empty()) std::memcpy(to, piece.data(), piece.size());
    to += piece.size();
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i != 0) put(separator);
    put(value::string_view(words + 2 * i));
  }
  return NativeStatus::Ok;
}
NativeStatus native_string_quote(NativeCall& call) { return call.give_text("\"" + escape(text_arg(call, 0)) + "\""); }
NativeStatus native_string_to_int(NativeCall& call) { return give_parsed(call, value::parse_int(text_arg(call, 0))); }
NativeStatus native_string_to_int_radix(NativeCall& call) {
  const std::int64_t radix = int_arg(call, 2);
  if (radix < 2 || radix > 36) {
    return call.panic("a radix must be between 2 and 36, not " + value::print_int(radix));
  }
  return give_parsed(call, value::parse_int(text_arg(call, 0), static_cast<int>(radix)));
}
NativeStatus native_string_to_float(NativeCall& call) {
  const std::optional<double> parsed = value::parse_float(text_arg(call, 0));
  call.results[0] = parsed.has_value();
  call.results[1] = std::bit_cast<std::uint64_t>(parsed.value_or(0.0));
  return NativeStatus::Ok;
}

}  // namespace noodle::vm
