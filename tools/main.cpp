#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <vector>

#include "tools/verb.h"

int main(int count, char** words) {
  // A reader that went away is an error of the write, not a signal that kills us.
  std::signal(SIGPIPE, SIG_IGN);
  // Who started us may ignore the end of children; then nobody could learn their exit codes.
  std::signal(SIGCHLD, SIG_DFL);
  std::vector<std::string_view> arguments(words + (count > 0 ? 1 : 0), words + count);
  const int code = noodle::tools::run_command(arguments);
  // When the reader went away nobody is listening, and that is no error; a full disk is one.
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (written || errno == EPIPE || errno == EBADF) return code;
  noodle::tools::print_err("noodle: can't write to standard output: " + std::string(std::strerror(errno)) + "\n");
  return code == 0 ? noodle::tools::kExitErrors : code;
}
