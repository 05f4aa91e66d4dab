#pragma once

// What the checker of bodies (check_body.h) works with: what places want, functions under construction, names in scope,
// calls that are taken apart.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/sema/context.h"

namespace noodle::sema {

/// What the place of an expression does with its value.
struct Want {
  TypeId type{};      // the type that it must have; invalid when any will do
  bool drop = false;  // the value is dropped: branches need not agree, the type is ()
};

/// Why a type is needed somewhere, for the message when it is not met.
struct Because {
  source::Span where{};
  std::string text;
};

enum class FrameKind : std::uint8_t { Function, Lambda, Block, Constant };

enum class Origin : std::uint8_t { Param, Let, Loop, Match, Capture, Hidden };

/// What the checker knows of a local beside what the typed tree says.
struct LocalFacts {
  source::Span keyword{};  // `let`, to be replaced by `var`; or where `mut ` may be inserted (empty)
  Origin origin{};
  bool used = false;
  bool assignable = false;
  LocalId outer{};  // of a capture: the local of the enclosing frame
};

/// A path of fields from a local: what a place or a use covers.
struct PlacePath {
  std::vector<std::uint32_t> fields;
  LocalId root{};
  bool exact = true;  // false behind an index: what lies below counts as the whole
  bool valid = false;
};

struct LoopScope {
  LoopId id;
  Symbol label;
  bool has_break = false;
};

/// A place that is held `mut`: nothing that overlaps it may be used meanwhile.
struct Hold {
  struct Frame* frame = nullptr;
  PlacePath path;
  source::Span where{};
  const char* holder = "";  // "`match mut`", "`for mut`", "this call"
};

/// One body under construction.
struct Frame {
  FrameKind kind = FrameKind::Function;
  Frame* outer = nullptr;
  std::unique_ptr<Body> body;
  FunctionId hidden{};  // of a lambda or block
  TypeId result{};      // what `return` and `?` give
  source::Span result_span{};
  std::vector<LocalFacts> facts;
  std::vector<LoopScope> loops;
  std::vector<LocalId> captures;                          // own locals that are captures, in order of discovery
  std::unordered_map<std::uint32_t, LocalId> capture_of;  // by the outer local's index
  std::vector<LocalId*> local_slots;
  std::vector<TypeId*> type_slots;
  std::vector<LocalId> params;       // own parameters in order
  bool is_task = false;              // a lambda that `async` made
  std::vector<LocalId> task_scopes;  // around this place, innermost last; the body's own first if it has one
  Expr* node = nullptr;              // the LambdaExpr or BlockArgExpr in the outer frame
  int defer_depth = 0;
  std::size_t loops_at_defer = 0;
};

/// A name in scope: a local, or the length of an axis of a local that is a tensor.
struct Binding {
  Frame* frame = nullptr;
  LocalId local{};
  std::uint32_t sequence = 0;
  std::int32_t axis = kNoAxis;  // negative: counted from the last
  static constexpr std::int32_t kNoAxis = INT32_MAX;
};

/// A length that a shape names.
struct NamedLength {
  Symbol name;
  TypeId type;
  Binding value{};  // without a frame where no axis of a variable has it
};

/// An argument as the rules for shapes see it.
struct ShapeArgument {
  std::string_view name;  // the parameter's
  const Expr* value;
  const syntax::Expr* syntax{};  // null for receivers and defaults
};

const syntax::Expr* without_parens(const syntax::Expr* expr);
/// The argument of this name, when one is written.
const ShapeArgument* written(std::span<const ShapeArgument> arguments, std::string_view name);

/// A call whose tensor must have the shape that its use says: `lengths` is filled in at the end.
struct ShapeCheck {
  SequenceExpr* lengths;
  TypeId shape;
  Frame* frame;
  std::uint32_t sequence;                       // names bound from here on are not seen by the call
  bool has_known = false;                       // its scope is closed, and with it what is known
  std::vector<std::pair<TypeId, Expr*>> known;  // the lengths that it needs and that have values there
};

/// Where a scope began: how many names were visible, lengths had names, and shapes were to be checked.
struct ScopeMark {
  std::size_t names = 0;
  std::size_t lengths = 0;
  std::size_t shape_checks = 0;
};

/// What a chain of names (with type arguments) before a `.`, `(` or `{` means.
struct Path {
  Entity entity;
  std::vector<TypeId> arguments;  // written in `<…>`
  bool has_arguments = false;
  TypeId type{};  // of `Self`
  source::Span span{};
  std::vector<std::pair<source::Span, Entity>> uses;  // to be noted once the path is taken
};

/// A function chosen for a call or as a value, with its type arguments (variables where open).
struct Callee {
  FunctionId function{};
  std::vector<TypeId> arguments;
  source::Span span{};            // of its name in the call
  std::vector<TypeId> lengths{};  // what its signature's shapes name
};

/// One parameter as a call sees it.
struct CallParam {
  Symbol name;
  TypeId type;
  syntax::ParamKind kind = syntax::ParamKind::Plain;
  FunctionId default_value{};
  source::Span span{};
};

/// A literal, with room for what it turns into when its type turns out to be a type parameter: a
/// conversion of an integer or float.
struct LiteralNode : ConvertExpr {
  IntExpr plain;
};

}  // namespace noodle::sema
