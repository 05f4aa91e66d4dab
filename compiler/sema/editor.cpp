// Checking everything, and what editors ask: both lean on the uses that were recorded on the way.

#include <algorithm>

#include "compiler/sema/database.h"

namespace noodle::sema {

void Database::check_all() {
  for (std::size_t m = 0; m < modules.size(); ++m) {
    const ModuleId id(m);
    if (modules[m].origin != ModuleOrigin::User && id != main) continue;
    ask(QueryKind::CheckModule, id.index);
    const ModuleEntry& module = modules[m];
    for (NominalId nominal_id : module.nominals) ask(QueryKind::CheckNominal, nominal_id.index);
    for (TraitId trait_id : module.traits) ask(QueryKind::Trait, trait_id.index);
    for (ConstId constant : module.consts) {
      ask(QueryKind::ConstType, constant.index);
      ask(QueryKind::ConstValue, constant.index);
    }
    for (const auto* list : {&module.functions, &module.methods, &module.tests}) {
      for (FunctionId function_id : *list) {
        ask(QueryKind::Signature, function_id.index);
        ask(QueryKind::CheckSignature, function_id.index);
      }
    }
    for (ImplId impl_id : module.impls) {
      ask(QueryKind::Impl, impl_id.index);
      ask(QueryKind::CheckImpl, impl_id.index);
    }
    for (const auto* list : {&module.functions, &module.methods, &module.tests}) {
      for (FunctionId function_id : *list) {
        ask(QueryKind::Body, function_id.index);
        const std::vector<FunctionId> defaults = functions[function_id.index].defaults;
        for (FunctionId value : defaults) {
          if (value.valid()) ask(QueryKind::Body, value.index);
        }
      }
    }
    ask(QueryKind::UnusedImports, id.index);
  }
  ask(QueryKind::NominalGraph, 0);
  for (std::size_t t = 0; t < traits.size(); ++t) {
    if (traits[t].alive) ask(QueryKind::Trait, static_cast<std::uint32_t>(t));
  }
}

namespace {

bool covers(source::Span span, source::FileId file, std::uint32_t offset) {
  return span.file == file && span.begin <= offset && offset <= span.end;
}

bool smaller(source::Span a, source::Span b) { return !b.valid() || a.end - a.begin < b.end - b.begin; }

}  // namespace

template <typename F>
void Database::for_each_use(F each) {
  for (const auto& [packed, list] : uses) {
    const QueryKey key{static_cast<QueryKind>(packed >> 32), static_cast<std::uint32_t>(packed)};
    if (!queries.current(key)) continue;
    for (const RecordedUse& use : list) each(use);
  }
}

/// Every declared thing of a module with the place of its name.
template <typename F>
void Database::for_each_definition(ModuleId id, F each) {
  const ModuleEntry& module = modules[id.index];
  const auto give = [&](Entity entity) { each(entity, definition(entity)); };
  for (FunctionId f : module.functions) give({Entity::Kind::Function, f.index});
  for (FunctionId f : module.methods) give({Entity::Kind::Function, f.index});
  for (ConstId c : module.consts) give({Entity::Kind::Const, c.index});
  for (TraitId t : module.traits) give({Entity::Kind::Trait, t.index});
  for (NominalId n : module.nominals) {
    const NominalDecl decl = nominal(n);
    give({Entity::Kind::Nominal, n.index});
    for (std::uint32_t v = 0; v < decl.variants.size(); ++v) {
      if (decl.is_enum) give({Entity::Kind::Variant, n.index, v});
      for (std::uint32_t f = 0; f < decl.variants[v].fields.size(); ++f) give({Entity::Kind::Field, n.index, v, f});
    }
  }
}

/// The use or definition under a position; a definition comes back as a use of itself.
std::optional<RecordedUse> Database::use_at(source::FileId file, std::uint32_t offset) {
  check_all();
  std::optional<RecordedUse> best;
  for_each_use([&](const RecordedUse& use) {
    if (covers(use.where, file, offset) && (!best || smaller(use.where, best->where))) best = use;
    if (use.definition.valid() && covers(use.definition, file, offset) &&
        (!best || smaller(use.definition, best->where))) {
      best = RecordedUse{use.definition, {}, use.definition, use.type};
    }
  });
  for (std::size_t m = 0; m < modules.size(); ++m) {
    if (modules[m].file != file) continue;
    for_each_definition(ModuleId(m), [&](Entity entity, source::Span at) {
      if (at.valid() && covers(at, file, offset) && (!best || smaller(at, best->where)))
        best = RecordedUse{at, entity, {}, {}};
    });
  }
  return best;
}

std::string Database::describe(const Entity& entity) {
  switch (entity.kind) {
    case Entity::Kind::Function: {
      const FunctionInfo& info = function(entity.function());
      std::string out = "fn " + std::string(names.text(info.name)) + "(";
      for (std::size_t i = 0; i < info.params.size(); ++i) {
        const ParamInfo& param = info.params[i];
        if (i != 0) out += ", ";
        if (param.kind == syntax::ParamKind::Mut) out += "mut ";
        if (param.kind == syntax::ParamKind::Block) out += "block ";
        out += names.text(param.name);
        if (!param.is_self) out += ": " + types.text(param.shaped);
      }
      out += ')';
      if (info.result != types.unit()) out += " -> " + types.text(info.shaped_result);
      return out;
    }
    case Entity::Kind::Const: return types.text(context.constant_type(entity.constant()));
    case Entity::Kind::Nominal:
      return std::string(types.nominal(entity.nominal()).is_enum ? "enum " : "struct ") +
             std::string(entity_name(entity));
    case Entity::Kind::Trait: return "trait " + std::string(entity_name(entity));
    case Entity::Kind::Variant:
      return std::string(names.text(nominals[entity.index].name)) + "." + std::string(entity_name(entity));
    case Entity::Kind::Field: {
      const auto& variants = nominal(entity.nominal()).variants;
      if (entity.variant >= variants.size() || entity.field >= variants[entity.variant].fields.size()) return {};
      return types.text(variants[entity.variant].fields[entity.field].shaped);
    }
    case Entity::Kind::Module:
      return "module " + (entity.index < modules.size() ? modules[entity.index].name : std::string());
    default: return {};
  }
}

std::optional<SymbolAt> Database::symbol_at(source::FileId file, std::uint32_t offset) {
  const auto use = use_at(file, offset);
  if (!use) return std::nullopt;
  SymbolAt out;
  out.span = use->where;
  out.type = use->type.valid() ? types.text(use->type) : describe(use->entity);
  const source::Span at = use->entity ? definition(use->entity) : use->definition;
  if (at.valid()) out.definition = at;
  out.doc = doc(use->entity);
  return out;
}

std::vector<source::Span> Database::references_at(source::FileId file, std::uint32_t offset) {
  const auto target = use_at(file, offset);
  std::vector<source::Span> out;
  if (!target) return out;
  if (target->entity) {
    // What has no declaration (a built-in type) has uses all the same.
    if (const source::Span at = definition(target->entity); at.valid() && at.end != at.begin) out.push_back(at);
  } else {
    out.push_back(target->definition);
  }
  for_each_use([&](const RecordedUse& use) {
    if (use.entity == target->entity && (target->entity || use.definition == target->definition))
      out.push_back(use.where);
  });
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace noodle::sema
