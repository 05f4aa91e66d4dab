#include "tools/jit.h"

#include <string>
#include <vector>

#include "base/text.h"
#include "runtime/jit/library.h"
#include "runtime/jit/tier.h"
#include "tools/folders.h"
#include "tools/native_listing.h"

namespace noodle::tools {

namespace {

constexpr const char* kCompiler = "libnoodle-jit.so";

/// The functions of a name; says which one may be meant when there is none.
OrExit<std::vector<std::uint32_t>> functions_named(const nbc::Module& module, std::string_view name) {
  std::vector<std::uint32_t> found;
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; i < module.functions.size(); ++i) {
    names.push_back(module.text(module.functions[i].name));
    if (names.back() == name) found.push_back(i);
  }
  if (!found.empty()) return found;
  const std::string_view near = nearest(name, names);
  const std::string also =
      near.empty() ? "; a small one is part of those that call it" : "; did you mean `" + std::string(near) + "`?";
  return std::unexpected(refuse("the program has no function `" + std::string(name) + "`" + also));
}

/// The seed of `mixed` or `mixed:SEED`; nothing when it is neither.
std::optional<std::uint64_t> mixing_seed(std::string_view mode) {
  constexpr std::string_view kMixed = "mixed";
  if (!mode.starts_with(kMixed)) return std::nullopt;
  mode.remove_prefix(kMixed.size());
  if (mode.empty()) return 0;
  return mode.front() == ':' ? whole_number(mode.substr(1)) : std::nullopt;
}

/// One function's machine code.
OrExit<std::string> native_function(jit::Compile compile, const vm::LoadedModule& module, std::uint32_t function) {
  struct Made {
    std::string assembly, trouble;
  } made;
  const jit::Request request{
      .module = &module, .function = function, .loops = {}, .apart = {}, .made = {}, .listing = true, .is_kept = false};
  compile(request, &made, [](void* context, const jit::Image& image) {
    auto& made = *static_cast<Made*>(context);
    made.assembly.assign(reinterpret_cast<const char*>(image.bytes.data()), image.bytes.size());
    made.trouble = image.trouble;
  });
  if (made.assembly.empty()) return std::unexpected(refuse("the function is never compiled: " + made.trouble));
  return native_listing(module, function, made.assembly);
}

}  // namespace

std::string library_path(const std::string& name) { return library_folder() + "/" + name; }

OrExit<std::string> native_code(nbc::VerifiedModule program, std::string_view function) {
  const auto functions = functions_named(program.module(), function);
  if (!functions) return std::unexpected(functions.error());
  const auto compile = open_compiler();
  if (!compile) return std::unexpected(refuse("there is no machine code without the compiler: " + compile.error()));
  const auto world = world::make_real_world({});
  const auto runtime = vm::Runtime::create(vm::Options{.workers = 1, .only_loads = true}, *world);
  if (runtime == nullptr) return std::unexpected(refuse("there is no memory to load the program"));
  const auto loaded = runtime->load(std::move(program));
  if (!loaded) return std::unexpected(refuse(loaded.error()));
  std::string all;
  for (const std::uint32_t id : *functions) {
    auto text = native_function(*compile, **loaded, id);
    if (!text) return text;
    all += (all.empty() ? "" : "\n") + *text;
  }
  return all;
}

std::optional<JitOptions> jit_options(std::string_view mode) {
  JitOptions options;
  if (mode == "off") {
    options.mode = jit::Mode::Off;
  } else if (mode == "always") {
    options.mode = jit::Mode::Always;
  } else if (const auto seed = mixing_seed(mode)) {
    options.mode = jit::Mode::Mixed;
    options.seed = *seed;
  } else if (mode != "on") {
    return std::nullopt;
  }
  return options;
}

OrExit<JitOptions> jit_options(const Arguments& arguments) {
  const std::string_view mode = arguments.value(kJitFlag.name).value_or("on");
  auto options = jit_options(mode);
  if (!options) {
    return std::unexpected(usage_error("`--jit` takes off, on, always, or mixed with a seed such as mixed:7, not `" +
                                       std::string(mode) + "`"));
  }
  options->log = arguments.has(kJitLogFlag.name);
  options->perf = arguments.has(kPerfFlag.name);
  return *options;
}

std::expected<jit::Compile, std::string> open_compiler() { return jit::open_library(library_path(kCompiler)); }

std::unique_ptr<jit::HotTier> make_tier(const JitOptions& options) {
  if (options.mode == jit::Mode::Off) return nullptr;
  jit::TierOptions wanted;
  wanted.mode = options.mode;
  wanted.library = library_path(kCompiler);
  wanted.compile = options.compile;
  wanted.seed = options.seed;
  wanted.cache.folder = jit::cache_folder();
  wanted.cache.warn = [](const std::string& line) { print_err(line + "\n"); };
  if (options.log) wanted.log = [](const std::string& line) { print_err(line + "\n"); };
  if (options.perf) {
    wanted.perf = std::make_unique<jit::PerfMap>();
    wanted.perf_dump = std::make_unique<jit::PerfDump>();
    const auto complain = [](const std::string& path, const std::string& trouble) {
      if (!trouble.empty()) refuse("can't write " + path + ": " + trouble);
    };
    complain(jit::PerfMap::path(), wanted.perf->open());
    complain(jit::PerfDump::path(), wanted.perf_dump->open());
  }
  return std::make_unique<jit::HotTier>(std::move(wanted));
}

}  // namespace noodle::tools
