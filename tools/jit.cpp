#include "tools/jit.h"

#include <unistd.h>

#include <climits>
#include <string>

namespace noodle::tools {

namespace {

// The compiler lies in `lib` beside the folder of this command.
std::string library_path() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0) return "libnoodle-jit.so";
  const std::string self(path, static_cast<std::size_t>(length));
  const std::size_t folder = self.rfind('/');
  return self.substr(0, self.rfind('/', folder - 1)) + "/lib/libnoodle-jit.so";
}

}  // namespace

OrExit<JitOptions> jit_options(const Arguments& arguments) {
  JitOptions options;
  options.log = arguments.has(kJitLogFlag.name);
  const auto mode = arguments.value(kJitFlag.name);
  if (!mode || *mode == "on") return options;
  if (*mode == "off") {
    options.mode = jit::Mode::Off;
  } else if (*mode == "always") {
    options.mode = jit::Mode::Always;
  } else {
    print_err("noodle: `--jit` takes off, on or always, not `" + std::string(*mode) + "`\n");
    return std::unexpected(kExitUsage);
  }
  return options;
}

std::unique_ptr<jit::HotTier> make_tier(const JitOptions& options) {
  if (options.mode == jit::Mode::Off) return nullptr;
  jit::TierOptions wanted{.mode = options.mode, .library = library_path(), .log = {}, .cache = {}};
  wanted.cache.folder = jit::cache_folder();
  wanted.cache.warn = [](const std::string& line) { print_err(line + "\n"); };
  if (options.log) wanted.log = [](const std::string& line) { print_err(line + "\n"); };
  return std::make_unique<jit::HotTier>(std::move(wanted));
}

}  // namespace noodle::tools
