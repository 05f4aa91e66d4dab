#pragma once

// A library that shares a process with others: how it is loaded, and how one sees that it works.

#include <dlfcn.h>

#include <optional>
#include <string>

namespace noodle::tests {

/// What is wrong, if anything.
using Trouble = std::optional<std::string>;

struct Library {
  const char* name;
  /// Loads it from a file, or by its name where the system knows it.
  Trouble (*load)(const std::string& path);
  /// Does something whose result is known. It may be called as often as one likes.
  Trouble (*use)();
};

// LLVM 19, inside of our compiler.
extern const Library kCompiler;
// LLVM of another version: Mesa's driver without a graphics card, behind Vulkan's loader.
extern const Library kVulkan;
// DuckDB, which has threads of its own.
extern const Library kDatabase;
// OpenBLAS, which has such as well.
extern const Library kMatrices;

/// Opens a library so that those after it find its symbols, which is when they get in one another's way.
inline Trouble open_for_all(const std::string& path, void*& library) {
  library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) return std::string(dlerror());
  return std::nullopt;
}

/// Finds a function in a library; null when it isn't there.
template <class Function>
Function* find(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

}  // namespace noodle::tests
