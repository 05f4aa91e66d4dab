// What is wrong with declarations: names given twice, imports that lead nowhere, bounds that don't
// hold, impls that miss or repeat something, attributes, the form of `main`.

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "compiler/sema/database.h"
#include "compiler/sema/shape_rules.h"

namespace noodle::sema {

using source::Code;

namespace {

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

const syntax::Name* name_of(const syntax::Item& item) {
  switch (item.kind) {
    case syntax::ItemKind::Function: return &static_cast<const syntax::FunctionItem&>(item).name;
    case syntax::ItemKind::Struct: return &static_cast<const syntax::StructItem&>(item).name;
    case syntax::ItemKind::Enum: return &static_cast<const syntax::EnumItem&>(item).name;
    case syntax::ItemKind::Trait: return &static_cast<const syntax::TraitItem&>(item).name;
    case syntax::ItemKind::Const: return &static_cast<const syntax::ConstItem&>(item).name;
    case syntax::ItemKind::Actor: return &static_cast<const syntax::ActorItem&>(item).name;
    case syntax::ItemKind::Import: {
      const auto& import = static_cast<const syntax::ImportItem&>(item);
      if (import.alias.symbol.valid()) return &import.alias;
      return import.path.empty() ? nullptr : &import.path.back();
    }
    default: return nullptr;
  }
}

/// A plain string without interpolation.
bool is_text(const syntax::Expr* expr) {
  if (expr == nullptr || expr->kind != syntax::ExprKind::String) return false;
  const auto parts = static_cast<const syntax::StringExpr*>(expr)->parts;
  return parts.empty() || (parts.size() == 1 && parts[0].expr == nullptr);
}

}  // namespace

// ------------------------------------------------------------------------------------- modules

/// Each name once.
void Database::check_trait_methods(ModuleId module, const syntax::TraitItem& trait) {
  std::unordered_map<Symbol, syntax::Range> seen;
  for (const syntax::FunctionItem* method : trait.methods) {
    if (!method->name.symbol.valid()) continue;
    const auto [it, added] = seen.try_emplace(method->name.symbol, method->name.range);
    if (added) continue;
    report(Code::DuplicateMethod, span(module, method->name.range),
           "two methods are named " + quoted(names.text(method->name.symbol)))
        .note(span(module, it->second), "the first is here");
  }
}

/// What two modules export under one name, one name would mean two things.
void Database::check_exports(ModuleId id) {
  std::unordered_map<Symbol, Entity> seen;
  for (const auto& [symbol, entity] : modules[id.index].items) {
    if (is_pub(entity)) seen.emplace(symbol, entity);
  }
  for (std::size_t i = 0; i < modules[id.index].imports.size(); ++i) {
    const ImportEntry& import = modules[id.index].imports[i];
    if (!import.item->is_pub || !import.module.valid() || import.module == id) continue;
    each_exported(import.module, [&](Symbol symbol, const Entity& entity) {
      const auto [it, added] = seen.try_emplace(symbol, entity);
      if (added || it->second == entity) return;
      report(Code::DuplicateName, span(id, import.item->range),
             quoted(names.text(symbol)) + " would be exported twice by this module")
          .note(definition(entity), "this is one")
          .note(definition(it->second), "this is another")
          .help("rename one of them, or import this module without `pub`");
    });
  }
}

void Database::check_module(ModuleId id) {
  ask(QueryKind::ModuleText, id.index);
  ask(QueryKind::ModuleNames, id.index);
  ModuleEntry& module = modules[id.index];
  std::unordered_map<Symbol, syntax::Range> seen;
  for (const syntax::Item* item : module.tree->tree->items) {
    check_attributes(*item, id);
    if (item->kind == syntax::ItemKind::Actor)
      context.report_not_in_build(span(id, static_cast<const syntax::ActorItem*>(item)->name.range), "actors");
    for (const auto* list :
         {item->kind == syntax::ItemKind::Impl    ? &static_cast<const syntax::ImplItem*>(item)->methods
          : item->kind == syntax::ItemKind::Trait ? &static_cast<const syntax::TraitItem*>(item)->methods
                                                  : nullptr}) {
      if (list == nullptr) break;
      for (const syntax::FunctionItem* method : *list) check_attributes(*method, id);
    }
    if (item->kind == syntax::ItemKind::Trait) check_trait_methods(id, *static_cast<const syntax::TraitItem*>(item));
    const syntax::Name* name = name_of(*item);
    if (name == nullptr || !name->symbol.valid()) continue;
    const auto [it, added] = seen.try_emplace(name->symbol, name->range);
    if (added) continue;
    report(Code::DuplicateName, span(id, name->range),
           quoted(names.text(name->symbol)) + " is declared twice in this module")
        .note(span(id, it->second), "the first is here");
  }
  check_exports(id);
  std::unordered_map<std::string_view, syntax::Range> tests, benches;
  for (FunctionId test : module.tests) {
    const auto* item = functions[test.index].test;
    const auto [it, added] = (item->is_bench ? benches : tests).try_emplace(item->name, item->name_range);
    if (added) continue;
    report(Code::DuplicateName, span(id, item->name_range),
           (item->is_bench ? "two benchmarks are named \"" : "two tests are named \"") + std::string(item->name) + "\"")
        .note(span(id, it->second), "the first is here");
  }
  for (const ImportEntry& import : module.imports) {
    const auto& path = import.item->path;
    const source::Span where = span(id, {path.front().range.begin, path.back().range.end});
    const std::string name(sources.text(where));
    if (!import.reserved.empty()) {
      report(Code::ReservedModule, where, "the module name " + quoted(name) + " is the standard library's")
          .help("rename " + quoted(import.reserved) + ", so that it can be imported");
    }
    if (import.not_in_build) {
      context.report_not_in_build(where, "the module " + quoted(name));
    } else if (import.module == id) {
      report(Code::UnknownModule, where, "a module can't import itself");
    } else if (!import.module.valid() && import.reserved.empty()) {
      if (name == "core") {
        report(Code::ReservedModule, where, "the core library is there without an import").help("remove this line");
        continue;
      }
      std::string file = root + name + ".noodle";
      std::ranges::replace(file.begin() + static_cast<std::ptrdiff_t>(root.size()), file.end() - 7, '.', '/');
      auto& diagnostic = report(Code::UnknownModule, where, "there is no module " + quoted(name));
      diagnostic.label("no file " + quoted(file));
      std::vector<std::string_view> candidates;
      for (const ModuleEntry& other : modules) {
        if (other.origin == ModuleOrigin::User && &other != &modules[main.index]) candidates.push_back(other.name);
      }
      for (const library::File& library_file : library::files()) {
        std::string_view known = library_file.path;
        if (!known.starts_with("std/") || known.starts_with("std/core/")) continue;
        known.remove_prefix(4);
        known.remove_suffix(std::string_view(".noodle").size());
        candidates.push_back(known);
      }
      suggest_near(diagnostic, where, name, candidates);
    }
  }
}

// ---------------------------------------------------------------------------------- attributes

void Database::check_attributes(const syntax::Item& item, ModuleId module) {
  const bool in_library = modules[module.index].origin != ModuleOrigin::User;
  for (const syntax::Attribute& attribute : item.attributes) {
    const std::string_view name = names.text(attribute.name.symbol);
    const source::Span where = span(module, attribute.range);
    const auto wrong = [&](std::string message) -> source::Diagnostic& {
      return report(Code::BadAttribute, where, std::move(message));
    };
    const bool repeated = std::any_of(item.attributes.data(), &attribute, [&](const syntax::Attribute& earlier) {
      return earlier.name.symbol == attribute.name.symbol;
    });
    if (repeated && !name.empty()) {
      wrong(quoted("@" + std::string(name)) + " stands here twice");
      continue;
    }
    if (name == "deprecated") {
      for (const syntax::AttributeArgument& argument : attribute.arguments) {
        const std::string_view label = names.text(argument.label.symbol);
        if ((label != "since" && label != "use") || !is_text(argument.value)) {
          wrong("`@deprecated` takes `since` and `use`, both texts")
              .help("write `@deprecated(since: \"1.2\", use: \"area\")`");
          break;
        }
      }
    } else if (name == "since") {
      if (attribute.arguments.size() != 1 || attribute.arguments[0].label.symbol.valid() ||
          !is_text(attribute.arguments[0].value)) {
        wrong("`@since` takes one version, a text").help("write `@since(\"1.0\")`");
      }
    } else if (name == "inline") {
      if (!attribute.arguments.empty() || item.kind != syntax::ItemKind::Function)
        wrong("`@inline` stands before a function and takes nothing");
    } else if (name == "allow") {
      check_allow(attribute, module);
    } else if (in_library && name == "shape") {
      const std::string_view rule = attribute_text(attribute);
      if (!is_shape_rule(rule)) wrong("there is no rule " + quoted(rule) + " for shapes");
    } else if (name.empty() || (in_library && (name == "native" || name == "intrinsic"))) {
      continue;
    } else {
      constexpr std::string_view kKnown[] = {"allow", "deprecated", "since", "inline"};
      const source::Span at = span(module, attribute.name.range);
      auto& diagnostic = report(Code::UnknownAttribute, at, "there is no attribute " + quoted("@" + std::string(name)));
      if (!suggest_near(diagnostic, at, name, kKnown))
        diagnostic.help("the attributes are `@allow`, `@deprecated`, `@since` and `@inline`");
    }
  }
}

// -------------------------------------------------------------------------- structs and enums

void Database::check_nominal(NominalId id) {
  ask(QueryKind::NominalText, id.index);
  if (!nominals[id.index].alive) return;
  const NominalDecl decl = nominal(id);  // a copy: asking may move the table
  std::vector<TypeId> own;
  for (std::size_t i = 0; i < decl.params.size(); ++i)
    own.push_back(types.param(static_cast<std::uint32_t>(i), decl.params[i].name));
  const Scope scope{decl.module, decl.params, types.nominal(id, own)};
  std::unordered_map<Symbol, source::Span> variants;
  for (const VariantInfo& variant : decl.variants) {
    if (decl.is_enum && variant.name.valid()) {
      const auto [it, added] = variants.try_emplace(variant.name, variant.span);
      if (!added) {
        report(Code::DuplicateName, variant.span, "two variants are named " + quoted(names.text(variant.name)))
            .note(it->second, "the first is here");
      }
    }
    std::unordered_map<Symbol, source::Span> fields;
    for (const FieldInfo& field : variant.fields) {
      check_well_formed(field.type, scope, field.span);
      if (!field.name.valid()) continue;
      const auto [it, added] = fields.try_emplace(field.name, field.span);
      if (!added) {
        report(Code::DuplicateName, field.span, "two fields are named " + quoted(names.text(field.name)))
            .note(it->second, "the first is here");
      }
    }
  }
}

// ----------------------------------------------------------------------------------- functions

void Database::check_main(FunctionId id) {
  const FunctionInfo& info = function(id);
  const auto wrong = [&](source::Span where, std::string message) -> source::Diagnostic& {
    return report(Code::BadMain, where, std::move(message));
  };
  if (!info.params.empty()) {
    wrong(info.params.front().span, "`main` takes no parameters")
        .help("the program's arguments are what `args()` gives");
  }
  if (!info.type_params.empty()) wrong(info.span, "`main` can't be generic");
  const TypeKind kind = types.kind(info.result);
  if (info.result == types.unit() || kind == TypeKind::Error || kind == TypeKind::Never) return;
  if (types.is_result(info.result)) {
    const TypeId value = types[info.result].arguments[0];
    if (value == types.unit() || types.kind(value) == TypeKind::Never) return;
  }
  wrong(info.span, "`main` gives nothing or a `Result<(), E>`, not " + quoted(types.text(info.result)))
      .help("`exit(code)` ends the program with a code of its own");
}

void Database::check_signature(FunctionId id) {
  ask(QueryKind::HeaderText, id.index);
  const FunctionEntry& entry = functions[id.index];
  if (!entry.alive || entry.syntax == nullptr) return;
  const FunctionInfo& info = function(id);
  const Scope scope = scope_of(id);
  for (const ParamInfo& param : info.params) {
    if (!param.is_self) check_well_formed(param.type, scope, param.span);
  }
  if (entry.syntax->result != nullptr)
    check_well_formed(info.result, scope, span(entry.module, entry.syntax->result->range));
  const bool in_library = modules[entry.module.index].origin != ModuleOrigin::User;
  // After a syntax error the body may only not have been found.
  const bool lost = modules[entry.module.index].parse_sink.has_errors();
  if (!info.has_body && !lost && !entry.trait.valid() &&
      (!in_library || (info.native.empty() && info.intrinsic.empty()))) {
    report(Code::BodyMissing, info.span, quoted(info.qualified_name) + " has no body")
        .help("write what it does in `{ … }`; only traits declare functions without a body");
  }
  if (entry.module == main && !entry.impl.valid() && !entry.trait.valid() && names.text(info.name) == "main")
    check_main(id);
}

// --------------------------------------------------------------------------------------- impls

namespace {

/// The comparison of an impl's method with what its trait declares.
class MethodComparison {
 public:
  MethodComparison(Database& db, const ImplInfo& impl, FunctionId method, FunctionId declared)
      : db_(db), impl_(impl), have_(db.function(method)), want_(db.function(declared)), method_(method) {}

  void run() {
    // The trait's types in terms of the impl: Self, its arguments, then the method's own parameters.
    arguments_.push_back(impl_.target);
    arguments_.insert(arguments_.end(), impl_.trait.arguments.begin(), impl_.trait.arguments.end());
    const std::size_t outer = arguments_.size();
    const std::size_t own = want_.type_params.size() - std::min(outer, want_.type_params.size());
    const std::size_t mine = have_.type_params.size() - impl_.type_params.size();
    if (own != mine) {
      return differ(have_.span,
                    "it has " + count_of(mine, "type parameter") + ", the trait's has " + std::to_string(own));
    }
    for (std::size_t i = 0; i < own; ++i) {
      const std::size_t at = impl_.type_params.size() + i;
      arguments_.push_back(db_.types.param(static_cast<std::uint32_t>(at), have_.type_params[at].name));
      if (have_.type_params[at].bounds.size() > want_.type_params[outer + i].bounds.size()) {
        return differ(have_.span, "its type parameter " + quoted(db_.names.text(have_.type_params[at].name)) +
                                      " needs more than the trait's");
      }
    }
    for (std::size_t i = 0; i < have_.lengths.size(); ++i) {
      arguments_.push_back(db_.types.param(static_cast<std::uint32_t>(have_.type_params.size() + i), have_.lengths[i]));
    }
    if (have_.params.size() != want_.params.size()) {
      return differ(have_.span, "it has " + count_of(have_.params.size(), "parameter") + ", the trait's has " +
                                    std::to_string(want_.params.size()));
    }
    for (std::size_t i = 0; i < have_.params.size(); ++i) {
      const ParamInfo& have = have_.params[i];
      const ParamInfo& want = want_.params[i];
      if (have.is_self != want.is_self) {
        return differ(have.span,
                      want.is_self ? "the trait's method has `self` first" : "the trait's function has no `self`");
      }
      if (have.kind != want.kind) return differ(have.span, kind_difference(want.kind));
      const TypeId wanted = db_.types.substitute(want.shaped, arguments_);
      if (!have.is_self && !same(have.shaped, wanted)) {
        return differ(have.span, "this is " + quoted(db_.types.text(have.shaped)) + ", the trait's is " +
                                     quoted(db_.types.text(wanted)));
      }
    }
    const TypeId wanted = db_.types.substitute(want_.shaped_result, arguments_);
    if (!same(have_.shaped_result, wanted)) {
      const auto* item = db_.functions[method_.index].syntax;
      differ(item->result == nullptr ? have_.span : db_.span(have_.module, item->result->range),
             "it gives " + quoted(db_.types.text(have_.shaped_result)) + ", the trait's gives " +
                 quoted(db_.types.text(wanted)));
    }
  }

 private:
  bool same(TypeId a, TypeId b) const {
    return a == b || db_.types.kind(a) == TypeKind::Error || db_.types.kind(b) == TypeKind::Error;
  }
  static std::string kind_difference(syntax::ParamKind want) {
    switch (want) {
      case syntax::ParamKind::Mut: return "the trait's parameter is `mut`";
      case syntax::ParamKind::Block: return "the trait's parameter is a `block`";
      case syntax::ParamKind::Plain: return "the trait's parameter is plain";
    }
    return {};
  }
  void differ(source::Span where, std::string why) {
    db_.report(Code::MethodMismatch, where,
               quoted(db_.names.text(have_.name)) + " differs from what " + quoted(db_.text(impl_.trait)) + " declares")
        .label(std::move(why))
        .note(want_.span, "declared here");
  }

  Database& db_;
  const ImplInfo& impl_;
  const FunctionInfo& have_;
  const FunctionInfo& want_;
  FunctionId method_;
  std::vector<TypeId> arguments_;
};

}  // namespace

/// Whether anything that the type or trait arguments name is declared by the program itself.
bool Database::is_own(TypeId type) const {
  const TypeData& data = types[type];
  if (data.kind == TypeKind::Nominal &&
      modules[types.nominal(NominalId(data.index)).module.index].origin == ModuleOrigin::User)
    return true;
  if (data.kind == TypeKind::Any && modules[types.trait(TraitId(data.index)).module.index].origin == ModuleOrigin::User)
    return true;
  return std::ranges::any_of(data.arguments, [&](TypeId inner) { return is_own(inner); });
}

void Database::check_impl_target(const ImplEntry& entry) {
  const ImplInfo& info = entry.info;
  const TypeKind kind = types.kind(info.target);
  const bool in_library = modules[entry.module.index].origin != ModuleOrigin::User;
  const std::string target = quoted(types.text(info.target));
  if (!info.has_trait) {
    if (kind == TypeKind::Param || kind == TypeKind::Tuple || kind == TypeKind::Function || kind == TypeKind::Any ||
        kind == TypeKind::Never) {
      report(Code::BadImplTarget, info.span, target + " can't have methods of its own")
          .help("`impl` needs a struct or an enum; a trait can be implemented for other types");
      return;
    }
    const NominalId decl = types.nominal_of(info.target);
    const bool own = decl.valid() && modules[types.nominal(decl).module.index].origin == ModuleOrigin::User;
    if (!own && !in_library) {
      report(Code::ForeignImpl, info.span, target + " belongs to the standard library")
          .help("declare a trait with these methods and implement it for the type, or write plain functions");
    }
    return;
  }
  const auto& known = types.known;
  const TraitId trait_id = info.trait.trait;
  if (trait_id == known.hashable || trait_id == known.number || trait_id == known.real) {
    report(Code::BadImplTarget, info.span,
           quoted(text(info.trait)) + " is decided by the language, and can't be implemented");
    return;
  }
  bool own =
      in_library || modules[types.trait(trait_id).module.index].origin == ModuleOrigin::User || is_own(info.target);
  for (TypeId argument : info.trait.arguments) own |= is_own(argument);
  if (!own) {
    report(Code::ForeignImpl, info.span,
           "neither " + quoted(text(info.trait)) + " nor " + target + " belongs to this program")
        .help("wrap the type in a struct of your own");
  }
}

void Database::check_impl(ImplId id) {
  ask(QueryKind::ImplTable, 0);
  ask(QueryKind::ImplText, id.index);
  const ImplEntry& entry = impl(id);
  if (!entry.usable || !entry.alive) return;
  const ImplInfo& info = entry.info;
  check_impl_target(entry);
  check_well_formed(info.target, Scope{entry.module, info.type_params, info.target}, info.span);

  // Parameters that nothing decides.
  std::vector<bool> decided(info.type_params.size(), false);
  std::vector<TypeId> todo{info.target};
  todo.insert(todo.end(), info.trait.arguments.begin(), info.trait.arguments.end());
  while (!todo.empty()) {
    const TypeData data = types[todo.back()];
    todo.pop_back();
    if (data.kind == TypeKind::Param && data.index < decided.size()) decided[data.index] = true;
    todo.insert(todo.end(), data.arguments.begin(), data.arguments.end());
  }
  for (std::size_t i = 0; i < decided.size() && i < entry.syntax->type_params.size(); ++i) {
    if (decided[i]) continue;
    report(Code::UnusedTypeParameter, span(entry.module, entry.syntax->type_params[i].name.range),
           "nothing decides the type parameter " + quoted(names.text(info.type_params[i].name)))
        .help("it must occur in the type that the impl is for");
  }

  std::unordered_map<Symbol, FunctionId> own;
  for (FunctionId method : info.methods) {
    const syntax::Name& name = functions[method.index].syntax->name;
    if (!name.symbol.valid()) continue;
    const auto [it, added] = own.try_emplace(name.symbol, method);
    if (added) continue;
    report(Code::DuplicateMethod, span(entry.module, name.range),
           "two methods are named " + quoted(names.text(name.symbol)))
        .note(function(it->second).span, "the first is here");
  }
  if (info.has_trait) {
    check_trait_impl(id, own);
  } else {
    check_inherent_impl(id, own);
  }
}

/// Methods of the same name in other impls for the same type, and fields of that name that hold functions.
void Database::check_inherent_impl(ImplId id, const std::unordered_map<Symbol, FunctionId>& own) {
  const ImplInfo& info = impls[id.index].info;
  if (const auto shown = own.find(to_string_name); shown != own.end() && takes_self(shown->second)) {
    check_own_to_string(shown->second);
  }
  for (const auto& [name, method] : own) {
    for (const InherentMethod& other : inherent_named(info.target, name)) {
      if (other.impl.index >= id.index) continue;
      const ImplInfo& theirs = impls[other.impl.index].info;
      // Bounds don't tell inherent methods apart: a call would be ambiguous for types that meet both.
      if (!may_overlap(info, theirs)) continue;
      report(Code::DuplicateMethod, function(method).span,
             quoted(types.text(info.target)) + " already has a method " + quoted(names.text(name)))
          .note(function(other.function).span, "the other is here");
      break;
    }
  }
}

/// A method of this name governs how a value prints, so it has the one form that printing can call.
void Database::check_own_to_string(FunctionId method) {
  const syntax::FunctionItem* item = functions[method.index].syntax;
  const TypeId result = function(method).result;
  if (item->params.size() == 1 && item->type_params.empty() && item->params[0].kind != syntax::ParamKind::Mut &&
      (result == types.primitive(TypeKind::String) || types.kind(result) == TypeKind::Error)) {
    return;
  }
  report(Code::MethodMismatch, function(method).span, "`to_string` does not have the form that printing calls")
      .help("write `fn to_string(self) -> String`, or give the method another name");
}

void Database::check_trait_impl(ImplId id, const std::unordered_map<Symbol, FunctionId>& own) {
  const ImplEntry& entry = impls[id.index];
  const ImplInfo& info = entry.info;
  const TraitDecl decl = trait(info.trait.trait);  // a copy: asking may move the table
  const std::string trait_name = quoted(text(info.trait));
  const Scope scope{entry.module, info.type_params, info.target};
  {
    // The trait's own bounds on its parameters.
    std::vector<TypeParamDecl> params{{self_name, {}}};
    params.insert(params.end(), decl.params.begin(), decl.params.end());
    std::vector<TypeId> arguments{info.target};
    arguments.insert(arguments.end(), info.trait.arguments.begin(), info.trait.arguments.end());
    TraitRef failed;
    std::size_t param = 0;
    if (satisfies_bounds(params, arguments, scope, 0, &failed, &param) == Fits::No) {
      report_unsatisfied(arguments[param], failed, scope, info.span);
    }
  }
  if (const ImplId other = overlapping_impl(id); other.valid()) {
    report(Code::DuplicateImpl, info.span, trait_name + " is implemented twice for " + quoted(types.text(info.target)))
        .note(impls[other.index].info.span, "the other impl is here");
  }
  std::vector<std::string_view> missing_names;
  std::string missing;
  source::Span declared_at, declaration;
  std::unordered_map<Symbol, FunctionId> declared;
  for (FunctionId method : decl.methods) {
    const auto* item = functions[method.index].syntax;
    declared.emplace(item->name.symbol, method);
    if (own.contains(item->name.symbol)) continue;
    if (item->body != nullptr) continue;
    missing_names.push_back(names.text(item->name.symbol));
    if (!missing.empty()) missing += ", ";
    missing += quoted(names.text(item->name.symbol));
    if (!declared_at.valid()) {
      declared_at = function(method).span;
      declaration = span(functions[method.index].module, item->range);
    }
  }
  bool renamed = false;
  for (FunctionId method : info.methods) {
    const syntax::Name& name = functions[method.index].syntax->name;
    if (!name.symbol.valid()) continue;
    if (const auto it = declared.find(name.symbol); it != declared.end()) {
      if (own.at(name.symbol) == method) MethodComparison(*this, info, method, it->second).run();
      continue;
    }
    const source::Span where = span(entry.module, name.range);
    auto& diagnostic =
        report(Code::ExtraMethod, where, trait_name + " has no method " + quoted(names.text(name.symbol)));
    diagnostic.note(decl.span, "the trait is declared here");
    if (suggest_near(diagnostic, where, names.text(name.symbol), missing_names)) {
      renamed = missing_names.size() == 1;  // the missing one was only misspelt
    } else {
      diagnostic.help("methods that are not the trait's belong in `impl " + types.text(info.target) + " { … }`");
    }
  }
  if (!missing.empty() && !renamed) {
    auto& diagnostic = report(Code::MissingMethod, info.span, "this impl of " + trait_name + " lacks " + missing);
    diagnostic.note(declared_at, "declared here");
    diagnostic.help("add `" + std::string(sources.text(declaration)) + " { … }`");
  }
}

/// An earlier impl of the same trait that some type could match as well; invalid when none.
ImplId Database::overlapping_impl(ImplId id) {
  constexpr std::size_t kMostCompared = 2000;
  const ImplInfo& info = impls[id.index].info;
  std::size_t compared = 0;
  for (ImplId other : impls_by_trait(info.trait.trait)) {
    if (other.index >= id.index) break;
    const ImplInfo& theirs = impls[other.index].info;
    const bool blanket = types.kind(theirs.target) == TypeKind::Param || types.kind(info.target) == TypeKind::Param;
    if (!blanket && head(theirs.target) != head(info.target)) continue;
    if (++compared > kMostCompared) break;
    if (may_overlap(info, theirs)) return other;
  }
  return ImplId();
}

}  // namespace noodle::sema
