#pragma once

// Natives of libraries beside the command (runtime/room): a library is opened when a module is loaded that uses one of
// its natives, or by the first call of one that is `late`, and stays open for ever.

#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "runtime/room/room.h"
#include "runtime/vm/native.h"
#include "runtime/vm/runtime.h"

namespace noodle::vm {

/// Finds natives for one module.
class RoomLibraries {
 public:
  explicit RoomLibraries(const Options& options) : options_(options) {}

  /// The function of a native, null for one of the runtime's own; or why there is none, and what to do about it.
  std::expected<room::Function, std::string> find(const NativeEntry& entry);

 private:
  std::expected<room::Natives, std::string> open(const NativeEntry& entry);
  std::expected<room::Natives, std::string> look_for(const NativeEntry& entry) const;

  const Options& options_;
  std::map<std::string_view, room::Natives> open_;  // by library
};

/// What calls any native of a library.
NativeStatus call_room_native(NativeCall& call);
/// The same for a native whose library need not be there.
NativeStatus call_late_native(NativeCall& call);

}  // namespace noodle::vm
