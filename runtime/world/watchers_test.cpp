// Watches of real files, through the world's door.

#include "runtime/world/watchers.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "runtime/world/testing/changes.h"
#include "tests/temp_folder.h"

namespace noodle::world {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

class Watched : public tests::TempFolder {
 protected:
  void SetUp() override {
    fs::current_path(folder_);
    fs::create_directories("top/a/b");
    write("top/old");
  }
  void TearDown() override { fs::current_path("/"); }
  static void write(const std::string& path) { std::ofstream(path, std::ios::app) << "text"; }

  Port watch(const std::string& path, bool recursive) {
    const auto port = watchers_.start(path, recursive);
    EXPECT_TRUE(port) << port.error();
    return port.value_or(kNoPort);
  }
  Texts news(Port port) {
    return news_of([&](FileChange& change) { return watchers_.next(port, change); });
  }

  Watchers watchers_;
};

TEST_F(Watched, AFolderTellsWhatIsDirectlyInIt) {
  const Port port = watch("top", false);
  EXPECT_EQ(news(port), Texts());
  write("top/new");
  write("top/new");
  write("top/a/below");
  fs::permissions("top/old", fs::perms::owner_read);
  fs::rename("top/new", "top/newer");
  fs::remove("top/old");
  EXPECT_EQ(news(port), Texts({"+top/new", "~top/new", "~top/old", "top/new>top/newer", "-top/old"}));
  EXPECT_TRUE(watchers_.close(port));
  EXPECT_FALSE(watchers_.close(port));
}

TEST_F(Watched, FoldersThatComeAreFollowed) {
  const Port port = watch("top", true);
  write("top/a/b/deep");
  // Nobody watches these yet when files come into them.
  fs::create_directories("top/c/d");
  write("top/c/d/early");
  EXPECT_EQ(news(port), Texts({"+top/a/b/deep", "~top/a/b/deep", "+top/c", "+top/c/d", "+top/c/d/early"}));
  write("top/c/d/late");
  fs::remove("top/c/d/early");
  EXPECT_EQ(news(port), Texts({"+top/c/d/late", "~top/c/d/late", "-top/c/d/early"}));
}

TEST_F(Watched, WhatIsToldBeforeItsEventIsToldOnce) {
  const Port port = watch("top", true);
  fs::create_directory("top/c");
  for (int i = 0; i < 3; ++i) write("top/c/" + std::to_string(i));
  FileChange first;
  ASSERT_EQ(watchers_.next(port, first).io, Io::Done);  // which is when the folder was looked through
  EXPECT_EQ(news(port), Texts({"+top/c/0", "+top/c/1", "+top/c/2"}));
  fs::remove("top/c/1");
  write("top/c/1");
  EXPECT_EQ(news(port), Texts({"-top/c/1", "+top/c/1", "~top/c/1"}));
}

TEST_F(Watched, FoldersKeepBeingFollowedUnderTheirNewNames) {
  const Port port = watch("top", true);
  fs::rename("top/a", "top/moved");
  write("top/moved/b/x");
  EXPECT_EQ(news(port), Texts({"top/a>top/moved", "+top/moved/b/x", "~top/moved/b/x"}));
  // Out of it, and in again.
  fs::rename("top/moved", "outside");
  EXPECT_EQ(news(port), Texts({"-top/moved"}));
  write("outside/b/y");
  EXPECT_EQ(news(port), Texts());
  fs::rename("outside", "top/back");
  EXPECT_EQ(news(port), Texts({"+top/back", "+top/back/b", "+top/back/b/x", "+top/back/b/y"}));
  write("top/back/b/y");
  EXPECT_EQ(news(port), Texts({"~top/back/b/y"}));
}

TEST_F(Watched, AFileIsWatchedUnderItsName) {
  const Port port = watch("top/old", false);
  write("top/other");
  write("top/old");
  fs::rename("top/other", "top/old");
  EXPECT_EQ(news(port), Texts({"~top/old"}));
  fs::remove("top/old");
  write("top/old");
  EXPECT_EQ(news(port), Texts({"-top/old", "+top/old", "~top/old"}));
  fs::remove_all("top");
  EXPECT_EQ(news(port), Texts({"-top/old", "end"}));
}

TEST_F(Watched, ItEndsWithItsFolder) {
  const Port removed = watch("top/a/b", true), moved = watch("top/a", true);
  fs::remove("top/a/b");
  EXPECT_EQ(news(removed), Texts({"-top/a/b", "end"}));
  fs::rename("top/a", "top/z");
  EXPECT_EQ(news(moved), Texts({"-top/a/b", "-top/a", "end"}));
  write("top/z/x");
  EXPECT_EQ(news(moved), Texts({"end"}));
}

TEST_F(Watched, AnOverflowIsToldAndFoldersThatWereMissedAreFollowed) {
  const Port port = watch("top", true);
  std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
  std::size_t most = 0;
  limit >> most;
  ASSERT_NE(most, 0u);
  // Two files in turns, for events that are equal become one.
  std::ofstream first("top/1"), second("top/2");
  for (std::size_t i = 0; i <= most / 2; ++i) {
    (first << "x").flush();
    (second << "x").flush();
  }
  fs::create_directories("top/c/d");
  const Texts told = news(port);
  EXPECT_EQ(std::ranges::count_if(told, [](const std::string& text) { return text.starts_with("?more happened"); }), 1);
  write("top/c/d/seen");
  EXPECT_EQ(news(port), Texts({"+top/c/d/seen", "~top/c/d/seen"}));
}

TEST_F(Watched, WhatCannotBeWatchedIsSaid) {
  const auto none = watchers_.start("top/none", true);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error(), "no such file: top/none");
}

TEST_F(Watched, LinksAreNotFollowed) {
  fs::create_directory("elsewhere");
  fs::create_symlink("../elsewhere", "top/link");
  const Port port = watch("top", true);
  write("elsewhere/x");
  EXPECT_EQ(news(port), Texts());
  write("top/link/x");
  EXPECT_EQ(news(port), Texts());
}

}  // namespace
}  // namespace noodle::world
