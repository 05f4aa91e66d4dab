#pragma once

// What the files of natives share: reading arguments, giving results.

#include <bit>
#include <cstring>

#include "runtime/vm/native.h"

namespace noodle::vm {

#define NATIVE(function, name, signature, leaf) NativeStatus native_##function(NativeCall& call);
#include "runtime/vm/native_table.def"
#undef NATIVE

/// The text in argument slots [slot, slot + 2).
inline std::string_view text_arg(const NativeCall& call, std::size_t slot) {
  return value::string_view(call.args + slot);
}
inline std::int64_t int_arg(const NativeCall& call, std::size_t slot) {
  return static_cast<std::int64_t>(call.args[slot]);
}
inline double float_arg(const NativeCall& call, std::size_t slot) { return std::bit_cast<double>(call.args[slot]); }
inline NativeStatus give_int(NativeCall& call, std::int64_t value, std::size_t slot = 0) {
  call.results[slot] = static_cast<std::uint64_t>(value);
  return NativeStatus::Ok;
}
inline NativeStatus give_float(NativeCall& call, double value) {
  call.results[0] = std::bit_cast<std::uint64_t>(value);
  return NativeStatus::Ok;
}

/// The bytes of the list or bytes object in argument `slot`.
inline std::string_view bytes_arg(const NativeCall& call, std::size_t slot) {
  if (call.args[slot] == 0) return {};
  const memory::ArrayObject* array = value::list_at(call.args[slot]);
  return {reinterpret_cast<const char*>(array->data()), array->length};
}

/// An owned bytes object with these contents and room for `capacity` bytes; false when memory ends.
inline bool make_bytes(NativeCall& call, std::string_view bytes, std::size_t capacity, std::uint32_t type,
                       std::uint64_t* out) {
  *out = 0;
  if (capacity == 0) return true;
  if (capacity > memory::Account::kLargest) return false;
  auto* array = reinterpret_cast<memory::ArrayObject*>(
      memory::allocate(call.account, memory::ArrayObject::bytes(capacity, 1), type));
  if (array == nullptr) return false;
  array->length = bytes.size();
  array->capacity = capacity;
  if (!bytes.empty()) std::memcpy(array->data(), bytes.data(), bytes.size());
  *out = reinterpret_cast<std::uint64_t>(array);
  return true;
}

/// Gives a fresh bytes object with these contents.
inline NativeStatus give_bytes(NativeCall& call, std::string_view bytes, std::size_t slot = 0) {
  return make_bytes(call, bytes, bytes.size(), memory::TypeTable::kBytes, call.results + slot) ? NativeStatus::Ok
                                                                                               : NativeStatus::NoMemory;
}

/// Whether the task is to stop, and a native that lasts to give up. Not while its defers run after a stop: the flags
/// are still up then, but have done their work.
inline bool is_told_to_stop(const NativeCall& call) {
  return !call.fiber.stopping &&
         (call.interrupt->load(std::memory_order_relaxed) || task::Scheduler::told_to_stop(*call.fiber.task));
}

/// Gives (whether it was done, what went wrong).
inline NativeStatus give_done(NativeCall& call, const world::OrError<void>& done) {
  call.results[0] = done.has_value();
  return call.give_text(done ? std::string_view() : std::string_view(done.error()), 1);
}

/// Builds a list of strings for result `result`; releases what it has when memory ends.
class TextList {
 public:
  TextList(NativeCall& call, std::size_t result) : call_(call), type_(*call.result_types[result]) {}
  TextList(const TextList&) = delete;
  TextList& operator=(const TextList&) = delete;
  ~TextList() { value::list_clear(call_.account, &list_); }

  /// Makes room for so many texts, so that none is copied as the list grows.
  bool reserve(std::uint64_t count) { return value::list_reserve(call_.account, type_, &list_, count); }
  bool add(std::string_view text) {
    std::uint64_t words[2];
    if (!value::make_string(call_.account, text, words)) return false;
    if (value::list_push(call_.account, type_, &list_, words)) return true;
    value::release_string(call_.account, words);
    return false;
  }
  /// The list itself, now the caller's.
  std::uint64_t take() { return std::exchange(list_, 0); }

 private:
  NativeCall& call_;
  const value::TypeInfo& type_;
  std::uint64_t list_ = 0;
};

}  // namespace noodle::vm
