#pragma once

// How compiled code is found: by the interpreter at places of a function, and by compiled callers.

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "runtime/jit/native_program.h"
#include "runtime/vm/loaded.h"

namespace noodle::jit {

/// The ways into compiled code, which last as long as this object. Added by one thread at a time, used by any.
class WaysIn {
 public:
  /// Compiled callers enter functions here from now on, and the interpreter as well as where it does already. A loop
  /// whose head is the first word has its entry in the beginning's place.
  void add(vm::LoadedModule& module, std::span<const NativeEntry> entries);
  /// Makes the interpreter go on at a loop's head as before; other than the first word, with an entry.
  void retire(vm::LoadedModule& module, std::uint32_t function, std::uint32_t head);

 private:
  void add_to(vm::LoadedModule& module, std::uint32_t function, std::vector<vm::EntryPoint> entries);
  void publish(vm::LoadedModule& module, std::uint32_t function, vm::CompiledFunction made);

  std::deque<std::unique_ptr<vm::CompiledFunction>> published_;
};

}  // namespace noodle::jit
