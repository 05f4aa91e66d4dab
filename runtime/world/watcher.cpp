#include "runtime/world/watcher.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

#include "runtime/world/errors.h"

namespace noodle::world {

namespace {

using Kind = FileChange::Kind;

constexpr std::uint32_t kGone = IN_DELETE | IN_MOVED_FROM, kCame = IN_CREATE | IN_MOVED_TO;
constexpr std::uint32_t kEvents = kGone | kCame | IN_MODIFY | IN_ATTRIB | IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr std::uint32_t kEnds = IN_DELETE_SELF | IN_MOVE_SELF;

std::string join(const std::string& folder, std::string_view name) {
  return folder + (folder.ends_with('/') ? "" : "/") + std::string(name);
}

bool is_in(const std::string& path, const std::string& folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

struct Entry {
  std::string name;
  bool is_folder = false;
};

// What is in a folder, by name; nothing when it can't be read, as it is gone or about to be.
std::vector<Entry> entries_of(const std::string& folder) {
  std::vector<Entry> entries;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code unknown;
    const auto type = at->symlink_status(unknown).type();
    entries.push_back({at->path().filename().string(), type == std::filesystem::file_type::directory});
  }
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

}  // namespace

Watcher::~Watcher() {
  if (fd_ >= 0) ::close(fd_);
}

OrError<void> Watcher::start(const std::string& path, bool recursive) {
  struct stat about{};
  if (stat(path.c_str(), &about) != 0) return std::unexpected(describe(errno, path));
  fd_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd_ < 0 && errno == EMFILE) {
    return std::unexpected("too many open files, or watches (fs.inotify.max_user_instances): " + path);
  }
  if (fd_ < 0) return std::unexpected(describe(errno, path));
  path_ = folder_ = path;
  if (!S_ISDIR(about.st_mode)) {
    // Its folder is watched, since what replaces a file is another one under its name.
    const std::filesystem::path whole(path);
    folder_ = whole.has_parent_path() ? whole.parent_path().string() : ".";
    name_ = whole.filename().string();
  }
  recursive_ = recursive && name_.empty();
  return follow(folder_, false);
}

Transfer Watcher::next(FileChange& change) {
  while (changes_.empty()) {
    if (is_over_) return {Io::End, 0, {}};
    if (Transfer got = read_events(); got.io != Io::Done) return got;
  }
  change = std::move(changes_.front());
  changes_.pop_front();
  return {};
}

Transfer Watcher::read_events() {
  alignas(inotify_event) char block[16 * 1024];
  ssize_t size = 0;
  do size = ::read(fd_, block, sizeof block);
  while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) {
    if (!moved_) return {Io::Wait, 0, {}};
    // The halves of a renaming come one right after the other.
    pollfd state{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&state, 1, 1) == 0) end_move();
    return {};
  }
  if (size < 0) return {Io::Failed, 0, describe(errno, path_)};
  for (const char* at = block; at < block + size && !is_over_;) {
    const auto& event = *reinterpret_cast<const inotify_event*>(at);
    take(event);
    at += sizeof event + event.len;
  }
  return {};
}

void Watcher::take(const inotify_event& event) {
  if (moved_ && (event.cookie != moved_->cookie || (event.mask & IN_MOVED_TO) == 0)) end_move();
  if ((event.mask & IN_Q_OVERFLOW) != 0) return look_again();
  const auto folder = folders_.find(event.wd);
  if (folder == folders_.end()) return;
  if ((event.mask & (kEnds | IN_IGNORED)) != 0) {
    // Of those below the first one, the folder around them tells.
    is_over_ = folder->second.path == folder_;
    if (is_over_ && is_there_) tell(Kind::Removed, path_);
    folders_.erase(folder);
    return;
  }
  if (event.len != 0) take_in_folder(event, folder->second);
}

void Watcher::take_in_folder(const inotify_event& event, Folder& folder) {
  if (!name_.empty()) {
    if (name_ == event.name) take_of_file(event.mask);
    return;
  }
  const std::string path = join(folder.path, event.name);
  const bool is_folder = (event.mask & IN_ISDIR) != 0;
  if ((event.mask & kGone) != 0) folder.found.erase(event.name);
  if ((event.mask & IN_DELETE) != 0) return tell(Kind::Removed, path);
  if ((event.mask & IN_MOVED_FROM) != 0) {
    moved_ = {event.cookie, path, is_folder};
  } else if ((event.mask & kCame) == 0) {
    tell(Kind::Changed, path);
  } else if (moved_) {
    const Moved moved = *std::exchange(moved_, std::nullopt);
    tell(Kind::Renamed, moved.path, path);
    if (moved.is_folder) rename(moved.path, path);
  } else if ((event.mask & IN_CREATE) == 0 || folder.found.erase(event.name) == 0) {
    arrive(path, is_folder);
  }
}

void Watcher::take_of_file(std::uint32_t mask) {
  if ((mask & kGone) != 0) {
    if (std::exchange(is_there_, false)) tell(Kind::Removed, path_);
    return;
  }
  const bool is_new = !std::exchange(is_there_, true);
  tell(is_new ? Kind::Created : Kind::Changed, path_);
}

void Watcher::arrive(const std::string& path, bool is_folder) {
  tell(Kind::Created, path);
  if (!is_folder || !recursive_) return;
  if (const auto done = follow(path, true); !done) tell(Kind::Missed, path, done.error());
}

// A change that comes again before anybody has asked for the first is the same one.
void Watcher::tell(Kind kind, std::string path, std::string other) {
  if (kind == Kind::Changed && !changes_.empty()) {
    const FileChange& last = changes_.back();
    if (last.kind == kind && last.path == path) return;
  }
  changes_.push_back({kind, std::move(path), std::move(other)});
}

// The second half doesn't come: it went to where nobody watches.
void Watcher::end_move() {
  const Moved moved = *std::exchange(moved_, std::nullopt);
  tell(Kind::Removed, moved.path);
  if (moved.is_folder) forget(moved.path);
}

// Events were lost, and perhaps those of new folders.
void Watcher::look_again() {
  tell(Kind::Missed, path_, "more happened than the system remembers (fs.inotify.max_queued_events)");
  struct stat about{};
  is_there_ = stat(path_.c_str(), &about) == 0;
  const auto done = follow(folder_, false);
  is_over_ = !done && stat(folder_.c_str(), &about) != 0;
  if (is_over_) return tell(Kind::Removed, path_);
  if (!done) tell(Kind::Missed, path_, done.error());
}

// Watches a folder, and what is below it if that is wanted; tells what is in it if that came before anybody watched.
OrError<void> Watcher::follow(const std::string& path, bool tells) {
  std::vector<std::string> left{path};
  while (!left.empty()) {
    const std::string at = std::move(left.back());
    left.pop_back();
    const auto number = add(at);
    if (!number) return std::unexpected(number.error());
    if (*number < 0 || !recursive_) continue;
    Folder& folder = folders_[*number];
    for (Entry& entry : entries_of(at)) {
      std::string below = join(at, entry.name);
      if (tells) tell(Kind::Created, below);
      if (tells) folder.found.insert(std::move(entry.name));
      if (entry.is_folder) left.push_back(std::move(below));
    }
  }
  return {};
}

// The number of a folder; negative for one that is gone again.
OrError<int> Watcher::add(const std::string& path) {
  const bool is_first = path == folder_;
  const int number = inotify_add_watch(fd_, path.c_str(), kEvents | (is_first ? kEnds : IN_DONT_FOLLOW));
  if (number >= 0) {
    folders_[number].path = path;
  } else if (errno == ENOSPC) {
    return std::unexpected("too many watches (fs.inotify.max_user_watches): " + path);
  } else if (is_first || (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)) {
    return std::unexpected(describe(errno, path));
  }
  return number;
}

void Watcher::forget(const std::string& path) {
  std::erase_if(folders_, [&](const auto& folder) {
    if (!is_in(folder.second.path, path)) return false;
    inotify_rm_watch(fd_, folder.first);
    return true;
  });
}

void Watcher::rename(const std::string& from, const std::string& to) {
  for (auto& [number, folder] : folders_) {
    if (is_in(folder.path, from)) folder.path = to + folder.path.substr(from.size());
  }
}

}  // namespace noodle::world
