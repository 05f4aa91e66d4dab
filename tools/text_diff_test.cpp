#include "tools/text_diff.h"

#include <gtest/gtest.h>

#include <random>

namespace noodle::tools {
namespace {

TEST(TextDiff, ShowsChangesWithThreeLinesAround) {
  EXPECT_EQ(unified_diff("a", "1\n2\n3\n", "b", "1\n2\n3\n"), "");
  EXPECT_EQ(unified_diff("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "b", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  EXPECT_EQ(unified_diff("a", "", "b", "1\n"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+1\n");
  EXPECT_EQ(unified_diff("a", "1", "b", "1\n"), "--- a\n+++ b\n@@ -1 +1 @@\n-1\n\\ No newline at end of file\n+1\n");
}

TEST(TextDiff, IsAsShortAsCanBe) {
  const auto a = lines_with_breaks("a\nb\nc\na\nb\nb\na\n"), b = lines_with_breaks("c\nb\na\nb\na\nc\n");
  std::size_t cost = 0;
  for (const Change& one : changes(a, b)) cost += one.old_end - one.old_begin + one.new_end - one.new_begin;
  EXPECT_EQ(cost, 5u);
}

TEST(TextDiff, LeadsFromOneTextToTheOther) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string texts[2];
    for (std::string& text : texts) {
      for (std::size_t i = random() % 30; i > 0; --i) text += std::string(1, "abc"[random() % 3]) + "\n";
    }
    const auto a = lines_with_breaks(texts[0]), b = lines_with_breaks(texts[1]);
    std::vector<std::string_view> made;
    std::size_t at = 0;
    for (const Change& one : changes(a, b)) {
      for (; at < one.old_begin; ++at) made.push_back(a[at]);
      EXPECT_EQ(made.size(), one.new_begin);
      for (std::size_t i = one.new_begin; i < one.new_end; ++i) made.push_back(b[i]);
      at = one.old_end;
    }
    for (; at < a.size(); ++at) made.push_back(a[at]);
    EXPECT_EQ(made, b) << texts[0] << "to\n" << texts[1];
  }
}

TEST(TextDiff, TextsThatHaveNothingInCommonAreOneChange) {
  std::string a, b;
  for (int i = 0; i < 5000; ++i) a += "a" + std::to_string(i) + "\n", b += "b" + std::to_string(i) + "\n";
  EXPECT_EQ(changes(lines_with_breaks(a), lines_with_breaks(b)), std::vector<Change>({{0, 5000, 0, 5000}}));
}

}  // namespace
}  // namespace noodle::tools
