// Executables that `noodle build --native` writes, and what the command says when it can't.

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/command_test.h"

namespace noodle::tests {
namespace {

namespace fs = std::filesystem;

class Native : public CommandTest {
 protected:
  ProcessResult build(std::vector<std::string> words) {
    words.insert(words.begin(), {"build", "--native"});
    return noodle(words);
  }
  /// Builds a program and expects that to be silent.
  void make(const std::string& name, std::string_view source, std::vector<std::string> flags = {}) {
    write(name + ".noodle", source);
    flags.push_back(name + ".noodle");
    const ProcessResult result = build(flags);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.out + result.err, "");
  }
  /// What lies in the folder, but for sources.
  std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().extension() != ".noodle") names.push_back(entry.path().filename().string());
    }
    return names;
  }
};

constexpr std::string_view kHello = "fn main() { print(\"hello\") }\n";

TEST_F(Native, HelloIsOneSmallFile) {
  make("hello", kHello);
  EXPECT_EQ(files(), std::vector<std::string>{"hello"});
  struct stat info{};
  ASSERT_EQ(stat((folder_ / "hello").c_str(), &info), 0);
  const mode_t mask = umask(0);
  umask(mask);
  EXPECT_EQ(info.st_mode & 07777, 0777 & ~mask);
  ASSERT_EQ(shell("strip hello").exit_code, 0);
  EXPECT_LT(fs::file_size(folder_ / "hello"), 3'000'000);
  expect_result(run({"./hello"}), 0, "hello\n", "");
}

TEST_F(Native, NeedsNoLibraryButTheSystems) {
  make("hello", kHello);
  const ProcessResult needed =
      shell("readelf -d hello | sed -n 's/.*NEEDED.*\\[\\(.*\\)\\]/\\1/p' | sort | tr '\\n' ' '");
  EXPECT_EQ(needed.out, "libc.so.6 libm.so.6 ");
}

TEST_F(Native, HelloPaysForNoThread) {
  make("hello", kHello);
  // `./dev test` installs strace, but a container may forbid one process to trace another.
  const ProcessResult may = shell("strace -f --seccomp-bpf -e trace=clone,clone3 -o trace true");
  ASSERT_NE(may.exit_code, 127) << "there is no strace";
  if (may.exit_code != 0) GTEST_SKIP() << "strace may not trace programs here: " << may.err;
  const ProcessResult traced = shell("strace -f --seccomp-bpf -e trace=clone,clone3 -o trace ./hello");
  EXPECT_EQ(traced.exit_code, 0) << traced.err;
  EXPECT_EQ(traced.out, "hello\n");
  // A program that was kept from its processor for long has lost that chance, so one of some will do.
  const ProcessResult result = shell(
      "for i in {1..20}; do strace -f --seccomp-bpf -e trace=clone,clone3 -o trace ./hello >/dev/null; "
      "grep -q clone trace || { echo none; break; }; done");
  EXPECT_EQ(result.out, "none\n");
}

TEST_F(Native, WordsAreTheProgramsOwn) {
  make("words", "fn main() { for word in args() { print(word) } }\n", {"-o", "here"});
  expect_result(run({"./here", "--help", "-o", "", "x y"}), 0, "--help\n-o\n\nx y\n", "");
}

TEST_F(Native, EndsAsARunDoes) {
  write("ends.noodle", R"(fn inner(n: Int) -> Int { 10 / n }
fn main() -> Result<(), String> {
    match args()[0] {
        "panic" => print(inner(0))
        "exit" => exit(7)
        "error" => return Err("wrong")
        _ => print(read_line() ?? "nothing")
    }
    Ok(())
}
)");
  ASSERT_EQ(build({"ends.noodle"}).exit_code, 0);
  for (const char* word : {"panic", "exit", "error", "line"}) {
    const ProcessResult ran = run({NOODLE_COMMAND, "run", "ends.noodle", word}, "a line\n");
    expect_result(run({"./ends", word}, "a line\n"), ran.exit_code, ran.out, ran.err);
  }
  EXPECT_EQ(run({"./ends", "panic"}).exit_code, 101);
  EXPECT_NE(run({"./ends", "panic"}).err.find("ends.noodle:1"), std::string::npos);
}

TEST_F(Native, AModuleMayBeBuiltToo) {
  write("hello.noodle", kHello);
  ASSERT_EQ(run({NOODLE_COMMAND, "build", "hello.noodle"}).exit_code, 0);
  ASSERT_EQ(build({"hello.nbc"}).exit_code, 0);
  expect_result(run({"./hello"}), 0, "hello\n", "");
}

TEST_F(Native, AnInterruptUnwindsAComputation) {
  make("loop", "fn main() { defer print(\"cleaned up\")\n loop {} }\n");
  const ProcessResult result = shell("set -m; ./loop & sleep 0.5; kill -INT $!; wait $!; echo $?");
  EXPECT_EQ(result.out, "cleaned up\n130\n");
}

TEST_F(Native, LeaksAreToldWhenThatWasBuiltIn) {
  make("hello", kHello, {"--report-leaks"});
  expect_result(run({"./hello"}), 0, "hello\n", "nothing is left over\n");
}

TEST_F(Native, ProfilersKnowTheNames) {
  make("a",
       "fn fib(n: Int) -> Int { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }\n"
       "fn main() { print(fib(args().len() + 20)) }\n");
  EXPECT_EQ(shell("readelf -sW a | grep -cE ' FUNC .* [0-9]+ fib$'").out, "1\n");
}

TEST_F(Native, WrongUsageIsSaid) {
  write("a.noodle", kHello);
  expect_result(build({"--emit=nir", "a.noodle"}), 2, "", "noodle: `--emit` and `--native` can't be had together\n");
  expect_result(build({"-o", "-", "a.noodle"}), 2, "", "noodle: an executable can't be written to standard output\n");
  expect_result(build({"-o", "a.noodle", "a.noodle"}), 2, "", "noodle: `-o a.noodle` would overwrite the source\n");
  expect_result(build({"--workers=0", "a.noodle"}), 2, "",
                "noodle: `--workers` takes a number from 1 to 1024, not `0`\n");
  expect_result(run({NOODLE_COMMAND, "build", "--workers=2", "a.noodle"}), 2, "",
                "noodle: `--workers` needs `--native` beside it\n");
  EXPECT_TRUE(files().empty());
}

TEST_F(Native, WhatCantBeReadOrCompiledIsSaid) {
  expect_result(build({"no.noodle"}), 1, "",
                "error[E0901]: can't read `no.noodle`: No such file or directory\n\n1 error\n");
  write("bad.noodle", "fn main() { print(x) }\n");
  const ProcessResult bad = build({"bad.noodle"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_EQ(bad.err, run({NOODLE_COMMAND, "check", "bad.noodle"}).err);
  const ProcessResult json = build({"--diagnostics=json", "bad.noodle"});
  EXPECT_TRUE(json.err.starts_with("{\"code\":") || json.out.starts_with("{\"code\":")) << json.out << json.err;
  write("library.noodle", "pub fn f() -> Int { 1 }\n");
  expect_result(build({"library.noodle"}), 1, "", "noodle: the program has no `fn main()`\n");
  write("bad.nbc", "NBC?");
  EXPECT_EQ(build({"bad.nbc"}).exit_code, 1);
  EXPECT_EQ(files(), std::vector<std::string>{"bad.nbc"});
}

TEST_F(Native, WhatCantBeWrittenIsSaid) {
  write("a.noodle", kHello);
  expect_result(build({"-o", "no/a", "a.noodle"}), 1, "", "noodle: can't write `no/a`: No such file or directory\n");
  fs::create_directory(folder_ / "folder");
  expect_result(build({"-o", "folder", "a.noodle"}), 1, "", "noodle: can't write `folder`: it is a folder\n");
  EXPECT_EQ(files(), std::vector<std::string>{"folder"});
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  expect_result(build({"-o", "pipe", "a.noodle"}), 1, "", "noodle: can't write `pipe`: it is no ordinary file\n");
  EXPECT_TRUE(fs::is_fifo(folder_ / "pipe"));
}

TEST_F(Native, AFullDiskLeavesWhatWasThere) {
  make("a", kHello, {"-o", "a"});
  // Less than an executable takes, but enough for the compiler, which writes no file.
  const ProcessResult result = shell("ulimit -f 100; trap '' XFSZ; $1 build --native -o a a.noodle");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("noodle: can't"), std::string::npos) << result.err;
  EXPECT_EQ(files(), std::vector<std::string>{"a"});
  expect_result(run({"./a"}), 0, "hello\n", "");
}

TEST_F(Native, AMissingRuntimeIsSaid) {
  write("a.noodle", kHello);
  const ProcessResult result = shell(
      "mkdir -p there/bin there/lib; cp $1 there/bin/noodle; lib=$(dirname $(dirname $(readlink -f $1)))/lib; "
      "there/bin/noodle build --native a.noodle; echo $?; "
      "ln -s $lib/libnoodle-jit.so there/lib; there/bin/noodle build --native a.noodle; echo $?; rm -r there");
  EXPECT_EQ(result.out, "1\n1\n");
  EXPECT_NE(result.err.find("noodle: there are no executables without the compiler: "), std::string::npos);
  EXPECT_NE(result.err.find("there/lib/noodle-runtime.o`: No such file or directory\n"), std::string::npos);
  EXPECT_TRUE(files().empty());
}

TEST_F(Native, ABuildThatIsInterruptedLeavesNothingHalf) {
  write("a.noodle", kHello);
  for (int i = 1; i <= 20; ++i) {
    const std::string wait = "0.0" + std::to_string(10 + i * 4);
    shell("set -m; $1 build --native a.noodle & sleep " + wait + "; kill -INT $!; wait $!");
    const std::vector<std::string> left = files();
    ASSERT_LE(left.size(), 1u) << left.front();
    if (left.empty()) continue;
    EXPECT_EQ(left.front(), "a");
    expect_result(run({"./a"}), 0, "hello\n", "");
    fs::remove(folder_ / "a");
  }
}

}  // namespace
}  // namespace noodle::tests
