#include "runtime/simulate/ports.h"

#include <cerrno>
#include <csignal>

#include "runtime/simulate/programs.h"
#include "runtime/world/errors.h"

namespace noodle::simulate {

namespace {

using world::describe;
using world::Io;
using world::OrError;
using world::Port;
using world::Transfer;

}  // namespace

Port SimulatedPorts::add(std::shared_ptr<End> end) {
  ends_.emplace(next_port_, std::move(end));
  return next_port_++;
}

std::shared_ptr<End> SimulatedPorts::find(Port port, const char* doing) {
  if (const auto found = ends_.find(port); found != ends_.end()) return found->second;
  misuses_.push_back(std::string(doing) + " a port that is closed");
  return nullptr;
}

SimulatedPorts::Failure::operator Transfer() const { return {Io::Failed, 0, describe(EBADF, doing)}; }

Transfer SimulatedPorts::read(Port port, std::span<char> into) {
  Transfer got = with(port, "reading from", [&](End& end) { return end.read(into); });
  net_.choices.note(static_cast<std::uint64_t>(got.io) << 60 | got.bytes);
  return got;
}

Transfer SimulatedPorts::write(Port port, std::string_view bytes) {
  Transfer sent = with(port, "writing to", [&](End& end) { return end.write(bytes); });
  net_.choices.note(bytes.substr(0, sent.bytes));
  return sent;
}

void SimulatedPorts::close(Port port) {
  const auto end = find(port, "closing");
  if (end == nullptr) return;
  end->watched = false;
  ends_.erase(port);
  end->close();
}

bool SimulatedPorts::watch(Port port, std::uint64_t token) {
  const auto end = find(port, "watching");
  if (end == nullptr || !end->waits()) return false;
  end->token = token;
  end->watched = true;
  // As a kernel would: what it can do now is news, too. Trying will tell how much of it is true.
  net_.tell(*end, true, true);
  return true;
}

void SimulatedPorts::await_news(std::int64_t nanos) {
  Timeline& time = net_.time;
  const std::int64_t until = nanos < 0 ? INT64_MAX : time.now() + nanos;
  if (wait_) {
    // An interrupt is meant for whoever waits, not for one that only looks; it need not wait yet.
    if (nanos == 0) return;
    wait_([this] { return interrupted_ || !net_.news.empty(); }, until);
    interrupted_ = false;
    return;
  }
  time.advance(time.now());
  while (net_.news.empty() && time.next() <= until && time.next() != INT64_MAX) time.advance(time.next());
  if (net_.news.empty() && until != INT64_MAX) time.advance(until);
}

std::size_t SimulatedPorts::poll(std::span<world::PortEvent> events, std::int64_t nanos) {
  await_news(nanos);
  std::size_t count = 0;
  while (count < events.size() && !net_.news.empty()) {
    const auto end = net_.news.front().lock();
    net_.news.pop_front();
    if (end == nullptr || !end->watched) continue;
    events[count++] = {end->token, std::exchange(end->readable, false), std::exchange(end->writable, false),
                       std::exchange(end->ended, false)};
  }
  return count;
}

// ----------------------------------------------------------------------------------------- files

OrError<Port> SimulatedPorts::open_file(const std::string& path, world::OpenMode mode) {
  const bool reads = mode == world::OpenMode::Read;
  auto bytes = reads ? files_.find(path) : files_.find_or_make(path);
  if (!bytes) return std::unexpected(bytes.error());
  if (mode == world::OpenMode::Write && !(*bytes)->empty()) {
    (*bytes)->clear();
    files_.wrote(*bytes);
  }
  auto file = std::make_shared<OpenFile>(net_);
  file->wrote = [this](const Files::Bytes& written) { files_.wrote(written); };
  file->local = path;
  file->bytes = std::move(*bytes);
  file->append = mode == world::OpenMode::Append;
  file->may_write = !reads;
  file->may_read = reads || mode == world::OpenMode::Change;
  return add(std::move(file));
}

OrError<std::int64_t> SimulatedPorts::seek(Port port, std::int64_t offset, int from) {
  return with<OpenFile>(port, "seeking in", [&](OpenFile& file) -> OrError<std::int64_t> {
    const std::size_t base = from == 0 ? 0 : from == 1 ? file.at : file.bytes->size();
    std::int64_t at = 0;
    if (__builtin_add_overflow(static_cast<std::int64_t>(base), offset, &at) || at < 0) {
      return std::unexpected(describe(EINVAL, "seeking"));
    }
    file.at = static_cast<std::size_t>(at);
    return at;
  });
}

OrError<void> SimulatedPorts::sync(Port port) {
  return with(port, "syncing", [&](const End& end) -> OrError<void> {
    if (!net_.wrong(Twist::Full, "the disk is full when " + end.local + " is synced")) return {};
    return std::unexpected(describe(ENOSPC, "writing to disk"));
  });
}

Transfer SimulatedPorts::read_at(Port port, std::int64_t position, std::span<char> into) {
  Transfer got = with<OpenFile>(port, "reading from", [&](OpenFile& file) { return file.read_at(position, into); });
  net_.choices.note(static_cast<std::uint64_t>(got.io) << 60 | got.bytes);
  return got;
}

// ------------------------------------------------------------------------------ locks and watches

OrError<Port> SimulatedPorts::open_lock(const std::string& path, bool) {
  auto file = files_.find_or_make(path);
  if (!file) return std::unexpected(file.error());
  return add(std::make_shared<FileLock>(net_, locks_, std::move(*file)));
}

Transfer SimulatedPorts::lock(Port port, const std::string& path, bool shared) {
  return with<FileLock>(port, "locking", [&](FileLock& lock) -> Transfer {
    Transfer got = lock.take(shared);
    if (got.io != Io::Done) return got;
    const auto there = files_.find(path);
    return {there && *there == lock.file ? Io::Done : Io::End, 0, {}};
  });
}

OrError<Port> SimulatedPorts::watch_files(const std::string& path, bool recursive) {
  const auto about = files_.info(path);
  if (!about) return std::unexpected(about.error());
  const bool is_file = about->kind != world::FileInfo::Kind::Folder;
  files_.tell_to([this](const world::FileChange& change) {
    for (Watching* watching : watchers_) watching->happened(change);
  });
  return add(std::make_shared<Watching>(net_, watchers_, path, is_file, recursive));
}

Transfer SimulatedPorts::next_change(Port port, world::FileChange& change) {
  const Transfer got = with<Watching>(port, "watching", [&](Watching& watching) { return watching.next(change); });
  net_.choices.note(got.io == Io::Done ? change.path : std::string_view());
  return got;
}

// --------------------------------------------------------------------------- pipes and processes

OrError<std::pair<Port, Port>> SimulatedPorts::pipe() {
  auto in = std::make_shared<Stream>(net_), out = std::make_shared<Stream>(net_);
  in->socket = out->socket = false;
  Stream::join(*in, *out);
  return std::pair(add(std::move(in)), add(std::move(out)));
}

OrError<world::Child> SimulatedPorts::start_child(const world::ChildOptions& options) {
  if (options.command.empty() || options.command[0].empty()) return std::unexpected("a command needs a program");
  if (!is_program(options.command[0])) {
    return std::unexpected("no such program: " + options.command[0] +
                           " (a simulation has only cat, echo, false, sleep and true)");
  }
  auto process = std::make_shared<Process>(net_);
  process->local = options.command[0];
  world::Child child;
  const auto give = [&](bool wanted, std::shared_ptr<Stream>& theirs, Port& ours) {
    if (!wanted) return;
    theirs = std::make_shared<Stream>(net_);
    auto other = std::make_shared<Stream>(net_);
    theirs->socket = other->socket = false;
    theirs->program = [] {};
    Stream::join(*theirs, *other);
    ours = add(std::move(other));
  };
  give(options.pipe_in, process->in, child.in);
  give(options.pipe_out, process->out, child.out);
  give(options.pipe_error, process->error, child.error);
  run_program(*process, options.command);
  child.process = add(std::move(process));
  return child;
}

Transfer SimulatedPorts::child_code(Port port, std::int64_t& code) {
  return with<Process>(port, "waiting for", [&](const Process& process) -> Transfer {
    if (!process.over) return {Io::Wait, 0, {}};
    code = process.code;
    return {};
  });
}

OrError<void> SimulatedPorts::signal_child(Port port, int signal) {
  return with<Process>(port, "signalling", [&](Process& process) -> OrError<void> {
    if (process.over) return std::unexpected(describe(ESRCH, "sending a signal"));
    // None of the programs has handlers; two signals are ignored by default.
    if (signal != SIGCHLD && signal != SIGWINCH) process.exit(-signal);
    return {};
  });
}

// Nobody sends signals to a simulated program.
OrError<Port> SimulatedPorts::signals(std::span<const int>) { return add(std::make_shared<End>(net_)); }

}  // namespace noodle::simulate
