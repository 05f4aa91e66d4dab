#include "tests/faults/faulty_ports.h"

#include <cerrno>
#include <csignal>

#include "runtime/world/errors.h"
#include "tests/faults/faulty_world.h"

namespace noodle::tests {

namespace {

using world::describe;
using world::Io;
using world::OpenMode;
using world::OrError;
using world::Port;
using world::Transfer;

Transfer failed(int error, const char* doing) { return {Io::Failed, 0, describe(error, doing)}; }

}  // namespace

// The other side hears of it, too.
Transfer FaultyPorts::break_off(Port port) {
  broken_.insert(port);
  (void)below_.shut_down_writing(port);
  return failed(ECONNRESET, "reading or writing");
}

void FaultyPorts::kill(Port process) {
  if (processes_.contains(process)) (void)below_.signal_child(process, SIGKILL);
}

template <typename F>
Transfer FaultyPorts::read_file(Port port, F&& read) {
  const Fault fault = world_.meet(Call::ReadOpenFile);
  if (fault == Fault::Unreadable) return failed(EIO, "reading");
  if (ended_.contains(port)) return {Io::End, 0, {}};
  Transfer got = read();
  if (fault == Fault::Truncated) {
    ended_.insert(port);
    got.bytes /= 2;
    if (got.bytes == 0) return {Io::End, 0, {}};
  }
  return got;
}

Transfer FaultyPorts::read(Port port, std::span<char> into) {
  if (files_.contains(port)) return read_file(port, [&] { return below_.read(port, into); });
  const auto pipe = pipes_.find(port);
  if (pipe == pipes_.end()) return read_socket(port, into);
  if (world_.meet(Call::ReadChild) == Fault::Dead) kill(pipe->second);
  return below_.read(port, into);
}

Transfer FaultyPorts::read_at(Port port, std::int64_t position, std::span<char> into) {
  return read_file(port, [&] { return below_.read_at(port, position, into); });
}

Transfer FaultyPorts::read_socket(Port port, std::span<char> into) {
  if (broken_.contains(port)) return failed(ECONNRESET, "reading");
  if (ended_.contains(port)) return {Io::End, 0, {}};
  const Fault fault = world_.meet(Call::ReadSocket);
  if (fault == Fault::Reset) return break_off(port);
  Transfer got = below_.read(port, into);
  if (fault != Fault::Truncated) return got;
  ended_.insert(port);
  (void)below_.shut_down_writing(port);
  got.bytes /= 2;
  return got.io == Io::Done && got.bytes != 0 ? got : Transfer{Io::End, 0, {}};
}

Transfer FaultyPorts::write(Port port, std::string_view bytes) {
  if (const auto file = files_.find(port); file != files_.end()) return write_file(port, file->second, bytes);
  if (const auto pipe = pipes_.find(port); pipe != pipes_.end()) {
    if (world_.meet(Call::WriteChild) == Fault::Dead) kill(pipe->second);
    return below_.write(port, bytes);
  }
  if (broken_.contains(port)) return failed(EPIPE, "writing");
  if (world_.meet(Call::WriteSocket) == Fault::Reset) return break_off(port);
  return below_.write(port, bytes);
}

Transfer FaultyPorts::write_file(Port port, const File& file, std::string_view bytes) {
  const Fault fault = world_.meet(Call::WriteOpenFile);
  world_.note_change();
  if (!world_.is_full()) return below_.write(port, bytes);
  const std::string_view some = fault == Fault::HalfFull ? bytes.substr(0, bytes.size() / 2) : std::string_view();
  if (!some.empty()) (void)below_.write(port, some);
  if (file.emptied || !some.empty()) world_.note_torn(file.path);
  return failed(ENOSPC, "writing");
}

void FaultyPorts::close(Port port) {
  files_.erase(port);
  pipes_.erase(port);
  processes_.erase(port);
  broken_.erase(port);
  ended_.erase(port);
  below_.close(port);
}

OrError<Port> FaultyPorts::open_file(const std::string& path, OpenMode mode) {
  if (mode == OpenMode::Read) {
    const Fault fault = world_.meet(Call::OpenToRead);
    if (fault == Fault::Unreadable) return std::unexpected(describe(EACCES, path));
    if (fault == Fault::Vanished) world_.take_away(path);
  } else {
    const Fault fault = world_.meet(Call::OpenToWrite);
    if (fault == Fault::Refused) return std::unexpected(describe(EMFILE, path));
    if (world_.is_full()) return std::unexpected(describe(ENOSPC, path));
    world_.note_change();
  }
  auto port = below_.open_file(path, mode);
  if (port && *port != world::kNoPort) files_[*port] = {path, mode == OpenMode::Write};
  return port;
}

OrError<std::int64_t> FaultyPorts::seek(Port port, std::int64_t offset, int from) {
  if (world_.meet(Call::Seek) == Fault::Unreadable) return std::unexpected(describe(EIO, "seeking"));
  return below_.seek(port, offset, from);
}

OrError<void> FaultyPorts::sync(Port port) {
  world_.meet(Call::Sync);
  if (!world_.is_full()) return below_.sync(port);
  if (const auto file = files_.find(port); file != files_.end()) world_.note_torn(file->second.path);
  return std::unexpected(describe(ENOSPC, "syncing"));
}

OrError<Port> FaultyPorts::open_lock(const std::string& path, bool shared) {
  if (world_.meet(Call::Lock) == Fault::Refused) return std::unexpected(describe(ENOLCK, path));
  return below_.open_lock(path, shared);
}

OrError<Port> FaultyPorts::watch_files(const std::string& path, bool recursive) {
  if (world_.meet(Call::WatchFiles) == Fault::Refused) return std::unexpected("too many watches: " + path);
  return below_.watch_files(path, recursive);
}

Transfer FaultyPorts::next_change(Port port, world::FileChange& change) {
  Transfer got = below_.next_change(port, change);
  if (got.io == Io::Done && world_.meet(Call::NextChange) == Fault::Missed) {
    change = {world::FileChange::Kind::Missed, change.path, "more happened than the system remembers"};
  }
  return got;
}

OrError<Port> FaultyPorts::listen(world::SocketKind kind, const std::string& address) {
  if (world_.meet(Call::Listen) == Fault::Refused) return std::unexpected(describe(EADDRINUSE, address));
  return below_.listen(kind, address);
}

Transfer FaultyPorts::accept(Port listener, Port& made) {
  if (world_.meet(Call::Accept) == Fault::Refused) return failed(EMFILE, "accepting");
  return below_.accept(listener, made);
}

OrError<Port> FaultyPorts::connect(world::SocketKind kind, const std::string& address) {
  if (world_.meet(Call::Connect) == Fault::Refused) return std::unexpected(describe(ECONNREFUSED, address));
  return below_.connect(kind, address);
}

Transfer FaultyPorts::finish_connect(Port port) {
  if (world_.meet(Call::FinishConnect) == Fault::Reset) return failed(ECONNRESET, "connecting");
  return below_.finish_connect(port);
}

OrError<world::Child> FaultyPorts::start_child(const world::ChildOptions& options) {
  if (world_.meet(Call::StartChild) == Fault::Refused) return std::unexpected(describe(EAGAIN, options.command[0]));
  auto child = below_.start_child(options);
  if (!child) return child;
  processes_.insert(child->process);
  for (const Port end : {child->in, child->out, child->error}) {
    if (end != world::kNoPort) pipes_[end] = child->process;
  }
  return child;
}

Transfer FaultyPorts::child_code(Port process, std::int64_t& code) {
  if (world_.meet(Call::ChildCode) == Fault::Dead) kill(process);
  return below_.child_code(process, code);
}

OrError<Port> FaultyPorts::signals(std::span<const int> signals) {
  if (world_.meet(Call::Signals) == Fault::Refused) return std::unexpected(describe(EMFILE, "signals"));
  return below_.signals(signals);
}

}  // namespace noodle::tests
