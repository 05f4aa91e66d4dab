// Imports that nothing in their module uses. Only told of modules without errors, where every use was
// found; and never of a module that implements traits or adds methods to the types of others, which may be imported for
// that alone, unless it is visible everywhere by itself.

#include <algorithm>
#include <unordered_set>

#include "compiler/sema/database.h"

namespace noodle::sema {

void Database::check_unused_imports(ModuleId id) {
  ask(QueryKind::ModuleText, id.index);
  ask(QueryKind::ModuleNames, id.index);
  const ModuleEntry& module = modules[id.index];
  if (module.imports.empty() || module.parse_sink.has_errors()) return;
  std::unordered_set<std::uint32_t> used;
  bool whole = true;
  const auto gather = [&](QueryKind kind, std::uint32_t index) {
    ask(kind, index);
    const source::DiagnosticSink* reported = queries.diagnostics({kind, index});
    whole &= reported == nullptr || !reported->has_errors();
    const auto it = uses.find(static_cast<std::uint64_t>(kind) << 32 | index);
    if (it == uses.end()) return;
    for (const RecordedUse& use : it->second) {
      if (use.entity.kind == Entity::Kind::Module) used.insert(use.entity.index);
      if (const Declared* item = declared(use.entity)) used.insert(item->module.index);
    }
  };
  for (const auto* list : {&module.functions, &module.methods, &module.tests}) {
    for (FunctionId function_id : *list) {
      gather(QueryKind::Signature, function_id.index);
      gather(QueryKind::Body, function_id.index);
      for (FunctionId value : functions[function_id.index].defaults) {
        if (value.valid()) gather(QueryKind::Body, value.index);
      }
    }
  }
  for (NominalId decl : module.nominals) gather(QueryKind::Nominal, decl.index);
  for (TraitId decl : module.traits) gather(QueryKind::Trait, decl.index);
  for (ImplId decl : module.impls) gather(QueryKind::Impl, decl.index);
  for (ConstId decl : module.consts) {
    gather(QueryKind::ConstType, decl.index);
    gather(QueryKind::ConstValue, decl.index);
  }
  for (const ImportEntry& import : module.imports) whole &= import.module.valid();
  if (!whole) return;
  const auto is_everywhere = [&](ModuleId other) {
    return std::ranges::any_of(core_items, [&](const auto& item) {
      return item.second.kind == Entity::Kind::Module && item.second.index == other.index;
    });
  };
  ask(QueryKind::AllImpls, 0);
  for (const ImportEntry& import : module.imports) {
    if (import.item->is_pub || !import.module.valid() || import.module == id || !import.reserved.empty()) continue;
    const std::vector<ModuleId> exporting = exporters(import.module);
    const auto is_for_others = [&](ImplId impl_id) {
      const ImplEntry& entry = impl(impl_id);
      if (entry.syntax->trait != nullptr || !entry.usable) return true;
      const NominalId target = types.nominal_of(entry.info.target);
      return !target.valid() || std::ranges::find(exporting, types.nominal(target).module) == exporting.end();
    };
    // What a module exports is where the module is.
    const bool is_there = is_everywhere(import.module);
    const auto is_needed = [&](ModuleId one) {
      return used.contains(one.index) || (!is_there && std::ranges::any_of(modules[one.index].impls, is_for_others));
    };
    if (std::ranges::any_of(exporting, is_needed)) continue;
    report(source::Code::UnusedImport, span(id, import.item->range),
           "the import of `" + std::string(names.text(import.name)) + "` is never used")
        .suggest("remove it", span(id, import.item->range), "");
  }
}

}  // namespace noodle::sema
