// Natives of what is read and written: files, connections and pipes.

#include <algorithm>

#include "runtime/vm/natives_port.h"

namespace noodle::vm {

namespace {

constexpr std::size_t kMostKept = 256 * 1024;  // of an empty buffer

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

// (status, bytes, error): 0 bytes, 1 the end, 2 an error.
NativeStatus give_read(NativeCall& call, int status, std::string_view bytes, std::string_view error) {
  call.results[0] = static_cast<std::uint64_t>(status);
  if (const NativeStatus gave = give_bytes(call, bytes, 1); gave != NativeStatus::Ok) return gave;
  return call.give_text(error, 2);
}

// Gives the first bytes of the buffer.
NativeStatus give_first(NativeCall& call, Resource& resource, std::size_t count) {
  const NativeStatus status = give_read(call, 0, buffered(resource).substr(0, count), {});
  if (status == NativeStatus::Ok) consume(resource, count);
  return status;
}

// Reads once more into the buffer. `news` is what they were when the operation began, and then what they are.
Transfer refill(NativeCall& call, Resource& resource, bool try_it, std::uint32_t& news) {
  if (!try_it && resource.polled) return {Io::Wait, 0, {}};
  const std::span<char> block = call.worker.block();
  // Only a file on disk may hold up who reads or writes it.
  const task::MayBlock section(call.worker, !resource.polled);
  Transfer got = call.world.ports().read(resource.port, block);
  resource.buffer.append(block.data(), got.bytes);
  if (got.io == Io::Done && resource.polled) {
    news = resources_of(call).have_read(call.worker, resource, got.bytes < block.size(), news);
  }
  return got;
}

/// What a native that reads says of the bytes in the buffer.
struct Enough {
  enum class Kind : std::uint8_t { More, Take, Wrong } kind = Kind::More;
  std::size_t count = 0;  // to take; none: the end
  std::string wrong{};
};

/// One native that reads. `look(have, seen, ended)` is asked about the bytes in the buffer before each read; it
/// has seen the first of them before.
template <typename F>
NativeStatus read_with(NativeCall& call, std::int64_t nanos, F&& look) {
  auto* const resource = handle_as<Resource>(call.args[0]);
  const auto fail = [&](std::string_view why) { return give_read(call, 2, {}, why); };
  if (resource == nullptr) return fail(kClosed);
  Waiting waiting(call, nanos);
  for (;;) {
    bool busy = false;
    {
      // Several tasks may read: each gets something whole.
      const Use use(call, resource, true);
      if (!use) return fail(kClosed);
      busy = use.is_busy();
      waiting->news = use.begun().read_news;
      std::size_t seen = 0;
      for (Transfer got; !busy && got.io != Io::Wait;) {
        const std::string_view have = buffered(*resource);
        const Enough enough = look(have, seen, got.io == Io::End);
        if (enough.kind == Enough::Kind::Wrong) return fail(enough.wrong);
        if (enough.kind == Enough::Kind::Take && enough.count == 0) return give_read(call, 1, {}, {});
        if (enough.kind == Enough::Kind::Take) return give_first(call, *resource, enough.count);
        seen = have.size();
        got = refill(call, *resource, use.begun().readable, waiting->news);
        if (got.io == Io::Failed) return fail(got.error);
      }
    }
    NativeStatus status = NativeStatus::Ok;
    switch (waiting.wait(*resource, busy ? For::Turn : For::Bytes, status)) {
      case Waiting::Then::Again: break;
      case Waiting::Then::Late: return fail(kTimedOut);
      case Waiting::Then::Leave: return status;
    }
  }
}

// In its turn: lets a file stand where its reader does; what was read ahead lies between the two.
void go_back(NativeCall& call, Resource& file) {
  const auto ahead = static_cast<std::int64_t>(buffered(file).size());
  if (ahead != 0 && call.world.ports().seek(file.port, -ahead, 1)) consume(file, static_cast<std::size_t>(ahead));
}

}  // namespace

NativeStatus native_file_seek(NativeCall& call) {
  auto* const file = resource_of(call, ResourceKind::File);
  const auto from = static_cast<int>(std::clamp<std::int64_t>(int_arg(call, 2), 0, 2));
  const auto give = [&](const world::OrError<std::int64_t>& at) {
    call.results[0] = at.has_value();
    call.results[1] = static_cast<std::uint64_t>(at.value_or(0));
    return call.give_text(at ? std::string_view() : std::string_view(at.error()), 2);
  };
  if (file == nullptr) return give(std::unexpected(std::string(kClosed)));
  Waiting waiting(call, -1);
  NativeStatus status = NativeStatus::Ok;
  world::OrError<std::int64_t> at = 0;
  const auto done = attempt(
      call, waiting, *file, For::Bytes, status,
      [&] {
        const task::MayBlock section(call.worker, true);
        go_back(call, *file);
        at = call.world.ports().seek(file->port, int_arg(call, 1), from);
        return Transfer{};
      },
      true);
  if (!done) return status;
  return give(done->io == Io::Failed ? std::unexpected(done->error) : at);
}

NativeStatus native_file_sync(NativeCall& call) {
  auto* const file = resource_of(call, ResourceKind::File);
  const Use use(call, file);
  return use ? give_done(call, call.world.ports().sync(file->port)) : give_failure(call, kClosed);
}

// (ok, bytes, error); fewer bytes only at the file's end. Room is made as they come: far more may be asked for.
NativeStatus native_file_read_at(NativeCall& call) {
  constexpr std::uint64_t kRoom = 1 << 20;
  auto* const file = resource_of(call, ResourceKind::File);
  const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(int_arg(call, 2), 0));
  std::uint64_t& bytes = call.results[1];
  call.results[0] = bytes = 0;
  const Use use(call, file);
  if (!use) return call.give_text(kClosed, 2);
  Transfer got;
  for (std::uint64_t have = 0; got.io == Io::Done && have < count; have += got.bytes) {
    if (!value::list_reserve(call.account, *call.result_types[1], &bytes, std::min(count, have + kRoom))) {
      value::list_clear(call.account, &bytes);
      return NativeStatus::NoMemory;
    }
    memory::ArrayObject& array = *value::list_at(bytes);
    const task::MayBlock section(call.worker, true);
    got = call.world.ports().read_at(
        file->port, int_arg(call, 1) + static_cast<std::int64_t>(have),
        {reinterpret_cast<char*>(array.data()) + have, std::min(count, array.capacity) - have});
    array.length += got.bytes;
  }
  call.results[0] = got.io != Io::Failed;
  if (got.io == Io::Failed) value::list_clear(call.account, &bytes);
  return call.give_text(got.error, 2);
}

NativeStatus native_port_read(NativeCall& call) {
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(int_arg(call, 1), 1));
  return read_with(call, int_arg(call, 2), [&](std::string_view have, std::size_t, bool ended) -> Enough {
    if (have.empty() && !ended) return {};
    return {Enough::Kind::Take, std::min(have.size(), limit)};
  });
}

// Up to and with a byte, or what is left before the end; more than `limit` bytes are an error.
NativeStatus native_port_read_until(NativeCall& call) {
  const auto stop = static_cast<char>(int_arg(call, 1));
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(int_arg(call, 2), 1));
  return read_with(call, int_arg(call, 3), [&](std::string_view have, std::size_t seen, bool ended) -> Enough {
    const std::size_t at = have.find(stop, seen);
    const std::size_t size = at != std::string_view::npos ? at + 1 : have.size();
    if (size > limit) return {Enough::Kind::Wrong, 0, "more than " + std::to_string(limit) + " bytes"};
    if (at == std::string_view::npos && !ended) return {};
    return {Enough::Kind::Take, size};
  });
}

NativeStatus native_port_write(NativeCall& call) {
  auto* const resource = handle_as<Resource>(call.args[0]);
  if (resource == nullptr) return give_failure(call, kClosed);
  const std::string_view bytes = bytes_arg(call, 1);
  const bool is_file = resource->kind == ResourceKind::File;
  Waiting waiting(call, int_arg(call, 2));
  NativeStatus status = NativeStatus::Ok;
  while (waiting->done < bytes.size()) {
    const auto sent = attempt(
        call, waiting, *resource, For::Room, status,
        [&] {
          const std::string_view left = bytes.substr(waiting->done);
          if (!is_file) return call.world.ports().write(resource->port, left);
          const task::MayBlock section(call.worker, !resource->polled);
          go_back(call, *resource);
          return call.world.ports().write(resource->port, left);
        },
        is_file);
    if (!sent) return status;
    if (sent->io == Io::Failed) return give_failure(call, sent->error);
    waiting->done += sent->bytes;
  }
  return give_done(call, {});
}

NativeStatus native_port_close(NativeCall& call) {
  auto* const resource = handle_as<Resource>(call.args[0]);
  call.results[0] = resource != nullptr && resources_of(call).close(&call.worker, *resource);
  return NativeStatus::Ok;
}

NativeStatus native_port_close_write(NativeCall& call) {
  auto* const resource = resource_of(call, ResourceKind::Stream);
  const Use use(call, resource);
  if (!use) return give_failure(call, kClosed);
  const auto done = call.world.ports().shut_down_writing(resource->port);
  if (done) {
    const Hold hold(resource->lock);
    resource->write_closed = true;
  }
  return give_done(call, done);
}

NativeStatus native_port_is_open(NativeCall& call) {
  const Use use(call, handle_as<Resource>(call.args[0]));
  call.results[0] = static_cast<bool>(use);
  return NativeStatus::Ok;
}

}  // namespace noodle::vm
