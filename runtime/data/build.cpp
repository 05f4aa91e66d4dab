#include "runtime/data/build.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "runtime/data/bases.h"

namespace noodle::data {

namespace {

int bits_of(Kind kind) {
  switch (kind) {
    case Kind::I8:
    case Kind::U8: return 8;
    case Kind::I16:
    case Kind::U16: return 16;
    case Kind::I32:
    case Kind::U32: return 32;
    default: return 64;
  }
}

bool is_word(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && (name[0] < '0' || name[0] > '9') && std::ranges::all_of(name, is_part);
}

// A type's name without the compiler's word for what a box holds.
std::string_view type_name(const Shape& shape) {
  std::string_view name = shape.type->name;
  if (name.starts_with("flat ")) name.remove_prefix(5);
  return name;
}

}  // namespace

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::size_t end = std::min(text.size(), kMost);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return "\"" + escape(text.substr(0, end)) + (end < text.size() ? "…\"" : "\"");
}

std::string expected(const Shape& shape) {
  switch (shape.form) {
    case Form::Bool:
    case Form::Int:
    case Form::Uint:
    case Form::Float: return std::string(value::scalar_name(shape.kind));
    case Form::Text: return "String";
    case Form::Bytes: return "base64";
    case Form::List:
    case Form::Set: return "a list";
    case Form::Tuple: return shape.parts.size() == 0 ? "null" : "a list of " + std::to_string(shape.parts.size());
    case Form::Map: return "an object";
    case Form::Struct: return std::string(type_name(shape)) + " (an object)";
    case Form::Enum: return std::string(type_name(shape));
    case Form::Option:
    case Form::Box: return expected(*shape.element);
    case Form::Tree: return "a value";
    case Form::Opaque: break;
  }
  return "nothing that can be read";
}

std::string position(std::string_view document, std::size_t at) {
  const std::string_view before = document.substr(0, at);
  const auto line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
  const std::size_t start = before.rfind('\n') + 1;
  std::string_view column = before.substr(start);
  if (start == 0 && column.starts_with("\xEF\xBB\xBF")) column.remove_prefix(3);
  const auto characters = std::ranges::count_if(column, [](unsigned char c) { return (c & 0xC0) != 0x80; });
  return "line " + std::to_string(line) + ", column " + std::to_string(characters + 1);
}

bool Builder::put_int(const Shape& shape, std::byte* base, std::int64_t number, std::string_view written) {
  if (shape.form == Form::Uint) {
    if (number < 0) return fail("expected " + expected(shape) + ", which " + std::string(written) + " does not fit");
    return put_uint(shape, base, static_cast<std::uint64_t>(number), written);
  }
  const int bits = bits_of(shape.kind);
  if (bits < 64 && (number >> (bits - 1)) != (number >> 63)) {
    return fail("expected " + expected(shape) + ", which " + std::string(written) + " does not fit");
  }
  put_word(shape, base, static_cast<std::uint64_t>(number));
  return true;
}

bool Builder::put_uint(const Shape& shape, std::byte* base, std::uint64_t number, std::string_view written) {
  const bool is_signed = shape.form == Form::Int;
  const int bits = bits_of(shape.kind) - (is_signed ? 1 : 0);
  if (bits < 64 && (number >> bits) != 0) {
    return fail("expected " + expected(shape) + ", which " + std::string(written) + " does not fit");
  }
  put_word(shape, base, number);
  return true;
}

bool Builder::put_float(const Shape& shape, std::byte* base, double number, std::string_view written) {
  std::uint64_t word = 0;
  bool fits = std::isfinite(number);
  switch (shape.kind) {
    case Kind::F32: {
      // From the digits, so that it is rounded once.
      float narrow = 0;
      fits = fits && std::from_chars(written.data(), written.data() + written.size(), narrow).ec == std::errc();
      if (std::fabs(number) < static_cast<double>(std::numeric_limits<float>::min())) {
        narrow = static_cast<float>(number);
        fits = true;
      }
      word = value::from_f32(narrow);
      break;
    }
    case Kind::F16:
      word = value::f64_to_f16(number);
      fits = fits && std::isfinite(value::as_f16(word));
      break;
    case Kind::BF16:
      word = value::f64_to_bf16(number);
      fits = fits && std::isfinite(value::as_bf16(word));
      break;
    default: word = value::from_f64(number); break;
  }
  if (!fits) return fail("expected " + expected(shape) + ", which " + std::string(written) + " does not fit");
  put_word(shape, base, word);
  return true;
}

void Builder::put_not_finite(const Shape& shape, std::byte* base, double number) {
  switch (shape.kind) {
    case Kind::F32: return put_word(shape, base, value::from_f32(static_cast<float>(number)));
    case Kind::F16: return put_word(shape, base, value::f64_to_f16(number));
    case Kind::BF16: return put_word(shape, base, value::f64_to_bf16(number));
    default: return put_word(shape, base, value::from_f64(number));
  }
}

bool Builder::put_bytes(const Shape& shape, std::byte* base, std::string_view base64) {
  std::string bytes;
  if (decode(Base::Base64, base64, bytes).problem != Decoded::Problem::None)
    return fail("expected base64, found " + shown(base64));
  if (bytes.empty()) return true;
  auto* array = reinterpret_cast<memory::ArrayObject*>(
      memory::allocate(account_, memory::ArrayObject::bytes(bytes.size(), 1), memory::TypeTable::kBytes));
  if (array == nullptr) return no_memory();
  array->length = array->capacity = bytes.size();
  std::memcpy(array->data(), bytes.data(), bytes.size());
  *words(shape, base) = reinterpret_cast<std::uint64_t>(array);
  return true;
}

bool Builder::grow(const Shape& list, std::uint64_t* slot) {
  return value::list_reserve(account_, *list.type, slot, value::list_length(*slot) + 1) || no_memory();
}

bool Builder::make_key(const Shape& map, std::string_view text, Key& key) {
  const Shape& shape = *map.key;
  if (shape.form == Form::Text) return value::make_string(account_, text, key) || no_memory();
  key[1] = 0;
  const auto misfit = [&] { return fail("expected " + expected(shape) + " as the key, found " + shown(text)); };
  if (shape.form == Form::Enum && map.type->element->slots == 1) {
    const auto choice = std::ranges::find(shape.choices, text, &Choice::name);
    if (choice == shape.choices.end()) return misfit();
    key[0] = static_cast<std::uint64_t>(choice - shape.choices.begin());
    return true;
  }
  // A number: it must be written as it would be printed, so that no two keys are one.
  std::int64_t number = 0;
  const char *first = text.data(), *last = text.data() + text.size();
  const bool is_signed = shape.form == Form::Int;
  const auto [end, error] = is_signed ? std::from_chars(first, last, number) : std::from_chars(first, last, key[0]);
  if (is_signed) key[0] = static_cast<std::uint64_t>(number);
  const bool right = (is_signed || shape.form == Form::Uint) && error == std::errc() && end == last &&
                     text == (is_signed ? value::print_int(number) : value::print_uint(key[0]));
  alignas(8) std::byte room[8]{};
  return (right && (is_signed ? put_int(shape, room, number, text) : put_uint(shape, room, key[0], text))) || misfit();
}

std::byte* Builder::add_entry(const Shape& map, std::byte* base, const Key& key) {
  std::uint64_t* slot = words(map, base);
  const value::MapSlot entry = value::map_slot(account_, *map.type, slot, key);
  if (entry.entry < 0) {
    value::release_fields(account_, map.type->element->slot_fields, key);
    no_memory();
    return nullptr;
  }
  std::byte* at = value::map_value(*map.type, &value::table_at(*slot)->header, entry.entry);
  if (!entry.is_new) clear(*map.element, at);
  return at;
}

std::byte* Builder::add_box(const Shape& box, std::byte* base) {
  memory::Object* object = memory::allocate(account_, box.type->object.size, box.type->object_number);
  if (object == nullptr) return static_cast<std::byte*>((no_memory(), nullptr));
  std::byte* content = reinterpret_cast<std::byte*>(object) + value::kBoxContent;
  std::memset(content, 0, box.type->object.size - value::kBoxContent);
  *words(box, base) = reinterpret_cast<std::uint64_t>(object);
  return content;
}

bool Builder::add_member(const Shape& set, std::byte* base, const std::byte* value) {
  std::vector<std::uint64_t> slots(std::max<std::uint32_t>(set.type->element->slots, 1));
  value::load_value(*set.type->element, value, slots.data());
  return value::map_slot(account_, *set.type, words(set, base), slots.data()).entry >= 0 || no_memory();
}

void Builder::clear(const Shape& shape, std::byte* base) {
  switch (shape.form) {
    case Form::Tuple:
    case Form::Struct:
      for (const Part& part : shape.parts) clear(*part.shape, base);
      break;
    case Form::Text:
      value::release_string(account_, words(shape, base));
      std::memset(base + shape.offset, 0, 16);
      break;
    case Form::Bool:
    case Form::Int:
    case Form::Uint:
    case Form::Float: put_word(shape, base, 0); break;
    case Form::Enum:
    case Form::Option:
    case Form::Tree:
      if (shape.type->slots == 1) return put_word(shape, base, 0);
      if (shape.type->counted) {
        memory::for_each_in_variant(shape.type->enum_fields, words(shape, base),
                                    [&](memory::Object* object) { memory::release(account_, object); });
      }
      std::memset(base + shape.offset, 0, std::size_t{shape.type->slots} * 8);
      break;
    default:
      if (*words(shape, base) != 0) memory::release(account_, reinterpret_cast<memory::Object*>(*words(shape, base)));
      *words(shape, base) = 0;
      break;
  }
}

const Choice* Builder::choose(const Shape& shape, std::byte* base, std::string_view name) {
  const auto found = std::ranges::find(shape.choices, name, &Choice::name);
  if (found != shape.choices.end()) {
    put_tag(shape, base, static_cast<std::uint16_t>(found - shape.choices.begin()));
    return &*found;
  }
  std::string names;
  for (const Choice& choice : shape.choices) {
    names += (names.empty() ? "" : &choice == &shape.choices.back() ? " or " : ", ") + shown(choice.name);
  }
  fail("expected " + names + ", found " + shown(name));
  return nullptr;
}

bool Builder::fill_missing(const Part& part, std::byte* base) {
  const Shape* shape = part.shape;
  if (shape->form == Form::Option) {
    put_tag(*shape, base, shape->none);
    return true;
  }
  return fail("the field " + shown(part.name) + " is missing");
}

std::string Builder::field_step(std::string_view name) {
  return is_word(name) ? "." + std::string(name) : "[" + shown(name) + "]";
}

std::string Builder::problem() const {
  std::string out;
  // Of a long way the beginning and the end say most.
  constexpr std::size_t kMost = 16;
  for (std::size_t i = path_.size(); i-- > 0;) {
    const bool is_skipped = path_.size() > kMost && i >= kMost / 2 && i < path_.size() - kMost / 2;
    if (!is_skipped) out += path_[i];
    if (is_skipped && i == kMost / 2) out += "…";
  }
  if (out.starts_with('.')) out.erase(0, 1);
  if (!out.empty()) out += ": ";
  return out + problem_;
}

}  // namespace noodle::data
