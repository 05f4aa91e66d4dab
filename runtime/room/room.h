#pragma once

// The door between the command and a room library: a shared library beside it with natives that need a library of
// others, opened when a module is loaded that uses one of them.
//
// Which natives there are stands in the room's natives.def, which the command knows as well, so that programs are
// compiled and checked without the library. Nothing that one side has allocated is given back by the other: natives
// make values through `Host`, and what they keep behind a handle is disposed of by a function of theirs. So either may
// have its own memory and C++ library.

#include <cstddef>
#include <cstdint>

#include "runtime/value/string.h"

namespace noodle::value {
struct TypeInfo;
}

namespace noodle::room {

using memory::HandleObject;
using memory::Object;
using memory::TensorObject;
using value::TypeInfo;

/// How a native ends. But after `Ok` its results are as they were before, and its owned arguments the caller's.
enum class Status : std::uint8_t {
  Ok,
  Panic,  // Host::panic has said why
  NoMemory,
  Interrupted,  // Host::is_told_to_stop was true
  Lasts,        // only of a brief call, when nothing is done yet: there is too much to do
};

struct Call;

/// What the runtime does for natives. Functions that may need memory give false or null when there is none.
struct Host {
  /// An owned string of valid UTF-8, and one whose bytes are to be written before anything else happens to it.
  bool (*make_text)(Call& call, const char* text, std::size_t bytes, std::uint64_t* out);
  char* (*make_blank_text)(Call& call, std::size_t bytes, std::uint64_t* out);
  void (*release_text)(Call& call, const std::uint64_t* words);
  /// Which character begins at a byte, and the other way.
  std::uint64_t (*text_index)(const std::uint64_t* words, std::uint64_t byte);
  std::uint64_t (*text_offset)(const std::uint64_t* words, std::uint64_t index);
  /// An owned bytes object, which is zero when it is empty.
  bool (*make_bytes)(Call& call, const void* data, std::size_t bytes, std::uint64_t* out);
  void (*release_bytes)(Call& call, std::uint64_t bytes);
  /// Memory that a native takes for itself while it runs, charged to who calls it, and given back.
  bool (*charge)(Call& call, std::size_t bytes);
  void (*credit)(Call& call, std::size_t bytes);
  /// The same with the memory itself, which the runtime keeps for the next to ask; a library's own allocator may hand
  /// large blocks back to the system each time.
  void* (*take_room)(Call& call, std::size_t bytes);
  void (*give_room)(Call& call, void* room, std::size_t bytes);
  /// An owned list<i64> with the type of a result.
  bool (*make_ints)(Call& call, const TypeInfo& type, const std::int64_t* ints, std::size_t count, std::uint64_t* out);
  /// A list with the type of a result begins as zero; `list_add` consumes the element's words when it succeeds.
  bool (*list_reserve)(Call& call, const TypeInfo& type, std::uint64_t* list, std::uint64_t count);
  bool (*list_add)(Call& call, const TypeInfo& type, std::uint64_t* list, const std::uint64_t* words);
  void (*list_release)(Call& call, std::uint64_t* list);
  /// An owned tensor with the type of a result and `rank` axes, whose shape and strides are to be written. Its elements
  /// stand in `bytes` bytes of its own, aligned as vectors like it; or in `owner`, which is then held, with none.
  TensorObject* (*make_tensor)(Call& call, const TypeInfo& type, std::uint32_t rank, std::uint64_t bytes,
                               Object* owner);
  void (*release_tensor)(Call& call, TensorObject& tensor);
  /// The word of a handle for an object whose `kind` is set; when it dies, the kind's functions are called.
  std::uint64_t (*adopt)(Call& call, HandleObject& handle);
  void (*release_handle)(Call& call, HandleObject& handle);
  void (*panic)(Call& call, const char* text, std::size_t bytes);
  /// Calls part(data, i) once for each i below `count`, in any order, here and on other threads as far as cores are
  /// free. False when the native should give up; then parts are left out.
  bool (*share)(Call& call, std::size_t count, void (*part)(void* data, std::size_t i), void* data);
  /// On how many threads that is at most.
  std::uint32_t (*cores)(const Call& call);
  /// Whether a native that lasts should give up.
  bool (*is_told_to_stop)(const Call& call);
};

/// One call of a native: it reads its arguments' slots, and writes its results'.
struct Call {
  const Host& host;
  void* native;  // the runtime's own
  const std::uint64_t* args;
  std::uint64_t* results;
  const TypeInfo* const* result_types;
  bool is_brief = false;  // it may only do what is done in microseconds, on little stack
};

using Function = Status (*)(Call& call);

struct Native {
  const char* name;
  const char* signature;
  Function function;
};

/// What a library has.
struct Natives {
  const Native* natives;
  std::size_t count;
};

}  // namespace noodle::room

/// The doors of a library. The first gives its `interface_id()`, and has the same form for ever.
extern "C" std::uint64_t noodle_room_interface();
extern "C" noodle::room::Natives noodle_room_natives();
