// Locks on real files, through the world's door.

#include "runtime/world/ports.h"
#include "tests/temp_folder.h"

namespace noodle::world {
namespace {

class Locks : public tests::TempFolder {
 protected:
  Port open(bool shared) { return ports_->open_lock(path_, shared).value_or(kNoPort); }
  Io take(Port port, bool shared) { return ports_->lock(port, path_, shared).io; }

  std::string path_ = folder_ / "lock";
  std::unique_ptr<Ports> ports_ = make_real_ports();
};

TEST_F(Locks, OneAtATimeUnlessShared) {
  const Port one = open(false), two = open(false), reader = open(true), other = open(true);
  EXPECT_EQ(take(one, false), Io::Done);
  EXPECT_EQ(take(two, false), Io::Wait);
  EXPECT_EQ(take(reader, true), Io::Wait);
  ports_->close(one);
  EXPECT_EQ(take(reader, true), Io::Done);
  EXPECT_EQ(take(other, true), Io::Done);
  EXPECT_EQ(take(two, false), Io::Wait);
  ports_->close(reader);
  ports_->close(other);
  EXPECT_EQ(take(two, false), Io::Done);
  ports_->close(two);
}

TEST_F(Locks, AFileThatWasReplacedIsOpenedAnew) {
  const Port one = open(false), two = open(false);
  EXPECT_EQ(take(one, false), Io::Done);
  std::filesystem::remove(path_);
  ports_->close(one);
  EXPECT_EQ(take(two, false), Io::End);
  ports_->close(two);
  const Port three = open(false);
  EXPECT_EQ(take(three, false), Io::Done);
  ports_->close(three);
}

TEST_F(Locks, WhatCannotBeOpenedIsSaid) {
  EXPECT_EQ(ports_->open_lock(folder_, false).error(), "is a folder: " + folder_.string());
  EXPECT_EQ(ports_->open_lock(folder_ / "no" / "lock", false).error(),
            "no such file: " + path_.substr(0, path_.rfind('/')) + "/no/lock");
}

TEST_F(Locks, NothingIsReadBehindTheEnd) {
  const Port file = *ports_->open_file(path_, OpenMode::Change);
  EXPECT_EQ(ports_->write(file, "some text").bytes, 9u);
  char block[16];
  EXPECT_EQ(ports_->read_at(file, 5, block).bytes, 4u);
  EXPECT_EQ(ports_->read_at(file, 9, block).io, Io::End);
  EXPECT_EQ(ports_->read_at(file, -1, block).io, Io::Failed);
  EXPECT_EQ(*ports_->seek(file, 0, 1), 9);
  ports_->close(file);
}

}  // namespace
}  // namespace noodle::world
