// Files, sockets and pipes of the system: file descriptors that never block, and one epoll.

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "runtime/world/address.h"
#include "runtime/world/children.h"
#include "runtime/world/errors.h"
#include "runtime/world/ports.h"
#include "runtime/world/signals.h"
#include "runtime/world/watchers.h"

namespace noodle::world {

namespace {

constexpr std::uint64_t kWakeToken = UINT64_MAX;

std::unexpected<std::string> failure(const std::string& what) { return std::unexpected(describe(errno, what)); }

Transfer outcome(ssize_t n, bool zero_is_end, const std::string& what) {
  if (n > 0 || (n == 0 && !zero_is_end)) return {Io::Done, static_cast<std::size_t>(n), {}};
  if (n == 0) return {Io::End, 0, {}};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {Io::Wait, 0, {}};
  return {Io::Failed, 0, describe(errno, what)};
}

class RealPorts final : public Ports {
 public:
  explicit RealPorts(bool hears_signals) : hears_signals_(hears_signals) {}
  ~RealPorts() override {
    if (const int poller = poller_.load(); poller >= 0) ::close(poller);
    if (const int waker = waker_.load(); waker >= 0) ::close(waker);
  }

  Transfer read(Port port, std::span<char> into) override {
    for (;;) {
      const ssize_t n = ::read(port, into.data(), into.size());
      if (n < 0 && errno == EINTR) continue;
      if (n != 0 || !is_fifo(port)) return outcome(n, true, "reading");
      // Of a FIFO the end comes only when a writer has gone; before the first one comes, it gives nothing either.
      pollfd state{.fd = port, .events = POLLIN, .revents = 0};
      ::poll(&state, 1, 0);
      if ((state.revents & POLLIN) != 0) continue;
      return {state.revents != 0 ? Io::End : Io::Wait, 0, {}};
    }
  }
  Transfer write(Port port, std::string_view bytes) override {
    ssize_t n = 0;
    do n = ::write(port, bytes.data(), bytes.size());
    while (n < 0 && errno == EINTR);
    return outcome(n, false, "writing");
  }
  void close(Port port) override {
    stop_listening(port);
    if (!children_.close(port) && !watchers_.close(port)) ::close(port);
  }

  bool watch(Port port, std::uint64_t token) override {
    if (!start_polling()) return false;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = token;
    return epoll_ctl(poller_.load(), EPOLL_CTL_ADD, port, &event) == 0;
  }

  std::size_t poll(std::span<PortEvent> events, std::int64_t nanos) override {
    constexpr std::size_t kMost = 128;
    epoll_event got[kMost];
    if (!start_polling()) return 0;
    timespec limit{};
    if (nanos >= 0) limit = {static_cast<time_t>(nanos / 1'000'000'000), static_cast<long>(nanos % 1'000'000'000)};
    const int most = static_cast<int>(std::min(events.size(), kMost));
    // The call with a timeout in nanoseconds; older kernels lack it.
    long n = syscall(SYS_epoll_pwait2, poller_.load(), got, most, nanos >= 0 ? &limit : nullptr, nullptr, 0);
    if (n < 0 && errno == ENOSYS) {
      n = epoll_wait(poller_.load(), got, most, nanos < 0 ? -1 : static_cast<int>((nanos + 999'999) / 1'000'000));
    }
    std::size_t count = 0;
    for (long i = 0; i < n; ++i) {
      const epoll_event& event = got[i];
      if (event.data.u64 == kWakeToken) {
        // Meant for whoever waits, not for one that only looks.
        std::uint64_t times = 0;
        if (nanos != 0) static_cast<void>(!::read(waker_.load(), &times, sizeof times));
        continue;
      }
      const bool both = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
      const bool ended = both || (event.events & EPOLLRDHUP) != 0;
      events[count++] = {event.data.u64, ended || (event.events & EPOLLIN) != 0, both || (event.events & EPOLLOUT) != 0,
                         ended};
    }
    return count;
  }
  void interrupt_poll() override {
    const std::uint64_t one = 1;
    if (const int waker = waker_.load(); waker >= 0) static_cast<void>(!::write(waker, &one, sizeof one));
  }

  OrError<Port> open_file(const std::string& path, OpenMode mode) override {
    constexpr int kFlags[] = {O_RDONLY, O_WRONLY | O_CREAT | O_TRUNC, O_WRONLY | O_CREAT | O_APPEND, O_RDWR | O_CREAT};
    const int fd = ::open(path.c_str(), kFlags[static_cast<int>(mode)] | O_CLOEXEC | O_NONBLOCK, 0666);
    struct stat facts{};
    if (fd < 0 && errno == ENXIO) {
      if (stat(path.c_str(), &facts) == 0 && S_ISFIFO(facts.st_mode)) return kNoPort;
      errno = ENXIO;
    }
    if (fd < 0) return failure(path);
    if (fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode)) {
      ::close(fd);
      return std::unexpected(describe(EISDIR, path));
    }
    return fd;
  }
  OrError<std::int64_t> seek(Port port, std::int64_t offset, int from) override {
    constexpr int kFrom[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    const off_t at = lseek(port, offset, kFrom[from]);
    return at < 0 ? OrError<std::int64_t>(failure("seeking")) : OrError<std::int64_t>(at);
  }
  OrError<void> sync(Port port) override {
    if (fsync(port) < 0) return failure("writing to disk");
    return {};
  }
  Transfer read_at(Port port, std::int64_t position, std::span<char> into) override {
    ssize_t n = 0;
    do n = pread(port, into.data(), into.size(), position);
    while (n < 0 && errno == EINTR);
    return outcome(n, true, "reading");
  }

  OrError<Port> open_lock(const std::string& path, bool shared) override {
    // As a lock of a network's file system wants it: writable for one that is not shared.
    const int fd = ::open(path.c_str(), (shared ? O_RDONLY : O_RDWR) | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd < 0) return failure(path);
    struct stat facts{};
    if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode)) return fd;
    ::close(fd);
    return std::unexpected("not a file: " + path);
  }
  Transfer lock(Port port, const std::string& path, bool shared) override {
    int locked = 0;
    do locked = flock(port, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB);
    while (locked < 0 && errno == EINTR);
    if (locked < 0) return outcome(-1, false, path);
    // Who had it may have removed or replaced the file, and the next ones lock what is there now.
    struct stat ours{}, there{};
    const bool is_same = fstat(port, &ours) == 0 && stat(path.c_str(), &there) == 0 && ours.st_dev == there.st_dev &&
                         ours.st_ino == there.st_ino;
    return {is_same ? Io::Done : Io::End, 0, {}};
  }

  OrError<Port> watch_files(const std::string& path, bool recursive) override {
    return watchers_.start(path, recursive);
  }
  Transfer next_change(Port port, FileChange& change) override { return watchers_.next(port, change); }

  OrError<Port> listen(SocketKind kind, const std::string& text) override {
    auto address = address_of(kind, text);
    if (!address) return std::unexpected(address.error());
    const int fd = open_socket(*address, SOCK_STREAM);
    if (fd < 0) return failure(text);
    if (kind == SocketKind::Tcp) set(fd, SOL_SOCKET, SO_REUSEADDR);
    constexpr int kBacklog = 1024;
    bool bound = bind(fd, address->get(), address->size) == 0;
    if (!bound && errno == EADDRINUSE && kind == SocketKind::Unix && is_stale(*address, text)) {
      unlink(text.c_str());
      bound = bind(fd, address->get(), address->size) == 0;
    }
    if (!bound || ::listen(fd, kBacklog) < 0) return give_up(fd, text);
    return fd;
  }
  Transfer accept(Port listener, Port& made) override {
    for (;;) {
      const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        made = fd;
        set(fd, IPPROTO_TCP, TCP_NODELAY);
        return {Io::Done, 0, {}};
      }
      // Who hung up before we came doesn't concern us.
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return outcome(-1, false, "accepting");
    }
  }
  OrError<Port> connect(SocketKind kind, const std::string& text) override {
    auto address = address_of(kind, text);
    if (!address) return std::unexpected(address.error());
    const int fd = open_socket(*address, SOCK_STREAM);
    if (fd < 0) return failure(text);
    if (kind == SocketKind::Tcp) set(fd, IPPROTO_TCP, TCP_NODELAY);
    if (::connect(fd, address->get(), address->size) == 0 || errno == EINPROGRESS) return fd;
    if (errno != EAGAIN) return give_up(fd, text);
    ::close(fd);
    return std::unexpected("too many wait to be accepted: " + text);
  }
  Transfer finish_connect(Port port) override {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(port, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return {Io::Failed, 0, describe(error, "connecting")};
    sockaddr_storage peer{};
    size = sizeof peer;
    if (getpeername(port, reinterpret_cast<sockaddr*>(&peer), &size) == 0) return {Io::Done, 0, {}};
    return errno == ENOTCONN ? Transfer{Io::Wait, 0, {}} : outcome(-1, false, "connecting");
  }
  OrError<Port> bind_udp(const std::string& text) override {
    auto address = ip_address(text);
    if (!address) return std::unexpected(address.error());
    const int fd = open_socket(*address, SOCK_DGRAM);
    if (fd < 0) return failure(text);
    if (bind(fd, address->get(), address->size) < 0) return give_up(fd, text);
    return fd;
  }
  Transfer send_to(Port port, std::string_view bytes, const std::string& text) override {
    auto address = ip_address(text);
    if (!address) return {Io::Failed, 0, address.error()};
    ssize_t n = 0;
    do n = sendto(port, bytes.data(), bytes.size(), 0, address->get(), address->size);
    while (n < 0 && errno == EINTR);
    return outcome(n, false, text);
  }
  Transfer receive_from(Port port, std::span<char> into, std::string& address) override {
    SocketAddress from;
    from.size = sizeof from.storage;
    ssize_t n = 0;
    do n = recvfrom(port, into.data(), into.size(), 0, from.get(), &from.size);
    while (n < 0 && errno == EINTR);
    if (n >= 0) address = address_text(from.storage, from.size);
    return outcome(n, false, "receiving");
  }
  OrError<void> shut_down_writing(Port port) override {
    if (shutdown(port, SHUT_WR) < 0) return failure("closing one direction");
    return {};
  }
  OrError<std::string> local_address(Port port) override { return name_of(port, getsockname); }
  OrError<std::string> peer_address(Port port) override { return name_of(port, getpeername); }

  OrError<std::vector<std::string>> resolve(const std::string& host) override {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
      return std::unexpected("no address for `" + host + "`: " + gai_strerror(error));
    }
    std::vector<std::string> out;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      sockaddr_storage storage{};
      std::memcpy(&storage, at->ai_addr, at->ai_addrlen);
      std::string text = address_text(storage, at->ai_addrlen);
      text.resize(text.rfind(':'));
      if (std::ranges::find(out, text) == out.end()) out.push_back(std::move(text));
    }
    freeaddrinfo(found);
    return out;
  }

  OrError<std::pair<Port, Port>> pipe() override {
    int ends[2];
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) return failure("making a pipe");
    return std::pair<Port, Port>(ends[0], ends[1]);
  }

  OrError<Child> start_child(const ChildOptions& options) override { return children_.start(options); }
  Transfer child_code(Port process, std::int64_t& code) override { return Children::code(process, code); }
  OrError<void> signal_child(Port process, int signal) override { return Children::signal(process, signal); }

  OrError<Port> signals(std::span<const int> wanted) override {
    if (hears_signals_) return listen_to_signals(wanted);
    return std::unexpected("signals are the host's, in which this program runs; have it listen, and call a function");
  }

 private:
  bool start_polling() {
    if (poller_.load(std::memory_order_acquire) >= 0) return true;
    const int poller = epoll_create1(EPOLL_CLOEXEC), waker = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kWakeToken;
    int none = -1;
    if (poller >= 0 && waker >= 0 && epoll_ctl(poller, EPOLL_CTL_ADD, waker, &event) == 0 &&
        waker_.compare_exchange_strong(none, waker)) {
      poller_.store(poller, std::memory_order_release);
      return true;
    }
    // No descriptors are left, or another thread was quicker.
    if (poller >= 0) ::close(poller);
    if (waker >= 0) ::close(waker);
    while (waker_.load() >= 0 && poller_.load(std::memory_order_acquire) < 0) {
    }
    return poller_.load() >= 0;
  }
  static bool is_fifo(int fd) {
    struct stat about{};
    return fstat(fd, &about) == 0 && S_ISFIFO(about.st_mode);
  }
  static int open_socket(const SocketAddress& address, int type) {
    return socket(address.storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  }
  // Whether a path is that of a socket which nobody listens on any more. Leaves errno alone.
  static bool is_stale(SocketAddress& address, const std::string& path) {
    const int error = errno;
    struct stat about{};
    bool stale = false;
    if (lstat(path.c_str(), &about) == 0 && S_ISSOCK(about.st_mode)) {
      const int probe = open_socket(address, SOCK_STREAM);
      stale = probe >= 0 && ::connect(probe, address.get(), address.size) < 0 && errno == ECONNREFUSED;
      if (probe >= 0) ::close(probe);
    }
    errno = error;
    return stale;
  }
  static void set(int fd, int level, int option) {
    const int on = 1;
    setsockopt(fd, level, option, &on, sizeof on);
  }
  static std::unexpected<std::string> give_up(int fd, const std::string& what) {
    const int error = errno;
    ::close(fd);
    return std::unexpected(describe(error, what));
  }
  static OrError<std::string> name_of(int fd, int (*ask)(int, sockaddr*, socklen_t*)) {
    SocketAddress address;
    address.size = sizeof address.storage;
    if (ask(fd, address.get(), &address.size) < 0) return failure("asking for an address");
    return address_text(address.storage, address.size);
  }

  const bool hears_signals_;
  Children children_;
  Watchers watchers_;
  std::atomic<int> poller_{-1};
  std::atomic<int> waker_{-1};
};

}  // namespace

std::unique_ptr<Ports> make_real_ports(bool hears_signals) { return std::make_unique<RealPorts>(hears_signals); }

}  // namespace noodle::world
