// Natives of locks on files, and of watches.

#include "base/text.h"
#include "runtime/vm/natives_port.h"

namespace noodle::vm {

namespace {

using Kind = world::FileChange::Kind;

enum class Locked : std::uint8_t { Done, Late, Failed };

// (what became of it, lock, error)
NativeStatus give_lock(NativeCall& call, Locked locked, std::string_view error = {}) {
  call.results[0] = static_cast<std::uint64_t>(locked);
  call.results[1] = 0;
  return call.give_text(error, 2);
}

bool is_text(const world::FileChange& change) {
  return find_invalid_utf8(change.path) == std::string_view::npos &&
         find_invalid_utf8(change.other) == std::string_view::npos;
}

}  // namespace

NativeStatus native_fs_lock(NativeCall& call) {
  const std::string path = text_of(call, 0);
  const bool shared = call.args[2] != 0;
  Waiting waiting(call, int_arg(call, 3));
  NativeStatus status = NativeStatus::Ok;
  for (;;) {
    if (waiting->opened == nullptr) {
      const task::MayBlock section(call.worker, true);
      const auto port = call.world.ports().open_lock(path, shared);
      if (!port) return give_lock(call, Locked::Failed, port.error());
      waiting->opened = resources_of(call).open(*call.fiber.task, ResourceKind::Lock, *port, path);
      if (waiting->opened == nullptr) return NativeStatus::NoMemory;
    }
    Resource& lock = *waiting->opened;
    const auto got = attempt(call, waiting, lock, For::Bytes, status, [&] {
      const task::MayBlock section(call.worker, true);
      return call.world.ports().lock(lock.port, path, shared);
    });
    if (!got) return status;
    if (got->io == Io::Failed)
      return give_lock(call, got->error == kTimedOut ? Locked::Late : Locked::Failed, got->error);
    waiting->opened = nullptr;
    if (got->io == Io::Done) {
      give_lock(call, Locked::Done);
      call.results[1] = adopt(call.account, lock.handle);
      return NativeStatus::Ok;
    }
    lock.handle.kind->dispose(&lock.handle);
  }
}

NativeStatus native_fs_watch(NativeCall& call) {
  const std::string path = text_of(call, 0);
  return give_port(call, ResourceKind::Watch, call.world.ports().watch_files(path, call.args[2] != 0), path);
}

// (what happened, path, new name or reason)
NativeStatus native_watch_next(NativeCall& call) {
  constexpr std::int64_t kEnd = static_cast<std::int64_t>(Kind::Missed) + 1, kFailed = kEnd + 1;
  auto* const watch = resource_of(call, ResourceKind::Watch);
  const auto give = [&](std::int64_t what, std::string_view path, std::string_view other) {
    give_int(call, what);
    if (const NativeStatus gave = call.give_text(path, 1); gave != NativeStatus::Ok) return gave;
    const NativeStatus gave = call.give_text(other, 3);
    if (gave != NativeStatus::Ok) value::release_string(call.account, call.results + 1);
    return gave;
  };
  if (watch == nullptr) return give(kFailed, {}, kClosed);
  Waiting waiting(call, int_arg(call, 1));
  NativeStatus status = NativeStatus::Ok;
  world::FileChange change;
  const auto next = [&] {
    // Of one that follows folders, looking for those in a new one may take long.
    const task::MayBlock section(call.worker, true);
    const Transfer got = call.world.ports().next_change(watch->port, change);
    // What came with it is no news of the world's any more, but for others who wait here.
    if (got.io != Io::Wait) resources_of(call).have_read(call.worker, *watch, false, 0);
    return got;
  };
  for (;;) {
    // Several tasks may wait: each gets something whole.
    const auto got = attempt(call, waiting, *watch, For::Bytes, status, next, true);
    if (!got) return status;
    if (got->io == Io::Failed) return give(kFailed, {}, got->error);
    if (got->io == Io::End) return give(kEnd, {}, {});
    // Like a folder's list, it leaves out names that are no text.
    if (is_text(change)) return give(static_cast<std::int64_t>(change.kind), change.path, change.other);
  }
}

}  // namespace noodle::vm
