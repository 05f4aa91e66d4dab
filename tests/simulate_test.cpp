// `noodle test --simulate` from outside: what it finds, prints and repeats.

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/command_test.h"
#include "tests/golden_file.h"

namespace noodle::tests {
namespace {

namespace fs = std::filesystem;

class SimulateCommand : public CommandTest {
 protected:
  ProcessResult simulate(std::vector<std::string> words) {
    words.insert(words.begin(), {"test", "--simulate"});
    return noodle(words);
  }
  /// The words after `what` in a text, up to the line's end.
  static std::string after(const std::string& text, const std::string& what) {
    const std::size_t at = text.find(what);
    if (at == std::string::npos) return {};
    return text.substr(at + what.size(), text.find('\n', at) - at - what.size());
  }
};

constexpr std::string_view kBank = R"(fn deposit(cell: Channel<Int>, amount: Int) {
    let balance = cell.receive() ?? 0
    let _ = cell.send(balance)
    let _ = cell.receive()
    let _ = cell.send(balance + amount)
}

test "deposits add up" {
    let cell: Channel<Int> = Channel.new(1)
    let _ = cell.send(0)
    scope { for _ in 0..4 { async deposit(cell, 10) } }
    expect cell.receive() == Some(40)
}

test "sums" {
    print("summing")
    expect (await (0..3).map(i => async i)).sum() == 3
}
)";

TEST_F(SimulateCommand, FindsShrinksAndRepeats) {
  write("bank.noodle", kBank);
  const ProcessResult found = simulate({"bank.noodle"});
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_EQ(found.out, "FAIL  deposits add up\nok    sums  (100 seeds)\n1 passed, 1 failed\n");
  EXPECT_NE(found.err.find("right: Some(40)"), std::string::npos) << found.err;
  EXPECT_NE(found.err.find("it takes 1 preemption, of "), std::string::npos) << found.err;
  EXPECT_NE(found.err.find("loses its turn in deposit at bank.noodle:"), std::string::npos) << found.err;
  // What it says to type brings it back.
  const std::string again = after(found.err, "again: noodle test --simulate ");
  ASSERT_FALSE(again.empty());
  const ProcessResult result = shell("\"$1\" test --simulate " + again);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("right: Some(40)"), std::string::npos);
  EXPECT_NE(result.err.find("it takes 1 preemption\n"), std::string::npos) << result.err;
}

TEST_F(SimulateCommand, TheSameSeedGivesTheSameTrace) {
  write("bank.noodle", kBank);
  const ProcessResult first = simulate({"--seed", "12", "bank.noodle", "sums"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_TRUE(first.out.starts_with("  summing\nok    sums  (trace ")) << first.out;
  EXPECT_EQ(simulate({"--seed", "12", "bank.noodle", "sums"}).out, first.out);
  EXPECT_NE(simulate({"--seed", "13", "bank.noodle", "sums"}).out, first.out);
}

TEST_F(SimulateCommand, TimeJumps) {
  write("sleep.noodle", "test \"a year\" {\n    sleep(1h * 8_760)\n    expect monotonic() >= 1h * 8_760\n}\n");
  EXPECT_EQ(simulate({"sleep.noodle"}).out, "ok    a year  (100 seeds)\n1 passed, 0 failed\n");
}

TEST_F(SimulateCommand, WhatWaitsForEverIsADeadlock) {
  write("wait.noodle", R"(import net

test "nobody comes" {
    let listener = net.listen("127.0.0.1:0").or_panic("listen")
    let _ = listener.accept()
}
)");
  const ProcessResult result = simulate({"--seed", "0", "wait.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("deadlock: every task waits"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("it takes nothing unusual"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("--keep none\n"), std::string::npos) << result.err;
}

TEST_F(SimulateCommand, HasLocksAndWatches) {
  write("files.noodle", R"(fn deposit(folder: String, amount: Int) {
    let lock = fs.lock("{folder}/lock").or_panic("lock")
    let balance = fs.read_text("{folder}/balance").or_panic("read").to_int() ?? 0
    fs.write_text("{folder}/balance", "{balance + amount}").or_panic("write")
    lock.close()
}

test "deposits add up" {
    let folder = fs.temp_dir().or_panic("folder")
    fs.write_text("{folder}/balance", "0").or_panic("write")
    scope { for _ in 0..4 { async deposit(folder, 10) } }
    expect fs.read_text("{folder}/balance") == Ok("40")
}

test "what comes is seen" {
    let folder = fs.temp_dir().or_panic("folder")
    let watch = fs.watch(folder, recursive: true).or_panic("watch")
    let writer = async fs.replace_text("{folder}/result", "42")
    for change in watch {
        match change {
            Renamed(_, to) if to == "{folder}/result" => break
            _ => {}
        }
    }
    expect fs.read_text("{folder}/result") == Ok("42")
    expect (await writer).is_ok()
}
)");
  const ProcessResult result = simulate({"files.noodle"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.ends_with("2 passed, 0 failed\n")) << result.out;
  write("twice.noodle", R"(test "a lock that one has" {
    let _held = fs.lock("the.lock").or_panic("lock")
    let _ = fs.lock("the.lock")
}
)");
  const ProcessResult waits = simulate({"--seed", "0", "twice.noodle"});
  EXPECT_EQ(waits.exit_code, 1);
  EXPECT_NE(waits.err.find("deadlock: every task waits"), std::string::npos) << waits.err;
}

TEST_F(SimulateCommand, HasPipesAndPrograms) {
  write("pipes.noodle", R"(import process

test "a pipe" {
    let (from, to) = process.pipe().or_panic("pipe")
    let all = async from.read_all()
    to.write_text("some text").or_panic("write")
    to.close()
    expect (await all).or_panic("read").to_text() == Some("some text")
}

test "a filter" {
    let text = "a line\n".repeat(30_000)
    expect process.run(["cat"], input: text).or_panic("run").out.to_text() == Some(text)
}

test "a code" {
    expect process.run(["false"]).or_panic("run").code == 1
    expect process.run(["cc"]).is_err()
}
)");
  const ProcessResult result = simulate({"pipes.noodle"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.ends_with("3 passed, 0 failed\n")) << result.out;
}

// Both must pass: what a simulated world says is what the real one says.
constexpr std::string_view kSockets = R"(import net

fn number_of(address: String) -> String { address.split(":")[1] }

test "all addresses and one" {
    let all = net.listen("0.0.0.0:0").or_panic("listen")
    let number = number_of(all.address())
    expect net.listen("127.0.0.1:{number}").is_err()
    let client = net.connect("127.0.0.1:{number}").or_panic("connect")
    let server = all.accept().or_panic("accept")
    expect server.address() == "127.0.0.1:{number}"
    expect client.peer() == "127.0.0.1:{number}"
    expect server.peer() == client.address()
    expect net.connect("0.0.0.0:{number}").or_panic("connect to all").peer() == "127.0.0.1:{number}"
    let one = net.listen("127.0.0.1:0").or_panic("listen")
    expect net.listen("0.0.0.0:{number_of(one.address())}").is_err()
    expect net.listen("127.0.0.2:{number_of(one.address())}").is_ok()
}

test "who sends from all addresses" {
    let all = net.bind_udp("0.0.0.0:0").or_panic("bind")
    let one = net.bind_udp("127.0.0.1:0").or_panic("bind")
    let number = number_of(all.address())
    all.send_to("hello".to_bytes(), one.address()).or_panic("send")
    let (_, from) = one.receive_from().or_panic("receive")
    expect from == "127.0.0.1:{number}"
    one.send_to("hello, too".to_bytes(), from).or_panic("send back")
    expect all.receive_from().or_panic("receive").1 == one.address()
    expect net.bind_udp("127.0.0.1:{number}").is_err()
    expect all.send_to("x".to_bytes(), "0.0.0.0:{number}").is_ok()
    expect all.receive_from().or_panic("to all").1 == "127.0.0.1:{number}"
    expect one.send_to("x".to_bytes(), "[::1]:9").is_err()
}

test "a path" {
    let path = "here.sock"
    let _ = fs.remove(path)
    expect !fs.exists(path)
    let listener = net.listen_unix(path).or_panic("listen")
    expect fs.exists(path)
    expect net.listen_unix(path) == Err(Error("address in use: here.sock"))
    expect fs.read_text(path).is_err()
    expect net.connect_unix(path).is_ok()
    listener.close()
    expect fs.exists(path)
    expect net.connect_unix(path) == Err(Error.transient("connection refused: here.sock"))
    net.listen_unix(path).or_panic("again").close()
    fs.remove(path).or_panic("remove")
    expect net.connect_unix(path) == Err(Error("no such file: here.sock"))
    fs.write_text("plain.txt", "x").or_panic("write")
    expect net.listen_unix("plain.txt") == Err(Error("address in use: plain.txt"))
    expect net.connect_unix("plain.txt") == Err(Error.transient("connection refused: plain.txt"))
    expect net.listen_unix("no/folder/a.sock") == Err(Error("no such file: no/folder/a.sock"))
    expect net.listen_unix("x".repeat(108)).is_err()
    expect net.listen_unix("").is_err()
    fs.remove("plain.txt").or_panic("remove")
}
)";

TEST_F(SimulateCommand, SocketsAreAsTheyAreOutside) {
  write("sockets.noodle", kSockets);
  const ProcessResult real = noodle({"test", "sockets.noodle"});
  EXPECT_EQ(real.exit_code, 0) << real.out << real.err;
  const ProcessResult simulated = simulate({"--seeds", "0..20", "sockets.noodle"});
  EXPECT_EQ(simulated.exit_code, 0) << simulated.out << simulated.err;
}

TEST_F(SimulateCommand, ManyTasksThatOnlyYieldStarveNobody) {
  write("many.noodle", R"(test "many" {
    let done: Channel<Int> = Channel.new(1)
    scope {
        for _ in 0..400 { async { while done.len() == 0 { yield() } } }
        async { let _ = done.send(1) }
    }
}
)");
  const ProcessResult result = simulate({"--seeds", "0..10", "many.noodle"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(SimulateCommand, FaultsAreAskedFor) {
  write("disk.noodle", R"(test "writes" {
    for i in 0..20 { fs.write_text("out.txt", "text {i}").or_panic("write") }
    expect fs.read_text("out.txt").ok() == Some("text 19")
}
)");
  EXPECT_EQ(simulate({"disk.noodle"}).exit_code, 0);
  EXPECT_EQ(simulate({"--faults", "none", "disk.noodle"}).exit_code, 0);
  const ProcessResult full = simulate({"--faults=all", "disk.noodle"});
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_NE(full.err.find("no space left for: out.txt"), std::string::npos) << full.err;
  EXPECT_NE(full.err.find("the disk is full when out.txt is written"), std::string::npos) << full.err;
  EXPECT_NE(full.err.find("--faults all"), std::string::npos) << full.err;
  EXPECT_FALSE(fs::exists(folder_ / "out.txt"));
}

TEST_F(SimulateCommand, WhatHangsIsEnded) {
  // Looks at so many bytes in one native that nobody lives to see its end.
  write("hang.noodle", R"(test "hangs" {
    let much = "a".repeat(40_000_000)
    expect much.find("{"a".repeat(20_000_000)}b") == None
}
)");
  const ProcessResult result = simulate({"--seeds", "7..9", "hang.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err,
            "hangs:\n  seed 7:\n  it hangs: nothing has happened for 10 seconds\n"
            "  again: noodle test --simulate hang.noodle hangs --seed 7\n");
}

TEST_F(SimulateCommand, WrongUsageSaysWhatIsRight) {
  write("t.noodle", "test \"t\" { expect true }\n");
  const auto refused = [&](std::vector<std::string> words, std::string_view why) {
    words.push_back("t.noodle");
    const ProcessResult result = simulate(words);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_NE(result.err.find(why), std::string::npos) << result.err;
  };
  refused({"--seed", "x"}, "`--seed` takes a number such as 7");
  refused({"--seed", "-1"}, "`--seed` takes a number such as 7");
  refused({"--seeds", "5"}, "a range such as 0..1000");
  refused({"--seeds", "5..5"}, "a range such as 0..1000");
  refused({"--faults", "fire"}, "not `fire`");
  refused({"--keep", "3"}, "`--keep` needs the `--seed`");
  refused({"--seed", "1", "--keep", "5,3"}, "ascending numbers");
  refused({"--seed", "1", "--seeds", "1..2"}, "not both");
  refused({"--coverage"}, "`--coverage` can't be had with `--simulate`");
  refused({"--jobs", "2"}, "`--jobs` can't be had with `--simulate`");
  refused({"--jit=off"}, "`--jit` can't be had with `--simulate`");
  const ProcessResult result = noodle({"test", "--seeds", "1..2", "t.noodle"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("`--seeds` needs `--simulate`"), std::string::npos);
}

TEST_F(SimulateCommand, AFolderIsSimulatedWhole) {
  write("bank/money.noodle", "pub fn sum(a: Int, b: Int) -> Int { a + b }\ntest \"sum\" { expect sum(1, 2) == 3 }\n");
  write("bank/account.noodle",
        "import money\ntest \"a sum\" { expect money.sum(1, 1) == 2 }\ntest \"in/out\" { expect money.sum(1, 1) == 3 "
        "}\n");
  write("bank/wrong.noodle", "test \"wrong\" { expect 1 == \"a\" }\n");
  const ProcessResult found = simulate({"--seeds", "0..3", "bank"});
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_EQ(found.out,
            "ok    bank/account.noodle: a sum  (3 seeds)\nFAIL  bank/account.noodle: in/out\n"
            "ok    bank/money.noodle: sum  (3 seeds)\nFAIL  bank/wrong.noodle: compiles\n2 passed, 2 failed\n")
      << found.err;
  // What names a path could is told as a filter.
  EXPECT_NE(found.err.find("again: noodle test --simulate bank/account.noodle --filter in/out --seed 0"),
            std::string::npos)
      << found.err;
  const std::string one = "ok    sum  (100 seeds)\n1 passed, 0 failed\n";
  EXPECT_EQ(simulate({"bank/money.noodle", "sum", "--exact"}).out, one);
  EXPECT_EQ(simulate({"bank", "--file", "money"}).out, one);
  const ProcessResult none = simulate({"bank/money.noodle", "su", "--exact"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_NE(none.err.find("no test is called `su`"), std::string::npos) << none.err;
}

TEST_F(SimulateCommand, AnExitIsAFailure) {
  write("exit.noodle", "test \"goes\" { exit(3) }\n");
  const ProcessResult result = simulate({"--seed", "0", "exit.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("the test called `exit`"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace noodle::tests
