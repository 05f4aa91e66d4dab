#include "runtime/task/channel.h"

#include <algorithm>
#include <new>
#include <utility>

#include "runtime/memory/memory.h"
#include "runtime/task/resource.h"

namespace noodle::task {

namespace {

constexpr std::uint64_t kFirstRoom = 8;

/// Holds a lock for a block, if there may be another worker to keep away.
class HoldShared {
 public:
  HoldShared(Worker& worker, Lock& lock) : lock_(worker.is_solo() ? nullptr : &lock) {
    if (lock_ != nullptr) lock.lock();
  }
  ~HoldShared() {
    if (lock_ != nullptr) lock_->unlock();
  }
  HoldShared(const HoldShared&) = delete;
  HoldShared& operator=(const HoldShared&) = delete;

 private:
  Lock* lock_;
};

Channel& channel_of(memory::HandleObject* handle) { return *reinterpret_cast<Channel*>(handle); }

std::uint64_t* message(Channel& channel, std::uint64_t index) {
  return channel.ring + ((channel.head + index) & (channel.room - 1)) * channel.width();
}

bool make_room(Channel& channel) {
  if (channel.count < channel.room) return true;
  const std::uint32_t slots = channel.width();
  const std::uint64_t room = std::max(kFirstRoom, channel.room * 2);
  if (slots != 0) {
    auto* ring = static_cast<std::uint64_t*>(memory::raw_allocate(room * slots * 8));
    if (ring == nullptr) return false;
    for (std::uint64_t i = 0; i < channel.count; ++i) std::copy_n(message(channel, i), slots, ring + i * slots);
    memory::raw_free(channel.ring);
    channel.ring = ring;
  }
  channel.head = 0;
  channel.room = room;
  return true;
}

void gather(std::uint64_t* to, const Registers& from, std::uint32_t slots) {
  for (std::uint32_t i = 0; i < slots; ++i) to[i] = from.slots[from.list[i]];
}
void scatter(const Registers& to, const std::uint64_t* from, std::uint32_t slots) {
  for (std::uint32_t i = 0; i < slots; ++i) to.slots[to.list[i]] = from[i];
}
void move(const Registers& to, const Registers& from, std::uint32_t slots) {
  for (std::uint32_t i = 0; i < slots; ++i) to.slots[to.list[i]] = from.slots[from.list[i]];
}

// Puts a message that its sender has put down behind the others.
void append(Channel& channel, const Registers& from) {
  std::uint64_t* to = message(channel, channel.count++);
  gather(to, from, channel.type->slots);
  if (channel.type->counted) to[channel.type->slots] = static_cast<std::uint64_t>(from.weight);
}

Registers registers_of(const Fiber& fiber) {
  return {.slots = fiber.slots, .list = fiber.list, .status = fiber.status, .weight = fiber.weight};
}

std::int64_t channel_children(memory::HandleObject* handle, void* context, void (*visit)(void*, memory::Object*)) {
  Channel& channel = channel_of(handle);
  std::int64_t weight = 0;
  for (std::uint64_t i = 0; i < channel.count && channel.type->counted; ++i) {
    weight += static_cast<std::int64_t>(message(channel, i)[channel.type->slots]);
    memory::for_each_child(channel.type->slot_fields, reinterpret_cast<const std::byte*>(message(channel, i)),
                           [&](memory::Object* object) { visit(context, object); });
  }
  channel.count = 0;
  return weight;
}

void dispose_channel(memory::HandleObject* handle) {
  Channel& channel = channel_of(handle);
  if (channel.feeder != nullptr) channel.feeder->stop_delivering(nullptr, channel);
  memory::raw_free(channel.ring);
  channel.~Channel();
  memory::raw_free(handle);
}

}  // namespace

Passed stopped_or(const Fiber& fiber, Passed otherwise) {
  switch (fiber.wake) {
    case Wake::Cancelled:
    case Wake::ScopeFailed:
    case Wake::Deadlock: return Passed::Stopped;
    default: return otherwise;
  }
}

const memory::HandleObject::Kind kChannelKind{"channel", channel_children, dispose_channel};

Channel* make_channel(const value::TypeInfo& type, std::uint64_t capacity) {
  void* at = memory::raw_allocate(sizeof(Channel));
  if (at == nullptr) return nullptr;
  auto* channel = new (at) Channel;
  channel->type = &type;
  channel->capacity = capacity;
  channel->handle.kind = &kChannelKind;
  return channel;
}

namespace {

// Gives a message to a fiber that was claimed for it.
void hand_over(Channel& channel, Fiber& receiver, std::uint32_t index, const Registers& from) {
  if (receiver.selecting) {
    receiver.chosen = index;
    gather(receiver.inbox, from, channel.type->slots);
    receiver.inbox_from = &channel.handle;
    receiver.inbox_type = channel.type;
  } else {
    move(registers_of(receiver), from, channel.type->slots);
    *receiver.status = 0;
  }
  receiver.task->held += from.weight;
}

// With the channel's lock held: lets the fiber wait in `list`, its registers where the other side finds them.
void wait_at(Fiber& fiber, const Registers& registers, WaitList& list, Lock& lock, const char* what) {
  fiber.at = registers.at;
  fiber.frame = registers.slots;
  fiber.slots = registers.slots;
  fiber.list = registers.list;
  fiber.status = registers.status;
  fiber.weight = registers.weight;
  Scheduler::begin_wait(fiber, what);
  Scheduler::enlist(fiber, fiber.waiter, list, lock);
}

}  // namespace

void offer(Scheduler& scheduler, Worker* worker, Channel& channel, std::uint64_t word) {
  const std::uint16_t first = 0;
  const Registers from{.slots = &word, .list = &first};
  const Hold hold(channel.lock);
  if (channel.closed) return;
  std::uint32_t was = 0, index = 0;
  if (Fiber* receiver = Scheduler::claim_first(channel.receivers, Wake::Done, was, &index)) {
    hand_over(channel, *receiver, index, from);
    return scheduler.complete(worker, *receiver, was);
  }
  if (channel.count == channel.capacity || !make_room(channel)) return;
  append(channel, from);
}

Passed send(Worker& worker, Fiber& fiber, Channel& channel, const Registers& from, bool wait) {
  Scheduler& scheduler = worker.scheduler();
  Fiber* receiver = nullptr;
  std::uint32_t was = 0, index = 0;
  {
    const HoldShared hold(worker, channel.lock);
    if (channel.closed) return Passed::Closed;
    receiver = Scheduler::claim_first(channel.receivers, Wake::Done, was, &index);
    if (receiver != nullptr) {
      fiber.account->put_down(from.weight);
      hand_over(channel, *receiver, index, from);
    } else if (channel.count < channel.capacity) {
      if (!make_room(channel)) return Passed::NoMemory;
      fiber.account->put_down(from.weight);
      append(channel, from);
      return Passed::Done;
    } else if (!wait) {
      return Passed::NotNow;
    } else {
      wait_at(fiber, from, channel.senders, channel.lock, "room in a channel");
    }
  }
  if (receiver != nullptr) {
    scheduler.complete(&worker, *receiver, was);
    return Passed::Done;
  }
  if (scheduler.park(fiber)) return Passed::Parked;
  scheduler.end_wait(fiber);
  if (fiber.wake == Wake::Again || fiber.wake == Wake::Retry) return send(worker, fiber, channel, from, wait);
  return stopped_or(fiber, Passed::Done);
}

Passed receive(Worker& worker, Fiber& fiber, Channel& channel, const Registers& to, bool wait) {
  Scheduler& scheduler = worker.scheduler();
  const std::uint32_t slots = channel.type->slots;
  if (fiber.inbox_from == &channel.handle) {
    fiber.inbox_from = nullptr;
    scatter(to, fiber.inbox, slots);
    return Passed::Done;
  }
  Fiber* sender = nullptr;
  std::uint32_t was = 0;
  bool done = true;
  {
    const HoldShared hold(worker, channel.lock);
    if (channel.count != 0) {
      const std::uint64_t* first = message(channel, 0);
      if (slots != 0) scatter(to, first, slots);
      if (channel.type->counted) fiber.account->take_up(static_cast<std::int64_t>(first[slots]));
      ++channel.head;
      --channel.count;
      // What a sender waits with takes the place that came free.
      sender = Scheduler::claim_first(channel.senders, Wake::Done, was);
      if (sender != nullptr) {
        sender->task->held -= sender->weight;
        append(channel, registers_of(*sender));
      }
    } else {
      sender = Scheduler::claim_first(channel.senders, Wake::Done, was);
      if (sender != nullptr) {
        move(to, registers_of(*sender), slots);
        sender->task->held -= sender->weight;
        fiber.account->take_up(sender->weight);
      } else if (channel.closed) {
        return Passed::Closed;
      } else if (!wait) {
        return Passed::NotNow;
      } else {
        done = false;
        wait_at(fiber, to, channel.receivers, channel.lock, "a message from a channel");
      }
    }
    if (sender != nullptr) *sender->status = 0;
  }
  if (sender != nullptr) scheduler.complete(&worker, *sender, was);
  if (done) return Passed::Done;
  if (scheduler.park(fiber)) return Passed::Parked;
  scheduler.end_wait(fiber);
  if (fiber.wake == Wake::Again || fiber.wake == Wake::Retry) return receive(worker, fiber, channel, to, wait);
  return stopped_or(fiber, Passed::Done);
}

void close(Scheduler& scheduler, Worker* worker, Channel& channel) {
  const Hold hold(channel.lock);
  if (channel.closed) return;
  channel.closed = true;
  // They look again, and find it closed.
  scheduler.wake_all(worker, channel.senders);
  scheduler.wake_all(worker, channel.receivers);
}

Passed await(Worker& worker, Fiber& fiber, Task& task, std::int64_t until) {
  Scheduler& scheduler = worker.scheduler();
  if (task.finished()) return Passed::Done;
  {
    const Hold hold(task.lock);
    if (task.finished()) return Passed::Done;
    Scheduler::begin_wait(fiber, "a task");
    Scheduler::enlist(fiber, fiber.waiter, task.awaiting, task.lock);
  }
  if (until >= 0) scheduler.set_timer(fiber, until);
  if (scheduler.park(fiber)) return Passed::Parked;
  scheduler.end_wait(fiber);
  if (task.finished()) return Passed::Done;
  if (fiber.wake == Wake::Retry) return await(worker, fiber, task, until);
  return stopped_or(fiber, Passed::NotNow);
}

Passed sleep_until(Worker& worker, Fiber& fiber, std::int64_t until) {
  Scheduler& scheduler = worker.scheduler();
  Scheduler::begin_wait(fiber, "a moment");
  scheduler.set_timer(fiber, until);
  if (scheduler.park(fiber)) return Passed::Parked;
  scheduler.end_wait(fiber);
  if (fiber.wake == Wake::Retry) return sleep_until(worker, fiber, until);
  return stopped_or(fiber, Passed::Done);
}

namespace {

bool is_task(const memory::HandleObject* handle) { return handle->kind == &kTaskKind; }

// With the thing's lock held.
bool is_ready(memory::HandleObject* handle) {
  if (is_task(handle)) return reinterpret_cast<Task*>(handle)->finished();
  const Channel& channel = channel_of(handle);
  return channel.count != 0 || channel.closed || !channel.senders.empty();
}

Lock& lock_of(memory::HandleObject* handle) {
  return is_task(handle) ? reinterpret_cast<Task*>(handle)->lock : channel_of(handle).lock;
}

WaitList& list_of(memory::HandleObject* handle) {
  return is_task(handle) ? reinterpret_cast<Task*>(handle)->awaiting : channel_of(handle).receivers;
}

bool prepare(Fiber& fiber, memory::HandleObject* const* handles, std::uint32_t count) {
  std::uint32_t slots = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!is_task(handles[i])) slots = std::max(slots, channel_of(handles[i]).type->slots);
  }
  if (slots > fiber.inbox_room) {
    memory::raw_free(fiber.inbox);
    fiber.inbox = static_cast<std::uint64_t*>(memory::raw_allocate(slots * 8));
    fiber.inbox_room = fiber.inbox != nullptr ? slots : 0;
    if (fiber.inbox == nullptr) return false;
  }
  if (count > fiber.waiter_count) {
    memory::raw_free(fiber.waiters);
    fiber.waiters = static_cast<Waiter*>(memory::raw_allocate(count * sizeof(Waiter)));
    fiber.waiter_count = fiber.waiters != nullptr ? count : 0;
    if (fiber.waiters == nullptr) return false;
  }
  for (std::uint32_t i = 0; i < fiber.waiter_count; ++i) new (&fiber.waiters[i]) Waiter;
  return true;
}

void leave_lists(Fiber& fiber) {
  for (std::uint32_t i = 0; i < fiber.waiter_count; ++i) {
    Waiter& waiter = fiber.waiters[i];
    if (waiter.lock == nullptr) continue;
    const Hold hold(*waiter.lock);
    if (waiter.list != nullptr) waiter.list->remove(waiter);
    waiter.lock = nullptr;
  }
}

}  // namespace

void end_wait(Scheduler& scheduler, Fiber& fiber) {
  scheduler.end_wait(fiber);
  if (!fiber.selecting) return;
  leave_lists(fiber);
  fiber.selecting = false;
}

void forget_selects(Fiber& fiber) {
  memory::raw_free(std::exchange(fiber.inbox, nullptr));
  memory::raw_free(std::exchange(fiber.waiters, nullptr));
  fiber.inbox_room = fiber.waiter_count = 0;
}

Passed select(Worker& worker, Fiber& fiber, memory::HandleObject* const* handles, std::uint32_t count,
              std::int64_t until) {
  Scheduler& scheduler = worker.scheduler();
  if (!prepare(fiber, handles, count)) return Passed::NoMemory;
  fiber.selecting = true;
  Scheduler::begin_wait(fiber, "one of several tasks and channels");
  for (std::uint32_t i = 0; i < count; ++i) {
    Lock& lock = lock_of(handles[i]);
    const Hold hold(lock);
    Scheduler::enlist(fiber, fiber.waiters[i], list_of(handles[i]), lock, i);
    std::uint32_t was = 0;
    if (!is_ready(handles[i]) || !Scheduler::claim(fiber, Wake::Again, was)) continue;
    fiber.chosen = i;
    fiber.state.store(Fiber::Completed, std::memory_order_relaxed);
    break;
  }
  if (until >= 0) scheduler.set_timer(fiber, until);
  if (scheduler.park(fiber)) return Passed::Parked;
  end_wait(scheduler, fiber);
  if (fiber.wake == Wake::Retry) return select(worker, fiber, handles, count, until);
  return fiber.wake == Wake::TimedOut ? Passed::NotNow : stopped_or(fiber, Passed::Done);
}

namespace {

std::int64_t task_children(memory::HandleObject* handle, void* context, void (*visit)(void*, memory::Object*)) {
  Task& task = *reinterpret_cast<Task*>(handle);
  // Whoever comes second, the last handle's end or the task's own, releases the result.
  if ((task.flags.fetch_or(Task::kHandlesGone, std::memory_order_acq_rel) & Task::kFinished) == 0) return 0;
  task.for_each_result([&](memory::Object* object) { visit(context, object); });
  return std::exchange(task.held, 0);
}

void dispose_task(memory::HandleObject* handle) {
  Task& task = *reinterpret_cast<Task*>(handle);
  task.scheduler->drop_handles(task);
}

}  // namespace

const memory::HandleObject::Kind kTaskKind{"task", task_children, dispose_task};

}  // namespace noodle::task
