// Natives on bytes, and conversions between bytes and text.

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

using memory::ArrayObject;

NativeStatus out_of_bounds(NativeCall& call, std::int64_t index, std::uint64_t length) {
  return call.panic("index " + value::print_int(index) + " is out of bounds for bytes of length " +
                    value::print_uint(length));
}

// The bytes of owned argument 0, unique and with room for `capacity`; a fresh object when it was
// shared or too small, and then the old one is released.
bool own_bytes(NativeCall& call, std::size_t capacity, std::uint64_t* out) {
  const std::uint64_t old = call.args[0];
  if (old != 0 && value::list_at(old)->capacity >= capacity &&
      memory::make_unique_local(call.account, &value::list_at(old)->header)) {
    *out = old;
    return true;
  }
  const std::string_view bytes = bytes_arg(call, 0);
  const std::size_t room = capacity > bytes.size() ? std::max(capacity, bytes.size() * 3 / 2) : capacity;
  if (!make_bytes(call, bytes, room, memory::TypeTable::kBytes, out)) return false;
  return true;
}

void release_if_replaced(NativeCall& call, std::uint64_t now) {
  if (call.args[0] != 0 && call.args[0] != now) {
    memory::release(call.account, &value::list_at(call.args[0])->header);
  }
}

}  // namespace

NativeStatus native_bytes_len(NativeCall& call) {
  return give_int(call, static_cast<std::int64_t>(bytes_arg(call, 0).size()));
}
NativeStatus native_bytes_at(NativeCall& call) {
  const std::string_view bytes = bytes_arg(call, 0);
  if (call.args[1] >= bytes.size()) return out_of_bounds(call, int_arg(call, 1), bytes.size());
  call.results[0] = static_cast<unsigned char>(bytes[call.args[1]]);
  return NativeStatus::Ok;
}
NativeStatus native_bytes_set(NativeCall& call) {
  const std::string_view bytes = bytes_arg(call, 0);
  if (call.args[1] >= bytes.size()) return out_of_bounds(call, int_arg(call, 1), bytes.size());
  std::uint64_t now;
  if (!own_bytes(call, bytes.size(), &now)) return NativeStatus::NoMemory;
  value::list_at(now)->data()[call.args[1]] = static_cast<std::byte>(call.args[2]);
  release_if_replaced(call, now);
  call.results[0] = now;
  return NativeStatus::Ok;
}
NativeStatus native_bytes_push(NativeCall& call) {
  const std::size_t length = bytes_arg(call, 0).size();
  std::uint64_t now;
  if (!own_bytes(call, length + 1, &now)) return NativeStatus::NoMemory;
  value::list_at(now)->data()[length] = static_cast<std::byte>(call.args[1]);
  value::list_at(now)->length = length + 1;
  release_if_replaced(call, now);
  call.results[0] = now;
  return NativeStatus::Ok;
}
NativeStatus native_bytes_append(NativeCall& call) {
  const std::string_view more = bytes_arg(call, 1);
  const std::size_t length = bytes_arg(call, 0).size();
  std::uint64_t now;
  if (!own_bytes(call, length + more.size(), &now)) return NativeStatus::NoMemory;
  if (!more.empty()) {
    std::memmove(value::list_at(now)->data() + length, more.data(), more.size());
    value::list_at(now)->length = length + more.size();
  }
  release_if_replaced(call, now);
  call.results[0] = now;
  return NativeStatus::Ok;
}
NativeStatus native_bytes_filled(NativeCall& call) {
  const std::int64_t count = int_arg(call, 0);
  if (count < 0) return call.panic("bytes can't have length " + value::print_int(count));
  std::uint64_t now;
  if (!make_bytes(call, {}, static_cast<std::size_t>(count), memory::TypeTable::kBytes, &now)) {
    return NativeStatus::NoMemory;
  }
  if (now != 0) {
    value::list_at(now)->length = static_cast<std::uint64_t>(count);
    std::memset(value::list_at(now)->data(), static_cast<int>(call.args[1]), static_cast<std::size_t>(count));
  }
  call.results[0] = now;
  return NativeStatus::Ok;
}
NativeStatus native_bytes_slice(NativeCall& call) {
  const std::string_view bytes = bytes_arg(call, 0);
  if (call.args[2] > bytes.size() || call.args[1] > call.args[2]) {
    return call.panic("slice " + value::print_int(int_arg(call, 1)) + ".." + value::print_int(int_arg(call, 2)) +
                      " is out of bounds for bytes of length " + value::print_uint(bytes.size()));
  }
  return give_bytes(call, bytes.substr(call.args[1], call.args[2] - call.args[1]));
}
NativeStatus native_bytes_from_list(NativeCall& call) { return give_bytes(call, bytes_arg(call, 0)); }
NativeStatus native_bytes_to_list(NativeCall& call) {
  const std::string_view bytes = bytes_arg(call, 0);
  return make_bytes(call, bytes, bytes.size(), call.result_types[0]->object_number, call.results)
             ? NativeStatus::Ok
             : NativeStatus::NoMemory;
}
NativeStatus native_bytes_to_string(NativeCall& call) {
  const std::string_view bytes = bytes_arg(call, 0);
  const bool valid = find_invalid_utf8(bytes) == std::string_view::npos;
  call.results[0] = valid;
  return call.give_text(valid ? bytes : std::string_view(), 1);
}
NativeStatus native_bytes_quote(NativeCall& call) {
  std::string out = "Bytes.from([";
  for (const char c : bytes_arg(call, 0)) {
    if (out.back() != '[') out += ", ";
    out += std::to_string(static_cast<unsigned char>(c));
  }
  return call.give_text(out + "])");
}
NativeStatus native_bytes_find(NativeCall& call) {
  const std::size_t found = bytes_arg(call, 0).find(bytes_arg(call, 1));
  call.results[0] = found != std::string_view::npos;
  call.results[1] = found == std::string_view::npos ? 0 : found;
  return NativeStatus::Ok;
}
NativeStatus native_string_to_bytes(NativeCall& call) { return give_bytes(call, text_arg(call, 0)); }

}  // namespace noodle::vm
