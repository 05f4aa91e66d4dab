#include "runtime/world/watchers.h"

#include <utility>

#include "runtime/world/watcher.h"

namespace noodle::world {

Watchers::Watchers() = default;
Watchers::~Watchers() = default;

OrError<Port> Watchers::start(const std::string& path, bool recursive) {
  auto watcher = std::make_unique<Watcher>();
  if (const auto started = watcher->start(path, recursive); !started) return std::unexpected(started.error());
  const Port port = watcher->descriptor();
  const Hold hold(lock_);
  open_.emplace(port, std::move(watcher));
  count_.store(open_.size());
  return port;
}

Transfer Watchers::next(Port port, FileChange& change) {
  Watcher* watcher = nullptr;
  {
    const Hold hold(lock_);
    watcher = open_.find(port)->second.get();  // nobody closes it meanwhile
  }
  return watcher->next(change);
}

bool Watchers::close(Port port) {
  if (count_.load(std::memory_order_relaxed) == 0) return false;
  std::unique_ptr<Watcher> closed;  // once it is out of the table: its number may be another's at once
  const Hold hold(lock_);
  const auto at = open_.find(port);
  if (at == open_.end()) return false;
  closed = std::move(at->second);
  open_.erase(at);
  count_.store(open_.size());
  return true;
}

}  // namespace noodle::world
