// Edits and editors: only what an edit touched is asked again, and places stay right.

#include <gtest/gtest.h>

#include "compiler/sema/test_program.h"

namespace noodle::sema {
namespace {

const std::string kText =
    "struct Point { x: Int, y: Int }\n"
    "/// The sum.\n"
    "fn sum(p: Point) -> Int {\n    p.x + p.y\n}\n"
    "fn twice(n: Int) -> Int {\n    n * 2\n}\n"
    "fn main() {\n    let p = Point { x: 1, y: 2 }\n    print(twice(sum(p)))\n}\n";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  return text.replace(at, what.size(), by);
}

TEST(Edit, OfOneBodyChecksThatBodyAlone) {
  TestProgram p(kText);
  ASSERT_EQ(p.check(), "");
  const auto before = p.program->bodies_checked();
  p.program->edit(p.file(), replaced(kText, "n * 2", "n * 3 + 1 - 1"));
  EXPECT_EQ(p.check(), "");
  EXPECT_EQ(p.program->bodies_checked(), before + 1);
}

TEST(Edit, OfASignatureChecksItsCallers) {
  TestProgram p(kText);
  ASSERT_EQ(p.check(), "");
  const auto before = p.program->bodies_checked();
  p.program->edit(p.file(), replaced(kText, "twice(n: Int)", "twice(n: String)"));
  EXPECT_NE(p.check(), "");
  EXPECT_EQ(p.program->bodies_checked(), before + 2) << "twice itself and main, not sum";
  p.program->edit(p.file(), kText);
  EXPECT_EQ(p.check(), "");
}

TEST(Edit, OfACommentChecksNothing) {
  TestProgram p(kText);
  ASSERT_EQ(p.check(), "");
  const auto before = p.program->bodies_checked();
  p.program->edit(p.file(), "// a comment\n\n" + kText);
  EXPECT_EQ(p.check(), "");
  EXPECT_EQ(p.program->bodies_checked(), before);
  const Body* body = p.program->body(p.program->main_function());
  ASSERT_NE(body, nullptr);
  const auto text = p.sources.text(p.file());
  EXPECT_TRUE(text.substr(body->root->span.begin).starts_with("{\n    let p")) << "places move with the text";
}

TEST(Edit, OfAFieldChecksWhatUsesTheStruct) {
  TestProgram p(kText);
  ASSERT_EQ(p.check(), "");
  const auto before = p.program->bodies_checked();
  p.program->edit(p.file(), replaced(kText, "y: Int }", "z: Int }"));
  EXPECT_NE(p.check(), "");
  EXPECT_EQ(p.program->bodies_checked(), before + 2) << "sum and main, not twice";
}

TEST(Edit, DiagnosticsMoveWithTheirText) {
  const std::string bad = replaced(kText, "n * 2", "n * true");
  TestProgram p(bad);
  const std::string said = p.check();
  EXPECT_NE(said, "");
  p.program->edit(p.file(), "\n\n" + bad);
  EXPECT_EQ(p.check(), said);
  EXPECT_NE(p.rendered().find("main.noodle:9:"), std::string::npos) << p.rendered();
}

TEST(Edit, OfWhatAModuleExportsChecksItsUsers) {
  const std::string front = "pub import back";
  TestProgram p("import front\nfn main() {\n    front.f()\n}",
                {{"front.noodle", front}, {"back.noodle", "pub fn f() {}"}});
  ASSERT_EQ(p.check(), "");
  p.program->edit(p.file("front.noodle"), "import back\nfn g() {\n    back.f()\n}");
  EXPECT_NE(p.check(), "");
  p.program->edit(p.file("front.noodle"), front);
  EXPECT_EQ(p.check(), "");
  p.program->edit(p.file("back.noodle"), "fn f() {}");
  EXPECT_NE(p.check(), "");
}

TEST(Edit, OfAnImportedModuleMayGiveTheImportItsUse) {
  const std::string adding = "import main\nimpl main.P {\n    pub fn g(self) {}\n}";
  TestProgram p("import a\npub struct P {}", {{"a.noodle", ""}});
  const std::string unused = "W0002: the import of `a` is never used\n";
  EXPECT_EQ(p.check(), unused);
  p.program->edit(p.file("a.noodle"), adding);
  EXPECT_EQ(p.check(), "");
  p.program->edit(p.file("a.noodle"), "");
  EXPECT_EQ(p.check(), unused);
}

TEST(Edit, MayAddAndRemoveAnything) {
  TestProgram p(kText);
  ASSERT_EQ(p.check(), "");
  for (std::size_t length = 0; length < kText.size(); length += 7) {
    p.program->edit(p.file(), kText.substr(0, length));
    p.check();
    p.program->symbol_at(p.file(), static_cast<std::uint32_t>(length / 2));
  }
  p.program->edit(p.file(), kText);
  EXPECT_EQ(p.check(), "");
}

TEST(Editor, FindsTypeDefinitionAndDoc) {
  TestProgram p(kText);
  p.check();
  const auto call = p.program->symbol_at(p.file(), p.offset("sum(p))"));
  ASSERT_TRUE(call.has_value());
  ASSERT_TRUE(call->definition.has_value());
  EXPECT_EQ(call->definition->begin, p.offset("sum(p: Point)"));
  EXPECT_EQ(call->doc, "The sum.");
  EXPECT_NE(call->type.find("Point"), std::string::npos) << call->type;
  const auto type = p.program->symbol_at(p.file(), p.offset("Point) -> Int"));
  ASSERT_TRUE(type.has_value() && type->definition.has_value());
  EXPECT_EQ(type->definition->begin, p.offset("Point { x: Int"));
  const auto local = p.program->symbol_at(p.file(), p.offset("p)))"));
  ASSERT_TRUE(local.has_value() && local->definition.has_value());
  EXPECT_EQ(local->type, "Point");
  EXPECT_EQ(local->definition->begin, p.offset("p = Point"));
  EXPECT_FALSE(p.program->symbol_at(p.file(), p.offset("* 2")).has_value());
}

TEST(Editor, FindsReferences) {
  TestProgram p(kText);
  p.check();
  const auto uses = p.program->references_at(p.file(), p.offset("Point { x: Int"));
  ASSERT_EQ(uses.size(), 3u);
  for (const source::Span use : uses) EXPECT_EQ(p.sources.text(use), "Point");
  EXPECT_EQ(p.program->references_at(p.file(), p.offset("twice")).size(), 2u);
  EXPECT_EQ(p.program->references_at(p.file(), p.offset("p.x")).size(), 3u);
}

}  // namespace
}  // namespace noodle::sema
