// The command from outside: words in, exit code and two streams out.

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/command_test.h"
#include "tests/golden_file.h"

namespace noodle::tests {
namespace {

namespace fs = std::filesystem;

class Cli : public CommandTest {};

TEST_F(Cli, WithoutWordsSaysWhatThereIs) {
  const ProcessResult result = noodle({});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("usage: noodle VERB"), std::string::npos);
  EXPECT_EQ(noodle({"help"}).out, result.err);
  EXPECT_EQ(noodle({"--help"}).out, result.err);
}

TEST_F(Cli, EachVerbHasHelp) {
  for (const char* verb : {"run", "check", "build", "test", "bench", "fmt", "lint", "explain", "doc", "repl", "disasm",
                           "new", "completions", "version", "help"}) {
    const ProcessResult result = noodle({verb, "--help"});
    EXPECT_EQ(result.exit_code, 0) << verb;
    EXPECT_NE(result.out.find("usage: noodle " + std::string(verb)), std::string::npos) << verb;
    EXPECT_EQ(noodle({"help", verb}).out, result.out);
    EXPECT_EQ(result.out.find("--check-leaks"), std::string::npos);
  }
}

TEST_F(Cli, WrongUsageExitsWithTwo) {
  expect_result(noodle({"chekc"}), 2, "", "noodle: there is no verb `chekc`; did you mean `check`?\n");
  expect_result(noodle({"zzzz"}), 2, "", "noodle: there is no verb `zzzz`\n");
  expect_result(noodle({"a.noodle"}), 2, "", "noodle: say what to do with the file: `noodle run a.noodle`\n");
  expect_result(noodle({"check", "--diagnostic=json", "a"}), 2, "",
                "noodle: `noodle check` has no flag `--diagnostic`; did you mean `--diagnostics`?\n");
  expect_result(noodle({"check", "--diagnostics=xml", "a"}), 2, "",
                "noodle: `--diagnostics` can't be `xml`: it is one of text, json\n");
  expect_result(noodle({"check", "--diagnostics"}), 2, "", "noodle: `--diagnostics` needs a value: FORMAT\n");
  expect_result(noodle({"check", "--time-passes=1", "a"}), 2, "", "noodle: `--time-passes` takes no value\n");
  expect_result(noodle({"run"}), 2, "", "noodle: something is missing: noodle run [FLAGS] FILE [ARGS]\n");
  expect_result(noodle({"version", "x"}), 2, "", "noodle: `noodle version` doesn't take `x`\n");
}

TEST_F(Cli, KnowsItsVersion) {
  EXPECT_TRUE(noodle({"version"}).out.starts_with("noodle 0."));
  EXPECT_EQ(noodle({"--version"}).out, noodle({"version"}).out);
}

TEST_F(Cli, AFileThatCantBeReadIsAnError) {
  expect_result(noodle({"check", "no.noodle"}), 1, "",
                "error[E0901]: can't read `no.noodle`: No such file or directory\n\n1 error\n");
  expect_result(noodle({"run", "/"}), 1, "", "error[E0901]: can't read `/`: it is a folder\n\n1 error\n");
  EXPECT_EQ(noodle({"run", "no.nbc"}).exit_code, 1);
}

TEST_F(Cli, ANewProjectRunsAndPassesItsTests) {
  EXPECT_EQ(noodle({"new", "hello"}).exit_code, 0);
  expect_result(noodle({"run", "hello/main.noodle"}), 0, "hello, world\n", "");
  expect_result(noodle({"run", "hello/main.noodle", "--flag", "x"}), 0, "hello, --flag\n", "");
  const ProcessResult tests = noodle({"test", "hello/main.noodle"});
  EXPECT_EQ(tests.exit_code, 0);
  EXPECT_NE(tests.out.find("1 passed, 0 failed\n"), std::string::npos) << tests.out;
  const ProcessResult again = noodle({"new", "hello"});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_NE(again.err.find("File exists"), std::string::npos);
}

TEST_F(Cli, ModulesRunWithoutTheirSource) {
  write("a.noodle", "fn main() { print(\"one {args().len()}\") }\n");
  expect_result(noodle({"build", "a.noodle"}), 0, "", "");
  fs::rename(folder_ / "a.noodle", folder_ / "hidden.noodle");
  expect_result(noodle({"run", "a.nbc", "x"}), 0, "one 1\n", "");
}

TEST_F(Cli, TheSameSourceGivesTheSameBytesInAnyFolder) {
  const std::string_view text = "struct P { x: Int }\nfn main() { print([P { x: 1 }]) }\n";
  write("a/main.noodle", text);
  write("b/deep/main.noodle", text);
  EXPECT_EQ(shell("cd a && \"$1\" build main.noodle").exit_code, 0);
  EXPECT_EQ(shell("cd b/deep && \"$1\" build main.noodle -o out.nbc").exit_code, 0);
  EXPECT_EQ(shell("\"$1\" build a/main.noodle -o c.nbc").exit_code, 0);
  EXPECT_EQ(read("a/main.nbc"), read("b/deep/out.nbc"));
  EXPECT_EQ(read("a/main.nbc"), read("c.nbc"));
}

TEST_F(Cli, TheTextOfAModuleReadsBackToTheSameBytes) {
  write("a.noodle", "fn main() { for i in 0..3 { print(\"{i}: {[i, i]}\") } }\n");
  EXPECT_EQ(noodle({"build", "a.noodle"}).exit_code, 0);
  EXPECT_EQ(noodle({"disasm", "a.nbc", "-o", "a.txt"}).exit_code, 0);
  expect_result(noodle({"build", "a.txt", "-o", "b.nbc"}), 0, "", "");
  EXPECT_EQ(read("a.nbc"), read("b.nbc"));
  EXPECT_EQ(noodle({"disasm", "a.noodle"}).out, read("a.txt"));
}

TEST_F(Cli, EmitsEachStep) {
  write("a.noodle", "fn main() { print(1 + 2) }\n");
  for (const char* step : {"tokens", "ast", "nir"}) {
    const ProcessResult result = noodle({"build", "--emit=" + std::string(step), "a.noodle"});
    EXPECT_EQ(result.exit_code, 0) << step;
    EXPECT_FALSE(result.out.empty()) << step;
  }
  EXPECT_FALSE(fs::exists(folder_ / "a.nbc"));
}

TEST_F(Cli, DiagnosticsAsJsonAreOneObjectALine) {
  write("a.noodle", "fn main() {\n    print(lenght)\n    let x: Int = \"a\"\n}\n");
  const ProcessResult result = noodle({"check", "--diagnostics=json", "a.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  std::size_t lines = 0;
  for (char c : result.err) lines += c == '\n';
  EXPECT_GE(lines, 2u);
  EXPECT_TRUE(result.err.starts_with("{\"code\":\"E0")) << result.err;
  EXPECT_NE(result.err.find("\"line\":2"), std::string::npos);
}

TEST_F(Cli, ExitCodesPassThrough) {
  write("exit.noodle", "fn main() { defer print(\"bye\")\n exit(args()[0].to_int() ?? 9) }\n");
  expect_result(noodle({"run", "exit.noodle", "0"}), 0, "bye\n", "");
  expect_result(noodle({"run", "exit.noodle", "77"}), 77, "bye\n", "");
  write("panic.noodle", "fn main() { panic(\"no\") }\n");
  const ProcessResult panic = noodle({"run", "panic.noodle"});
  EXPECT_EQ(panic.exit_code, 101);
  EXPECT_NE(panic.err.find("no"), std::string::npos);
  write("err.noodle", "fn main() -> Result<(), Error> { Err(Error(\"bad luck\")) }\n");
  const ProcessResult err = noodle({"run", "err.noodle"});
  EXPECT_EQ(err.exit_code, 1);
  EXPECT_NE(err.err.find("bad luck"), std::string::npos);
}

TEST_F(Cli, TimesItsSteps) {
  write("a.noodle", "fn main() {}\n");
  const ProcessResult result = noodle({"check", "--time-passes", "a.noodle"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(result.err.starts_with("step ")) << result.err;
}

TEST_F(Cli, TestsCanBeFilteredAndFail) {
  write("t.noodle", "fn main() {}\ntest \"good\" { expect 1 == 1 }\ntest \"bad\" { expect 1 == 2 }\n");
  const ProcessResult all = noodle({"test", "t.noodle"});
  EXPECT_EQ(all.exit_code, 1);
  EXPECT_NE(all.out.find("1 passed, 1 failed\n"), std::string::npos) << all.out;
  EXPECT_EQ(noodle({"test", "t.noodle", "good"}).exit_code, 0);
  EXPECT_EQ(noodle({"test", "--filter=good", "t.noodle"}).exit_code, 0);
}

TEST_F(Cli, TheTourPassesItsTests) {
  const ProcessResult result = run_process({NOODLE_COMMAND, "test", "examples/tour.noodle"}, "", "", 60);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.out.find("4 passed, 0 failed\n"), std::string::npos) << result.out;
}

TEST_F(Cli, AClosedPipeEndsItCleanly) {
  write("many.noodle", "fn main() { for i in 0..1000000 { print(i) } }\n");
  const ProcessResult result = shell("\"$1\" run many.noodle | head -n 1; echo ${PIPESTATUS[0]}");
  EXPECT_LT(std::atoi(result.out.substr(2).c_str()), 128) << result.out;
  EXPECT_EQ(result.err, "");
}

TEST_F(Cli, AnInterruptEndsItCleanly) {
  write("loop.noodle", "fn main() { defer print(\"cleaned up\")\n loop {} }\n");
  const ProcessResult result = shell("set -m; \"$1\" run loop.noodle & sleep 1; kill -INT $!; wait $!; echo $?");
  EXPECT_EQ(result.out, "cleaned up\n130\n");
}

// ---- natives that block; standard input is a pipe to which nobody writes until the program says so

constexpr std::string_view kLines = R"(import net
fn main() {
    async { print(read_line() ?? "the end") }
    sleep(20ms)
    print("a timer")
    let listener = net.listen("127.0.0.1:0").or_panic("listen")
    async {
        let there = listener.accept().or_panic("accept")
        there.write_text("over the net").or_panic("write")
        there.close()
    }
    let here = net.connect(listener.address()).or_panic("connect")
    print(here.read_all().or_panic("read").to_text() ?? "?")
    print_error("ready")
}
)";

constexpr std::string_view kFifos = R"(import fs
fn main() {
    let texts = (0..20).map(i => async fs.read_text("pipe{i}").or_panic("read"))
    sleep(20ms)
    print("a timer")
    print_error("ready")
    print((await texts).join(" "))
}
)";

// Starts a program in a shell whose file 3 is its standard input, and waits until it has said `ready`.
std::string start(const std::string& words) {
  return "set -m; mkfifo in; exec 3<>in; $1 run " + words +
         " <in 2>err & program=$!; for i in {1..1000}; do [ -s err ] && break; sleep 0.01; done; ";
}

constexpr const char* kEnd = "wait $program; echo $?; cat err; rm in err";

TEST_F(Cli, TasksGoOnWhileOneWaitsForALine) {
  write("lines.noodle", kLines);
  for (const char* workers : {"1", "2", "4"}) {
    const ProcessResult result =
        shell(start("--workers " + std::string(workers) + " lines.noodle") + "echo hello >&3; " + kEnd);
    EXPECT_EQ(result.out, "a timer\nover the net\nhello\n0\nready\n") << workers;
  }
}

TEST_F(Cli, TasksGoOnWhileManyReadPipes) {
  write("fifos.noodle", kFifos);
  std::string numbers;
  for (int i = 0; i < 20; ++i) numbers += (i != 0 ? " " : "") + std::to_string(i);
  for (const char* workers : {"1", "2"}) {
    const ProcessResult result =
        shell("mkfifo pipe{0..19}; " + start("--workers " + std::string(workers) + " --check-leaks fifos.noodle") +
              "for i in {0..19}; do echo -n $i >pipe$i; done; " + kEnd + " pipe*");
    EXPECT_EQ(result.out, "a timer\n" + numbers + "\n0\nready\n") << workers;
  }
}

TEST_F(Cli, WhoWaitsForTheOtherEndOfAFifoCanBeInterrupted) {
  write("read.noodle", R"(fn main() {
    defer print("unwound")
    print_error("ready")
    let _ = fs.read_text("fifo")
}
)");
  write("write.noodle", R"(fn main() {
    defer print("unwound")
    print_error("ready")
    let _ = fs.write_text("fifo", "text")
}
)");
  for (const std::string program : {"read.noodle ", "write.noodle "}) {
    for (const std::string workers : {"--workers 1 --check-leaks ", "--workers 2 --check-leaks "}) {
      const ProcessResult result =
          shell("mkfifo fifo; " + start(workers + program) + "kill -INT $program; " + kEnd + " fifo");
      EXPECT_EQ(result.out, "unwound\n130\nready\n") << workers << program;
    }
  }
}

TEST_F(Cli, APanicThatNobodyWaitsForAnyMoreHarmsNobody) {
  // The native outlives the limit, and can't be cancelled.
  write("late.noodle", R"(fn main() {
    let text = "x".repeat(64_000_000)
    let list = [1]
    let given_up = within 1ms {
        let _ = fs.write_text("late.tmp", text)
        list[text.len()]
    }
    print(given_up)
    sleep(1ms)
    print("still here")
}
)");
  expect_result(noodle({"run", "--workers", "4", "--spread", "late.noodle"}), 0,
                "Err(took longer than 1ms)\nstill here\n", "");
}

TEST_F(Cli, ATaskThatWaitsForALineCanBeStopped) {
  write("within.noodle", R"(fn main() {
    print_error("ready")
    print(within 20ms { read_line() })
    print(read_line())
}
)");
  write("exit.noodle", R"(fn main() {
    async {
        defer print("unwound")
        let _ = read_line()
        print("never")
    }
    async { let _ = read_line() }
    print_error("ready")
    sleep(20ms)
    exit(3)
}
)");
  write("interrupt.noodle", R"(fn main() {
    async { let _ = read_line() }
    async { let _ = read_line() }
    sleep(20ms)
    defer print("unwound")
    print_error("ready")
    let _ = read_line()
}
)");
  for (const std::string workers : {"--workers 1 ", "--workers 2 ", "--workers 4 --spread "}) {
    // A half of the line comes while somebody waits who gives up.
    ProcessResult result =
        shell(start(workers + "within.noodle") + "echo -n one >&3; sleep 0.2; echo ' line' >&3; " + kEnd);
    EXPECT_EQ(result.out, "Err(took longer than 20ms)\nSome(\"one line\")\n0\nready\n") << workers;
    result = shell(start(workers + "exit.noodle") + kEnd);
    EXPECT_EQ(result.out, "unwound\n3\nready\n") << workers;
    result = shell(start(workers + "interrupt.noodle") + "kill -INT $program; " + kEnd);
    EXPECT_EQ(result.out, "unwound\n130\nready\n") << workers;
  }
}

TEST_F(Cli, AHostileModuleIsRefused) {
  write("a.nbc", std::string("NBC\0\1\0garbage", 13));
  const ProcessResult result = noodle({"run", "a.nbc"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("a.nbc"), std::string::npos);
}

}  // namespace
}  // namespace noodle::tests
