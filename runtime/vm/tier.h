#pragma once

// What the interpreter and compiled code know of each other.
//
// Compiled code works on the same frames as the interpreter, but keeps registers where it likes: a frame in
// memory holds what the interpreter needs only where compiled code hands over to it. That it does whenever
// something is not as the usual case has it: a check fails, a task has to wait or to yield, a callee is not
// compiled, the processor's stack is at its end. It then *leaves*: writes the registers that are still wanted
// into the frame, notes the word to go on at, and tells its caller, which does the same with its own frame,
// down to the interpreter. So panics, traces, waits and limits have one implementation, and no stack of
// the processor's outlives a turn.

#include <cstdint>
#include <vector>

namespace noodle::vm {

struct LoadedFunction;
class LoadedModule;
struct Machine;

/// A way from the interpreter into compiled code: gives false when the outermost frame has returned (its results
/// are in the caller's frame), true when compiled code was left: see Machine::exit.
using CompiledCode = bool (*)(Machine*, std::uint64_t* fp);

/// A place where compiled code can be entered: a function's first word, or the head of a loop.
struct EntryPoint {
  std::uint32_t pc = 0;
  CompiledCode code = nullptr;
  std::uint16_t replaced = 0;  // the opcode that Exec::EnterCompiled stands for there
  bool is_retired = false;     // the opcode is back: only who met EnterCompiled before still comes in
};

/// The ways into one function. Not changed once it is published.
struct CompiledFunction {
  std::vector<EntryPoint> entries;

  const EntryPoint* at(std::uint32_t pc) const {
    for (const EntryPoint& entry : entries) {
      if (entry.pc == pc) return &entry;
    }
    return nullptr;
  }
};

/// Why compiled code was left.
enum class WayOut : std::uint32_t {
  Unusual,  // the instruction is to be done by the interpreter
  Raises,   // Machine::fault is set and to be raised there
  Over,     // code for a loop ends where the loop does
};

/// Where compiled code was left.
struct CompiledExit {
  std::uint64_t* fp = nullptr;
  std::uint32_t pc = 0;
  WayOut why = WayOut::Unusual;
};

/// Where code that was made quickly is when it is asked to leave.
struct QuickSite {
  std::uint32_t function = 0;
  std::uint32_t pc = 0;
  bool in_loop = false;  // the code was entered at a loop's head

  /// As a word, never 0; pcs have 31 bits.
  std::uint64_t packed() const { return (std::uint64_t{function} + 1) << 32 | pc << 1 | (in_loop ? 1 : 0); }
  static QuickSite unpacked(std::uint64_t word) {
    return {.function = static_cast<std::uint32_t>(word >> 32) - 1,
            .pc = static_cast<std::uint32_t>(word) >> 1,
            .in_loop = (word & 1) != 0};
  }
};

/// What compiled code calls, by its place in Machine::helpers.
enum class Helper : std::uint32_t {
  Step,          // bool (Machine*, fp, pc): does one instruction on the frame in memory; true: Machine::fault is set
  RetainShared,  // void (Object*, count)
  Release,       // void (Machine*, Object*): drops a reference that may be the last
  MakeUnique,    // Object* (Machine*, fp, slot): the list in a slot, made unique; null when there is no memory
  Safepoint,     // bool (Machine*): whether the task has to leave: it is told to stop, or its time is over
  MayCall,       // bool (Machine*, end of the callee's frame): whether a call that did not look possible is
  New,           // Object* (Machine*, type): an object of a type of the running module; null when there is no memory
  CallLeaf,      // bool (Machine*, native): its arguments are in Machine::scratch; true: Machine::fault is set
  StringEqual,   // bool (a's two words, b's two words)
  StringLength,  // u64 (two words): characters
  Concat,        // bool (Machine*, pieces): strings in Machine::scratch to one in scratch2; false: there is no memory
  MapFind,       // i64 (Machine*, type, Object*): the entry of the key in Machine::scratch, or -1
  MapInsert,     // bool (Machine*, type, the map's slot): key and value are in Machine::scratch; false: no memory
  MapNext,       // i64 (Machine*, type, Object*, from): the first entry at or after one, or -1
  Count,
};

/// Compiles what is hot in one runtime.
class Tier {
 public:
  virtual ~Tier() = default;
  /// A worker has a machine, which lives until `close`.
  virtual void attach(Machine& machine) = 0;
  /// A worker is at a safepoint of this frame, and has used up its share of steps since the last one. Never waits.
  virtual void sample(Machine& machine, const std::uint64_t* fp, std::uint32_t pc) = 0;
  /// A worker was found in code that was made quickly. Whether better code is there, so that it should leave. Never
  /// waits.
  virtual bool found_quick(Machine&, QuickSite) { return false; }
  /// A machine with `rouses_tier` begins to run compiled code.
  virtual void rouse() = 0;
  /// A module is about to be run.
  virtual void loaded(LoadedModule& module) = 0;
  /// A machine with Machine::watcher set has left compiled code: its `exit` says where.
  virtual void left(const Machine&) {}
  /// The runtime is about to end: nothing of it may be touched afterwards.
  virtual void close() = 0;
};

}  // namespace noodle::vm
