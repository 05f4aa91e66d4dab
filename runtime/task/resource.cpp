#include "runtime/task/resource.h"

#include <algorithm>
#include <new>
#include <utility>

#include "runtime/memory/memory.h"

namespace noodle::task {

namespace {

std::int64_t no_children(memory::HandleObject*, void*, void (*)(void*, memory::Object*)) { return 0; }

void let_go(Resource& resource) {
  if (resource.holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  resource.~Resource();
  memory::raw_free(&resource);
}

void dispose_resource(memory::HandleObject* handle) {
  auto& resource = *reinterpret_cast<Resource*>(handle);
  resource.scheduler->resources().close(nullptr, resource);
  let_go(resource);
}

}  // namespace

const memory::HandleObject::Kind kResourceKind{"resource", no_children, dispose_resource};

Resource* Resources::open(Task& owner, ResourceKind kind, world::Port port, std::string address) {
  void* at = memory::raw_allocate(sizeof(Resource));
  if (at == nullptr) {
    world_.ports().close(port);
    return nullptr;
  }
  auto* resource = new (at) Resource;
  resource->handle.kind = &kResourceKind;
  resource->scheduler = &scheduler_;
  resource->kind = kind;
  resource->port = port;
  resource->address = std::move(address);
  open_.fetch_add(1);
  const Hold hold(lock_);
  resource->owner = &owner;
  resource->next = owner.owned;
  if (owner.owned != nullptr) owner.owned->previous = resource;
  owner.owned = resource;
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[slot].resource = resource;
  resource->token = std::uint64_t{slots_[slot].generation} << 32 | slot;
  resource->polled = world_.ports().watch(port, resource->token);
  // The one who sleeps for the next timer has to look at the world as well from now on.
  if (resource->polled && polled_.fetch_add(1) == 0) scheduler_.wake_keeper();
  return resource;
}

// With the tables' lock held: nobody finds the resource any more.
void Resources::forget(Resource& resource) {
  const auto slot = static_cast<std::uint32_t>(resource.token);
  slots_[slot].resource = nullptr;
  ++slots_[slot].generation;
  free_slots_.push_back(slot);
  if (resource.owner == nullptr) return;
  (resource.previous != nullptr ? resource.previous->next : resource.owner->owned) = resource.next;
  if (resource.next != nullptr) resource.next->previous = resource.previous;
  resource.owner = nullptr;
}

// With its lock held. The last who uses a resource and the one who closes it may both come here.
void Resources::close_port(Resource& resource) {
  if (resource.port == world::kNoPort) return;
  world_.ports().close(std::exchange(resource.port, world::kNoPort));
  open_.fetch_sub(1);
}

bool Resources::close(Worker* worker, Resource& resource) {
  bool delivered = false;
  {
    const Hold hold(lock_);
    const Hold inner(resource.lock);
    if (resource.closed) return false;
    resource.closed = true;
    forget(resource);
    if (resource.polled) polled_.fetch_sub(1);
    delivered = resource.channel != nullptr;
    if (delivered) {
      // While it stands in the list, its last copy's end elsewhere has still to take our lock.
      std::erase(delivering_, &resource);
      task::close(scheduler_, worker, *std::exchange(resource.channel, nullptr));
    }
  }
  {
    const Hold hold(resource.lock);
    scheduler_.wake_all(worker, resource.readers);
    scheduler_.wake_all(worker, resource.writers);
    scheduler_.wake_all(worker, resource.turns);
    if (resource.users == 0) close_port(resource);
  }
  if (!delivered) return true;
  end_waiting();
  let_go(resource);
  return true;
}

void Resources::stop_delivering(Worker* worker, Channel& channel) {
  {
    const Hold hold(channel.lock);
    if (channel.feeder == nullptr) return;
  }
  for (;;) {
    Resource* resource = nullptr;
    {
      const Hold hold(lock_);
      const auto at = std::ranges::find(delivering_, &channel, &Resource::channel);
      if (at == delivering_.end()) return;
      resource = *at;
      resource->holders.fetch_add(1, std::memory_order_relaxed);
    }
    close(worker, *resource);
    let_go(*resource);
  }
}

void Resources::close_owned(Worker& worker, Task& task) {
  for (;;) {
    Resource* resource = nullptr;
    {
      const Hold hold(lock_);
      resource = task.owned;
      if (resource == nullptr) return;
      // While it stands in the list, its last handle's end elsewhere has still to take our lock.
      resource->holders.fetch_add(1, std::memory_order_relaxed);
    }
    close(&worker, *resource);
    let_go(*resource);
  }
}

Begun Resources::begin(Resource& resource, bool alone) {
  const Hold hold(resource.lock);
  if (resource.closed) return {};
  if (alone && std::exchange(resource.alone, true)) return {.open = true, .busy = true};
  ++resource.users;
  return {.open = true,
          .write_closed = resource.write_closed,
          .readable = resource.readable,
          .read_news = resource.read_news,
          .write_news = resource.write_news};
}

void Resources::end_turn(Worker& worker, Resource& resource) {
  const Hold hold(resource.lock);
  resource.alone = false;
  scheduler_.wake_all(&worker, resource.turns);
}

void Resources::end(Resource& resource) {
  const Hold hold(resource.lock);
  if (--resource.users == 0 && resource.closed) close_port(resource);
}

Passed Resources::wait(Worker& worker, Fiber& fiber, Resource& resource, bool writing, std::uint32_t news,
                       std::int64_t until) {
  {
    const Hold hold(resource.lock);
    if (resource.closed) return Passed::Done;
    if ((writing ? resource.write_news : resource.read_news) != news) return Passed::Done;
    if (!writing) resource.readable = false;
    Scheduler::begin_wait(fiber, writing ? "room to write" : "something to read");
    Scheduler::enlist(fiber, fiber.waiter, writing ? resource.writers : resource.readers, resource.lock);
  }
  return park(worker, fiber, until);
}

Passed Resources::wait_for_turn(Worker& worker, Fiber& fiber, Resource& resource, std::int64_t until) {
  {
    const Hold hold(resource.lock);
    if (resource.closed || !resource.alone) return Passed::Done;
    Scheduler::begin_wait(fiber, "its turn with a file");
    Scheduler::enlist(fiber, fiber.waiter, resource.turns, resource.lock);
  }
  return park(worker, fiber, until);
}

Passed Resources::park(Worker& worker, Fiber& fiber, std::int64_t until) {
  if (until >= 0) scheduler_.set_timer(fiber, until);
  fiber.waits_outside = true;
  begin_waiting();
  if (scheduler_.park(fiber)) return Passed::Parked;
  task::end_wait(worker.scheduler(), fiber);
  return fiber.wake == Wake::TimedOut ? Passed::NotNow : stopped_or(fiber, Passed::Done);
}

void Resources::deliver(Worker& worker, Resource& resource, Channel& channel, std::vector<int> signals) {
  // Somebody may wait at the channel, which is then no deadlock.
  begin_waiting();
  const Hold hold(lock_);
  const Hold inner(resource.lock);
  {
    const Hold innermost(channel.lock);
    channel.feeder = this;
  }
  resource.channel = &channel;
  resource.signals = std::move(signals);
  delivering_.push_back(&resource);
  // What came before we knew where to.
  take_signals(&worker, resource);
}

// Reads the signals that have come, and sends them; who doesn't keep up misses some.
void Resources::take_signals(Worker* worker, Resource& resource) {
  unsigned char numbers[64];
  for (;;) {
    const auto got = world_.ports().read(resource.port, std::span(reinterpret_cast<char*>(numbers), sizeof numbers));
    if (got.io != world::Io::Done) return;
    for (std::size_t i = 0; i < got.bytes; ++i) {
      for (std::size_t v = 0; v < resource.signals.size(); ++v) {
        if (resource.signals[v] == numbers[i]) offer(scheduler_, worker, *resource.channel, v);
      }
    }
  }
}

std::uint32_t Resources::have_read(Worker& worker, Resource& resource, bool emptied, std::uint32_t news) {
  const Hold hold(resource.lock);
  // Unless the world had news meanwhile, the next attempt waits without asking.
  if (emptied && resource.read_news == news && !resource.ended) resource.readable = false;
  scheduler_.wake_all(&worker, resource.readers);
  return ++resource.read_news;
}

void Resources::wait_for(world::PortNews& news, std::int64_t nanos) {
  news.count = world_.ports().poll(news.events, nanos);
}

void Resources::tell(Worker* worker, const world::PortNews& news) {
  for (std::size_t i = 0; i < news.count; ++i) {
    const world::PortEvent& event = news.events[i];
    const auto slot = static_cast<std::uint32_t>(event.token);
    const Hold hold(lock_);
    if (slot >= slots_.size() || slots_[slot].generation != event.token >> 32) continue;
    Resource* resource = slots_[slot].resource;
    if (resource == nullptr) continue;
    const Hold inner(resource->lock);
    if (resource->channel != nullptr) {
      take_signals(worker, *resource);
      continue;
    }
    resource->ended = resource->ended || event.ended;
    if (event.readable) {
      ++resource->read_news;
      resource->readable = true;
      scheduler_.wake_all(worker, resource->readers);
    }
    if (event.writable) {
      ++resource->write_news;
      scheduler_.wake_all(worker, resource->writers);
    }
  }
}

}  // namespace noodle::task
