#pragma once

// The inside of lowering: one object per function, its methods in files by subject.
//
//   lower.cpp          door, locals and SSA
//   lower_expr.cpp     constants, operators, constructors, blocks
//   lower_call.cpp     calls of every kind, closures, block environments
//   lower_control.cpp  if, logic, loops, jumps, return, ?, ??
//   lower_match.cpp    patterns and match        lower_match_mut.cpp  match mut
//   lower_place.cpp    places: reading, taking out, putting back, assignment
//   lower_for.cpp      for over everything       lower_for_mut.cpp    for mut
//   lower_defer.cpp    scopes, ways out, cleanup regions
//   lower_format.cpp   interpolation, expect
//
// SSA is made on the fly (Braun et al., "Simple and Efficient Construction of SSA Form"): each
// block knows the values that variables have at its end; reading one in a block with several ways in
// makes a parameter. Joins remember which block dominates them and which variables were written in
// between, so that only what really differs becomes a parameter.
//
// Where control can't be (behind return, break, panic…) `b.at` is invalid; then nothing is emitted
// and values are invalid, so that no unreachable code is made.

#include <initializer_list>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "compiler/nir/builder.h"
#include "compiler/nir/lower.h"
#include "compiler/sema/typed_tree.h"

namespace noodle::nir {

using sema::Expr;
using sema::LocalId;
using sema::LoopId;
using sema::Pattern;
using sema::TypeKind;

/// A variable of the SSA construction: a local of the body, or one that lowering made up.
using Var = std::uint32_t;

/// A place whose root, indices and keys are known.
struct Place {
  enum class StepKind : std::uint8_t { Field, Index, MapAt, MapSet };
  struct Step {
    StepKind kind;
    std::uint32_t field = 0;
    ValueId key;        // index or key
    ValueId otherwise;  // MapAt's default
    TypeId container;   // what the step goes into
    TypeId part;        // what it comes to
  };
  Var root = 0;
  TypeId root_type;
  std::vector<Step> steps;
  TypeId type() const { return steps.empty() ? root_type : steps.back().part; }
};

/// A place whose value has been moved out: what is needed to put one back.
struct Opened {
  struct Frame {
    ValueId outer;  // the box's shell, list or map with the part taken out
    ValueId inner;  // of a field: the struct it is a field of
    ValueId key;    // index or entry
  };
  ValueId value;
  std::vector<Frame> frames;
};

/// Something that must be done when control leaves a stretch of the body.
struct Scope {
  enum class Kind : std::uint8_t { Defer, Tasks, Handle, HeldPlace, HeldParts, HeldElement };
  Kind kind = Kind::Defer;
  Expr* body = nullptr;          // Defer; Tasks: what runs in the scope
  RegionId outside;              // Defer, Tasks: the region around
  const Place* place = nullptr;  // HeldPlace: put back `value` (a variable)
  const Opened* opened = nullptr;
  Var value = 0;                     // HeldPlace…; Tasks: the scope's number; Handle: the variable
  const Pattern* pattern = nullptr;  // HeldParts, HeldElement: rebuild from the pattern's bindings
  struct Pieces* pieces = nullptr;
  ValueId index;  // HeldElement: put back into list or map variable `value`
  bool is_map = false;
};

/// The values that patterns of `match mut` did not bind, to rebuild the subject from.
struct Pieces {
  ValueId original;           // a part that is put back as it was
  std::vector<Pieces> parts;  // of tuples, structs, variants, lists (before, after)
  ValueId rest;               // of a list's element: its index
  ValueId shell;              // of a boxed struct that was taken out
};

class Lowering {
 public:
  Lowering(sema::Program& program, FunctionId id, Coverage* coverage);
  Lowered run();

 private:
  // ---- lower.cpp: emitting
  bool dead() const { return !b.at.valid(); }
  TypeId prim(TypeKind kind) const { return types.primitive(kind); }
  TypeId i64() const { return prim(TypeKind::I64); }
  TypeId boolean() const { return prim(TypeKind::Bool); }
  TypeId text_type() const { return prim(TypeKind::String); }
  TypeKind kind(TypeId type) const { return types.kind(type); }
  bool is_unit(TypeId type) const { return type == types.unit(); }
  ValueId emit(Op op, std::initializer_list<ValueId> operands, TypeId result, TypeId type = {}, std::uint64_t imm = 0);
  ValueId emit(Op op, std::span<const ValueId> operands, TypeId result, TypeId type = {}, std::uint64_t imm = 0);
  std::vector<ValueId> emit_many(Op op, std::span<const ValueId> operands, std::span<const TypeId> results,
                                 TypeId type = {}, std::uint64_t imm = 0);
  std::vector<ValueId> emit_many(Op op, std::initializer_list<ValueId> operands, std::initializer_list<TypeId> results,
                                 TypeId type = {}, std::uint64_t imm = 0) {
    return emit_many(op, std::span(operands.begin(), operands.size()), std::span(results.begin(), results.size()), type,
                     imm);
  }
  void effect(Op op, std::initializer_list<ValueId> operands, std::uint64_t imm = 0);
  ValueId integer(std::int64_t n);
  ValueId boolean_value(bool x);
  ValueId string_value(std::string_view text);
  ValueId unit();
  /// With coverage: counts that control comes here, in this statement or at this way out of a decision.
  void count(const Expr& e, std::string_view way = {}, std::size_t number = 0);
  ValueId native(std::string_view name, std::initializer_list<ValueId> operands, TypeId result);
  Symbol symbol(std::string_view text) { return types.names().intern(text); }

  // ---- lower.cpp: blocks. A block is sealed once every way into it is known.
  BlockId block();
  void enter(BlockId block);  // go on there
  void seal(BlockId block);
  void enter_sealed(BlockId block) {
    seal(block);
    enter(block);
  }
  void jump(BlockId to);
  void branch(ValueId condition, BlockId yes, BlockId no);
  void switch_on(ValueId subject, std::span<const BlockId> targets);
  void end_unreachable();
  void note_edge(InstId inst);
  BlockId home_of(InstId terminator) const { return homes.at(terminator.index); }
  bool has_ways_in(BlockId block) const { return !blocks[block.index].ways.empty(); }
  /// Begins a construct whose ways meet again in one block, and says where that is.
  struct Fork {
    BlockId from;
    std::uint32_t since;
  };
  Fork fork() const { return {b.at, clock_}; }
  /// Seals a block where the ways of a fork meet, and goes on there.
  void meet(BlockId join, const Fork& fork);

  // ---- lower.cpp: variables
  Var new_var(TypeId type, Symbol name = {});
  void write(Var var, ValueId value);
  ValueId read(Var var);
  void write(LocalId local, ValueId value) { write(Var(local.index), value); }
  ValueId read(LocalId local) { return read(Var(local.index)); }
  ValueId read_at(BlockId block, Var var);
  void fill_params();
  bool written_between(Var var, std::uint32_t since, std::uint32_t until) const;
  TypeId block_type_of(LocalId local) const { return var_types[local.index]; }

  // ---- lower_expr.cpp
  ValueId expr(Expr* e);
  ValueId expr_inner(Expr* e);
  void statement(Expr* e);
  ValueId constant(sema::ConstExpr& e);
  ValueId constant_value(const sema::ConstValue& value);
  ValueId binary(syntax::BinaryOp op, ValueId left, ValueId right, TypeId type);
  ValueId equal(ValueId left, ValueId right, TypeId type, bool negated);
  ValueId compare(syntax::BinaryOp op, ValueId left, ValueId right);
  ValueId convert(sema::ConvertExpr& e);
  ValueId variant(TypeId type, std::uint32_t variant, std::span<const ValueId> fields);
  ValueId variant_expr(sema::VariantExpr& e);
  ValueId list_expr(sema::SequenceExpr& e);
  ValueId map_expr(sema::MapExpr& e);
  ValueId field(ValueId base, std::uint32_t index, TypeId type);
  ValueId index(ValueId base, ValueId at, TypeId base_type, TypeId type);
  ValueId slice(sema::SliceExpr& e);
  ValueId block_expr(sema::BlockExpr& e);
  void let(sema::LetExpr& e);
  const sema::NominalDecl* nominal(TypeId type) const;
  TypeId field_type(TypeId type, std::uint32_t variant, std::uint32_t field);
  std::size_t field_count(TypeId type, std::uint32_t variant) const;
  std::size_t variant_count(TypeId type) const;
  ValueId some(TypeId option, ValueId value) { return variant(option, 0, std::span(&value, 1)); }
  ValueId none(TypeId option) { return variant(option, 1, {}); }

  // ---- lower_call.cpp
  ValueId call(sema::CallExpr& e);
  ValueId call_value(sema::CallValueExpr& e);
  ValueId call_block(sema::CallBlockExpr& e);
  ValueId call_function(const sema::FunctionRef& callee, std::span<const ValueId> args, TypeId result);
  ValueId lambda(sema::LambdaExpr& e);
  ValueId function_value(sema::FunctionExpr& e);
  std::uint64_t callee(FunctionId function, std::span<const TypeId> arguments);
  TypeId block_type(sema::BlockArgExpr& e);
  ValueId environment(sema::BlockArgExpr& e, TypeId type);
  void write_back(sema::BlockArgExpr& e, TypeId type, ValueId environment);
  struct Passed;
  void evaluate(std::span<const sema::Arg> args, std::vector<Passed>& out);
  bool uses_root(const Passed& p, Var root) const;
  void open_places(std::vector<Passed>& passed);
  void give_back(std::vector<Passed>& passed, std::span<const ValueId> results);

  // ---- lower_control.cpp
  ValueId if_expr(sema::IfExpr& e);
  ValueId logic(sema::LogicExpr& e, bool is_and);
  void condition(Expr* e, BlockId yes, BlockId no);
  void loop(sema::LoopExpr& e);
  void jump_out(sema::JumpExpr& e, bool is_break);
  ValueId try_expr(sema::TryExpr& e);
  ValueId coalesce(sema::CoalesceExpr& e);
  ValueId map_get(sema::MapIndexExpr& e);
  void return_value(ValueId value);
  ValueId result_of(Var var, TypeId type);
  struct LoopTargets {
    BlockId next, out;
    std::size_t scopes;
  };

  // ---- lower_match.cpp
  ValueId match(sema::MatchExpr& e);
  void match_arms(sema::MatchExpr& e, ValueId subject, const Place* place, BlockId done, Var result);
  void test(const Pattern* pattern, ValueId value, BlockId fail);
  void test_fields(std::span<Pattern* const> fields, std::span<const ValueId> values, BlockId fail);
  void test_list(const sema::ListPattern& pattern, ValueId value, BlockId fail);
  void test_range(const sema::RangePattern& pattern, ValueId value, BlockId fail);
  void bind(const Pattern* pattern, ValueId value);
  void arm_body(sema::MatchExpr& e, const sema::MatchArm& arm, const Pattern* pattern, const Place* place, BlockId fail,
                BlockId done, Var result);
  std::vector<ValueId> payload(ValueId content, TypeId type, std::uint32_t variant);
  bool is_irrefutable(const Pattern* pattern) const;

  // ---- lower_match_mut.cpp
  bool binds_alias(const Pattern* pattern) const;
  std::vector<const Pattern*> expand_alternatives(const Pattern* pattern);
  const Pattern* with_parts(const Pattern* pattern, const std::vector<Pattern*>& parts);
  void take_apart(const Pattern* pattern, ValueId value, Pieces& pieces);
  ValueId put_together(const Pattern* pattern, const Pieces& pieces);

  // ---- lower_place.cpp
  Place place(Expr* e);
  ValueId read_place(const Place& place);
  Opened open(const Place& place, bool leave_hole);
  void close(const Place& place, const Opened& opened, ValueId value);
  void close_hole(const Place& place, ValueId value);
  void store(const Place& place, ValueId value);
  void assign(sema::AssignExpr& e);
  Opened::Frame open_step(const Place::Step& step, ValueId container, ValueId& part);
  ValueId close_step(const Place::Step& step, const Opened::Frame& frame, ValueId part);
  ValueId entry_of(const Place::Step& step, ValueId& map);

  // ---- lower_for.cpp, lower_for_mut.cpp
  void for_loop(sema::ForExpr& e);
  void walk(sema::ForExpr& e);
  void for_range(sema::ForExpr& e);
  void for_list(sema::ForExpr& e);
  void for_map(sema::ForExpr& e);
  void for_string(sema::ForExpr& e);
  void for_iterator(sema::ForExpr& e);
  void for_mut(sema::ForExpr& e);
  struct Head {
    BlockId head, next, out;
    Fork before, inside;
  };
  Head open_head();
  void close_head(const Head& head);
  void loop_body(sema::ForExpr& e, const Head& head);

  // ---- lower_defer.cpp
  void open_tasks(LocalId scope, LocalId own, LocalId outer, Expr* body);
  void close_tasks();
  ValueId scope_expr(sema::ScopeExpr& e);
  BlockId enter_handler();
  std::size_t tasks_around(std::size_t depth) const;
  void cancel_tasks(const Scope& scope);
  void keep_handles(const Pattern* pattern);
  bool holds_resource(TypeId type);
  void defer(sema::DeferExpr& e);
  void leave_scopes(std::size_t down_to);  // emits what leaving them does; keeps them
  void pop_scopes(std::size_t down_to);    // normal end: emits and forgets
  void leave_scope(const Scope& scope);

  // ---- lower_format.cpp
  ValueId format(sema::FormatExpr& e);
  void expect(sema::ExpectExpr& e);

  void problem(std::string_view text, source::Span span);

  sema::Program& program;
  sema::TypeTable& types;
  Coverage* coverage;  // null: nothing is counted
  const sema::Body& body;
  const sema::FunctionInfo info_;  // a copy: asking the program for bodies may move its own
  Lowered out;
  Builder b;
  Arena scratch;  // patterns made up here

  struct BlockState {
    std::vector<std::pair<InstId, std::uint32_t>> ways;  // edges into it
    std::vector<std::pair<Var, ValueId>> waiting;        // parameters made before it was sealed
    bool sealed = false;
    BlockId dominator;  // of a join; valid with the interval below
    std::uint32_t since = 0, until = 0;
  };
  std::vector<BlockState> blocks;
  std::unordered_map<std::uint32_t, BlockId> homes;  // of terminators with edges
  std::unordered_map<std::uint64_t, ValueId> defs;   // block << 32 | variable
  std::vector<std::vector<std::uint32_t>> writes;    // of each variable, at which times
  std::vector<TypeId> var_types;
  std::vector<SlotId> var_slots;  // valid: the variable lives in a slot
  std::uint32_t clock_ = 0;
  struct Fill {
    ValueId param;
    BlockId block;
    Var var;
  };
  std::vector<Fill> fills;

  std::vector<Scope> scopes;
  std::unordered_map<std::uint32_t, LoopTargets> loops;
  int defer_depth = 0;
  std::unordered_map<TypeId, bool> resources_;  // of types: whether values hold one; false while it is found out
};

}  // namespace noodle::nir
