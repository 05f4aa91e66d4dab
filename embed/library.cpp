// What modules of the library have, for those who make functions of it their host's.

#include "embed/report.h"
#include "std/embedded.h"
#include "tools/session.h"

namespace noodle::embed {

namespace {

/// `std/tensor/sets.noodle` as `tensor.sets`.
std::string module_name(std::string_view path) {
  constexpr std::string_view kFolder = "std/", kEnding = ".noodle";
  std::string name(path.substr(kFolder.size(), path.size() - kFolder.size() - kEnding.size()));
  for (char& c : name) c = c == '/' ? '.' : c;
  return name;
}

std::string interface_of(const library::File& file) {
  std::string said;
  tools::CompileOptions options;
  options.said = &said;
  tools::Session session(options);
  session.program.emplace(session.names, session.sources, session.sink, session.loader);
  session.loader.keep(file.path, std::string(file.text));
  return session.program->open(file.path) ? codegen::interface_text(*session.program) : std::string();
}

}  // namespace

}  // namespace noodle::embed

extern "C" noodle_status noodle_library_interface(const char* module, char** interface, char** error) {
  using namespace noodle;
  using namespace noodle::embed;
  if (module == nullptr || interface == nullptr) return fail(error, NOODLE_USAGE, kNull);
  const std::string wanted = module, below = wanted + ".";
  std::string text;
  for (const library::File& file : library::files()) {
    const std::string name = module_name(file.path);
    if (name != wanted && !name.starts_with(below)) continue;
    text += "module " + name + "\n" + interface_of(file);
  }
  if (text.empty()) return fail(error, NOODLE_USAGE, "the library has no module `" + wanted + "`");
  *interface = c_text(text);
  return done(error);
}
