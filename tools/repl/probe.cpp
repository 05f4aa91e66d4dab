// What an expression is, without running it.

#include "tools/repl/plan.h"

namespace noodle::tools {

namespace {

/// Finds the variables that the statements of a body make.
void add_locals(const sema::Pattern* pattern, std::vector<sema::LocalId>& out) {
  using sema::PatternKind;
  switch (pattern->kind) {
    case PatternKind::Bind: out.push_back(static_cast<const sema::BindPattern*>(pattern)->local); break;
    case PatternKind::Tuple:
      for (const auto* part : static_cast<const sema::TuplePattern*>(pattern)->elements) add_locals(part, out);
      break;
    case PatternKind::Variant:
      for (const auto* part : static_cast<const sema::VariantPattern*>(pattern)->fields) add_locals(part, out);
      break;
    default: break;
  }
}

}  // namespace

std::vector<sema::LocalId> new_locals(const sema::Body& body) {
  std::vector<sema::LocalId> out;
  if (body.root->kind != sema::ExprKind::Block) return out;
  const auto& block = *static_cast<const sema::BlockExpr*>(body.root);
  std::vector<const sema::Expr*> all(block.statements.begin(), block.statements.end());
  if (block.tail != nullptr) all.push_back(block.tail);
  for (const sema::Expr* one : all) {
    if (one->kind == sema::ExprKind::Let) add_locals(static_cast<const sema::LetExpr*>(one)->pattern, out);
  }
  return out;
}

std::optional<sema::FunctionId> function_named(Session& session, std::string_view name) {
  for (const sema::FunctionId id : session.program->main_functions()) {
    if (session.names.text(session.program->function(id).name) == name) return id;
  }
  return std::nullopt;
}

bool Shell::probe(std::string_view expression, const std::function<void(Session&, sema::TypeId)>& look,
                  std::string& said) {
  // As if it had been typed, but it leaves no trace.
  const auto size = static_cast<std::uint32_t>(transcript_.size());
  transcript_ += std::string(expression) + "\n";
  Plan plan;
  plan.name = "input_0";
  const syntax::Range all{size, static_cast<std::uint32_t>(transcript_.size())};
  plan.input = take_apart(transcript_, {&all, 1});
  plan.items = items_;
  for (Variable& variable : variables_) plan.params.push_back(&variable);
  if (plan.input.statements.size() > 1 || !plan.input.items.empty()) {
    said = "error: this is no expression\n";
  } else {
    if (!plan.input.statements.empty()) plan.value = 0;
    const Assembly program = assemble(plan);
    Session session(options(program, said));
    session.loader.keep(program.own_path(), program.text());
    session.check(program.own_path());
    session.finish();
    const auto function = session.program ? function_named(session, plan.name) : std::nullopt;
    const sema::Body* body = function ? session.program->body(*function) : nullptr;
    sema::TypeId type;
    if (body != nullptr) {
      for (const sema::LocalId id : new_locals(*body)) type = body->locals[id.index].type;
    }
    look(session, type);
  }
  transcript_.resize(size);
  return said.empty();
}

Shell::Answer Shell::type_of(std::string_view text) {
  Answer answer;
  probe(
      text,
      [&](Session& session, sema::TypeId type) {
        if (type.valid()) answer.out = session.program->types().text(type) + "\n";
      },
      answer.err);
  if (answer.out.empty() && answer.err.empty()) answer.err = "error: this is no expression\n";
  return answer;
}

std::vector<std::string> Shell::members_of(std::string_view expression) {
  std::vector<std::string> names;
  std::string said;
  for (const SnippetItem& item : items_) {
    if (item.kind != syntax::ItemKind::Import || item.key != expression) continue;
    probe("", [&](Session& session, sema::TypeId) { names = session.program->exported_names(expression); }, said);
    return names;
  }
  probe(
      expression,
      [&](Session& session, sema::TypeId type) {
        if (type.valid()) names = session.program->member_names(type);
      },
      said);
  return names;
}

std::vector<std::string> Shell::visible() {
  std::vector<std::string> names;
  std::string said;
  probe("", [&](Session& session, sema::TypeId) { names = session.program->visible_names(); }, said);
  return names;
}

}  // namespace noodle::tools
