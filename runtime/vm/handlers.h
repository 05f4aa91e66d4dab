#pragma once

// Declarations of all handlers, and the macros that their bodies are written in.

#include "nbc/instruction.h"
#include "runtime/vm/machine.h"

namespace noodle::vm {

/// Opcodes of executable code: all of nbc's, then the loader's own.
enum class Exec : std::uint16_t {
#define OPCODE(name, ...) name,
#include "nbc/opcodes.def"
#undef OPCODE
#define EXEC_OP(name) name,
#include "runtime/vm/exec_ops.def"
#undef EXEC_OP
  Count,
};

// clang-format off
#define NOODLE_CONVENTION __attribute__((preserve_none))
#define NOODLE_PARAMS                                                                              \
  [[maybe_unused]] const Word* pc, [[maybe_unused]] std::uint64_t* fp,                              \
  [[maybe_unused]] Machine* vm, [[maybe_unused]] const void* table, [[maybe_unused]] Word w,        \
  [[maybe_unused]] std::uint64_t fuel
// clang-format on

using Handler = NOODLE_CONVENTION void (*)(NOODLE_PARAMS);

#define HANDLER(name) NOODLE_CONVENTION void h_##name(NOODLE_PARAMS)

#define OPCODE(name, ...) HANDLER(name);
#include "nbc/opcodes.def"
#undef OPCODE
#define EXEC_OP(name) HANDLER(name);
#include "runtime/vm/exec_ops.def"
#undef EXEC_OP

/// Unwinds because of vm->fault and goes on at a handler, or ends the run.
HANDLER(raise);
/// A safepoint whose fuel is used up: goes on with the branch's word or call, or unwinds.
HANDLER(refuel);

/// Calls a native with what is in Machine::scratch; false when it did not end well: see Machine::native_status.
bool call_native(Machine& vm, const LoadedNative& native, bool is_brief);
/// The handlers by opcode.
const Handler* handler_table();
/// Whether a handler was called to do one instruction for compiled code, which then deals with a fault itself.
bool is_single_step(const void* table);

/// An instruction's first word. Its opcode may be exchanged at any moment, for one that enters compiled code: either
/// is right, but the thread sanitizer has to be told.
inline Word word_at(const Word* pc) {
#if __has_feature(thread_sanitizer)
  return __atomic_load_n(pc, __ATOMIC_RELAXED);
#else
  return *pc;
#endif
}

inline const Handler* handlers_in(const void* table) { return static_cast<const Handler*>(table); }

// The dispatch stands at the end of every path of every handler, never behind a join: a predictor sees
// each opcode's successors apart.
#define DISPATCH()                                                                                            \
  do {                                                                                                        \
    w = word_at(pc);                                                                                          \
    [[clang::musttail]] return handlers_in(table)[static_cast<std::uint16_t>(w)](pc, fp, vm, table, w, fuel); \
  } while (0)
#define NEXT(words) \
  do {              \
    pc += (words);  \
    DISPATCH();     \
  } while (0)
#define RAISE(reason)                                               \
  do {                                                              \
    vm->fault = Fault::reason;                                      \
    [[clang::musttail]] return h_raise(pc, fp, vm, table, w, fuel); \
  } while (0)

// The step is counted before anything else happens, while pc still names the branch or call.
#define STEP()                                                         \
  do {                                                                 \
    if (--fuel == 0) [[unlikely]] {                                    \
      [[clang::musttail]] return h_refuel(pc, fp, vm, table, w, fuel); \
    }                                                                  \
  } while (0)

/// Words of an instruction with `fixed` fixed words and `n` list entries.
constexpr std::uint32_t words_with_list(std::uint32_t fixed, std::uint32_t n) { return fixed + (n + 3) / 4; }
inline const std::uint16_t* list_of(const Word* pc, std::uint32_t fixed = 1) {
  return reinterpret_cast<const std::uint16_t*>(pc + fixed);
}
// Lists are short: a loop that is unrolled for long ones costs more than it saves.
inline void gather(std::uint64_t* to, const std::uint64_t* fp, const std::uint16_t* list, std::uint32_t n) {
#pragma clang loop unroll(disable) vectorize(disable)
  for (std::uint32_t i = 0; i < n; ++i) to[i] = fp[list[i]];
}
inline void scatter(std::uint64_t* fp, const std::uint16_t* list, std::uint32_t n, const std::uint64_t* from) {
#pragma clang loop unroll(disable) vectorize(disable)
  for (std::uint32_t i = 0; i < n; ++i) fp[list[i]] = from[i];
}
/// Reads a value in memory into the listed slots, which are as many as it has.
inline void load_into(std::uint64_t* fp, const std::uint16_t* list, const TypeInfo& type, const std::byte* at,
                      std::uint64_t* scratch) {
  if (type.movement == value::Movement::Words) [[likely]]
    return scatter(fp, list, type.slots, reinterpret_cast<const std::uint64_t*>(at));
  value::load_value(type, at, scratch);
  scatter(fp, list, type.slots, scratch);
}
/// Writes the listed slots to memory as a value of the type.
inline void store_from(const std::uint64_t* fp, const std::uint16_t* list, const TypeInfo& type, std::byte* at,
                       std::uint64_t* scratch) {
  if (type.movement == value::Movement::Words) [[likely]]
    return gather(reinterpret_cast<std::uint64_t*>(at), fp, list, type.slots);
  gather(scratch, fp, list, type.slots);
  value::store_value(type, at, scratch);
}
inline std::int64_t as_signed(std::uint64_t word) { return static_cast<std::int64_t>(word); }
inline std::int16_t signed16(std::uint16_t half) { return static_cast<std::int16_t>(half); }
/// The type of the register at a slot of the running function.
inline const TypeInfo& type_at(const std::uint64_t* fp, std::uint16_t slot) {
  return *function_of(fp)->slot_types[slot];
}

#define A nbc::a_of(w)
#define B nbc::b_of(w)
#define C nbc::c_of(w)
#define IMM nbc::imm_of(w)
#define UIMM nbc::uimm_of(w)

}  // namespace noodle::vm
