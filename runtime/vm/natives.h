#pragma once

// What the files of natives share: reading arguments, giving results.

#include <bit>

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
