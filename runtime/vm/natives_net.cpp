// Natives of sockets.

#include <algorithm>

#include "runtime/task/offload.h"
#include "runtime/vm/natives_port.h"

namespace noodle::vm {

namespace {

world::SocketKind socket_kind(const NativeCall& call, std::size_t slot) {
  return text_arg(call, slot) == "unix" ? world::SocketKind::Unix : world::SocketKind::Tcp;
}

class Lookup final : public task::Job {
 public:
  Lookup(world::Ports& ports, std::string host) : ports_(ports), host_(std::move(host)) {}
  void run() override { found = ports_.resolve(host_); }
  world::OrError<std::vector<std::string>> found;

 private:
  world::Ports& ports_;
  std::string host_;
};

}  // namespace

NativeStatus native_net_listen(NativeCall& call) {
  const std::string address = text_of(call, 2);
  return give_port(call, ResourceKind::Listener, call.world.ports().listen(socket_kind(call, 0), address), address);
}

NativeStatus native_net_accept(NativeCall& call) {
  auto* const listener = resource_of(call, ResourceKind::Listener);
  const auto fail = [&](std::string_view why) {
    return give_port(call, ResourceKind::Stream, std::unexpected(std::string(why)), {});
  };
  if (listener == nullptr) return fail(kClosed);
  Waiting waiting(call, int_arg(call, 1));
  NativeStatus status = NativeStatus::Ok;
  world::Port made = world::kNoPort;
  const auto got = attempt(call, waiting, *listener, For::Bytes, status,
                           [&] { return call.world.ports().accept(listener->port, made); });
  if (!got) return status;
  return got->io == Io::Done ? give_port(call, ResourceKind::Stream, made, listener->address) : fail(got->error);
}

NativeStatus native_net_connect(NativeCall& call) {
  const std::string address = text_of(call, 2);
  Waiting waiting(call, int_arg(call, 4));
  const auto fail = [&](const std::string& why) {
    return give_port(call, ResourceKind::Stream, std::unexpected(why + ": " + address), {});
  };
  if (waiting->opened == nullptr) {
    const auto port = call.world.ports().connect(socket_kind(call, 0), address);
    if (!port) return give_port(call, ResourceKind::Stream, port, {});
    waiting->opened = resources_of(call).open(*call.fiber.task, ResourceKind::Stream, *port, address);
    if (waiting->opened == nullptr) return NativeStatus::NoMemory;
  }
  Resource& resource = *waiting->opened;
  NativeStatus status = NativeStatus::Ok;
  const auto done = attempt(call, waiting, resource, For::Room, status,
                            [&] { return call.world.ports().finish_connect(resource.port); });
  if (!done) return status;
  if (done->io != Io::Done) return fail(done->error);
  waiting->opened = nullptr;
  call.results[0] = 1;
  call.results[1] = adopt(call.account, resource.handle);
  return call.give_text({}, 2);
}

NativeStatus native_net_bind_udp(NativeCall& call) {
  const std::string address = text_of(call, 0);
  return give_port(call, ResourceKind::Udp, call.world.ports().bind_udp(address), address);
}

NativeStatus native_net_send_to(NativeCall& call) {
  auto* const socket = resource_of(call, ResourceKind::Udp);
  if (socket == nullptr) return give_failure(call, kClosed);
  Waiting waiting(call, -1);
  NativeStatus status = NativeStatus::Ok;
  const auto sent = attempt(call, waiting, *socket, For::Room, status, [&] {
    return call.world.ports().send_to(socket->port, bytes_arg(call, 1), text_of(call, 2));
  });
  if (!sent) return status;
  return sent->io == Io::Failed ? give_failure(call, sent->error) : give_done(call, {});
}

// (ok, bytes, sender, error)
NativeStatus native_net_receive_from(NativeCall& call) {
  auto* const socket = resource_of(call, ResourceKind::Udp);
  const auto give = [&](std::string_view bytes, std::string_view from, std::string_view error) {
    call.results[0] = error.empty();
    if (const NativeStatus gave = give_bytes(call, bytes, 1); gave != NativeStatus::Ok) return gave;
    if (const NativeStatus status = call.give_text(from, 2); status != NativeStatus::Ok) return status;
    return call.give_text(error, 4);
  };
  if (socket == nullptr) return give({}, {}, kClosed);
  const std::int64_t limit = std::clamp<std::int64_t>(int_arg(call, 1), 1, task::Worker::kBlock);
  const std::span<char> room = call.worker.block().first(static_cast<std::size_t>(limit));
  Waiting waiting(call, int_arg(call, 2));
  NativeStatus status = NativeStatus::Ok;
  std::string from;
  const auto got = attempt(call, waiting, *socket, For::Bytes, status,
                           [&] { return call.world.ports().receive_from(socket->port, room, from); });
  if (!got) return status;
  return got->io == Io::Failed ? give({}, {}, got->error) : give({room.data(), got->bytes}, from, {});
}

NativeStatus native_net_address(NativeCall& call) {
  auto* const socket = handle_as<Resource>(call.args[0]);
  const Use use(call, socket);
  call.results[0] = 0;
  if (!use) return call.give_text(kClosed, 1);
  world::Ports& ports = call.world.ports();
  const auto address = call.args[1] != 0 ? ports.peer_address(socket->port) : ports.local_address(socket->port);
  call.results[0] = address.has_value();
  return call.give_text(address ? *address : address.error(), 1);
}

NativeStatus native_net_resolve(NativeCall& call) {
  task::Offload& offload = call.worker.scheduler().offload();
  auto job = std::static_pointer_cast<Lookup>(call.fiber.native_data);
  if (job == nullptr) {
    job = std::make_shared<Lookup>(call.world.ports(), text_of(call, 0));
    call.fiber.native_data = job;
    offload.start(job);
  }
  switch (offload.wait(call.fiber, *job)) {
    case Passed::Parked: return NativeStatus::Wait;
    case Passed::Stopped: call.fiber.native_data.reset(); return NativeStatus::Stopped;
    default: break;
  }
  call.fiber.native_data.reset();
  TextList list(call, 1);
  call.results[0] = job->found.has_value();
  if (job->found) {
    for (const std::string& address : *job->found) {
      if (!list.add(address)) return NativeStatus::NoMemory;
    }
  }
  call.results[1] = list.take();
  return call.give_text(job->found ? std::string_view() : std::string_view(job->found.error()), 2);
}

}  // namespace noodle::vm
