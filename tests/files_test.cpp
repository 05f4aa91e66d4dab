// Files between processes, and where no more can be written.

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/command_test.h"

namespace noodle::tests {
namespace {

using Files = CommandTest;

TEST_F(Files, ALockIsFreeWhenItsHolderIsKilled) {
  write("hold.noodle", R"(fn main() {
    let lock = fs.lock("the.lock").or_panic("lock")
    fs.write_text("ready", "").or_panic("write")
    sleep(1h)
    lock.close()
}
)");
  write("take.noodle", R"(fn main() {
    match fs.lock("the.lock", within: 1s * (args()[0].to_int() ?? 0)) {
        Ok(_) => print("taken")
        Err(error) => print(error)
    }
}
)");
  const ProcessResult result = shell(R"("$1" run hold.noodle & holder=$!
until [ -e ready ]; do sleep 0.01; done
"$1" run take.noodle 0
"$1" run take.noodle 60 & taker=$!
sleep 0.1
kill -9 $holder
wait $taker
)");
  EXPECT_EQ(result.out, "timed out: somebody else has the lock the.lock\ntaken\n") << result.err;
}

TEST_F(Files, WatchesAreLimited) {
  // In a namespace of its own a user may have other limits.
  const auto with_limit = [&](const std::string& limit) {
    return shell("unshare -Ur bash -c \"echo " + limit + " && '$1' run watch.noodle\"");
  };
  const ProcessResult may = shell("unshare -Ur true");
  // A container may forbid to make a namespace, and nothing else lets a test lower the limits.
  if (may.exit_code != 0) GTEST_SKIP() << "no namespaces can be made here: " << may.err;
  write("watch.noodle", R"(fn main() -> Result<(), Error> {
    for name in ["top/new", "top/newer"] { let _ = fs.remove(name) }
    let watch = fs.watch("top", recursive: true)?
    for name in ["top/new", "top/newer"] { fs.make_dir(name)? }
    for _ in 0..3 { print(watch.next_change(within: 10s)) }
    Ok(())
}
)");
  std::filesystem::create_directories(folder_ / "top/a/b");
  EXPECT_EQ(with_limit("4 > /proc/sys/user/max_inotify_watches").out,
            "Ok(Some(Created(\"top/new\")))\nOk(Some(Created(\"top/newer\")))\n"
            "Ok(Some(Missed(\"too many watches (fs.inotify.max_user_watches): top/newer\")))\n");
  EXPECT_EQ(with_limit("2 > /proc/sys/user/max_inotify_watches").err,
            "error: too many watches (fs.inotify.max_user_watches): top/a/b\n");
  EXPECT_EQ(with_limit("0 > /proc/sys/user/max_inotify_instances").err,
            "error: too many open files, or watches (fs.inotify.max_user_instances): top\n");
}

TEST_F(Files, NoPartOfANewFileIsLeft) {
  write("new.noodle", "fn main() -> Result<(), Error> { fs.write_text(\"new\", \"text\") }\n");
  write("old.noodle", "fn main() -> Result<(), Error> { fs.write_text(\"old\", \"text\") }\n");
  write("copy.noodle", "fn main() -> Result<(), Error> { fs.copy(\"copy.noodle\", \"old\") }\n");
  write("old", "what was there");
  EXPECT_EQ(with_full_disk("run copy.noodle").exit_code, 1);
  EXPECT_EQ(read("old"), "what was there");
  EXPECT_EQ(with_full_disk("run new.noodle").out, "error: File too large: new\n");
  EXPECT_EQ(with_full_disk("run old.noodle").exit_code, 1);
  // In place means that what was there is gone.
  EXPECT_EQ(read("old"), "");
  EXPECT_EQ(shell("ls").out, "copy.noodle\nnew.noodle\nold\nold.noodle\n");
}

}  // namespace
}  // namespace noodle::tests
