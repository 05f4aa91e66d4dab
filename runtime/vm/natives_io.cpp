// Natives of files, sockets, pipes and processes. They look blocking; what has to wait parks the task, and
// the native is called again. Errors are values: an empty text is none.

#include <algorithm>
#include <csignal>

#include "runtime/task/offload.h"
#include "runtime/vm/handles.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

using task::Passed;
using task::Resource;
using task::ResourceKind;
using world::Io;
using world::Transfer;

constexpr std::size_t kMostKept = 256 * 1024;  // of an empty buffer
constexpr std::string_view kTimedOut = "timed out";
constexpr std::string_view kClosed = "it is closed";

/// What a native keeps from one call to the next.
struct Pending {
  std::int64_t until = -1;
  std::size_t done = 0;            // bytes written
  std::uint32_t news = 0;          // before the operation that has to be tried again
  Resource* connecting = nullptr;  // a socket that is no handle yet
  bool waited = false;

  ~Pending() {
    if (connecting == nullptr) return;
    connecting->handle.kind->dispose(&connecting->handle);
  }
};

/// One call of a native that may wait.
class Waiting {
 public:
  Waiting(NativeCall& call, std::int64_t nanos) : call_(call) {
    if (call.fiber.native_data != nullptr) {
      pending_ = std::static_pointer_cast<Pending>(std::move(call.fiber.native_data));
      call.fiber.native_data.reset();
      late_ = pending_->waited && call.fiber.wake == task::Wake::TimedOut;
      return;
    }
    pending_ = std::make_shared<Pending>();
    if (nanos >= 0 && __builtin_add_overflow(call.world.monotonic_nanos(), nanos, &pending_->until)) {
      pending_->until = INT64_MAX;
    }
  }
  Pending* operator->() { return pending_.get(); }
  /// Whether the time was up when it waited last.
  bool late() const { return late_; }

  /// Waits; Ok means that it is to be tried again at once.
  NativeStatus wait(Resource& resource, bool writing) {
    pending_->waited = true;
    // Kept before the task parks: from then on another thread may call us again.
    call_.fiber.native_data = pending_;
    task::Resources& resources = call_.worker.scheduler().resources();
    switch (resources.wait(call_.worker, call_.fiber, resource, writing, pending_->news, pending_->until)) {
      case Passed::Parked: return NativeStatus::Wait;
      case Passed::Stopped: call_.fiber.native_data.reset(); return NativeStatus::Stopped;
      case Passed::NotNow: late_ = true; break;
      default: break;
    }
    call_.fiber.native_data.reset();
    return NativeStatus::Ok;
  }

 private:
  NativeCall& call_;
  std::shared_ptr<Pending> pending_;
  bool late_ = false;
};

task::Resources& resources_of(NativeCall& call) { return call.worker.scheduler().resources(); }

// (ok, handle, error)
NativeStatus give_port(NativeCall& call, ResourceKind kind, const world::OrError<world::Port>& port,
                       std::string address) {
  call.results[0] = call.results[1] = 0;
  if (!port) return call.give_text(port.error(), 2);
  Resource* resource = resources_of(call).open(*call.fiber.task, kind, *port, std::move(address));
  if (resource == nullptr) return NativeStatus::NoMemory;
  call.results[1] = adopt(call.account, resource->handle);
  call.results[0] = 1;
  return call.give_text({}, 2);
}

std::string text_of(const NativeCall& call, std::size_t slot) { return std::string(text_arg(call, slot)); }

world::SocketKind socket_kind(const NativeCall& call, std::size_t slot) {
  return text_arg(call, slot) == "unix" ? world::SocketKind::Unix : world::SocketKind::Tcp;
}

// (status, bytes, error): 0 bytes, 1 the end, 2 an error.
NativeStatus give_read(NativeCall& call, int status, std::string_view bytes, std::string_view error) {
  call.results[0] = static_cast<std::uint64_t>(status);
  if (const NativeStatus gave = give_bytes(call, bytes, 1); gave != NativeStatus::Ok) return gave;
  return call.give_text(error, 2);
}

enum class Filled : std::uint8_t { More, End, Failed, Left };

// Reads once more into the resource's buffer. Left: the native is left with `status`.
Filled fill(NativeCall& call, Waiting& waiting, Resource& resource, NativeStatus& status, std::string& error) {
  task::Resources& resources = resources_of(call);
  for (;;) {
    if (waiting.late()) {
      error = kTimedOut;
      return Filled::Failed;
    }
    if (!resources.begin(resource)) {
      error = kClosed;
      return Filled::Failed;
    }
    bool try_it = true;
    {
      const Hold hold(resource.lock);
      waiting->news = resource.read_news;
      try_it = resource.readable || !resource.polled;
    }
    Transfer got{Io::Wait, 0, {}};
    if (try_it) {
      const std::span<char> block = call.worker.block();
      got = call.world.ports().read(resource.port, block);
      resource.buffer.append(block.data(), got.bytes);
      if (got.io == Io::Done && got.bytes < task::Worker::kBlock && resource.polled) {
        // It has been emptied, unless there was news meanwhile: the next attempt waits without asking.
        const Hold hold(resource.lock);
        if (resource.read_news == waiting->news && !resource.ended) resource.readable = false;
      }
    }
    resources.end(resource);
    switch (got.io) {
      case Io::Done: return Filled::More;
      case Io::End: return Filled::End;
      case Io::Failed: error = got.error; return Filled::Failed;
      case Io::Wait: break;
    }
    if (status = waiting.wait(resource, false); status != NativeStatus::Ok) return Filled::Left;
  }
}

std::string_view buffered(const Resource& resource) {
  return std::string_view(resource.buffer).substr(resource.buffer_at);
}

void consume(Resource& resource, std::size_t count) {
  resource.buffer_at += count;
  if (resource.buffer_at == resource.buffer.size()) {
    resource.buffer.clear();
    resource.buffer_at = 0;
    if (resource.buffer.capacity() > kMostKept) resource.buffer.shrink_to_fit();
  } else if (resource.buffer_at > task::Worker::kBlock) {
    resource.buffer.erase(0, resource.buffer_at);
    resource.buffer_at = 0;
  }
}

}  // namespace

NativeStatus native_file_open(NativeCall& call) {
  const std::string path = text_of(call, 0);
  const std::int64_t mode = std::clamp<std::int64_t>(int_arg(call, 2), 0, 3);
  return give_port(call, ResourceKind::File, call.world.ports().open_file(path, static_cast<world::OpenMode>(mode)),
                   path);
}

NativeStatus native_file_seek(NativeCall& call) {
  Resource* file = handle_as<Resource>(call.args[0]);
  call.results[0] = call.results[1] = 0;
  if (file == nullptr || !resources_of(call).begin(*file)) return call.give_text(kClosed, 2);
  // What was read ahead lies between where the file stands and where its reader does.
  const std::int64_t from = std::clamp<std::int64_t>(int_arg(call, 2), 0, 2);
  std::int64_t offset = int_arg(call, 1);
  if (from == 1) offset -= static_cast<std::int64_t>(buffered(*file).size());
  const auto at = call.world.ports().seek(file->port, offset, static_cast<int>(from));
  file->buffer.clear();
  file->buffer_at = 0;
  resources_of(call).end(*file);
  if (!at) return call.give_text(at.error(), 2);
  call.results[0] = 1;
  call.results[1] = static_cast<std::uint64_t>(*at);
  return call.give_text({}, 2);
}

NativeStatus native_file_sync(NativeCall& call) {
  Resource* file = handle_as<Resource>(call.args[0]);
  if (file == nullptr || !resources_of(call).begin(*file))
    return give_done(call, std::unexpected(std::string(kClosed)));
  const auto done = call.world.ports().sync(file->port);
  resources_of(call).end(*file);
  return give_done(call, done);
}

NativeStatus native_port_read(NativeCall& call) {
  Resource* resource = handle_as<Resource>(call.args[0]);
  if (resource == nullptr) return give_read(call, 2, {}, kClosed);
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(int_arg(call, 1), 1));
  Waiting waiting(call, int_arg(call, 2));
  NativeStatus status = NativeStatus::Ok;
  std::string error;
  while (buffered(*resource).empty()) {
    switch (fill(call, waiting, *resource, status, error)) {
      case Filled::More: break;
      case Filled::End: return give_read(call, 1, {}, {});
      case Filled::Failed: return give_read(call, 2, {}, error);
      case Filled::Left: return status;
    }
  }
  const std::string_view some = buffered(*resource).substr(0, limit);
  status = give_read(call, 0, some, {});
  if (status == NativeStatus::Ok) consume(*resource, some.size());
  return status;
}

// Up to and with a byte, or what is left before the end; more than `limit` bytes are an error.
NativeStatus native_port_read_until(NativeCall& call) {
  Resource* resource = handle_as<Resource>(call.args[0]);
  if (resource == nullptr) return give_read(call, 2, {}, kClosed);
  const auto stop = static_cast<char>(int_arg(call, 1));
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(int_arg(call, 2), 1));
  Waiting waiting(call, int_arg(call, 3));
  NativeStatus status = NativeStatus::Ok;
  std::string error;
  bool ended = false;
  for (std::size_t seen = 0;;) {
    const std::string_view have = buffered(*resource);
    const std::size_t at = have.find(stop, seen);
    if (at != std::string_view::npos || ended) {
      const std::size_t size = at != std::string_view::npos ? at + 1 : have.size();
      if (size > limit) return give_read(call, 2, {}, "more than " + std::to_string(limit) + " bytes");
      status = give_read(call, size == 0 ? 1 : 0, have.substr(0, size), {});
      if (status == NativeStatus::Ok) consume(*resource, size);
      return status;
    }
    if (have.size() > limit) return give_read(call, 2, {}, "more than " + std::to_string(limit) + " bytes");
    seen = have.size();
    switch (fill(call, waiting, *resource, status, error)) {
      case Filled::More: break;
      case Filled::End: ended = true; break;
      case Filled::Failed: return give_read(call, 2, {}, error);
      case Filled::Left: return status;
    }
  }
}

NativeStatus native_port_write(NativeCall& call) {
  Resource* resource = handle_as<Resource>(call.args[0]);
  if (resource == nullptr) return give_done(call, std::unexpected(std::string(kClosed)));
  const std::string_view bytes = bytes_arg(call, 1);
  Waiting waiting(call, int_arg(call, 2));
  task::Resources& resources = resources_of(call);
  while (waiting->done < bytes.size()) {
    if (waiting.late()) return give_done(call, std::unexpected(std::string(kTimedOut)));
    if (!resources.begin(*resource)) return give_done(call, std::unexpected(std::string(kClosed)));
    {
      const Hold hold(resource->lock);
      waiting->news = resource->write_news;
    }
    const Transfer sent = call.world.ports().write(resource->port, bytes.substr(waiting->done));
    resources.end(*resource);
    if (sent.io == Io::Failed) return give_done(call, std::unexpected(sent.error));
    waiting->done += sent.bytes;
    if (sent.io != Io::Wait) continue;
    if (const NativeStatus status = waiting.wait(*resource, true); status != NativeStatus::Ok) return status;
  }
  return give_done(call, {});
}

NativeStatus native_port_close(NativeCall& call) {
  Resource* resource = handle_as<Resource>(call.args[0]);
  call.results[0] = resource != nullptr && resources_of(call).close(&call.worker, *resource);
  return NativeStatus::Ok;
}

NativeStatus native_port_close_write(NativeCall& call) {
  Resource* resource = handle_as<Resource>(call.args[0]);
  if (resource == nullptr || !resources_of(call).begin(*resource))
    return give_done(call, std::unexpected(std::string(kClosed)));
  const auto done = call.world.ports().shut_down_writing(resource->port);
  resources_of(call).end(*resource);
  return give_done(call, done);
}

NativeStatus native_port_is_open(NativeCall& call) {
  Resource* resource = handle_as<Resource>(call.args[0]);
  call.results[0] = 0;
  if (resource == nullptr) return NativeStatus::Ok;
  const Hold hold(resource->lock);
  call.results[0] = !resource->closed;
  return NativeStatus::Ok;
}

NativeStatus native_net_listen(NativeCall& call) {
  const std::string address = text_of(call, 2);
  return give_port(call, ResourceKind::Listener, call.world.ports().listen(socket_kind(call, 0), address), address);
}

NativeStatus native_net_accept(NativeCall& call) {
  Resource* listener = handle_as<Resource>(call.args[0]);
  const auto fail = [&](std::string_view why) {
    return give_port(call, ResourceKind::Stream, std::unexpected(std::string(why)), {});
  };
  if (listener == nullptr || listener->kind != ResourceKind::Listener) return fail(kClosed);
  Waiting waiting(call, int_arg(call, 1));
  for (;;) {
    if (waiting.late()) return fail(kTimedOut);
    if (!resources_of(call).begin(*listener)) return fail(kClosed);
    {
      const Hold hold(listener->lock);
      waiting->news = listener->read_news;
    }
    world::Port made = world::kNoPort;
    const Transfer got = call.world.ports().accept(listener->port, made);
    resources_of(call).end(*listener);
    if (got.io == Io::Done) return give_port(call, ResourceKind::Stream, made, listener->address);
    if (got.io != Io::Wait) return fail(got.error);
    if (const NativeStatus status = waiting.wait(*listener, false); status != NativeStatus::Ok) return status;
  }
}

NativeStatus native_net_connect(NativeCall& call) {
  const std::string address = text_of(call, 2);
  Waiting waiting(call, int_arg(call, 4));
  const auto fail = [&](const std::string& why) {
    return give_port(call, ResourceKind::Stream, std::unexpected(why + ": " + address), {});
  };
  if (waiting->connecting == nullptr) {
    const auto port = call.world.ports().connect(socket_kind(call, 0), address);
    if (!port) return give_port(call, ResourceKind::Stream, port, {});
    waiting->connecting = resources_of(call).open(*call.fiber.task, ResourceKind::Stream, *port, address);
    if (waiting->connecting == nullptr) return NativeStatus::NoMemory;
  }
  Resource& resource = *waiting->connecting;
  for (;;) {
    if (waiting.late()) return fail(std::string(kTimedOut));
    {
      const Hold hold(resource.lock);
      waiting->news = resource.write_news;
    }
    const Transfer done = call.world.ports().finish_connect(resource.port);
    if (done.io == Io::Failed) return fail(done.error);
    if (done.io == Io::Done) {
      waiting->connecting = nullptr;
      call.results[1] = adopt(call.account, resource.handle);
      call.results[0] = 1;
      return call.give_text({}, 2);
    }
    if (const NativeStatus status = waiting.wait(resource, true); status != NativeStatus::Ok) return status;
  }
}

NativeStatus native_net_bind_udp(NativeCall& call) {
  const std::string address = text_of(call, 0);
  return give_port(call, ResourceKind::Udp, call.world.ports().bind_udp(address), address);
}

NativeStatus native_net_send_to(NativeCall& call) {
  Resource* socket = handle_as<Resource>(call.args[0]);
  if (socket == nullptr) return give_done(call, std::unexpected(std::string(kClosed)));
  Waiting waiting(call, -1);
  for (;;) {
    if (!resources_of(call).begin(*socket)) return give_done(call, std::unexpected(std::string(kClosed)));
    {
      const Hold hold(socket->lock);
      waiting->news = socket->write_news;
    }
    const Transfer sent = call.world.ports().send_to(socket->port, bytes_arg(call, 1), text_of(call, 2));
    resources_of(call).end(*socket);
    if (sent.io == Io::Failed) return give_done(call, std::unexpected(sent.error));
    if (sent.io != Io::Wait) return give_done(call, {});
    if (const NativeStatus status = waiting.wait(*socket, true); status != NativeStatus::Ok) return status;
  }
}

// (ok, bytes, sender, error)
NativeStatus native_net_receive_from(NativeCall& call) {
  Resource* socket = handle_as<Resource>(call.args[0]);
  const auto give = [&](std::string_view bytes, std::string_view from, std::string_view error) {
    call.results[0] = error.empty();
    if (const NativeStatus gave = give_bytes(call, bytes, 1); gave != NativeStatus::Ok) return gave;
    if (const NativeStatus status = call.give_text(from, 2); status != NativeStatus::Ok) return status;
    return call.give_text(error, 4);
  };
  if (socket == nullptr) return give({}, {}, kClosed);
  const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(int_arg(call, 1), 1, 65'536));
  Waiting waiting(call, int_arg(call, 2));
  std::string buffer(limit, '\0'), from;
  for (;;) {
    if (waiting.late()) return give({}, {}, kTimedOut);
    if (!resources_of(call).begin(*socket)) return give({}, {}, kClosed);
    {
      const Hold hold(socket->lock);
      waiting->news = socket->read_news;
    }
    const Transfer got = call.world.ports().receive_from(socket->port, buffer, from);
    resources_of(call).end(*socket);
    if (got.io == Io::Failed) return give({}, {}, got.error);
    if (got.io != Io::Wait) return give(std::string_view(buffer).substr(0, got.bytes), from, {});
    if (const NativeStatus status = waiting.wait(*socket, false); status != NativeStatus::Ok) return status;
  }
}

NativeStatus native_net_address(NativeCall& call) {
  Resource* socket = handle_as<Resource>(call.args[0]);
  call.results[0] = 0;
  if (socket == nullptr || !resources_of(call).begin(*socket)) return call.give_text(kClosed, 1);
  const auto address = call.args[1] != 0 ? call.world.ports().peer_address(socket->port)
                                         : call.world.ports().local_address(socket->port);
  resources_of(call).end(*socket);
  call.results[0] = address.has_value();
  return call.give_text(address ? *address : address.error(), 1);
}

namespace {

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

// (ok, read end, write end, error)
NativeStatus native_process_pipe(NativeCall& call) {
  call.results[0] = call.results[1] = call.results[2] = 0;
  const auto ends = call.world.ports().pipe();
  if (!ends) return call.give_text(ends.error(), 3);
  task::Resources& resources = resources_of(call);
  Resource* in = resources.open(*call.fiber.task, ResourceKind::Stream, ends->first, "a pipe");
  Resource* out = resources.open(*call.fiber.task, ResourceKind::Stream, ends->second, "a pipe");
  if (in != nullptr) call.results[1] = adopt(call.account, in->handle);
  if (out != nullptr) call.results[2] = adopt(call.account, out->handle);
  call.results[0] = in != nullptr && out != nullptr;
  return call.give_text(call.results[0] != 0 ? "" : "there is no memory for a pipe", 3);
}

// (ok, process, in, out, error, message); pipes: 1 in, 2 out, 4 error
NativeStatus native_process_start(NativeCall& call) {
  world::ChildOptions options;
  const auto* words = reinterpret_cast<const memory::ArrayObject*>(call.args[0]);
  for (std::uint64_t i = 0; words != nullptr && i < words->length; ++i) {
    const auto* text = reinterpret_cast<const std::uint64_t*>(words->data()) + 2 * i;
    options.command.emplace_back(value::string_view(text));
  }
  options.folder = text_of(call, 1);
  const std::int64_t pipes = int_arg(call, 3);
  options.pipe_in = (pipes & 1) != 0;
  options.pipe_out = (pipes & 2) != 0;
  options.pipe_error = (pipes & 4) != 0;
  std::fill_n(call.results, 5, 0);
  const auto child = call.world.ports().start_child(options);
  if (!child) return call.give_text(child.error(), 5);
  const auto give = [&](ResourceKind kind, world::Port port, std::size_t slot) {
    if (port == world::kNoPort) return;
    Resource* resource = resources_of(call).open(*call.fiber.task, kind, port, options.command[0]);
    if (resource != nullptr) call.results[slot] = adopt(call.account, resource->handle);
  };
  give(ResourceKind::Process, child->process, 1);
  give(ResourceKind::Stream, child->in, 2);
  give(ResourceKind::Stream, child->out, 3);
  give(ResourceKind::Stream, child->error, 4);
  call.results[0] = call.results[1] != 0;
  return call.give_text(call.results[0] != 0 ? "" : "there is no memory for a process", 5);
}

// (ok, code, error)
NativeStatus native_process_wait(NativeCall& call) {
  Resource* process = handle_as<Resource>(call.args[0]);
  const auto give = [&](bool ok, std::int64_t code, std::string_view error) {
    call.results[0] = ok;
    call.results[1] = static_cast<std::uint64_t>(code);
    return call.give_text(error, 2);
  };
  if (process == nullptr || process->kind != ResourceKind::Process) return give(false, 0, kClosed);
  Waiting waiting(call, int_arg(call, 1));
  for (;;) {
    if (!resources_of(call).begin(*process)) return give(false, 0, kClosed);
    bool known = false;
    {
      const Hold hold(process->lock);
      waiting->news = process->read_news;
      known = process->code_known;
    }
    Transfer ended;
    if (!known) {
      std::int64_t code = 0;
      ended = call.world.ports().child_code(process->port, code);
      const Hold hold(process->lock);
      if (ended.io == Io::Done) {
        process->code = code;
        process->code_known = true;
      }
      if (process->code_known) ended.io = Io::Done;  // somebody else was quicker
    }
    resources_of(call).end(*process);
    if (ended.io == Io::Done) return give(true, process->code, {});
    if (ended.io == Io::Failed) return give(false, 0, ended.error);
    if (waiting.late()) return give(false, 0, kTimedOut);
    if (const NativeStatus status = waiting.wait(*process, false); status != NativeStatus::Ok) return status;
  }
}

NativeStatus native_process_signal(NativeCall& call) {
  Resource* process = handle_as<Resource>(call.args[0]);
  if (process == nullptr || process->kind != ResourceKind::Process || !resources_of(call).begin(*process))
    return give_done(call, std::unexpected(std::string(kClosed)));
  const auto done = call.world.ports().signal_child(process->port, static_cast<int>(int_arg(call, 1)));
  resources_of(call).end(*process);
  return give_done(call, done);
}

// Messages are variants of an enum without payload: their numbers stand in this order.
NativeStatus native_process_signals(NativeCall& call) {
  constexpr int kSignals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
  const auto refuse = [&](std::string_view why) { return give_done(call, std::unexpected(std::string(why))); };
  auto* const channel = handle_as<task::Channel>(call.args[1]);
  if (channel == nullptr) return refuse(kClosed);
  if (channel->type->kind != nbc::Kind::Enum || channel->type->slots != 1 ||
      channel->type->variants.size() != std::size(kSignals))
    return refuse("the channel's messages are no signals");
  std::vector<int> wanted;
  const auto* numbers = reinterpret_cast<const memory::ArrayObject*>(call.args[0]);
  for (std::uint64_t i = 0; numbers != nullptr && i < numbers->length; ++i) {
    const std::uint64_t number = reinterpret_cast<const std::uint64_t*>(numbers->data())[i];
    if (number >= std::size(kSignals)) return refuse("there is no such signal");
    wanted.push_back(kSignals[number]);
  }
  const auto port = call.world.ports().signals(wanted);
  if (!port) return refuse(port.error());
  Resource* resource = resources_of(call).open(*call.fiber.task, ResourceKind::Signals, *port, "signals");
  if (resource == nullptr) return NativeStatus::NoMemory;
  resources_of(call).deliver(call.worker, *resource, *channel,
                             std::vector<int>(std::begin(kSignals), std::end(kSignals)));
  return give_done(call, {});
}

}  // namespace noodle::vm
