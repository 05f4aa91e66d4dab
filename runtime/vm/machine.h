#pragma once

// The interpreter's machine and the shape of its handlers.
//
// Each opcode has one small function. It gets everything hot in registers, ends in a tail call of the
// next opcode's function, and so needs no frame of its own: `preserve_none` leaves nearly all
// registers to it. The order of the parameters matters: the first four live in registers that calls of
// ordinary functions preserve.
//
// A frame is a run of slots on one stack that never moves. Below it lie four words:
//     fp[-4] the caller's fp   fp[-3] where it goes on   fp[-2] its result list   fp[-1] this function

#include <atomic>
#include <cstdint>
#include <string>

#include "runtime/task/scheduler.h"
#include "runtime/vm/loaded.h"
#include "runtime/vm/runtime.h"

namespace noodle::vm {

/// What went wrong in an instruction. The message is made from the instruction and its operands,
/// which are all still there.
enum class Fault : std::uint8_t {
  None,
  Instruction,  // what the opcode checks: overflow, bounds, null, conversion
  NoMemory,
  StackOverflow,
  Safepoint,       // the safepoint decided to stop
  Native,          // Machine::native_status and native_message
  NullCall,        // call.fn or call.any of a value that was moved out
  Injected,        // Runtime::fail_at
  ChildPanic,      // of a task that was awaited, or of a scope: the fiber's `cause`
  ChildCancelled,  // the task that was awaited was cancelled
  Stopped,         // the task was told to stop; its fiber's `wake` says why
};

/// How the interpreter was left.
enum class Left : std::uint8_t { Returned, Unwound, Parked, Yielded };

constexpr std::uint32_t kFrameWords = 4;

class Interpreter;

/// A thread's own stack.
struct ProcessorStack {
  std::uintptr_t lowest = 0;
  std::size_t size = 0;
};

/// What a worker needs to interpret; what belongs to a task lies in its fiber.
struct Machine {
  // Read by calls.
  const LoadedFunction* functions = nullptr;
  std::uint64_t* stack_end = nullptr;
  memory::Account account;
  // Gathered operands: an instruction has at most two values of this many slots.
  std::uint64_t* scratch = nullptr;
  std::uint64_t* scratch2 = nullptr;
  LoadedModule* module = nullptr;
  task::Fiber* fiber = nullptr;
  task::Worker* worker = nullptr;
  World* world = nullptr;
  Interpreter* interpreter = nullptr;
  const std::atomic<bool>* interrupt = nullptr;

  // For compiled code.
  const std::uint64_t* constants = nullptr;              // of the running module
  const void* const* helpers = nullptr;                  // by Helper
  std::atomic<std::uint64_t*> compiled_limit = nullptr;  // stack_end; null to make it leave at its next safepoint
  std::uintptr_t processor_stack_end = 0;                // the processor's stack must not reach below
  ProcessorStack processor_stack;                        // of the thread that this was found for
  CompiledExit exit;
  std::uint64_t quick_site = 0;           // a QuickSite where code asks whether to leave; 0: none
  std::uint64_t look_at = 0;              // on the processor's counter: when long loops look whether they have to leave
  std::atomic<bool> in_compiled = false;  // running compiled code
  std::atomic<bool> rouses_tier = false;  // when it begins to, the tier wants to know
  Tier* watcher = nullptr;                // who is told when compiled code is left, if anybody

  // What a map was last asked for is often what is set next.
  const memory::Object* found_map = nullptr;
  std::int64_t found_entry = -1;

  Fault fault = Fault::None;
  NativeStatus native_status = NativeStatus::Ok;
  std::string native_message;
  std::int64_t native_exit = 0;

  Left left = Left::Returned;
  std::uint64_t steps_left = UINT64_MAX;  // not yet handed out as fuel
  std::uint64_t given = 0;                // handed out last
  std::uint64_t fuel_left = 0;            // when the last run ended

  std::uint64_t checks = 0;   // with Options::probes: checked operations so far
  std::uint64_t fail_at = 0;  // and the one that panics

  Options options;

  Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine();
};

inline LoadedFunction* function_of(const std::uint64_t* fp) { return reinterpret_cast<LoadedFunction*>(fp[-1]); }

/// Steps between two looks at the interrupt flag.
constexpr std::uint64_t kQuantum = 16'384;
/// What compiled code calls, by Helper.
const void* const* compiled_helpers();
/// The running module of a machine, which its frames belong to.
void enter_module(Machine& machine, LoadedModule& module);
/// Looks a key up in a map, and remembers where it was.
std::int64_t find_in_map(Machine& machine, const value::TypeInfo& type, const memory::Object* map,
                         const std::uint64_t* key);
/// Sets a key's value, both consumed; false, with nothing changed, when there is no memory.
bool insert_in_map(Machine& machine, const value::TypeInfo& type, std::uint64_t* map,
                   const std::uint64_t* key_and_value);
/// One string of the pieces whose words lie there; false when there is no memory.
bool concat_words(Machine& machine, const std::uint64_t* words, std::uint32_t pieces, std::uint64_t* result);
/// Hands out fuel for the next steps; 0 when the running task has to stop.
std::uint64_t refuel(Machine& machine);

/// Where execution goes on after unwinding; pc is null when the outermost frame was left.
struct Resumption {
  const Word* pc = nullptr;
  std::uint64_t* fp = nullptr;
};
/// Handles machine.fault at `pc`: makes the message and trace of a new panic, releases what frames
/// own, and stops at the first cleanup handler.
Resumption unwind(Machine& machine, const Word* pc, std::uint64_t* fp);
/// Where a task that does not run stands, for people: ` in f at a.noodle:1:2`, or nothing.
std::string place_of(const task::Fiber& fiber);
/// The message for machine.fault at an instruction.
std::string fault_message(Machine& machine, const LoadedFunction& function, std::uint32_t pc, const std::uint64_t* fp);
/// The frames from here outward.
void capture_trace(const LoadedFunction& function, std::uint32_t pc, const std::uint64_t* fp, const std::uint64_t* base,
                   Stop& stop);

/// Runs from `pc` until the outermost frame returns or is left by unwinding, the task waits or yields.
void interpret(Machine& machine, const Word* pc, std::uint64_t* fp);
/// The same, with machine.fault raised at `pc`.
void interpret_fault(Machine& machine, const Word* pc, std::uint64_t* fp);
/// Goes on with a fiber that was parked.
void resume(Machine& machine, task::Fiber& fiber);

}  // namespace noodle::vm
