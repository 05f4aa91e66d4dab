// Natives of what Unicode's tables say.

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "runtime/room/natives.h"

namespace noodle::room {

namespace {

const auto* bytes_of(std::string_view text) { return reinterpret_cast<const utf8proc_uint8_t*>(text.data()); }

/// Goes over a text's graphemes: what people see as one character.
class Graphemes {
 public:
  explicit Graphemes(std::string_view text) : text_(text) {}

  /// The next one; empty at the end. Its characters are given to `each`.
  template <typename F>
  std::string_view next(F&& each) {
    const std::size_t start = at_;
    while (at_ < text_.size()) {
      utf8proc_int32_t code = 0;
      const auto bytes =
          utf8proc_iterate(bytes_of(text_) + at_, static_cast<utf8proc_ssize_t>(text_.size() - at_), &code);
      if (bytes <= 0) break;
      // Where a grapheme begins that was asked already, and asking changes the state.
      if (at_ > start && utf8proc_grapheme_break_stateful(last_, code, &state_)) break;
      each(code);
      last_ = code;
      at_ += static_cast<std::size_t>(bytes);
    }
    return text_.substr(start, at_ - start);
  }
  std::string_view next() {
    return next([](utf8proc_int32_t) {});
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  utf8proc_int32_t last_ = 0;
  utf8proc_int32_t state_ = 0;
};

/// Columns of a terminal that a grapheme takes.
class Width {
 public:
  void add(utf8proc_int32_t code) {
    constexpr utf8proc_int32_t kEmojiStyle = 0xFE0F, kTextStyle = 0xFE0E, kFirstFlag = 0x1F1E6, kLastFlag = 0x1F1FF;
    if (code == kEmojiStyle) columns_ = std::max(columns_, 2);
    if (code == kTextStyle) columns_ = std::min(columns_, 1);
    if (code >= kFirstFlag && code <= kLastFlag) columns_ = 2;
    columns_ = std::max(columns_, utf8proc_charwidth(code));
  }
  int columns() const { return columns_; }

 private:
  int columns_ = 0;
};

/// Gives a text as utf8proc maps it.
Status give_mapped(Call& call, int options) {
  const std::string_view text = text_arg(call, 0);
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                             static_cast<utf8proc_option_t>(options));
  if (size < 0) return Status::NoMemory;
  const Status status = give_text(call, {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)});
  std::free(mapped);
  return status;
}

}  // namespace

Status native_unicode_graphemes(Call& call) {
  Graphemes graphemes(text_arg(call, 0));
  TextList list(call, 0);
  for (std::string_view next = graphemes.next(); !next.empty(); next = graphemes.next()) {
    if (!list.add(next)) return Status::NoMemory;
  }
  call.results[0] = list.take();
  return Status::Ok;
}

Status native_unicode_grapheme_count(Call& call) {
  Graphemes graphemes(text_arg(call, 0));
  std::int64_t count = 0;
  while (!graphemes.next().empty()) ++count;
  return give_int(call, count);
}

Status native_unicode_normalise(Call& call) {
  constexpr int kForms[] = {UTF8PROC_COMPOSE, UTF8PROC_DECOMPOSE, UTF8PROC_COMPOSE | UTF8PROC_COMPAT,
                            UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT};
  const std::uint64_t form = call.args[2];
  if (form >= std::size(kForms)) return panic(call, "no normal form has number " + std::to_string(int_arg(call, 2)));
  const std::string_view text = text_arg(call, 0);
  if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return give_text(call, text);
  return give_mapped(call, UTF8PROC_STABLE | kForms[form]);
}

Status native_unicode_casefold(Call& call) { return give_mapped(call, UTF8PROC_STABLE | UTF8PROC_CASEFOLD); }

Status native_unicode_width(Call& call) {
  Graphemes graphemes(text_arg(call, 0));
  std::int64_t columns = 0;
  for (;;) {
    Width width;
    if (graphemes.next([&](utf8proc_int32_t code) { width.add(code); }).empty()) return give_int(call, columns);
    columns += width.columns();
  }
}

Status native_unicode_category(Call& call) {
  const auto code = static_cast<utf8proc_int32_t>(std::clamp<std::int64_t>(int_arg(call, 0), -1, 0x110000));
  return give_text(call, utf8proc_category_string(code));
}

}  // namespace noodle::room
