#pragma once

// The syntax tree: what the parser made of one file, and nothing that it had to look up.
//
// Nodes live in the file's arena and are never changed after parsing. Every node knows its bytes
// in the file, so that diagnostics, editors and the formatter can go back to the text; comments are
// kept as tokens beside the tree. Lists are spans in the same arena. A part that is missing
// because of a syntax error is an `Error` node (or a null pointer where the field says so), so that
// later steps see a whole tree.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/interner.h"

namespace noodle::syntax {

template <typename T>
using List = std::span<T* const>;

/// The bytes [begin, end) of the file that a node was read from.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// An identifier as written. An invalid symbol stands for one that was missing.
struct Name {
  Symbol symbol;
  Range range;
};

struct Expr;
struct Pattern;
struct Type;
struct Stmt;
struct Item;
struct BlockExpr;

// ---------------------------------------------------------------------------------------- types

enum class TypeKind : std::uint8_t { Error, Path, Tuple, Function, Option, Any, Self, Shape };

struct Type {
  TypeKind kind;
  Range range;
};
/// `Int`, `List<T>`, `shapes.Point`: up to two names, then arguments.
struct PathType : Type {
  std::span<const Name> path;
  List<Type> arguments;
};
/// `()` and `(A, B)`.
struct TupleType : Type {
  List<Type> elements;
};
struct FunctionTypeParam {
  bool is_mut;
  Type* type;
};
/// `(A, mut B) -> C`.
struct FunctionType : Type {
  std::span<const FunctionTypeParam> params;
  Type* result;
};
/// `T?`.
struct OptionType : Type {
  Type* element;
};
/// `any Trait<A>`.
struct AnyType : Type {
  PathType* trait;
};
/// A name, among them `_`, or a number, and what joins it to the one before it.
struct LengthPart {
  Range range;
  Symbol name;    // invalid where a number stands
  Expr* literal;  // an IntExpr; null where a name stands
  char op;        // '+', '-' or '*'
};
/// One of a shape's: `n`, `2 * n + 1`; without parts `..`.
struct ShapeLength {
  Range range;
  std::span<const LengthPart> parts;
};
/// `[batch, 784]`, as an argument of a type behind its first.
struct ShapeType : Type {
  std::span<const ShapeLength> lengths;
};

// ------------------------------------------------------------------------------------- patterns

enum class PatternKind : std::uint8_t {
  Error,
  Wildcard,
  Name,
  Literal,
  Range,
  Tuple,
  Variant,
  Struct,
  List,
  Rest,
  Or,
};

struct Pattern {
  PatternKind kind;
  Range range;
};
/// A lower-case name binds; a capitalised one must be a variant or a constant.
struct NamePattern : Pattern {
  bool is_mut;
  Name name;
};
/// A number (with its sign), string, or bool literal expression.
struct LiteralPattern : Pattern {
  Expr* literal;
};
/// `a..b`, `a..=b`; either end may be absent (null).
struct RangePattern : Pattern {
  Expr* low;
  Expr* high;
  bool inclusive;
};
struct TuplePattern : Pattern {
  List<Pattern> elements;
};
/// One argument of a variant pattern, `Circle(center: p, _)`.
struct FieldPattern {
  Name label;        // invalid symbol when absent
  Pattern* pattern;  // for `Point { x }` a NamePattern of the same name
};
/// `Circle(_, radius)`, `Shape.Circle(…)`, and `Shape.Empty` (has_arguments false).
struct VariantPattern : Pattern {
  std::span<const Name> path;
  bool has_arguments;
  std::span<const FieldPattern> arguments;
};
/// `Point { x, y: 0.0, .. }`.
struct StructPattern : Pattern {
  std::span<const Name> path;
  std::span<const FieldPattern> fields;
  bool has_rest;
};
/// `[first, ..rest]`; at most one RestPattern among the elements (the parser says when there are more).
struct ListPattern : Pattern {
  List<Pattern> elements;
};
/// `..` or `..name` inside a list pattern.
struct RestPattern : Pattern {
  bool is_mut;
  Name name;  // invalid symbol for a bare `..`
};
struct OrPattern : Pattern {
  List<Pattern> alternatives;
};

// ---------------------------------------------------------------------------------- expressions

enum class ExprKind : std::uint8_t {
  Error,
  Int,
  Float,
  String,
  Bool,
  Duration,
  Size,
  Unit,
  Name,
  Self,
  SelfType,
  List,
  Map,
  Tuple,
  Struct,
  Paren,
  Unary,
  Binary,
  Range,
  Try,
  Field,
  TupleField,
  Index,
  Call,
  TypeApply,
  If,
  Match,
  Block,
  Lambda,
  Loop,
  While,
  For,
  Break,
  Continue,
  Return,
  // Parsed now, refused by sema with "not in this build".
  Async,
  Scope,
  Select,
  Within,
  Region,
  Sql,
};

struct Expr {
  ExprKind kind;
  Range range;
};

/// `12`, `0xff`. `overflow` when it needs more than 64 bits. A sign is folded in where the
/// grammar makes `-` part of the literal.
struct IntExpr : Expr {
  std::uint64_t magnitude;
  bool negative;
  bool overflow;
};
struct FloatExpr : Expr {
  double value;
};
struct BoolExpr : Expr {
  bool value;
};
/// `5ms`, `10s`: nanoseconds. `8GB`: bytes.
struct QuantityExpr : Expr {
  std::int64_t value;
};
/// One piece of a string: text with its escapes undone, or an expression with its format.
struct StringPart {
  std::string_view text;    // when `expr` is null
  Expr* expr;               // null for text
  std::string_view format;  // what follows the first `:` at depth zero, as written; empty when absent
  Range range;
  Range format_range;
};
struct StringExpr : Expr {  // also Sql
  std::span<const StringPart> parts;
};
struct NameExpr : Expr {
  Name name;
};
/// `(a, b)`; a Unit node stands for `()`.
struct TupleExpr : Expr {
  List<Expr> elements;
};
struct ListExpr : Expr {
  List<Expr> elements;
};
struct MapEntry {
  Expr* key;
  Expr* value;
};
struct MapExpr : Expr {
  std::span<const MapEntry> entries;
};
struct FieldInit {
  Name name;
  Expr* value;  // for the short form `Point { x }` a NameExpr
};
/// `Point { x: 1.0, y: 2.0 }`, `shapes.Point { … }`, `Pair<Int> { … }`, `Self { … }`.
struct StructExpr : Expr {
  Expr* type;  // Name, Field, TypeApply or SelfType
  std::span<const FieldInit> fields;
};
struct ParenExpr : Expr {
  Expr* inner;
};

enum class UnaryOp : std::uint8_t { Negate, Not, Await, Spawn };
struct UnaryExpr : Expr {
  UnaryOp op;
  Range op_range;
  Expr* operand;
};

enum class BinaryOp : std::uint8_t {
  Coalesce,
  Or,
  And,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  BitOr,
  BitXor,
  BitAnd,
  ShiftLeft,
  ShiftRight,
  Add,
  Subtract,
  AddWrap,
  SubtractWrap,
  Multiply,
  Divide,
  Remainder,
  MatMul,
  MultiplyWrap,
  Power,
};
/// The operator as written, such as `+%`.
std::string_view spelling(BinaryOp op);

struct BinaryExpr : Expr {
  BinaryOp op;
  Range op_range;
  Expr* left;
  Expr* right;
};
/// `a..b`, `a..=b`; inside an index either end may be absent (null).
struct RangeExpr : Expr {
  Expr* low;
  Expr* high;
  bool inclusive;
};
/// `operand?`.
struct TryExpr : Expr {
  Expr* operand;
};
/// `base.name`.
struct FieldExpr : Expr {
  Expr* base;
  Name name;
};
/// `base.0`.
struct TupleFieldExpr : Expr {
  Expr* base;
  std::uint32_t index;
  Range index_range;
};
struct IndexExpr : Expr {
  Expr* base;
  Expr* index;  // a RangeExpr makes a slice; several subscripts are a TupleExpr
};
struct Argument {
  Name label;   // invalid symbol when absent
  bool is_mut;  // marked `mut`
  Expr* value;
};
/// The parameters of a lambda or a trailing block: `name` or a destructuring pattern.
struct LambdaParam {
  Pattern* pattern;
};
/// `f(args) { item => body }`.
struct BlockArgument {
  std::span<const LambdaParam> params;
  BlockExpr* body;
  Range range;
};
struct CallExpr : Expr {
  Expr* callee;
  std::span<const Argument> arguments;
  BlockArgument* block;  // null when absent
};
/// `List<Int>` in an expression, as in `List<Int>.filled(…)`.
struct TypeApplyExpr : Expr {
  Expr* base;
  List<Type> arguments;
};

/// `if condition { … } else { … }`; otherwise is null, a BlockExpr, or another IfExpr.
struct IfExpr : Expr {
  Expr* condition;
  BlockExpr* then;
  Expr* otherwise;
};
struct MatchArm {
  Pattern* pattern;
  Expr* guard;  // null when absent
  Stmt* body;   // an ExprStmt, or an assignment
  Range range;
};
struct MatchExpr : Expr {
  bool is_mut;
  Expr* subject;
  std::span<const MatchArm> arms;
};
struct BlockExpr : Expr {
  List<Stmt> statements;
  Stmt* tail;  // the ExprStmt whose value is the block's, also the last element of statements; null when none
};
struct LambdaExpr : Expr {
  std::span<const LambdaParam> params;
  Expr* body;
};
struct LoopExpr : Expr {
  Name label;
  BlockExpr* body;
};
struct WhileExpr : Expr {
  Name label;
  Expr* condition;
  BlockExpr* body;
};
struct ForExpr : Expr {
  Name label;
  bool is_mut;
  Pattern* pattern;
  Expr* iterable;
  BlockExpr* body;
};
struct JumpExpr : Expr {  // Break, Continue
  Name label;
};
struct ReturnExpr : Expr {
  Expr* value;  // null when absent
};
/// async, scope, within, region.
struct TaskExpr : Expr {
  Expr* limit;  // within's duration, else null
  Expr* body;
};
struct SelectExpr : Expr {
  std::span<const MatchArm> arms;
};

// ----------------------------------------------------------------------------------- statements

enum class StmtKind : std::uint8_t { Error, Let, Expr, Assign, Defer, Expect, Item };

struct Stmt {
  StmtKind kind;
  Range range;
};
struct LetStmt : Stmt {
  bool is_var;
  Pattern* pattern;
  Type* type;   // null when inferred
  Expr* value;  // null only after an error
};
struct ExprStmt : Stmt {
  Expr* expr;
};
enum class AssignOp : std::uint8_t {
  Set,
  Add,
  Subtract,
  Multiply,
  Divide,
  Remainder,
  Power,
  MatMul,
  BitOr,
  BitAnd,
  BitXor,
  ShiftLeft,
  ShiftRight,
};
struct AssignStmt : Stmt {
  AssignOp op;
  Range op_range;
  Expr* place;
  Expr* value;
};
struct DeferStmt : Stmt {
  Stmt* body;  // an expression or an assignment
};
struct ExpectStmt : Stmt {
  Expr* condition;
};
/// A declaration inside a body: the parser keeps it so that sema can say that it must move out.
struct ItemStmt : Stmt {
  Item* item;
};

// ----------------------------------------------------------------------------------------- items

enum class ItemKind : std::uint8_t { Error, Import, Function, Struct, Enum, Trait, Impl, Const, Test, Actor };

struct AttributeArgument {
  Name label;  // invalid symbol when absent
  Expr* value;
};
/// `@name(arguments)`.
struct Attribute {
  Name name;
  std::span<const AttributeArgument> arguments;
  Range range;
};

struct Item {
  ItemKind kind;
  Range range;
  bool is_pub;
  std::span<const Attribute> attributes;
  std::string_view doc;  // the `///` lines above, joined, without their slashes
};
/// `import a.b`, `import a.b as c`.
struct ImportItem : Item {
  std::span<const Name> path;
  Name alias;  // invalid symbol when absent
};
struct TypeParam {
  Name name;
  List<PathType> bounds;
};
enum class ParamKind : std::uint8_t { Plain, Mut, Block };
struct Param {
  ParamKind kind;
  bool is_self;
  Name name;
  Type* type;           // null for self
  Expr* default_value;  // null when absent
  Range range;
};
struct FunctionItem : Item {  // also `receive` in an actor
  bool is_receive;
  Name name;
  std::span<const TypeParam> type_params;
  std::span<const Param> params;
  Type* result;     // null for ()
  BlockExpr* body;  // null: a trait's required method, or a declaration of the standard library
};
struct FieldDecl {
  Name name;
  Type* type;
  bool is_private;
  Range range;
  std::string_view doc;
};
struct StructItem : Item {
  Name name;
  std::span<const TypeParam> type_params;
  std::span<const FieldDecl> fields;
};
struct VariantDecl {
  Name name;
  std::span<const FieldDecl> fields;
  Range range;
  std::string_view doc;
};
struct EnumItem : Item {
  Name name;
  std::span<const TypeParam> type_params;
  std::span<const VariantDecl> variants;
};
struct TraitItem : Item {
  Name name;
  std::span<const TypeParam> type_params;
  List<FunctionItem> methods;
};
/// `impl<T> Type { … }` and `impl<T> Trait<A> for Type { … }`.
struct ImplItem : Item {
  std::span<const TypeParam> type_params;
  PathType* trait;  // null when absent
  Type* target;
  List<FunctionItem> methods;
};
struct ConstItem : Item {
  Name name;
  Type* type;  // null when inferred
  Expr* value;
};
/// `test "name" { … }` and `bench "name" { … }`.
struct TestItem : Item {
  bool is_bench;
  std::string_view name;
  Range name_range;
  BlockExpr* body;
};
struct ActorItem : Item {
  Name name;
  std::span<const Param> params;
  std::span<const LetStmt* const> state;
  List<FunctionItem> methods;
};

/// One file's tree.
struct File {
  List<Item> items;
};

}  // namespace noodle::syntax
