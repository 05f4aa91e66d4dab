// Tensors as bytes, and back.

#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/tensor/own.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

void turn_around(std::byte* at, std::uint64_t bytes, std::uint32_t size) {
  for (const std::byte* end = at + bytes; at != end; at += size) std::reverse(at, at + size);
}

// Floats that the language's total order calls equal get one pattern: NaN, and zero whatever its sign.
template <typename Word>
void make_alike(std::byte* at, std::uint64_t bytes, Word infinity) {
  constexpr Word kMagnitude = static_cast<Word>(static_cast<Word>(~Word{0}) >> 1);
  const Word nan = infinity | static_cast<Word>((Word{1} << std::countr_zero(infinity)) >> 1);
  for (const std::byte* end = at + bytes; at != end; at += sizeof(Word)) {
    Word word;
    std::memcpy(&word, at, sizeof word);
    const Word magnitude = word & kMagnitude;
    if (magnitude != 0 && magnitude <= infinity) continue;
    word = magnitude == 0 ? Word{0} : nan;
    std::memcpy(at, &word, sizeof word);
  }
}

// What bytes are turned around in, and told apart by.
Kind part_of(Kind kind) { return nbc::is_complex(kind) ? value::part_kind(kind) : kind; }

void make_floats_alike(Kind kind, std::byte* at, std::uint64_t bytes) {
  switch (part_of(kind)) {
    case Kind::F16: return make_alike<std::uint16_t>(at, bytes, 0x7c00);
    case Kind::BF16: return make_alike<std::uint16_t>(at, bytes, 0x7f80);
    case Kind::F32: return make_alike<std::uint32_t>(at, bytes, 0x7f80'0000);
    case Kind::F64: return make_alike<std::uint64_t>(at, bytes, 0x7ff0'0000'0000'0000);
    default: return;
  }
}

bool is_foreign(bool is_big) { return is_big != (std::endian::native == std::endian::big); }

// How many elements of a tensor in this shape stand from a byte on; an error says what is wrong with them.
std::expected<std::int64_t, std::string> count_in(std::string_view bytes, std::int64_t at, ShapeView shape, Kind kind) {
  const auto count = count_of(shape, kind);
  if (!count) return count;
  if (at < 0 || at > static_cast<std::int64_t>(bytes.size())) {
    return std::unexpected("there is no byte " + std::to_string(at) + ": there are " + std::to_string(bytes.size()));
  }
  const std::int64_t left = static_cast<std::int64_t>(bytes.size()) - at, needed = *count * element_size(kind);
  if (needed > left) {
    return std::unexpected("at byte " + std::to_string(at) + ": " + element_name(kind) + " " + text_of(shape) +
                           " takes " + std::to_string(needed) + " bytes, and there are " + std::to_string(left));
  }
  if (kind == Kind::Bool) {
    const std::string_view flags = bytes.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(needed));
    if (const std::size_t bad = flags.find_first_not_of(std::string_view("\0\1", 2)); bad != std::string_view::npos) {
      return std::unexpected("at byte " + std::to_string(at + static_cast<std::int64_t>(bad)) +
                             ": a Bool is 0 or 1, not " + std::to_string(static_cast<unsigned char>(flags[bad])));
    }
  }
  return count;
}

}  // namespace

Status native_tensor_to_bytes(Call& call) {
  const Operand tensor(call, 0);
  call.results[0] = 0;
  if (tensor.count() == 0) return Status::Ok;
  const Kind kind = tensor.kind();
  const std::uint32_t size = element_size(part_of(kind));
  const std::uint64_t bytes = static_cast<std::uint64_t>(tensor.count()) * element_size(kind);
  const bool turns = is_foreign(call.args[1] != 0) && size > 1;
  const bool makes_alike = call.args[2] != 0 && nbc::is_float(part_of(kind));
  if (tensor.is_contiguous() && !turns && !makes_alike) {
    return call.host.make_bytes(call, tensor.data(), bytes, call.results) ? Status::Ok : Status::NoMemory;
  }
  const Scratch<std::byte> own(call, static_cast<std::int64_t>(bytes));
  if (!own.has_memory()) return Status::NoMemory;
  copy_elements(tensor, own.data());
  if (makes_alike) make_floats_alike(kind, own.data(), bytes);
  if (turns) turn_around(own.data(), bytes, size);
  return call.host.make_bytes(call, own.data(), bytes, call.results) ? Status::Ok : Status::NoMemory;
}

Status native_tensor_from_bytes(Call& call) {
  const std::string_view bytes = bytes_arg(call, 0);
  const std::int64_t at = int_arg(call, 1);
  const ShapeView shape = list_arg(call, 2);
  const Kind kind = result_kind(call, 1);
  const auto count = count_in(bytes, at, shape, kind);
  give_bool(call, count.has_value());
  call.results[1] = 0;
  if (!count) return give_text(call, count.error(), 2);
  TensorObject* tensor = make(call, shape, 1);
  if (tensor == nullptr) return Status::NoMemory;
  const std::uint32_t size = element_size(part_of(kind));
  const auto needed = static_cast<std::uint64_t>(*count) * element_size(kind);
  if (needed != 0) std::memcpy(tensor->data, bytes.data() + at, needed);
  if (is_foreign(call.args[3] != 0) && size > 1) turn_around(tensor->data, needed, size);
  if (give_text(call, {}, 2) == Status::Ok) return give(call, tensor, 1);
  call.host.release_tensor(call, *tensor);
  return Status::NoMemory;
}

Status native_tensor_element(Call& call) {
  const Operand tensor(call, 0);
  if (tensor.object() == nullptr) return panic(call, "a tensor without a type");
  return give_text(call, element_name(tensor.kind()));
}

}  // namespace noodle::room
