#include "tools/sources.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>

namespace noodle::tools {

namespace {

constexpr std::string_view kSuffix = ".noodle";
constexpr int kDeepest = 100;  // folders in folders

std::string reason() { return std::strerror(errno); }

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};
struct Free {
  void operator()(char* text) const { std::free(text); }
};

/// The names in a folder, without those that begin with a dot.
std::expected<std::vector<std::string>, std::string> names_in(const std::string& path) {
  const std::unique_ptr<DIR, CloseFolder> folder(opendir(path.c_str()));
  if (folder == nullptr) return std::unexpected("can't read `" + path + "`: " + reason());
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(folder.get());
    if (entry == nullptr) break;
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  if (errno != 0) return std::unexpected("can't read `" + path + "`: " + reason());
  std::ranges::sort(names);
  return names;
}

std::expected<void, std::string> walk(const std::string& path, int depth, std::vector<std::string>& files) {
  const auto names = names_in(path);
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    const std::string inner = path.ends_with('/') ? path + name : path + "/" + name;
    struct stat info{};
    // Links to folders are not followed: they may lead back here.
    if (lstat(inner.c_str(), &info) != 0) continue;
    if (S_ISDIR(info.st_mode) && depth < kDeepest) {
      if (auto done = walk(inner, depth + 1, files); !done) return done;
    } else if (name.size() > kSuffix.size() && name.ends_with(kSuffix) && stat(inner.c_str(), &info) == 0 &&
               S_ISREG(info.st_mode)) {
      files.push_back(inner);
    }
  }
  return {};
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

std::expected<std::vector<std::string>, std::string> source_files(std::span<const std::string_view> paths) {
  std::vector<std::string> files;
  for (const std::string_view given : paths) {
    const std::string path(given);
    struct stat info{};
    if (path.find('\0') != std::string::npos || stat(path.c_str(), &info) != 0) {
      return std::unexpected("can't read `" + path + "`: " + reason());
    }
    if (!S_ISDIR(info.st_mode)) {
      files.push_back(path);
    } else if (auto done = walk(path, 0, files); !done) {
      return std::unexpected(done.error());
    }
  }
  std::set<std::string> seen;
  std::erase_if(files, [&](const std::string& file) { return !seen.insert(file).second; });
  return files;
}

std::expected<void, std::string> replace_file(const std::string& path, std::string_view text) {
  const std::unique_ptr<char, Free> real(realpath(path.c_str(), nullptr));
  struct stat info{};
  if (real == nullptr || stat(real.get(), &info) != 0) return std::unexpected(reason());
  if (access(real.get(), W_OK) != 0) return std::unexpected(reason());
  std::string temporary(real.get());
  const std::size_t slash = temporary.rfind('/') + 1;
  temporary = temporary.substr(0, slash) + "." + temporary.substr(slash) + ".XXXXXX";
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return std::unexpected(reason());
  // The new text lies on the disk before the name means it, so that a crash leaves one of the two.
  const bool written = write_all(file, text) && fchmod(file, info.st_mode & 07777) == 0 && fsync(file) == 0;
  const int error = errno;
  const bool closed = close(file) == 0;
  if (written && closed && rename(temporary.c_str(), real.get()) == 0) return {};
  const std::string why = written ? reason() : std::strerror(error);
  unlink(temporary.c_str());
  return std::unexpected(why);
}

}  // namespace noodle::tools
