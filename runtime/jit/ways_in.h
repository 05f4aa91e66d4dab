#pragma once

// How compiled code is found: by the interpreter at places of a function, and by compiled callers.

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "runtime/vm/loaded.h"

namespace noodle::jit {

/// The ways into compiled code, which last as long as this object. Added by one thread at a time, used by any.
class WaysIn {
 public:
  /// A function can be entered at its beginning from now on. `fast`, what compiled callers call, may be null.
  static void begin_with(vm::LoadedFunction& function, vm::CompiledCode entry, const void* fast);
  /// Makes the interpreter enter a function at these places as well as at those that it knows. A loop whose head is
  /// the first word has its entry in the beginning's place.
  void add(vm::LoadedModule& module, std::uint32_t function, std::vector<vm::EntryPoint> entries);
  /// Makes the interpreter go on at a loop's head as before; other than the first word, with an entry.
  void retire(vm::LoadedModule& module, std::uint32_t function, std::uint32_t head);

 private:
  void publish(vm::LoadedModule& module, std::uint32_t function, vm::CompiledFunction made);

  std::deque<std::unique_ptr<vm::CompiledFunction>> published_;
};

}  // namespace noodle::jit
