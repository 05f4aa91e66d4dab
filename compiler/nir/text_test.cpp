#include "compiler/nir/text.h"

#include <gtest/gtest.h>

namespace noodle::nir {
namespace {

/// Reads a text and prints it again in a table of its own.
std::string round(std::string_view text) {
  Interner names;
  sema::TypeTable types(names);
  auto parsed = parse(text, types);
  if (!parsed) return "error: " + parsed.error();
  return print(types, parsed->module);
}

TEST(NirText, FlatModuleRoundTrips) {
  const std::string text = R"(struct #Point { x: f64, y: f64 }
enum #Option<1> core { Some(value: $0), None() }
enum #Tree { Node(left: #Tree, right: #Tree, at: #Point), Leaf() }
trait #Area
native "int.to_string"(borrowed i64) -> (string)
method any #Area 0 "area"(borrowed any #Area) -> (f64)
vtable any #Area for #Point: @"thunk"
constant list<i64> list [i64 1, i64 2]
main @"main"
test "a \"quoted\" name" @"main"

fn counted "main"() -> () {
  slot list<i64>
  region ^2
  region ^3 !0
^0:
  %0: i64 = const.int -5
  %1: string = const.string "a\n\{b"
  %2: f64 = const.float 1.5
  %3: f64 = const.float 0x7ff8000000000000
  %4: list<i64> = const.value 0
  slot.store 0 %4 !1
  %5: string = call.native "int.to_string" %0
  call @"pair" %5, %0
  %6: bool = lt %0, %0
  branch %6 -> ^1(%0, %0), ^1(%0, %0)
^1(%7: i64, %8: i64):
  ret
^2:
  resume
^3:
  resume !0
}

fn flat "pair" trace "p" <i64, #Option<i64>>(owned string, borrowed i64) -> () {
^0(%0 borrowed: string, %1: i64):
  %2: #Option<i64> = enum.make<#Option<i64>> 0 %1
  switch %2 -> ^1, ^2
^1:
  %3: i64 = payload 0 %2
  unreachable
^2:
  ret
}

fn flat "thunk"(borrowed any #Area) -> (f64) {
^0(%0: any #Area):
  %1: f64, %2: f64 = any.peek<#Point> %0
  %3: flat<#Tree> = enum.make<flat<#Tree>> 1
  ret %1
}
)";
  // `borrowed` on values is printed in the counted stage alone.
  std::string expected = text;
  expected.replace(expected.find("%0 borrowed: string"), 19, "%0: string");
  EXPECT_EQ(round(text), expected);
  EXPECT_EQ(round(expected), expected);
}

TEST(NirText, GenericFunctionRoundTrips) {
  const std::string text = R"(fn generic "each" params 1(borrowed list<$0>, owned $1) -> ((), $1) {
^0(%0: list<$0>, %1: $1):
  %2: i64 = const.int 0
  %3: $0 = list.get %0, %2
  %4: (), %5: $1 = call.block<fn($0, mut string) -> ()> %1, %3
  %6: fn(i64) -> i64 = closure.make<fn(i64) -> i64> "add"#12<$0, block 3<$0>> %2
  ret %4, %5
}
)";
  EXPECT_EQ(round(text), text);
}

TEST(NirText, ErrorsNameTheLine) {
  EXPECT_EQ(round("fn flat \"f\"() -> () {\n^0:\n  frob\n}"), "error: line 3: unknown operation");
  EXPECT_EQ(round("fn flat \"f\"() -> () {\n^0:\n  ret %7\n}"), "error: line 4: a value without a definition");
  EXPECT_EQ(round("nonsense"), "error: line 1: expected a function or a table's entry");
  EXPECT_EQ(round("fn flat \"f\"(owned #Q) -> () {\n}"), "error: line 1: unknown struct or enum");
}

TEST(NirText, NamesakesAreTold) {
  Interner names;
  sema::TypeTable types(names);
  auto parsed =
      parse("struct #P { x: i64 }\nstruct #P'1 { y: #P }\nfn flat \"f\"(owned #P'1) -> () {\n^0(%0: #P'1):\n  ret\n}\n",
            types);
  ASSERT_TRUE(parsed.has_value()) << parsed.error();
  EXPECT_EQ(types.nominal_count(), 2u);
  EXPECT_EQ(print(types, parsed->module),
            "struct #P { x: i64 }\nstruct #P'1 { y: #P }\n\nfn flat \"f\"(owned #P'1) -> () {\n"
            "^0(%0: #P'1):\n  ret\n}\n");
}

}  // namespace
}  // namespace noodle::nir
