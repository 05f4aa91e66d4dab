#pragma once

// The ports of a world in which one thing goes wrong.

#include <map>
#include <set>
#include <string>

#include "runtime/world/ports.h"
#include "tests/faults/fault.h"

namespace noodle::tests {

class FaultyWorld;

class FaultyPorts final : public world::Ports {
 public:
  FaultyPorts(FaultyWorld& world, world::Ports& below) : world_(world), below_(below) {}

  world::Transfer read(world::Port port, std::span<char> into) override;
  world::Transfer write(world::Port port, std::string_view bytes) override;
  void close(world::Port port) override;
  bool watch(world::Port port, std::uint64_t token) override { return below_.watch(port, token); }
  std::size_t poll(std::span<world::PortEvent> events, std::int64_t nanos) override {
    return below_.poll(events, nanos);
  }
  void interrupt_poll() override { below_.interrupt_poll(); }

  world::OrError<world::Port> open_file(const std::string& path, world::OpenMode mode) override;
  world::OrError<std::int64_t> seek(world::Port port, std::int64_t offset, int from) override;
  world::OrError<void> sync(world::Port port) override;
  world::Transfer read_at(world::Port port, std::int64_t position, std::span<char> into) override;

  world::OrError<world::Port> open_lock(const std::string& path, bool shared) override;
  world::Transfer lock(world::Port port, const std::string& path, bool shared) override {
    return below_.lock(port, path, shared);
  }
  world::OrError<world::Port> watch_files(const std::string& path, bool recursive) override;
  world::Transfer next_change(world::Port port, world::FileChange& change) override;

  world::OrError<world::Port> listen(world::SocketKind kind, const std::string& address) override;
  world::Transfer accept(world::Port listener, world::Port& made) override;
  world::OrError<world::Port> connect(world::SocketKind kind, const std::string& address) override;
  world::Transfer finish_connect(world::Port port) override;
  world::OrError<world::Port> bind_udp(const std::string& address) override { return below_.bind_udp(address); }
  world::Transfer send_to(world::Port port, std::string_view bytes, const std::string& address) override {
    return below_.send_to(port, bytes, address);
  }
  world::Transfer receive_from(world::Port port, std::span<char> into, std::string& address) override {
    return below_.receive_from(port, into, address);
  }
  world::OrError<void> shut_down_writing(world::Port port) override { return below_.shut_down_writing(port); }
  world::OrError<std::string> local_address(world::Port port) override { return below_.local_address(port); }
  world::OrError<std::string> peer_address(world::Port port) override { return below_.peer_address(port); }
  world::OrError<std::vector<std::string>> resolve(const std::string& host) override { return below_.resolve(host); }

  world::OrError<std::pair<world::Port, world::Port>> pipe() override { return below_.pipe(); }
  world::OrError<world::Child> start_child(const world::ChildOptions& options) override;
  world::Transfer child_code(world::Port process, std::int64_t& code) override;
  world::OrError<void> signal_child(world::Port process, int signal) override {
    return below_.signal_child(process, signal);
  }
  world::OrError<world::Port> signals(std::span<const int> signals) override;

 private:
  struct File {
    std::string path;
    bool emptied = false;  // when it was opened
  };
  template <typename F>
  world::Transfer read_file(world::Port port, F&& read);
  world::Transfer write_file(world::Port port, const File& file, std::string_view bytes);
  world::Transfer read_socket(world::Port port, std::span<char> into);
  world::Transfer break_off(world::Port port);
  void kill(world::Port process);

  FaultyWorld& world_;
  world::Ports& below_;
  std::map<world::Port, File> files_;
  std::map<world::Port, world::Port> pipes_;  // to and from children, and whose they are
  std::set<world::Port> processes_;
  std::set<world::Port> broken_;  // connections
  std::set<world::Port> ended_;   // files and connections of which no more will come
};

}  // namespace noodle::tests
