#include "embed/program.h"

#include "base/text.h"
#include "embed/kinds.h"
#include "embed/report.h"
#include "tools/execute.h"

namespace noodle::embed {

namespace {

noodle_type type_of(noodle_function& function, nbc::TypeId id) {
  const nbc::Module& module = function.module.module();
  const TypeInfo& type = function.module.types[id];
  const TypeInfo* element = type.kind == Kind::List ? only_leaf(*type.element) : nullptr;
  function.type_names.push_back(nbc::type_name(module, id));
  return {.kind = kind_of(type.kind),
          .element = type.kind == Kind::Tensor ? kind_of(value::element_kind(*type.element))
                     : element == nullptr      ? -1
                                               : kind_of(element->kind),
          .name = function.type_names.back().c_str()};
}

/// The line of an interface that declares a function, or an empty one.
std::string signature_of(std::string_view interface, std::string_view name) {
  const std::string beginning = "fn " + std::string(name) + "(";
  while (!interface.empty()) {
    const std::size_t end = std::min(interface.find('\n'), interface.size());
    const std::string_view line = interface.substr(0, end);
    if (line.starts_with(beginning)) return std::string(line);
    interface.remove_prefix(std::min(end + 1, interface.size()));
  }
  return {};
}

void add_functions(noodle_program& program, Core& core, vm::LoadedModule& loaded) {
  const nbc::Module& module = loaded.module();
  program.interface = module.interface;
  for (const nbc::Export& entry : module.exports) {
    if (entry.kind != nbc::ExportKind::Public) continue;
    const std::string name(module.text(entry.name));
    noodle_function& function = program.functions.emplace_back(noodle_function{.core = core,
                                                                               .module = loaded,
                                                                               .id = entry.function,
                                                                               .name = name,
                                                                               .signature = {},
                                                                               .parameters = {},
                                                                               .results = {},
                                                                               .type_names = {}});
    const nbc::Signature& signature = module.function(entry.function).signature;
    function.signature = signature_of(program.interface, name);
    if (function.signature.empty()) function.signature = "fn " + name + nbc::signature_text(module, signature);
    for (const nbc::Param& param : signature.params) function.parameters.push_back(type_of(function, param.type));
    for (const nbc::TypeId result : signature.results) function.results.push_back(type_of(function, result));
  }
}

noodle_status load(noodle_runtime* runtime, const tools::SourceFile& file, noodle_program** program, char** error) {
  std::string said;
  tools::CompileOptions options;
  options.library = true;
  options.said = &said;
  auto verified = tools::load_program(file, options);
  if (!verified) return fail(error, NOODLE_PROGRAM, said);
  const Inside inside(runtime->core);
  if (runtime->core.has_ended()) return fail(error, NOODLE_USAGE, kEnded);
  const auto loaded = runtime->core.runtime().load(std::move(*verified));
  if (!loaded) return fail(error, NOODLE_PROGRAM, "can't load `" + file.path + "`: " + loaded.error());
  noodle_program& made = runtime->programs.emplace_back();
  made.name = file.path;
  add_functions(made, runtime->core, **loaded);
  *program = &made;
  return done(error);
}

std::string not_found(const noodle_program& program, std::string_view name) {
  std::string text = "`" + program.name + "` has no public function `" + std::string(name) + "`";
  if (program.interface.find("fn " + std::string(name) + "<") != std::string::npos) {
    return text + " without type parameters; write one that calls it with the types that are wanted";
  }
  std::vector<std::string_view> names;
  for (const noodle_function& function : program.functions) names.push_back(function.name);
  if (names.empty()) return text + ", nor any other; write `pub` before `fn`";
  const std::string_view near = nearest(name, names);
  return text + (near.empty() ? "; write `pub` before its `fn`" : "; did you mean `" + std::string(near) + "`?");
}

}  // namespace

}  // namespace noodle::embed

using namespace noodle;
using namespace noodle::embed;

extern "C" {

noodle_status noodle_load(noodle_runtime* runtime, const char* path, noodle_program** program, char** error) {
  if (runtime == nullptr || path == nullptr || program == nullptr) return fail(error, NOODLE_USAGE, kNull);
  auto bytes = tools::read_file(path);
  return load(runtime, {path, bytes ? std::optional(std::move(*bytes)) : std::nullopt}, program, error);
}

noodle_status noodle_compile(noodle_runtime* runtime, const char* name, const char* text, std::size_t bytes,
                             noodle_program** program, char** error) {
  if (runtime == nullptr || name == nullptr || program == nullptr || (text == nullptr && bytes != 0)) {
    return fail(error, NOODLE_USAGE, kNull);
  }
  return load(runtime, {name, std::string(bytes == 0 ? "" : text, bytes)}, program, error);
}

noodle_status noodle_find(const noodle_program* program, const char* name, const noodle_function** function,
                          char** error) {
  if (program == nullptr || name == nullptr || function == nullptr) return fail(error, NOODLE_USAGE, kNull);
  for (const noodle_function& one : program->functions) {
    if (one.name != name) continue;
    *function = &one;
    return done(error);
  }
  return fail(error, NOODLE_USAGE, not_found(*program, name));
}

std::size_t noodle_function_count(const noodle_program* program) { return program->functions.size(); }
const noodle_function* noodle_function_at(const noodle_program* program, std::size_t index) {
  return index < program->functions.size() ? &program->functions[index] : nullptr;
}

const char* noodle_function_name(const noodle_function* function) { return function->name.c_str(); }
const char* noodle_function_signature(const noodle_function* function) { return function->signature.c_str(); }
std::size_t noodle_parameter_count(const noodle_function* function) { return function->parameters.size(); }
const noodle_type* noodle_parameter(const noodle_function* function, std::size_t index) {
  return index < function->parameters.size() ? &function->parameters[index] : nullptr;
}
std::size_t noodle_result_count(const noodle_function* function) { return function->results.size(); }
const noodle_type* noodle_result(const noodle_function* function, std::size_t index) {
  return index < function->results.size() ? &function->results[index] : nullptr;
}

}  // extern "C"
