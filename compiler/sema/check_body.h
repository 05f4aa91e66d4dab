#pragma once

// The checking of one body: from syntax to the typed tree.
//
// Checking is bidirectional: an expression is checked with the type that its place wants, where
// there is one, and its own type is unified with that afterwards (`check_as`). Everything that an
// expression is checked for happens once, in the order of the text; nothing is checked twice, so
// the work is linear. What can't be decided at once (which type a literal has, whether a bound
// holds, whether a match is exhaustive) is noted and settled at the end, when all variables are
// solved.
//
// A lambda or block argument is a function of its own: a Frame with a Body under construction. A
// name that is found in an outer frame becomes a capture of every frame between. Captures must be
// a body's first locals but are known last, so locals are renumbered when the frame is finished.
//
// The member functions are spread over files by what they check:
//   check_body.cpp      bodies and frames: beginning, finishing, results
//   check_finish.cpp    what is settled at the end
//   check_expr.cpp      dispatch, literals, constructors, agreement of types
//   check_name.cpp      names, paths, captures
//   check_call.cpp      calls of functions and methods
//   check_call_value.cpp  calls of variants, function values, blocks; conversions
//   check_arguments.cpp matching arguments with parameters
//   check_operator.cpp  operators and comparisons
//   check_index.cpp     indices and slices, `?`, `??`
//   check_control.cpp   blocks, statements, if, loops, return
//   check_match.cpp     match
//   check_lambda.cpp    lambdas and block arguments
//   check_pattern.cpp   patterns that are names and values
//   check_pattern_parts.cpp  patterns with parts
//   check_format.cpp    interpolation and formats
//   check_shape.cpp     shapes of tensors
//   check_shape_*.cpp   what functions of the library make of them
//   places.cpp          places, assignment, `mut`, exclusivity

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/sema/check_frame.h"
#include "compiler/sema/context.h"
#include "compiler/sema/exhaustive.h"
#include "compiler/sema/infer.h"
#include "compiler/sema/shape_rules.h"

namespace noodle::sema {

class BodyChecker final : public Declarations, public LengthNames {
 public:
  BodyChecker(Context& context, FunctionId function, Scope scope);

  std::unique_ptr<Body> check_function();
  std::unique_ptr<Body> check_constant(ConstId id, TypeId declared);
  const ConstValue* constant(ConstId id) override { return context_.constant_value(id); }
  const NominalDecl& nominal(NominalId id) override { return context_.nominal(id); }

 private:
  // ---- nodes (check_body.cpp)
  template <typename T>
  T* make(ExprKind kind, TypeId type, source::Span span) {
    T* node = frame_->body->arena.make<T>();
    node->kind = kind;
    node->type = type;
    node->span = span;
    note_type(&node->type);
    return node;
  }
  template <typename T>
  T* make_pattern(PatternKind kind, TypeId type, source::Span span) {
    T* node = frame_->body->arena.make<T>();
    node->kind = kind;
    node->type = type;
    node->span = span;
    note_type(&node->type);
    return node;
  }
  template <typename T>
  std::span<T> keep(const std::vector<T>& items) {
    return frame_->body->arena.copy(items);
  }
  void note_type(TypeId* slot);
  FunctionRef make_ref(FunctionId function, std::span<const TypeId> arguments);
  Expr* error_expr(source::Span span);
  Expr* unit_expr(source::Span span);
  Expr* local_expr(LocalId local, source::Span span);
  /// Adds `let held = value` to the statements, for a value that is used more than once; gives the hidden local.
  LocalId hold(Expr* value, source::Span span, std::vector<Expr*>& statements);
  Expr* variant_expr(TypeId type, std::uint32_t variant, std::vector<Expr*> values, source::Span span);
  Expr* call_expr(FunctionRef callee, TypeId type, std::vector<Arg> args, source::Span span);
  Expr* int_expr(std::int64_t value, source::Span span);
  Expr* bool_expr(bool value, source::Span span);

  // ---- small helpers (check_body.cpp)
  source::Span span(syntax::Range range) const { return context_.span(scope_.module, range); }
  source::Span span(const syntax::Expr* expr) const { return span(expr->range); }
  TypeTable& types() { return types_; }
  TypeId primitive(TypeKind kind) const { return types_.primitive(kind); }
  TypeId error_type() const { return types_.primitive(TypeKind::Error); }
  TypeId never() const { return types_.primitive(TypeKind::Never); }
  TypeId unit() const { return types_.unit(); }
  bool is_error(TypeId type) const { return infer_.head_kind(type) == TypeKind::Error; }
  bool is_never(TypeId type) const { return infer_.head_kind(type) == TypeKind::Never; }
  std::string text(TypeId type);
  std::string a_type(TypeId type);  // "an `Int`"
  std::string_view text(Symbol name) const { return context_.text(name); }
  source::Diagnostic& report(source::Code code, source::Span where, std::string message);
  TypeId variable(source::Span where, std::string what);
  std::vector<TypeId> variables(std::size_t count, source::Span where, std::string_view what);
  void not_in_build(source::Span where, std::string_view what);

  // ---- frames and locals (check_body.cpp)
  Frame* push_frame(FrameKind kind);
  LocalId add_local(LocalKind kind, Symbol name, TypeId type, source::Span where, Origin origin);
  void bind(LocalId local);
  Local& local(LocalId id) { return frame_->body->locals[id.index]; }
  ScopeMark scope_mark() const { return {visible_.size(), lengths_.size(), shape_checks_.size()}; }
  void close_scope(ScopeMark mark);
  /// The type as the body sees it: an error when nobody knows what the type parameters in it can do.
  TypeId known_type(TypeId type);
  void check_params();
  void check_body_block(const syntax::BlockExpr* block);

  // ---- the end (check_finish.cpp)
  bool finish();
  void settle_open_types();
  void check_literals();
  void check_equalities();
  void check_matches();
  void suggest_arms(source::Diagnostic& problem, const syntax::MatchExpr& match, std::span<const std::string> missing);
  void finish_frame(Frame& frame);
  void check_size(TypeId type, source::Span where);
  bool is_sound(TypeId type);
  void check_obligations();

  // ---- expressions (check_expr.cpp)
  Expr* check(const syntax::Expr* expr, Want want = {});
  Expr* check_as(const syntax::Expr* expr, TypeId type, const Because* because = nullptr);
  Expr* agree(Expr* expr, TypeId type, const Because* because = nullptr);
  void set_assignable(std::size_t first, bool assignable);
  void declare_misplaced(const syntax::Item* item);
  Expr* check_dropped(const syntax::Expr* expr);
  void mismatch(Expr* expr, TypeId wanted, const Because* because);
  Expr* check_integer(const syntax::IntExpr* expr, TypeId want);
  Expr* check_float(const syntax::FloatExpr* expr, TypeId want);
  Expr* check_quantity(const syntax::QuantityExpr* expr, NominalId decl);
  Expr* check_tuple(const syntax::TupleExpr* expr, TypeId want);
  Expr* check_list(const syntax::ListExpr* expr, TypeId want);
  Expr* check_map(const syntax::MapExpr* expr, TypeId want);
  Expr* check_struct(const syntax::StructExpr* expr, TypeId want);
  /// An open one begins at 0, or ends at the greatest `Int`.
  Expr* check_range(const syntax::RangeExpr* expr, bool may_be_open = false);
  Expr* check_field(const syntax::FieldExpr* expr, TypeId want);
  Expr* check_tuple_field(const syntax::TupleFieldExpr* expr);
  Expr* field_of(Expr* base, const syntax::Name& name, source::Span where, bool report_missing);
  Expr* check_base(const syntax::Expr* expr);
  TypeId structure(TypeId type);
  bool known(Expr* expr, const char* purpose);

  // ---- names (check_name.cpp)
  Expr* check_name(const syntax::NameExpr* expr, TypeId want);
  Expr* check_self(const syntax::Expr* expr);
  bool is_seen(const Binding& binding) const {
    return binding.sequence < hidden_from_ || binding.sequence >= hidden_to_;
  }
  Binding* find_local(Symbol name);
  LocalId reach(Frame* frame, const Binding& binding);
  LocalId capture(Frame* frame, LocalId outer);
  Expr* use_local(const Binding& binding, source::Span where);
  Expr* entity_value(const Path& path, const syntax::Name& name, TypeId want);
  Expr* function_value(Callee callee, source::Span where);
  Expr* variant_value(Entity variant, TypeId type, source::Span where);
  bool resolve_path(const syntax::Expr* expr, Path& out);
  void take(const Path& path);
  bool is_type(const Path& path) const { return path.type.valid() || path.entity.is_type(); }
  Expr* member_value(const Path& base, const syntax::FieldExpr* expr, TypeId want);
  Entity resolve_name(const syntax::Name& name, TypeId want);
  Entity variant_by_type(TypeId want, Symbol name);
  TypeId path_type(const Path& path, source::Span where);
  TypeId variant_type(const Path& path, TypeId want);
  void no_value(Entity entity, const syntax::Name& name, source::Span where);
  void unknown_name(const syntax::Name& name);
  void unknown_member(TypeId type, const syntax::Name& name, source::Code code);
  std::vector<std::string_view> iterator_methods(TypeId type);
  void private_function(FunctionId function, const syntax::Name& name);

  // ---- calls (check_call.cpp, check_arguments.cpp)
  Expr* check_call(const syntax::CallExpr* call, Want want);
  Expr* call_entity(const syntax::CallExpr* call, Path& path, TypeId want,
                    std::span<syntax::Type* const> type_arguments);
  Expr* call_method(const syntax::CallExpr* call, const syntax::FieldExpr* callee,
                    std::span<syntax::Type* const> type_arguments, TypeId want);
  Expr* call_associated(const syntax::CallExpr* call, const Path& base, const syntax::Name& name,
                        std::span<syntax::Type* const> type_arguments, TypeId want);
  Expr* call_function(const syntax::CallExpr* call, Callee callee, Expr* receiver, TypeId want);
  Expr* call_variant(const syntax::CallExpr* call, Entity variant, TypeId type, TypeId want, source::Span where);
  Expr* call_value(const syntax::CallExpr* call, Expr* callee);
  Expr* call_block(const syntax::CallExpr* call, const Binding& binding);
  Expr* call_map_at(const syntax::CallExpr* call, Expr* map, const syntax::Name& name);
  Expr* call_conversion(const syntax::CallExpr* call, TypeId to, Conversion mode, source::Span where);
  void check_arguments_anyway(const syntax::CallExpr* call);
  Callee instantiate(FunctionId function, std::span<const TypeId> first, source::Span where,
                     std::span<syntax::Type* const> type_arguments, std::size_t own_from);
  Callee choose_method(std::vector<MethodMatch>& matches, const syntax::Name& name, TypeId receiver,
                       std::span<syntax::Type* const> type_arguments);
  void improve(const Callee& callee);
  std::vector<CallParam> params_of(const Callee& callee);
  /// A type of its signature, as this call has it.
  TypeId substitute(TypeId type, const Callee& callee);
  bool check_arguments(const syntax::CallExpr* call, std::span<const CallParam> params, std::size_t first,
                       std::string_view what, const Callee* callee, Expr* receiver, std::vector<Arg>& out);
  std::string declared_type(const CallParam& param, std::size_t index, const Callee* callee);
  Expr* check_mut_argument(const syntax::Argument& argument, const CallParam& param, const Because& because);

  // ---- operators (check_operator.cpp)
  Expr* check_unary(const syntax::UnaryExpr* expr, TypeId want);
  Expr* negate(Expr* operand, source::Span op_span, source::Span where);
  Expr* check_binary(const syntax::BinaryExpr* expr, TypeId want);
  Expr* check_logic(const syntax::BinaryExpr* expr);
  Expr* check_comparison(const syntax::BinaryExpr* expr);
  Expr* check_equality(const syntax::BinaryExpr* expr);
  Expr* check_coalesce(const syntax::BinaryExpr* expr, TypeId want);
  Expr* check_arithmetic(const syntax::BinaryExpr* expr);
  Expr* binary_on(syntax::BinaryOp op, source::Span op_span, Expr* left, Expr* right, source::Span where);
  /// The arguments with which a type has a trait, by its bounds and by impls; what an impl has for all is an error.
  std::vector<std::vector<TypeId>> arguments_of(TraitId trait, TypeId type);
  /// The same, where what an impl has for all is to be inferred.
  std::vector<std::vector<TypeId>> open_arguments_of(TraitId trait, TypeId type);
  bool operator_impl(TraitId trait, TypeId left, TypeId right, FunctionRef& out, TypeId& result);
  bool operator_on_literal(TraitId trait, Expr* left, TypeId right, FunctionRef& out, TypeId& result);
  TraitId operator_trait(syntax::BinaryOp op) const;
  void bad_operand(syntax::BinaryOp op, source::Span op_span, Expr* left, Expr* right);
  bool is_number_type(TypeId type, bool& floating) const { return infer_.is_number(type, floating); }
  Expr* never_after(Expr* left, Expr* right, source::Span where);
  bool is_ordered(TypeId type);
  Expr* check_try(const syntax::TryExpr* expr);
  bool convert_error(TypeId from, TypeId to, source::Span where, FunctionRef& out);
  Expr* core_error(Expr* message, source::Span where);
  FunctionRef error_from(TypeId from, source::Span where);
  Expr* check_index(const syntax::IndexExpr* expr, bool target);
  Expr* index_on(const syntax::IndexExpr* expr, Expr* base, bool target);
  /// What stands in an index: several subscripts are a tuple, and ranges may be open.
  Expr* check_key(const syntax::Expr* expr);
  /// Whether an impl that was found for a key, and may be one for all keys, is one for keys like this.
  bool takes_key(TraitId trait, TypeId type, TypeId key, TypeId value);
  /// How a type of the program is read by this key.
  bool index_impl(TypeId type, TypeId key, FunctionRef& out, TypeId& value);
  Expr* check_slice(const syntax::IndexExpr* expr, Expr* base);

  // ---- tasks (check_task.cpp)
  LocalId add_task_scope(Frame* frame, source::Span where);
  LocalId enclosing_scope(Frame* frame, source::Span where);
  Expr* task_body(const syntax::Expr* body, TypeId want, source::Span where, TypeId& result);
  Expr* call_core(std::string_view name, std::vector<TypeId> types, std::vector<Expr*> arguments, TypeId result,
                  source::Span where);
  Expr* check_async(const syntax::TaskExpr* expr, Want want);
  Expr* check_await(const syntax::UnaryExpr* expr);
  Expr* await_value(Expr* task, source::Span where);
  Expr* check_scope(const syntax::TaskExpr* expr, Want want);
  Expr* check_within(const syntax::TaskExpr* expr, Want want);
  Expr* check_select(const syntax::SelectExpr* expr, Want want);

  // ---- control (check_control.cpp)
  Expr* check_block(const syntax::BlockExpr* block, Want want, const Because* because = nullptr);
  Expr* check_statement(const syntax::Stmt* stmt);
  Expr* check_let(const syntax::LetStmt* stmt);
  Expr* check_defer(const syntax::DeferStmt* stmt);
  Expr* check_expect(const syntax::ExpectStmt* stmt);
  Expr* check_if(const syntax::IfExpr* expr, Want want);
  Expr* check_loop(const syntax::Expr* expr);
  Expr* check_for(const syntax::ForExpr* expr);
  Expr* check_jump(const syntax::JumpExpr* expr);
  Expr* check_return(const syntax::ReturnExpr* expr);
  Expr* check_condition(const syntax::Expr* expr);
  Expr* check_branch_value(const syntax::Stmt* body, Want want, const Because* because);
  Expr* dropped(Expr* value);
  void warn_dropped(const Expr* value, const syntax::Expr* syntax);
  bool for_source(ForExpr* node, Expr* iterable, TypeId& element);
  bool walked_by(TraitId trait, TypeId type, FunctionRef& method, TypeId& element);
  bool may_leave(source::Span where, const char* what);

  // ---- match and patterns (check_match.cpp, check_pattern.cpp)
  Expr* check_match(const syntax::MatchExpr* expr, Want want);
  /// What the arms of a `match` or `select` so far agree on.
  struct Agreement {
    TypeId type;
    bool all_leave = true;
    Because because{};
  };
  Expr* check_arm(const syntax::Stmt* body, Want want, Agreement& arms);
  TypeId type_of_arms(Want want, const Agreement& arms);
  struct PatternMode {
    LocalKind kind = LocalKind::Let;  // of plain names
    bool in_mut = false;              // `mut name` is allowed and makes a MutAlias
    Origin origin = Origin::Let;
    source::Span keyword{};
    bool key_first = false;  // a map's entries: the first part is the key, which can't change
  };
  using Bound = std::vector<std::pair<Symbol, LocalId>>;
  Pattern* check_pattern(const syntax::Pattern* pattern, TypeId type, const PatternMode& mode, bool* sound = nullptr);
  Pattern* pattern_in(const syntax::Pattern* pattern, TypeId type, const PatternMode& mode, Bound& bound,
                      const Bound* others);
  Pattern* name_pattern(const syntax::NamePattern* pattern, TypeId type, const PatternMode& mode, Bound& bound,
                        const Bound* others);
  Pattern* bind_name(const syntax::Name& name, TypeId type, LocalKind kind, const PatternMode& mode, source::Span where,
                     Bound& bound, const Bound* others);
  Pattern* literal_pattern(const syntax::LiteralPattern* pattern, TypeId type);
  Pattern* range_pattern(const syntax::RangePattern* pattern, TypeId type);
  Pattern* tuple_pattern(const syntax::TuplePattern* pattern, TypeId type, const PatternMode& mode, Bound& bound,
                         const Bound* others);
  Pattern* variant_pattern(const syntax::VariantPattern* pattern, TypeId type, const PatternMode& mode, Bound& bound,
                           const Bound* others);
  Pattern* struct_pattern(const syntax::StructPattern* pattern, TypeId type, const PatternMode& mode, Bound& bound,
                          const Bound* others);
  Pattern* list_pattern(const syntax::ListPattern* pattern, TypeId type, const PatternMode& mode, Bound& bound,
                        const Bound* others);
  Pattern* or_pattern(const syntax::OrPattern* pattern, TypeId type, const PatternMode& mode, Bound& bound,
                      const Bound* others);
  Pattern* wildcard(TypeId type, source::Span where);
  Pattern* constant_pattern(ConstId id, TypeId type, source::Span where);
  Expr* pattern_end(const syntax::Expr* expr, TypeId type);
  Entity pattern_entity(std::span<const syntax::Name> path, TypeId type, bool& reported);
  bool pattern_agrees(TypeId type, TypeId pattern_type, source::Span where, const char* what);
  void bind_anyway(const syntax::Pattern* pattern, const PatternMode& mode, Bound& bound);
  void irrefutable(Pattern* pattern, source::Span where, const char* what, bool sound);

  // ---- lambdas and blocks (check_lambda.cpp)
  Expr* check_lambda(const syntax::LambdaExpr* expr, TypeId want, bool may_wait);
  Expr* check_block_argument(const syntax::BlockArgument* block, TypeId type, source::Span where);
  Expr* check_lambda_body(std::span<const syntax::LambdaParam> params, TypeId type, FrameKind kind,
                          const syntax::Expr* body, source::Span where, Expr* node);
  Pattern* check_lambda_param(const syntax::Pattern* pattern, TypeId type, bool is_mut, LocalId& local_out);
  Frame* begin_hidden(FrameKind kind, source::Span where);
  std::span<LocalId> end_hidden(Frame* frame);
  struct Waiting {
    const syntax::LambdaExpr* expr;
    TypeId type;
    Expr* node;
    Frame* frame;
    std::uint32_t limit;
    bool done;
  };
  void run_waiting(std::size_t from, bool all);

  // ---- shapes (check_shape.cpp, check_shape_*.cpp)
  bool has_shape(TypeId type);
  /// Whether a value of one type may stand where the other is needed; solves variables.
  bool fits(TypeId have, TypeId want);
  bool shape_fits(TypeId have, TypeId want);
  bool length_fits(TypeId have, TypeId want);
  Expr* agree_shaped(Expr* expr, TypeId want, const Because* because);
  /// Checks another way to a value of a type; what they have in common becomes the type.
  Expr* join(const syntax::Expr* expr, TypeId& type, const Because* because);
  /// Whether a place still has its shape after a call that may change it; reports when not.
  bool keeps_shape(Expr* place, TypeId given_back, const Because& because);
  void shape_mismatch(Expr* expr, TypeId want, const Because* because);
  void note_origin(source::Diagnostic& problem, const Expr* value);
  std::string difference(TypeId from, TypeId to);
  void help_with_lengths(source::Diagnostic& problem, TypeId from, TypeId to);
  TypeId unknown_length(Symbol name);
  TypeId length_named(Symbol name, source::Span where, bool computed) override;
  void name_lengths_of_params();
  void name_new_lengths(std::vector<NamedLength> named, const Pattern* pattern);
  bool bind_length(NamedLength& length, LocalId tensor);
  Expr* length_value(const Binding& binding, source::Span where);
  Expr* ask_tensor(std::string_view method, TypeId result, Expr* tensor, source::Span where);
  Expr* computed(syntax::BinaryOp op, Expr* left, Expr* right);
  TypeId checked_shape(TypeId result, std::vector<Arg>& args, source::Span where);
  void use_lengths(std::size_t first);
  void settle_shape_checks();
  Expr* int_to_check(const ShapeCheck& check, TypeId length, std::span<const TypeId> shape);
  Expr* known_length(const ShapeCheck& check, TypeId length);
  std::optional<std::int64_t> written_number(const syntax::Expr* expr);
  TypeId written_length(const syntax::Expr* expr, TypeId rest);
  std::optional<Lengths> written_lengths(const ShapeArgument* argument, TypeId rest);
  std::optional<std::vector<std::int64_t>> written_numbers(const ShapeArgument* argument);
  TypeId written_count(const syntax::Expr* expr, TypeId axis);
  bool is_written_index(const Expr* key, std::size_t subscript);
  std::optional<Lengths> lengths_of(const Expr* value) { return lengths_of(value->type); }
  std::optional<Lengths> lengths_of(TypeId type);
  std::vector<const Expr*> operands_of(std::span<const ShapeArgument> arguments);
  std::vector<std::optional<Lengths>> lengths_of_all(std::span<const Expr* const> values);
  std::optional<std::int64_t> axis_of(std::span<const ShapeArgument> arguments, std::int64_t unless_written);
  std::vector<ShapeArgument> shape_arguments(const syntax::CallExpr* call, const FunctionInfo& info,
                                             std::span<const Arg> args, bool has_receiver);
  ShapeResult broadcast_shape(std::span<const ShapeArgument> arguments);
  ShapeResult reduced_shape(std::span<const ShapeArgument> arguments, std::optional<std::vector<std::int64_t>> along);
  ShapeResult indexed_shape(std::span<const ShapeArgument> arguments);
  ShapeResult joined_shape(std::span<const ShapeArgument> arguments, bool stacks);
  ShapeResult windowed_shape(std::span<const ShapeArgument> arguments, std::size_t axes, bool convolves);
  ShapeResult equation_shape(std::span<const ShapeArgument> arguments);
  ShapeResult pattern_shape(std::string_view patterns, std::span<const ShapeArgument> arguments);
  ShapeResult contracted_shape(const Lengths& from, std::span<const ShapeArgument> arguments);
  ShapeResult axis_shape(std::string_view rule, const Lengths& from, std::span<const ShapeArgument> arguments);
  TypeId with_shape_inside(TypeId type, TypeId shape);
  std::string_view shape_rule(const FunctionRef& method);
  ShapeResult apply_shape_rule(std::string_view rule, std::span<const ShapeArgument> arguments);
  /// The result with the shape that a rule gives it; an error after a report.
  TypeId shaped_result(std::string_view rule, TypeId result, std::span<const ShapeArgument> arguments,
                       source::Span where, std::string_view what);

  // ---- formats (check_format.cpp)
  Expr* check_string(const syntax::StringExpr* expr);
  void check_format(std::string_view format, TypeId type, source::Span where);

  // ---- places (places.cpp)
  Expr* check_assign(const syntax::AssignStmt* stmt);
  Expr* assign_indexed(const syntax::AssignStmt* stmt, const syntax::IndexExpr* target, Expr* base);
  Expr* assign_place(const syntax::Expr* target, bool compound, bool& handled, const syntax::AssignStmt* stmt);
  static bool is_place(const Expr* expr);
  bool require_place(Expr* place, const char* what);
  bool require_changeable(Frame* frame, LocalId local, source::Span where, const char* what);
  void not_a_place(const Expr* expr, const char* what);
  PlacePath path_of(const Expr* place);
  static bool overlap(const PlacePath& a, const PlacePath& b);
  void check_exclusive(std::span<const Arg> args);
  void check_held(const Expr* use);
  Hold hold_of(const Expr* place, source::Span where, const char* holder);

  Context& context_;
  TypeTable& types_;
  FunctionId function_;
  Scope scope_;
  Inference infer_;
  bool failed_ = false;
  bool broken_pattern_ = false;  // one that the parser could not read, so that names may be missing

  std::vector<std::unique_ptr<Frame>> frames_;
  bool next_is_task_ = false;  // of the lambda that is checked next
  Frame* frame_ = nullptr;
  std::unordered_map<Symbol, std::vector<Binding>> bindings_;
  std::vector<Symbol> visible_;  // names in the order in which they were bound
  std::uint32_t sequence_ = 0;
  // While a lambda that waited is checked, names bound since it was written are not seen: those
  // from `hidden_from_` on, and before `hidden_to_`.
  std::uint32_t hidden_from_ = UINT32_MAX;
  std::uint32_t hidden_to_ = UINT32_MAX;
  std::vector<Hold> holds_;
  bool in_chain_ = false;  // checking the base of a field: who uses it looks at holds itself
  std::vector<Waiting> waiting_;

  // What is settled at the end.
  struct OpenType {
    TypeId type;
    source::Span where;
    std::string what;
  };
  struct Literal {
    Expr* node;
    std::uint64_t magnitude;
    double value;
    bool negative;
    bool overflow;
    bool floating;
  };
  struct Obligation {
    Callee callee;
    Scope scope;
  };
  struct Equality {
    TypeId type;
    source::Span where;
    const char* what;
  };
  struct MatchJob {
    const MatchExpr* match;  // null for a pattern that must always match
    const Pattern* pattern;
    const syntax::MatchExpr* syntax;
    source::Span where;
    const char* what;
    bool sound;  // every pattern made sense
  };
  struct FormatJob {
    std::string_view format;
    TypeId type;
    source::Span where;
  };
  std::vector<OpenType> open_;
  std::vector<Literal> literals_;
  std::vector<Obligation> obligations_;
  std::vector<Equality> equalities_;
  std::vector<Equality> orders_;
  std::vector<Equality> integers_;  // operands of operators that only integers have
  std::vector<std::pair<TypeId, FunctionRef>> error_conversions_;
  std::vector<MatchJob> matches_;
  std::vector<FormatJob> formats_;
  std::vector<Callee> undecided_;         // calls for which several impls fit so far
  std::vector<NamedLength> lengths_;      // in scope
  std::vector<NamedLength> new_lengths_;  // which the type of the `let` that is checked has named so far
  bool names_lengths_ = false;            // such a type is read
  std::uint32_t unknown_lengths_ = 0;
  std::vector<ShapeCheck> shape_checks_;
  bool settling_ = false;
  source::Span held_reported_{};  // the last use of something held: its parts are not reported again
  struct Unread {
    source::Span where;
    Symbol name;
    bool changes;  // declared with `var`: assignments to it would keep the old name
  };
  std::vector<Unread> unread_;
};

}  // namespace noodle::sema
