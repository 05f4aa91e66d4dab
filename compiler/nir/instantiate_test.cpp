// Whole programs through lowering, instantiation and the standard passes: every stage verifies, and
// chosen functions have the shape that they should.

#include "compiler/nir/instantiate.h"

#include <gtest/gtest.h>

#include "compiler/nir/passes/passes.h"
#include "compiler/nir/text.h"
#include "compiler/nir/verify.h"
#include "compiler/sema/test_program.h"

namespace noodle::nir {
namespace {

/// A program compiled to flat NIR; `error` says what went wrong on the way, or is empty.
struct Compiled {
  explicit Compiled(std::string text, const std::string& path = "main.noodle") : program(std::move(text), {}, path) {
    error = program.check();
    if (program.sink.has_errors()) return;
    error.clear();
    Roots roots{program.program->main_function(), program.program->tests(), {}};
    layout = std::make_unique<Layout>(program.program->types());
    module = instantiate(*program.program, *layout, roots, program.sink);
    if (program.sink.has_errors()) {
      error = program.rendered();
      return;
    }
    if (auto ok = verify(module, *layout); !ok) {
      error = "flat: " + ok.error() + "\n" + print(program.program->types(), module);
      return;
    }
    flat = print(program.program->types(), module);
    if (auto ok = run_passes(module, *layout, {.verify = true}); !ok) {
      error = "passes: " + ok.error() + "\n" + print(program.program->types(), module);
      return;
    }
  }
  sema::TestProgram program;
  std::unique_ptr<Layout> layout;
  Module module;
  std::string error, flat;
};

void expect_compiles(std::string text) {
  Compiled c(text);
  EXPECT_EQ(c.error, "") << text;
}

TEST(Instantiate, Scalars) { expect_compiles("fn main() { let a = 1\n var b = a + 2\n b *= 3\n print(b) }\n"); }

TEST(Instantiate, NativesThatTheLanguageCallsByItselfAreCalled) {
  const Compiled c(
      "struct Mile { n: Int }\n"
      "impl Mile {\n    @native(\"mile.text\")\n    fn to_string(self) -> String\n}\n"
      "impl Ordered for Mile {\n    @native(\"mile.order\")\n    fn compare(self, other: Mile) -> Int\n}\n"
      "fn main() { print([Mile { n: 1 }, Mile { n: 2 }].max()) }\n",
      "std/uuid.noodle");
  EXPECT_EQ(c.error, "");
  EXPECT_TRUE(c.flat.contains("call.native \"mile.text\"")) << c.flat;
  EXPECT_TRUE(c.flat.contains("call.native \"mile.order\"")) << c.flat;
}

}  // namespace
}  // namespace noodle::nir
