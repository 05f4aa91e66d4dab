#include "compiler/codegen/codegen.h"

#include <gtest/gtest.h>

#include "compiler/nir/passes/passes.h"
#include "compiler/nir/text.h"
#include "compiler/nir/verify.h"
#include "nbc/text.h"
#include "nbc/verify.h"
#include "nbc/write.h"

namespace noodle::codegen {
namespace {

/// Flat NIR through all passes, code generation and the verifier of NBC.
struct Compiled {
  std::string error;
  std::string counted;  // NIR as text
  nbc::Module module;

  explicit Compiled(std::string_view text) {
    Interner names;
    sema::TypeTable types(names);
    auto parsed = nir::parse(text, types);
    if (!parsed) {
      error = parsed.error();
      return;
    }
    nir::Layout layout(types);
    if (auto ok = nir::verify(parsed->module, layout); !ok) {
      error = ok.error();
      return;
    }
    if (auto ok = nir::run_passes(parsed->module, layout, {.verify = true}); !ok) {
      error = ok.error();
      return;
    }
    counted = nir::print(types, parsed->module);
    auto made = generate(parsed->module, layout);
    if (!made) {
      error = made.error();
      return;
    }
    module = std::move(*made);
    if (auto ok = nbc::check(module); !ok) error = ok.error().text(module) + "\n" + nbc::disassemble(module);
  }
  /// How often an instruction with this mnemonic occurs.
  std::size_t count(nbc::Op op) const {
    std::size_t n = 0;
    for (const nbc::Function& f : module.functions) {
      for (std::uint32_t pc = 0; pc < f.code.size();) {
        nbc::Inst inst = nbc::decode(f.code, pc);
        n += inst.op() == op ? 1 : 0;
        pc += inst.words();
      }
    }
    return n;
  }
};

TEST(Codegen, LoopPushesInPlace) {
  Compiled c(R"(
fn flat "fill"(borrowed i64) -> (list<i64>) {
^0(%0: i64):
  %1: i64 = const.int 0
  %2: list<i64> = list.new<list<i64>> %1
  jump -> ^1(%1, %2)
^1(%3: i64, %4: list<i64>):
  %5: bool = lt %3, %0
  branch %5 -> ^2, ^3
^2:
  %6: list<i64> = list.push %4, %3
  %7: i64 = const.int 1
  %8: i64 = add %3, %7
  jump -> ^1(%8, %6)
^3:
  ret %4
}
)");
  EXPECT_EQ(c.error, "");
  EXPECT_EQ(c.count(nbc::Op::Copy), 0u);
  EXPECT_EQ(c.count(nbc::Op::Drop), 0u);
  EXPECT_EQ(c.count(nbc::Op::Move), 0u);
  EXPECT_EQ(c.count(nbc::Op::AddImmI64), 1u);
  EXPECT_EQ(c.count(nbc::Op::JleI64), 1u);
}

/// Payloads before and behind joins, borrows across loops, circles of moves, slots and handlers.
constexpr std::string_view kMixed = R"(
enum #Option<1> core { Some(value: $0), None() }
enum #Tree { Node(left: #Tree, right: #Tree, at: string), Leaf() }
enum #Both { Pair(a: string, b: list<i64>, n: i64), One(s: string), Nothing() }
native "io.print"(borrowed string) -> ()

fn flat "depth"(borrowed #Tree) -> (i64) {
^0(%0: #Tree):
  %1: flat<#Tree> = box.peek %0
  switch %1 -> ^1, ^5
^1:
  %2: #Tree, %3: #Tree, %4: string = payload 0 %1
  %5: i64 = call @"depth" %2
  %6: i64 = call @"depth" %3
  %7: bool = lt %5, %6
  branch %7 -> ^2, ^3
^2:
  jump -> ^4(%6)
^3:
  jump -> ^4(%5)
^4(%8: i64):
  call.native "io.print" %4
  %9: i64 = const.int 1
  %10: i64 = add %8, %9
  ret %10
^5:
  %11: i64 = const.int 0
  ret %11
}

fn flat "take"(owned #Both, borrowed bool) -> (list<i64>) {
^0(%0: #Both, %1: bool):
  switch %0 -> ^1, ^5, ^6
^1:
  %2: string, %3: list<i64>, %4: i64 = payload 0 %0
  branch %1 -> ^2, ^3
^2:
  call.native "io.print" %2
  jump -> ^4
^3:
  jump -> ^4
^4:
  %5: list<i64> = list.push %3, %4
  ret %5
^5:
  unreachable
^6:
  %6: list<i64> = list.lit<list<i64>>
  ret %6
}

fn flat "look"(owned #Both, borrowed bool) -> (#Both) {
^0(%0: #Both, %1: bool):
  switch %0 -> ^1, ^5, ^5
^1:
  %2: string, %3: list<i64>, %4: i64 = payload 0 %0
  branch %1 -> ^2, ^3
^2:
  call.native "io.print" %2
  jump -> ^4
^3:
  jump -> ^4
^4:
  call.native "io.print" %2
  ret %0
^5:
  ret %0
}

fn flat "late"(owned #Both, borrowed bool) -> (list<i64>) {
^0(%0: #Both, %1: bool):
  switch %0 -> ^1, ^5, ^5
^1:
  branch %1 -> ^2, ^3
^2:
  jump -> ^4
^3:
  %2: string = const.string "hi"
  call.native "io.print" %2
  jump -> ^4
^4:
  %3: string, %4: list<i64>, %5: i64 = payload 0 %0
  ret %4
^5:
  %6: i64 = const.int 0
  %7: list<i64> = list.new<list<i64>> %6
  ret %7
}

fn flat "walk"(owned #Option<list<i64>>) -> (i64) {
^0(%0: #Option<list<i64>>):
  switch %0 -> ^1, ^7
^1:
  %1: list<i64> = payload 0 %0
  %2: i64 = const.int 0
  jump -> ^2(%2)
^2(%3: i64):
  %4: i64 = list.len %1
  %5: bool = lt %3, %4
  branch %5 -> ^3, ^6
^3:
  %6: i64 = list.get %1, %3
  %7: i64 = const.int 10
  %8: bool = eq %6, %7
  branch %8 -> ^4, ^5
^4:
  ret %6
^5:
  %9: i64 = const.int 1
  %10: i64 = add %3, %9
  jump -> ^2(%10)
^6:
  %11: #Option<list<i64>> = enum.make<#Option<list<i64>>> 0 %1
  %12: bool = equal<#Option<list<i64>>> %0, %11
  ret %3
^7:
  %13: i64 = const.int -1
  ret %13
}

fn flat "swap"(owned string, owned string, borrowed i64) -> (string, string) {
^0(%0: string, %1: string, %2: i64):
  jump -> ^1(%0, %1, %2)
^1(%3: string, %4: string, %5: i64):
  %6: i64 = const.int 0
  %7: bool = gt %5, %6
  branch %7 -> ^2, ^3
^2:
  %8: i64 = const.int 1
  %9: i64 = sub %5, %8
  jump -> ^1(%4, %3, %9)
^3:
  ret %3, %4
}

fn flat "guard"(borrowed string) -> (string) {
  slot string
  region ^1
^0(%0: string):
  slot.store 0 %0
  %1: string = string.concat %0, %0 !0
  call.native "io.print" %1 !0
  %2: string = slot.load 0
  call.native "io.print" %2
  slot.drop 0
  ret %1
^1:
  %3: string = slot.load 0
  call.native "io.print" %3
  resume
}

fn flat "peeked"(owned list<string>) -> (list<string>) {
^0(%0: list<string>):
  %1: i64 = const.int 0
  %2: string = list.peek %0, %1
  %3: string = const.string "x"
  %4: list<string> = list.push %0, %3
  call.native "io.print" %2
  ret %4
}
fn flat "unused"(owned list<string>, borrowed string) -> () {
^0(%0: list<string>, %1: string):
  %2: list<string> = list.push %0, %1
  %3: list<string>, %4: string = list.pop %2
  ret
}
)";

TEST(Codegen, MixedProgramsVerify) {
  Compiled c(kMixed);
  EXPECT_EQ(c.error, "");
  // `take` moves the payload out of its enum and pushes in place.
  EXPECT_NE(c.counted.find("enum.open 0"), std::string::npos);
}

TEST(Codegen, SameTextSameBytes) {
  Compiled a(kMixed);
  Compiled b(kMixed);
  EXPECT_EQ(nbc::write(a.module), nbc::write(b.module));
}

TEST(Codegen, TooManyRegistersIsAnError) {
  std::string text = "fn flat \"wide\"(borrowed string) -> (list<string>) {\n^0(%0: string):\n";
  std::string elements;
  for (int i = 1; i <= 2100; ++i) {
    text += "  %" + std::to_string(i) + ": string = string.concat %0, %0\n";
    elements += (i > 1 ? ", %" : "%") + std::to_string(i);
  }
  text += "  %2101: list<string> = list.lit<list<string>> " + elements + "\n  ret %2101\n}\n";
  Compiled c(text);
  EXPECT_NE(c.error.find("needs"), std::string::npos) << c.error;
}

}  // namespace
}  // namespace noodle::codegen
