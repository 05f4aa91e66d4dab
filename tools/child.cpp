#include "tools/child.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace noodle::tools {

namespace {

/// A file without a name, for what a child writes: so neither of its streams can fill up.
struct Scratch {
  std::FILE* file = std::tmpfile();
  ~Scratch() {
    if (file != nullptr) std::fclose(file);
  }
  std::string text() const {
    std::string all;
    std::rewind(file);
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, file)) != 0;) all.append(buffer, n);
    return all;
  }
};

}  // namespace

std::expected<int, int> run_child(const std::vector<std::string>& words, const posix_spawn_file_actions_t* actions) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, arguments[0], actions, nullptr, arguments.data(), environ);
  if (failed != 0) return std::unexpected(failed);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::expected<std::string, std::string> output_of(const std::vector<std::string>& words) {
  const Scratch out, err;
  if (out.file == nullptr || err.file == nullptr) return std::unexpected(std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, fileno(out.file), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(err.file), STDERR_FILENO);
  const auto status = run_child(words, &actions);
  posix_spawn_file_actions_destroy(&actions);
  if (!status) return std::unexpected("can't run `" + words[0] + "`: " + std::strerror(status.error()));
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return out.text();
  std::string why = err.text();
  while (why.ends_with('\n')) why.pop_back();
  return std::unexpected("`" + words[0] + "` failed: " + why);
}

}  // namespace noodle::tools
