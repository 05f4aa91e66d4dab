// Locks and watches of a simulated world's files.

#include "runtime/simulate/watching.h"

#include "runtime/simulate/world.h"
#include "runtime/world/testing/changes.h"

namespace noodle::simulate {
namespace {

using world::FileChange;
using world::Io;
using world::OpenMode;
using world::Port;
using Texts = std::vector<std::string>;

struct Calm {
  explicit Calm(Twists twists = 0, std::uint64_t seed = 1) : simulation(Choices(seed, twists), nullptr) {
    EXPECT_TRUE(simulation.make_dir("top/a"));
    write("top/old");
  }
  void write(const std::string& path) { EXPECT_TRUE(simulation.write_file(path, "text", true)); }
  void settle() {
    world::PortEvent events[8];
    for (int i = 0; i < 10; ++i) ports.poll(events, 1'000'000'000);
  }
  Port watch(const std::string& path, bool recursive) {
    const auto port = ports.watch_files(path, recursive);
    EXPECT_TRUE(port) << port.error();
    EXPECT_TRUE(ports.watch(*port, 7));
    return *port;
  }
  Texts news(Port port) {
    settle();
    return world::news_of([&](FileChange& change) { return ports.next_change(port, change); });
  }

  Simulation simulation;
  world::Ports& ports = simulation.ports();
};

TEST(SimulatedWatches, AFolderTellsWhatIsDirectlyInIt) {
  Calm w;
  const Port port = w.watch("top", false);
  w.write("top/new");
  w.write("top/a/below");
  EXPECT_TRUE(w.simulation.set_mode("./top//old", 0400));
  EXPECT_TRUE(w.simulation.rename("top/new", "top/newer"));
  EXPECT_TRUE(w.simulation.remove("top/old"));
  FileChange change;
  EXPECT_EQ(w.ports.next_change(port, change).io, Io::Wait);  // it takes a while
  EXPECT_EQ(w.news(port), Texts({"+top/new", "~top/new", "~top/old", "top/new>top/newer", "-top/old"}));
  w.ports.close(port);
  w.write("top/after");
  EXPECT_TRUE(w.simulation.misuses().empty());
}

TEST(SimulatedWatches, FoldersThatComeAreFollowedAndWhatMovesIsTold) {
  Calm w;
  const Port port = w.watch(".", true), a = w.watch("top/a", true);
  EXPECT_TRUE(w.simulation.make_dir("c/d"));
  w.write("c/d/x");
  EXPECT_EQ(w.news(port), Texts({"+./c", "+./c/d", "+./c/d/x", "~./c/d/x"}));
  EXPECT_TRUE(w.simulation.rename("c/d", "top/a/d"));
  EXPECT_TRUE(w.simulation.rename("top/a/d/x", "x"));
  EXPECT_EQ(w.news(port), Texts({"./c/d>./top/a/d", "./top/a/d/x>./x"}));
  EXPECT_EQ(w.news(a), Texts({"+top/a/d", "-top/a/d/x"}));
}

TEST(SimulatedWatches, AFileIsWatchedUnderItsNameAndWritersAreSeen) {
  Calm w;
  const Port port = w.watch("top/old", false);
  const Port file = *w.ports.open_file("top/old", OpenMode::Append);
  EXPECT_EQ(w.ports.write(file, "more").bytes, 4u);
  w.write("top/other");
  EXPECT_TRUE(w.simulation.rename("top/other", "top/old"));
  // The file that was there has no name any more.
  EXPECT_EQ(w.ports.write(file, "more").bytes, 4u);
  EXPECT_EQ(w.news(port), Texts({"~top/old", "~top/old"}));
  w.ports.close(*w.ports.open_file("top/old", OpenMode::Write));
  EXPECT_TRUE(w.simulation.remove("top/old"));
  w.write("top/old");
  EXPECT_EQ(w.news(port), Texts({"~top/old", "-top/old", "+top/old", "~top/old"}));
}

TEST(SimulatedWatches, ItEndsWithItsFolder) {
  Calm w;
  const Port port = w.watch("top/a", true);
  EXPECT_TRUE(w.simulation.remove("top/a"));
  EXPECT_TRUE(w.simulation.make_dir("top/a"));
  EXPECT_EQ(w.news(port), Texts({"-top/a", "end"}));
  EXPECT_EQ(w.ports.watch_files("top/none", true).error(), "no such file: top/none");
}

TEST(SimulatedWatches, WhoDoesNotAskMissesSomething) {
  Calm w;
  const Port port = w.watch("top", false);
  for (std::size_t i = 0; i < 2 * Watching::kMost; ++i) w.write("top/old");
  Texts told = w.news(port);
  ASSERT_EQ(told.size(), Watching::kMost + 1);
  EXPECT_EQ(told.back(), "?more happened than the system remembers");
  w.write("top/old");
  EXPECT_EQ(w.news(port), Texts({"~top/old"}));
}

TEST(SimulatedWatches, NewsComesLateButInOrder) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Calm w(bit(Twist::Delay), seed);
    const Port port = w.watch("top", false);
    w.write("top/1");
    EXPECT_TRUE(w.simulation.remove("top/1"));
    EXPECT_TRUE(w.simulation.make_dir("top/2"));
    EXPECT_EQ(w.news(port), Texts({"+top/1", "~top/1", "-top/1", "+top/2"}));
  }
}

TEST(SimulatedLocks, OneAtATimeUnlessShared) {
  Calm w;
  const auto open = [&] {
    const Port port = *w.ports.open_lock("top/lock", false);
    EXPECT_TRUE(w.ports.watch(port, static_cast<std::uint64_t>(port)));
    return port;
  };
  const auto take = [&](Port port, bool shared) { return w.ports.lock(port, "top/lock", shared).io; };
  const Port one = open(), two = open(), three = open();
  EXPECT_EQ(take(one, true), Io::Done);
  EXPECT_EQ(take(two, true), Io::Done);
  EXPECT_EQ(take(three, false), Io::Wait);
  w.ports.close(one);
  EXPECT_EQ(take(three, false), Io::Wait);
  w.settle();
  w.ports.close(two);
  // Who waits is told.
  world::PortEvent events[4];
  ASSERT_EQ(w.ports.poll(events, 0), 1u);
  EXPECT_EQ(events[0].token, static_cast<std::uint64_t>(three));
  EXPECT_EQ(take(three, false), Io::Done);
  w.ports.close(three);
  EXPECT_EQ(w.simulation.open_ports(), 0u);
}

TEST(SimulatedLocks, AFileThatWasReplacedIsOpenedAnew) {
  Calm w;
  const Port old = *w.ports.open_lock("top/old", false);
  w.write("top/new");
  EXPECT_TRUE(w.simulation.rename("top/new", "top/old"));
  EXPECT_EQ(w.ports.lock(old, "top/old", false).io, Io::End);
  w.ports.close(old);
  const Port anew = *w.ports.open_lock("top/old", false);
  EXPECT_EQ(w.ports.lock(anew, "top/old", false).io, Io::Done);
  w.ports.close(anew);
}

}  // namespace
}  // namespace noodle::simulate
