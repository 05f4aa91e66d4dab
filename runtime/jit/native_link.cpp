// The linker, LLD, in this process. What a program needs is in two object files: its own, and the runtime with all
// that it was linked with. Besides there is the system's C library, of which the very files are taken that this
// process runs with.

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lld/Common/Driver.h>
#include <llvm/Support/CrashRecoveryContext.h>
#include <llvm/Support/raw_ostream.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "runtime/jit/native_object.h"

LLD_HAS_DRIVER(elf)

namespace noodle::jit {

namespace {

std::string reason() { return std::strerror(errno); }

/// A file in memory, which other code finds by a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : number_(memfd_create("noodle", MFD_CLOEXEC)) {
    while (number_ >= 0 && !bytes.empty()) {
      const ssize_t count = write(number_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    is_whole_ = number_ >= 0;
  }
  ~MemoryFile() {
    if (number_ >= 0) close(number_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  bool is_whole() const { return is_whole_; }
  std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

 private:
  int number_;
  bool is_whole_ = false;
};

/// A file beside the one that it is to become, gone unless it did. Signals that would end the process wait meanwhile:
/// the linker has such a file of its own for a moment.
class Draft {
 public:
  explicit Draft(std::string_view output) : output_(output), path_(output_ + ".XXXXXX") {
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&held, signal);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
    const int file = mkostemp(path_.data(), O_CLOEXEC);
    exists_ = file >= 0;
    if (exists_) close(file);
  }
  ~Draft() {
    if (exists_) unlink(path_.c_str());
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  bool exists() const { return exists_; }
  const std::string& path() const { return path_; }
  bool take_place() {
    if (rename(path_.c_str(), output_.c_str()) != 0) return false;
    exists_ = false;
    return true;
  }

 private:
  const std::string output_;
  std::string path_;
  bool exists_ = false;
  sigset_t before_;
};

/// Where a library lies that this process runs with.
std::string path_of(const char* library) {
  void* opened = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
  if (opened == nullptr) opened = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
  link_map* map = nullptr;
  if (opened == nullptr || dlinfo(opened, RTLD_DI_LINKMAP, &map) != 0) return {};
  return map->l_name;
}

/// Why a path can't be replaced by a file; a device would be gone.
std::string obstacle(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) return {};
  return S_ISDIR(info.st_mode) ? "it is a folder" : "it is no ordinary file";
}

std::string without_newlines(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

std::string link_native(std::string_view object, const NativeRequest& request) {
  const MemoryFile program(object);
  if (!program.is_whole()) return "there is no memory for the compiled program: " + reason();
  const std::string output(request.output), runtime(request.runtime);
  const bool has_all = request.is_library || access(runtime.c_str(), R_OK) == 0;
  if (!has_all) return "can't read the runtime `" + runtime + "`: " + reason();
  const std::string libc = path_of("libc.so.6"), libm = path_of("libm.so.6");
  if (libc.empty() || libm.empty()) return "the C library of this process can't be found";
  if (const std::string why = obstacle(output); !why.empty()) return "can't write `" + output + "`: " + why;
  Draft draft(output);
  if (!draft.exists()) return "can't write `" + output + "`: " + reason();
  const std::string input = program.path();
  std::vector<const char*> words = {"ld.lld",
                                    "-o",
                                    draft.path().c_str(),
                                    "--threads=1",
                                    "--gc-sections",
                                    "--strip-debug",
                                    "--build-id=sha1",
                                    "--hash-style=gnu",
                                    "--eh-frame-hdr",
                                    "-z",
                                    "norelro",
                                    "-z",
                                    "noexecstack"};
  if (request.is_library) {
    words.push_back("-shared");
  } else {
    words.insert(words.end(), {"-no-pie", "--dynamic-linker=/lib64/ld-linux-x86-64.so.2", runtime.c_str()});
  }
  words.insert(words.end(), {input.c_str(), "--as-needed", libm.c_str(), libc.c_str()});
  std::string said;
  llvm::raw_string_ostream stream(said);
  // Else the linker ends the process where it gives up, without a word.
  llvm::CrashRecoveryContext::Enable();
  const lld::Result result = lld::lldMain(words, stream, stream, {{lld::Gnu, &lld::elf::link}});
  stream.flush();
  if (result.retCode != 0) return "can't link `" + output + "`: " + without_newlines(said);
  if (!draft.take_place()) return "can't write `" + output + "`: " + reason();
  return {};
}

}  // namespace noodle::jit

extern "C" __attribute__((visibility("default"))) void noodle_jit_build_native(
    const noodle::jit::NativeRequest& request, void* context, void (*fail)(void* context, std::string_view why)) {
  const auto object = noodle::jit::native_object(request);
  const std::string wrong = object ? noodle::jit::link_native(*object, request) : object.error();
  if (!wrong.empty()) fail(context, wrong);
}
