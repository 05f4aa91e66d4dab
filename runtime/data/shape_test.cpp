#include "runtime/data/shape.h"

#include <gtest/gtest.h>

namespace noodle::data {
namespace {

/// Types made by hand, as a module that nobody compiled may have them.
struct ShapeTest : testing::Test {
  nbc::StringId name(std::string_view text) {
    strings.push_back(text);
    return nbc::StringId(strings.size() - 1);
  }
  nbc::TypeId option(nbc::TypeId content) {
    nbc::Type type;
    type.kind = nbc::Kind::Enum;
    type.name = name("T?");
    type.variants = {{.name = name("Some"), .fields = {{.name = name("value"), .type = content}}},
                     {.name = name("None"), .fields = {}}};
    return types.intern(std::move(type));
  }
  nbc::TypeId boxed(nbc::TypeId box, nbc::TypeId content) {
    nbc::Type type;
    type.kind = nbc::Kind::Box;
    type.element = content;
    types.define(box, std::move(type));
    return box;
  }
  bool has_shape(nbc::TypeId type) {
    EXPECT_TRUE(infos.build(types, strings, objects));
    Shapes shapes(types, infos, strings);
    return shapes.of(type) != nullptr;
  }

  nbc::TypeTable types;
  std::vector<std::string_view> strings;
  value::Types infos;
  memory::TypeTable objects;
};

TEST_F(ShapeTest, ABoxOfAnOptionOfItselfHasNone) {
  const nbc::TypeId box = types.declare(nbc::Kind::Box);
  EXPECT_FALSE(has_shape(boxed(box, option(box))));
}

TEST_F(ShapeTest, ABoxOfItselfHasNone) {
  const nbc::TypeId box = types.declare(nbc::Kind::Box);
  EXPECT_FALSE(has_shape(types.list(boxed(box, box))));
}

TEST_F(ShapeTest, ABoxOfAStructThatMayHoldItHasOne) {
  const nbc::TypeId box = types.declare(nbc::Kind::Box);
  nbc::Type node;
  node.kind = nbc::Kind::Struct;
  node.name = name("Node");
  node.fields = {{.name = name("next"), .type = option(box)}};
  EXPECT_TRUE(has_shape(boxed(box, types.intern(std::move(node)))));
}

}  // namespace
}  // namespace noodle::data
