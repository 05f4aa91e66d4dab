#pragma once

// Channels: bounded queues of messages that tasks wait at. A message goes straight into the registers of a
// task that waits for one, so that whoever is woken has what it was woken for.

#include <cstdint>

#include "base/lock.h"
#include "runtime/task/scheduler.h"

namespace noodle::task {

class Resources;

/// A channel, and what its handles refer to.
struct Channel {
  memory::HandleObject handle;
  const value::TypeInfo* type = nullptr;  // of messages
  Lock lock;                              // guards what follows
  bool closed = false;
  Resources* feeder = nullptr;  // delivers to it, or did
  std::uint64_t capacity = 0;   // in messages
  std::uint64_t count = 0;
  std::uint64_t head = 0;  // of the oldest, counted without end
  std::uint64_t room = 0;  // messages that `ring` has room for: a power of two, grown when needed
  std::uint64_t* ring = nullptr;
  WaitList senders;
  WaitList receivers;

  /// Words a message takes in `ring`: its slots, and how many bytes go with it where that may be any.
  std::uint32_t width() const { return type->slots + (type->counted ? 1 : 0); }
};

/// What became of a send or receive. The first three are what `channel.send` and its kin give.
enum class Passed : std::uint8_t { Done = 0, Closed = 1, NotNow = 2, Parked, Stopped, NoMemory };

/// A new channel; null when there is no memory.
Channel* make_channel(const value::TypeInfo& type, std::uint64_t capacity);

/// The kind of all channels' handles.
extern const memory::HandleObject::Kind kChannelKind;
/// The kind of all tasks' handles.
extern const memory::HandleObject::Kind kTaskKind;

/// Where a message's slots are: registers `slots[list[i]]`.
struct Registers {
  std::uint64_t* slots;
  const std::uint16_t* list;
  std::uint64_t* status = nullptr;
  const void* at = nullptr;  // where the task stands, should it have to wait
  std::int64_t weight = 0;   // bytes that go with the message; see memory::publish
};

/// The common case: there is room and nobody waits, or a message and nobody waits to send. False: nothing has
/// been done. Only for a worker that is alone, so that no lock is needed, and for messages without references.
inline bool send_at_once(Worker& worker, Channel& channel, const std::uint64_t* slots, const std::uint16_t* list,
                         std::uint32_t width) {
  if (!worker.is_solo() || channel.count >= channel.room || channel.count >= channel.capacity) return false;
  if (channel.closed || !channel.receivers.empty()) return false;
  std::uint64_t* to = channel.ring + ((channel.head + channel.count) & (channel.room - 1)) * width;
#pragma clang loop unroll(disable)
  for (std::uint32_t i = 0; i < width; ++i) to[i] = slots[list[i]];
  ++channel.count;
  return true;
}
inline bool receive_at_once(Worker& worker, const Fiber& fiber, Channel& channel, std::uint64_t* slots,
                            const std::uint16_t* list, std::uint32_t width) {
  if (!worker.is_solo() || channel.count == 0 || !channel.senders.empty()) return false;
  if (fiber.inbox_from == &channel.handle) return false;
  const std::uint64_t* from = channel.ring + (channel.head & (channel.room - 1)) * width;
#pragma clang loop unroll(disable)
  for (std::uint32_t i = 0; i < width; ++i) slots[list[i]] = from[i];
  ++channel.head;
  --channel.count;
  return true;
}

/// Sends a published message. Done: it has moved out of the registers.
Passed send(Worker& worker, Fiber& fiber, Channel& channel, const Registers& from, bool wait);
/// Sends a message of one word from outside of any task, if there is room.
void offer(Scheduler& scheduler, Worker* worker, Channel& channel, std::uint64_t word);
/// Receives a message into the registers.
Passed receive(Worker& worker, Fiber& fiber, Channel& channel, const Registers& to, bool wait);
/// Closes a channel: nothing more can be sent; what is in it can still be received.
void close(Scheduler& scheduler, Worker* worker, Channel& channel);

/// Stopped when the fiber goes on because its task was told to stop.
Passed stopped_or(const Fiber& fiber, Passed otherwise);
/// Ends the wait of a fiber that was parked, whatever it waited for.
void end_wait(Scheduler& scheduler, Fiber& fiber);
/// Waits for the end of a task. Done: it has ended.
Passed await(Worker& worker, Fiber& fiber, Task& task, std::int64_t until);
/// Waits for one of several tasks and channels, until a moment unless negative. `count` handles; Done sets
/// `chosen`, NotNow means that the time is over.
Passed select(Worker& worker, Fiber& fiber, memory::HandleObject* const* handles, std::uint32_t count,
              std::int64_t until);
/// Gives back what a fiber keeps from one select to the next.
void forget_selects(Fiber& fiber);
/// Waits until a moment, and whatever ends the wait before it.
Passed sleep_until(Worker& worker, Fiber& fiber, std::int64_t until);

}  // namespace noodle::task
