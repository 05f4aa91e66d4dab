// What a name means: type parameters, then the module's own items, then its imports, then the core;
// variants last, since the expected type mostly decides them.

#include <algorithm>

#include "base/text.h"
#include "compiler/sema/database.h"
#include "compiler/sema/foreign_names.h"

namespace noodle::sema {

using source::Code;

const Declared* Database::declared(const Entity& entity) const {
  switch (entity.kind) {
    case Entity::Kind::Function: return &functions[entity.index];
    case Entity::Kind::Const: return &consts[entity.index];
    case Entity::Kind::Nominal:
    case Entity::Kind::Variant:
    case Entity::Kind::Field: return &nominals[entity.index];
    case Entity::Kind::Trait: return &traits[entity.index];
    default: return nullptr;
  }
}

bool Database::is_pub(const Entity& entity) const {
  const Declared* item = declared(entity);
  return item == nullptr ? entity.kind != Entity::Kind::NotYet : item->item != nullptr && item->item->is_pub;
}

std::string_view Database::entity_name(const Entity& entity) {
  switch (entity.kind) {
    case Entity::Kind::Function: {
      const FunctionEntry& function = functions[entity.index];
      return function.syntax == nullptr ? std::string_view() : names.text(function.syntax->name.symbol);
    }
    case Entity::Kind::Const: return names.text(consts[entity.index].name);
    case Entity::Kind::Nominal: return names.text(nominals[entity.index].name);
    case Entity::Kind::Trait: return names.text(traits[entity.index].name);
    case Entity::Kind::Variant: {
      const auto& variants = nominal(entity.nominal()).variants;
      return entity.variant < variants.size() ? names.text(variants[entity.variant].name) : std::string_view();
    }
    default: return {};
  }
}

source::Span Database::definition(const Entity& entity) {
  switch (entity.kind) {
    case Entity::Kind::Function:
      return functions[entity.index].alive ? function(entity.function()).span : source::Span();
    case Entity::Kind::Const: {
      const ConstEntry& constant = consts[entity.index];
      return constant.syntax == nullptr || !constant.alive ? source::Span()
                                                           : span(constant.module, constant.syntax->name.range);
    }
    case Entity::Kind::Nominal: return types.nominal(entity.nominal()).span;
    case Entity::Kind::Trait: return types.trait(entity.trait()).span;
    case Entity::Kind::Variant:
    case Entity::Kind::Field: {
      const auto& variants = nominal(entity.nominal()).variants;
      if (entity.variant >= variants.size()) return {};
      if (entity.kind == Entity::Kind::Variant) return variants[entity.variant].span;
      const auto& fields = variants[entity.variant].fields;
      return entity.field < fields.size() ? fields[entity.field].span : source::Span();
    }
    case Entity::Kind::Module:
      return entity.index < modules.size() ? source::Span{modules[entity.index].file, 0, 0} : source::Span();
    default: return {};
  }
}

std::string_view Database::doc(const Entity& entity) {
  if (entity.kind == Entity::Kind::Field || entity.kind == Entity::Kind::Variant) {
    const NominalEntry& entry = nominals[entity.index];
    if (entry.item == nullptr) return {};
    if (entry.item->kind == syntax::ItemKind::Struct) {
      const auto fields = static_cast<const syntax::StructItem*>(entry.item)->fields;
      return entity.kind == Entity::Kind::Field && entity.field < fields.size() ? fields[entity.field].doc
                                                                                : entry.item->doc;
    }
    const auto variants = static_cast<const syntax::EnumItem*>(entry.item)->variants;
    return entity.variant < variants.size() ? variants[entity.variant].doc : std::string_view();
  }
  const Declared* item = declared(entity);
  return item == nullptr || item->item == nullptr ? std::string_view() : item->item->doc;
}

Entity Database::lookup_item(ModuleId from, Symbol name) {
  if (!name.valid() || !from.valid()) return {};
  ask(QueryKind::ModuleNames, from.index);
  const ModuleEntry& module = modules[from.index];
  if (const auto it = module.items.find(name); it != module.items.end()) return it->second;
  if (const auto it = module.import_names.find(name); it != module.import_names.end()) {
    const ImportEntry& import = module.imports[it->second];
    if (import.module.valid()) return {Entity::Kind::Module, import.module.index};
    return {import.not_in_build ? Entity::Kind::NotYet : Entity::Kind::Unusable};
  }
  if (const auto it = core_items.find(name); it != core_items.end()) return it->second;
  if (const auto it = builtin_names.find(name); it != builtin_names.end()) return it->second;
  return {};
}

Entity Database::lookup(const Scope& scope, Symbol name) {
  if (!name.valid()) return {Entity::Kind::Unusable};
  // From the back: a method's own parameters hide its impl's.
  for (std::size_t i = scope.type_params.size(); i-- > 0;) {
    if (scope.type_params[i].name == name && name != self_name) {
      return {Entity::Kind::TypeParam, static_cast<std::uint32_t>(i)};
    }
  }
  if (const Entity item = lookup_item(scope.module, name)) return item;
  const auto variants = variants_named(scope.module, name);
  return variants.size() == 1 ? variants.front() : Entity{};
}

Entity Database::lookup_value(const Scope& scope, Symbol name) {
  if (scope.module.valid() && name.valid()) {
    ask(QueryKind::ModuleNames, scope.module.index);
    const ModuleEntry& module = modules[scope.module.index];
    const auto it = module.variants.find(name);
    const bool nearer =
        it != module.variants.end() && !module.items.contains(name) && !module.import_names.contains(name);
    if (nearer) return it->second.size() == 1 ? it->second.front() : Entity{};
  }
  return lookup(scope, name);
}

std::vector<Entity> Database::variants_named(ModuleId from, Symbol name) {
  if (!from.valid()) return {};
  ask(QueryKind::ModuleNames, from.index);
  const ModuleEntry& module = modules[from.index];
  if (const auto it = module.variants.find(name); it != module.variants.end()) return it->second;
  if (const auto it = core_variants.find(name); it != core_variants.end()) return it->second;
  std::vector<Entity> found;
  bool is_whole = true;
  for (const ImportEntry& import : module.imports) {
    is_whole &= import.module.valid() || import.not_in_build || !import.reserved.empty();
    if (!import.module.valid()) continue;
    for (const ModuleId exporter : exporters(import.module)) {
      const auto& variants = modules[exporter.index].variants;
      const auto it = variants.find(name);
      if (it == variants.end()) continue;
      for (const Entity& entity : it->second) {
        if (is_pub(entity) && std::ranges::find(found, entity) == found.end()) found.push_back(entity);
      }
    }
  }
  // It may be one of a module that was not found, which is told already.
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (found.empty() && !is_whole && is_capital(names.text(name).front())) return {{Entity::Kind::Unusable}};
  return found;
}

std::vector<ModuleId> Database::exporters(ModuleId module) {
  std::vector<ModuleId> found{module};
  for (std::size_t i = 0; i < found.size(); ++i) {
    ask(QueryKind::ModuleNames, found[i].index);
    for (const ImportEntry& import : modules[found[i].index].imports) {
      const bool is_new =
          import.item->is_pub && import.module.valid() && std::ranges::find(found, import.module) == found.end();
      if (is_new) found.push_back(import.module);
    }
  }
  return found;
}

// Its own item, or one that it exports of others, or a variant that only one of all their enums has. What it keeps to
// itself is in the way of none of these.
Entity Database::member(ModuleId from, ModuleId id, Symbol name) {
  const auto found = modules[id.index].items.find(name);
  const Entity own = found == modules[id.index].items.end() ? Entity{} : found->second;
  if (own && (from == id || is_pub(own) || own.kind == Entity::Kind::NotYet)) return own;
  const std::vector<ModuleId> all = exporters(id);
  for (const ModuleId one : all) {
    const auto item = modules[one.index].items.find(name);
    if (item != modules[one.index].items.end() && is_pub(item->second)) return item->second;
  }
  std::vector<Entity> variants;
  for (const ModuleId one : all) {
    const auto of_enums = modules[one.index].variants.find(name);
    if (of_enums == modules[one.index].variants.end()) continue;
    for (const Entity& variant : of_enums->second) {
      if (one == id || is_pub(variant)) variants.push_back(variant);
    }
  }
  return variants.size() == 1 ? variants.front() : own;
}

Entity Database::lookup_in(ModuleId from, ModuleId id, const syntax::Name& name, source::Span where) {
  if (!name.symbol.valid() || !id.valid()) return {Entity::Kind::Unusable};
  ask(QueryKind::ModuleNames, id.index);
  const ModuleEntry& module = modules[id.index];
  const Entity found = member(from, id, name.symbol);
  if (found && (from == id || is_pub(found) || found.kind == Entity::Kind::NotYet)) return found;
  const std::string word(names.text(name.symbol));
  if (found) {
    auto& diagnostic = report(Code::PrivateName, where, "`" + word + "` is private to the module `" + module.name + "`")
                           .label("not exported");
    if (const source::Span at = definition(found); at.valid()) diagnostic.note(at, "declared here, without `pub`");
    if (module.origin == ModuleOrigin::User) {
      if (const Declared* item = declared(found); item != nullptr && item->item != nullptr) {
        const source::Span begin{module.file, item->item->range.begin, item->item->range.begin};
        diagnostic.suggest("export it", begin, "pub ");
      }
    }
    return {Entity::Kind::Unusable};
  }
  std::vector<std::string_view> candidates;
  for (const auto& [symbol, entity] : module.items) {
    if (from == id) candidates.push_back(names.text(symbol));
  }
  each_exported(id, [&](Symbol symbol, const Entity&) { candidates.push_back(names.text(symbol)); });
  auto& diagnostic = report(Code::UnknownName, where, "there is no `" + word + "` in the module `" + module.name + "`")
                         .label("not found in `" + module.name + "`");
  suggest_near(diagnostic, where, word, candidates);
  return {Entity::Kind::Unusable};
}

std::vector<std::string_view> Database::visible_names(const Scope& scope, Wanted wanted) {
  std::vector<std::string_view> out;
  if (left_to_compare == 0) return out;
  const auto add_all = [&](const auto& map) {
    for (const auto& [symbol, value] : map) out.push_back(names.text(symbol));
  };
  const auto add = [&](const FlatMap<Symbol, Entity>& map) {
    for (const auto& [symbol, entity] : map) {
      const bool is_trait = entity.kind == Entity::Kind::Trait;
      const bool suits = wanted == Wanted::Anything || (wanted == Wanted::Type    ? entity.is_type()
                                                        : wanted == Wanted::Trait ? is_trait
                                                                                  : !is_trait && !entity.is_type());
      if (suits) out.push_back(names.text(symbol));
    }
  };
  if (wanted != Wanted::Trait) {
    for (const TypeParamDecl& param : scope.type_params) out.push_back(names.text(param.name));
  }
  const bool values = wanted == Wanted::Anything || wanted == Wanted::Value;
  if (scope.module.valid()) {
    ask(QueryKind::ModuleNames, scope.module.index);
    const ModuleEntry& module = modules[scope.module.index];
    add(module.items);
    add_all(module.import_names);
    if (values) add_all(module.variants);
  }
  add(core_items);
  if (values) add_all(core_variants);
  add(builtin_names);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool Database::suggest_near(source::Diagnostic& diagnostic, source::Span where, std::string_view word,
                            std::span<const std::string_view> candidates) {
  left_to_compare -= std::min(left_to_compare, candidates.size());
  if (left_to_compare == 0) return false;
  // Sorted, so that of two equally near names it is always the same one.
  std::vector<std::string_view> sorted(candidates.begin(), candidates.end());
  std::ranges::sort(sorted);
  const std::string_view near = nearest(word, sorted);
  if (near.empty() || near == word) return false;
  diagnostic.suggest("did you mean `" + std::string(near) + "`?", where, std::string(near));
  return true;
}

void Database::report_unknown(const Scope& scope, Symbol name, source::Span where,
                              std::span<const std::string_view> also, std::string_view what) {
  if (!name.valid()) return;
  const std::string word(names.text(name));
  // A value's name begins with a small letter, unless it is a variant or constant, or a type is misspelt.
  const bool small = !word.empty() && word[0] >= 'a' && word[0] <= 'z';
  const Wanted wanted = what == "type "    ? Wanted::Type
                        : what == "trait " ? Wanted::Trait
                        : small            ? Wanted::Value
                                           : Wanted::Anything;
  std::vector<std::string_view> candidates = visible_names(scope, wanted);
  candidates.insert(candidates.end(), also.begin(), also.end());
  auto& diagnostic = report(Code::UnknownName, where, "there is no " + std::string(what) + "`" + word + "` here")
                         .label("not found in this scope");
  if (scope.module.valid()) {
    // Perhaps an imported module has it, and only the module's name is missing.
    for (const ImportEntry& import : modules[scope.module.index].imports) {
      if (!import.module.valid()) continue;
      bool has_it = false;
      each_exported(import.module, [&](Symbol symbol, const Entity&) { has_it |= symbol == name; });
      if (!has_it) continue;
      const std::string path = std::string(names.text(import.name)) + "." + word;
      diagnostic.suggest("the module `" + std::string(names.text(import.name)) + "` has one", where, path);
      return;
    }
    if (library::find("std/" + word + ".noodle") != nullptr) {
      diagnostic.help("write `import " + word + "` at the top to use the library's module");
      return;
    }
  }
  // `int` may be a type's name or a function's, which are mended in different ways.
  const bool is_type = wanted == Wanted::Type || !foreign_name(word).empty();
  const bool is_called = sources.text(source::Span{where.file, where.end, where.end + 1}) == "(";
  if (const std::string_view help = foreign_help(word); !help.empty() && (!is_type || is_called)) {
    diagnostic.help(std::string(help));
    return;
  }
  if (const std::string_view help = foreign_help(word);
      wanted == Wanted::Type && foreign_name(word).empty() && !help.empty()) {
    diagnostic.help(std::string(help));
    return;
  }
  if (const std::string_view ours = foreign_name(word); !ours.empty() && !suggest_near(diagnostic, where, word, also)) {
    diagnostic.suggest("Noodle writes `" + std::string(ours) + "`", where, std::string(ours));
    return;
  }
  suggest_near(diagnostic, where, word, candidates);
}

}  // namespace noodle::sema
