// Natives of regular expressions.

#include <string>

#include "runtime/room/natives.h"
#include "runtime/text/pattern.h"

namespace noodle::room {

namespace {

using text::Pattern;
using text::pattern_of;

/// Characters of valid UTF-8.
std::int64_t characters(std::string_view text) {
  std::int64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

/// Arguments 0 and 1, which only a module that nobody compiled gives otherwise than `regex.compile` took them.
std::shared_ptr<const Pattern> pattern_arg(const Call& call) { return pattern_of(text_arg(call, 0), int_arg(call, 2)); }

Status no_pattern(Call& call) { return panic(call, "not a regular expression: " + std::string(text_arg(call, 0))); }

}  // namespace

Status native_regex_compile(Call& call) {
  const std::string_view text = text_arg(call, 0);
  const auto pattern = pattern_arg(call);
  text::PatternError error;
  if (!pattern->is_good()) error = text::error_of(*pattern, text, int_arg(call, 2));
  TextList names(call, 3);
  if (pattern->is_good()) {
    for (const std::string& name : pattern->names()) {
      if (!names.add(name)) return Status::NoMemory;
    }
  }
  if (give_text(call, error.message, 1) != Status::Ok) return Status::NoMemory;
  call.results[4] = names.take();
  give_int(call, characters(text.substr(0, error.byte)), 3);
  return give_bool(call, pattern->is_good());
}

Status native_regex_is_match(Call& call) {
  const auto pattern = pattern_arg(call);
  if (!pattern->is_good()) return no_pattern(call);
  const std::string_view text = text_arg(call, 3);
  return give_bool(call, pattern->re.Match(text, 0, text.size(), RE2::UNANCHORED, nullptr, 0));
}

}  // namespace noodle::room
