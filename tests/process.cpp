#include "tests/process.h"

#include <csignal>

#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace noodle::tests {

namespace {

/// A file in memory: unlike a pipe it takes any amount without a reader.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("noodle-test", MFD_CLOEXEC)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }
  int fd() const { return fd_; }
  void fill(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = write(fd_, text.data(), text.size());
      if (count <= 0) break;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    lseek(fd_, 0, SEEK_SET);
  }
  std::string contents() const {
    std::string text;
    char buffer[65536];
    for (off_t at = 0;;) {
      const ssize_t count = pread(fd_, buffer, sizeof buffer, at);
      if (count <= 0) return text;
      text.append(buffer, static_cast<std::size_t>(count));
      at += count;
    }
  }

 private:
  int fd_;
};

}  // namespace

ProcessResult run_process(const std::vector<std::string>& words, const std::string& folder, std::string_view input,
                          int seconds) {
  MemoryFile in, out, err;
  in.fill(input);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.fd(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.fd(), 1);
  posix_spawn_file_actions_adddup2(&actions, err.fd(), 2);
  if (!folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ProcessResult result;
  pid_t child = 0;
  const int failed = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    result.err = "can't start " + words[0] + "\n";
    return result;
  }
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  pollfd waiting{handle, POLLIN, 0};
  if (poll(&waiting, 1, seconds * 1000) == 0) {
    result.timed_out = true;
    kill(child, SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  close(handle);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.out = out.contents();
  result.err = err.contents();
  return result;
}

}  // namespace noodle::tests
