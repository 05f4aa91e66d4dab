#pragma once

// What happened to files, as tests of watches write it down.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/world/ports.h"

namespace noodle::world {

inline std::string text_of(const FileChange& change) {
  using enum FileChange::Kind;
  switch (change.kind) {
    case Created: return "+" + change.path;
    case Changed: return "~" + change.path;
    case Removed: return "-" + change.path;
    case Renamed: return change.path + ">" + change.other;
    case Missed: return "?" + change.other;
  }
  return {};
}

/// All that `next(change)` tells by now; `end` comes last when nothing more can come.
template <typename F>
std::vector<std::string> news_of(F&& next) {
  std::vector<std::string> all;
  for (FileChange change;;) {
    const Transfer got = next(change);
    if (got.io == Io::Done) {
      all.push_back(text_of(change));
      continue;
    }
    EXPECT_NE(got.io, Io::Failed) << got.error;
    if (got.io == Io::End) all.push_back("end");
    return all;
  }
}

}  // namespace noodle::world
