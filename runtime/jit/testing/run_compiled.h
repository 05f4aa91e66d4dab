#pragma once

// Runs a module in one of several ways and says all that can be seen of it, so that two ways can be compared.

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/vm/runtime.h"

namespace noodle::jit::testing {

/// How a module is run.
enum class Way : std::uint8_t {
  Interpreted,
  Compiled,  // all of it, as `noodle run --jit=always` does it
  Mixed,     // part of it compiled, but left at random instructions, and with some of its entries taken away
  Native,    // all of it, as `noodle build --native` does it
};

/// The ways that are to do what the interpreter does, with what each is called.
struct NamedWay {
  Way way;
  const char* name;
};
inline constexpr NamedWay kOtherWays[] = {{Way::Compiled, "compiled"}, {Way::Mixed, "mixed"}, {Way::Native, "native"}};

struct RunOptions {
  Way way = Way::Interpreted;
  std::string library;          // the compiler
  std::uint64_t seed = 0;       // of Way::Mixed
  vm::Options limits;           // its tier is not looked at
  std::size_t most = SIZE_MAX;  // functions to call
};

struct ModuleResult {
  std::vector<std::string> outcomes;  // of the functions that take nothing, in order
  std::uint64_t panics = 0;
  std::uint64_t refused = 0;  // functions that stay interpreted
  bool out_of_steps = false;  // it was stopped, and the rest has not run
  std::string trouble;        // why none has run, where that is a compiler's or the linker's doing
};

/// Calls each function of a module that takes nothing. A module that the runtime refuses gives no outcomes.
ModuleResult run_module(const nbc::Module& module, const RunOptions& options);

}  // namespace noodle::jit::testing
