#pragma once

// What natives of room libraries share: reading arguments, giving results.

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/room/room.h"

namespace noodle::room {

/// The text in argument slots [slot, slot + 2).
inline std::string_view text_arg(const Call& call, std::size_t slot) { return value::string_view(call.args + slot); }
inline std::int64_t int_arg(const Call& call, std::size_t slot) { return static_cast<std::int64_t>(call.args[slot]); }
/// The bytes of the bytes object in argument `slot`.
inline std::string_view bytes_arg(const Call& call, std::size_t slot) {
  if (call.args[slot] == 0) return {};
  const auto* array = reinterpret_cast<const memory::ArrayObject*>(call.args[slot]);
  return {reinterpret_cast<const char*>(array->data()), array->length};
}
/// The object behind the handle in argument `slot` if it is of this kind, else null: a module that nobody compiled may
/// give any.
inline HandleObject* handle_arg(const Call& call, std::size_t slot, const HandleObject::Kind& kind) {
  auto* handle = reinterpret_cast<HandleObject*>(call.args[slot]);
  return handle != nullptr && handle->kind == &kind ? handle : nullptr;
}
/// Whether nobody but the caller holds an object that it owns, so that it may be changed.
inline bool is_only_one(const Object& object) {
  const std::int32_t count = __atomic_load_n(&object.count, __ATOMIC_ACQUIRE);
  return count == 1 || count == -1;
}

/// Memory that a native, or a library that it calls, takes by itself while it runs, charged to who calls.
class Charge {
 public:
  Charge(Call& call, std::size_t bytes) : call_(call), bytes_(bytes), is_ok_(call.host.charge(call, bytes)) {}
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;
  ~Charge() {
    if (is_ok_) call_.host.credit(call_, bytes_);
  }

  bool is_ok() const { return is_ok_; }

 private:
  Call& call_;
  std::size_t bytes_;
  bool is_ok_;
};

inline Status panic(Call& call, std::string_view text) {
  call.host.panic(call, text.data(), text.size());
  return Status::Panic;
}
inline Status give_int(Call& call, std::int64_t value, std::size_t slot = 0) {
  call.results[slot] = static_cast<std::uint64_t>(value);
  return Status::Ok;
}
inline Status give_bool(Call& call, bool value, std::size_t slot = 0) {
  call.results[slot] = value ? 1 : 0;
  return Status::Ok;
}
/// Gives an owned string of valid UTF-8 in results [slot, slot + 2).
inline Status give_text(Call& call, std::string_view text, std::size_t slot = 0) {
  return call.host.make_text(call, text.data(), text.size(), call.results + slot) ? Status::Ok : Status::NoMemory;
}
inline Status give_bytes(Call& call, std::string_view bytes, std::size_t slot = 0) {
  return call.host.make_bytes(call, bytes.data(), bytes.size(), call.results + slot) ? Status::Ok : Status::NoMemory;
}

/// Gives a list<i64> as result `result`, whose slot is `slot`.
inline Status give_ints(Call& call, std::span<const std::int64_t> ints, std::size_t result = 0, std::size_t slot = 0) {
  const TypeInfo& type = *call.result_types[result];
  return call.host.make_ints(call, type, ints.data(), ints.size(), call.results + slot) ? Status::Ok : Status::NoMemory;
}

/// Builds the list of texts that is result `result`; releases what it has when it isn't taken.
class TextList {
 public:
  TextList(Call& call, std::size_t result) : call_(call), type_(*call.result_types[result]) {}
  TextList(const TextList&) = delete;
  TextList& operator=(const TextList&) = delete;
  ~TextList() {
    if (list_ != 0) call_.host.list_release(call_, &list_);
  }

  bool reserve(std::size_t count) { return call_.host.list_reserve(call_, type_, &list_, count); }
  bool add(std::string_view text) {
    std::uint64_t words[2];
    if (!call_.host.make_text(call_, text.data(), text.size(), words)) return false;
    if (call_.host.list_add(call_, type_, &list_, words)) return true;
    call_.host.release_text(call_, words);
    return false;
  }
  /// The list itself, now the caller's.
  std::uint64_t take() { return std::exchange(list_, 0); }

 private:
  Call& call_;
  const TypeInfo& type_;
  std::uint64_t list_ = 0;
};

}  // namespace noodle::room
