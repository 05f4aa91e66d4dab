#include "runtime/simulate/watching.h"

#include <algorithm>
#include <utility>

namespace noodle::simulate {

namespace {

using world::FileChange;
using world::Io;
using world::Transfer;
using Kind = FileChange::Kind;

constexpr std::int64_t kLatency = 20'000;  // nanoseconds until a change is told

// What of a path lies below a folder, both normal.
std::optional<std::string> below(const std::string& path, const std::string& folder) {
  if (path == folder) return std::nullopt;
  if (folder == ".") return path.starts_with('/') ? std::nullopt : std::optional(path);
  const std::string front = folder == "/" ? folder : folder + "/";
  return path.starts_with(front) ? std::optional(path.substr(front.size())) : std::nullopt;
}

}  // namespace

FileLock::FileLock(Net& net, Locks& all, Files::Bytes file) : End(net), all(all), file(std::move(file)) {
  all.push_back(this);
}

Transfer FileLock::take(bool to_share) {
  const bool is_free = std::ranges::none_of(all, [&](const FileLock* other) {
    return other != this && other->held && other->file == file && !(to_share && other->shared);
  });
  if (!is_free) return {Io::Wait, 0, {}};
  held = true;
  shared = to_share;
  return {};
}

void FileLock::close() {
  std::erase(all, this);
  if (!held) return;
  for (FileLock* other : all) {
    if (other->file == file) net.tell(*other, true, false);
  }
}

Watching::Watching(Net& net, Watchers& all, std::string path, bool is_file, bool recursive)
    : End(net),
      all(all),
      path_(std::move(path)),
      root_(Files::normal(path_)),
      is_file_(is_file),
      recursive_(recursive) {
  all.push_back(this);
}

void Watching::close() { std::erase(all, this); }

Transfer Watching::next(FileChange& change) {
  if (changes_.empty()) return {is_done_ ? Io::End : Io::Wait, 0, {}};
  change = std::move(changes_.front());
  changes_.pop_front();
  return {};
}

// As whoever watches calls it; nothing for what isn't watched.
std::optional<std::string> Watching::shown(const std::string& path) const {
  const auto rest = below(path, root_);
  if (!rest || (!recursive_ && rest->contains('/'))) return std::nullopt;
  return path_ + (path_.ends_with('/') ? "" : "/") + *rest;
}

void Watching::happened(const FileChange& what) {
  if (is_over_) return;
  if (is_file_) return file_happened(what);
  const bool is_renamed = what.kind == Kind::Renamed;
  if (what.path == root_ && (is_renamed || what.kind == Kind::Removed)) {
    is_over_ = true;
    return arrive_later({Kind::Removed, path_}, true);
  }
  const auto from = shown(what.path), to = is_renamed ? shown(what.other) : std::nullopt;
  if (from && to) return arrive_later({Kind::Renamed, *from, *to});
  if (from) return arrive_later({is_renamed ? Kind::Removed : what.kind, *from});
  if (to) arrive_later({Kind::Created, *to});
}

void Watching::file_happened(const FileChange& what) {
  const bool comes = what.kind == Kind::Renamed && what.other == root_;
  if (comes) return arrive_later({Kind::Changed, path_});
  if (what.path == root_) arrive_later({what.kind == Kind::Renamed ? Kind::Removed : what.kind, path_});
}

// After all that happened before.
void Watching::arrive_later(FileChange change, bool ends) {
  const std::int64_t now = net.time.now();
  if (changes_.size() + coming_ >= kMost && !ends) {
    if (changes_.size() + coming_ > kMost) return;
    change = {Kind::Missed, path_, "more happened than the system remembers"};
  }
  ++coming_;
  latest_ = std::max(latest_, now + net.delay(kLatency, "news of " + path_));
  net.time.after(latest_ - now, [self = weak_from_this(), change = std::move(change), ends] {
    const auto watching = std::static_pointer_cast<Watching>(self.lock());
    if (watching == nullptr) return;
    --watching->coming_;
    watching->changes_.push_back(change);
    watching->is_done_ = ends;
    watching->net.tell(*watching, true, false, ends);
  });
}

}  // namespace noodle::simulate
