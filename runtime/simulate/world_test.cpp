#include "runtime/simulate/world.h"

#include <gtest/gtest.h>

namespace noodle::simulate {
namespace {

using world::Io;
using world::OpenMode;
using world::Port;
using world::SocketKind;

/// A calm simulation, or one with some twists.
struct Calm {
  explicit Calm(Twists twists = 0, std::uint64_t seed = 1, world::World* below = nullptr)
      : simulation(Choices(seed, twists), below), ports(simulation.ports()) {}

  std::string read(Port port) {
    char block[65'536];
    const auto got = ports.read(port, block);
    return got.io == Io::Done   ? std::string(block, got.bytes)
           : got.io == Io::End  ? "end"
           : got.io == Io::Wait ? "wait"
                                : got.error;
  }
  std::string write(Port port, std::string_view text) {
    const auto sent = ports.write(port, text);
    return sent.io == Io::Done ? std::to_string(sent.bytes) : sent.io == Io::Wait ? "wait" : sent.error;
  }
  /// Lets everything happen that is on its way.
  void settle() {
    world::PortEvent events[8];
    for (int i = 0; i < 10; ++i) ports.poll(events, 1'000'000);
  }
  /// A connection: the client's end and the server's.
  std::pair<Port, Port> connect() {
    const auto listener = ports.listen(SocketKind::Tcp, "127.0.0.1:80");
    const auto client = ports.connect(SocketKind::Tcp, "127.0.0.1:80");
    settle();
    EXPECT_EQ(ports.finish_connect(*client).io, Io::Done);
    Port server = world::kNoPort;
    EXPECT_EQ(ports.accept(*listener, server).io, Io::Done);
    ports.close(*listener);
    return {*client, server};
  }

  Simulation simulation;
  world::Ports& ports;
};

TEST(SimulatedPorts, BytesArriveLaterInOrder) {
  Calm w;
  const auto [client, server] = w.connect();
  EXPECT_EQ(w.write(client, "one "), "4");
  EXPECT_EQ(w.write(client, "two"), "3");
  EXPECT_EQ(w.read(server), "wait");
  w.settle();
  EXPECT_EQ(w.read(server), "one two");
  w.ports.close(client);
  w.settle();
  EXPECT_EQ(w.read(server), "end");
  w.ports.close(server);
  EXPECT_TRUE(w.simulation.misuses().empty());
  EXPECT_EQ(w.simulation.open_ports(), 0u);
}

TEST(SimulatedPorts, AWriterWaitsForAReader) {
  Calm w;
  const auto [client, server] = w.connect();
  ASSERT_TRUE(w.ports.watch(client, 7));
  world::PortEvent events[4];
  EXPECT_EQ(w.ports.poll(events, 0), 1u);  // what it can do at first
  const std::string much(100'000, 'x');
  EXPECT_EQ(w.write(client, much), "65536");
  EXPECT_EQ(w.write(client, much), "wait");
  w.settle();
  EXPECT_EQ(w.read(server).size(), 65'536u);
  ASSERT_EQ(w.ports.poll(events, 0), 1u);
  EXPECT_EQ(events[0].token, 7u);
  EXPECT_TRUE(events[0].writable);
  EXPECT_EQ(w.write(client, "more"), "4");
}

TEST(SimulatedPorts, HalfCloseAndReset) {
  Calm w;
  const auto [client, server] = w.connect();
  w.write(client, "question");
  ASSERT_TRUE(w.ports.shut_down_writing(client));
  EXPECT_EQ(w.write(client, "more"), "the other side is gone: writing");
  w.settle();
  EXPECT_EQ(w.read(server), "question");
  EXPECT_EQ(w.read(server), "end");
  EXPECT_EQ(w.write(server, "answer"), "6");
  // Whoever goes without having read all breaks it.
  w.ports.close(client);
  w.settle();
  EXPECT_EQ(w.read(server), "connection reset: reading");
  EXPECT_EQ(w.write(server, "x"), "connection reset: writing");
}

TEST(SimulatedPorts, NobodyListens) {
  Calm w;
  const auto client = w.ports.connect(SocketKind::Tcp, "127.0.0.1:81");
  EXPECT_EQ(w.ports.finish_connect(*client).io, Io::Wait);
  w.settle();
  EXPECT_EQ(w.ports.finish_connect(*client).error, "connection refused: connecting");
  EXPECT_EQ(w.ports.connect(SocketKind::Tcp, "nowhere").error(), "not an address such as `127.0.0.1:80`: nowhere");
  EXPECT_EQ(w.ports.connect(SocketKind::Unix, "/tmp/none").error(), "no such file: /tmp/none");
}

TEST(SimulatedPorts, AddressesAreTakenOnce) {
  Calm w;
  const auto first = w.ports.listen(SocketKind::Tcp, "127.0.0.1:0");
  const std::string address = *w.ports.local_address(*first);
  EXPECT_NE(address, "127.0.0.1:0");
  EXPECT_EQ(w.ports.listen(SocketKind::Tcp, address).error(), "address in use: " + address);
  w.ports.close(*first);
  EXPECT_TRUE(w.ports.listen(SocketKind::Tcp, address));
  const auto any = w.ports.listen(SocketKind::Tcp, "0.0.0.0:90");
  ASSERT_TRUE(any);
  const auto client = w.ports.connect(SocketKind::Tcp, "127.0.0.1:90");
  w.settle();
  EXPECT_EQ(w.ports.finish_connect(*client).io, Io::Done);
}

TEST(SimulatedPorts, AllAddressesOverlapWithEach) {
  Calm w;
  const auto listens = [&](const std::string& address) { return w.ports.listen(SocketKind::Tcp, address).has_value(); };
  EXPECT_TRUE(listens("0.0.0.0:90"));
  EXPECT_FALSE(listens("127.0.0.1:90"));
  EXPECT_FALSE(listens("[::]:90"));
  EXPECT_TRUE(listens("[::1]:90"));
  EXPECT_TRUE(listens("127.0.0.1:91"));
  EXPECT_TRUE(listens("127.0.0.2:91"));
  EXPECT_FALSE(listens("0.0.0.0:91"));
  // Those of one protocol only.
  EXPECT_TRUE(w.ports.bind_udp("127.0.0.1:90"));
  // Who listens to all IPv4 addresses isn't reached by others.
  EXPECT_TRUE(listens("0.0.0.0:92"));
  const auto client = w.ports.connect(SocketKind::Tcp, "[::1]:92");
  w.settle();
  EXPECT_EQ(w.ports.finish_connect(*client).error, "connection refused: connecting");
  EXPECT_EQ(*w.ports.local_address(*client), "[::1]:40000");
  const auto udp = w.ports.bind_udp("127.0.0.1:93");
  EXPECT_EQ(w.ports.send_to(*udp, "x", "[::1]:93").error, "Address family not supported by protocol: [::1]:93");
}

TEST(SimulatedPorts, DatagramsHaveSenders) {
  Calm w;
  const auto a = w.ports.bind_udp("127.0.0.1:0"), b = w.ports.bind_udp("127.0.0.1:0");
  const std::string to = *w.ports.local_address(*b);
  EXPECT_EQ(w.ports.send_to(*a, "hello", to).bytes, 5u);
  EXPECT_EQ(w.ports.send_to(*a, std::string(70'000, 'x'), to).io, Io::Failed);
  w.settle();
  char block[3];
  std::string from;
  EXPECT_EQ(w.ports.receive_from(*b, block, from).bytes, 3u);  // cut
  EXPECT_EQ(from, *w.ports.local_address(*a));
  EXPECT_EQ(w.ports.receive_from(*b, block, from).io, Io::Wait);
}

TEST(SimulatedPorts, MisuseIsNoted) {
  Calm w;
  const auto ends = w.ports.pipe();
  w.ports.close(ends->first);
  w.ports.close(ends->first);
  EXPECT_EQ(w.simulation.misuses(), std::vector<std::string>{"closing a port that is closed"});
  EXPECT_EQ(w.write(ends->second, "x"), "the other side is gone: writing");
}

TEST(SimulatedPorts, TwistsDoWhatTheySay) {
  bool refused = false, broken = false, lost = false, partly = false;
  for (std::uint64_t seed = 0; seed < 400 && !(refused && broken && lost && partly); ++seed) {
    Calm w(kAllTwists, seed);
    const auto listener = w.ports.listen(SocketKind::Tcp, "127.0.0.1:80");
    const auto client = w.ports.connect(SocketKind::Tcp, "127.0.0.1:80");
    w.settle();
    w.settle();
    while (w.ports.finish_connect(*client).io == Io::Wait) w.settle();
    if (w.ports.finish_connect(*client).io == Io::Failed) {
      refused = true;
      continue;
    }
    for (int i = 0; i < 40; ++i) {
      const std::string sent = w.write(*client, "some bytes");
      partly |= sent.size() == 1;
      broken |= sent.starts_with("connection reset");
    }
    const auto udp = w.ports.bind_udp("127.0.0.1:99");
    for (int i = 0; i < 40; ++i) w.ports.send_to(*udp, "x", "127.0.0.1:99");
    for (int i = 0; i < 40; ++i) w.settle();
    char block[1];
    std::string from;
    int came = 0;
    while (w.ports.receive_from(*udp, block, from).io == Io::Done) ++came;
    lost |= came < 40;
  }
  EXPECT_TRUE(refused && broken && lost && partly);
}

TEST(SimulatedFiles, ChangesStayInMemory) {
  world::TestWorld below;
  below.files["data/a.txt"] = "old";
  Calm w(0, 1, &below);
  EXPECT_EQ(*w.simulation.read_file("data/a.txt"), "old");
  ASSERT_TRUE(w.simulation.write_file("data/a.txt", "new", false));
  ASSERT_TRUE(w.simulation.write_file("data/./a.txt", " and more", true));
  EXPECT_EQ(*w.simulation.read_file("data/a.txt"), "new and more");
  EXPECT_EQ(below.files["data/a.txt"], "old");
  ASSERT_TRUE(w.simulation.remove("data/a.txt"));
  EXPECT_FALSE(w.simulation.exists("data/a.txt"));
  EXPECT_EQ(w.simulation.read_file("data/a.txt").error(), "no such file: data/a.txt");
  EXPECT_TRUE(below.files.contains("data/a.txt"));
}

TEST(SimulatedFiles, FoldersHoldWhatWasMade) {
  Calm w;
  EXPECT_EQ(w.simulation.write_file("new/b.txt", "b", false).error(), "no such file: new/b.txt");
  ASSERT_TRUE(w.simulation.make_dir("new/deep"));
  ASSERT_TRUE(w.simulation.write_file("new/b.txt", "b", false));
  EXPECT_EQ(*w.simulation.list_dir("new"), (std::vector<std::string>{"b.txt", "deep"}));
  EXPECT_EQ(w.simulation.remove("new").error(), "folder is not empty: new");
  EXPECT_EQ(w.simulation.read_file("new").error(), "is a folder: new");
  EXPECT_EQ(w.simulation.list_dir("new/b.txt").error(), "not a folder: new/b.txt");
  EXPECT_EQ(w.simulation.make_dir("new/b.txt").error(), "already exists: new/b.txt");
  ASSERT_TRUE(w.simulation.remove("new/b.txt"));
  ASSERT_TRUE(w.simulation.remove("new/deep"));
  ASSERT_TRUE(w.simulation.remove("new"));
  EXPECT_FALSE(w.simulation.exists("new"));
}

TEST(SimulatedFiles, NamesChangeAsOnDisk) {
  Calm w;
  ASSERT_TRUE(w.simulation.make_dir("a/deep"));
  ASSERT_TRUE(w.simulation.write_file("a/deep/x", "four", false));
  ASSERT_TRUE(w.simulation.write_file("y", "old", false));
  EXPECT_EQ(w.simulation.rename("none", "z").error(), "no such file: none");
  EXPECT_EQ(w.simulation.rename("y", "none/z").error(), "no such file: y");
  EXPECT_FALSE(w.simulation.rename("a", "a/deep/b"));
  EXPECT_FALSE(w.simulation.rename("y", "a"));
  EXPECT_FALSE(w.simulation.rename("a", "y"));
  ASSERT_TRUE(w.simulation.rename("y", "y"));
  ASSERT_TRUE(w.simulation.rename("a", "b"));
  EXPECT_FALSE(w.simulation.exists("a"));
  EXPECT_EQ(*w.simulation.read_file("b/deep/x"), "four");
  ASSERT_TRUE(w.simulation.rename("b/deep/x", "y"));
  EXPECT_EQ(*w.simulation.read_file("y"), "four");
  EXPECT_EQ(*w.simulation.list_dir("b/deep"), std::vector<std::string>{});
}

TEST(SimulatedFiles, WhatIsKnownOfThemIsOfTheSimulation) {
  Calm w;
  using Kind = world::FileInfo::Kind;
  ASSERT_TRUE(w.simulation.make_dir("a"));
  ASSERT_TRUE(w.simulation.write_file("a/x", "four", false));
  EXPECT_EQ(w.simulation.info("a", true)->kind, Kind::Folder);
  EXPECT_EQ(w.simulation.info("a/x", true)->kind, Kind::File);
  EXPECT_EQ(w.simulation.info("a/x", true)->size, 4);
  EXPECT_EQ(w.simulation.info("a/x", true)->modified_nanos, 0);
  ASSERT_TRUE(w.simulation.set_mode("a/x", 0600));
  EXPECT_EQ(w.simulation.info("a/x", true)->mode, 0600);
  EXPECT_EQ(w.simulation.info("a", true)->mode, 0755);
  ASSERT_TRUE(w.simulation.set_mode("a", 0700));
  ASSERT_TRUE(w.simulation.rename("a", "b"));
  EXPECT_EQ(w.simulation.info("b", true)->mode, 0700);
  EXPECT_EQ(w.simulation.info("b/x", true)->mode, 0600);
  EXPECT_FALSE(w.simulation.info("none", true));
  EXPECT_FALSE(w.simulation.set_mode("none", 0600));
}

TEST(SimulatedFiles, AUnixListenerIsAFile) {
  Calm w;
  const auto listener = w.ports.listen(SocketKind::Unix, "./a.sock");
  ASSERT_TRUE(listener);
  EXPECT_TRUE(w.simulation.exists("a.sock"));
  EXPECT_EQ(w.simulation.read_file("a.sock").error(), "No such device or address: a.sock");
  EXPECT_EQ(w.ports.listen(SocketKind::Unix, "a.sock").error(), "address in use: a.sock");
  EXPECT_EQ(w.simulation.make_dir("a.sock").error(), "already exists: a.sock");
  EXPECT_EQ(w.simulation.list_dir("a.sock").error(), "not a folder: a.sock");
  EXPECT_EQ(*w.simulation.list_dir("."), std::vector<std::string>{"a.sock"});
  // What is removed can't be found, though somebody listens.
  ASSERT_TRUE(w.simulation.remove("a.sock"));
  EXPECT_EQ(w.ports.connect(SocketKind::Unix, "a.sock").error(), "no such file: a.sock");
  EXPECT_TRUE(w.ports.listen(SocketKind::Unix, "a.sock"));
}

TEST(SimulatedFiles, OpenFilesSeek) {
  Calm w;
  const auto file = w.ports.open_file("f", OpenMode::Change);
  ASSERT_TRUE(file);
  EXPECT_FALSE(w.ports.watch(*file, 1));
  EXPECT_EQ(w.write(*file, "abcdef"), "6");
  EXPECT_EQ(*w.ports.seek(*file, -2, 2), 4);
  EXPECT_EQ(w.read(*file), "ef");
  EXPECT_EQ(w.read(*file), "end");
  EXPECT_FALSE(w.ports.seek(*file, -1, 0));
  const auto more = w.ports.open_file("f", OpenMode::Append);
  EXPECT_EQ(w.write(*more, "g"), "1");
  EXPECT_EQ(w.read(*more), "Bad file descriptor: reading");
  EXPECT_EQ(w.read(*file), "g");
  EXPECT_EQ(w.ports.open_file("none", OpenMode::Read).error(), "no such file: none");
}

TEST(SimulatedFiles, ADiskMayBeFull) {
  int full[2] = {0, 0};  // of files that were there, or not
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Calm w(bit(Twist::Full), seed);
    for (int i = 0; i < 20; ++i) {
      const bool is_new = !w.simulation.exists("f");
      const auto written = w.simulation.write_file("f", "0123456789", false);
      if (written) continue;
      ++full[is_new];
      EXPECT_EQ(written.error(), "no space left for: f");
      EXPECT_EQ(w.simulation.read_file("f").value_or("none"), is_new ? "none" : "01234");
    }
  }
  EXPECT_GT(full[0], 0);
  EXPECT_GT(full[1], 0);
}

TEST(SimulatedPrograms, CatGivesBackWhatItGets) {
  Calm w;
  const auto child = w.ports.start_child({.command = {"cat"}, .folder = {}, .pipe_in = true, .pipe_out = true});
  ASSERT_TRUE(child);
  std::string got;
  const std::string much(300'000, 'y');
  for (std::size_t sent = 0; got.size() < much.size();) {
    const auto n = w.ports.write(child->in, std::string_view(much).substr(sent));
    sent += n.bytes;
    if (sent == much.size()) w.ports.shut_down_writing(child->in);
    w.settle();
    for (std::string some = w.read(child->out); some != "wait" && some != "end"; some = w.read(child->out)) got += some;
  }
  EXPECT_EQ(got, much);
  w.settle();
  std::int64_t code = -1;
  EXPECT_EQ(w.ports.child_code(child->process, code).io, Io::Done);
  EXPECT_EQ(code, 0);
}

TEST(SimulatedPrograms, EndInTheirOwnWays) {
  Calm w;
  const auto code_of = [&](std::vector<std::string> command, int signal) {
    const auto child = w.ports.start_child({.command = std::move(command), .folder = {}, .pipe_out = true});
    if (!child) return child.error();
    std::int64_t code = 0;
    if (signal != 0) {
      w.settle();
      EXPECT_TRUE(w.ports.signal_child(child->process, signal));
    }
    world::PortEvent events[8];
    for (int i = 0; i < 10; ++i) w.ports.poll(events, 1'000'000'000);
    EXPECT_EQ(w.ports.child_code(child->process, code).io, Io::Done);
    return w.read(child->out) + std::to_string(code);
  };
  EXPECT_EQ(code_of({"true"}, 0), "end0");
  EXPECT_EQ(code_of({"false"}, 0), "end1");
  EXPECT_EQ(code_of({"echo", "a", "b"}, 0), "a b\n0");
  EXPECT_EQ(code_of({"sleep", "2"}, 0), "end0");
  EXPECT_EQ(code_of({"sleep", "a while"}, 0), "end1");
  EXPECT_EQ(code_of({"sleep", "1000"}, 15), "end-15");
  EXPECT_EQ(code_of({"gcc"}, 0), "no such program: gcc (a simulation has only cat, echo, false, sleep and true)");
}

TEST(Simulation, WhatItIsToldIsInTheTrace) {
  world::TestWorld empty, full;
  full.environment["HOME"] = "/home";
  full.files["data/a"] = "text";
  const auto differs = [&](const std::function<void(Calm&)>& ask) {
    Calm one(0, 1, &empty), again(0, 1, &empty), other(0, 1, &full);
    for (Calm* w : {&one, &again, &other}) ask(*w);
    EXPECT_EQ(one.simulation.choices().trace(), again.simulation.choices().trace());
    return one.simulation.choices().trace() != other.simulation.choices().trace();
  };
  EXPECT_TRUE(differs([](Calm& w) {
    std::string value;
    w.simulation.env("HOME", value);
  }));
  EXPECT_TRUE(differs([](Calm& w) { w.simulation.exists("data/a"); }));
  EXPECT_TRUE(differs([](Calm& w) { static_cast<void>(w.simulation.list_dir("data")); }));
  EXPECT_TRUE(differs([](Calm& w) { static_cast<void>(w.simulation.remove("data/a")); }));
  EXPECT_FALSE(differs([](Calm& w) { w.simulation.exists("data/b"); }));
  // What is resolved doesn't depend on the world below.
  Calm one, other;
  static_cast<void>(one.ports.resolve("localhost"));
  static_cast<void>(other.ports.resolve("elsewhere"));
  EXPECT_NE(one.simulation.choices().trace(), other.simulation.choices().trace());
}

TEST(Simulation, TimePassesBySteps) {
  Calm w;
  const std::int64_t before = w.simulation.monotonic_nanos();
  w.simulation.ran(1'000);
  EXPECT_EQ(w.simulation.monotonic_nanos() - before, 10'000);
  std::atomic<std::uint32_t> word = 0;
  w.simulation.wait(word, 3'600'000'000'000);
  EXPECT_EQ(w.simulation.monotonic_nanos() - before, 3'600'000'010'000);
}

}  // namespace
}  // namespace noodle::simulate
