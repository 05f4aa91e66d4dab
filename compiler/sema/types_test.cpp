#include "compiler/sema/types.h"

#include <gtest/gtest.h>

namespace noodle::sema {
namespace {

class Types : public testing::Test {
 protected:
  Interner names;
  TypeTable types{names};
  TypeId integer = types.primitive(TypeKind::I64);
  TypeId string = types.primitive(TypeKind::String);
};

TEST_F(Types, EachStandsOnce) {
  EXPECT_EQ(types.list(integer), types.list(integer));
  EXPECT_NE(types.list(integer), types.list(string));
  EXPECT_EQ(types.map(string, integer), types.map(string, integer));
  EXPECT_NE(types.map(string, integer), types.map(integer, string));
  const TypeId pair[] = {integer, string};
  EXPECT_EQ(types.tuple(pair), types.tuple(pair));
  EXPECT_EQ(types.tuple({}), types.unit());
  EXPECT_NE(types.function(pair, 0, integer), types.function(pair, 1, integer));
  EXPECT_EQ(types.param(0, names.intern("T")), types.param(0, names.intern("T")));
  EXPECT_NE(types.param(0, names.intern("T")), types.param(1, names.intern("T")));
}

TEST_F(Types, TextIsAsWritten) {
  const TypeId pair[] = {integer, string};
  EXPECT_EQ(types.text(types.map(string, types.list(integer))), "Map<String, List<Int>>");
  EXPECT_EQ(types.text(types.function(pair, 2, types.unit())), "(Int, mut String) -> ()");
  EXPECT_EQ(types.text(types.tuple(pair)), "(Int, String)");
  EXPECT_EQ(types.text(types.tuple({&integer, 1})), "(Int,)");
  NominalDecl decl;
  decl.name = names.intern("Option");
  types.known.option = types.add_nominal(decl);
  EXPECT_EQ(types.text(types.option(types.option(integer))), "Int??");
  EXPECT_EQ(types.text(types.option(types.function({}, 0, integer))), "(() -> Int)?");
  EXPECT_EQ(types.text(types.infer(3)), "_");
}

TEST_F(Types, SubstitutesParameters) {
  const TypeId t = types.param(0, names.intern("T"));
  const TypeId u = types.param(1, names.intern("U"));
  const TypeId both = types.map(t, types.list(u));
  const TypeId arguments[] = {string, integer};
  EXPECT_EQ(types.substitute(both, arguments), types.map(string, types.list(integer)));
  EXPECT_EQ(types.substitute(both, {arguments, 1}), types.map(string, types.list(u)));
  EXPECT_EQ(types.substitute(integer, arguments), integer);
  EXPECT_TRUE(types.has_params(both));
  EXPECT_FALSE(types.has_params(types.substitute(both, arguments)));
  EXPECT_TRUE(types.has_infer(types.list(types.infer(0))));
}

TEST_F(Types, DepthIsBounded) {
  TypeId type = integer;
  for (std::uint32_t i = 1; i < TypeTable::kDeepest; ++i) type = types.list(type);
  EXPECT_FALSE(types.overflowed());
  EXPECT_EQ(types.kind(types.list(type)), TypeKind::Error);
  EXPECT_TRUE(types.overflowed());
  types.clear_overflow();
  EXPECT_FALSE(types.overflowed());
}

TEST_F(Types, TextOfAWideTypeIsCut) {
  TypeId type = string;
  for (int i = 0; i < 40; ++i) {
    const TypeId twice[] = {type, type};
    type = types.tuple(twice);
  }
  EXPECT_LT(types.text(type).size(), 1000u);
}

}  // namespace
}  // namespace noodle::sema
