#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "runtime/simulate/ends.h"
#include "runtime/simulate/places.h"
#include "runtime/simulate/watching.h"
#include "runtime/world/ports.h"

namespace noodle::simulate {

/// The ports of a simulated world. Connections lead only to listeners of the same world; of processes there are
/// the few that `programs.h` lists.
class SimulatedPorts final : public world::Ports {
 public:
  SimulatedPorts(Timeline& time, Choices& choices, Files& files) : net_(time, choices), files_(files) {}

  /// Waits until `ready` or a moment while others go on.
  using Wait = std::function<void(const std::function<bool()>& ready, std::int64_t until)>;
  /// From now on a poll waits so, as the threads of a model do. Without it, whoever polls lets time pass.
  void wait_with(Wait wait) { wait_ = std::move(wait); }

  world::Transfer read(world::Port port, std::span<char> into) override;
  world::Transfer write(world::Port port, std::string_view bytes) override;
  void close(world::Port port) override;
  bool watch(world::Port port, std::uint64_t token) override;
  std::size_t poll(std::span<world::PortEvent> events, std::int64_t nanos) override;
  void interrupt_poll() override { interrupted_ = true; }

  world::OrError<world::Port> open_file(const std::string& path, world::OpenMode mode) override;
  world::OrError<std::int64_t> seek(world::Port port, std::int64_t offset, int from) override;
  world::OrError<void> sync(world::Port port) override;
  world::Transfer read_at(world::Port port, std::int64_t position, std::span<char> into) override;
  world::OrError<world::Port> open_lock(const std::string& path, bool shared) override;
  world::Transfer lock(world::Port port, const std::string& path, bool shared) override;
  world::OrError<world::Port> watch_files(const std::string& path, bool recursive) override;
  world::Transfer next_change(world::Port port, world::FileChange& change) override;

  world::OrError<world::Port> listen(world::SocketKind kind, const std::string& address) override;
  world::Transfer accept(world::Port listener, world::Port& made) override;
  world::OrError<world::Port> connect(world::SocketKind kind, const std::string& address) override;
  world::Transfer finish_connect(world::Port port) override;
  world::OrError<world::Port> bind_udp(const std::string& address) override;
  world::Transfer send_to(world::Port port, std::string_view bytes, const std::string& address) override;
  world::Transfer receive_from(world::Port port, std::span<char> into, std::string& address) override;
  world::OrError<void> shut_down_writing(world::Port port) override;
  world::OrError<std::string> local_address(world::Port port) override;
  world::OrError<std::string> peer_address(world::Port port) override;
  world::OrError<std::vector<std::string>> resolve(const std::string& host) override;

  world::OrError<std::pair<world::Port, world::Port>> pipe() override;
  world::OrError<world::Child> start_child(const world::ChildOptions& options) override;
  world::Transfer child_code(world::Port process, std::int64_t& code) override;
  world::OrError<void> signal_child(world::Port process, int signal) override;
  world::OrError<world::Port> signals(std::span<const int> signals) override;

  /// What the runtime did that no runtime may do: a port closed twice, or used after it was closed.
  const std::vector<std::string>& misuses() const { return misuses_; }
  std::size_t open_count() const { return ends_.size(); }

 private:
  world::Port add(std::shared_ptr<End> end);
  /// What an operation on a port gives that there isn't.
  struct Failure {
    const char* doing;
    operator world::Transfer() const;
    template <typename T>
    operator world::OrError<T>() const {
      return std::unexpected(world::Transfer(*this).error);
    }
  };
  /// What `operation` gives for what stands behind a port, or a failure, and a misuse, when there is no such port. Who
  /// asks knows from the resource's kind what it is.
  template <typename T = End, typename F>
  std::invoke_result_t<F, T&> with(world::Port port, const char* doing, F&& operation) {
    if (const std::shared_ptr<End> end = find(port, doing)) return operation(static_cast<T&>(*end));
    return Failure{doing};
  }
  std::shared_ptr<End> find(world::Port port, const char* doing);
  template <typename T>
  world::OrError<world::Port> occupy(Places& places, const std::string& address);
  world::OrError<world::Port> listen_at_path(const std::string& path);
  /// Who listens at an address, as far as one can know from it.
  using Find = std::function<std::shared_ptr<End>()>;
  world::Port connect_to(const std::string& local, const std::string& remote, Find find);
  world::OrError<world::Port> connect_to_path(const std::string& path);

  Net net_;
  Files& files_;
  std::map<world::Port, std::shared_ptr<End>> ends_;
  Places tcp_, udp_;
  FileLock::Locks locks_;
  Watching::Watchers watchers_;
  world::Port next_port_ = 3;
  std::vector<std::string> misuses_;
  Wait wait_;
  bool interrupted_ = false;  // since a poll waited last
  void await_news(std::int64_t nanos);
};

}  // namespace noodle::simulate
