#pragma once

// The door of nbc/: the bytecode that the compiler produces and everything else consumes. A Module is
// plain data that may be wrong in any way; only the verifier (verify.h) makes one that may run.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/hash.h"
#include "nbc/instruction.h"
#include "nbc/types.h"

namespace noodle::nbc {

/// Version of the format that this build writes. Readers accept this and the older ones named in
/// docs/reference/nbc.rst.
inline constexpr std::uint16_t kVersion = 2;
/// Feature bits that this build understands; a module with any other is refused.
inline constexpr std::uint64_t kKnownFeatures = 0;

/// Limits of a module; a module beyond them is refused.
inline constexpr std::uint32_t kMaxSlots = 4096;        // register slots of a function
inline constexpr std::uint32_t kMaxCode = 1u << 24;     // words of a function
inline constexpr std::uint32_t kMaxEntries = 1u << 20;  // of any table
inline constexpr std::uint32_t kMaxString = 1u << 28;   // bytes of one text

/// A constant: immortal in the runtime.
struct Constant {
  TypeId type;  // a scalar, String, Bytes, Fn, or a Box of an enum
  /// Scalar: canonical register bits; String, Bytes: a StringId; Fn: a FunctionId; Box: the number of a
  /// variant without payload.
  std::uint64_t value = 0;
  bool operator==(const Constant&) const = default;
};

/// Parameters and results as leaves. `borrowed` is false for leaves that aren't counted.
struct Signature {
  std::vector<Param> params;
  std::vector<TypeId> results;
  bool operator==(const Signature&) const = default;
};

/// A function of the runtime's native table, found by name when the module is loaded; the signature
/// must be the table's. `leaf` promises at most 16 KB of stack and no wait.
struct Native {
  StringId name;
  Signature signature;
  bool leaf = false;
  bool operator==(const Native&) const = default;
};

/// Where unwinding stops to run `defer`s: when an instruction in [first, end) unwinds, all owned
/// registers but the kept ones are released and control goes to the handler.
struct Cleanup {
  std::uint32_t first = 0;
  std::uint32_t end = 0;
  std::uint32_t handler = 0;
  std::vector<std::uint16_t> kept;  // register heads, ascending
  bool operator==(const Cleanup&) const = default;
};

struct Function {
  StringId name;  // for traces; need not be unique
  Signature signature;
  std::vector<TypeId> registers;  // leaf types; the parameters come first, in order
  std::vector<Word> code;
  std::vector<Cleanup> cleanups;  // by first ascending, then end descending; nested or disjoint
  bool operator==(const Function&) const = default;
};

/// One method of a trait as seen through `any`: the first parameter is the any itself, borrowed or
/// owned (then it comes back among the results).
struct Method {
  StringId name;
  Signature signature;
  bool operator==(const Method&) const = default;
};

struct Trait {
  StringId name;
  std::vector<Method> methods;
  bool operator==(const Trait&) const = default;
};

/// What `any.new` attaches to a value: one function for each method of the trait, with exactly the
/// method's signature.
struct VTable {
  TraitId trait;
  TypeId concrete;
  std::vector<FunctionId> functions;
  bool operator==(const VTable&) const = default;
};

/// `Main` is () -> (i64), the exit code, at most one; `Test` is () -> (); `Public` is anything.
enum class ExportKind : std::uint8_t { Public, Main, Test };

struct Export {
  ExportKind kind = ExportKind::Public;
  StringId name;
  FunctionId function;
  bool operator==(const Export&) const = default;
};

/// The serialised body of a generic function: opaque here, read by the compiler alone.
struct GenericBody {
  StringId name;
  std::string bytes;
  bool operator==(const GenericBody&) const = default;
};

/// From this word on (up to the next entry) code comes from this line.
struct LineEntry {
  std::uint32_t pc = 0;
  std::uint32_t file = 0;     // index into DebugInfo::files
  std::uint32_t line = 0;     // from 1; 0 means made by the compiler
  std::uint32_t column = 0;   // from 1, in characters
  std::uint32_t inlined = 0;  // 0: the function's own code; else 1 + index into inlined
  bool operator==(const LineEntry&) const = default;
};

/// A call that was inlined: which function, and where its call stood.
struct InlinedCall {
  StringId function;
  std::uint32_t file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t parent = 0;  // 0: called from the function itself; else 1 + an earlier index
  bool operator==(const InlinedCall&) const = default;
};

/// A variable of the source that lives in consecutive slots from `slot` while pc is in [first, end).
struct LocalName {
  StringId name;
  TypeId type;
  std::uint16_t slot = 0;
  std::uint32_t first = 0;
  std::uint32_t end = 0;
  bool operator==(const LocalName&) const = default;
};

struct FunctionDebug {
  std::vector<LineEntry> lines;  // by pc, strictly ascending
  std::vector<InlinedCall> inlined;
  std::vector<LocalName> locals;
  bool operator==(const FunctionDebug&) const = default;
};

struct DebugInfo {
  std::vector<StringId> files;
  std::vector<FunctionDebug> functions;  // one for each function, or empty when stripped
  bool operator==(const DebugInfo&) const = default;
};

/// A module in memory. Ids index its own tables only.
struct Module {
  std::uint64_t features = 0;
  std::vector<std::string> strings;
  TypeTable types;
  std::vector<Constant> constants;
  std::vector<Native> natives;
  std::vector<Function> functions;
  std::vector<Trait> traits;
  std::vector<VTable> vtables;
  std::vector<Export> exports;
  std::string interface;  // the compiler's description of what is public; opaque here
  std::vector<GenericBody> generics;
  std::vector<Hash128> type_hashes;      // content hashes, one a type from the first that is not
  std::vector<Hash128> function_hashes;  // built in, one a function; both empty when absent
  DebugInfo debug;
  std::vector<std::string> kernels;  // reserved: whole tensor kernels

  /// A text; empty for a missing name, and for an index that is wrong.
  std::string_view text(StringId id) const {
    return id.index < strings.size() ? std::string_view(strings[id.index]) : std::string_view();
  }
  const Function& function(FunctionId id) const { return functions[id.index]; }
  /// The function exported as `main`, or an invalid id.
  FunctionId main() const;
};

/// Slots of a sequence of leaf types.
std::uint32_t slots_of(const TypeTable& types, std::span<const TypeId> leaves);
std::uint32_t slots_of(const TypeTable& types, std::span<const Param> leaves);

/// The first slot of each register of a function, and one last entry: the number of slots.
std::vector<std::uint32_t> register_slots(const TypeTable& types, const Function& function);

/// Parameters and results of an Fn type as leaves, modes normalised (uncounted leaves are not
/// borrowed).
Signature flatten_signature(const TypeTable& types, TypeId fn);

/// A type as text, such as `map<string, list<Point>>`; the same for equal types of any module.
std::string type_name(const Module& module, TypeId type);
/// A signature as text: `(borrowed string, i64) -> (string)`. Natives are matched by it.
std::string signature_text(const Module& module, const Signature& signature);

}  // namespace noodle::nbc
