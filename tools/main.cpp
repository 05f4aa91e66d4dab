#include <csignal>
#include <cstdio>
#include <vector>

#include "tools/verb.h"

int main(int count, char** words) {
  // A reader that went away is an error of the write, not a signal that kills us.
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string_view> arguments(words + (count > 0 ? 1 : 0), words + count);
  const int code = noodle::tools::run_command(arguments);
  // What is left in the buffer may not be writable any more; then nobody is listening.
  std::fflush(stdout);
  return code;
}
