#pragma once

// What a native executable, or such a library, holds of its program, beside the code itself.

#include <cstddef>
#include <cstdint>

#include "runtime/vm/tier.h"

namespace noodle::jit {

/// A way into the code of a function.
struct NativeEntry {
  std::uint32_t function = 0;
  std::int32_t loop = -1;  // entered at this loop's head; negative: at the beginning
  vm::CompiledCode entry = nullptr;
  const void* fast = nullptr;  // what compiled callers call that don't know whom; of the beginning alone
};

/// How the program is run, as it was said when it was built.
struct NativeOptions {
  std::uint32_t workers = 0;  // threads that run tasks at most; 0: one a core
  bool spread = false;        // they help one another at once, even where that is slower
  bool check_leaks = false;   // fail when values are left over at the end
  bool report_leaks = false;  // say what is left over
};

struct NativeProgram {
  const char* module = nullptr;  // the bytes that `noodle build` writes
  std::size_t module_bytes = 0;
  const NativeEntry* entries = nullptr;
  std::size_t entry_count = 0;
  NativeOptions options;
  const char* library_folder = nullptr;  // of the command that built it, ending in a zero: where its libraries are
};

}  // namespace noodle::jit

/// In the object file that a program is compiled to.
extern "C" const noodle::jit::NativeProgram noodle_native_program;
