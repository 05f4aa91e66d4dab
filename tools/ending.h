#pragma once

// How a program runs and ends, by `noodle run` and as an executable of its own.

#include <expected>
#include <string>
#include <vector>

#include "runtime/vm/runtime.h"

namespace noodle::tools {

/// What is done about values that nobody gave back.
struct LeakOptions {
  bool check = false;   // fail
  bool report = false;  // say also that there are none
};

/// Runs a function and releases what it gives.
std::expected<std::vector<std::uint64_t>, vm::Stop> call(vm::Runtime& runtime, vm::LoadedModule& module,
                                                         nbc::FunctionId function);

/// Runs `main` until it ends or is interrupted, writes what is still buffered, and gives the exit code.
int run_main(vm::Runtime& runtime, vm::LoadedModule& module, nbc::FunctionId main, world::World& world,
             const LeakOptions& options);

/// Writes what is still buffered; the exit code when that fails.
int flushed_code(world::World& world, int code);

/// What nobody has given back when a program has ended: `2 tasks, 1 open handles and 3 objects`, or nothing.
std::string left_over(const vm::Runtime& runtime);
/// Says that, when asked to; the exit code then.
int leak_code(const vm::Runtime& runtime, const LeakOptions& options, world::World& world, int code);

}  // namespace noodle::tools
