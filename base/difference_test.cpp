#include "base/difference.h"

#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace noodle {
namespace {

TEST(Changes, ShowsChangesWithThreeLinesAround) {
  EXPECT_EQ(unified_diff("a", "1\n2\n3\n", "b", "1\n2\n3\n"), "");
  EXPECT_EQ(unified_diff("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "b", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  EXPECT_EQ(unified_diff("a", "", "b", "1\n"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+1\n");
  EXPECT_EQ(unified_diff("a", "1", "b", "1\n"), "--- a\n+++ b\n@@ -1 +1 @@\n-1\n\\ No newline at end of file\n+1\n");
}

TEST(Changes, IsAsShortAsCanBe) {
  const auto a = lines_with_breaks("a\nb\nc\na\nb\nb\na\n"), b = lines_with_breaks("c\nb\na\nb\na\nc\n");
  std::size_t cost = 0;
  for (const Change& one : changes(a, b)) cost += one.old_end - one.old_begin + one.new_end - one.new_begin;
  EXPECT_EQ(cost, 5u);
}

TEST(Changes, LeadsFromOneTextToTheOther) {
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

TEST(Changes, TextsThatHaveNothingInCommonAreOneChange) {
  std::string a, b;
  for (int i = 0; i < 5000; ++i) a += "a" + std::to_string(i) + "\n", b += "b" + std::to_string(i) + "\n";
  EXPECT_EQ(changes(lines_with_breaks(a), lines_with_breaks(b)), std::vector<Change>({{0, 5000, 0, 5000}}));
}

TEST(Difference, LinesOfBothAreMarked) {
  EXPECT_EQ(line_difference("a\nb\nc", "a\nb\nc"), "");
  EXPECT_EQ(line_difference("a\nb\nc", "a\nx\nc"), "  a\n- b\n+ x\n  c\n");
  EXPECT_EQ(line_difference("a\nb", "a\nb\n"), "  a\n  b\n+ \n");
  EXPECT_EQ(line_difference("", "a"), "- \n+ a\n");
}

TEST(Difference, WhatIsFarFromAChangeIsLeftOut) {
  EXPECT_EQ(line_difference("1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n2\n3\n4\nx\n6\n7\n8\n9"),
            "…\n  3\n  4\n- 5\n+ x\n  6\n  7\n…\n");
  EXPECT_EQ(line_difference("a\n1\n2\n3\n4\n5\nb", "A\n1\n2\n3\n4\n5\nB"),
            "- a\n+ A\n  1\n  2\n…\n  4\n  5\n- b\n+ B\n");
}

TEST(Difference, LongTextsEndSomewhere) {
  std::string left, right;
  for (int i = 0; i < 3000; ++i) {
    left += std::to_string(i) + "\n";
    right += std::to_string(-i) + "\n";
  }
  const std::string text = line_difference(left, right);
  EXPECT_EQ(std::ranges::count(text, '\n'), 201);
  EXPECT_TRUE(text.ends_with("…\n"));
}

TEST(Difference, OfOneLineThePlaceIsTold) {
  EXPECT_EQ(text_difference("short", "shirt"), "");
  const std::string same(45, 'x');
  EXPECT_EQ(text_difference(same + "ä1", same + "ö1"), "differ from character 45: `ä1` and `ö1`");
  EXPECT_EQ(text_difference(same, same + "y"), "differ from character 45: `` and `y`");
}

TEST(Difference, OfListsTheElementIsTold) {
  EXPECT_EQ(list_difference("[1, 2]", "[1, 3]"), "");
  EXPECT_EQ(list_difference("[1, 2, 3, 4, 5, 6]", "[1, 2, 3, 4, 9, 6]"), "differ from [4]: 5 and 9");
  EXPECT_EQ(list_difference("[(1, 2), \"a, b\", [3, 4], 5, 6, 7]", "[(1, 2), \"a, b\", [3, 4], 5, 6]"),
            "differ from [5]: 7 and nothing");
  EXPECT_EQ(list_difference("[1, 2, 3, 4, 5, 6]", "[1, 2, 3, 4, 5, 6]"), "");
}

}  // namespace
}  // namespace noodle
