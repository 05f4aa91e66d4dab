#pragma once

// The door of compiler/nir: a typed SSA form with block parameters, made from the typed tree, made
// concrete and flat for each instance, given its counts, and handed to codegen.
//
//   lower.h        typed tree → generic NIR, once a source function: aggregates are single values,
//                  types may contain parameters, calls name a FunctionRef
//   instantiate.h  generic NIR → a Module of flat NIR, once an instance: concrete types, leaves
//                  alone, every call resolved
//   passes/        flat → counted NIR: copies and drops are explicit, consumption is linear
//   text.h         any of them as text and back;  verify.h  checks each stage
//
// Everything is an index into its function's tables: values, instructions, blocks, edges; operands
// lie in one pool. Strings (constants, formats, names) are Symbols of the type table's interner.

#include <cstdint>
#include <span>
#include <vector>

#include "base/chunked.h"
#include "base/ids.h"
#include "base/interner.h"
#include "compiler/sema/program.h"
#include "compiler/sema/types.h"
#include "compiler/source/source.h"

namespace noodle::nir {

using sema::FunctionId;
using sema::TypeId;
using ValueId = Id<struct ValueTag>;
using InstId = Id<struct InstTag>;
using BlockId = Id<struct BlockTag>;
using SlotId = Id<struct SlotTag>;
using RegionId = Id<struct RegionTag>;
using SiteId = Id<struct SiteTag>;
using InstanceId = Id<struct InstanceTag>;  // a function of a Module

enum class Stage : std::uint8_t { Generic, Flat, Counted };
enum class Ownership : std::uint8_t { Owned, Borrowed };

enum class Op : std::uint8_t {
#define NIR_OP(name, text, operands, result, flags, meaning) name,
#include "compiler/nir/ops.def"
};
inline constexpr std::size_t kOpCount = static_cast<std::size_t>(Op::Resume) + 1;

/// What ops.def says about an operation.
struct OpInfo {
  const char* name;      // the enumerator
  const char* text;      // as in NIR's text form
  const char* operands;  // ownership pattern, last letter repeats
  Ownership result;
  bool may_panic;
  bool is_terminator;
  bool is_pure;
  bool is_generic;
};
const OpInfo& info(Op op);
/// How operand `index` is used by a pattern of ops.def: 'b', 'c' or 's'.
char operand_use(Op op, std::size_t index);

/// One place where a function was inlined, for stack traces.
struct InlineSite {
  Symbol callee;      // name of the function whose body stands here
  source::Span call;  // where it was called
  SiteId parent;      // the site that the call itself stands in; invalid: the function proper
};

/// One operation. Its results are the values [first_result, first_result + result_count).
struct Inst {
  Op op = Op::Unreachable;
  RegionId region;  // the innermost cleanup region it stands in; invalid outside
  TypeId type;      // what ops.def calls `type`; invalid where it names none
  std::uint64_t imm = 0;
  std::uint32_t first_operand = 0;
  std::uint32_t operand_count = 0;
  std::uint32_t first_result = 0;
  std::uint32_t result_count = 0;
  std::uint32_t first_edge = 0;
  std::uint32_t edge_count = 0;
  source::Span span;
  SiteId site;
};

/// A way from a terminator to a block; its arguments (consumed) become the block's parameters.
struct Edge {
  BlockId target;
  std::uint32_t first_argument = 0;
  std::uint32_t argument_count = 0;
  std::uint32_t room = 0;  // operands that are this edge's alone: more than there are arguments while it is built
};

/// A value: a result of an instruction or a parameter of a block.
struct Value {
  TypeId type;
  InstId inst;                             // invalid for a block's parameter
  BlockId block;                           // of a parameter; invalid for a result
  std::uint32_t index = 0;                 // which result or parameter
  Ownership ownership = Ownership::Owned;  // in the counted stage; of a block's parameter before it too
  Symbol name;                             // the variable it is first known as, for debuggers; may be invalid
};

/// A basic block: parameters, instructions, and the last of them a terminator.
struct Block {
  std::vector<ValueId> params;
  std::vector<InstId> insts;
};

/// A variable kept where cleanup handlers find it.
struct Slot {
  TypeId type;
  Symbol name;
};

/// A stretch of code with a cleanup handler: unwinding out of an instruction that carries this
/// region goes to the handler (a block without parameters), which reads slots alone and ends in
/// `resume`. Its own instructions carry the parent.
struct Region {
  BlockId handler;
  RegionId parent;
};

struct Param {
  TypeId type;
  Ownership ownership;
};

/// What a generic call or closure refers to; arguments in terms of the function's own parameters:
/// those of the callee's type parameters, then one (a Block or Param type) for each block parameter.
struct Callee {
  FunctionId function;
  std::span<const TypeId> arguments;  // lives in the type table's or Function's arena
  Symbol name;
};

/// A constant that is more than a scalar or a string.
struct Constant {
  TypeId type;
  const sema::ConstValue* value;  // lives as long as the Program (or the text's parse result)
};

/// One function in any of the three stages. Block 0 is the entry; its parameters are the function's.
struct Function {
  Stage stage = Stage::Generic;
  Symbol name;                         // unique in a module: `List.map<Int, String>`
  Symbol trace_name;                   // for stack traces: `List.map`
  FunctionId origin;                   // invalid for derived functions
  std::vector<TypeId> type_args;       // of an instance, block types included
  bool inline_hint = false;            // marked @inline
  std::uint32_t type_param_count = 0;  // of generic NIR: Params below it are types, from it on blocks
  std::vector<Param> params;
  std::vector<TypeId> results;  // the result (generic: one, also for `()`), then mut parameters
  source::Span span;

  std::vector<Block> blocks;
  std::vector<Inst> insts;
  std::vector<Value> values;
  std::vector<ValueId> operands;  // pool of operands and edge arguments
  std::vector<Edge> edges;
  std::vector<Slot> slots;
  std::vector<Region> regions;
  std::vector<InlineSite> sites;
  std::vector<Callee> callees;      // generic stage
  std::vector<Constant> constants;  // generic stage

  Function() = default;
  Function(Function&&) = default;
  Function& operator=(Function&&) = default;
  Function(const Function&) = default;
  Function& operator=(const Function&) = default;

  /// Gives the memory of the body back; what callers look at stays.
  void release_body();

  Inst& inst(InstId id) { return insts[id.index]; }
  const Inst& inst(InstId id) const { return insts[id.index]; }
  Value& value(ValueId id) { return values[id.index]; }
  const Value& value(ValueId id) const { return values[id.index]; }
  Block& block(BlockId id) { return blocks[id.index]; }
  const Block& block(BlockId id) const { return blocks[id.index]; }
  TypeId type(ValueId id) const { return values[id.index].type; }

  /// The operands of an instruction, without the arguments of its edges.
  std::span<ValueId> operands_of(const Inst& i) { return {operands.data() + i.first_operand, i.operand_count}; }
  std::span<const ValueId> operands_of(const Inst& i) const {
    return {operands.data() + i.first_operand, i.operand_count};
  }
  std::span<Edge> edges_of(const Inst& i) { return {edges.data() + i.first_edge, i.edge_count}; }
  std::span<const Edge> edges_of(const Inst& i) const { return {edges.data() + i.first_edge, i.edge_count}; }
  std::span<ValueId> arguments_of(const Edge& e) { return {operands.data() + e.first_argument, e.argument_count}; }
  std::span<const ValueId> arguments_of(const Edge& e) const {
    return {operands.data() + e.first_argument, e.argument_count};
  }
  /// Result `k` of an instruction.
  ValueId result(const Inst& i, std::uint32_t k = 0) const { return ValueId(i.first_result + k); }
  /// The operation that made a value, if it is `op`; else null.
  const Inst* made_by(ValueId v, Op op) const {
    const InstId id = values[v.index].inst;
    return id.valid() && insts[id.index].op == op ? &insts[id.index] : nullptr;
  }
  /// The last instruction of a block, a terminator once the function is whole.
  const Inst& terminator(BlockId b) const { return insts[blocks[b.index].insts.back().index]; }
  Inst& terminator(BlockId b) { return insts[blocks[b.index].insts.back().index]; }
};

/// A native function of the runtime, by name and flat signature.
struct Native {
  Symbol name;
  std::vector<Param> params;
  std::vector<TypeId> results;
};

/// A method called through `any`, by position in its trait; the receiver is the first parameter.
struct AnyMethod {
  TypeId any;
  std::uint32_t method = 0;  // in the trait's order of declaration
  Symbol name;
  std::vector<Param> params;
  std::vector<TypeId> results;
};

/// The thunks of a concrete type behind a trait, in the trait's order; each takes the `any` itself.
struct VTable {
  TypeId any;
  TypeId concrete;
  std::vector<InstanceId> methods;
};

/// A test of the program, or another function that is called from outside.
struct Test {
  Symbol name;
  InstanceId function;
  bool is_exported = false;  // no test
};

/// All instances that a program needs, in a deterministic order.
struct Module {
  Chunked<Function> functions;
  std::vector<Native> natives;
  std::vector<AnyMethod> any_methods;
  std::vector<VTable> vtables;
  std::vector<Constant> constants;
  InstanceId main;  // invalid without one
  std::vector<Test> tests;

  Function& function(InstanceId id) { return functions[id.index]; }
  const Function& function(InstanceId id) const { return functions[id.index]; }
};

/// Whether this very instruction may panic: ops.def, less what its types rule out (floats).
bool may_panic(const sema::TypeTable& types, const Function& function, const Inst& inst);

}  // namespace noodle::nir
