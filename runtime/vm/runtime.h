#pragma once

// The door of runtime/vm: load a verified module and run its functions. A Runtime is an object;
// several may live in one process, and none touches signals, atexit or any global.

#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nbc/verify.h"
#include "runtime/task/stop.h"
#include "runtime/world/world.h"

namespace noodle::memory {
struct Account;
}

namespace noodle::task {
class Director;
}

namespace noodle::vm {

using task::Stop;
using task::TraceFrame;
using world::World;

class LoadedModule;
class Interpreter;
class Tier;

struct Options {
  /// Bytes that a program's values may take together.
  std::int64_t memory_limit = std::int64_t{64} << 30;
  /// Depth of calls, counted in slots (8 bytes each; lazily committed).
  std::uint32_t stack_slots = 1u << 22;
  /// Calls and backward jumps before the program is stopped with a panic; for fuzzing and tests.
  std::uint64_t step_limit = UINT64_MAX;
  /// Counts checked operations, and lets one of them panic: for tests, see `fail_at`. What compiled code does by itself
  /// doesn't count.
  bool probes = false;
  /// Counts instructions, which takes a probe before each; see `counters`. Nothing is compiled then.
  bool counts = false;
  /// Threads that run tasks at most; 0: one a core.
  std::uint32_t workers = 0;
  /// They help one another at once, even where that is slower: for tests.
  bool spread = false;
  /// Decides what the scheduler leaves to chance: for simulation.
  task::Director* director = nullptr;
  /// Compiles what is hot; null: everything is interpreted, as it is with a step limit. A director sees no steps of
  /// compiled code.
  Tier* tier = nullptr;
  /// Folders in which libraries with natives are looked for; see rooms.h.
  std::vector<std::string> library_folders = {};
  /// Modules are only looked at: such libraries are not opened, and what calls into them can't be run.
  bool only_loads = false;
};

/// Runs modules. Used by one thread at a time (tasks run on threads of the runtime's own as well); only
/// `interrupt` may be called from elsewhere.
class Runtime {
 public:
  /// A runtime that reaches outside through `world`, which must outlive it.
  static std::unique_ptr<Runtime> create(const Options& options, World& world);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Makes a module ready to run: natives bound, constants made, code specialised. The error says
  /// what the runtime lacks. The module lives as long as the runtime.
  std::expected<LoadedModule*, std::string> load(nbc::VerifiedModule module);

  /// Runs a function to its end. `args` are its parameters' slots: owned ones are consumed, borrowed
  /// ones stay the caller's. The results' slots are owned by the caller (see `release`).
  std::expected<std::vector<std::uint64_t>, Stop> run_function(LoadedModule& module, nbc::FunctionId function,
                                                               std::span<const std::uint64_t> args = {});
  /// Releases values that `run_function` returned.
  void release(LoadedModule& module, nbc::FunctionId function, std::span<const std::uint64_t> results);

  /// Adds a reference to values of these types of the module, or takes one away: for who keeps them between calls.
  void retain_values(LoadedModule& module, std::span<const nbc::TypeId> types, std::span<const std::uint64_t> slots);
  void release_values(LoadedModule& module, std::span<const nbc::TypeId> types, std::span<const std::uint64_t> slots);

  /// Makes an owned string from valid UTF-8, for arguments; false when there is no memory.
  bool make_text(std::string_view text, std::uint64_t* words);
  /// What values are charged to that are made or dropped between calls, by who passes them or keeps them.
  memory::Account& account();
  /// The bytes of a string value; valid while it and `words` are.
  static std::string_view text(const std::uint64_t* words);

  /// Asks the running program to unwind (from a signal handler or another thread).
  void interrupt();
  void clear_interrupt();

  /// With Options::probes, the `count`-th checked operation from now on panics (0: none does), whatever
  /// it checks. What can go wrong in an instruction, a call or at a safepoint is then tried everywhere.
  void fail_at(std::uint64_t count);
  /// Checked operations since the last `fail_at`.
  std::uint64_t checks() const;

  /// What was done so far by the thread that runs the main task: with Options::counts the same for each run of a
  /// program that does the same.
  struct Counters {
    std::uint64_t instructions = 0;  // with Options::counts
    std::uint64_t allocations = 0;   // of counted objects
    std::uint64_t copies = 0;        // of values that were shared when they had to change
  };
  Counters counters() const;

  /// Counted objects that live now, immortal ones apart.
  std::int64_t live_objects() const;
  /// Tasks that have not been given back, and files, sockets and processes that are open.
  std::int64_t live_tasks() const;
  /// Bytes that tasks still held by themselves when they had ended: 0, else the accounts are wrong.
  std::int64_t stray_bytes() const;
  std::int64_t open_resources() const;
  /// Bytes charged for values.
  std::int64_t used_bytes() const;
  /// Calls and backward jumps so far.
  std::uint64_t steps() const;

 private:
  Runtime() = default;
  std::unique_ptr<Interpreter> interpreter_;
};

}  // namespace noodle::vm
