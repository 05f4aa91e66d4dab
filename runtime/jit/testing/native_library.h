#pragma once

// A program as `noodle build --native` compiles it, but in this process: a shared library in place of an executable.

#include <expected>
#include <memory>
#include <string>

#include "nbc/module.h"
#include "runtime/jit/native_program.h"

namespace noodle::jit::testing {

/// A compiled program, which stays loaded as long as this object lives.
class NativeLibrary {
 public:
  /// Compiles and loads a module that the verifier accepts; `compiler` is the compiler's library. Says what is wrong.
  static std::expected<std::unique_ptr<NativeLibrary>, std::string> make(const nbc::Module& module,
                                                                         const std::string& compiler);
  ~NativeLibrary();
  NativeLibrary(const NativeLibrary&) = delete;
  NativeLibrary& operator=(const NativeLibrary&) = delete;
  const NativeProgram& program() const { return *program_; }

 private:
  NativeLibrary(void* library, const NativeProgram* program) : library_(library), program_(program) {}

  void* library_;
  const NativeProgram* program_;
};

}  // namespace noodle::jit::testing
