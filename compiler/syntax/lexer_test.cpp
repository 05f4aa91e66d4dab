#include "compiler/syntax/lexer.h"

#include <gtest/gtest.h>

#include "compiler/syntax/testing.h"

namespace noodle::syntax {
namespace {

using testing::expression;
using testing::read;

// Kinds and spellings without places.
std::string tokens(const std::string& text) {
  source::SourceMap sources;
  const source::FileId file = sources.add("test.noodle", text);
  source::DiagnosticSink sink;
  const LexedFile lexed = lex(sources.text(file), file, sink);
  std::string out;
  for (const Token& token : lexed.tokens) {
    if (token.kind == TokenKind::EndOfFile) break;
    out += (out.empty() ? "" : " | ") + text.substr(token.begin, token.end - token.begin);
  }
  for (const source::Diagnostic& one : sink.sorted()) {
    out += " !" + std::string(source::code_text(one.code)) + "@" + std::to_string(one.span.begin);
  }
  return out;
}

TEST(Tokens, AreTwelveBytesAndPrintWithPlaces) {
  source::SourceMap sources;
  const source::FileId file = sources.add("t", "fn main() {\n  1.5ms\n}");
  source::DiagnosticSink sink;
  const LexedFile lexed = lex(sources.text(file), file, sink);
  EXPECT_EQ(print_tokens(lexed, sources.text(file)),
            "1:1 Fn fn\n1:4 Identifier main\n1:8 ParenOpen (\n1:9 ParenClose )\n1:11 BraceOpen {\n"
            "2:3 Duration 1.5ms\n3:1 BraceClose }\n3:2 EndOfFile\n");
}

TEST(Tokens, TheLongestOperatorWins) {
  EXPECT_EQ(tokens("a<<=b>>=c**=d..=e??f=>g->h+%-%*%@="),
            "a | <<= | b | >>= | c | **= | d | ..= | e | ?? | f | => | g | -> | h | +% | -% | *% | @=");
  EXPECT_EQ(tokens("a&&b&c||d|e!=f!g==h=i"), "a | && | b | & | c | || | d | | | e | != | f | ! | g | == | h | = | i");
  EXPECT_EQ(tokens("+=-=*=/=%=|=&=^=<=>=<>{}[]();:,.?@"),
            "+= | -= | *= | /= | %= | |= | &= | ^= | <= | >= | < | > | { | } | [ | ] | ( | ) | ; | : | , | . | ? | @");
}

TEST(Tokens, ReservedWordsAreWhole) {
  EXPECT_EQ(keyword_or_identifier("continue"), TokenKind::Continue);
  EXPECT_EQ(keyword_or_identifier("self"), TokenKind::SelfValue);
  EXPECT_EQ(keyword_or_identifier("Self"), TokenKind::SelfType);
  EXPECT_EQ(keyword_or_identifier("continues"), TokenKind::Identifier);
  EXPECT_EQ(keyword_or_identifier("i"), TokenKind::Identifier);
  EXPECT_EQ(keyword_or_identifier("test"), TokenKind::Identifier);
}

TEST(Comments, AreKeptBesideTheTokens) {
  const std::string text = "// one\n/// doc\nfn f() // two\n//// not doc\n";
  source::SourceMap sources;
  const source::FileId file = sources.add("t", text);
  source::DiagnosticSink sink;
  const LexedFile lexed = lex(sources.text(file), file, sink);
  ASSERT_EQ(lexed.comments.size(), 4u);
  EXPECT_FALSE(lexed.comments[0].is_doc);
  EXPECT_TRUE(lexed.comments[1].is_doc);
  EXPECT_TRUE(lexed.comments[1].own_line);
  EXPECT_FALSE(lexed.comments[2].own_line);
  EXPECT_FALSE(lexed.comments[3].is_doc);
}

TEST(Comments, BlocksAreAnErrorAndSkipped) {
  EXPECT_EQ(tokens("a /* b\n c */ d"), "a | d !E0010@2");
  EXPECT_EQ(tokens("a /* b"), "a !E0010@2");
}

TEST(Text, AByteOrderMarkAndAFirstLineForTheShellAreSkipped) {
  EXPECT_EQ(tokens("\xEF\xBB\xBF"
                   "a"),
            "a");
  EXPECT_EQ(tokens("#!/usr/bin/noodle\na"), "a");
  EXPECT_EQ(tokens("a #b"), "a | # | b !E0002@2");
  EXPECT_EQ(tokens("a\r\nb"), "a | b");
}

TEST(Text, UnknownCharactersAreOneErrorARun) {
  EXPECT_EQ(tokens("a \xC3\xA9\xC3\xA9 b"), "a | \xC3\xA9\xC3\xA9 | b !E0002@2");
  EXPECT_EQ(tokens("$"), "$ !E0002@0");
  EXPECT_EQ(read("const a = \xE2\x80\x9Chi\xE2\x80\x9D\n").problems[0], "E0002 1:11 `\xE2\x80\x9C` can't stand here");
}

TEST(Numbers, OfEveryKind) {
  EXPECT_EQ(expression("0xff"), "255");
  EXPECT_EQ(expression("0b1010"), "10");
  EXPECT_EQ(expression("1_000_000"), "1000000");
  EXPECT_EQ(expression("1.5e-3"), "(float 0.0015)");
  EXPECT_EQ(expression("1_0.2_5"), "(float 10.25)");
  EXPECT_EQ(expression("2e3"), "(float 2000)");
  EXPECT_EQ(expression("1.to_float()"), "(call (.to_float 1))");
  EXPECT_EQ(expression("pair.0.1"), "(.1 (.0 pair))");
  EXPECT_EQ(expression("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(expression("18446744073709551616"), "0<overflow>");
  EXPECT_EQ(expression("1e-400"), "(float 0)");
}

TEST(Numbers, ThatAreWrong) {
  EXPECT_EQ(expression("1__0"), "E0007 1:11 `_` stands between two digits of a number");
  EXPECT_EQ(expression("1_"), "E0007 1:11 `_` stands between two digits of a number");
  EXPECT_EQ(expression("0x"), "E0007 1:11 this number has no digits");
  EXPECT_EQ(expression("0xfg"), "E0007 1:11 a hexadecimal number has the digits 0 to 9 and a to f");
  EXPECT_EQ(expression("0b12"), "E0007 1:11 a binary number has the digits 0 and 1");
  EXPECT_EQ(expression("0b1_"), "E0007 1:11 `_` stands between two digits of a number");
  EXPECT_EQ(expression("12abc"), "E0008 1:13 `abc` is not a unit");
  EXPECT_EQ(expression("0o17"), "E0008 1:12 `o17` is not a unit");
  EXPECT_EQ(expression("1."), "E0007 1:11 a float has a digit on both sides of its dot");
  EXPECT_EQ(expression(".5"), "E0007 1:11 a float has a digit on both sides of its dot");
  EXPECT_EQ(expression("1e999"), "E0120 1:11 this number is too large for a `Float`");
  EXPECT_EQ(expression("x.99999999999"), "E0120 1:13 no tuple has so many elements");
  EXPECT_EQ(expression("x.1_"), "E0007 1:13 `_` stands between two digits of a number");
  EXPECT_EQ(read("const a = 5u8\n").suggestions[0], "const a = u8(5)\n");
}

TEST(Quantities, AreNanosecondsAndBytes) {
  EXPECT_EQ(expression("5ns"), "(duration 5)");
  EXPECT_EQ(expression("5us"), "(duration 5000)");
  EXPECT_EQ(expression("5ms"), "(duration 5000000)");
  EXPECT_EQ(expression("10s"), "(duration 10000000000)");
  EXPECT_EQ(expression("2m"), "(duration 120000000000)");
  EXPECT_EQ(expression("1h"), "(duration 3600000000000)");
  EXPECT_EQ(expression("1d"), "(duration 86400000000000)");
  EXPECT_EQ(expression("1.5s"), "(duration 1500000000)");
  EXPECT_EQ(expression("1.25_0s"), "(duration 1250000000)");
  EXPECT_EQ(expression("-2s"), "(duration -2000000000)");
  EXPECT_EQ(expression("8KB"), "(size 8192)");
  EXPECT_EQ(expression("1MB"), "(size 1048576)");
  EXPECT_EQ(expression("8GB"), "(size 8589934592)");
  EXPECT_EQ(expression("1TB"), "(size 1099511627776)");
  EXPECT_EQ(expression("0.5KB"), "(size 512)");
  EXPECT_EQ(expression("0.1KB"), "E0120 1:11 a size is a whole number of bytes below 2^63");
  EXPECT_EQ(expression("999999d"), "E0120 1:11 a duration is a whole number of nanoseconds below 2^63");
  EXPECT_EQ(expression("99999999999999999999s"), "E0120 1:11 a duration is a whole number of nanoseconds below 2^63");
  EXPECT_EQ(expression("1.0000000000000000000000000000000000001s"),
            "E0120 1:11 a duration is a whole number of nanoseconds below 2^63");
  EXPECT_EQ(expression("1e3s"), "E0007 1:11 a duration or a size is written without an exponent");
}

TEST(Strings, EscapesAreUndone) {
  EXPECT_EQ(expression(R"("a\n\t\r\\\"\{\u{41}\u{1F600}}")"),
            "(string \"" + std::string(R"(a\n\t\r\\\"\{A)") + "\xF0\x9F\x98\x80}\")");
  EXPECT_EQ(expression("\"\""), "(string)");
  EXPECT_EQ(expression(R"("\q")"), "E0005 1:12 `\\q` is not an escape");
  EXPECT_EQ(expression(R"("\u{}")"), "E0006 1:12 `\\u` is followed by one to six hexadecimal digits in braces");
  EXPECT_EQ(expression(R"("\u{1234567}")"), "E0006 1:12 `\\u` is followed by one to six hexadecimal digits in braces");
  EXPECT_EQ(expression(R"("\u41")"), "E0006 1:12 `\\u` is followed by one to six hexadecimal digits in braces");
  EXPECT_EQ(expression(R"("\u{D800}")"), "E0006 1:12 there is no such Unicode character");
  EXPECT_EQ(read(R"(const a = "\}")"
                 "\n")
                .suggestions[0],
            "const a = \"}\"\n");
  EXPECT_EQ(read(R"(const a = "\0")"
                 "\n")
                .suggestions[0],
            "const a = \"\\u{0}\"\n");
  EXPECT_EQ(read(R"(const a = "\'")"
                 "\n")
                .suggestions[0],
            "const a = \"'\"\n");
}

TEST(Strings, InterpolateAnyExpression) {
  EXPECT_EQ(expression(R"("total {total:.3f}!")"), R"((string "total " (total :".3f") "!"))");
  EXPECT_EQ(expression(R"("{words.join(", ")}")"), R"((string ((call (.join words) (string ", ")))))");
  EXPECT_EQ(expression(R"("{"{"{x}"}"}")"), R"((string ((string ((string (x)))))))");
  EXPECT_EQ(expression(R"("{f(a: 1)}")"), "(string ((call f a: 1)))");
  EXPECT_EQ(expression(R"("{{1: 2}}")"), "(string ((map (1 2))))");
  EXPECT_EQ(expression(R"("{n:>8}{n:04}{n:x}")"), R"((string (n :">8") (n :"04") (n :"x")))");
  EXPECT_EQ(expression(R"("{x:}")"), R"((string (x :"")))");
  EXPECT_EQ(expression(R"("{if a { "b" } else { "c" }}")"),
            "(string ((if a (block\n    (string \"b\")) else (block\n    (string \"c\")))))");
  EXPECT_EQ(expression("\"{f(\n1)}\""), "(string ((call f 1)))");
}

TEST(Strings, ThatAreWrong) {
  EXPECT_EQ(expression(R"("{}")"), "E0122 1:12 there is no expression in these braces");
  EXPECT_EQ(expression(R"("{:x}")"), "E0122 1:12 there is no expression in these braces");
  EXPECT_EQ(expression(R"("abc)"), "E0003 1:11 this string has no closing `\"` on its line");
  EXPECT_EQ(expression(R"("abc\)"), "E0003 1:11 this string has no closing `\"` on its line");
  EXPECT_EQ(expression(R"("{a)"), "E0004 1:12 the line ends inside an interpolation");
  EXPECT_EQ(expression(R"("{a:x")"), "E0004 1:14 the `{` before this format has no `}`");
  EXPECT_EQ(expression(R"("{a b}")"), "E0101 1:15 expected `}` or an operator in the interpolation, found `b`");
  EXPECT_EQ(expression(R"("{f(a}")"), "E0106 1:16 `)` is missing here");
  EXPECT_EQ(expression("'a'"), "E0009 1:11 a string stands in double quotes");
  EXPECT_EQ(expression("'a"), "E0009 1:11 `'` can't stand here");
  EXPECT_EQ(read("const a = 'b'\n").suggestions[0], "const a = \"b\"\n");
  EXPECT_EQ(read("const a = \"{b:x\"\n").suggestions[0], "const a = \"{b:x}\"\n");
  EXPECT_EQ(read("const a = \"{}\"\n").suggestions[0], "const a = \"\\{}\"\n");
  EXPECT_EQ(read("const a = \"b\nconst c = 1\nconst d = \"{e\nconst g = 1\n").problems.size(), 2u);
}

TEST(Strings, AnSqlLiteralHasItsOwnKind) {
  EXPECT_EQ(expression(R"(sql"select {a}")"), R"((sql "select " (a)))");
  EXPECT_EQ(expression("sql + 1"), "(+ sql 1)");
}

}  // namespace
}  // namespace noodle::syntax
