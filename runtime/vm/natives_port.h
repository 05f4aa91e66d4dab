#pragma once

// What natives of files, sockets, pipes and processes share. They look blocking; what has to wait parks the
// task, and the native is called again. Errors are values: an empty text is none.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/vm/handles.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

using task::Passed;
using task::Resource;
using task::ResourceKind;
using world::Io;
using world::Transfer;

constexpr std::string_view kTimedOut = "timed out";
constexpr std::string_view kClosed = "it is closed";
constexpr std::int64_t kLookAgain = 5'000'000;  // nanoseconds between two looks at what nothing tells of

inline task::Resources& resources_of(NativeCall& call) { return call.worker.scheduler().resources(); }
inline std::string text_of(const NativeCall& call, std::size_t slot) { return std::string(text_arg(call, slot)); }

/// The resource behind the handle in argument `slot` if it is of this kind, else null: a module that nobody compiled
/// may give any.
inline Resource* resource_of(const NativeCall& call, ResourceKind kind, std::size_t slot = 0) {
  auto* const resource = handle_as<Resource>(call.args[slot]);
  return resource != nullptr && resource->kind == kind ? resource : nullptr;
}

/// Gives that something can't be done: see give_done.
inline NativeStatus give_failure(NativeCall& call, std::string_view why) {
  return give_done(call, std::unexpected(std::string(why)));
}

/// Gives a new handle of a port: (ok, handle, error).
inline NativeStatus give_port(NativeCall& call, ResourceKind kind, const world::OrError<world::Port>& port,
                              std::string address) {
  call.results[0] = call.results[1] = 0;
  if (!port) return call.give_text(port.error(), 2);
  Resource* resource = resources_of(call).open(*call.fiber.task, kind, *port, std::move(address));
  if (resource == nullptr) return NativeStatus::NoMemory;
  call.results[0] = 1;
  call.results[1] = adopt(call.account, resource->handle);
  return call.give_text({}, 2);
}

/// An operation on a port, which stays open meanwhile; perhaps the only one of those that are to be alone.
class Use {
 public:
  Use(NativeCall& call, Resource* resource, bool alone = false) : call_(call), resource_(resource), alone_(alone) {
    if (resource != nullptr) begun_ = resources_of(call).begin(*resource, alone);
  }
  ~Use() {
    if (!begun_.open || begun_.busy) return;
    if (alone_) resources_of(call_).end_turn(call_.worker, *resource_);
    resources_of(call_).end(*resource_);
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  /// Whether the port is open at all.
  explicit operator bool() const { return begun_.open; }
  /// Whether it has not begun, since it is another one's turn.
  bool is_busy() const { return begun_.busy; }
  const task::Begun& begun() const { return begun_; }

 private:
  NativeCall& call_;
  Resource* resource_;
  bool alone_;
  task::Begun begun_;
};

/// What a native waits for at a port.
enum class For : std::uint8_t { Bytes, Room, Turn };

/// What a native keeps from one call to the next.
struct Pending {
  std::int64_t until = -1;
  std::size_t done = 0;        // bytes written
  std::uint32_t news = 0;      // before the operation that has to be tried again
  Resource* opened = nullptr;  // what is no handle, or not yet
  bool waited = false;

  ~Pending() {
    if (opened != nullptr) opened->handle.kind->dispose(&opened->handle);
  }
};

/// One call of a native that may wait so many nanoseconds, or without a limit if that is negative.
class Waiting {
 public:
  Waiting(NativeCall& call, std::int64_t nanos) : call_(call) {
    if (call.fiber.native_data != nullptr) {
      pending_ = std::static_pointer_cast<Pending>(std::move(call.fiber.native_data));
      call.fiber.native_data.reset();
      late_ = pending_->waited && call.fiber.wake == task::Wake::TimedOut && is_over();
      return;
    }
    pending_ = std::make_shared<Pending>();
    if (nanos >= 0) pending_->until = call.world.moment(nanos);
  }
  Pending* operator->() { return pending_.get(); }

  /// Keeps it all for the next call: this one ends without waiting.
  void keep() {
    pending_->waited = false;
    call_.fiber.native_data = pending_;
  }
  /// Waits a moment before an attempt that nothing tells the time for. False: the native is left with `status`.
  bool pause(NativeStatus& status) {
    keep();
    const Passed passed = task::sleep_until(call_.worker, call_.fiber, call_.world.moment(kLookAgain));
    status = passed == Passed::Parked ? NativeStatus::Wait : NativeStatus::Stopped;
    if (passed == Passed::Parked) return false;
    call_.fiber.native_data.reset();
    return passed != Passed::Stopped;
  }

  /// Waits after an attempt that found the port not ready. Nothing: it is to be tried again at once; else
  /// the native is left with that status, or it is too late.
  enum class Then : std::uint8_t { Again, Late, Leave };
  Then wait(Resource& resource, For what, NativeStatus& status) {
    if (late_) return Then::Late;
    pending_->waited = true;
    // Kept before the task parks: from then on another thread may call us again.
    call_.fiber.native_data = pending_;
    const Passed passed = park(resource, what);
    status = passed == Passed::Parked ? NativeStatus::Wait : NativeStatus::Stopped;
    if (passed == Passed::Parked) return Then::Leave;
    call_.fiber.native_data.reset();
    // What came at the last moment still counts.
    late_ = passed == Passed::NotNow;
    return passed == Passed::Stopped ? Then::Leave : Then::Again;
  }

 private:
  bool is_over() const { return pending_->until >= 0 && call_.world.monotonic_nanos() >= pending_->until; }
  Passed park(Resource& resource, For what) {
    task::Resources& resources = resources_of(call_);
    task::Worker& worker = call_.worker;
    const std::int64_t until = pending_->until;
    if (what == For::Turn) return resources.wait_for_turn(worker, call_.fiber, resource, until);
    if (resource.polled) return resources.wait(worker, call_.fiber, resource, what == For::Room, pending_->news, until);
    if (is_over()) return Passed::NotNow;
    const std::int64_t soon = call_.world.moment(kLookAgain);
    return task::sleep_until(worker, call_.fiber, until >= 0 ? std::min(until, soon) : soon);
  }

  NativeCall& call_;
  std::shared_ptr<Pending> pending_;
  bool late_ = false;
};

/// Tries an operation, `operation()`, on a port until it need not wait any more; perhaps alone. Nothing: the native is
/// left with `status`.
template <typename F>
std::optional<Transfer> attempt(NativeCall& call, Waiting& waiting, Resource& resource, For what, NativeStatus& status,
                                F&& operation, bool alone = false) {
  for (;;) {
    Transfer got{Io::Failed, 0, std::string(kClosed)};
    bool busy = false;
    if (const Use use(call, &resource, alone); use.is_busy()) {
      busy = true;
      got.io = Io::Wait;
    } else if (use && what == For::Room && use.begun().write_closed) {
      got.error = "it is closed for writing";
    } else if (use) {
      waiting->news = what == For::Room ? use.begun().write_news : use.begun().read_news;
      got = operation();
    }
    if (got.io != Io::Wait) return got;
    switch (waiting.wait(resource, busy ? For::Turn : what, status)) {
      case Waiting::Then::Again: break;
      case Waiting::Then::Late: return Transfer{Io::Failed, 0, std::string(kTimedOut)};
      case Waiting::Then::Leave: return std::nullopt;
    }
  }
}

}  // namespace noodle::vm
