// `@allow("rule")`: warnings that a declaration doesn't want.

#include <algorithm>

#include "base/text.h"
#include "compiler/sema/database.h"
#include "compiler/syntax/walk.h"

namespace noodle::sema {

namespace {

/// The text of a plain string; nothing for what is none.
std::optional<std::string_view> plain_text(const syntax::Expr* expr) {
  if (expr == nullptr || expr->kind != syntax::ExprKind::String) return std::nullopt;
  const auto parts = static_cast<const syntax::StringExpr*>(expr)->parts;
  if (parts.empty()) return "";
  if (parts.size() > 1 || parts[0].expr != nullptr) return std::nullopt;
  return parts[0].text;
}

class Gatherer final : public syntax::Walker {
 public:
  Gatherer(const Interner& names, std::vector<AllowedRule>& out) : names_(names), out_(out) {}

  void item(const syntax::Item& item) override {
    for (const syntax::Attribute& attribute : item.attributes) {
      if (!attribute.name.symbol.valid() || names_.text(attribute.name.symbol) != "allow") continue;
      for (const syntax::AttributeArgument& argument : attribute.arguments) {
        const auto text = plain_text(argument.value);
        const auto code = text ? source::find_rule(*text) : std::nullopt;
        if (code) out_.push_back({item.range, *code});
      }
    }
    const bool has_members = item.kind == syntax::ItemKind::Impl || item.kind == syntax::ItemKind::Trait;
    if (has_members) Walker::item(item);
  }

 private:
  const Interner& names_;
  std::vector<AllowedRule>& out_;
};

}  // namespace

void Database::gather_allowed(ModuleEntry& module) {
  if (module.tree == nullptr || module.allowed_of == module.tree->tree) return;
  module.allowed_of = module.tree->tree;
  module.allowed.clear();
  Gatherer(names, module.allowed).file(*module.tree->tree);
}

bool Database::is_allowed(const source::Diagnostic& diagnostic) {
  const auto module = std::ranges::find(modules, diagnostic.span.file, &ModuleEntry::file);
  if (module == modules.end() || module->origin != ModuleOrigin::User) return false;
  gather_allowed(*module);
  return std::ranges::any_of(module->allowed, [&](const AllowedRule& rule) {
    return rule.code == diagnostic.code && rule.range.begin <= diagnostic.span.begin &&
           diagnostic.span.end <= rule.range.end;
  });
}

void Database::check_allow(const syntax::Attribute& attribute, ModuleId module) {
  if (attribute.arguments.empty()) {
    report(source::Code::BadAttribute, span(module, attribute.range), "`@allow` takes the names of warnings, as texts")
        .help("write `@allow(\"unused_variable\")`");
  }
  for (const syntax::AttributeArgument& argument : attribute.arguments) {
    const auto text = plain_text(argument.value);
    if (!text || argument.label.symbol.valid()) {
      report(source::Code::BadAttribute, span(module, attribute.range),
             "`@allow` takes the names of warnings, as texts")
          .help("write `@allow(\"unused_variable\")`");
      return;
    }
    if (source::find_rule(*text)) continue;
    std::vector<std::string> rules;
    for (const source::Code code : source::all_codes()) {
      if (source::severity_of(code) == source::Severity::Warning) rules.push_back(source::rule_name(code));
    }
    const std::vector<std::string_view> candidates(rules.begin(), rules.end());
    const source::Span where = span(module, argument.value->range);
    auto& problem = report(source::Code::BadAttribute, where, "there is no warning `" + std::string(*text) + "`");
    const std::string_view near = nearest(*text, candidates);
    if (near.empty()) {
      problem.help("a warning is named by its code, such as `W0010`, or as `noodle explain W0010` names it");
    } else {
      problem.suggest("did you mean `" + std::string(near) + "`?", where, "\"" + std::string(near) + "\"");
    }
  }
}

}  // namespace noodle::sema
