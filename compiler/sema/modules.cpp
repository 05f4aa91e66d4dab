// From texts to tables: modules are loaded, their trees' items get ids, and the inputs of queries are
// set to fingerprints of the items' texts.

#include <algorithm>

#include "base/hash.h"
#include "compiler/sema/database.h"
#include "std/embedded.h"

namespace noodle::sema {

namespace {

using syntax::ItemKind;

std::uint64_t hash_text(std::string_view text, syntax::Range range) {
  const std::size_t begin = std::min<std::size_t>(range.begin, text.size());
  const std::size_t end = std::clamp<std::size_t>(range.end, begin, text.size());
  return hash_bytes(text.substr(begin, end - begin), 1);
}

bool mentions_self(const syntax::Type* type) {
  if (type == nullptr) return false;
  const auto any_of = [](syntax::List<syntax::Type> types) { return std::ranges::any_of(types, mentions_self); };
  switch (type->kind) {
    case syntax::TypeKind::Self: return true;
    case syntax::TypeKind::Path: return any_of(static_cast<const syntax::PathType*>(type)->arguments);
    case syntax::TypeKind::Tuple: return any_of(static_cast<const syntax::TupleType*>(type)->elements);
    case syntax::TypeKind::Option: return mentions_self(static_cast<const syntax::OptionType*>(type)->element);
    case syntax::TypeKind::Any: {
      const auto* trait = static_cast<const syntax::AnyType*>(type)->trait;
      return trait != nullptr && any_of(trait->arguments);
    }
    case syntax::TypeKind::Function: {
      const auto* function = static_cast<const syntax::FunctionType*>(type);
      for (const auto& param : function->params) {
        if (mentions_self(param.type)) return true;
      }
      return mentions_self(function->result);
    }
    case syntax::TypeKind::Error:
    case syntax::TypeKind::Shape: return false;
  }
  return false;
}

bool allows_any(const syntax::TraitItem& trait) {
  for (const syntax::FunctionItem* method : trait.methods) {
    if (!method->type_params.empty() || mentions_self(method->result)) return false;
    bool has_self = false;
    for (const syntax::Param& param : method->params) {
      if (param.is_self) has_self = true;
      if (param.kind == syntax::ParamKind::Block) return false;
      if (mentions_self(param.type)) return false;
    }
    if (!has_self) return false;
  }
  return true;
}

/// Fills the tables from one module's tree.
class Collector {
 public:
  Collector(Database& db, ModuleId id)
      : db_(db), id_(id), module_(db.modules[id.index]), text_(db.sources.text(module_.file)) {}

  void run() {
    const auto old = std::move(module_.ids);
    forget(old);
    for (const syntax::Item* item : module_.tree->tree->items) collect(*item);
    for (Symbol lost : module_.tree->lost_names) {
      module_.items.try_emplace(lost, Entity{Entity::Kind::Unusable});
      names_hash_ = hash_combine(names_hash_, lost.index);
    }
    if (module_.is_built_in) return;
    db_.queries.set_input({QueryKind::ModuleNames, id_.index}, names_hash_);
    db_.queries.set_input({QueryKind::ModuleText, id_.index}, hash_bytes(text_, 1));
  }

 private:
  /// Marks what the module had as gone; what is still there is revived by its identity.
  void forget(const FlatMap<std::uint64_t, std::uint32_t>& old) {
    module_.ids = old;
    const auto gone = [](auto& entry) {
      entry.alive = false;
      entry.item = nullptr;
    };
    const auto gone_functions = [&](const std::vector<FunctionId>& ids) {
      for (FunctionId f : ids) {
        FunctionEntry& entry = db_.functions[f.index];
        gone(entry);
        entry.syntax = nullptr;
        entry.test = nullptr;
      }
    };
    gone_functions(module_.functions);
    gone_functions(module_.tests);
    gone_functions(module_.methods);
    for (NominalId n : module_.nominals) gone(db_.nominals[n.index]);
    for (TraitId t : module_.traits) gone(db_.traits[t.index]);
    for (ImplId i : module_.impls) gone(db_.impls[i.index]);
    for (ConstId c : module_.consts) gone(db_.consts[c.index]);
    module_.functions.clear();
    module_.tests.clear();
    module_.methods.clear();
    module_.nominals.clear();
    module_.traits.clear();
    module_.impls.clear();
    module_.consts.clear();
    module_.items.clear();
    module_.variants.clear();
    module_.imports.clear();
    module_.import_names.clear();
    module_.ordinals.clear();
  }

  /// The id that the item of this identity has or gets; `make` makes a new one.
  template <typename Make>
  std::uint32_t identify(ItemKind kind, std::uint64_t owner, std::uint64_t name, Make make) {
    std::uint64_t key = hash_combine(hash_combine(static_cast<std::uint64_t>(kind) + 17, owner), name);
    key = hash_combine(key, module_.ordinals[key]++);
    const auto it = module_.ids.find(key);
    if (it != module_.ids.end()) return it->second;
    const std::uint32_t id = make();
    module_.ids.emplace(key, id);
    return id;
  }

  void bind(Symbol name, Entity entity, bool is_pub) {
    if (!name.valid()) return;
    module_.items.try_emplace(name, entity);  // the first stands; check_module reports the others
    mix(static_cast<std::uint64_t>(entity.kind), entity.index, name.index, is_pub);
  }

  /// The library as it is built in doesn't change, so nobody asks what its names hash to.
  void mix(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
    if (module_.is_built_in) return;
    names_hash_ = hash_combine(hash_combine(hash_combine(hash_combine(names_hash_, a), b), c), d);
  }

  FunctionId collect_function(const syntax::FunctionItem& item, std::uint64_t owner, ImplId impl, TraitId trait) {
    const std::uint32_t index =
        identify(ItemKind::Function, owner, item.name.symbol.index, [&] { return db_.new_function().index; });
    FunctionEntry& entry = db_.functions[index];
    entry.module = id_;
    entry.item = &item;
    entry.syntax = &item;
    entry.impl = impl;
    entry.trait = trait;
    entry.alive = true;
    syntax::Range header = item.range;
    if (item.body != nullptr) header.end = item.body->range.begin;
    set_placed(QueryKind::HeaderText, index, header);
    set_body_text(FunctionId(index),
                  item.body == nullptr ? syntax::Range{item.range.end, item.range.end} : item.body->range);
    return FunctionId(index);
  }

  /// Sets an input to a text and where it stands: for answers that are cheap to make again and hold places.
  void set_placed(QueryKind kind, std::uint32_t index, syntax::Range range, std::uint64_t more = 0) {
    if (module_.is_built_in) return;
    const std::uint64_t placed = hash_combine(hash_text(text_, range), range.begin);
    db_.queries.set_input({kind, index}, hash_combine(placed, more));
  }

  /// A body whose text is the same but stands elsewhere now is moved rather than checked again.
  void set_body_text(FunctionId id, syntax::Range range) {
    FunctionEntry& entry = db_.functions[id.index];
    if (module_.is_built_in) {
      entry.body_begin = range.begin;
      return;
    }
    db_.queries.set_input({QueryKind::BodyText, id.index}, hash_text(text_, range));
    const QueryKey key{QueryKind::Body, id.index};
    if (db_.queries.diagnostics(key) != nullptr) db_.queries.invalidate(key);
    const std::int64_t delta = static_cast<std::int64_t>(range.begin) - entry.body_begin;
    if (delta != 0) db_.shift_body(id, delta);
    entry.body_begin = range.begin;
  }

  void collect_nominal(const syntax::Item& item, const syntax::Name& name, std::span<const syntax::TypeParam> params) {
    const std::uint32_t index = identify(item.kind, 0, name.symbol.index, [&] {
      db_.nominals.emplace_back();
      return db_.types.add_nominal({}).index;
    });
    NominalEntry& entry = db_.nominals[index];
    entry.module = id_;
    entry.item = &item;
    entry.alive = true;
    entry.name = name.symbol;
    entry.params = params;
    entry.arity = static_cast<std::uint32_t>(params.size());
    entry.has_bounds = std::ranges::any_of(params, [](const auto& param) { return !param.bounds.empty(); });
    NominalDecl& decl = db_.types.nominal(NominalId(index));
    decl.name = name.symbol;
    decl.module = id_;
    decl.is_pub = item.is_pub;
    decl.is_enum = item.kind == ItemKind::Enum;
    decl.span = db_.span(id_, name.range);
    module_.nominals.push_back(NominalId(index));
    set_placed(QueryKind::NominalText, index, item.range);
    bind(name.symbol, {Entity::Kind::Nominal, index}, item.is_pub);
    mix(entry.arity, entry.has_bounds, 0, 0);
  }

  void collect_variants(const syntax::EnumItem& item, NominalId decl) {
    for (std::uint32_t i = 0; i < item.variants.size(); ++i) {
      const Symbol name = item.variants[i].name.symbol;
      if (!name.valid()) continue;
      module_.variants[name].push_back({Entity::Kind::Variant, decl.index, i});
      mix(decl.index, i, name.index, 7);
    }
  }

  void collect_trait(const syntax::TraitItem& item) {
    const std::uint32_t index = identify(ItemKind::Trait, 0, item.name.symbol.index, [&] {
      db_.traits.emplace_back();
      return db_.types.add_trait({}).index;
    });
    const TraitId id(index);
    {
      TraitEntry& entry = db_.traits[index];
      entry.module = id_;
      entry.item = &item;
      entry.syntax = &item;
      entry.alive = true;
      entry.name = item.name.symbol;
      entry.arity = static_cast<std::uint32_t>(item.type_params.size());
    }
    module_.traits.push_back(id);
    std::vector<FunctionId> methods;
    for (const syntax::FunctionItem* method : item.methods) {
      methods.push_back(collect_function(*method, index + 1, ImplId(), id));
      module_.methods.push_back(methods.back());
      mix(methods.back().index, method->name.symbol.index, index, 3);
    }
    TraitDecl& decl = db_.types.trait(id);
    decl.name = item.name.symbol;
    decl.module = id_;
    decl.is_pub = item.is_pub;
    decl.any_allowed = allows_any(item);
    decl.span = db_.span(id_, item.name.range);
    decl.methods = std::move(methods);
    set_placed(QueryKind::TraitText, index, item.range);
    bind(item.name.symbol, {Entity::Kind::Trait, index}, item.is_pub);
    mix(item.type_params.size(), decl.any_allowed, 0, 0);
  }

  void collect_impl(const syntax::ImplItem& item) {
    syntax::Range header = item.range;
    if (item.target != nullptr) header.end = item.target->range.end;
    const std::uint64_t header_hash = hash_text(text_, header);
    const std::uint32_t index = identify(ItemKind::Impl, 0, header_hash, [&] {
      db_.impls.emplace_back();
      return static_cast<std::uint32_t>(db_.impls.size() - 1);
    });
    ImplEntry& entry = db_.impls[index];
    entry.module = id_;
    entry.item = &item;
    entry.syntax = &item;
    entry.alive = true;
    entry.info.module = id_;
    entry.info.methods.clear();
    module_.impls.push_back(ImplId(index));
    std::uint64_t methods_hash = 0;
    for (const syntax::FunctionItem* method : item.methods) {
      const FunctionId function = collect_function(*method, header_hash, ImplId(index), TraitId());
      db_.impls[index].info.methods.push_back(function);
      module_.methods.push_back(function);
      methods_hash = hash_combine(hash_combine(methods_hash, function.index), method->name.symbol.index);
    }
    set_placed(QueryKind::ImplText, index, header, methods_hash);
  }

  void collect_const(const syntax::ConstItem& item) {
    const std::uint32_t index = identify(ItemKind::Const, 0, item.name.symbol.index, [&] {
      db_.consts.emplace_back();
      return static_cast<std::uint32_t>(db_.consts.size() - 1);
    });
    ConstEntry& entry = db_.consts[index];
    entry.module = id_;
    entry.item = &item;
    entry.syntax = &item;
    entry.alive = true;
    entry.name = item.name.symbol;
    module_.consts.push_back(ConstId(index));
    set_placed(QueryKind::ConstText, index, item.range);
    bind(item.name.symbol, {Entity::Kind::Const, index}, item.is_pub);
  }

  void collect_test(const syntax::TestItem& item) {
    const std::uint32_t index =
        identify(ItemKind::Test, item.is_bench, hash_bytes(item.name), [&] { return db_.new_function().index; });
    FunctionEntry& entry = db_.functions[index];
    entry.module = id_;
    entry.item = &item;
    entry.test = &item;
    entry.alive = true;
    module_.tests.push_back(FunctionId(index));
    set_placed(QueryKind::HeaderText, index, item.name_range);
    set_body_text(FunctionId(index), item.body == nullptr ? item.range : item.body->range);
  }

  void collect_import(const syntax::ImportItem& item) {
    if (item.path.empty()) return;
    ImportEntry entry;
    entry.item = &item;
    entry.name = item.alias.symbol.valid() ? item.alias.symbol : item.path.back().symbol;
    if (!entry.name.valid()) return;
    module_.import_names.try_emplace(entry.name, static_cast<std::uint32_t>(module_.imports.size()));
    for (const syntax::Name& name : item.path) mix(name.symbol.index, entry.name.index, 5, item.is_pub);
    module_.imports.push_back(std::move(entry));
  }

  void collect(const syntax::Item& item) {
    switch (item.kind) {
      case ItemKind::Import: collect_import(static_cast<const syntax::ImportItem&>(item)); break;
      case ItemKind::Function: {
        const auto& function = static_cast<const syntax::FunctionItem&>(item);
        const FunctionId id = collect_function(function, 0, ImplId(), TraitId());
        module_.functions.push_back(id);
        bind(function.name.symbol, {Entity::Kind::Function, id.index}, item.is_pub);
        break;
      }
      case ItemKind::Struct: {
        const auto& decl = static_cast<const syntax::StructItem&>(item);
        collect_nominal(item, decl.name, decl.type_params);
        break;
      }
      case ItemKind::Enum: {
        const auto& decl = static_cast<const syntax::EnumItem&>(item);
        collect_nominal(item, decl.name, decl.type_params);
        collect_variants(decl, module_.nominals.back());
        break;
      }
      case ItemKind::Trait: collect_trait(static_cast<const syntax::TraitItem&>(item)); break;
      case ItemKind::Impl: collect_impl(static_cast<const syntax::ImplItem&>(item)); break;
      case ItemKind::Const: collect_const(static_cast<const syntax::ConstItem&>(item)); break;
      case ItemKind::Test: collect_test(static_cast<const syntax::TestItem&>(item)); break;
      case ItemKind::Actor:
        bind(static_cast<const syntax::ActorItem&>(item).name.symbol, {Entity::Kind::NotYet}, item.is_pub);
        break;
      case ItemKind::Error: break;
    }
  }

  Database& db_;
  ModuleId id_;
  ModuleEntry& module_;
  std::string_view text_;
  std::uint64_t names_hash_ = 0;
};

/// Modules of the library that later builds bring.
bool is_later_module(std::string_view name) {
  constexpr std::string_view kLater[] = {"sql", "http", "actor", "cluster", "monitor", "sandbox"};
  return std::ranges::find(kLater, name) != std::end(kLater);
}

std::string join_path(std::span<const syntax::Name> path, const Interner& names, char separator) {
  std::string out;
  for (const syntax::Name& name : path) {
    if (!out.empty()) out += separator;
    out += names.text(name.symbol);
  }
  return out;
}

}  // namespace

void Database::collect(ModuleId id) { Collector(*this, id).run(); }

ModuleEntry& Database::add_module(std::string name, std::string_view path, ModuleOrigin origin) {
  modules_by_path.emplace(path, ModuleId(modules.size()));
  ModuleEntry& module = modules.emplace_back();
  module.name = std::move(name);
  module.path = path;
  module.origin = origin;
  return module;
}

ModuleId Database::load_module(std::string name, std::string path, ModuleOrigin origin, std::string text) {
  const ModuleId id(modules.size());
  ModuleEntry& module = add_module(std::move(name), path, origin);
  module.file = sources.add(std::move(path), std::move(text));
  module.tree = parse(module);
  collect(id);
  return id;
}

ModuleId Database::load_built_in(std::string name, ModuleOrigin origin, const library::File& file) {
  const ModuleId id(modules.size());
  ModuleEntry& module = add_module(std::move(name), file.path, origin);
  module.is_built_in = true;
  module.file = sources.add_lasting(std::string(file.path), file.text);
  module.tree = std::make_unique<syntax::ParsedFile>();
  module.tree->text = file.text;
  module.tree->file = module.file;
  module.tree->tree = file.tree;
  collect(id);
  return id;
}

/// `Tensor` is a core name, but what it names is large: it is loaded with the first module that speaks of it.
void Database::find_tensor(const ModuleEntry& module) {
  constexpr const char* kPath = "std/tensor.noodle";
  const Symbol name = names.intern("Tensor");
  if (builtin_names.find(name) != builtin_names.end() || !module.tree->text.contains("Tensor")) return;
  const library::File* file = library::find(kPath);
  if (file == nullptr) return;
  const auto known = modules_by_path.find(kPath);
  const ModuleId id =
      known != modules_by_path.end() ? known->second : load_built_in("tensor", ModuleOrigin::Library, *file);
  const auto& items = modules[id.index].items;
  const auto found = items.find(name);
  if (found == items.end()) return;
  builtin_names.emplace(name, found->second);
  types.known.tensor = found->second.nominal();
}

/// What tensors can hold beside what is built in.
void Database::find_complex() {
  const auto module = modules_by_path.find("std/complex.noodle");
  if (module == modules_by_path.end()) return;
  const auto& items = modules[module->second.index].items;
  const auto found = items.find(names.intern("Complex"));
  if (found != items.end() && found->second.kind == Entity::Kind::Nominal) {
    types.known.complex = found->second.nominal();
  }
}

/// Loads what is imported and not there yet, in rounds, so that circles are nothing special.
void Database::follow_imports() {
  // Indices: loading appends modules.
  for (std::size_t m = 0; m < modules.size(); ++m) {
    if (modules[m].origin != ModuleOrigin::Core) find_tensor(modules[m]);
    for (std::size_t i = 0; i < modules[m].imports.size(); ++i) {
      ImportEntry& entry = modules[m].imports[i];
      if (entry.module.valid() || entry.not_in_build) continue;
      const auto& path = entry.item->path;
      if (std::ranges::any_of(path, [](const syntax::Name& part) { return !part.symbol.valid(); })) continue;
      const std::string name = join_path(path, names, '.');
      const std::string file = join_path(path, names, '/') + ".noodle";
      const std::string library_path = "std/" + file;
      const std::string user_path = root + file;
      const auto known = [&](const std::string& at) {
        const auto it = modules_by_path.find(at);
        return it == modules_by_path.end() ? ModuleId() : it->second;
      };
      ModuleId target = known(library_path);
      if (!target.valid()) {
        if (const library::File* text = library::find(library_path)) {
          target = load_built_in(name, ModuleOrigin::Library, *text);
        }
      }
      const bool reserved = target.valid() || is_later_module(name) || name == "core";
      if (reserved && modules[m].origin == ModuleOrigin::User && user_path != modules[main.index].path &&
          loader.load(user_path).has_value()) {
        modules[m].imports[i].reserved = user_path;
      }
      if (!target.valid() && !reserved) {
        target = known(user_path);
        if (!target.valid()) {
          if (auto text = loader.load(user_path)) {
            target = load_module(name, user_path, ModuleOrigin::User, std::move(*text));
          }
        }
      }
      ImportEntry& found = modules[m].imports[i];
      found.module = target;
      found.not_in_build = !target.valid() && is_later_module(name);
    }
  }
  find_complex();
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < impls.size(); ++i) {
    if (impls[i].alive) all = hash_combine(all, i);
  }
  for (std::size_t t = 0; t < traits.size(); ++t) {
    if (traits[t].alive) all = hash_combine(hash_combine(all, t), 5);
  }
  queries.set_input({QueryKind::AllImpls, 0}, all);
}

void Database::load_library() {
  for (const library::File& file : library::files()) {
    constexpr std::string_view kCore = "std/core/";
    if (!file.path.starts_with(kCore)) continue;
    std::string name = "core." + std::string(file.path.substr(kCore.size()));
    name.resize(name.size() - std::string_view(".noodle").size());
    const ModuleId id = load_built_in(std::move(name), ModuleOrigin::Core, file);
    const ModuleEntry& module = modules[id.index];
    for (const auto& [symbol, entity] : module.items) {
      if (is_pub(entity)) core_items.emplace(symbol, entity);
    }
    for (const auto& [symbol, entities] : module.variants) {
      for (const Entity& entity : entities) {
        if (is_pub(entity)) core_variants[symbol].push_back(entity);
      }
    }
  }
  // `fs` is there without an import, but is a module of its own.
  if (const library::File* fs = library::find("std/fs.noodle")) {
    const ModuleId id = load_built_in("fs", ModuleOrigin::Library, *fs);
    core_items.emplace(names.intern("fs"), Entity{Entity::Kind::Module, id.index});
  }
  const auto known = [&](std::string_view name) {
    const auto it = core_items.find(names.intern(name));
    return it == core_items.end() ? Entity{} : it->second;
  };
  const auto nominal = [&](std::string_view name) {
    const Entity entity = known(name);
    return entity.kind == Entity::Kind::Nominal ? entity.nominal() : NominalId();
  };
  const auto trait = [&](std::string_view name) {
    const Entity entity = known(name);
    return entity.kind == Entity::Kind::Trait ? entity.trait() : TraitId();
  };
  auto& k = types.known;
  k.option = nominal("Option");
  k.result = nominal("Result");
  k.range = nominal("Range");
  k.set = nominal("Set");
  k.error = nominal("Error");
  k.duration = nominal("Duration");
  k.size = nominal("Size");
  k.task = nominal("Task");
  k.channel = nominal("Channel");
  k.timed_out = nominal("TimedOut");
  k.ordered = trait("Ordered");
  k.iterator = trait("Iterator");
  k.iterable = trait("Iterable");
  k.from = trait("From");
  k.add = trait("Add");
  k.negate = trait("Negate");
  k.subtract = trait("Subtract");
  k.multiply = trait("Multiply");
  k.divide = trait("Divide");
  k.matmul = trait("MatMul");
  k.index = trait("Index");
  k.index_set = trait("IndexSet");
  k.hashable = trait("Hashable");
  k.show = trait("Show");
  k.number = trait("Number");
  k.real = trait("Real");
}

std::unique_ptr<syntax::ParsedFile> Database::parse(ModuleEntry& module) {
  auto parsed = std::make_unique<syntax::ParsedFile>(
      syntax::parse(names, sources.text(module.file), module.file, module.parse_sink));
  // Only the formatter reads these, and they weigh three times the text.
  std::exchange(parsed->tokens, std::vector<syntax::Token>());
  std::exchange(parsed->comments, std::vector<syntax::Comment>());
  return parsed;
}

void Database::replace_text(source::FileId file, std::string text) {
  ModuleId id;
  for (std::size_t m = 0; m < modules.size(); ++m) {
    if (modules[m].file == file) id = ModuleId(m);
  }
  if (!id.valid()) return;
  queries.next_revision();
  left_to_compare = kMostCompared;
  ModuleEntry& module = modules[id.index];
  sources.replace(file, std::move(text));
  module.is_built_in = false;
  module.parse_sink = source::DiagnosticSink();
  // The old tree lives until collection has compared it with the new one.
  auto tree = std::exchange(module.tree, parse(module));
  collect(id);
  follow_imports();
}

}  // namespace noodle::sema
