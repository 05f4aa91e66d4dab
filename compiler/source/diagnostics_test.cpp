#include "compiler/source/diagnostics.h"

#include <gtest/gtest.h>

#include <set>

namespace noodle::source {
namespace {

constexpr Code kCode = Code::CannotReadFile;

TEST(Codes, AreUniqueAndExplained) {
  std::set<std::string_view> seen;
  for (Code code : all_codes()) {
    const CodeInfo& info = code_info(code);
    EXPECT_TRUE(seen.insert(info.text).second) << info.text << " is used twice";
    EXPECT_EQ(info.text.size(), 5u) << info.name;
    EXPECT_TRUE(info.text[0] == 'E' || info.text[0] == 'W') << info.name;
    EXPECT_FALSE(info.title.empty()) << info.name;
    EXPECT_FALSE(info.explanation.empty()) << info.name;
  }
}

TEST(Sink, GivesSourceOrderAndOneDiagnosticAPlace) {
  SourceMap sources;
  const FileId a = sources.add("a", "one two three");
  const FileId b = sources.add("b", "four");
  DiagnosticSink sink;
  sink.report(kCode, {b, 0, 4}, "fourth");
  sink.report(kCode, {a, 8, 13}, "third");
  sink.report(kCode, {a, 0, 3}, "first");
  sink.report(kCode, {a, 0, 3}, "a consequence");
  const auto sorted = sink.sorted();
  ASSERT_EQ(sorted.size(), 3u);
  EXPECT_EQ(sorted[0].message, "first");
  EXPECT_EQ(sorted[1].message, "third");
  EXPECT_EQ(sorted[2].message, "fourth");
  EXPECT_TRUE(sink.has_errors());
  EXPECT_EQ(sink.errors(), 4u);
  EXPECT_EQ(sink.warnings(), 0u);
}

TEST(Sink, CountsButDoesNotKeepAFlood) {
  SourceMap sources;
  const FileId a = sources.add("a", std::string(5000, 'x'));
  DiagnosticSink sink;
  for (std::uint32_t i = 0; i < 5000; ++i) sink.report(kCode, {a, i, i + 1}, "bad").help("help");
  EXPECT_EQ(sink.sorted().size(), DiagnosticSink::kMost);
  EXPECT_EQ(sink.dropped(), 4000u);
  EXPECT_NE(render_text(sources, sink, false).find("only the first 1000 problems"), std::string::npos);
}

TEST(Text, ShowsExcerptLabelsHelpAndSuggestion) {
  SourceMap sources;
  const FileId file = sources.add("main.noodle", "fn f(count: Int) {\n\n    f(lenght)\n}\n");
  DiagnosticSink sink;
  sink.report(kCode, {file, 26, 32}, "there is no `lenght` here")
      .label("not found")
      .note({file, 5, 10}, "`count` is here")
      .help("names are looked up outwards")
      .suggest("did you mean `length`?", {file, 26, 32}, "length");
  EXPECT_EQ(render_text(sources, sink, false),
            "error[E0901]: there is no `lenght` here\n"
            "  --> main.noodle:3:7\n"
            "  |\n"
            "1 | fn f(count: Int) {\n"
            "  |      ----- `count` is here\n"
            "3 |     f(lenght)\n"
            "  |       ^^^^^^ not found\n"
            "help: names are looked up outwards\n"
            "help: did you mean `length`?\n"
            "  |\n"
            "3 |     f(length)\n"
            "\n"
            "1 error\n");
}

TEST(Text, PutsMarksOfOneLineUnderItOnce) {
  SourceMap sources;
  const FileId file = sources.add("a", "swap(mut x, mut x)");
  Diagnostic d{kCode, {file, 16, 17}, "`x` is held twice", "again", {}, {}, {}};
  d.note({file, 9, 10}, "first held here");
  EXPECT_EQ(render_text(sources, d, false),
            "error[E0901]: `x` is held twice\n"
            "  --> a:1:17\n"
            "  |\n"
            "1 | swap(mut x, mut x)\n"
            "  |                 ^ again\n"
            "  |          - first held here\n");
}

TEST(Text, NamesOtherFiles) {
  SourceMap sources;
  const FileId a = sources.add("a", "use");
  const FileId b = sources.add("b", "\nthe thing");
  Diagnostic d{kCode, {b, 1, 4}, "m", "", {}, {}, {}};
  d.note({a, 0, 3}, "used here");
  EXPECT_EQ(render_text(sources, d, false),
            "error[E0901]: m\n"
            "  --> b:2:1\n"
            "  |\n"
            "2 | the thing\n"
            "  | ^^^\n"
            "  ::: a:1:1\n"
            "  |\n"
            "1 | use\n"
            "  | --- used here\n");
}

TEST(Text, CutsLongLinesAroundTheMark) {
  SourceMap sources;
  const FileId file = sources.add("a", std::string(100000, 'x') + "HERE" + std::string(100000, 'y'));
  const std::string text = render_text(sources, Diagnostic{kCode, {file, 100000, 100004}, "m", "", {}, {}, {}}, false);
  EXPECT_LT(text.size(), 600u);
  EXPECT_NE(text.find("xHEREy"), std::string::npos);
  EXPECT_NE(text.find(" ^^^^\n"), std::string::npos);
}

TEST(Text, AMarkLongerThanTheWindowEndsWithIt) {
  SourceMap sources;
  const FileId file = sources.add("a", std::string(1000000, 'x'));
  const std::string text = render_text(sources, Diagnostic{kCode, {file, 0, 1000000}, "m", "", {}, {}, {}}, false);
  EXPECT_LT(text.size(), 600u);
}

TEST(Text, SurvivesTabsControlCharactersAndBrokenUtf8) {
  SourceMap sources;
  const FileId file = sources.add("a", "\tab\x1b[31m\xff z");
  const std::string text = render_text(sources, Diagnostic{kCode, {file, 8, 9}, "m\x07", "l", {}, {}, {}}, false);
  EXPECT_EQ(text,
            "error[E0901]: m\uFFFD\n"
            "  --> a:1:9\n"
            "  |\n"
            "1 |     ab\uFFFD[31m\uFFFD z\n"
            "  |            ^ l\n");
}

TEST(Text, ASpanThatCrossesLinesIsMarkedOnItsFirst) {
  SourceMap sources;
  const FileId file = sources.add("a", "fn f(\n  x\n)");
  const std::string text = render_text(sources, Diagnostic{kCode, {file, 3, 11}, "m", "", {}, {}, {}}, false);
  EXPECT_NE(text.find("1 | fn f(\n  |    ^^\n"), std::string::npos) << text;
}

TEST(Text, TheEndOfTheFileIsAPlace) {
  SourceMap sources;
  const FileId file = sources.add("a", "fn f(");
  const std::string text = render_text(sources, Diagnostic{kCode, {file, 5, 5}, "m", "", {}, {}, {}}, false);
  EXPECT_NE(text.find("  |      ^\n"), std::string::npos) << text;
}

TEST(Text, ASuggestionMayInsertLinesAndEditTwoPlaces) {
  SourceMap sources;
  const FileId file = sources.add("a", "match x {\n}\n");
  Diagnostic d{kCode, {file, 0, 5}, "m", "", {}, {}, {}};
  d.suggest("write it", {file, 6, 7}, "y").also({file, 9, 9}, "\n    A => 1");
  const std::string text = render_text(sources, d, false);
  EXPECT_NE(text.find("help: write it\n  |\n1 | match y {\n  |     A => 1\n"), std::string::npos) << text;
}

TEST(Text, WithoutAPlaceThereIsNoExcerpt) {
  SourceMap sources;
  EXPECT_EQ(render_text(sources, Diagnostic{kCode, {}, "can't read `x`", "", {}, {}, {}}, false),
            "error[E0901]: can't read `x`\n");
}

TEST(Text, ColourIsOnlyOnRequest) {
  SourceMap sources;
  const FileId file = sources.add("a", "x");
  const Diagnostic d{kCode, {file, 0, 1}, "m", "", {}, {"h"}, {}};
  EXPECT_EQ(render_text(sources, d, false).find('\x1b'), std::string::npos);
  EXPECT_NE(render_text(sources, d, true).find("\x1b[1;31m"), std::string::npos);
}

TEST(Json, IsOneObjectALine) {
  SourceMap sources;
  const FileId file = sources.add("a\"b", "let é = \xff\n");
  Diagnostic d{kCode, {file, 4, 6}, "line\nbreak \x01 \xff", "lab\\el", {}, {}, {}};
  d.note({file, 0, 3}, "here").help("do").suggest("write", {file, 4, 6}, "e");
  EXPECT_EQ(render_json(sources, d),
            "{\"code\":\"E0901\",\"severity\":\"error\",\"message\":\"line\\nbreak \\u0001 \\ufffd\","
            "\"file\":\"a\\\"b\",\"begin\":4,\"end\":6,\"line\":1,\"column\":5,\"end_line\":1,\"end_"
            "column\":6,"
            "\"label\":\"lab\\\\el\",\"labels\":[{\"file\":\"a\\\"b\",\"begin\":0,\"end\":3,\"line\":1,"
            "\"column\":1,\"end_line\":1,\"end_column\":4,\"text\":\"here\"}],\"help\":[\"do\"],"
            "\"suggestions\":[{\"message\":\"write\",\"edits\":[{\"file\":\"a\\\"b\",\"begin\":4,\"end\":"
            "6,"
            "\"line\":1,\"column\":5,\"end_line\":1,\"end_column\":6,\"replacement\":\"e\"}]}]}\n");
  DiagnosticSink sink;
  sink.report(kCode, {}, "no place");
  EXPECT_EQ(render_json(sources, sink),
            "{\"code\":\"E0901\",\"severity\":\"error\",\"message\":\"no place\",\"file\":null,"
            "\"label\":\"\",\"labels\":[],\"help\":[],\"suggestions\":[]}\n");
}

}  // namespace
}  // namespace noodle::source
