#pragma once

// Handles of files, sockets, pipes and processes, and waiting for them.
//
// A resource belongs to the task that opened it, and closes with `close`, its last handle or the end of that
// task, whichever is first. What is in the middle of an operation keeps the port open until it is done, so
// that no number is used again under its feet.

#include <cstdint>
#include <string>
#include <vector>

#include "base/lock.h"
#include "runtime/task/channel.h"
#include "runtime/world/ports.h"

namespace noodle::task {

/// What kind of thing a resource is; natives ask before they treat it as one.
enum class ResourceKind : std::uint8_t { File, Stream, Listener, Udp, Process, Signals, Lock, Watch };

struct Resource {
  memory::HandleObject handle;
  Scheduler* scheduler = nullptr;
  ResourceKind kind = ResourceKind::File;
  bool polled = false;  // it may have to be waited for
  std::uint64_t token = 0;
  world::Port port = world::kNoPort;
  std::string address;               // or path: for messages
  Atomic<std::uint32_t> holders{1};  // all handles together, and who closes it for its task

  Lock lock;  // guards what follows
  bool closed = false;
  bool write_closed = false;  // we have said that nothing more will be sent
  bool alone = false;         // one of the operations has its turn: see `begin`
  std::uint32_t users = 0;    // operations that use the port now
  // Whether it is worth trying; and how often the world has said so.
  bool readable = true, ended = false;
  std::uint32_t read_news = 0, write_news = 0;
  WaitList readers, writers, turns;
  std::int64_t code = 0;  // of a process that has ended
  bool code_known = false;

  // Of the operation that has its turn.
  std::string buffer;         // read, but not yet asked for
  std::size_t buffer_at = 0;  // what of it has been given out

  // Of signals: where they go, and which variant stands for which. The channel outlives that; see `deliver`.
  Channel* channel = nullptr;
  std::vector<int> signals;

  // Guarded by the resources' lock.
  Task* owner = nullptr;
  Resource* next = nullptr;
  Resource* previous = nullptr;
};

extern const memory::HandleObject::Kind kResourceKind;

/// What was known of a port when an operation on it began.
struct Begun {
  bool open = false;
  bool busy = false;  // open, but another operation has its turn
  bool write_closed = false;
  bool readable = false;
  std::uint32_t read_news = 0, write_news = 0;
};

/// All resources of a scheduler, and what the world says of those that are waited for.
class Resources {
 public:
  Resources(Scheduler& scheduler, world::World& world) : scheduler_(scheduler), world_(world) {}
  Resources(const Resources&) = delete;
  Resources& operator=(const Resources&) = delete;

  /// A handle for an open port, which it takes over; null when there is no memory (then the port is closed).
  Resource* open(Task& owner, ResourceKind kind, world::Port port, std::string address);
  /// Closes it; waiting tasks look again. False when it was closed before.
  bool close(Worker* worker, Resource& resource);
  /// Closes what a task that has ended still owns.
  void close_owned(Worker& worker, Task& task);

  /// From now on signals go to a channel, until the channel or its last copy goes, or the resource's task ends:
  /// then both are closed. Nobody has a handle of the resource itself.
  void deliver(Worker& worker, Resource& resource, Channel& channel, std::vector<int> signals);
  /// Closes what delivers to a channel, if it still does.
  void stop_delivering(Worker* worker, Channel& channel);

  /// Begins an operation on the port, if it is open. One that is to be alone has its turn until `end_turn`, and does
  /// not begin while another one has.
  Begun begin(Resource& resource, bool alone = false);
  void end_turn(Worker& worker, Resource& resource);
  void end(Resource& resource);

  /// Waits until it is worth trying again, at most until a moment unless negative. `news` is what
  /// `read_news` or `write_news` was before the operation that found it not ready.
  Passed wait(Worker& worker, Fiber& fiber, Resource& resource, bool writing, std::uint32_t news, std::int64_t until);
  /// The same until another operation's turn ends.
  Passed wait_for_turn(Worker& worker, Fiber& fiber, Resource& resource, std::int64_t until);

  /// Something has been read into the buffer, and perhaps all there was. Other readers look whether that is what they
  /// wait for, which is news. Gives what `read_news` is then; before it was `news`.
  std::uint32_t have_read(Worker& worker, Resource& resource, bool emptied, std::uint32_t news);

  /// Asks the world for news, waiting at most so many nanoseconds unless negative.
  void wait_for(world::PortNews& news, std::int64_t nanos);
  /// Wakes the tasks that waited for it.
  void tell(Worker* worker, const world::PortNews& news);
  bool any_polled() const { return polled_.load() != 0; }
  /// Whether some task waits for what is not another task.
  bool any_waiting() const { return waiting_.load() != 0; }
  /// Whether some task may wait for what the world tells.
  bool any_news_awaited() const { return any_waiting() && any_polled(); }
  void begin_waiting() { waiting_.fetch_add(1); }
  void end_waiting() { waiting_.fetch_sub(1); }
  std::int64_t open_count() const { return open_.load(); }

 private:
  void forget(Resource& resource);
  void close_port(Resource& resource);
  Passed park(Worker& worker, Fiber& fiber, std::int64_t until);
  void take_signals(Worker* worker, Resource& resource);

  Scheduler& scheduler_;
  world::World& world_;
  Atomic<std::uint32_t> polled_{0};
  Atomic<std::uint32_t> waiting_{0};
  Atomic<std::int64_t> open_{0};
  Lock lock_;  // guards the tables and who owns what
  struct Slot {
    Resource* resource = nullptr;
    std::uint32_t generation = 0;
  };
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<Resource*> delivering_;
};

}  // namespace noodle::task
