#include "runtime/world/ports.h"

namespace noodle::world {

namespace {

class NoPorts final : public Ports {
  static std::unexpected<std::string> refuse() {
    return std::unexpected(std::string("there is no such thing in this world"));
  }
  static Transfer failed() { return {Io::Failed, 0, "there is no such thing in this world"}; }

 public:
  Transfer read(Port, std::span<char>) override { return failed(); }
  Transfer write(Port, std::string_view) override { return failed(); }
  void close(Port) override {}
  bool watch(Port, std::uint64_t) override { return false; }
  std::size_t poll(std::span<PortEvent>, std::int64_t) override { return 0; }
  void interrupt_poll() override {}
  OrError<Port> open_file(const std::string&, OpenMode) override { return refuse(); }
  OrError<std::int64_t> seek(Port, std::int64_t, int) override { return refuse(); }
  OrError<void> sync(Port) override { return refuse(); }
  Transfer read_at(Port, std::int64_t, std::span<char>) override { return failed(); }
  OrError<Port> open_lock(const std::string&, bool) override { return refuse(); }
  Transfer lock(Port, const std::string&, bool) override { return failed(); }
  OrError<Port> watch_files(const std::string&, bool) override { return refuse(); }
  Transfer next_change(Port, FileChange&) override { return failed(); }
  OrError<Port> listen(SocketKind, const std::string&) override { return refuse(); }
  Transfer accept(Port, Port&) override { return failed(); }
  OrError<Port> connect(SocketKind, const std::string&) override { return refuse(); }
  Transfer finish_connect(Port) override { return failed(); }
  OrError<Port> bind_udp(const std::string&) override { return refuse(); }
  Transfer send_to(Port, std::string_view, const std::string&) override { return failed(); }
  Transfer receive_from(Port, std::span<char>, std::string&) override { return failed(); }
  OrError<void> shut_down_writing(Port) override { return refuse(); }
  OrError<std::string> local_address(Port) override { return refuse(); }
  OrError<std::string> peer_address(Port) override { return refuse(); }
  OrError<std::vector<std::string>> resolve(const std::string&) override { return refuse(); }
  OrError<std::pair<Port, Port>> pipe() override { return refuse(); }
  OrError<Child> start_child(const ChildOptions&) override { return refuse(); }
  Transfer child_code(Port, std::int64_t&) override { return failed(); }
  OrError<void> signal_child(Port, int) override { return refuse(); }
  OrError<Port> signals(std::span<const int>) override { return refuse(); }
};

}  // namespace

Ports& no_ports() {
  static constinit NoPorts ports;
  return ports;
}

}  // namespace noodle::world
