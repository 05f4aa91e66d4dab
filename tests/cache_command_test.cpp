// The code cache from outside: what a second run of a program finds.

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/command_test.h"
#include "tests/golden_file.h"

namespace noodle::tests {
namespace {

namespace fs = std::filesystem;

// About a second of work. At its end it says whether the compiler is among the files of its process.
constexpr std::string_view kBusy = R"(import fs

fn step(x: Int, i: Int) -> Int { (x * 31 + i) % 1000003 }

fn work(n: Int) -> Int {
    var x = 7
    for i in 0..n { x = step(x, i) }
    x
}

fn main() {
    print(work(150_000_000))
    match fs.read_text("/proc/self/maps") {
        Ok(maps) => print("with the compiler: {maps.contains("libnoodle-jit")}")
        Err(problem) => print(problem)
    }
}
)";

class CacheCommand : public CommandTest {
 protected:
  CacheCommand() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    setenv("NOODLE_CACHE", cache().c_str(), 1);
    write("busy.noodle", kBusy);
  }
  std::string cache() const { return (folder_ / "cache").string(); }
  ProcessResult run(const std::string& file, std::vector<std::string> words = {NOODLE_COMMAND}) {
    words.insert(words.end(), {"run", "--jit-log", file});
    return run_process(words, folder_.string(), "", 120);
  }
  void fill() {
    ASSERT_TRUE(run("busy.noodle").err.contains("jit: kept "));
    ASSERT_TRUE(run("busy.noodle").err.contains("from the cache"));
  }
};

TEST_F(CacheCommand, TheSecondRunLoadsNoCompiler) {
  const ProcessResult first = run("busy.noodle");
  EXPECT_TRUE(first.out.contains("with the compiler: true\n")) << first.err;
  EXPECT_TRUE(first.err.contains("jit: loaded in ")) << first.err;
  EXPECT_TRUE(first.err.contains("jit: kept ")) << first.err;
  const ProcessResult second = run("busy.noodle");
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_EQ(second.out.substr(0, second.out.find('\n')), first.out.substr(0, first.out.find('\n')));
  EXPECT_TRUE(second.out.contains("with the compiler: false\n")) << second.err;
  EXPECT_TRUE(second.err.contains(" from the cache in ")) << second.err;
  EXPECT_FALSE(second.err.contains("jit: loaded")) << second.err;
}

TEST_F(CacheCommand, AnotherProgramFindsNothing) {
  fill();
  std::string changed(kBusy);
  changed.replace(changed.find("31"), 2, "37");
  write("busy.noodle", changed);
  EXPECT_TRUE(run("busy.noodle").err.contains("jit: loaded"));
}

TEST_F(CacheCommand, CodeWithLinesIsKeptApart) {
  fill();
  auto profiled = [&] {
    const std::string command = std::string(NOODLE_COMMAND) +
                                " run --jit-log --perf busy.noodle & wait $!; "
                                "cat /tmp/jit-$!.dump; rm /tmp/jit-$!.dump /tmp/perf-$!.map";
    return run_process({"/bin/bash", "-c", command}, folder_.string(), "", 120);
  };
  const ProcessResult first = profiled();
  EXPECT_FALSE(first.err.contains(" from the cache in ")) << first.err;
  EXPECT_TRUE(first.out.contains("busy.noodle")) << first.err;
  const ProcessResult second = profiled();
  EXPECT_TRUE(second.err.contains(" from the cache in ")) << second.err;
  EXPECT_TRUE(second.out.contains("busy.noodle")) << second.err;
}

TEST_F(CacheCommand, ShortProgramsDoNotTouchIt) {
  write("hello.noodle", "fn main() { print(\"hello\") }\n");
  const ProcessResult result = run("hello.noodle");
  EXPECT_EQ(result.out, "hello\n");
  EXPECT_FALSE(result.err.contains("cache")) << result.err;
  EXPECT_FALSE(fs::exists(cache()));
}

TEST_F(CacheCommand, CanBeTurnedOff) {
  setenv("NOODLE_CACHE", "off", 1);
  const ProcessResult result = run("busy.noodle");
  EXPECT_TRUE(result.err.contains("jit: loaded"));
  EXPECT_FALSE(result.err.contains("cache")) << result.err;
  EXPECT_FALSE(fs::exists(cache()));
}

TEST_F(CacheCommand, AFolderThatOthersMayReadIsToldAndNotUsed) {
  fill();
  ASSERT_EQ(chmod(cache().c_str(), 0755), 0);
  const ProcessResult result = run("busy.noodle");
  EXPECT_EQ(result.exit_code, 0);
  const std::string told = "noodle: the code cache: `" + cache() + "` is not used, since it has mode 0755, not 0700\n";
  EXPECT_TRUE(result.err.contains(told)) << result.err;
  EXPECT_EQ(result.err.find(told), result.err.rfind(told));
  EXPECT_TRUE(result.err.contains("jit: loaded"));
  EXPECT_FALSE(result.err.contains("jit: kept"));
}

TEST_F(CacheCommand, ADamagedFileIsToldAndReplaced) {
  fill();
  for (const auto& entry : fs::directory_iterator(cache())) fs::resize_file(entry.path(), entry.file_size() / 2);
  const ProcessResult result = run("busy.noodle");
  EXPECT_TRUE(result.err.contains("is damaged, and will be replaced\n")) << result.err;
  EXPECT_TRUE(result.out.contains("with the compiler: true\n"));
  const ProcessResult next = run("busy.noodle");
  EXPECT_TRUE(next.out.contains("with the compiler: false\n")) << next.err;
  EXPECT_FALSE(next.err.contains("damaged"));
}

// A command with more rights than who calls it, with everything it needs around it.
TEST_F(CacheCommand, IsNotUsedByACommandWithRightsOfAnother) {
  // A set-user-id command of another user is made by root alone, and heeded where the file system allows it.
  if (geteuid() != 0) GTEST_SKIP() << "only root can make such a command";
  const fs::path command = folder_ / "bin" / "noodle";
  fs::create_directories(command.parent_path());
  fs::copy_file(NOODLE_COMMAND, command);
  fs::create_directory_symlink(fs::path(NOODLE_COMMAND).parent_path().parent_path() / "lib", folder_ / "lib");
  ASSERT_EQ(chown(command.c_str(), 12345, 0), 0);
  ASSERT_EQ(chmod(command.c_str(), 04755), 0);
  fs::permissions(folder_, fs::perms::all);
  const ProcessResult who =
      run_process({"/bin/sh", "-c", "findmnt -no OPTIONS -T . | grep -q nosuid"}, folder_.string(), "", 10);
  if (who.exit_code == 0) GTEST_SKIP() << "such commands are not run here";
  const ProcessResult result = run("busy.noodle", {command.string()});
  EXPECT_TRUE(result.err.contains("jit: loaded")) << result.err;
  EXPECT_FALSE(result.err.contains("cache")) << result.err;
  EXPECT_FALSE(fs::exists(cache()));
}

}  // namespace
}  // namespace noodle::tests
