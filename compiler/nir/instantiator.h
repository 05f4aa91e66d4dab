#pragma once

// The inside of instantiation, shared by its files:
//
//   instantiate.cpp        door, worklist, keys and names of instances, signatures
//   flatten.cpp            one generic function to one flat function: values, structs, enums
//   flatten_call.cpp       calls, closures, blocks      intrinsics.cpp  @intrinsic functions
//   derive_text.cpp        to_string of every type      derive_compare.cpp  order and equality
//   derive_data.cpp        what documents can hold
//   dynamic.cpp            `any`: tables, thunks, dynamic methods

#include <array>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/flat_map.h"
#include "base/hash.h"
#include "compiler/nir/builder.h"
#include "compiler/nir/instantiate.h"
#include "compiler/nir/lower.h"

namespace noodle::nir {

using sema::TypeKind;
using syntax::ParamKind;
using Values = std::vector<ValueId>;
using Types = std::vector<TypeId>;

class Instantiator {
 public:
  Instantiator(sema::Program& program, Layout& layout, source::DiagnosticSink& sink, Coverage* coverage)
      : program(program), types(program.types()), layout(layout), sink(sink), coverage(coverage) {}

  Module run(const Roots& roots);

  // ---- instances
  /// The instance of a function, which only calls it when it is a native or an intrinsic; arguments as in a Callee,
  /// concrete.
  InstanceId instance(FunctionId function, std::span<const TypeId> arguments, source::Span where);
  /// The function that makes the text of a value of this type.
  InstanceId text_function(TypeId type);
  InstanceId compare_function(TypeId type);
  const Lowered& lowered(FunctionId function);

  /// What a call means once its arguments are concrete.
  struct Target {
    enum class Kind : std::uint8_t { Function, Native, Intrinsic, Dynamic } kind = Kind::Function;
    FunctionId function;
    Types arguments;
  };
  Target resolve(FunctionId function, std::span<const TypeId> arguments);
  /// The function to call for what was resolved, where it is a value.
  InstanceId callee(const Target& target, source::Span where);

  // ---- types
  /// With the arguments put in; Flat of a type that is not boxed is that type.
  TypeId concrete(TypeId type, std::span<const TypeId> arguments);
  void leaves(TypeId type, Types& out);
  Types leaves(TypeId type) {
    Types out;
    leaves(type, out);
    return out;
  }
  /// A block's environment: the captures of its body.
  struct Capture {
    TypeId type;
    ParamKind kind;
  };
  std::vector<Capture> captures(TypeId block);
  /// For each leaf of a mut or block parameter whether it comes back (a block's plain captures don't).
  void returned(TypeId type, std::vector<bool>& out);
  void add_param(std::vector<Param>& params, TypeId type, Ownership ownership);
  void add_returned(Types& results, TypeId type);

  // ---- tables of the module
  std::uint64_t native(std::string_view name, std::vector<Param> params, Types results);
  std::uint64_t constant(const Constant& c);
  std::uint64_t vtable(TypeId any, TypeId concrete_type, source::Span where);
  std::uint64_t any_method(TypeId any, std::uint32_t method);
  /// The position of a method in a trait's table.
  std::uint32_t method_index(sema::TraitId trait, FunctionId method);
  /// The dynamic method that gives a content's text: behind the trait's own in every table.
  std::uint64_t any_text_method(TypeId any);

  // ---- derived code, written where it is needed
  ValueId text_of(Builder& b, TypeId type, std::span<const ValueId> value, bool quoted);
  ValueId formatted(Builder& b, TypeId type, std::span<const ValueId> value, Symbol spec);
  ValueId equal(Builder& b, TypeId type, std::span<const ValueId> left, std::span<const ValueId> right);
  ValueId compare(Builder& b, TypeId type, std::span<const ValueId> left, std::span<const ValueId> right);
  ValueId call_native(Builder& b, std::string_view name, std::span<const ValueId> args, TypeId result);
  ValueId integer(Builder& b, std::int64_t n);
  ValueId string(Builder& b, std::string_view text);
  ValueId number_as(Builder& b, ValueId number, TypeKind to);

  TypeId prim(TypeKind kind) const { return types.primitive(kind); }
  Symbol symbol(std::string_view text) { return types.names().intern(text); }
  void fail(source::Code code, source::Span where, std::string message, std::string help);
  /// Reports that an instance compares values of a type that has no equality.
  void no_equality(TypeId type, source::Span where);
  /// Reports that a type is none that documents could hold.
  void check_data(TypeId type, source::Span where);
  /// Where the instance that is being built, or one that asked for it, is called with types that are stated
  /// there: what is wrong with its types is wrong there. `where` itself outside generic code.
  source::Span origin(source::Span where) const;

  sema::Program& program;
  sema::TypeTable& types;
  Layout& layout;
  source::DiagnosticSink& sink;
  Coverage* coverage;  // null: nothing is counted
  Module module;

 private:
  enum class Made : std::uint32_t { Instance, Wrapper, Text, Compare, Thunk, TextThunk, Start };
  struct Key {
    Made made;
    FunctionId function;
    TypeId arguments;  // as one tuple
    constexpr bool operator==(const Key&) const = default;
  };
  struct HashKey {
    std::size_t operator()(const Key& key) const {
      return hash_combine(hash_combine(static_cast<std::uint64_t>(key.made), key.function.index), key.arguments.index);
    }
  };
  struct Job {
    Made made;
    InstanceId id;
    FunctionId function;
    Types arguments;  // of an instance; the type of a derived function; [any, concrete] of a thunk
    source::Span where;
    std::size_t asker;  // the job whose body asked for this one first; of a root, itself
  };

  InstanceId make(Made made, FunctionId function, std::span<const TypeId> arguments, source::Span where);
  source::Span place_of_bad_element(const Job& job, const Function& generic);
  /// Reports a tensor of what no tensor can hold.
  void no_element(source::Span where);
  void declare(Function& f, const Job& job);
  void declare_function(Function& f, FunctionId function, std::span<const TypeId> arguments);
  void count_unused();
  void build(const Job& job);
  void build_wrapper(Function& f, const Job& job);
  void build_text(Function& f, TypeId type);
  void build_text_body(Builder& b, TypeId type, const Values& value);
  void build_text_list(Builder& b, TypeId type, ValueId list);
  void build_text_map(Builder& b, TypeId type, ValueId map);
  ValueId text_of_fields(Builder& b, TypeId type, std::uint32_t variant, std::span<const ValueId> leaves);
  void build_compare(Function& f, TypeId type);
  std::string why_no_data(TypeId type);
  void build_thunk(Function& f, const Job& job);
  void build_start(Function& f, const Job& job);
  std::string name_of(FunctionId function, std::span<const TypeId> arguments);
  std::string name_of(Made made, FunctionId function, std::span<const TypeId> arguments);
  Symbol unique(std::string name);
  bool too_large(std::span<const TypeId> arguments);
  std::pair<std::uint32_t, std::uint64_t> measure(TypeId type);
  Values params_of(Builder& b, Function& f);
  void ensure_any(TypeId any);
  void add_text_thunk(VTable& table, source::Span where);

  std::vector<Job> jobs_;
  Function work_;                      // the body that is being made; its tables keep their room
  std::size_t generic_instances_ = 0;  // jobs with type arguments
  std::size_t current_ = 0;            // the job that is being built
  FlatMap<Key, InstanceId, HashKey> made_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Lowered>> lowered_;
  std::unordered_map<std::uint32_t, std::uint32_t> block_captures_;  // of block bodies
  FlatMap<std::uint32_t, std::uint32_t> names_;                      // how often each was wanted
  std::unordered_map<std::uint32_t, std::pair<std::uint32_t, std::uint64_t>> measures_;
  std::map<std::string, std::uint64_t> natives_;
  std::map<const sema::ConstValue*, std::uint64_t> constants_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> vtables_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> any_methods_;
  std::map<std::uint32_t, bool> any_text_;  // any types, and whether their tables have a text method
  bool failed_ = false;
  int lowered_depth_ = 0;
};

/// Turns a generic function into a flat one; `f` is declared already.
void flatten(Instantiator& in, const Function& generic, std::span<const TypeId> arguments, Function& f);

}  // namespace noodle::nir
