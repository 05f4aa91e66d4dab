#include "base/difference.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace noodle {
namespace {

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
