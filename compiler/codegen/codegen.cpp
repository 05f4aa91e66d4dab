#include "compiler/codegen/codegen.h"

#include "compiler/codegen/emit.h"
#include "compiler/codegen/types.h"
#include "nbc/write.h"

namespace noodle::codegen {

namespace {

class Generator {
 public:
  Generator(nir::Module& module, nir::Layout& layout, const Options& options)
      : module_(module),
        layout_(layout),
        names_(layout.types().names()),
        types_(layout, builder_),
        context_{module, options, builder_, types_, {}, {}, {}, {}},
        options_(options) {}

  std::expected<nbc::Module, std::string> run() {
    declare_natives();
    declare_functions();
    declare_vtables();
    for (std::size_t i = 0; i < module_.functions.size(); ++i) {
      if (auto done = make_function(nir::InstanceId(i)); !done) return std::unexpected(done.error());
    }
    if (auto done = export_all(); !done) return std::unexpected(done.error());
    fill_traits();
    if (!layout_.error().empty()) return std::unexpected(layout_.error());
    if (types_.failed()) return std::unexpected("a type is too large: more than 4096 registers, or nested too deeply");
    nbc::Module& made = builder_.module;
    made.interface = options_.interface;
    for (const auto& [name, body] : options_.generic_bodies) {
      made.generics.push_back({builder_.string(name), body});
    }
    if (options_.sources == nullptr) made.debug = {};
    nbc::add_content_hashes(made);
    return std::move(made);
  }

 private:
  std::expected<void, std::string> make_function(nir::InstanceId id) {
    if (!options_.prepare) return emit_function(context_, id);
    nir::Function& f = module_.function(id);
    if (auto ready = options_.prepare(f); !ready) return ready;
    auto done = emit_function(context_, id);
    f.release_body();
    return done;
  }

  std::string_view text(Symbol symbol) const { return names_.text(symbol); }

  nbc::Signature signature(const std::vector<nir::Param>& params, const std::vector<sema::TypeId>& results) {
    nbc::Signature made;
    for (const nir::Param& p : params) {
      made.params.push_back(types_.param(p.type, p.ownership == nir::Ownership::Owned));
    }
    for (sema::TypeId r : results) made.results.push_back(types_.map(r));
    return made;
  }

  void declare_natives() {
    for (const nir::Native& native : module_.natives) {
      const bool leaf = options_.is_leaf_native != nullptr && options_.is_leaf_native(text(native.name));
      context_.natives.push_back(builder_.native(text(native.name), signature(native.params, native.results), leaf));
    }
  }

  void declare_functions() {
    for (const nir::Function& f : module_.functions) {
      const Symbol name = f.trace_name.valid() ? f.trace_name : f.name;
      context_.functions.push_back(builder_.declare(text(name), signature(f.params, f.results)));
    }
  }

  void declare_vtables() {
    for (const nir::VTable& table : module_.vtables) {
      std::vector<nbc::FunctionId> thunks;
      for (nir::InstanceId id : table.methods) thunks.push_back(context_.functions[id.index]);
      nbc::TypeId concrete = types_.map(table.concrete);
      types_.map(table.any);
      context_.vtables.push_back(builder_.vtable(types_.trait(table.any), concrete, std::move(thunks)));
    }
  }

  /// The methods of every trait that is the subject of an `any`: their signatures are those of the
  /// thunks, else of the calls; a method that is neither provided nor called gets a mere receiver.
  void fill_traits() {
    for (sema::TypeId any : types_.take_new_traits()) {
      const nbc::TraitId id = types_.trait(any);
      const auto& decl = layout_.types().trait(sema::TraitId(layout_.types()[any].index));
      // Behind the trait's own methods there may be one that gives the text.
      std::size_t count = decl.methods.size();
      for (const nir::AnyMethod& method : module_.any_methods)
        if (method.any == any) count = std::max<std::size_t>(count, method.method + 1);
      for (const nir::VTable& table : module_.vtables)
        if (table.any == any) count = std::max(count, table.methods.size());
      std::vector<nbc::Method> methods(count);
      for (std::size_t m = 0; m < methods.size(); ++m) {
        methods[m].name = builder_.string("method " + std::to_string(m));
        methods[m].signature.params.push_back(types_.param(any, false));
      }
      for (const nir::AnyMethod& method : module_.any_methods) {
        if (method.any != any || method.method >= methods.size()) continue;
        methods[method.method] = {builder_.string(text(method.name)), signature(method.params, method.results)};
      }
      for (const nir::VTable& table : module_.vtables) {
        if (table.any != any) continue;
        for (std::size_t m = 0; m < table.methods.size() && m < methods.size(); ++m) {
          const nir::Function& thunk = module_.function(table.methods[m]);
          methods[m].signature = signature(thunk.params, thunk.results);
        }
      }
      builder_.module.traits[id.index].methods = std::move(methods);
    }
  }

  std::expected<void, std::string> export_all() {
    if (module_.main.valid()) {
      auto main = main_function();
      if (!main) return std::unexpected(main.error());
      builder_.export_function(nbc::ExportKind::Main, "main", *main);
    }
    for (const nir::Test& test : module_.tests) {
      const auto kind = test.is_exported ? nbc::ExportKind::Public : nbc::ExportKind::Test;
      builder_.export_function(kind, text(test.name), context_.functions[test.function.index]);
    }
    return {};
  }

  /// Main as the machine wants it: it gives the exit code.
  std::expected<nbc::FunctionId, std::string> main_function() {
    const nir::Function& f = module_.function(module_.main);
    const nbc::FunctionId id = context_.functions[module_.main.index];
    if (f.params.empty() && f.results.size() == 1 && layout_.types().kind(f.results[0]) == sema::TypeKind::I64) {
      return id;
    }
    if (!f.params.empty() || !f.results.empty()) return std::unexpected("`main` has a result that is no exit code");
    const nbc::FunctionId wrapper = builder_.declare("(start)", {{}, {nbc::kI64}});
    nbc::FunctionBuilder code(builder_, wrapper);
    code.call(id, {}, {});
    const std::uint16_t zero = code.reg(nbc::kI64);
    code.integer(zero, 0);
    code.ret({zero});
    code.finish();
    return wrapper;
  }

  nir::Module& module_;
  nir::Layout& layout_;
  Interner& names_;
  nbc::ModuleBuilder builder_;
  Types types_;
  ModuleContext context_;
  const Options& options_;
};

}  // namespace

std::expected<nbc::Module, std::string> generate(nir::Module& module, nir::Layout& layout, const Options& options) {
  return Generator(module, layout, options).run();
}

}  // namespace noodle::codegen
