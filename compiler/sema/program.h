#pragma once

// The door of sema: a program is asked, never told. Each question (what is this name, what type
// has this function, what is in this body) is a query whose answer is kept together with the
// questions that it depended on, so that after an edit only what the edit touched is asked again.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/interner.h"
#include "compiler/sema/typed_tree.h"
#include "compiler/sema/types.h"
#include "compiler/source/diagnostics.h"
#include "compiler/source/source.h"
#include "compiler/syntax/parser.h"

namespace noodle::sema {

enum class FunctionKind : std::uint8_t { Function, Method, TraitMethod, Test, Lambda, Block, Default };

struct ParamInfo {
  Symbol name;
  TypeId type;    // of a block parameter: its Function type
  TypeId shaped;  // the same with the shapes that are written in it
  syntax::ParamKind kind = syntax::ParamKind::Plain;
  FunctionId default_value;  // a hidden function that computes it; invalid when none
  bool is_self = false;
  source::Span span;
};

/// What callers know of a function.
struct FunctionInfo {
  FunctionKind kind = FunctionKind::Function;
  Symbol name;
  ModuleId module;
  bool is_pub = false;
  bool inline_hint = false;
  std::vector<TypeParamDecl> type_params;  // the impl's (or Self and the trait's) first, then its own
  std::vector<ParamInfo> params;
  TypeId result;
  TypeId shaped_result;         // with the shapes that are written in it
  std::vector<Symbol> lengths;  // what shapes in it name; each is a Param, behind those of type_params
  TypeId owner;                 // the impl's target type for methods (may contain Params)
  TraitId trait;                // for trait methods and methods of trait impls
  std::string_view native;      // "string.trim" of @native
  std::string_view intrinsic;   // "list.push" of @intrinsic
  std::string_view shape;       // "product" of @shape: how the result's shape follows from the arguments
  bool has_body = false;        // false for natives, intrinsics, and required trait methods
  std::string_view test_name;
  std::string qualified_name;  // for traces: "Point.length", "largest"
  source::Span span;           // of the name
};

/// The value of a constant, evaluated by sema.
struct ConstValue {
  enum class Kind : std::uint8_t { Int, Float, Bool, String, Unit, Tuple, Variant, List, Map } kind = Kind::Unit;
  TypeId type;
  std::uint64_t bits = 0;         // Int, Bool
  double number = 0;              // Float
  std::string_view text;          // String
  std::uint32_t variant = 0;      // Variant
  std::vector<ConstValue> parts;  // elements, fields in declaration order, or key, value, key, value…
};

/// What lies under a position, for editors.
struct SymbolAt {
  source::Span span;  // of the name under the position
  std::string type;   // as text; empty when it has none
  std::optional<source::Span> definition;
  std::string doc;
};

/// Reads the text of a module's file by its path below a root; nothing when there is none.
class ModuleLoader {
 public:
  virtual ~ModuleLoader() = default;
  virtual std::optional<std::string> load(std::string_view path) = 0;
};

/// One program: a main file, the modules that it imports, and the core library.
class Program {
 public:
  /// The names must be new, or those of another program.
  Program(Interner& names, source::SourceMap& sources, source::DiagnosticSink& sink, ModuleLoader& loader);
  ~Program();

  /// Makes `path` the main module (its text comes from the loader). Imports are looked up in its folder, or in
  /// `root`, which ends in a slash. False when it can't be read.
  bool open(std::string_view path, std::optional<std::string_view> root = std::nullopt);
  /// Keeps no record of what names within a module mean, which only editors ask for; call it before `open`.
  void keep_no_uses();
  /// Checks everything in the main module and all modules it reaches (library bodies are checked
  /// only as far as they are used, unless the library itself is asked for). Errors go to the sink.
  void check_all();

  TypeTable& types();
  /// A struct or enum with its fields, which `types` has only once somebody asked.
  const NominalDecl& nominal(NominalId id);
  ModuleId main_module() const;
  /// `fn main` of the main module, or invalid.
  FunctionId main_function();
  /// The functions and methods written in the main module, in source order.
  std::vector<FunctionId> main_functions();
  /// The tests of the main module, in source order.
  std::vector<FunctionId> tests();
  /// Its benchmarks.
  std::vector<FunctionId> benches();
  const FunctionInfo& function(FunctionId id);
  std::size_t function_count() const;
  /// The typed tree, checked on first demand; null after errors or without a body.
  const Body* body(FunctionId id);
  /// Gives the memory of a typed tree back; its body is not to be asked for again.
  void release_body(FunctionId id);
  /// The value of a constant; null after errors.
  const ConstValue* constant(ConstId id);
  std::size_t constant_count() const;
  std::string_view constant_name(ConstId id) const;
  std::string_view module_name(ModuleId id) const;
  /// The files of the program that are not the library's, and the main one.
  std::vector<source::FileId> own_files() const;

  /// The implementation that a trait method call means once its arguments are concrete: a function
  /// with a body (or native or intrinsic) and its own arguments. A default method of the trait
  /// comes back as itself. Invalid when there is none (never for programs without errors, but for
  /// `any` receivers, which are the caller's business).
  FunctionRef resolve(FunctionRef trait_method);
  /// Whether `type` (concrete) implements the trait.
  bool implements(TypeId type, TraitRef trait);
  /// `to_string` that the type defines itself (inherent or by a trait), or invalid: then it is derived.
  FunctionRef own_to_string(TypeId type);
  /// What `main` prints of the core error, its causes included; invalid for every other type.
  FunctionRef own_report(TypeId type);
  /// Whether == and hashing exist for the type: it holds no function and no `any`.
  bool has_equality(TypeId type);

  /// Whether a warning stands inside a declaration that says `@allow` of it; such ones never come to the sink.
  bool is_allowed(const source::Diagnostic& warning);
  /// The syntax tree of the main module; null before it was opened.
  const syntax::ParsedFile* main_tree() const;
  /// The file of the main module.
  source::FileId main_file() const;

  /// Editors' questions; offsets are bytes of the file.
  std::optional<SymbolAt> symbol_at(source::FileId file, std::uint32_t offset);
  /// The names that the main module sees; the fields and methods of a type; what an imported module exports.
  std::vector<std::string> visible_names();
  std::vector<std::string> member_names(TypeId type);
  std::vector<std::string> exported_names(std::string_view import);
  /// The modules whose names the main one exports as well.
  std::vector<std::string_view> exported_modules();
  /// What the main module writes before names of another one: `tensor` where it imports that, which exports those of
  /// `tensor.types`; empty when it imports none that does.
  std::string_view import_of(ModuleId id);
  std::vector<source::Span> references_at(source::FileId file, std::uint32_t offset);
  /// Replaces the text of a file; what depended on what changed is asked again when next needed.
  /// Diagnostics of what still stands are given to the sink again by the next `check_all`, so clear it first.
  void edit(source::FileId file, std::string text);
  /// How many bodies were checked so far, each check counted: what tests of edits look at.
  std::uint64_t bodies_checked() const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace noodle::sema
