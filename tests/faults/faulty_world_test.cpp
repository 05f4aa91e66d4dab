#include "tests/faults/faulty_world.h"

#include <gtest/gtest.h>

namespace noodle::tests {
namespace {

using world::Io;
using world::Written;

/// Files that are there at first.
class FaultyWorldTest : public ::testing::Test {
 protected:
  FaultyWorldTest() {
    below_.files["a.txt"] = "one two ";
    below_.files["d/b.txt"] = "three";
  }
  FaultyWorld with(Call call, std::uint64_t number, Fault fault) {
    return FaultyWorld(&below_, {call, number, fault}, {"x"}, "first\nsecond\n");
  }

  world::TestWorld below_;
};

TEST_F(FaultyWorldTest, WithoutAFaultItOnlyCounts) {
  FaultyWorld world(&below_, {}, {"x"}, "first\n");
  EXPECT_EQ(world.read_file("a.txt"), "one two ");
  EXPECT_TRUE(world.write_file("c.txt", "new", false));
  // Of the world below only what was looked at is known: it doesn't list its outermost folder.
  EXPECT_EQ(world.contents(), (Contents{{"a.txt", "one two "}, {"c.txt", "new"}}));
  EXPECT_EQ(world.count(Call::ReadFile), 1u);
  EXPECT_EQ(world.count(Call::WriteFile), 1u);
  EXPECT_FALSE(world.was_injected());
  EXPECT_FALSE(below_.files.contains("c.txt"));
}

TEST_F(FaultyWorldTest, OnlyTheCallThatIsMeantFails) {
  auto world = with(Call::ReadFile, 2, Fault::Unreadable);
  EXPECT_TRUE(world.read_file("a.txt"));
  EXPECT_FALSE(world.was_injected());
  EXPECT_EQ(world.read_file("a.txt").error(), "Input/output error: a.txt");
  EXPECT_TRUE(world.was_injected());
  EXPECT_TRUE(world.read_file("a.txt"));
}

TEST_F(FaultyWorldTest, FilesThatChangeUnderTheReader) {
  EXPECT_EQ(with(Call::ReadFile, 1, Fault::Truncated).read_file("a.txt"), "one ");
  EXPECT_EQ(with(Call::ReadFile, 1, Fault::Grown).read_file("a.txt"), "one two one two ");
  auto world = with(Call::Exists, 1, Fault::Vanished);
  EXPECT_TRUE(world.exists("a.txt"));
  EXPECT_EQ(world.read_file("a.txt").error(), "no such file: a.txt");
  EXPECT_TRUE(world.taken().contains("one two "));
}

TEST_F(FaultyWorldTest, AFullDiskStaysFull) {
  auto world = with(Call::WriteFile, 1, Fault::HalfFull);
  EXPECT_EQ(world.write_file("a.txt", "abcd", false).error(), "no space left for: a.txt");
  EXPECT_EQ(world.contents().at("a.txt"), "ab");
  EXPECT_EQ(world.torn(), (std::set<std::string>{"a.txt"}));
  EXPECT_FALSE(world.write_file("e.txt", "x", false));  // there was none, and is none
  EXPECT_FALSE(world.exists("e.txt"));
  EXPECT_FALSE(world.make_dir("f"));
  EXPECT_FALSE(world.ports().open_file("g.txt", world::OpenMode::Write));
  EXPECT_TRUE(world.rename("a.txt", "h.txt"));
  EXPECT_EQ(world.torn(), (std::set<std::string>{"h.txt"}));
  EXPECT_TRUE(world.remove("./h.txt"));
  EXPECT_TRUE(world.torn().empty());
}

TEST_F(FaultyWorldTest, WhatIsAppendedWholeOrNotAtAllIsNotTorn) {
  auto world = with(Call::AppendFile, 1, Fault::FullDisk);
  EXPECT_FALSE(world.write_file("a.txt", "three", true));
  EXPECT_EQ(world.contents().at("a.txt"), "one two ");
  EXPECT_TRUE(world.torn().empty());
}

TEST_F(FaultyWorldTest, LocksAndWatchesAreRefusedAndChangesMissed) {
  EXPECT_EQ(with(Call::Lock, 1, Fault::Refused).ports().open_lock("a.txt", false).error(), "No locks available: a.txt");
  EXPECT_EQ(with(Call::WatchFiles, 1, Fault::Refused).ports().watch_files("a.txt", false).error(),
            "too many watches: a.txt");
  auto world = with(Call::NextChange, 1, Fault::Missed);
  const auto port = world.ports().watch_files("a.txt", false);
  ASSERT_TRUE(port);
  world::FileChange change;
  EXPECT_EQ(world.ports().next_change(*port, change).io, Io::Wait);
  EXPECT_FALSE(world.was_injected());
  EXPECT_TRUE(world.write_file("a.txt", "new", false));
  world.time().advance(1'000'000);
  EXPECT_EQ(world.ports().next_change(*port, change).io, Io::Done);
  EXPECT_EQ(change.kind, world::FileChange::Kind::Missed);
}

TEST_F(FaultyWorldTest, OpenFilesAreCutOff) {
  auto world = with(Call::WriteOpenFile, 2, Fault::HalfFull);
  const auto port = world.ports().open_file("a.txt", world::OpenMode::Write);
  ASSERT_TRUE(port);
  EXPECT_EQ(world.ports().write(*port, "1234").io, Io::Done);
  EXPECT_EQ(world.ports().write(*port, "5678").io, Io::Failed);
  world.ports().close(*port);
  EXPECT_EQ(world.contents().at("a.txt"), "123456");
  EXPECT_TRUE(world.torn().contains("a.txt"));
}

TEST_F(FaultyWorldTest, NamesThatAreNoText) {
  EXPECT_EQ(with(Call::ListDir, 1, Fault::NotText).list_dir("d")->front(), "\xff\xfe.txt");
  EXPECT_EQ(with(Call::Args, 1, Fault::NotText).args().front(), "x\xff\xfe");
  std::string value;
  EXPECT_TRUE(with(Call::Env, 1, Fault::NotText).env("HOME", value));
  EXPECT_EQ(value, "\xff\xfe");
}

TEST_F(FaultyWorldTest, ClocksThatJump) {
  constexpr std::int64_t kHour = 3'600'000'000'000;
  auto behind = with(Call::UnixClock, 2, Fault::Back);
  const std::int64_t before = behind.unix_nanos();
  EXPECT_EQ(behind.unix_nanos(), before - kHour);
  EXPECT_EQ(behind.unix_nanos(), before - kHour);
  auto ahead = with(Call::MonotonicClock, 1, Fault::Forward);
  EXPECT_EQ(ahead.monotonic_nanos(), kHour);
}

TEST_F(FaultyWorldTest, StreamsThatNobodyTakes) {
  auto full = with(Call::WriteOut, 2, Fault::FullDisk);
  EXPECT_EQ(full.write_out("a"), Written::Ok);
  EXPECT_EQ(full.write_out("b"), Written::Failed);
  EXPECT_EQ(full.write_out("c"), Written::Failed);
  EXPECT_EQ(full.out(), "a");
  auto gone = with(Call::WriteOut, 1, Fault::Reset);
  EXPECT_EQ(gone.write_out("a"), Written::Closed);
  EXPECT_EQ(gone.write_out("b"), Written::Closed);
  auto ended = with(Call::ReadLine, 2, Fault::Truncated);
  std::string line;
  EXPECT_EQ(ended.read_line(line, [] { return false; }), world::LineRead::Line);
  EXPECT_EQ(ended.read_line(line, [] { return false; }), world::LineRead::End);
}

TEST_F(FaultyWorldTest, AResetIsHeardOnBothSides) {
  auto world = with(Call::WriteSocket, 1, Fault::Reset);
  world::Ports& ports = world.ports();
  const auto listener = ports.listen(world::SocketKind::Tcp, "127.0.0.1:70");
  const auto client = ports.connect(world::SocketKind::Tcp, "127.0.0.1:70");
  ASSERT_TRUE(listener && client);
  world::PortEvent events[8];
  const auto pass = [&] { ports.poll(events, 1'000'000'000); };
  world::Port server = world::kNoPort;
  for (int i = 0; i < 10 && ports.accept(*listener, server).io == Io::Wait; ++i) pass();
  ASSERT_NE(server, world::kNoPort);
  EXPECT_EQ(ports.write(*client, "x").error, "connection reset: reading or writing");
  EXPECT_EQ(ports.write(*client, "x").io, Io::Failed);
  char room[8];
  EXPECT_EQ(ports.read(*client, room).io, Io::Failed);
  for (int i = 0; i < 10 && ports.read(server, room).io == Io::Wait; ++i) pass();
  EXPECT_EQ(ports.read(server, room).io, Io::End);
}

TEST_F(FaultyWorldTest, AChildDies) {
  auto world = with(Call::ChildCode, 1, Fault::Dead);
  world::ChildOptions options;
  options.command = {"sleep", "1000"};
  const auto child = world.ports().start_child(options);
  ASSERT_TRUE(child);
  std::int64_t code = 0;
  EXPECT_EQ(world.ports().child_code(child->process, code).io, Io::Done);
  EXPECT_EQ(code, -9);
}

TEST(Faults, HaveNames) {
  for (std::size_t call = 0; call < kCalls; ++call) {
    EXPECT_FALSE(name_of(static_cast<Call>(call)).empty());
    for (const Fault fault : faults_of(static_cast<Call>(call))) EXPECT_NE(name_of(fault), "none");
  }
}

}  // namespace
}  // namespace noodle::tests
