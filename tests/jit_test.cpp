// How people see what the compiler of hot code does: its log, profilers, debuggers, listings.

#include <cstring>
#include <filesystem>
#include <regex>

#include <gtest/gtest.h>

#include "tests/command_test.h"

namespace noodle::tests {
namespace {

constexpr std::string_view kProgram = R"(fn fib(n: Int) -> Int {
    if n < 2 { return n }
    fib(n - 1) + fib(n - 2)
}

fn mix(turns: Int) -> Int {
    var sum = 0
    for i in 0..turns { sum = (sum ^ (i * 3)) % 1000003 }
    sum
}

fn half(x: Float, n: Int) -> Float {
    if n == 0 { return x }
    half(x, n - 1) * 0.37
}

fn main() {
    print(mix(args()[1].to_int() ?? 0))
    print(fib(args()[0].to_int() ?? 0))
    print(half(1.0, 3))
}
)";

class Jit : public CommandTest {
 protected:
  void SetUp() override {
    TempFolder::SetUp();
    write("a.noodle", kProgram);
  }
  /// What gdb prints of a run, with the frames where compiled code looks whether it has to leave.
  std::string gdb(const std::string& words, const std::string& before = "") {
    return shell("DEBUGINFOD_URLS= gdb -batch -nx -ex 'break helper_safepoint' " + before +
                 " -ex run -ex bt --args $1 run --workers 1 " + words + " 2>&1")
        .out;
  }
};

// `./dev test` installs gdb, but a container may forbid one process to trace another, which no test can change.
#define SKIP_IF_UNTRACEABLE(said) \
  if (matches(said, "ptrace: Operation not permitted")) GTEST_SKIP() << "gdb may not trace programs here: " << (said)

bool matches(const std::string& text, const char* pattern) { return std::regex_search(text, std::regex(pattern)); }

TEST_F(Jit, TheLogSaysWhatWasCompiledAndHowLongThatTook) {
  const ProcessResult result = noodle({"run", "--jit=always", "--jit-log", "a.noodle", "10", "100"});
  EXPECT_EQ(result.exit_code, 0);
  constexpr const char* kLine =
      R"(jit: \d+\.\d\d ms: fib \(a.noodle:2\) fully before it runs: 1 function, [1-9]\d* bytes of code, \d+ of constants; )"
      R"(queued \d+\.\d\d, lowered \d+\.\d\d, optimised \d+\.\d\d, emitted \d+\.\d\d, installed \d+\.\d\d ms\n)";
  EXPECT_TRUE(matches(result.err, kLine)) << result.err;
  EXPECT_TRUE(matches(result.err, R"(main \(a.noodle:\d+\) and its loop at a.noodle:8 fully before it runs:)"))
      << result.err;
  EXPECT_TRUE(matches(result.err, R"(jit: [1-9]\d* pieces compiled, [1-9]\d* functions, \d+ bytes of code)"));
  EXPECT_TRUE(matches(result.err, R"(jit: emitted +\d+\.\d\d +\d+\.\d\d\n)")) << result.err;
}

TEST_F(Jit, TheLogSaysWhatIsHot) {
  const ProcessResult result = noodle({"run", "--jit-log", "a.noodle", "38", "10"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(matches(result.err, R"(fib \(a.noodle:2\) quickly after \d+\.\d samples: )")) << result.err;
  EXPECT_TRUE(matches(result.err, R"(fib \(a.noodle:2\) fully after \d+\.\d samples: )")) << result.err;
  EXPECT_TRUE(matches(result.err, R"(jit: [1-9]\d* pieces? compiled quickly\n)")) << result.err;
}

// What is in the middle of a loop changes over to better code there.
TEST_F(Jit, ALongLoopIsCompiledQuicklyAndThenFully) {
  write("b.noodle", R"(fn main() {
    var sum = 0
    for i in 0..10_000 {
        for j in 0..20_000 { sum = (sum * 31 + i * j) % 1_000_007 }
    }
    print(sum)
}
)");
  const ProcessResult result = noodle({"run", "--jit-log", "b.noodle"});
  EXPECT_EQ(result.out, "391392\n") << result.err;
  EXPECT_TRUE(matches(result.err, R"(main \(b.noodle:\d\) and its loop at b.noodle:4 quickly after )")) << result.err;
  EXPECT_TRUE(matches(result.err, R"(main \(b.noodle:\d\) and its loop at b.noodle:4 fully after )")) << result.err;
  EXPECT_TRUE(matches(result.err, R"(jit: +1  b.noodle:4 in main: it was asked to)")) << result.err;
}

// Every value in every way out would be tens of thousands of stores, over which LLVM takes a minute.
TEST_F(Jit, ManyValuesWithManyWaysOutAreRefusedInTime) {
  constexpr int kValues = 250;
  std::string program = "fn wide(n: Int) -> Int {\n", sum = "0";
  for (int k = 0; k < kValues; ++k) program += "    var x" + std::to_string(k) + " = n\n";
  program += "    for i in 0..n {\n";
  for (int k = 0; k < kValues; ++k) {
    const std::string x = "x" + std::to_string(k);
    program += "        if " + x + " % 3 == i % 3 { " + x + " = " + x + " + i }\n";
    sum += " + " + x;
  }
  write("b.noodle", program + "    }\n    " + sum + "\n}\nfn main() { print(wide(100)) }\n");
  const ProcessResult interpreted = noodle({"run", "--jit=off", "b.noodle"});
  const ProcessResult result = noodle({"run", "--jit=always", "--jit-log", "b.noodle"});
  EXPECT_EQ(result.out, interpreted.out) << result.err;
  EXPECT_TRUE(matches(result.err, R"(wide .* stays interpreted: it has too many values for so many places)"))
      << result.err;
}

TEST_F(Jit, TheLogCountsWhereCompiledCodeIsLeft) {
  write("b.noodle", R"(fn odd(n: Int) -> Int {
    let c: Channel<Int> = Channel.new(1)
    c.send(n)
    c.receive() ?? 0
}

fn main() {
    var sum = 0
    for i in 0..50 { sum = sum + odd(i) }
    print(sum)
}
)");
  const ProcessResult result = noodle({"run", "--jit=always", "--jit-log", "b.noodle"});
  EXPECT_EQ(result.out, "1225\n") << result.err;
  EXPECT_TRUE(matches(result.err, R"(jit: compiled code was left [1-9]\d* times)")) << result.err;
  EXPECT_TRUE(matches(result.err, R"(jit: +\d\d  .*noodle:\d+ in .*: `channel\.)")) << result.err;
}

// Its first worker waits for whoever reads what it prints, and the thread that asks to leave sleeps by then.
TEST_F(Jit, AWorkerThatComesLateIsAskedToLeave) {
  write("c.noodle", R"(fn work(n: Int) -> Int {
    var x = 1
    var i = 0
    if n == -2 { return work(7) + work(8) }
    loop {
        if i == n { return x }
        x = (x * 31 + i) % 1000003
        i = (i + 1) % 1000000007
    }
}
fn main() {
    var sum = 0
    for _ in 0..40000 { sum += work(1000) }
    sleep(400ms)
    let line = "0123456789".repeat(30000 + sum % 2)
    let endless = async work(-1)
    print(line)
    endless.cancel()
    print("cancelled")
}
)");
  const ProcessResult result = shell("timeout -s KILL 60 $1 run c.noodle | (sleep 1; tail -n 1)");
  EXPECT_EQ(result.out, "cancelled\n") << result.err;
}

TEST_F(Jit, AListThatIsOnlyReadIsReadThoughItIsShared) {
  write("d.noodle", R"(fn scan(shared: List<Int>, n: Int) -> Int {
    var mine = shared
    var hits = 0
    for i in 0..n {
        let k = (i * 7) % 1000
        if mine[k] < 0 { mine[k] = 0 }
        hits += mine[k]
    }
    hits + mine[0]
}
fn main() {
    let xs = List.filled(1000, 7)
    var sum = 0
    for _ in 0..20 { sum += scan(xs, 300000) }
    print(sum + xs[1])
}
)");
  const ProcessResult result = noodle({"run", "--jit=always", "--jit-log", "d.noodle"});
  EXPECT_EQ(result.out, "42000147\n");
  EXPECT_TRUE(matches(result.err, "compiled code was left ([0-9]{1,2}|no) times?\n")) << result.err;
}

TEST_F(Jit, MixedIsCompiledInPartAndLeftAllTheTime) {
  const ProcessResult result = noodle({"run", "--jit=mixed", "--jit-log", "a.noodle", "15", "1000"});
  const ProcessResult plain = noodle({"run", "--jit=off", "a.noodle", "15", "1000"});
  EXPECT_EQ(result.out, plain.out);
  EXPECT_TRUE(matches(result.err, R"(jit: compiled code was left [1-9]\d\d+ times)")) << result.err;
  auto compiled = [&](const std::string& mode) {
    const std::string log = noodle({"run", "--jit=" + mode, "--jit-log", "a.noodle", "1", "1"}).err;
    std::smatch count;
    EXPECT_TRUE(std::regex_search(log, count, std::regex(R"(jit: (\d+) pieces compiled)"))) << log;
    return count.empty() ? 0 : std::stoi(count[1].str());
  };
  const int all = compiled("always"), some = compiled("mixed");
  EXPECT_GT(some, 0);
  EXPECT_LT(some, all);
  EXPECT_EQ(compiled("mixed:0"), some);
}

TEST_F(Jit, AnUnknownModeIsRefused) {
  for (const std::string mode : {"often", "mixed:", "mixed:x", "mixed7"}) {
    const ProcessResult result = noodle({"run", "--jit=" + mode, "a.noodle", "1", "1"});
    EXPECT_EQ(result.exit_code, 2) << mode;
    EXPECT_EQ(result.err,
              "noodle: `--jit` takes off, on, always, or mixed with a seed such as mixed:7, not `" + mode + "`\n");
  }
}

TEST_F(Jit, WithoutTheFlagNothingIsSaid) {
  const ProcessResult result = noodle({"run", "--jit=always", "a.noodle", "10", "100"});
  EXPECT_EQ(result.err, "");
}

TEST_F(Jit, APerfMapNamesFunctionsAndLoops) {
  const ProcessResult result = shell(
      "$1 run --perf --jit=always a.noodle 10 100 >/dev/null & wait $!; cat /tmp/perf-$!.map; "
      "rm /tmp/perf-$!.map /tmp/jit-$!.dump");
  EXPECT_TRUE(matches(result.out, R"((^|\n)[0-9a-f]+ [1-9a-f][0-9a-f]* fib \[noodle\]\n)")) << result.out << result.err;
  EXPECT_TRUE(matches(result.out, R"(\n[0-9a-f]+ [0-9a-f]+ main@loop 18 \[noodle\]\n)")) << result.out;
  EXPECT_TRUE(matches(result.out, R"(\n[0-9a-f]+ [0-9a-f]+ enter fib \[noodle\]\n)")) << result.out;
  const char* kWithout =
      "$1 run --jit=always a.noodle 1 1 >/dev/null & wait $!; test -e /tmp/perf-$!.map -o -e /tmp/jit-$!.dump";
  EXPECT_EQ(shell(kWithout).exit_code, 1);
}

// The records that `perf inject --jit` reads, as lines: `fib a.noodle:2 a.noodle:3`.
std::vector<std::string> dumped(const std::string& bytes) {
  auto number = [&]<class T>(std::size_t at, T n) {
    if (at + sizeof n <= bytes.size()) std::memcpy(&n, bytes.data() + at, sizeof n);
    return n;
  };
  constexpr std::size_t kPrefix = 16;
  std::vector<std::string> all;
  std::string lines;
  for (std::size_t at = 40, size = 0; at + kPrefix <= bytes.size(); at += size) {
    size = number(at + 4, 0u);
    if (size < kPrefix || at + size > bytes.size()) return {"a record of the wrong size"};
    if (number(at, 0u) == 0) {
      const std::size_t name = at + kPrefix + 40;
      all.push_back(std::string(bytes.c_str() + name) + lines);
      const std::size_t code = number(at + kPrefix + 24, std::uint64_t{0});
      if (name + std::strlen(bytes.c_str() + name) + 1 + code != at + size) return {"code of the wrong size"};
      lines.clear();
      continue;
    }
    const std::uint64_t count = number(at + kPrefix + 8, std::uint64_t{0});
    std::size_t entry = at + kPrefix + 16;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string file = bytes.c_str() + entry + 16;
      lines += " " + file + ":" + std::to_string(number(entry + 8, 0u));
      entry += 16 + file.size() + 1;
    }
    if (entry != at + size) return {"lines of the wrong size"};
  }
  return all;
}

TEST_F(Jit, APerfDumpHasCodeAndLines) {
  const ProcessResult result = shell(
      "$1 run --perf --jit=always a.noodle 10 100 >/dev/null & wait $!; rm /tmp/perf-$!.map; "
      "cat /tmp/jit-$!.dump; rm /tmp/jit-$!.dump");
  ASSERT_TRUE(result.out.starts_with("DTiJ")) << result.out << result.err;
  const std::vector<std::string> pieces = dumped(result.out);
  auto piece = [&](const std::string& name) -> std::string {
    for (const std::string& piece : pieces) {
      if (piece.starts_with(name + " ")) return piece + " ";
    }
    return pieces.empty() ? "nothing" : "not there, but " + pieces.back();
  };
  EXPECT_TRUE(matches(piece("fib"), " a.noodle:2 (.* )?a.noodle:3 ")) << piece("fib");
  EXPECT_TRUE(matches(piece("main@loop 18"), " a.noodle:8 ")) << piece("main@loop 18");
  EXPECT_FALSE(matches(piece("fib"), "a.noodle:(8|1[0-9]) ")) << piece("fib");
  EXPECT_TRUE(matches(piece("half"), " a.noodle:14 ")) << piece("half");
}

TEST_F(Jit, AFileForPerfThatCantBeWrittenIsSaid) {
  const struct {
    std::string taken, other;
    const char* said;
  } kFiles[] = {
      {"/tmp/jit-$ID.dump", "/tmp/perf-$ID.map", R"(^noodle: can't write /tmp/jit-\d+\.dump: File exists\n)"},
      {"/tmp/perf-$ID.map", "/tmp/jit-$ID.dump", R"(^noodle: can't write /tmp/perf-\d+\.map: File exists\n)"}};
  for (const auto& file : kFiles) {
    const ProcessResult result = shell("(ID=$BASHPID; mkdir " + file.taken +
                                       "; exec $1 run --perf a.noodle 1 1) & wait $!; code=$?; ID=$!; rmdir " +
                                       file.taken + "; rm -f " + file.other + "; exit $code");
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_TRUE(matches(result.err, file.said)) << result.err;
  }
}

TEST_F(Jit, PerfNamesWhatIsHot) {
  // `./dev test` installs perf, but the kernel may be another than its own, or forbid it to look.
  if (shell("perf record -o try.data -- true").exit_code != 0) GTEST_SKIP() << "perf can't run here";
  const ProcessResult recorded = shell("perf record -k mono -o a.data -- $1 run --perf a.noodle 36 10");
  ASSERT_EQ(recorded.exit_code, 0) << recorded.err;
  const ProcessResult report = shell("perf report -i a.data --stdio 2>&1");
  EXPECT_TRUE(matches(report.out, R"(\[\.\] fib \[noodle\])")) << report.out;
  const ProcessResult lines = shell(
      "perf inject --jit -i a.data -o lines.data && perf report -i lines.data --stdio -F overhead,symbol,srcline 2>&1; "
      "perf script -i a.data -F pid | sort -u | "
      "while read pid; do rm -f /tmp/perf-$pid.map /tmp/jit-$pid.dump /tmp/jitted-$pid-*.so; done");
  EXPECT_TRUE(matches(lines.out, R"(\[\.\] fib +a\.noodle:3)")) << lines.out << lines.err;
}

TEST_F(Jit, ADebuggerNamesFramesOfCompiledCode) {
  // Compiled code looks every few milliseconds whether it has to leave.
  const std::string calls = gdb("a.noodle 42 10");
  SKIP_IF_UNTRACEABLE(calls);
  constexpr const char* kFrames = R"(in fib \(\) at a\.noodle:3\n(#\d+ +(0x[0-9a-f]+ in )?fib \(\) at a\.noodle:3\n)*)"
                                  R"(#\d+ +0x[0-9a-f]+ in enter fib \(\).*\n#\d+ .*enter)";
  EXPECT_TRUE(matches(calls, kFrames)) << calls;
  EXPECT_TRUE(matches(calls, "run_program")) << calls;
  const std::string loop = gdb("a.noodle 1 3000000000");
  // `mix` is taken in by `main`.
  constexpr const char* kLoop =
      R"(in mix \(\) at a\.noodle:8\n#\d+ +main@loop 18 \(\) at a\.noodle:18\n(.*\n)*.*run_program)";
  EXPECT_TRUE(matches(loop, kLoop)) << loop;
}

TEST_F(Jit, ADebuggerNamesFunctionsThatTheCompilerHasTakenIn) {
  write("taken.noodle", R"(fn spin(n: Int, k: Int) -> Int {
    var s = n ^ k
    var i = n
    while i > 0 {
        s = s ^ i
        i = i - 1
    }
    s
}

fn turn(n: Int) -> Int {
    let some = spin(n, 3)
    some ^ spin(n, 5)
}

fn main() {
    for i in 0..4000 { print(turn(args().len() * 100_000_000)) }
}
)");
  // Without our own passes the calls are still there for the compiler. At first others may be asked to leave.
  const std::string frames = gdb("--jit=always --passes=none taken.noodle 1", "-ex 'ignore 1 5'");
  SKIP_IF_UNTRACEABLE(frames);
  constexpr const char* kFrames =
      R"(#\d+ +0x[0-9a-f]+ in spin \(\) at taken.noodle:[4-6]\n)"
      R"(#\d+ +turn \(\) at taken.noodle:1[23]\n#\d+ +0x[0-9a-f]+ in main \(\) at taken.noodle:17\n)";
  EXPECT_TRUE(matches(frames, kFrames)) << frames;
}

TEST_F(Jit, ListsMachineCodeBesideItsInstructions) {
  const ProcessResult result = noodle({"disasm", "--native", "fib", "a.noodle"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.starts_with("fib:\n")) << result.out;
  EXPECT_TRUE(matches(result.out, R"(\n        \w+ .*; \d+: call f\d+ \[)")) << result.out;
  EXPECT_TRUE(matches(result.out, R"(\n        call\w* +fib\b)")) << result.out;
  EXPECT_TRUE(matches(result.out, R"(; \d+: add\.i64 )")) << result.out;
  EXPECT_TRUE(matches(result.out, R"(\n        ret)")) << result.out;
}

#ifdef NOODLE_SANITIZED
TEST_F(Jit, ASanitizerChecksCompiledCode) {
  write("b.noodle",
        "fn sum(xs: List<Int>) -> Int {\n    var all = 0\n    for x in xs { all = all + x }\n    all\n}\n"
        "fn main() { print(sum([args().len(), 2, 3])) }\n");
  const ProcessResult result = noodle({"disasm", "--native", "main", "b.noodle"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(matches(result.out, R"(\n        call\w* +__(asan_load|tsan_read)\d)")) << result.out;
  EXPECT_EQ(noodle({"run", "--jit=always", "b.noodle"}).out, "5\n");
}
#endif

TEST_F(Jit, ListsConstantsThatTheCodeUses) {
  const ProcessResult result = noodle({"disasm", "--native", "half", "a.noodle", "-o", "half.txt"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(matches(shell("cat half.txt").out, R"(\n\.LCPI\w+:\n\t\.quad)")) << shell("cat half.txt").out;
}

TEST_F(Jit, AListingOfNoFunctionSaysWhichMayBeMeant) {
  ProcessResult result = noodle({"disasm", "--native", "fob", "a.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "noodle: the program has no function `fob`; did you mean `fib`?\n");
  result = noodle({"disasm", "--native", "quite_another", "a.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err,
            "noodle: the program has no function `quite_another`; a small one is part of those that call it\n");
}

TEST_F(Jit, ALibraryOfAnotherBuildIsNotUsed) {
  const std::string command = (folder_ / "bin/noodle").string();
  ASSERT_EQ(shell("mkdir bin lib && cp $1 bin/noodle").exit_code, 0);
  const std::string why = "lib/libnoodle-jit.so is of another build than this command; build both again\n";
  for (const char* library : {NOODLE_OTHER_INTERFACE, NOODLE_NO_INTERFACE}) {
    ASSERT_EQ(run({"/bin/cp", library, "lib/libnoodle-jit.so"}).exit_code, 0);
    const ProcessResult result = run({command, "run", "--jit=always", "--jit-log", "a.noodle", "10", "100"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.out, noodle({"run", "--jit=off", "a.noodle", "10", "100"}).out);
    EXPECT_TRUE(result.err.starts_with("jit: programs are interpreted, since the compiler can't be loaded: "))
        << result.err;
    EXPECT_NE(result.err.find(why), std::string::npos) << result.err;
    const ProcessResult listing = run({command, "disasm", "--native", "fib", "a.noodle"});
    EXPECT_EQ(listing.exit_code, 1);
    EXPECT_TRUE(listing.err.starts_with("noodle: there is no machine code without the compiler: ")) << listing.err;
    EXPECT_TRUE(listing.err.ends_with(why)) << listing.err;
  }
}

TEST_F(Jit, WithoutTheLibraryThereIsNoListing) {
  // The library is looked for beside the command.
  ASSERT_EQ(shell("mkdir bin && cp $1 bin/noodle").exit_code, 0);
  const ProcessResult result = run({(folder_ / "bin/noodle").string(), "disasm", "--native", "fib", "a.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(result.err.starts_with("noodle: there is no machine code without the compiler: ")) << result.err;
  EXPECT_NE(result.err.find("libnoodle-jit.so"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace noodle::tests
