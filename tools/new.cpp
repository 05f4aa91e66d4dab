#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr std::string_view kMain = R"(/// Says hello to whoever is named on the command line.
fn greeting(name: String) -> String {
    "hello, {name}"
}

fn main() {
    print(greeting(args().first() ?? "world"))
}

test "a greeting names its receiver" {
    expect greeting("Ada") == "hello, Ada"
}
)";

constexpr std::string_view kIgnore = "*.nbc\n";

int fail(const std::string& what) { return refuse("can't make " + what + ": " + std::strerror(errno)); }

/// Writes a file that must not exist yet.
bool write_new(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return false;
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return close(file) == 0 && written;
}

int run(const Arguments& arguments) {
  const std::string folder(arguments.positional[0]);
  if (folder.empty()) return usage_error("a project needs a name");
  if (mkdir(folder.c_str(), 0777) != 0) return fail("the folder `" + folder + "`");
  const std::string main = folder + "/main.noodle";
  const std::string ignore = folder + "/.gitignore";
  if (!write_new(main, kMain)) return fail("`" + main + "`");
  if (!write_new(ignore, kIgnore)) return fail("`" + ignore + "`");
  print_out("made " + main + "\nrun it with: noodle run " + main + "\n");
  return 0;
}

}  // namespace

constinit const Verb kNew = {
    .name = "new",
    .usage = "FOLDER",
    .summary = "start a project in a new folder",
    .details =
        "Makes the folder with a main.noodle that has a function, a `main` and a test.\n"
        "Nothing that exists is ever overwritten.\n",
    .flags = {},
    .fewest = 1,
    .most = 1,
    .run = run,
};

}  // namespace noodle::tools
