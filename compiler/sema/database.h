#pragma once

// The insides of sema: every module, declaration and answer of one program in tables, and the
// answering of queries over them. Nobody outside sema includes this; bodies are checked through
// context.h alone.
//
// modules.cpp fills the tables from syntax trees (collection) and sets the inputs of queries;
// declare.cpp answers what a declaration is; declare_check.cpp what is wrong with it; traits.cpp
// matches types with impls; names.cpp and resolve.cpp find what a name or written type means;
// constants.cpp evaluates; editor.cpp answers editors.
//
// Ids are stable: an item keeps its id through edits as long as its kind, owner and name stay
// (items of one name are told apart by their order). An item that is gone stays in its table, dead.

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/flat_map.h"
#include "compiler/sema/context.h"
#include "compiler/sema/program.h"
#include "compiler/sema/queries.h"
#include "compiler/syntax/parser.h"
#include "std/embedded.h"

namespace noodle::sema {

/// Something in the text that was resolved.
struct RecordedUse {
  source::Span where;
  Entity entity;            // Kind::None for a local
  source::Span definition;  // of a local
  TypeId type;
};

/// What every declared thing has.
struct Declared {
  ModuleId module;
  const syntax::Item* item = nullptr;  // null for hidden functions; replaced by edits
  bool alive = true;
};

struct FunctionEntry : Declared {
  FunctionInfo info;
  ImplId impl;
  TraitId trait;
  FunctionId parent;  // of lambdas, blocks and default arguments
  const syntax::FunctionItem* syntax = nullptr;
  const syntax::TestItem* test = nullptr;
  std::uint32_t default_of = 0;      // which parameter of parent this is the default of
  std::vector<FunctionId> defaults;  // by parameter; invalid where none
  std::vector<FunctionId> hidden;    // lambdas and blocks of the body, in order of making
  std::size_t hidden_used = 0;
  std::unique_ptr<Body> body;
  std::uint32_t body_begin = 0;  // where the body's text stood when it was checked
};

struct NominalEntry : Declared {
  Symbol name;
  std::uint32_t arity = 0;
  bool has_bounds = false;
  bool has_equality = true;  // the answer of QueryKind::Equality
  std::span<const syntax::TypeParam> params;
};

struct TraitEntry : Declared {
  Symbol name;
  std::uint32_t arity = 0;
  const syntax::TraitItem* syntax = nullptr;
};

struct ImplEntry : Declared {
  ImplInfo info;
  const syntax::ImplItem* syntax = nullptr;
  bool usable = false;  // trait and target were understood
};

struct ConstEntry : Declared {
  Symbol name;
  const syntax::ConstItem* syntax = nullptr;
  TypeId declared;
  TypeId type;
  std::unique_ptr<Body> body;
  std::unique_ptr<ConstValue> value;
};

struct ImportEntry {
  Symbol name;      // what it binds
  ModuleId module;  // invalid when it could not be loaded
  bool not_in_build = false;
  std::string reserved;  // a user's file of a reserved name that is hidden by the library
  const syntax::ImportItem* item = nullptr;
};

/// A declaration in which a warning is not wanted.
struct AllowedRule {
  syntax::Range range;
  source::Code code;
};

enum class ModuleOrigin : std::uint8_t { User, Library, Core };

struct ModuleEntry {
  std::string name;  // "geometry.shapes"
  std::string path;
  source::FileId file;
  ModuleOrigin origin = ModuleOrigin::User;
  std::unique_ptr<syntax::ParsedFile> tree;
  bool is_built_in = false;  // still as it is in the binary: its texts are no inputs, since nothing changes them
  source::DiagnosticSink parse_sink;
  const syntax::File* allowed_of = nullptr;  // the tree that `allowed` was gathered from
  std::vector<AllowedRule> allowed;
  FlatMap<Symbol, Entity> items;
  FlatMap<Symbol, std::vector<Entity>> variants;
  std::vector<ImportEntry> imports;
  FlatMap<Symbol, std::uint32_t> import_names;
  std::vector<FunctionId> functions;  // free functions
  std::vector<FunctionId> tests;      // and benchmarks
  std::vector<FunctionId> methods;    // of impls and traits
  std::vector<NominalId> nominals;
  std::vector<TraitId> traits;
  std::vector<ImplId> impls;
  std::vector<ConstId> consts;
  FlatMap<std::uint64_t, std::uint32_t> ids;       // identity of an item to its id
  FlatMap<std::uint64_t, std::uint32_t> ordinals;  // while collecting
};

/// A method or associated function by the head of its impl's target.
struct InherentMethod {
  ImplId impl;
  FunctionId function;
};
struct TraitMethodName {
  TraitId trait;
  FunctionId function;
};

/// The text that is an attribute's only argument; empty when there is none.
std::string_view attribute_text(const syntax::Attribute& attribute);

struct Database final : QueryAnswers {
  Database(Interner& names, source::SourceMap& sources, source::DiagnosticSink& sink, ModuleLoader& loader);

  Interner& names;
  source::SourceMap& sources;
  source::DiagnosticSink& sink;
  ModuleLoader& loader;
  TypeTable types;
  Queries queries;
  Context context;
  Arena kept;  // argument lists and texts of the program's lifetime

  Chunked<FunctionEntry> functions;
  std::vector<NominalEntry> nominals;  // beside types' nominals
  std::vector<TraitEntry> traits;      // beside types' traits
  std::deque<ImplEntry> impls;
  std::deque<ConstEntry> consts;
  std::deque<ModuleEntry> modules;
  std::unordered_map<std::string, ModuleId> modules_by_path;
  ModuleId main;
  std::string root;  // the folder of the main file, with a slash, or empty

  FlatMap<Symbol, Entity> core_items;
  FlatMap<Symbol, std::vector<Entity>> core_variants;
  FlatMap<Symbol, Entity> builtin_names;

  // The answer of QueryKind::ImplTable.
  FlatMap<std::uint64_t, std::vector<ImplId>> trait_impls;           // trait and head
  std::unordered_map<TraitId, std::vector<ImplId>> all_trait_impls;  // in order of ids
  FlatMap<std::uint64_t, std::vector<InherentMethod>> inherent;      // head and name
  FlatMap<Symbol, std::vector<TraitMethodName>> trait_methods;

  FlatMap<std::uint64_t, std::vector<RecordedUse>> uses;  // by query
  bool keeps_uses = true;                                 // all of them, and not only those of other modules
  std::uint32_t flushed_revision = 0;
  std::uint64_t flushed_reports = 0;
  std::unordered_map<const source::DiagnosticSink*, std::size_t> flushed;  // errors and warnings given on

  std::unordered_map<source::FileId, std::unordered_set<std::uint32_t>> garbled_lines;  // with a syntax error

  /// How many more names may be looked at for "did you mean": a file of nothing but mistakes must not
  /// cost the square of its length.
  static constexpr std::size_t kMostCompared = 3'000'000;
  std::size_t left_to_compare = kMostCompared;

  Symbol self_name, to_string_name, compare_name;

  // ---- modules.cpp
  void load_library();
  ModuleId load_module(std::string name, std::string path, ModuleOrigin origin, std::string text);
  /// Loads a module as it stands in the binary: nothing is copied or parsed.
  ModuleId load_built_in(std::string name, ModuleOrigin origin, const library::File& file);
  ModuleEntry& add_module(std::string name, std::string_view path, ModuleOrigin origin);
  std::unique_ptr<syntax::ParsedFile> parse(ModuleEntry& module);
  void collect(ModuleId id);
  void find_tensor(const ModuleEntry& module);
  void find_complex();
  void follow_imports();
  void replace_text(source::FileId file, std::string text);

  // ---- answering (database.cpp)
  std::uint64_t answer(QueryKey key) override;
  bool ask(QueryKind kind, std::uint32_t index) { return queries.ask({kind, index}) == Queries::Outcome::Current; }
  /// Gives the diagnostics of current answers on to the sink, each once a revision.
  void flush();
  bool is_cascade(const source::Diagnostic& diagnostic) const;
  // ---- allow.cpp
  /// Whether a warning stands inside a declaration that says `@allow` of it.
  bool is_allowed(const source::Diagnostic& diagnostic);
  void gather_allowed(ModuleEntry& module);
  void check_allow(const syntax::Attribute& attribute, ModuleId module);
  source::Span span(ModuleId module, syntax::Range range) const {
    return {modules[module.index].file, range.begin, range.end};
  }
  source::Diagnostic& report(source::Code code, source::Span where, std::string message) {
    return queries.sink().report(code, where, std::move(message));
  }
  /// The name of an entity's item, where it stands.
  source::Span definition(const Entity& entity);
  std::string_view doc(const Entity& entity);
  const Declared* declared(const Entity& entity) const;
  std::string_view entity_name(const Entity& entity);
  bool is_pub(const Entity& entity) const;
  FunctionId new_function();
  const ImplEntry& impl(ImplId id);
  const NominalDecl& nominal(NominalId id);
  const TraitDecl& trait(TraitId id);
  const FunctionInfo& function(FunctionId id);

  // ---- declare.cpp
  void declare_fields(std::span<const syntax::FieldDecl> fields, const Scope& scope, std::vector<FieldInfo>& out);
  void declare_function(FunctionId id);
  std::uint64_t answer_nominal(NominalId id);
  std::uint64_t answer_trait(TraitId id);
  std::uint64_t answer_impl(ImplId id);
  std::uint64_t answer_signature(FunctionId id);
  std::vector<TypeParamDecl> declare_params(ModuleId module, std::span<const syntax::TypeParam> params,
                                            std::vector<TypeParamDecl> outer, TypeId self);
  std::uint64_t answer_body(FunctionId id);
  Scope scope_of(FunctionId id);
  Scope scope_of_nominal(NominalId id);

  // ---- declare_check.cpp
  void check_exports(ModuleId id);
  void check_module(ModuleId id);
  void check_trait_methods(ModuleId module, const syntax::TraitItem& trait);
  void check_nominal(NominalId id);
  void check_impl(ImplId id);
  void check_impl_target(const ImplEntry& entry);
  void check_own_to_string(FunctionId method);
  void check_inherent_impl(ImplId id, const std::unordered_map<Symbol, FunctionId>& own);
  void check_trait_impl(ImplId id, const std::unordered_map<Symbol, FunctionId>& own);
  ImplId overlapping_impl(ImplId id);
  bool is_own(TypeId type) const;
  void check_signature(FunctionId id);
  void check_attributes(const syntax::Item& item, ModuleId module);
  void check_main(FunctionId id);
  // ---- unused.cpp
  void check_unused_imports(ModuleId id);

  // ---- nominal_graph.cpp
  void check_nominal_graph();

  // ---- resolve.cpp
  TypeId resolve(const syntax::Type& type, const Scope& scope);
  /// The same where no shape may stand: reports one.
  TypeId resolve_unshaped(const syntax::Type& type, const Scope& scope);
  TypeId resolve_shape(const syntax::ShapeType& shape, const Scope& scope);
  TypeId resolve_length(const syntax::ShapeLength& length, const Scope& scope);
  TypeId resolve_length_part(const syntax::LengthPart& length, const Scope& scope, bool computed);
  std::optional<TraitRef> resolve_trait(const syntax::PathType& path, const Scope& scope);
  Entity resolve_type_name(std::span<const syntax::Name> path, const Scope& scope, bool wants_trait);
  std::uint32_t arity(Entity entity) const;
  TypeId make_type(Entity entity, std::span<const TypeId> arguments, const Scope& scope, source::Span where);
  bool check_well_formed(TypeId type, const Scope& scope, source::Span where);
  void note_use(source::Span where, Entity entity, TypeId type);
  void note_local(source::Span where, source::Span definition, TypeId type);
  void record(RecordedUse use);
  bool is_of_other_module(source::Span where, Entity entity, const Declared* item) const;

  // ---- names.cpp
  Entity lookup(const Scope& scope, Symbol name);
  Entity lookup_value(const Scope& scope, Symbol name);
  Entity lookup_item(ModuleId from, Symbol name);
  std::vector<Entity> variants_named(ModuleId from, Symbol name);
  /// The module, and those whose names it exports by `pub import`, itself or through them; each once.
  std::vector<ModuleId> exporters(ModuleId module);
  /// What an import of the module can name, in the order of `exporters`: calls f(name, item).
  template <typename F>
  void each_exported(ModuleId module, F&& f) {
    for (const ModuleId exporter : exporters(module)) {
      for (const auto& [symbol, entity] : modules[exporter.index].items) {
        if (is_pub(entity)) f(symbol, entity);
      }
    }
  }
  Entity member(ModuleId from, ModuleId id, Symbol name);
  Entity lookup_in(ModuleId from, ModuleId module, const syntax::Name& name, source::Span where);
  enum class Wanted : std::uint8_t { Anything, Value, Type, Trait };
  std::vector<std::string_view> visible_names(const Scope& scope, Wanted wanted = Wanted::Anything);
  /// Whether an impl for this type could not be understood, which was reported: what it lacks may be there.
  bool has_broken_impl(TypeId type);
  void report_unknown(const Scope& scope, Symbol name, source::Span where, std::span<const std::string_view> also,
                      std::string_view what);
  bool suggest_near(source::Diagnostic& diagnostic, source::Span where, std::string_view word,
                    std::span<const std::string_view> candidates);

  // ---- traits.cpp
  std::uint64_t answer_impl_table();
  std::uint64_t head(TypeId type) const;
  std::span<const InherentMethod> inherent_named(TypeId target, Symbol name) const;
  std::span<const ImplId> impls_by_trait(TraitId trait) const;
  Fits match(TypeId pattern, TypeId actual, std::vector<TypeId>& binding) const;
  Fits match_impl(const ImplEntry& impl, TypeId self, std::vector<TypeId>& binding);
  Fits satisfies(TypeId type, const TraitRef& trait, const Scope& scope, int depth);
  Fits satisfies_bounds(std::span<const TypeParamDecl> params, std::span<const TypeId> arguments, const Scope& scope,
                        int depth, TraitRef* failed = nullptr, std::size_t* failed_param = nullptr);
  void solve_bounds(std::span<const TypeParamDecl> params, std::vector<TypeId>& binding, const Scope& scope, int depth);
  std::vector<std::vector<TypeId>> ways_to_implement(TypeId type, TraitId trait, const Scope& scope, int depth);
  std::optional<Fits> builtin_rule(TypeId type, const TraitRef& trait, const Scope& scope, int depth);
  template <typename F>
  void for_each_impl(TypeId self, TraitId trait, F each);
  void report_unsatisfied(TypeId type, const TraitRef& trait, const Scope& scope, source::Span where);
  std::vector<ImplMatch> impls_of(TypeId self, TraitId trait, const Scope& scope, int depth = 0);
  std::optional<ImplMatch> find_impl(TypeId self, const TraitRef& trait, const Scope& scope);
  std::vector<MethodMatch> methods(TypeId receiver, Symbol name, const Scope& scope, bool with_self);
  std::vector<std::string_view> method_names(TypeId receiver, const Scope& scope, bool with_self);
  FunctionRef resolve_method(FunctionRef method);
  FunctionRef own_text(TypeId type, Symbol name);
  FunctionRef own_to_string(TypeId type);
  FunctionRef own_report(TypeId type);
  bool has_equality(TypeId type);
  std::uint64_t answer_equality(NominalId id);
  bool takes_self(FunctionId id) const;
  bool function_visible(ModuleId from, FunctionId id) const;
  bool may_cover(const ImplInfo& a, const ImplInfo& b);
  bool may_overlap(const ImplInfo& a, const ImplInfo& b);
  FunctionId impl_method(ImplId impl, Symbol name) const;
  std::string text(const TraitRef& trait) const;

  // ---- constants.cpp
  std::uint64_t answer_const_type(ConstId id);
  std::uint64_t answer_const_value(ConstId id);
  void report_const_cycle(ConstId id);

  // ---- shift.cpp
  /// Moves every place in a typed tree by `delta` bytes: its text moved and is otherwise the same.
  void shift_body(FunctionId id, std::int64_t delta);

  // ---- editor.cpp
  std::optional<SymbolAt> symbol_at(source::FileId file, std::uint32_t offset);
  std::vector<source::Span> references_at(source::FileId file, std::uint32_t offset);
  std::optional<RecordedUse> use_at(source::FileId file, std::uint32_t offset);
  std::string describe(const Entity& entity);
  template <typename F>
  void for_each_use(F each);
  template <typename F>
  void for_each_definition(ModuleId id, F each);
  void check_all();
};

}  // namespace noodle::sema
