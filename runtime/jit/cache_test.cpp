// A folder of machine code that nobody but its user may have touched: what it gives back, what it refuses.

#include "runtime/jit/cache.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "runtime/jit/cache_key.h"
#include "tests/golden_file.h"
#include "tests/temp_folder.h"

namespace noodle::jit {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;

KeptImage image_of(std::uint32_t function, std::size_t bytes) {
  KeptImage image{
      .function = function, .loops = {3, 9}, .symbols = {}, .bytes = {}, .origins = "o" + std::to_string(function)};
  image.bytes.assign(bytes, static_cast<char>('a' + function % 26));
  image.symbols.push_back({.function = function, .loop = -1, .entry = 4, .fast = 0, .bytes = bytes});
  image.symbols.push_back({.function = function, .loop = 9, .entry = bytes - 1, .fast = 0, .bytes = 1});
  return image;
}

bool same(const KeptImage& a, const KeptImage& b) {
  return a.serves_as(b) && b.serves_as(a) && a.bytes == b.bytes && a.origins == b.origins &&
         std::ranges::equal(a.symbols, b.symbols, [](const Symbol& x, const Symbol& y) {
           return x.function == y.function && x.loop == y.loop && x.entry == y.entry && x.fast == y.fast &&
                  x.bytes == y.bytes;
         });
}

TEST(CacheEntry, GivesBackWhatWasWritten) {
  std::vector<KeptImage> images{image_of(1, 100), image_of(70'000, 5), KeptImage()};
  images[1].effort = Effort::Quick;
  const auto read = read_entry(write_entry("key", images), "key");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), images.size());
  for (std::size_t i = 0; i < images.size(); ++i) EXPECT_TRUE(same((*read)[i], images[i])) << i;
  EXPECT_TRUE(read_entry(write_entry("", {}), ""));
}

TEST(CacheEntry, IsForItsKeyAlone) {
  const std::string file = write_entry("key", {image_of(1, 100)});
  for (const char* other : {"", "ke", "kez", "key "}) EXPECT_FALSE(read_entry(file, other)) << other;
}

TEST(CacheEntry, IsRefusedWhenAnythingIsCutOffOrAdded) {
  const std::string file = write_entry("key", {image_of(1, 30), image_of(2, 20)});
  for (std::size_t size = 0; size < file.size(); ++size) EXPECT_FALSE(read_entry(file.substr(0, size), "key")) << size;
  EXPECT_FALSE(read_entry(file + '\0', "key"));
}

TEST(CacheEntry, IsRefusedWhenAnyByteIsAnother) {
  const std::string file = write_entry("key", {image_of(1, 30), image_of(2, 20)});
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (const int bits : {1, 0x80, 0xFF}) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(damaged[at] ^ bits);
      EXPECT_FALSE(read_entry(damaged, "key")) << at;
    }
  }
}

// The checksum put right: sizes and places are looked at all the same.
TEST(CacheEntry, NeverReadsBeyondItsEnd) {
  const std::string file = write_entry("key", {image_of(1, 30), image_of(2, 20)});
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string body = file.substr(0, file.size() - 16);
    for (int i = 0; i < 2; ++i) body[16 + random() % (body.size() - 16)] = static_cast<char>(random());
    if (round % 3 == 0) body.resize(random() % body.size());
    const Hash128 sum = hash128_bytes(body);
    body.append(reinterpret_cast<const char*>(&sum.low), 8).append(reinterpret_cast<const char*>(&sum.high), 8);
    const auto read = read_entry(body, "key");
    if (!read) continue;
    for (const KeptImage& image : *read) {
      for (const Symbol& symbol : image.symbols) {
        ASSERT_LT(symbol.entry, image.bytes.size());
        ASSERT_LT(symbol.fast, image.bytes.size());
      }
    }
  }
}

TEST(CacheEntry, SymbolsLieInsideTheirImage) {
  for (const std::uint64_t outside : {std::uint64_t{30}, ~std::uint64_t{0}}) {
    KeptImage image = image_of(1, 30);
    image.symbols[0].entry = outside;
    EXPECT_FALSE(read_entry(write_entry("key", {image}), "key"));
    image = image_of(1, 30);
    image.symbols[0].fast = outside;
    EXPECT_FALSE(read_entry(write_entry("key", {image}), "key"));
  }
}

class CacheFolder : public tests::TempFolder {
 protected:
  CacheFolder() { fs::remove_all(folder_ / "code"); }
  std::string code() const { return (folder_ / "code").string(); }
  Cache cache(std::uint64_t most = 1 << 20) {
    return Cache(
        {.folder = code(), .most_bytes = most, .warn = [this](const std::string& line) { warnings_ += line + "\n"; }});
  }
  /// The one file of the folder.
  std::string file() const {
    std::string found;
    for (const auto& entry : fs::directory_iterator(code())) found = entry.path().string();
    return found;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(code()), fs::directory_iterator()));
  }
  void expect_refused(const std::string& why) {
    Cache used = cache();
    EXPECT_TRUE(used.load("key").empty());
    EXPECT_TRUE(used.load("key").empty());
    EXPECT_NE(warnings_.find(why), std::string::npos) << warnings_;
    EXPECT_EQ(std::ranges::count(warnings_, '\n'), 1) << warnings_;
  }
  /// After a file was refused the next image takes its place.
  void expect_replaced() {
    EXPECT_TRUE(cache().add("key", {image_of(5, 50)}));
    warnings_.clear();
    const auto images = cache().load("key");
    ASSERT_EQ(images.size(), 1u);
    EXPECT_TRUE(same(images[0], image_of(5, 50)));
    EXPECT_EQ(warnings_, "");
  }

  std::string warnings_;
};

TEST_F(CacheFolder, KeepsImagesForItsUserAlone) {
  EXPECT_TRUE(cache().load("key").empty());
  EXPECT_FALSE(fs::exists(code()));
  EXPECT_TRUE(cache().add("key", {image_of(1, 100)}));
  EXPECT_TRUE(cache().add("key", {image_of(2, 100), image_of(1, 100)}));
  const auto images = cache().load("key");
  ASSERT_EQ(images.size(), 2u);
  EXPECT_TRUE(same(images[0], image_of(1, 100)));
  EXPECT_TRUE(same(images[1], image_of(2, 100)));
  EXPECT_TRUE(cache().load("another").empty());
  EXPECT_EQ(warnings_, "");
  struct stat found{};
  ASSERT_EQ(stat(code().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0700u);
  ASSERT_EQ(stat(file().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
}

TEST_F(CacheFolder, WithoutAFolderKeepsNothing) {
  Cache none({.folder = {}, .most_bytes = 1 << 20, .warn = {}});
  EXPECT_FALSE(none.add("key", {image_of(1, 100)}));
  EXPECT_TRUE(none.load("key").empty());
}

TEST_F(CacheFolder, ThatCanNotBeMadeIsNoReasonToWarn) {
  for (const char* folder : {"/proc/noodle", "/does/not/exist"}) {
    Cache used(
        {.folder = folder, .most_bytes = 1 << 20, .warn = [this](const std::string& line) { warnings_ += line; }});
    EXPECT_TRUE(used.load("key").empty());
    EXPECT_FALSE(used.add("key", {image_of(1, 100)}));
    EXPECT_NE(used.trouble().find("can't be used: "), std::string::npos) << used.trouble();
  }
  EXPECT_EQ(warnings_, "");
}

TEST_F(CacheFolder, KeepsTheBestOfEachPiece) {
  KeptImage quick = image_of(1, 30), refused = image_of(1, 0);
  quick.effort = Effort::Quick;
  refused.symbols.clear();
  const KeptImage full = image_of(1, 20);
  Cache used = cache();
  auto kept = [&](const KeptImage& more) {
    EXPECT_TRUE(used.add("key", {more}));
    std::vector<std::size_t> sizes;
    for (const KeptImage& image : used.load("key")) sizes.push_back(image.bytes.size());
    std::ranges::sort(sizes);
    return sizes;
  };
  using Sizes = std::vector<std::size_t>;
  EXPECT_EQ(kept(quick), Sizes{30});
  // That it can't be compiled fully doesn't make what was compiled quickly worse.
  EXPECT_EQ(kept(refused), (Sizes{0, 30}));
  EXPECT_EQ(kept(quick), (Sizes{0, 30}));
  EXPECT_EQ(kept(full), Sizes{20});
  EXPECT_EQ(kept(quick), Sizes{20});
}

TEST_F(CacheFolder, ThatOthersMayReadIsRefused) {
  ASSERT_TRUE(cache().add("key", {image_of(1, 100)}));
  for (const int mode : {0755, 0710, 0701, 0720, 0702, 01700, 02700}) {
    warnings_.clear();
    ASSERT_EQ(chmod(code().c_str(), static_cast<mode_t>(mode)), 0);
    expect_refused("has mode ");
    EXPECT_FALSE(cache().add("key", {image_of(2, 100)}));
  }
  chmod(code().c_str(), 0700);
  EXPECT_EQ(cache().load("key").size(), 1u);
}

TEST_F(CacheFolder, OfAnotherUserIsRefused) {
  // Nobody else may change a folder's owner, and a folder of somebody else's that we can open is what is wanted.
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  ASSERT_TRUE(cache().add("key", {image_of(1, 100)}));
  const std::string kept = file();
  ASSERT_EQ(chown(kept.c_str(), 12345, 0), 0);
  expect_refused("belongs to user 12345");
  expect_replaced();
  ASSERT_EQ(chown(code().c_str(), 12345, 0), 0);
  warnings_.clear();
  expect_refused("belongs to user 12345");
  EXPECT_FALSE(cache().add("key", {image_of(2, 100)}));
}

TEST_F(CacheFolder, BehindALinkIsRefused) {
  ASSERT_TRUE(cache().add("key", {image_of(1, 100)}));
  fs::rename(code(), folder_ / "elsewhere");
  fs::create_symlink(folder_ / "elsewhere", code());
  expect_refused("is a link");
  EXPECT_FALSE(cache().add("key", {image_of(2, 100)}));
  fs::remove(code());
  write("code", "a file");
  warnings_.clear();
  expect_refused("is a link, or no folder");
}

TEST_F(CacheFolder, FilesThatAreNotPlainAreRefusedAndReplaced) {
  ASSERT_TRUE(cache().add("key", {image_of(1, 100)}));
  const std::string kept = file();
  fs::rename(kept, folder_ / "elsewhere");
  fs::create_symlink(folder_ / "elsewhere", kept);
  expect_refused("is a link");
  expect_replaced();
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(kept)));
  fs::remove(kept);
  ASSERT_EQ(mkfifo(kept.c_str(), 0600), 0);
  warnings_.clear();
  expect_refused("is no file");
  expect_replaced();
  for (const int mode : {0644, 0620, 0700}) {
    ASSERT_EQ(chmod(kept.c_str(), static_cast<mode_t>(mode)), 0);
    warnings_.clear();
    expect_refused("has mode ");
    expect_replaced();
  }
}

TEST_F(CacheFolder, DamagedFilesAreRefusedAndReplaced) {
  ASSERT_TRUE(cache().add("key", {image_of(1, 100)}));
  const std::string kept = file();
  for (const std::uintmax_t size : {0, 1, 60, 120}) {
    fs::resize_file(kept, size);
    warnings_.clear();
    expect_refused("is damaged");
    expect_replaced();
  }
  // Another program's file under this one's name.
  ASSERT_TRUE(tests::write_text(kept, write_entry("another", {image_of(1, 100)})));
  warnings_.clear();
  expect_refused("is damaged");
  expect_replaced();
}

TEST_F(CacheFolder, IsBoundedAndForgetsWhatWasUsedLongestAgo) {
  constexpr std::uint64_t kMost = 10'000;
  for (const char* key : {"a", "b", "c"}) {
    ASSERT_TRUE(cache(kMost).add(key, {image_of(1, 3000)}));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(cache(kMost).load("a").size(), 1u);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ASSERT_TRUE(cache(kMost).add("d", {image_of(1, 3000)}));
  EXPECT_EQ(files(), 3u);
  EXPECT_EQ(cache().load("a").size(), 1u);
  EXPECT_EQ(cache().load("b").size(), 0u);
  EXPECT_EQ(cache().load("c").size(), 1u);
  EXPECT_EQ(cache().load("d").size(), 1u);
  EXPECT_FALSE(cache(kMost).add("e", {image_of(1, 20'000)}));
  EXPECT_EQ(files(), 3u);
}

TEST_F(CacheFolder, WhatWasAbandonedIsRemovedAndWhatIsNotOursStays) {
  ASSERT_TRUE(cache().add("key", {image_of(1, 100)}));
  const std::string fresh = file() + ".1.new", abandoned = file() + ".2.new", notes = code() + "/notes";
  for (const std::string& path : {fresh, abandoned, notes}) ASSERT_TRUE(tests::write_text(path, "half"));
  fs::last_write_time(abandoned, fs::file_time_type::clock::now() - std::chrono::hours(1));
  ASSERT_TRUE(cache().add("other", {image_of(1, 100)}));
  EXPECT_TRUE(fs::exists(fresh));
  EXPECT_FALSE(fs::exists(abandoned));
  EXPECT_TRUE(fs::exists(notes));
}

/// A process of its own that adds images until it is killed, or `rounds` times.
pid_t start_writer(Cache& cache, std::uint32_t first, std::uint32_t rounds) {
  const pid_t child = fork();
  if (child != 0) return child;
  for (std::uint32_t i = first; i < first + rounds; ++i) cache.add(i % 2 == 0 ? "key" : "other", {image_of(i, 20'000)});
  _exit(0);
}

TEST_F(CacheFolder, IsGoodWheneverAWriterIsKilled) {
  std::mt19937 random(11);
  for (std::uint32_t round = 0; round < 100; ++round) {
    Cache used = cache(64 << 20);
    const pid_t child = start_writer(used, round * 3, 1000);
    ASSERT_GT(child, 0);
    std::this_thread::sleep_for(microseconds(random() % 8000));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (const char* key : {"key", "other"}) {
      for (const KeptImage& image : used.load(key)) EXPECT_TRUE(same(image, image_of(image.function, 20'000)));
    }
    ASSERT_EQ(warnings_, "");
    if (round % 10 == 9) fs::remove_all(code());
  }
}

TEST_F(CacheFolder, ServesManyProcessesAtOnce) {
  Cache used = cache(64 << 20);
  std::vector<pid_t> children;
  for (std::uint32_t i = 0; i < 4; ++i) children.push_back(start_writer(used, i * 100, 40));
  int status = 0;
  while (waitpid(children[0], &status, WNOHANG) == 0) {
    for (const KeptImage& image : used.load("key")) EXPECT_TRUE(same(image, image_of(image.function, 20'000)));
  }
  for (std::size_t i = 1; i < children.size(); ++i) waitpid(children[i], nullptr, 0);
  EXPECT_EQ(warnings_, "");
  EXPECT_FALSE(used.load("key").empty());
  EXPECT_FALSE(used.load("other").empty());
  EXPECT_EQ(files(), 2u);
}

TEST(CacheKey, TellsBuildsApart) {
  const std::string own = build_id("/proc/self/exe");
  EXPECT_EQ(own.size(), 20u);
  EXPECT_EQ(build_id("/proc/self/exe"), own);
  EXPECT_NE(build_id("/proc/self/fd/does-not-exist"), own);
  EXPECT_EQ(build_id("/etc/passwd"), "");
  EXPECT_EQ(code_identity("/does/not/exist"), "");
  const std::string identity = code_identity("/proc/self/exe");
  EXPECT_NE(identity.find(own), std::string::npos);
  setenv("NOODLE_JIT_TEST", "1", 1);
  EXPECT_NE(code_identity("/proc/self/exe"), identity);
  unsetenv("NOODLE_JIT_TEST");
  EXPECT_EQ(code_identity("/proc/self/exe"), identity);
}

TEST(CacheKey, IsTheSameOnEveryCore) {
  const std::string one = processor_identity();
  EXPECT_FALSE(one.empty());
  for (int core = 0; core < static_cast<int>(std::thread::hardware_concurrency()); ++core) {
    std::thread([&] {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(core, &set);
      sched_setaffinity(0, sizeof set, &set);
      EXPECT_EQ(processor_identity(), one) << core;
    }).join();
  }
}

TEST(CacheKey, TellsModulesApart) {
  nbc::Module module;
  module.strings = {"a"};
  const std::string one = module_identity(module);
  module.interface = "what code doesn't depend on";
  EXPECT_EQ(module_identity(module), one);
  module.strings = {"b"};
  EXPECT_NE(module_identity(module), one);
}

class CacheEnvironment : public testing::Test {
 protected:
  ~CacheEnvironment() override {
    for (const auto& [name, value] : before_) {
      value.empty() ? unsetenv(name.c_str()) : setenv(name.c_str(), value.c_str(), 1);
    }
  }
  void set(const char* name, const char* value) {
    const char* was = std::getenv(name);
    before_.try_emplace(name, was == nullptr ? "" : was);
    value == nullptr ? unsetenv(name) : setenv(name, value, 1);
  }
  std::map<std::string, std::string> before_;
};

TEST_F(CacheEnvironment, NamesTheFolder) {
  set("NOODLE_CACHE", "/n");
  set("XDG_CACHE_HOME", "/x");
  set("HOME", "/h");
  EXPECT_EQ(cache_folder(), "/n");
  set("NOODLE_CACHE", "off");
  EXPECT_EQ(cache_folder(), "");
  set("NOODLE_CACHE", "");
  EXPECT_EQ(cache_folder(), "/x/noodle");
  set("XDG_CACHE_HOME", "relative");
  EXPECT_EQ(cache_folder(), "/h/.cache/noodle");
  set("XDG_CACHE_HOME", nullptr);
  EXPECT_EQ(cache_folder(), "/h/.cache/noodle");
  set("HOME", nullptr);
  EXPECT_EQ(cache_folder(), "");
}

}  // namespace
}  // namespace noodle::jit
