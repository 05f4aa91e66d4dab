#pragma once

// A module made ready to run. Executable code has the words of the module, one for one; only opcodes
// are exchanged for ones specialised by type, and places that the original leaves unused filled with
// what the specialised one needs. So a word's index is the same in both, and the original stays at
// hand for messages, unwinding and traces.

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "nbc/verify.h"
#include "runtime/room/room.h"
#include "runtime/value/value.h"
#include "runtime/vm/native.h"
#include "runtime/vm/tier.h"

namespace noodle::vm {

using nbc::Word;
using value::TypeInfo;

class LoadedModule;
struct Options;

/// As large as a cache line, so that finding one by number is a shift.
struct alignas(64) LoadedFunction {
  const Word* code = nullptr;
  std::uint32_t slots = 0;
  std::uint32_t param_slots = 0;
  std::uint32_t result_slots = 0;
  std::uint32_t id = 0;
  LoadedModule* module = nullptr;
  const TypeInfo* const* slot_types = nullptr;        // by slot; null inside registers
  const value::RecordInfo* const* records = nullptr;  // by word: layout of what fn.new or local.push makes there
  // Compiled code, once there is some: called by the interpreter and closures, and with arguments in registers.
  std::atomic<CompiledCode> entry = nullptr;
  std::atomic<const void*> fast = nullptr;
};

/// A vtable: what stands in the second word of every any.
struct LoadedVTable {
  const TypeInfo* concrete = nullptr;
  std::uint32_t concrete_id = 0;
  const value::RecordInfo* record = nullptr;
  std::vector<const LoadedFunction*> functions;
};

/// A native whose library is opened by its first call.
struct LateNative {
  const Options& options;
  const NativeEntry& entry;
  std::atomic<room::Function> room = nullptr;  // once it is opened
};

struct LoadedNative {
  NativeFunction function = nullptr;
  room::Function room = nullptr;  // what `function` calls when it's of a library
  LateNative* late = nullptr;     // instead of `room`
  std::uint32_t param_slots = 0;
  std::uint32_t result_slots = 0;
  bool leaf = false;                     // it never waits
  bool lasting = false;                  // it may spend long in the system
  bool brief = false;                    // it is a leaf first, and lasts when it says so
  std::vector<const TypeInfo*> results;  // by result
  const data::Shape* shape = nullptr;    // of what a list of any type holds

  /// It is called as a leaf, at first or always.
  bool begins_as_leaf() const { return leaf || brief; }
};

class LoadedModule {
 public:
  explicit LoadedModule(nbc::VerifiedModule module) : verified(std::move(module)) {}
  LoadedModule(const LoadedModule&) = delete;
  LoadedModule& operator=(const LoadedModule&) = delete;

  const nbc::Module& module() const { return verified.module(); }

  nbc::VerifiedModule verified;
  std::vector<std::string_view> strings;
  value::Types types;
  std::optional<data::Shapes> shapes;       // where some native takes or gives values of any type
  std::vector<const TypeInfo*> type_infos;  // by type id
  std::vector<std::uint64_t> constants;     // two words each
  std::vector<memory::Object*> immortals;   // objects of constants, freed with the module
  std::vector<LoadedNative> natives;
  std::deque<LateNative> late_natives;
  std::deque<LoadedVTable> vtables;
  std::vector<LoadedFunction> functions;
  std::vector<std::atomic<const CompiledFunction*>> compiled;  // by function, where there is any
  std::vector<std::vector<Word>> code;                         // by function
  std::vector<std::vector<const TypeInfo*>> slot_types;
  std::vector<std::vector<const value::RecordInfo*>> records;
  std::vector<std::vector<std::uint16_t>> probed;  // by word of a function: the opcode that a probe stands for
};

}  // namespace noodle::vm
