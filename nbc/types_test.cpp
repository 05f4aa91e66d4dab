#include "nbc/types.h"

#include <gtest/gtest.h>

#include "nbc/builder.h"

namespace noodle::nbc {
namespace {

TEST(Types, StructsAreFlattenedInSlotsAndInMemory) {
  ModuleBuilder m;
  TypeId inner = m.struct_type("Inner", {m.field("flag", kBool), m.field("name", kString)});
  TypeId outer = m.struct_type("Outer", {m.field("a", kU8), m.field("in", inner), m.field("b", kI16)});
  const TypeTable& t = m.types();
  EXPECT_EQ(t.slots(outer), 5u);
  auto leaves = t.flatten(outer);
  ASSERT_EQ(leaves.size(), 4u);
  std::uint32_t slots[] = {0, 1, 2, 4}, offsets[] = {0, 1, 8, 24};
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(leaves[i].slot, slots[i]);
    EXPECT_EQ(leaves[i].offset, offsets[i]);
  }
  EXPECT_EQ(t.memory_size(outer), 32u);
  EXPECT_EQ(t.memory_align(outer), 8u);
  EXPECT_TRUE(t.counted(outer));
  EXPECT_FALSE(t.is_leaf(outer));
  EXPECT_EQ(t.slots(m.types().unit()), 0u);
}

TEST(Types, ElementsOfTensorsAreScalarsAndPairsOfFloats) {
  ModuleBuilder m;
  const auto pair = [&](TypeId a, TypeId b) { return m.struct_type("Pair", {m.field("a", a), m.field("b", b)}); };
  for (const TypeId good : {kBool, kI64, kF16, pair(kF32, kF32), pair(kF64, kF64)}) {
    EXPECT_TRUE(m.types().is_element(good)) << good.index;
  }
  const TypeId three = m.struct_type("Three", {m.field("a", kF64), m.field("b", kF64), m.field("c", kF64)});
  for (const TypeId bad : {kString, three, pair(kF32, kF64), pair(kF16, kF16), pair(kI64, kI64), m.types().unit()}) {
    EXPECT_FALSE(m.types().is_element(bad)) << bad.index;
  }
}

TEST(Types, EnumsTakeATagAndTheirWidestPayload) {
  ModuleBuilder m;
  TypeId color = m.enum_type("Color", {{m.string("Red"), {}}, {m.string("Blue"), {}}});
  TypeId shape = m.enum_type("Shape", {{m.string("Empty"), {}},
                                       {m.string("Named"), {m.field("color", color), m.field("name", kString)}},
                                       {m.string("Round"), {m.field("radius", kF32)}}});
  const TypeTable& t = m.types();
  EXPECT_EQ(t.slots(color), 1u);
  EXPECT_EQ(t.memory_size(color), 1u);
  EXPECT_FALSE(t.counted(color));
  EXPECT_EQ(t.slots(shape), 4u);
  EXPECT_EQ(t.memory_size(shape), 32u);
  EXPECT_TRUE(t.counted(shape));
  EXPECT_EQ(t.payload(shape, 1)[1].slot, 1u);
  EXPECT_EQ(t.payload(shape, 1)[1].offset, 16u);
  EXPECT_EQ(t.payload_slots(shape, 2), 1u);
  ASSERT_EQ(t.flatten(shape).size(), 1u);
  EXPECT_EQ(t.flatten(shape)[0].type, shape);
}

TEST(Types, StructuralTypesAreInternedAndNamed) {
  ModuleBuilder m;
  TypeId point = m.struct_type("Point", {m.field("x", kF64)});
  TypeTable& t = m.types();
  EXPECT_EQ(t.list(point), t.list(point));
  EXPECT_EQ(t.map(kString, t.list(point)), t.map(kString, t.list(point)));
  m.trait("Area", {});
  TypeId fn = t.fn({{kString, true}, {t.any(TraitId(std::size_t(0)))}}, {t.box(kI64)});
  EXPECT_EQ(type_name(m.module, t.map(kString, t.list(point))), "map<string, list<Point>>");
  EXPECT_EQ(type_name(m.module, fn), "fn(borrowed string, any Area) -> (box<i64>)");
  TypeId parts[] = {kI64, kString};
  EXPECT_EQ(type_name(m.module, m.tuple_type(parts)), "(i64, string)");
  EXPECT_EQ(signature_text(m.module, {{{kString, true}, {kI64}}, {kString}}), "(borrowed string, i64) -> (string)");
  // A list of itself has a name of bounded length.
  TypeId self = t.declare(Kind::List);
  Type type;
  type.element = self;
  t.define(self, type);
  EXPECT_LT(type_name(m.module, self).size(), 200u);
}

TEST(Types, SignaturesAreFlattenedWithoutBorrowedScalars) {
  ModuleBuilder m;
  TypeId pair = m.struct_type("P", {m.field("x", kI64), m.field("s", kString)});
  Signature s = flatten_signature(m.types(), m.types().fn({{pair, true}}, {pair}));
  ASSERT_EQ(s.params.size(), 2u);
  EXPECT_EQ(s.params[0], (Param{kI64, false}));
  EXPECT_EQ(s.params[1], (Param{kString, true}));
  EXPECT_EQ(s.results, (std::vector<TypeId>{kI64, kString}));
  Param params[] = {{pair, true}};
  TypeId results[] = {pair};
  EXPECT_EQ(m.signature(params, results), s);
}

}  // namespace
}  // namespace noodle::nbc
