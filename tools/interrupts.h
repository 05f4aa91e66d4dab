#pragma once

#include "runtime/vm/runtime.h"

namespace noodle::tools {

/// Lets Ctrl-C and a polite kill unwind the program, so that its defers run. A signal handler has
/// no arguments of our own, so this is the one place with state outside of objects; a command runs
/// one program at a time.
class Interrupts {
 public:
  explicit Interrupts(vm::Runtime& runtime);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// Whether there was one.
  static bool happened();
  /// The exit code of an interrupted program, by custom 128 and the signal's number.
  static int exit_code();
};

}  // namespace noodle::tools
