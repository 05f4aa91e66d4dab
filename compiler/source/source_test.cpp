#include "compiler/source/source.h"

#include <gtest/gtest.h>

namespace noodle::source {
namespace {

TEST(SourceMap, NumbersFilesInOrderAndFindsThemByPath) {
  SourceMap sources;
  const FileId a = sources.add("a.noodle", "one");
  const FileId b = sources.add("b.noodle", "two");
  EXPECT_LT(a, b);
  EXPECT_EQ(sources.size(), 2u);
  EXPECT_EQ(sources.find("b.noodle"), b);
  EXPECT_FALSE(sources.find("c.noodle").valid());
  EXPECT_EQ(sources.path(a), "a.noodle");
  EXPECT_EQ(sources.text(b), "two");
}

TEST(SourceMap, TextsDontMoveWhenFilesAreAdded) {
  SourceMap sources;
  const std::string_view first = sources.text(sources.add("a", "hi"));
  for (int i = 0; i < 100; ++i) sources.add("f", "x");
  EXPECT_EQ(sources.text(FileId(0)).data(), first.data());
}

TEST(SourceMap, CountsColumnsInCharacters) {
  SourceMap sources;
  const FileId file = sources.add("a", "ab\nçé!\n");
  EXPECT_EQ(sources.position(file, 0), (Position{1, 1}));
  EXPECT_EQ(sources.position(file, 2), (Position{1, 3}));
  EXPECT_EQ(sources.position(file, 3), (Position{2, 1}));
  EXPECT_EQ(sources.position(file, 7), (Position{2, 3}));
  EXPECT_EQ(sources.position(file, 9), (Position{3, 1}));
  EXPECT_EQ(sources.position(file, 900), (Position{3, 1}));
}

TEST(SourceMap, GivesLinesWithoutTheirBreaks) {
  SourceMap sources;
  const FileId file = sources.add("a", "one\r\ntwo\nthree");
  EXPECT_EQ(sources.line_count(file), 3u);
  EXPECT_EQ(sources.line_text(file, 1), "one");
  EXPECT_EQ(sources.line_text(file, 2), "two");
  EXPECT_EQ(sources.line_text(file, 3), "three");
  EXPECT_EQ(sources.line_text(file, 0), "");
  EXPECT_EQ(sources.line_text(file, 4), "");
  EXPECT_EQ(sources.line_begin(file, 3), 9u);
}

TEST(SourceMap, AnEmptyFileHasOneLine) {
  SourceMap sources;
  const FileId file = sources.add("a", "");
  EXPECT_EQ(sources.line_count(file), 1u);
  EXPECT_EQ(sources.position(file, 0), (Position{1, 1}));
}

TEST(SourceMap, OffsetsAreTheReverseOfPositions) {
  SourceMap sources;
  const FileId file = sources.add("a", "ab\nçé!\nz");
  for (std::uint32_t offset : {0u, 1u, 2u, 3u, 5u, 7u, 8u, 9u}) {
    EXPECT_EQ(sources.offset(file, sources.position(file, offset)), offset);
  }
  EXPECT_EQ(sources.offset(file, {1, 99}), 2u);
  EXPECT_EQ(sources.offset(file, {99, 1}), 10u);
}

TEST(SourceMap, ReplacingATextKeepsViewsOfTheOld) {
  SourceMap sources;
  const FileId file = sources.add("a", "one\ntwo");
  const std::string_view old = sources.text(file);
  sources.replace(file, "three");
  EXPECT_EQ(sources.text(file), "three");
  EXPECT_EQ(sources.line_count(file), 1u);
  EXPECT_EQ(sources.path(file), "a");
  EXPECT_EQ(old, "one\ntwo");
}

TEST(SourceMap, ClipsSpansToTheFile) {
  SourceMap sources;
  const FileId file = sources.add("a", "hello");
  EXPECT_EQ(sources.text(Span{file, 1, 3}), "el");
  EXPECT_EQ(sources.text(Span{file, 3, 99}), "lo");
  EXPECT_EQ(sources.text(Span{file, 90, 99}), "");
  EXPECT_EQ(sources.text(Span{}), "");
}

}  // namespace
}  // namespace noodle::source
