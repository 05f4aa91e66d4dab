#include "runtime/world/children.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runtime/world/errors.h"

extern char** environ;

namespace noodle::world {

namespace {

/// The pipes to a child: of each, the child's end and ours.
struct Pipes {
  struct Pair {
    int theirs = -1;
    int ours = -1;
  };
  Pair in, out, error;

  Pipes() = default;
  ~Pipes() {
    for (const Pair& pair : {in, out, error}) {
      if (pair.theirs >= 0) ::close(pair.theirs);
      if (pair.ours >= 0) ::close(pair.ours);
    }
  }
  Pipes(const Pipes&) = delete;
  Pipes& operator=(const Pipes&) = delete;

  /// Makes those that are wanted; only our ends never block.
  bool open(const ChildOptions& options) {
    return (!options.pipe_in || make(in, true)) && (!options.pipe_out || make(out, false)) &&
           (!options.pipe_error || make(error, false));
  }

 private:
  static bool make(Pair& pair, bool we_write) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return false;
    pair = we_write ? Pair{ends[0], ends[1]} : Pair{ends[1], ends[0]};
    fcntl(pair.ours, F_SETFL, O_NONBLOCK);
    return true;
  }
};

/// How a child begins: its standard streams, its folder, its signals.
class Beginning {
 public:
  Beginning(const ChildOptions& options, const Pipes& pipes) {
    posix_spawn_file_actions_init(&actions);
    if (options.pipe_in) {
      posix_spawn_file_actions_adddup2(&actions, pipes.in.theirs, 0);
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    }
    if (options.pipe_out) posix_spawn_file_actions_adddup2(&actions, pipes.out.theirs, 1);
    if (options.pipe_error) posix_spawn_file_actions_adddup2(&actions, pipes.error.theirs, 2);
    if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
    // What we ignore and block is our own affair.
    posix_spawnattr_init(&attributes);
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &set);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Beginning() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

// Why a program could not be started: the system doesn't tell which of two names it did not find.
std::string reason(int error, const ChildOptions& options) {
  struct stat about{};
  if (!options.folder.empty() && stat(options.folder.c_str(), &about) != 0) return describe(errno, options.folder);
  if (!options.folder.empty() && !S_ISDIR(about.st_mode)) return describe(ENOTDIR, options.folder);
  return error == ENOENT ? "no such program: " + options.command[0] : describe(error, options.command[0]);
}

// What is known of a child: 1 when it has ended, 0 when it hasn't, -1 when it isn't ours to ask for any more.
int ask(Port process, siginfo_t& info) {
  info.si_pid = 0;
  if (waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(process), &info, WEXITED | WNOHANG) < 0) return -1;
  return info.si_pid != 0 ? 1 : 0;
}

}  // namespace

Children::~Children() {
  for (const Port orphan : orphans_) ::close(orphan);
}

// With the lock held: asks for the orphans that have ended.
void Children::bury() {
  std::erase_if(orphans_, [](Port orphan) {
    siginfo_t info{};
    if (ask(orphan, info) == 0) return false;
    ::close(orphan);
    return true;
  });
}

OrError<Child> Children::start(const ChildOptions& options) {
  if (options.command.empty() || options.command[0].empty()) return std::unexpected("a command needs a program");
  Pipes pipes;
  if (!pipes.open(options)) return std::unexpected(describe(errno, "making a pipe"));
  std::vector<char*> words;
  for (const std::string& word : options.command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t pid = 0;
  const Beginning beginning(options, pipes);
  const int failed = posix_spawnp(&pid, words[0], &beginning.actions, &beginning.attributes, words.data(), environ);
  if (failed != 0) return std::unexpected(reason(failed, options));
  Child child;
  child.process = static_cast<Port>(syscall(SYS_pidfd_open, pid, 0));
  if (child.process < 0) {
    const int error = errno;
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return std::unexpected(describe(error, options.command[0]));
  }
  child.in = std::exchange(pipes.in.ours, -1);
  child.out = std::exchange(pipes.out.ours, -1);
  child.error = std::exchange(pipes.error.ours, -1);
  const Hold hold(lock_);
  bury();
  open_.push_back(child.process);
  count_.store(open_.size());
  return child;
}

Transfer Children::code(Port process, std::int64_t& code) {
  siginfo_t info{};
  switch (ask(process, info)) {
    case 0: return {Io::Wait, 0, {}};
    case 1: code = info.si_code == CLD_EXITED ? info.si_status : -info.si_status; return {Io::Done, 0, {}};
    default: return {Io::Failed, 0, describe(errno, "waiting for a process")};
  }
}

OrError<void> Children::signal(Port process, int signal) {
  if (syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0) == 0) return {};
  if (errno == ESRCH) return std::unexpected("the process has ended");
  return std::unexpected(describe(errno, "sending a signal"));
}

bool Children::close(Port process) {
  if (count_.load(std::memory_order_relaxed) == 0) return false;
  const Hold hold(lock_);
  const auto at = std::ranges::find(open_, process);
  if (at == open_.end()) return false;
  open_.erase(at);
  count_.store(open_.size());
  orphans_.push_back(process);
  bury();
  return true;
}

}  // namespace noodle::world
