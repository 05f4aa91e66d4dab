#pragma once

// The typed tree: what sema hands to lowering. Every name is resolved, every type known (in terms
// of the enclosing function's type parameters), every default, conversion and operator of a user's
// type spelled out as a call. Nothing here is an error: a body with errors has no typed tree.
//
// Order of evaluation is the order in which operands stand in these nodes.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "compiler/sema/types.h"
#include "compiler/source/source.h"
#include "compiler/syntax/tree.h"

namespace noodle::sema {

using LocalId = Id<struct LocalTag>;  // dense within one Body
using LoopId = Id<struct LoopTag>;    // dense within one Body

/// A function with the arguments for all its type parameters (the impl's first, then its own).
/// When `function` is a trait's method, arguments are [Self, the trait's…, the method's own…] and
/// `Program::resolve` finds the implementation once they are concrete. Self may be an `any` type:
/// then it is a dynamic call.
struct FunctionRef {
  FunctionId function;
  std::span<const TypeId> arguments;
};

enum class LocalKind : std::uint8_t {
  Param,       // plain parameter: borrowed, never assigned
  MutParam,    // moved in, moved out
  BlockParam,  // a `block` parameter: may only be called, or passed on as a block
  Let,
  Var,
  MutAlias,  // bound by `match mut` or `for mut`: a place inside the subject
};
struct Local {
  LocalKind kind;
  Symbol name;
  TypeId type;
  source::Span span;
  bool in_defer;      // read or written by a `defer` of this body
  bool captured_mut;  // changed inside a block argument
};

struct Expr;
struct Pattern;

// ------------------------------------------------------------------------------------- patterns

enum class PatternKind : std::uint8_t { Wildcard, Bind, Constant, Range, Tuple, Variant, List, Or };

struct Pattern {
  PatternKind kind;
  TypeId type;
  source::Span span;
};
struct BindPattern : Pattern {
  LocalId local;
};
/// Equal to a constant of a number, string or bool type (negative numbers included).
struct ConstantPattern : Pattern {
  Expr* value;  // a literal or a Const
};
/// Inclusive bounds on an integer or string… null means open. Floats: total order.
struct RangePattern : Pattern {
  Expr* low;
  Expr* high;
  bool inclusive;
};
struct TuplePattern : Pattern {
  std::span<Pattern* const> elements;
};
/// Also a struct (variant 0). One pattern a field, in declaration order; wildcards filled in.
struct VariantPattern : Pattern {
  std::uint32_t variant;
  std::span<Pattern* const> fields;
};
/// `[before…, ..rest, after…]`; without a rest the length must match exactly.
struct ListPattern : Pattern {
  std::span<Pattern* const> before;
  bool has_rest;
  Pattern* rest;  // Bind (a list) or Wildcard; null without rest
  std::span<Pattern* const> after;
};
/// All alternatives bind the same locals (the very same LocalIds).
struct OrPattern : Pattern {
  std::span<Pattern* const> alternatives;
};

// ---------------------------------------------------------------------------------- expressions

enum class ExprKind : std::uint8_t {
  Int,
  Float,
  Bool,
  String,
  Unit,
  Local,
  Const,
  Function,
  Tuple,
  List,
  Map,
  Variant,  // constructors; Variant also makes structs
  Field,
  Index,
  MapGet,
  MapAt,
  MapSet,
  Slice,
  Unary,
  Binary,
  Compare,
  Equal,
  And,
  Or,
  Convert,
  ToAny,
  Format,
  Call,
  CallValue,
  CallBlock,
  Try,
  Coalesce,
  If,
  Match,
  Block,
  Let,
  Assign,
  Defer,
  Expect,
  Lambda,
  BlockArg,
  Scope,
  Loop,
  While,
  For,
  Break,
  Continue,
  Return,
};

struct Expr {
  ExprKind kind;
  TypeId type;
  source::Span span;
};

/// Any integer type; the bits are sign- or zero-extended.
struct IntExpr : Expr {
  std::uint64_t bits;
};
struct FloatExpr : Expr {
  double value;  // rounded to the type
};
struct BoolExpr : Expr {
  bool value;
};
struct StringExpr : Expr {
  std::string_view text;
};
struct LocalExpr : Expr {
  LocalId local;
};
struct ConstExpr : Expr {
  ConstId constant;
};
/// A function or method as a value (for a method the receiver is its first parameter).
struct FunctionExpr : Expr {
  FunctionRef function;
};
/// Tuple and List.
struct SequenceExpr : Expr {
  std::span<Expr* const> elements;
};
/// key, value, key, value…; later equal keys replace earlier values.
struct MapExpr : Expr {
  std::span<Expr* const> entries;
};
/// A struct literal (variant 0) or an enum's variant. `values` stand in evaluation order;
/// `fields[i]` is the declaration index of values[i].
struct VariantExpr : Expr {
  std::uint32_t variant;
  std::span<Expr* const> values;
  std::span<const std::uint32_t> fields;
};
/// A struct's field or a tuple's element. A place when `base` is one.
struct FieldExpr : Expr {
  Expr* base;
  std::uint32_t field;
};
/// `list[i]`, checked. A place when `base` is one.
struct IndexExpr : Expr {
  Expr* base;
  Expr* index;
};
/// MapGet: `map[key]`, an Option. MapSet: only as the target of `=` (base is a place).
struct MapIndexExpr : Expr {
  Expr* base;
  Expr* key;
};
/// `map.at(key, or: default)`: a place inside the map; inserts when missing. As a value it reads
/// (and inserts) too. The default is evaluated before the look-up, always.
struct MapAtExpr : Expr {
  Expr* base;
  Expr* key;
  Expr* otherwise;
};
/// `text[a..b]`, `list[a..b]`; absent ends are null.
struct SliceExpr : Expr {
  Expr* base;
  Expr* low;
  Expr* high;
  bool inclusive;
};
enum class UnaryOp : std::uint8_t { Negate, Not };
/// On numbers and Bool alone.
struct UnaryExpr : Expr {
  UnaryOp op;
  Expr* operand;
};
/// Arithmetic, bits and shifts on one number type (`+` on strings and lists are calls of the library).
struct BinaryExpr : Expr {
  syntax::BinaryOp op;
  source::Span op_span;
  Expr* left;
  Expr* right;
};
/// `< <= > >=` on any ordered type, also a bounded type parameter; NIR resolves it per instance
/// (numbers and strings directly, tuples element by element, else `Ordered.compare`).
struct CompareExpr : Expr {
  syntax::BinaryOp op;
  Expr* left;
  Expr* right;
};
/// `==` and `!=`, structural.
struct EqualExpr : Expr {
  bool negated;
  Expr* left;
  Expr* right;
};
/// `&&`, `||`.
struct LogicExpr : Expr {
  Expr* left;
  Expr* right;
};
enum class Conversion : std::uint8_t { Checked, Wrap, Try };  // u8(x), u8.wrap(x), u8.try(x) giving an Option
/// Between number types.
struct ConvertExpr : Expr {
  Conversion mode;
  Expr* operand;
};
/// A value put into an `any Trait` box.
struct ToAnyExpr : Expr {
  Expr* operand;
};
/// One piece of an interpolated string.
struct FormatPart {
  std::string_view text;    // when value is null
  Expr* value;              // any type
  std::string_view format;  // checked against the value's type; empty when absent
};
struct FormatExpr : Expr {
  std::span<const FormatPart> parts;
};
/// How one argument is passed; arguments stand in evaluation order.
struct Arg {
  std::uint32_t param;  // which parameter it fills (self is 0)
  bool is_mut;          // value is a place, moved in and out
  Expr* value;          // for a block parameter a BlockArg, or a Local of kind BlockParam
};
struct CallExpr : Expr {
  FunctionRef callee;
  std::span<const Arg> args;
};
/// A call of a function value.
struct CallValueExpr : Expr {
  Expr* callee;
  std::span<const Arg> args;
};
/// A call of a `block` parameter.
struct CallBlockExpr : Expr {
  LocalId block;
  std::span<const Arg> args;
};
/// `operand?`: on None or Err leaves the function, lambda or block that it stands in.
/// `convert` (function invalid when none) turns the operand's error into the target's.
struct TryExpr : Expr {
  Expr* operand;
  FunctionRef convert;
  TypeId target;  // the Option or Result type that is returned
};
/// `a ?? b` on an Option or Result.
struct CoalesceExpr : Expr {
  Expr* left;
  Expr* right;
};
/// Without an else `otherwise` is null and the type is ().
struct IfExpr : Expr {
  Expr* condition;
  Expr* then;
  Expr* otherwise;
};
struct MatchArm {
  Pattern* pattern;
  Expr* guard;  // null when absent; locals of the pattern are in scope
  Expr* body;
};
/// Exhaustive. With `is_mut` the subject is a place, held for the whole body, and MutAlias locals
/// stand for places inside it.
struct MatchExpr : Expr {
  bool is_mut;
  Expr* subject;
  std::span<const MatchArm> arms;
};
/// A scope for defers and locals. Values of statements are dropped; `tail` (may be null) is its value.
struct BlockExpr : Expr {
  std::span<Expr* const> statements;
  Expr* tail;
};
/// `let`/`var` with an irrefutable pattern.
struct LetExpr : Expr {
  Pattern* pattern;
  Expr* value;
};
/// `place = value`, or `place op= value`: indices of the place once, then the value, then check,
/// read and write.
struct AssignExpr : Expr {
  Expr* place;  // Local, Field, Index, MapAt, or MapSet
  bool has_op;
  syntax::BinaryOp op;  // when has_op: on one number type
  FunctionRef op_call;  // when has_op and function is valid: place = op_call(place, value) instead
  Expr* value;
};
struct DeferExpr : Expr {
  Expr* body;
};
/// `expect condition` in a test or elsewhere: panics with the condition's text and, for a
/// comparison or equality, both values.
struct ExpectExpr : Expr {
  Expr* condition;
  std::string_view text;
};
/// A lambda value: its own Body; captures are copied when it is made.
struct LambdaExpr : Expr {
  FunctionId body;                    // its params: the captures (plain), then the lambda's own
  std::span<const LocalId> captures;  // locals of the enclosing body, in the order of the body's first params
};
/// A block argument: its own Body. Locals that it changes are MutParams of the body.
struct BlockArgExpr : Expr {
  FunctionId body;  // its params: the captures (plain or mut), then the block's own
  std::span<const LocalId> captures;
};
/// `scope { … }`: opens a scope for tasks, whose number is in `scope`, and joins its tasks at the end.
struct ScopeExpr : Expr {
  LocalId scope;
  Expr* body;
};
/// loop, while.
struct LoopExpr : Expr {
  LoopId loop;
  Expr* condition;  // null for `loop`
  Expr* body;
};
enum class ForKind : std::uint8_t {
  Range,  // iterable is a Range value (often a VariantExpr written a..b: lower it without making one)
  List,
  Map,
  Set,
  String,
  Iterator,  // `next` is Iterator.next; the iterator is a fresh variable
  Iterable,  // `iterator` makes an `any Iterator<T>`, then `next`
};
/// With `is_mut` (List and Map: values) the iterable is a place and the pattern binds a MutAlias.
struct ForExpr : Expr {
  LoopId loop;
  ForKind for_kind;
  bool is_mut;
  Pattern* pattern;  // irrefutable; a Map's element is a (key, value) tuple
  Expr* iterable;
  FunctionRef iterator;
  FunctionRef next;
  Expr* body;
};
struct JumpExpr : Expr {  // Break, Continue
  LoopId loop;
};
struct ReturnExpr : Expr {
  Expr* value;  // null for ()
};

/// The typed tree of one function, lambda, block or test, with its locals. Parameters are locals
/// 0 … param_count-1 in order.
struct Body {
  Arena arena;
  std::vector<Local> locals;
  std::uint32_t param_count = 0;
  std::uint32_t loop_count = 0;
  // Of the whole body, when it starts tasks: the scope that they belong to, and the one that the body
  // itself opened. A lambda's tasks belong to the scope around it, `outer_scope`, while that is open.
  LocalId task_scope;
  LocalId own_scope;
  LocalId outer_scope;
  Expr* root = nullptr;  // its value is returned (unless the result is (), when it is dropped)
};

}  // namespace noodle::sema
