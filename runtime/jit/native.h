#pragma once

// The other door of the compiler's library: a whole program to an executable file, or to a library.

#include <string_view>

#include "runtime/jit/native_program.h"

namespace noodle::vm {
class LoadedModule;
}

namespace noodle::jit {

struct NativeRequest {
  const vm::LoadedModule* module = nullptr;
  std::string_view bytes;    // the same as a file
  std::string_view runtime;  // where the object file with the runtime is, beside the libraries with natives
  std::string_view output;   // the executable, which is replaced at once or not at all
  bool is_library = false;   // without the runtime, for a process that has it: what `dlopen` takes
  NativeOptions options;
};

/// Gives what is wrong to `fail`; it isn't called when all went well. For one thread at a time.
using BuildNative = void (*)(const NativeRequest& request, void* context,
                             void (*fail)(void* context, std::string_view why));

}  // namespace noodle::jit

/// A noodle::jit::BuildNative.
extern "C" void noodle_jit_build_native(const noodle::jit::NativeRequest& request, void* context,
                                        void (*fail)(void* context, std::string_view why));
