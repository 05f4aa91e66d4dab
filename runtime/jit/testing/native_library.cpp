#include "runtime/jit/testing/native_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "nbc/verify.h"
#include "nbc/write.h"
#include "runtime/jit/library.h"
#include "runtime/vm/runtime.h"

namespace noodle::jit::testing {

namespace {

/// A file of its own, gone at the end.
class TempFile {
 public:
  TempFile() : path_(std::filesystem::temp_directory_path() / "noodle_native.XXXXXX") {
    const int file = mkstemp(path_.data());
    exists_ = file >= 0;
    if (exists_) close(file);
  }
  ~TempFile() {
    if (exists_) unlink(path_.c_str());
  }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  bool exists() const { return exists_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool exists_ = false;
};

// Compiles as the command does: with a runtime that only loads the module.
std::string build(const nbc::Module& module, const std::string& compiler, const std::string& output) {
  const auto build = open_native(compiler);
  if (!build) return build.error();
  auto verified = nbc::verify(module);
  if (!verified) return "the module is refused";
  world::TestWorld world;
  const auto runtime = vm::Runtime::create({.workers = 1}, world);
  if (runtime == nullptr) return "there is no memory to load the module";
  const auto loaded = runtime->load(std::move(*verified));
  if (!loaded) return loaded.error();
  const std::string bytes = nbc::write(module);
  const NativeRequest request{
      .module = *loaded, .bytes = bytes, .runtime = {}, .output = output, .is_library = true, .options = {}};
  std::string wrong;
  (*build)(request, &wrong, [](void* text, std::string_view why) { static_cast<std::string*>(text)->assign(why); });
  return wrong;
}

}  // namespace

std::expected<std::unique_ptr<NativeLibrary>, std::string> NativeLibrary::make(const nbc::Module& module,
                                                                               const std::string& compiler) {
  const TempFile file;
  if (!file.exists()) return std::unexpected("there is no place for a library: " + file.path());
  if (std::string wrong = build(module, compiler, file.path()); !wrong.empty()) return std::unexpected(wrong);
  void* library = dlopen(file.path().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::unexpected(std::string(dlerror()));
  const auto* program = static_cast<const NativeProgram*>(dlsym(library, "noodle_native_program"));
  std::unique_ptr<NativeLibrary> made(new NativeLibrary(library, program));
  if (program == nullptr) return std::unexpected("the library has no program");
  return made;
}

NativeLibrary::~NativeLibrary() { dlclose(library_); }

}  // namespace noodle::jit::testing
