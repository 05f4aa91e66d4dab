#include "runtime/jit/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

#include "base/hash.h"

namespace noodle::jit {

/// An open file, closed with this object.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

namespace {

constexpr std::size_t kNameLength = 32;
constexpr std::string_view kNewSuffix = ".new";  // of a file that is being written
constexpr std::time_t kAbandoned = 600;          // seconds after which nobody writes it any more
constexpr mode_t kPermissions = 07777;

std::string name_of(std::string_view key) {
  const Hash128 hash = hash128_bytes(key);
  std::string name;
  for (const std::uint64_t half : {hash.high, hash.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) name += "0123456789abcdef"[half >> shift & 15];
  }
  return name;
}

bool is_name(std::string_view name) {
  return name.size() == kNameLength && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_new_name(std::string_view name) {
  return name.size() > kNameLength && is_name(name.substr(0, kNameLength)) && name.ends_with(kNewSuffix);
}

// What forbids to trust it; nothing when it is as it should be.
std::string distrust(const struct stat& found, mode_t mode) {
  if (found.st_uid != geteuid()) return "belongs to user " + std::to_string(found.st_uid);
  if ((found.st_mode & kPermissions) == mode) return {};
  char text[8];
  std::snprintf(text, sizeof text, "%04o", found.st_mode & kPermissions);
  return "has mode " + std::string(text) + ", not " + (mode == 0700 ? "0700" : "0600");
}

std::string errno_text(int error) {
  if (error == ELOOP) return "is a link";
  if (error == ENOTDIR) return "is a link, or no folder";
  char buffer[128];
  return "can't be used: " + std::string(strerror_r(error, buffer, sizeof buffer));
}

// Whether something else lies where a folder or file should be.
bool is_misleading(int error) { return error == ELOOP || error == ENOTDIR; }

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Of a file to be renamed to `name`. By chance, since processes of two containers can have the same number.
std::string new_name(const std::string& name) {
  std::uint64_t chance = 0;
  if (getrandom(&chance, sizeof chance, 0) != sizeof chance) return {};
  return name + "." + std::to_string(chance) + std::string(kNewSuffix);
}

std::string from_environment(const char* name, const char* below) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value != '/') return {};
  return std::string(value) + below;
}

}  // namespace

std::string cache_folder() {
  if (getuid() != geteuid() || getgid() != getegid() || getauxval(AT_SECURE) != 0) return {};
  if (const char* chosen = std::getenv("NOODLE_CACHE"); chosen != nullptr && *chosen != '\0') {
    return std::strcmp(chosen, "off") == 0 ? std::string() : std::string(chosen);
  }
  const std::string folder = from_environment("XDG_CACHE_HOME", "/noodle");
  return folder.empty() ? from_environment("HOME", "/.cache/noodle") : folder;
}

bool Cache::give_up(const std::string& what) {
  trouble_ = what;
  return false;
}

bool Cache::refuse(const std::string& what) {
  if (!warned_ && options_.warn) options_.warn("noodle: the code cache: " + what);
  warned_ = true;
  return give_up(what);
}

// The folder around it may be reached through links; it itself may not, and is looked at once it is open.
bool Cache::open_folder(bool make, Descriptor& folder) {
  if (off_ || options_.folder.empty()) return false;
  std::string path = options_.folder;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::size_t slash = path.rfind('/');
  const std::string around = slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (make) mkdir(around.c_str(), 0700);
  const Descriptor parent(open(around.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (make && parent.is_open()) mkdirat(parent.get(), name.c_str(), 0700);
  folder = Descriptor(
      parent.is_open() ? openat(parent.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC) : -1);
  const int error = errno;
  struct stat found{};
  const bool known = folder.is_open() && fstat(folder.get(), &found) == 0;
  const std::string wrong = known ? distrust(found, 0700) : errno_text(error);
  if (wrong.empty()) return true;
  const std::string told = "`" + options_.folder + "` is not used, since it " + wrong;
  if (!known && !is_misleading(error)) return give_up(told);
  off_ = true;
  return refuse(told);
}

// Without waiting, even for a pipe that lies there.
bool Cache::read(const Descriptor& folder, const std::string& name, std::string& bytes) {
  const std::string path = "`" + options_.folder + "/" + name + "`";
  const Descriptor file(openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) {
    const int error = errno;
    const std::string told = path + " " + errno_text(error);
    return is_misleading(error) ? refuse(told) : give_up(told);
  }
  struct stat found{};
  if (fstat(file.get(), &found) != 0) return give_up(path + " " + errno_text(errno));
  if (!S_ISREG(found.st_mode)) return refuse(path + " is no file");
  if (const std::string wrong = distrust(found, 0600); !wrong.empty()) {
    return refuse(path + " is not used, since it " + wrong);
  }
  const auto size = static_cast<std::uint64_t>(found.st_size);
  if (size > options_.most_bytes) return refuse(path + " is larger than all together may be");
  bytes.resize(size);
  std::size_t at = 0;
  while (at < size) {
    const ssize_t count = pread(file.get(), bytes.data() + at, size - at, static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    at += static_cast<std::size_t>(count);
  }
  bytes.resize(at);
  futimens(file.get(), nullptr);
  return true;
}

std::vector<KeptImage> Cache::load_from(const Descriptor& folder, std::string_view key) {
  const std::string name = name_of(key);
  std::string bytes;
  if (!read(folder, name, bytes)) return {};
  auto images = read_entry(bytes, key);
  if (images) return std::move(*images);
  refuse("`" + options_.folder + "/" + name + "` is damaged, and will be replaced");
  return {};
}

std::vector<KeptImage> Cache::load(std::string_view key) {
  Descriptor folder;
  if (!open_folder(false, folder)) return {};
  return load_from(folder, key);
}

bool Cache::add(std::string_view key, const std::vector<KeptImage>& images) {
  Descriptor folder;
  if (!open_folder(true, folder)) return false;
  // Another process may have kept some meanwhile.
  std::vector<KeptImage> all = load_from(folder, key);
  for (const KeptImage& image : images) {
    if (std::ranges::any_of(all, [&](const KeptImage& other) { return other.serves_as(image); })) continue;
    std::erase_if(all, [&](const KeptImage& other) { return image.serves_as(other); });
    all.push_back(image);
  }
  const std::string bytes = write_entry(key, all);
  if (bytes.size() > options_.most_bytes) return give_up("the code is larger than all together may be");
  const std::string name = name_of(key);
  if (!replace(folder, name, bytes)) return false;
  evict(folder, name);
  return true;
}

// Whoever opens the name finds the old file or the new one, whole.
bool Cache::replace(const Descriptor& folder, const std::string& name, std::string_view bytes) {
  const std::string fresh = new_name(name);
  const Descriptor file(
      openat(folder.get(), fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  const bool done = file.is_open() && write_all(file.get(), bytes) &&
                    renameat(folder.get(), fresh.c_str(), folder.get(), name.c_str()) == 0;
  if (done) return true;
  const int error = errno;
  if (file.is_open()) unlinkat(folder.get(), fresh.c_str(), 0);
  return give_up("a file in `" + options_.folder + "` " + errno_text(error));
}

// Removes what was used longest ago until the rest fits, and what killed processes have left half-written.
void Cache::evict(const Descriptor& folder, const std::string& keep) {
  struct File {
    std::string name;
    timespec used;
    std::uint64_t bytes;
  };
  const int again = openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* list = again >= 0 ? fdopendir(again) : nullptr;
  if (list == nullptr) {
    if (again >= 0) close(again);
    return;
  }
  std::vector<File> files;
  std::uint64_t total = 0;
  while (const dirent* entry = readdir(list)) {
    const std::string name = entry->d_name;
    struct stat found{};
    if (!is_name(name) && !is_new_name(name)) continue;
    if (fstatat(folder.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (is_new_name(name)) {
      if (found.st_mtim.tv_sec + kAbandoned < std::time(nullptr)) unlinkat(folder.get(), name.c_str(), 0);
      continue;
    }
    total += static_cast<std::uint64_t>(found.st_size);
    if (name != keep) files.push_back({name, found.st_mtim, static_cast<std::uint64_t>(found.st_size)});
  }
  closedir(list);
  std::ranges::sort(files, [](const File& a, const File& b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  for (const File& file : files) {
    if (total <= options_.most_bytes) return;
    if (unlinkat(folder.get(), file.name.c_str(), 0) == 0) total -= file.bytes;
  }
}

}  // namespace noodle::jit
