#include "compiler/sema/context.h"

#include <algorithm>

#include "compiler/sema/database.h"

namespace noodle::sema {

using source::Code;

// ---------------------------------------------------------------------------------- the tables

TypeTable& Context::types() { return db_.types; }
Interner& Context::names() { return db_.names; }
std::string Context::text(TypeId type) { return db_.types.text(type); }
std::string Context::text(const TraitRef& trait) { return db_.text(trait); }
source::Span Context::span(ModuleId module, syntax::Range range) const { return db_.span(module, range); }
std::string_view Context::source_text(source::Span span) const { return db_.sources.text(span); }

std::span<const TypeId> Context::keep(std::span<const TypeId> arguments) { return db_.kept.copy(arguments); }

// --------------------------------------------------------------------------------- diagnostics

source::Diagnostic& Context::report(Code code, source::Span span, std::string message) {
  return db_.report(code, span, std::move(message));
}

bool Context::suggest_near(source::Diagnostic& diagnostic, source::Span where, std::string_view word,
                           std::span<const std::string_view> candidates) {
  return db_.suggest_near(diagnostic, where, word, candidates);
}

void Context::report_unknown_name(const Scope& scope, Symbol name, source::Span where,
                                  std::span<const std::string_view> also) {
  db_.report_unknown(scope, name, where, also, "");
}

void Context::report_not_in_build(source::Span where, std::string_view what) {
  const bool many = !what.starts_with('`') && what.ends_with('s');
  db_.report(Code::NotInBuild, where, std::string(what) + (many ? " are" : " is") + " not in this build")
      .help("it is part of the language, and will come with the rooms that run it");
}

void Context::note_use(source::Span where, Entity entity, TypeId type) { db_.note_use(where, entity, type); }

void Context::note_local(source::Span where, source::Span definition, TypeId type) {
  db_.note_local(where, definition, type);
}

// ------------------------------------------------------------------------- functions and bodies

const FunctionInfo& Context::function(FunctionId id) { return db_.function(id); }
bool Context::is_users(TypeId type) const {
  const NominalId id = db_.types.nominal_of(type);
  return id.valid() && db_.modules[db_.types.nominal(id).module.index].origin == ModuleOrigin::User;
}
const ParamInfo* Context::parameter_beside(FunctionId id, Symbol name) {
  if (!id.valid() || db_.functions[id.index].info.kind != FunctionKind::Default) return nullptr;
  for (const ParamInfo& param : db_.functions[db_.functions[id.index].parent.index].info.params) {
    if (param.name == name) return &param;
  }
  return nullptr;
}
Scope Context::scope_of(FunctionId id) { return db_.scope_of(id); }
Scope Context::scope_of(ConstId id) { return {db_.consts[id.index].module, {}, TypeId()}; }

BodySource Context::source_of(FunctionId id) {
  const FunctionEntry& entry = db_.functions[id.index];
  BodySource source;
  if (entry.parent.valid()) {
    const auto* owner = db_.functions[entry.parent.index].syntax;
    if (owner != nullptr && entry.default_of < owner->params.size())
      source.expr = owner->params[entry.default_of].default_value;
  } else if (entry.test != nullptr) {
    source.block = entry.test->body;
  } else if (entry.syntax != nullptr) {
    source.block = entry.syntax->body;
    source.params = entry.syntax->params;
  }
  return source;
}

BodySource Context::source_of(ConstId id) {
  BodySource source;
  if (db_.consts[id.index].syntax != nullptr) source.expr = db_.consts[id.index].syntax->value;
  return source;
}

FunctionId Context::add_hidden(FunctionId parent, FunctionInfo info) {
  FunctionEntry& owner = db_.functions[parent.index];
  if (owner.hidden_used == owner.hidden.size()) {
    const FunctionId made = db_.new_function();
    db_.functions[made.index].parent = parent;
    db_.functions[made.index].module = owner.module;
    owner.hidden.push_back(made);
  }
  const FunctionId id = owner.hidden[owner.hidden_used++];
  FunctionEntry& entry = db_.functions[id.index];
  entry.alive = true;
  entry.body.reset();
  entry.hidden_used = 0;
  info.type_params = owner.info.type_params;
  info.module = owner.module;
  info.has_body = true;
  if (!info.result.valid()) info.result = db_.types.primitive(TypeKind::Error);
  info.qualified_name = owner.info.qualified_name + (info.kind == FunctionKind::Block ? ".block" : ".lambda");
  entry.info = std::move(info);
  return id;
}

FunctionInfo& Context::hidden_info(FunctionId id) { return db_.functions[id.index].info; }

void Context::set_hidden_body(FunctionId id, std::unique_ptr<Body> body) {
  db_.functions[id.index].body = std::move(body);
}

// ----------------------------------------------------------------------------------- constants

TypeId Context::constant_type(ConstId id) {
  const auto outcome = db_.queries.ask({QueryKind::ConstType, id.index});
  const TypeId type = db_.consts[id.index].type;
  if (outcome != Queries::Outcome::Current) {
    db_.report_const_cycle(id);
    return db_.types.primitive(TypeKind::Error);
  }
  return type.valid() ? type : db_.types.primitive(TypeKind::Error);
}

const ConstValue* Context::constant_value(ConstId id) {
  if (db_.queries.ask({QueryKind::ConstValue, id.index}) != Queries::Outcome::Current) {
    db_.report_const_cycle(id);
    return nullptr;
  }
  return db_.consts[id.index].value.get();
}

std::string_view Context::constant_name(ConstId id) { return db_.names.text(db_.consts[id.index].name); }

TypeId Context::declared_type(ConstId id) {
  const ConstEntry& entry = db_.consts[id.index];
  if (entry.syntax == nullptr || entry.syntax->type == nullptr) return TypeId();
  constant_type(id);
  return entry.declared;
}

// --------------------------------------------------------------------------------------- names

Entity Context::lookup(const Scope& scope, Symbol name) { return db_.lookup(scope, name); }
Entity Context::lookup_value(const Scope& scope, Symbol name) { return db_.lookup_value(scope, name); }
std::vector<Entity> Context::variants_named(ModuleId from, Symbol name) { return db_.variants_named(from, name); }
Entity Context::lookup_in(ModuleId from, ModuleId module, const syntax::Name& name, source::Span where) {
  return db_.lookup_in(from, module, name, where);
}

Entity Context::variant_of(NominalId decl, Symbol name) {
  const auto& variants = db_.nominal(decl).variants;
  if (!db_.types.nominal(decl).is_enum || !name.valid()) return {};
  for (std::uint32_t i = 0; i < variants.size(); ++i) {
    if (variants[i].name == name) return {Entity::Kind::Variant, decl.index, i};
  }
  return {};
}

std::vector<std::string_view> Context::visible_names(const Scope& scope) { return db_.visible_names(scope); }

// --------------------------------------------------------------------------------------- types

TypeId Context::resolve(const syntax::Type& type, const Scope& scope) {
  const TypeId resolved = db_.resolve(type, scope);
  const bool fine = db_.check_well_formed(resolved, scope, db_.span(scope.module, type.range));
  return fine ? resolved : db_.types.primitive(TypeKind::Error);
}

std::uint32_t Context::type_arity(Entity entity) { return db_.arity(entity); }
TypeId Context::make_type(Entity entity, std::span<const TypeId> arguments, const Scope& scope, source::Span where) {
  return db_.make_type(entity, arguments, scope, where);
}
const NominalDecl& Context::nominal(NominalId id) { return db_.nominal(id); }
const TraitDecl& Context::trait(TraitId id) { return db_.trait(id); }
const ImplInfo& Context::impl(ImplId id) { return db_.impl(id).info; }

TypeId Context::field_type(TypeId nominal_type, std::uint32_t variant, std::uint32_t field) {
  const TypeData data = db_.types[nominal_type];
  if (data.kind != TypeKind::Nominal) return db_.types.primitive(TypeKind::Error);
  const auto& variants = db_.nominal(NominalId(data.index)).variants;
  if (variant >= variants.size() || field >= variants[variant].fields.size())
    return db_.types.primitive(TypeKind::Error);
  return db_.types.substitute(variants[variant].fields[field].shaped, data.arguments);
}

bool Context::field_visible(ModuleId from, NominalId decl, std::uint32_t variant, std::uint32_t field) {
  const NominalDecl& nominal = db_.nominal(decl);
  if (nominal.module == from) return true;
  if (variant >= nominal.variants.size() || field >= nominal.variants[variant].fields.size()) return true;
  return nominal.is_pub && !nominal.variants[variant].fields[field].is_private;
}

bool Context::function_visible(ModuleId from, FunctionId function) { return db_.function_visible(from, function); }

// --------------------------------------------------------------------------- methods and traits

std::vector<MethodMatch> Context::methods(TypeId receiver, Symbol name, const Scope& scope) {
  return db_.methods(receiver, name, scope, true);
}
std::vector<MethodMatch> Context::associated(TypeId type, Symbol name, const Scope& scope) {
  return db_.methods(type, name, scope, false);
}
bool Context::has_equality(TypeId type) { return db_.has_equality(type); }

std::vector<std::string_view> Context::method_names(TypeId receiver, const Scope& scope, bool with_self) {
  return db_.method_names(receiver, scope, with_self);
}
std::vector<ImplMatch> Context::impls(TypeId self, TraitId trait, const Scope& scope) {
  return db_.impls_of(db_.types.without_shapes(self), trait, scope);
}
std::optional<ImplMatch> Context::find_impl(TypeId self, TraitRef trait, const Scope& scope) {
  return db_.find_impl(db_.types.without_shapes(self), unshaped(trait), scope);
}

TraitRef Context::unshaped(const TraitRef& trait) {
  const auto has_shape = [&](TypeId argument) { return argument.valid() && db_.types.has_shape(argument); };
  if (std::ranges::none_of(trait.arguments, has_shape)) return trait;
  std::vector<TypeId> plain;
  for (const TypeId argument : trait.arguments) {
    plain.push_back(argument.valid() ? db_.types.without_shapes(argument) : argument);
  }
  return {trait.trait, keep(plain)};
}

std::vector<TraitRef> Context::bounds_of(TypeId param, TraitId trait, const Scope& scope) {
  std::vector<TraitRef> out;
  const TypeData& data = db_.types[param];
  if (data.kind != TypeKind::Param || data.index >= scope.type_params.size()) return out;
  for (const TraitRef& bound : scope.type_params[data.index].bounds) {
    if (bound.trait == trait) out.push_back(bound);
  }
  return out;
}

bool Context::has_broken_impl(TypeId type) { return db_.has_broken_impl(type); }
Fits Context::satisfies(TypeId type, TraitRef trait, const Scope& scope) {
  return db_.satisfies(db_.types.without_shapes(type), unshaped(trait), scope, 0);
}

void Context::report_unsatisfied(TypeId type, TraitRef trait, const Scope& scope, source::Span where) {
  db_.report_unsatisfied(type, trait, scope, where);
}

bool Context::check_bounds(FunctionId function, std::span<const TypeId> arguments, const Scope& scope,
                           source::Span where) {
  const FunctionInfo& info = db_.function(function);
  std::vector<TypeId> plain;
  for (const TypeId argument : arguments) plain.push_back(db_.types.without_shapes(argument));
  TraitRef failed;
  std::size_t param = 0;
  if (db_.satisfies_bounds(info.type_params, plain, scope, 0, &failed, &param) != Fits::No) return true;
  report_unsatisfied(plain[param], failed, scope, where);
  return false;
}

FunctionId Context::core_function(std::string_view module, std::string_view name) {
  const auto at = db_.modules_by_path.find("std/core/" + std::string(module) + ".noodle");
  if (at == db_.modules_by_path.end()) return FunctionId();
  const auto& items = db_.modules[at->second.index].items;
  const auto it = items.find(this->name(name));
  return it != items.end() && it->second.kind == Entity::Kind::Function ? it->second.function() : FunctionId();
}

}  // namespace noodle::sema
