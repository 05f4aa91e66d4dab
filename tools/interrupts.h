#pragma once

#include <atomic>
#include <cstddef>

#include "runtime/vm/runtime.h"

namespace noodle::tools {

/// Lets Ctrl-C and a polite kill unwind the program, so that its defers run. A signal handler has
/// no arguments of our own, so this is the one place with state outside of objects.
class Interrupts {
 public:
  /// How many runtimes can be listened for at once; others don't hear it.
  static constexpr std::size_t kMost = 256;

  explicit Interrupts(vm::Runtime& runtime);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// Whether there was one.
  static bool happened();
  /// Acts as if there had been none, and listens: for what goes on afterwards.
  static void forget();
  /// The exit code of an interrupted program, by custom 128 and the signal's number.
  static int exit_code();

 private:
  std::atomic<vm::Runtime*>* place_ = nullptr;
};

}  // namespace noodle::tools
