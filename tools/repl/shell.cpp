#include "tools/repl/shell.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "runtime/jit/tier.h"
#include "tools/repl/plan.h"

namespace noodle::tools {

namespace {

using syntax::ItemKind;

constexpr std::string_view kPath = "repl";
constexpr std::string_view kValue = "value__";  // what the last expression gives
constexpr std::size_t kMostShown = 4000;        // bytes of one value

bool is_word_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether a name stands in a text as a word.
bool mentions(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const bool begins = at == 0 || !is_word_part(text[at - 1]);
    const std::size_t end = at + name.size();
    if (begins && (end == text.size() || !is_word_part(text[end]))) return true;
  }
  return false;
}

/// Gives what other modules declare the names that it has here: `net.Socket`.
void qualify(sema::Program& program) {
  sema::TypeTable& types = program.types();
  const auto rename = [&](auto& decl) {
    if (decl.module == program.main_module() || program.module_name(decl.module).starts_with("core.")) return;
    const std::string import(program.import_of(decl.module));
    if (import.empty()) return;
    decl.name = types.names().intern(import + "." + std::string(types.names().text(decl.name)));
  };
  for (std::size_t i = 0; i < types.nominal_count(); ++i) rename(types.nominal(sema::NominalId(i)));
  for (std::size_t i = 0; i < types.trait_count(); ++i) rename(types.trait(sema::TraitId(i)));
}

bool is_chart(sema::Program& program, sema::TypeId type) {
  const sema::TypeTable& types = program.types();
  const sema::NominalId id = types.nominal_of(type);
  if (!id.valid()) return false;
  const sema::NominalDecl& decl = types.nominal(id);
  return types.names().text(decl.name) == "Chart" && program.module_name(decl.module) == "plot";
}

/// An expression for the text of a value, in brackets.
std::string text_of(const std::string& name, bool is_saved) {
  if (!is_saved) return "\"{[" + name + "]}\"";
  return "\"[{" + name + "}, {match " + name +
         ".save_next() { Ok(path) => \"saved as {path}\", Err(error) => \"not saved: {error}\" }}]\"";
}

std::string shortened(std::string text) {
  // It was shown as the only element of a list, which quotes strings.
  text = text.substr(1, text.size() - 2);
  if (text.size() <= kMostShown) return text;
  std::size_t end = kMostShown;
  while ((text[end] & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

Shell::Shell(const RunOptions& run, const CompileOptions& compile, world::World& world)
    : run_(run), compile_(compile), machine_(make_machine(run, world)) {}

void Shell::forget_all() {
  for (const Variable& variable : variables_) forget(variable);
  variables_.clear();
}

Shell::~Shell() {
  if (machine_.runtime == nullptr) return;
  forget_all();
  machine_.runtime.reset();  // before who compiles for it
}

CompileOptions Shell::options(const Assembly& program, std::string& said) const {
  CompileOptions options = compile_;
  options.errors_only = true;
  options.root = "";
  options.assembly = &program;
  options.said = &said;
  return options;
}

Shell::Variable* Shell::find(std::string_view name) {
  const auto it = std::ranges::find(variables_, name, &Variable::name);
  return it == variables_.end() ? nullptr : &*it;
}

void Shell::forget(const Variable& variable) {
  machine_.runtime->release_values(*variable.module, variable.types, variable.slots);
}

/// The declarations with those of an input, which take the places of those that declare the same.
bool Shell::add_items(const Snippet& input, std::vector<SnippetItem>& items) const {
  for (const SnippetItem& item : input.items) {
    if (item.kind == ItemKind::Test) continue;
    const auto same = std::ranges::find_if(items, [&](const SnippetItem& other) {
      return other.key == item.key && (other.kind == ItemKind::Import) == (item.kind == ItemKind::Import);
    });
    if (same == items.end()) {
      items.push_back(item);
    } else {
      *same = item;
    }
  }
  return !input.items.empty();
}

/// What is before the statements.
void Shell::add_head(const Plan& plan, Assembly& program) const {
  for (const SnippetItem& item : plan.items) {
    program.add_piece(item.range);
    program.add("\n");
  }
  program.add("fn " + plan.name + "(");
  for (std::size_t i = 0; i < plan.params.size(); ++i) {
    const Variable& variable = *plan.params[i];
    program.add((i == 0 ? "" : ", ") + std::string(variable.is_var ? "mut " : "") + variable.name + ": " +
                variable.type);
  }
  program.add(")");
}

/// The program that an input is, as far as it is known: at first without what it gives.
Assembly Shell::assemble(const Plan& plan) const {
  Assembly program(std::string(kPath), transcript_);
  add_head(plan, program);
  if (plan.is_typed) {
    program.add(" -> (Int, Int");
    for (std::size_t i = 0; i < plan.made.size(); ++i) program.add(", String");
    for (const NewVariable& one : plan.made) {
      if (!one.is_result) program.add(", " + one.type);
    }
    program.add(")");
  }
  program.add(" {\n");
  for (std::size_t i = 0; i < plan.input.statements.size(); ++i) {
    if (plan.value == i) program.add("let " + std::string(kValue) + " = ");
    program.add_piece(plan.input.statements[i].range);
    program.add("\n");
  }
  if (plan.is_typed) {
    program.add("(0, 0");
    for (const NewVariable& one : plan.made) program.add(", " + text_of(one.name, one.is_chart));
    for (const NewVariable& one : plan.made) {
      if (!one.is_result) program.add(", " + one.name);
    }
    program.add(")\n");
  }
  program.add("}\n");
  return program;
}

/// Finds out what variables an input makes and what the value of its last expression is.
bool Shell::find_types(Plan& plan) {
  plan.said.clear();
  const Assembly program = assemble(plan);
  Session session(options(program, plan.said));
  session.loader.keep(program.own_path(), program.text());
  const bool is_good = session.check(program.own_path());
  session.finish();
  if (!is_good) return false;
  const auto function = function_named(session, plan.name);
  const sema::Body* body = function ? session.program->body(*function) : nullptr;
  if (body == nullptr) return false;
  sema::TypeTable& types = session.program->types();
  std::vector<NewVariable> made;
  std::vector<std::string> shown;
  std::vector<bool> charts;
  const std::vector<sema::LocalId> locals = new_locals(*body);
  for (const sema::LocalId id : locals) {
    shown.push_back(types.text(body->locals[id.index].type));
    charts.push_back(is_chart(*session.program, body->locals[id.index].type));
  }
  qualify(*session.program);
  for (std::size_t i = 0; i < locals.size(); ++i) {
    const sema::Local& local = body->locals[locals[i].index];
    NewVariable one;
    one.name = session.names.text(local.name);
    one.type = types.text(local.type);
    one.shown_type = shown[i];
    one.is_var = local.kind == sema::LocalKind::Var;
    one.is_result = one.name == kValue;
    one.is_chart = one.is_result && charts[i];
    if (one.is_result && (local.type == types.unit() || types.kind(local.type) == sema::TypeKind::Never)) {
      plan.value.reset();
      continue;
    }
    if (!one.is_result && !session.program->has_equality(local.type)) {
      plan.said = "error: `" + one.name +
                  "` would hold a function or an `any` value, which is not kept between inputs\n" +
                  "  help: declare a function with `fn`, or use it in the same input, as in a block\n";
      return false;
    }
    std::erase_if(made, [&](const NewVariable& other) { return other.name == one.name; });
    made.push_back(std::move(one));
  }
  plan.made = std::move(made);
  plan.is_typed = true;
  return true;
}

/// Variables whose types were declared anew have values that nothing fits any more.
void Shell::forget_stale(const Snippet& input, Answer& answer) {
  std::set<std::string> stale;
  const auto text = [&](const SnippetItem& item) {
    return std::string_view(transcript_).substr(item.range.begin, item.range.end - item.range.begin);
  };
  const auto is_type = [](const SnippetItem& item) {
    return item.kind == ItemKind::Struct || item.kind == ItemKind::Enum;
  };
  for (const SnippetItem& item : input.items) {
    for (const SnippetItem& old : items_) {
      if (is_type(old) && old.key == item.key && text(old) != text(item)) stale.insert(old.key);
    }
  }
  // Also those that have such a type inside.
  for (bool grows = !stale.empty(); grows;) {
    grows = false;
    for (const SnippetItem& item : items_) {
      if (!is_type(item) || stale.contains(item.key)) continue;
      if (std::ranges::any_of(stale, [&](const std::string& name) { return mentions(text(item), name); })) {
        grows = stale.insert(item.key).second;
      }
    }
  }
  std::erase_if(variables_, [&](const Variable& variable) {
    for (const std::string& name : stale) {
      if (!mentions(variable.type, name)) continue;
      answer.out += variable.name + " is gone: `" + name + "` was declared anew\n";
      forget(variable);
      return true;
    }
    return false;
  });
}

Shell::Answer Shell::run(std::string_view text) {
  Answer answer;
  const auto begin = static_cast<std::uint32_t>(transcript_.size());
  transcript_ += text;
  if (!transcript_.ends_with('\n')) transcript_ += '\n';
  Plan plan;
  plan.name = "input_" + std::to_string(++inputs_);
  const syntax::Range all{begin, static_cast<std::uint32_t>(transcript_.size())};
  plan.input = take_apart(transcript_, {&all, 1});
  plan.items = items_;
  add_items(plan.input, plan.items);
  for (Variable& variable : variables_) {
    if (std::ranges::find(plan.input.names, variable.name) != plan.input.names.end()) plan.params.push_back(&variable);
  }
  if (!plan.input.statements.empty() && plan.input.statements.back().is_expression) {
    plan.value = plan.input.statements.size() - 1;
  }
  bool is_good = find_types(plan);
  if (!is_good && plan.value) {
    // What has branches of several types has no value, but is a statement.
    plan.value.reset();
    is_good = find_types(plan);
  }
  if (!is_good) {
    answer.err = plan.said;
    return answer;
  }
  if (!plan.input.statements.empty()) {
    answer = execute(plan);
    if (!answer.err.empty() || answer.interrupted || answer.exit_code) return answer;
  }
  forget_stale(plan.input, answer);
  items_ = std::move(plan.items);
  return answer;
}

Shell::Answer Shell::execute(Plan& plan) {
  Answer answer;
  const Assembly program = assemble(plan);
  CompileOptions compile = options(program, answer.err);
  compile.exported = plan.name;
  Session session(compile);
  session.loader.keep(program.own_path(), program.text());
  auto module = session.generate(program.own_path());
  if (session.finish() != 0 || !module) return answer;
  // How many registers each value takes.
  const sema::FunctionInfo info = session.program->function(*function_named(session, plan.name));
  std::vector<std::size_t> leaves;
  for (const sema::TypeId type : session.program->types()[info.result].arguments) {
    leaves.push_back(session.layout->leaves(type).size());
  }
  for (const sema::ParamInfo& param : info.params) leaves.push_back(session.layout->leaves(param.type).size());

  auto verified = nbc::verify(std::move(*module));
  if (!verified) {
    answer.err = "noodle: the compiler is broken, please report this: a module was refused\n";
    return answer;
  }
  const auto loaded = machine_.runtime->load(std::move(*verified));
  if (!loaded) {
    answer.err = "noodle: " + loaded.error() + "\n";
    return answer;
  }
  nbc::FunctionId id;
  for (const nbc::Export& entry : (*loaded)->module().exports) {
    if ((*loaded)->module().text(entry.name) == plan.name) id = entry.function;
  }
  const nbc::Function& function = (*loaded)->module().function(id);
  std::vector<std::uint64_t> args;
  std::size_t leaf = 0;
  for (const Variable* variable : plan.params) {
    std::size_t slot = 0;
    for (const nbc::TypeId type : variable->types) {
      const std::size_t width = nbc::slots_of(variable->module->module().types, {&type, 1});
      const std::span<const std::uint64_t> value = std::span(variable->slots).subspan(slot, width);
      // What the input consumes is kept here as well, for when it doesn't end well.
      if (!function.signature.params[leaf++].borrowed)
        machine_.runtime->retain_values(*variable->module, {&type, 1}, value);
      args.insert(args.end(), value.begin(), value.end());
      slot += width;
    }
  }
  const auto results = machine_.runtime->run_function(**loaded, id, args);
  if (results) {
    keep(plan, **loaded, function, leaves, *results, answer);
    return answer;
  }
  switch (results.error().kind) {
    case vm::Stop::Kind::Exit: answer.exit_code = static_cast<int>(results.error().exit_code & 0xFF); break;
    case vm::Stop::Kind::Panic: answer.err = results.error().text(); break;
    case vm::Stop::Kind::Cancelled:
    case vm::Stop::Kind::Interrupted: answer.interrupted = true; break;
  }
  machine_.runtime->clear_interrupt();
  return answer;
}

/// Takes what an input gave: texts to show, new variables, and those that it could change.
void Shell::keep(const Plan& plan, vm::LoadedModule& module, const nbc::Function& function,
                 const std::vector<std::size_t>& leaves, const std::vector<std::uint64_t>& results, Answer& answer) {
  std::size_t leaf = 0, slot = 0, value = 0;
  Variable taken;
  const auto take = [&](std::size_t count) {
    taken = Variable{};
    taken.module = &module;
    taken.types.assign(function.signature.results.begin() + static_cast<std::ptrdiff_t>(leaf),
                       function.signature.results.begin() + static_cast<std::ptrdiff_t>(leaf + count));
    const std::size_t width = nbc::slots_of(module.module().types, taken.types);
    taken.slots.assign(results.begin() + static_cast<std::ptrdiff_t>(slot),
                       results.begin() + static_cast<std::ptrdiff_t>(slot + width));
    leaf += count;
    slot += width;
  };
  for (int i = 0; i < 2; ++i) take(leaves[value++]);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    take(leaves[value++]);
    texts.push_back(shortened(std::string(vm::Runtime::text(taken.slots.data()))));
    forget(taken);
  }
  std::vector<Variable> fresh;
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    const NewVariable& made = plan.made[i];
    if (made.is_result) {
      answer.out += made.shown_type + " = " + texts[i] + "\n";
      continue;
    }
    answer.out += made.name + ": " + made.shown_type + " = " + texts[i] + "\n";
    take(leaves[value++]);
    taken.name = made.name;
    taken.type = made.type;
    taken.shown_type = made.shown_type;
    taken.is_var = made.is_var;
    fresh.push_back(std::move(taken));
  }
  for (Variable* variable : plan.params) {
    const std::size_t count = leaves[value++];
    if (!variable->is_var) continue;
    take(count);
    forget(*variable);
    variable->module = taken.module;
    variable->types = std::move(taken.types);
    variable->slots = std::move(taken.slots);
  }
  for (Variable& one : fresh) {
    if (Variable* old = find(one.name)) {
      forget(*old);
      *old = std::move(one);
    } else {
      variables_.push_back(std::move(one));
    }
  }
}

std::string Shell::listing() const {
  std::string text;
  for (const SnippetItem& item : items_) {
    const std::string_view whole =
        std::string_view(transcript_).substr(item.range.begin, item.range.end - item.range.begin);
    std::string head(whole.substr(0, whole.find_first_of("{\n")));
    while (head.ends_with(' ')) head.pop_back();
    text += head + "\n";
  }
  for (const Variable& variable : variables_) {
    text += (variable.is_var ? "var " : "let ") + variable.name + ": " + variable.shown_type + "\n";
  }
  return text;
}

}  // namespace noodle::tools
