#include "runtime/jit/testing/native_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "nbc/verify.h"
#include "runtime/jit/library.h"

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

}  // namespace

std::expected<std::unique_ptr<NativeLibrary>, std::string> NativeLibrary::make(const nbc::Module& module,
                                                                               const std::string& compiler) {
  const TempFile file;
  if (!file.exists()) return std::unexpected("there is no place for a library: " + file.path());
  auto verified = nbc::verify(module);
  if (!verified) return std::unexpected("the module is refused");
  const auto built =
      build_native(compiler, std::move(*verified),
                   {.bytes = {}, .runtime = {}, .output = file.path(), .is_library = true, .options = {}});
  if (!built) return std::unexpected(built.error());
  void* library = dlopen(file.path().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::unexpected(std::string(dlerror()));
  const auto* program = static_cast<const NativeProgram*>(dlsym(library, "noodle_native_program"));
  std::unique_ptr<NativeLibrary> made(new NativeLibrary(library, program));
  if (program == nullptr) return std::unexpected("the library has no program");
  return made;
}

NativeLibrary::~NativeLibrary() { dlclose(library_); }

}  // namespace noodle::jit::testing
