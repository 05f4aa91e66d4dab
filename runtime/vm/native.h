#pragma once

// How natives are called. A native gets its arguments' slots side by side and writes its results'
// slots. It consumes its owned arguments only when it succeeds; otherwise the machine releases them.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/data/shape.h"
#include "runtime/task/scheduler.h"
#include "runtime/value/value.h"
#include "runtime/world/world.h"

namespace noodle::vm {

using world::LineRead;
using world::World;
using world::Written;

enum class NativeStatus : std::uint8_t {
  Ok,
  Panic,  // NativeCall::message says why
  NoMemory,
  Exit,  // the program ends with NativeCall::exit_code
  Interrupted,
  Wait,     // the task waits; the native is called again when it goes on
  Yield,    // as Wait, but it only lets others go first
  Stopped,  // the task was told to stop while it waited
  Lasts,    // a brief native has too much to do, and has done nothing: it is to be called as a lasting one
};

struct LoadedNative;

/// One call of a native.
struct NativeCall {
  const LoadedNative& native;
  memory::Account& account;
  World& world;
  const std::atomic<bool>* interrupt;
  const std::uint64_t* args;
  std::uint64_t* results;
  std::span<const value::TypeInfo* const> result_types;
  const data::Shape* shape;  // of what a `list<?>` of its signature holds
  task::Worker& worker;
  task::Fiber& fiber;
  std::string message;
  std::int64_t exit_code = 0;
  bool is_brief = false;  // it may only do what is soon done

  /// Ends the native in a panic.
  NativeStatus panic(std::string text) {
    message = std::move(text);
    return NativeStatus::Panic;
  }
  /// Writes an owned string to results [slot, slot + 2).
  NativeStatus give_text(std::string_view text, std::size_t slot = 0) {
    return value::make_string(account, text, results + slot) ? NativeStatus::Ok : NativeStatus::NoMemory;
  }
};

using NativeFunction = NativeStatus (*)(NativeCall&);

/// One line of native_table.def, or of the natives.def of a library.
struct NativeEntry {
  std::string_view name;
  std::string_view signature;
  bool leaf;
  bool lasting;
  bool brief;
  NativeFunction function;
  std::string_view library = {};  // the file that has the function; empty: the runtime itself
  bool late = false;              // the library is opened by the first call
};

/// The runtime's own natives.
std::span<const NativeEntry> native_table();
/// The native with this name, of a library as well, or null.
const NativeEntry* find_native(std::string_view name);

}  // namespace noodle::vm
