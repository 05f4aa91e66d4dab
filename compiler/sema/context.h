#pragma once

// The inner interface of sema: what the checking of bodies (check_*, infer, exhaustive, places) sees
// of the program around a body. Everything asked here is a query: answers are made on demand, and
// what a body leaned on is recorded, so that it is checked again only when that has changed.
//
// Rules for those who use it:
// - Types given to look-ups have their solved inference variables replaced; unsolved ones (Infer)
//   match anything, and an invalid TypeId in an answer means "not decided here: make a variable".
// - Infer types may be made in the TypeTable freely; none may be left in a Body.
// - A Body must not point into syntax trees or source texts: copy names and texts into its arena
//   (`body.arena.copy(text)`), since trees are replaced by edits.
// - Everything that a name in the text was resolved to is reported by `note_use` (editors, and the
//   warnings about deprecated things, live on it).
// - Pass diagnostics through `report`; the Error type never deserves one.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/sema/program.h"
#include "compiler/sema/typed_tree.h"
#include "compiler/sema/types.h"
#include "compiler/source/diagnostics.h"
#include "compiler/syntax/tree.h"

namespace noodle::sema {

using ImplId = Id<struct ImplTag>;
struct Database;

/// What a name means.
struct Entity {
  enum class Kind : std::uint8_t {
    None,
    Function,   // index: FunctionId
    Const,      // index: ConstId
    Nominal,    // index: NominalId; a struct or enum
    Variant,    // index: NominalId of the enum, with variant
    Field,      // index: NominalId, with variant (0 in a struct) and field
    Trait,      // index: TraitId
    Module,     // index: ModuleId
    Builtin,    // index: a TypeKind: Int, u8, Bool, String, Bytes, List, Map, Never…
    TypeParam,  // index: position in the scope's type parameters
    NotYet,     // an actor: known, but not in this build; index: nothing
    Unusable,   // declared, but with errors that were reported: treat as Error without a word
  };
  Kind kind = Kind::None;
  std::uint32_t index = Id<void>::kNone;
  std::uint32_t variant = 0;
  std::uint32_t field = 0;

  explicit operator bool() const { return kind != Kind::None; }
  bool operator==(const Entity&) const = default;
  bool is_type() const { return kind == Kind::Nominal || kind == Kind::Builtin || kind == Kind::TypeParam; }
  FunctionId function() const { return FunctionId(index); }
  ConstId constant() const { return ConstId(index); }
  NominalId nominal() const { return NominalId(index); }
  TraitId trait() const { return TraitId(index); }
  ModuleId module() const { return ModuleId(index); }
};

/// What names in a shape mean, where they stand for lengths that arguments or values have.
class LengthNames {
 public:
  /// The length that a name stands for; `any_length` after a report. One that is `computed` with is no new name.
  virtual TypeId length_named(Symbol name, source::Span where, bool computed) = 0;

 protected:
  ~LengthNames() = default;
};

/// Where a type or a name is read: the module, the type parameters (Param by position), and Self.
struct Scope {
  ModuleId module;
  std::span<const TypeParamDecl> type_params;
  TypeId self_type;                // invalid outside impls and traits; in a trait it is Param 0
  LengthNames* lengths = nullptr;  // null where no names may stand for lengths
};

/// The syntax of a body. Exactly one of `block` and `expr` is set.
struct BodySource {
  const syntax::BlockExpr* block = nullptr;  // function, method, test
  const syntax::Expr* expr = nullptr;        // default argument, constant
  std::span<const syntax::Param> params;     // as written (patterns of no kind: names only)
};

/// An impl that fits: its own type arguments (invalid where undecided) and its trait's arguments
/// in terms of them (Params of the impl replaced; an undecided one is the Error type).
struct ImplMatch {
  ImplId impl;                          // invalid: a built-in rule (numbers are Ordered…)
  std::vector<TypeId> arguments;        // for the impl's type parameters
  std::vector<TypeId> trait_arguments;  // for the trait's parameters, without Self
};

/// A method or associated function that a name on a type can mean.
struct MethodMatch {
  enum class Through : std::uint8_t { Inherent, TraitImpl, Bound, Any };
  Through through = Through::Inherent;
  /// The inherent method itself; else the *trait's* method (Program::resolve finds the rest).
  FunctionId function;
  /// For the first type parameters of `function`: the impl's, or [Self, the trait's…]. An invalid
  /// id is undecided. The method's own type parameters follow them and are the caller's to choose.
  std::vector<TypeId> arguments;
};

enum class Fits : std::uint8_t { No, Yes, Undecided };

struct ImplInfo {
  std::vector<TypeParamDecl> type_params;
  bool has_trait = false;
  TraitRef trait;  // in terms of type_params
  TypeId target;
  ModuleId module;
  std::vector<FunctionId> methods;
  source::Span span;  // of the target type as written
};

class Context {
 public:
  explicit Context(Database& db) : db_(db) {}

  // ---- the tables
  TypeTable& types();
  Interner& names();
  Symbol name(std::string_view text) { return names().intern(text); }
  std::string_view text(Symbol name) { return names().text(name); }
  std::string text(TypeId type);
  source::Span span(ModuleId module, syntax::Range range) const;
  std::string_view source_text(source::Span span) const;
  /// Whether a struct or enum is declared outside of the standard library.
  bool is_users(TypeId type) const;

  // ---- diagnostics
  /// Reports into the running query; complete the result before the next report.
  source::Diagnostic& report(source::Code code, source::Span span, std::string message);
  /// Adds "did you mean" when a candidate is near; true when one was added.
  bool suggest_near(source::Diagnostic& diagnostic, source::Span where, std::string_view word,
                    std::span<const std::string_view> candidates);
  /// "no `lenght` here", with the nearest of what the module sees and of `also` (locals, say).
  void report_unknown_name(const Scope& scope, Symbol name, source::Span where,
                           std::span<const std::string_view> also = {});
  /// "`X` is not in this build": for async, spawn, sql, actors…; `what` as in "actors".
  void report_not_in_build(source::Span where, std::string_view what);
  /// What was resolved where. Warns when the entity is deprecated. `type` is shown by editors.
  void note_use(source::Span where, Entity entity, TypeId type = {});
  /// The same for a local of this body, `definition` being the span of its name where it is bound.
  void note_local(source::Span where, source::Span definition, TypeId type);

  // ---- functions and bodies
  /// Everything callers know of it (makes its signature current).
  const FunctionInfo& function(FunctionId id);
  /// The parameter called `name` of the function whose default argument `id` is; null if there is none.
  const ParamInfo* parameter_beside(FunctionId id, Symbol name);
  /// Module, type parameters and Self inside a function's body (of hidden ones: its parent's).
  Scope scope_of(FunctionId id);
  Scope scope_of(ConstId id);
  BodySource source_of(FunctionId id);
  BodySource source_of(ConstId id);
  /// Makes the function of a lambda or block of `parent` (the function whose body is being checked).
  /// `info.type_params`, `module` and `qualified_name` are filled in; ids are the same again when
  /// the parent is checked again in the same order.
  FunctionId add_hidden(FunctionId parent, FunctionInfo info);
  /// May be called again while the parent is being checked (types become known late).
  FunctionInfo& hidden_info(FunctionId id);
  void set_hidden_body(FunctionId id, std::unique_ptr<Body> body);

  // ---- constants
  /// The type of a constant: declared, or inferred from its value. Error when it has none.
  TypeId constant_type(ConstId id);
  /// Its value (null after errors, and in a cycle, which is reported).
  const ConstValue* constant_value(ConstId id);
  std::string_view constant_name(ConstId id);
  /// The type written at the constant, resolved; invalid when none is.
  TypeId declared_type(ConstId id);

  // ---- names
  /// What `name` means in a module, locals apart: type parameters, then the module's own items, then
  /// what it imports, then the core. Variants are looked up only when nothing else has the name;
  /// None when several enums have one (then ask `variants_named`).
  Entity lookup(const Scope& scope, Symbol name);
  /// The same where a value or callee stands: a variant of the module's own enums comes before what the
  /// core library has under its name (`Add(Num(1), …)` in a module with such an enum).
  Entity lookup_value(const Scope& scope, Symbol name);
  /// The variants of that name in the nearest layer that has any: own module, core, imported modules.
  std::vector<Entity> variants_named(ModuleId from, Symbol name);
  /// `module.name`: reports a private or missing name (Unusable then). Also a variant or submodule.
  Entity lookup_in(ModuleId from, ModuleId module, const syntax::Name& name, source::Span where);
  /// A variant of an enum by name; None when there is none.
  Entity variant_of(NominalId decl, Symbol name);
  /// All names that `lookup` would find, for suggestions.
  std::vector<std::string_view> visible_names(const Scope& scope);

  // ---- types
  /// The type written; Error after a report.
  TypeId resolve(const syntax::Type& type, const Scope& scope);
  /// How many type arguments an entity that is a type takes (List 1, Map 2, Int 0…).
  std::uint32_t type_arity(Entity entity);
  /// The type that an entity means with these arguments; Error after a report when the count is
  /// wrong. Without arguments, give fresh variables for `type_arity` of them.
  TypeId make_type(Entity entity, std::span<const TypeId> arguments, const Scope& scope, source::Span where);
  /// A struct's or enum's declaration, made current.
  const NominalDecl& nominal(NominalId id);
  const TraitDecl& trait(TraitId id);
  const ImplInfo& impl(ImplId id);
  /// The type of a field, in terms of the nominal type's arguments.
  TypeId field_type(TypeId nominal_type, std::uint32_t variant, std::uint32_t field);
  /// Whether code of module `from` may name this field, or this function or method.
  bool field_visible(ModuleId from, NominalId decl, std::uint32_t variant, std::uint32_t field);
  bool function_visible(ModuleId from, FunctionId function);

  // ---- methods and traits
  /// Methods (functions with self) named `name` on a receiver: inherent ones; else through trait
  /// impls, bounds in `scope`, or the receiver's `any`. Usually one; several when a trait is
  /// implemented with several arguments, or several traits have the name. `to_string` and
  /// `compare` are found on every type that has them by rule.
  std::vector<MethodMatch> methods(TypeId receiver, Symbol name, const Scope& scope);
  /// Functions without self, called on the type's name (`Point.new`, `List.filled`, `T.zero`).
  std::vector<MethodMatch> associated(TypeId type, Symbol name, const Scope& scope);
  /// Names of all methods (or associated functions) of a type, for suggestions.
  std::vector<std::string_view> method_names(TypeId receiver, const Scope& scope, bool with_self);
  /// Whether the type has `==`: it holds no function and no `any`.
  bool has_equality(TypeId type);
  /// Impls of a trait that fit a type; for operators look here first, then at `bounds_of`.
  std::vector<ImplMatch> impls(TypeId self, TraitId trait, const Scope& scope);
  /// The one impl for exactly these trait arguments.
  std::optional<ImplMatch> find_impl(TypeId self, TraitRef trait, const Scope& scope);
  /// The bounds of a type parameter for a trait (a `T: Add<T, T>` gives [[T, T]]).
  std::vector<TraitRef> bounds_of(TypeId param, TraitId trait, const Scope& scope);
  /// Whether an impl for this type could not be understood: then what it seems to lack is not reported.
  bool has_broken_impl(TypeId type);
  /// Whether a type implements a trait: impls, built-in rules, bounds in scope, `any` of that trait.
  Fits satisfies(TypeId type, TraitRef trait, const Scope& scope);
  /// Reports `type` not implementing `trait` (with the reason when it is a missing bound).
  void report_unsatisfied(TypeId type, TraitRef trait, const Scope& scope, source::Span where);
  /// Checks the bounds of `function`'s type parameters for these arguments, reporting at `where`.
  bool check_bounds(FunctionId function, std::span<const TypeId> arguments, const Scope& scope, source::Span where);
  std::string text(const TraitRef& trait);
  /// The function of this name in a module of the core ("task", "start_task"); invalid when there is none.
  FunctionId core_function(std::string_view module, std::string_view name);

  /// A TraitRef's or FunctionRef's arguments kept as long as the program.
  std::span<const TypeId> keep(std::span<const TypeId> arguments);

 private:
  /// Impls are for tensors of every shape.
  TraitRef unshaped(const TraitRef& trait);

  Database& db_;
};

// ---- what the checking of bodies gives back (implemented in check_body.cpp)

/// The typed tree of a function, method, test or default argument; null after errors (reported).
std::unique_ptr<Body> check_function_body(Context& context, FunctionId id);

/// The typed tree of a constant's initialiser, of the declared type where there is one; no locals;
/// null after errors. Whether it is allowed in a constant is checked when it is evaluated.
std::unique_ptr<Body> check_constant_body(Context& context, ConstId id, TypeId declared);

}  // namespace noodle::sema
