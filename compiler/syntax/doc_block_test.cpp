#include "compiler/syntax/doc_block.h"

#include <gtest/gtest.h>

namespace noodle::syntax {
namespace {

TEST(DocBlock, SaysWhatIsWantedByTheWordsBehindItsQuotes) {
  EXPECT_EQ(example_wants(""), ExampleWants::Success);
  EXPECT_EQ(example_wants(" noodle"), ExampleWants::Success);
  EXPECT_EQ(example_wants("fails"), ExampleWants::Failure);
  EXPECT_EQ(example_wants("noodle, no_run\n"), ExampleWants::Nothing);
  EXPECT_EQ(example_wants("text"), std::nullopt);
  EXPECT_EQ(example_wants("noodle text"), std::nullopt);
}

TEST(DocBlock, IsAnExampleWhenItIsAProgram) {
  EXPECT_FALSE(has_example(""));
  EXPECT_FALSE(has_example("Words, and `code`."));
  EXPECT_TRUE(has_example("Words.\n\n```\nexpect true\n```"));
  EXPECT_TRUE(has_example("  ```noodle no_run\nexit(1)"));
  EXPECT_FALSE(has_example("```text\na table\n```"));
  EXPECT_TRUE(has_example("```text\na table\n```\n```\nexpect true\n```"));
}

}  // namespace
}  // namespace noodle::syntax
