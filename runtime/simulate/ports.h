#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/simulate/ends.h"
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
  using Place = std::pair<std::string, std::string>;  // kind of socket, address
  world::Port add(std::shared_ptr<End> end);
  template <typename T>
  world::Port occupy(const Place& place);
  /// What stands behind a port; null, and a misuse, when there is no such port. Who asks knows from the resource's
  /// kind what it is.
  std::shared_ptr<End> find(world::Port port, const char* doing);
  world::OrError<std::string> claim(const std::string& kind, const std::string& address);
  std::shared_ptr<End> listening(const std::string& kind, const std::string& address);

  Net net_;
  Files& files_;
  std::map<world::Port, std::shared_ptr<End>> ends_;
  std::map<Place, std::weak_ptr<End>> places_;
  world::Port next_port_ = 3;
  static constexpr int kFirstNumber = 40'000, kLastNumber = 65'535;
  int next_number();
  int next_number_ = kFirstNumber;
  std::vector<std::string> misuses_;
  Wait wait_;
  bool interrupted_ = false;  // since a poll waited last
  void await_news(std::int64_t nanos);
};

}  // namespace noodle::simulate
