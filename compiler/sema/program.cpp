#include "compiler/sema/program.h"

#include <algorithm>

#include "compiler/sema/database.h"
#include "std/embedded.h"

namespace noodle::sema {

struct Program::Impl {
  Impl(Interner& names, source::SourceMap& sources, source::DiagnosticSink& sink, ModuleLoader& loader)
      : db(names, sources, sink, loader) {
    db.load_library();
  }
  /// The main module's tests, or its benchmarks.
  std::vector<FunctionId> tests(bool benches) const {
    std::vector<FunctionId> out;
    if (!db.main.valid()) return out;
    for (const FunctionId id : db.modules[db.main.index].tests) {
      if (db.functions[id.index].test->is_bench == benches) out.push_back(id);
    }
    return out;
  }
  Database db;
};

Program::Program(Interner& names, source::SourceMap& sources, source::DiagnosticSink& sink, ModuleLoader& loader)
    : impl_(std::make_unique<Impl>(names, sources, sink, loader)) {}

Program::~Program() = default;

bool Program::open(std::string_view path, std::optional<std::string_view> root) {
  Database& db = impl_->db;
  auto text = db.loader.load(path);
  if (!text) return false;
  const std::string name(path);
  const std::size_t slash = name.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash + 1);
  db.root = root.value_or(folder);
  std::string module = name.substr(name.starts_with(db.root) ? db.root.size() : folder.size());
  std::ranges::replace(module, '/', '.');
  if (module.ends_with(".noodle")) module.resize(module.size() - std::string_view(".noodle").size());
  if (const library::File* built_in = library::find(path); built_in != nullptr && !db.modules_by_path.contains(name)) {
    db.load_built_in(module, ModuleOrigin::Library, *built_in);
  }
  if (const auto it = db.modules_by_path.find(name); it != db.modules_by_path.end()) {
    // A file of the library: it is there already, and is now what is checked.
    db.main = it->second;
    if (db.sources.text(db.modules[db.main.index].file) != *text)
      db.replace_text(db.modules[db.main.index].file, std::move(*text));
  } else {
    db.main = ModuleId(db.modules.size());
    db.load_module(std::move(module), name, ModuleOrigin::User, std::move(*text));
  }
  db.follow_imports();
  return true;
}

void Program::keep_no_uses() { impl_->db.keeps_uses = false; }

void Program::check_all() {
  impl_->db.check_all();
  impl_->db.flush();
}

TypeTable& Program::types() { return impl_->db.types; }
const NominalDecl& Program::nominal(NominalId id) { return impl_->db.nominal(id); }
ModuleId Program::main_module() const { return impl_->db.main; }

FunctionId Program::main_function() {
  Database& db = impl_->db;
  if (!db.main.valid()) return FunctionId();
  const auto& items = db.modules[db.main.index].items;
  const auto it = items.find(db.names.intern("main"));
  return it != items.end() && it->second.kind == Entity::Kind::Function ? it->second.function() : FunctionId();
}

std::vector<FunctionId> Program::main_functions() {
  std::vector<FunctionId> out;
  const Database& db = impl_->db;
  for (std::size_t f = 0; f < db.functions.size(); ++f) {
    const FunctionEntry& entry = db.functions[f];
    if (entry.module == db.main && entry.alive && entry.syntax != nullptr) out.push_back(FunctionId(f));
  }
  return out;
}

std::vector<FunctionId> Program::tests() { return impl_->tests(false); }
std::vector<FunctionId> Program::benches() { return impl_->tests(true); }

const FunctionInfo& Program::function(FunctionId id) {
  const FunctionInfo& info = impl_->db.function(id);
  impl_->db.flush();
  return info;
}

std::size_t Program::function_count() const { return impl_->db.functions.size(); }

const Body* Program::body(FunctionId id) {
  Database& db = impl_->db;
  FunctionId asked = id;
  // Lambdas and blocks are made by the body around them; default arguments are questions of their own.
  while (db.functions[asked.index].parent.valid() && db.functions[asked.index].info.kind != FunctionKind::Default) {
    asked = db.functions[asked.index].parent;
  }
  db.ask(QueryKind::Body, asked.index);
  db.flush();
  return db.functions[id.index].body.get();
}

void Program::release_body(FunctionId id) { impl_->db.functions[id.index].body.reset(); }

const ConstValue* Program::constant(ConstId id) {
  const ConstValue* value = impl_->db.context.constant_value(id);
  impl_->db.flush();
  return value;
}

std::size_t Program::constant_count() const { return impl_->db.consts.size(); }

std::string_view Program::constant_name(ConstId id) const {
  return impl_->db.names.text(impl_->db.consts[id.index].name);
}

std::string_view Program::module_name(ModuleId id) const {
  return id.index < impl_->db.modules.size() ? std::string_view(impl_->db.modules[id.index].name) : std::string_view();
}

std::vector<source::FileId> Program::own_files() const {
  std::vector<source::FileId> files;
  const Database& db = impl_->db;
  for (std::size_t m = 0; m < db.modules.size(); ++m) {
    if (db.modules[m].origin == ModuleOrigin::User || ModuleId(m) == db.main) files.push_back(db.modules[m].file);
  }
  return files;
}

FunctionRef Program::resolve(FunctionRef trait_method) { return impl_->db.resolve_method(trait_method); }

bool Program::implements(TypeId type, TraitRef trait) {
  return impl_->db.satisfies(type, trait, Scope{}, 0) == Fits::Yes;
}

FunctionRef Program::own_to_string(TypeId type) { return impl_->db.own_to_string(type); }
FunctionRef Program::own_report(TypeId type) { return impl_->db.own_report(type); }
bool Program::has_equality(TypeId type) { return impl_->db.has_equality(type); }

bool Program::is_allowed(const source::Diagnostic& warning) { return impl_->db.is_allowed(warning); }

const syntax::ParsedFile* Program::main_tree() const {
  const Database& db = impl_->db;
  return db.main.valid() ? db.modules[db.main.index].tree.get() : nullptr;
}

source::FileId Program::main_file() const {
  const Database& db = impl_->db;
  return db.main.valid() ? db.modules[db.main.index].file : source::FileId();
}

std::optional<SymbolAt> Program::symbol_at(source::FileId file, std::uint32_t offset) {
  return impl_->db.symbol_at(file, offset);
}

std::vector<source::Span> Program::references_at(source::FileId file, std::uint32_t offset) {
  return impl_->db.references_at(file, offset);
}

std::vector<std::string> Program::visible_names() {
  const auto names = impl_->db.visible_names(Scope{impl_->db.main, {}, {}});
  return {names.begin(), names.end()};
}

std::vector<std::string> Program::member_names(TypeId type) {
  Database& db = impl_->db;
  const auto methods = db.method_names(type, Scope{db.main, {}, {}}, true);
  std::vector<std::string> names(methods.begin(), methods.end());
  const NominalId id = db.types.nominal_of(type);
  if (!id.valid() || db.nominal(id).is_enum) return names;
  const NominalDecl& decl = db.types.nominal(id);
  for (const FieldInfo& field : decl.variants[0].fields) {
    if (!field.is_private || decl.module == db.main) names.emplace_back(db.names.text(field.name));
  }
  return names;
}

std::vector<std::string> Program::exported_names(std::string_view import) {
  std::vector<std::string> names;
  Database& db = impl_->db;
  for (const ImportEntry& entry : db.modules[db.main.index].imports) {
    if (!entry.module.valid() || db.names.text(entry.name) != import) continue;
    db.each_exported(entry.module, [&](Symbol symbol, const Entity&) { names.emplace_back(db.names.text(symbol)); });
  }
  return names;
}

std::vector<std::string_view> Program::exported_modules() {
  std::vector<std::string_view> found;
  Database& db = impl_->db;
  for (const ModuleId one : db.exporters(db.main)) {
    if (one != db.main) found.push_back(db.modules[one.index].name);
  }
  return found;
}

std::string_view Program::import_of(ModuleId id) {
  Database& db = impl_->db;
  const auto has = [&](ModuleId module) {
    return module.valid() && std::ranges::any_of(db.exporters(module), [&](ModuleId one) { return one == id; });
  };
  for (const ImportEntry& entry : db.modules[db.main.index].imports) {
    if (has(entry.module)) return db.names.text(entry.name);
  }
  for (const auto& [symbol, entity] : db.core_items) {
    if (entity.kind == Entity::Kind::Module && has(ModuleId(entity.index))) return db.names.text(symbol);
  }
  return {};
}

void Program::edit(source::FileId file, std::string text) { impl_->db.replace_text(file, std::move(text)); }

std::uint64_t Program::bodies_checked() const { return impl_->db.queries.computed(QueryKind::Body); }

}  // namespace noodle::sema
