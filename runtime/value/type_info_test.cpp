#include "runtime/value/type_info.h"

#include <cstring>

#include "runtime/value/value_fixture.h"

namespace noodle::value {
namespace {

using memory::Field;
using memory::Shape;

class TypeInfoTest : public ValueTest {
 protected:
  /// Offsets of a map of counted places, in order.
  static std::vector<std::uint32_t> offsets(memory::FieldMap fields) {
    std::vector<std::uint32_t> out;
    for (const Field& field : fields) out.push_back(field.offset);
    return out;
  }
  using Offsets = std::vector<std::uint32_t>;

  /// Stores a value and loads it again.
  static Slots there_and_back(const TypeInfo& type, const Slots& slots) {
    std::vector<std::uint64_t> memory(type.size / 8 + 1, 0xA5A5A5A5A5A5A5A5);
    auto* at = reinterpret_cast<std::byte*>(memory.data());
    store_value(type, at, slots.data());
    for (std::size_t i = type.size; i < memory.size() * 8; ++i) {
      EXPECT_EQ(at[i], std::byte{0xA5}) << "written past the end";
    }
    Slots out(type.slots);
    load_value(type, at, out.data());
    return out;
  }
};

TEST_F(TypeInfoTest, ScalarsTakeOneSlotAndTheirWidthInMemory) {
  build();
  const std::uint32_t sizes[] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8};
  ASSERT_EQ(types.size(), nbc::kBuiltinTypes);
  for (std::uint32_t k = 0; k < 13; ++k) {
    const TypeInfo& type = types[nbc::TypeId(k)];
    EXPECT_EQ(type.kind, Kind(k));
    EXPECT_EQ(type.slots, 1u);
    EXPECT_EQ(type.size, sizes[k]);
    EXPECT_EQ(type.movement, sizes[k] == 8 ? Movement::Words : Movement::One);
    EXPECT_FALSE(type.counted);
    EXPECT_EQ(type.has_float, nbc::is_float(type.kind));
    EXPECT_EQ(type.bitwise, !nbc::is_float(type.kind));
    ASSERT_EQ(type.leaves.size(), 1u);
    EXPECT_EQ(type.leaves[0].width, sizes[k]);
    EXPECT_EQ(type.leaves[0].type, &type);
    EXPECT_TRUE(type.slot_fields.empty());
    EXPECT_TRUE(type.memory_fields.empty());
  }
}

TEST_F(TypeInfoTest, StringsAndBytesAreCounted) {
  build();
  const TypeInfo& string = info(nbc::kString);
  EXPECT_EQ(string.slots, 2u);
  EXPECT_EQ(string.size, 16u);
  EXPECT_TRUE(string.counted);
  EXPECT_FALSE(string.bitwise);
  ASSERT_EQ(string.slot_fields.size(), 1u);
  EXPECT_EQ(string.slot_fields[0].kind, Field::Kind::String);
  const TypeInfo& bytes = info(nbc::kBytes);
  EXPECT_EQ(bytes.slots, 1u);
  EXPECT_TRUE(bytes.counted);
  EXPECT_EQ(bytes.object_number, memory::TypeTable::kBytes);
  EXPECT_EQ(bytes.object.stride, 1u);
  ASSERT_EQ(bytes.memory_fields.size(), 1u);
  EXPECT_EQ(bytes.memory_fields[0].kind, Field::Kind::Object);
}

TEST_F(TypeInfoTest, StructsAreFlatWithNaturalAlignment) {
  const nbc::TypeId inner = tuple({nbc::kBool, nbc::kString});
  const nbc::TypeId outer = tuple({nbc::kU8, inner, nbc::kI16, nbc::kBytes});
  build();
  const TypeInfo& type = info(outer);
  EXPECT_EQ(type.slots, 6u);
  EXPECT_EQ(type.size, 40u);
  EXPECT_EQ(type.movement, Movement::General);
  EXPECT_TRUE(type.counted);
  ASSERT_EQ(type.leaves.size(), 5u);
  const std::uint32_t slots[] = {0, 1, 2, 4, 5}, places[] = {0, 1, 8, 24, 32};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(type.leaves[i].slot, slots[i]);
    EXPECT_EQ(type.leaves[i].offset, places[i]);
  }
  EXPECT_EQ(offsets(type.slot_fields), (Offsets{16, 40}));
  EXPECT_EQ(offsets(type.memory_fields), (Offsets{8, 32}));
}

TEST_F(TypeInfoTest, ValuesMoveAsPlainlyAsTheirLayoutAllows) {
  const nbc::TypeId unit = tuple({});
  const nbc::TypeId words = tuple({nbc::kI64, nbc::kString, nbc::kF64});
  const nbc::TypeId single = tuple({nbc::kI32});
  const nbc::TypeId pair = tuple({nbc::kI32, nbc::kI32});
  const nbc::TypeId ahead = tuple({unit, nbc::kU16});
  build();
  EXPECT_EQ(info(unit).movement, Movement::Words);
  EXPECT_EQ(info(unit).slots, 0u);
  EXPECT_EQ(info(unit).size, 0u);
  EXPECT_TRUE(info(unit).bitwise);
  EXPECT_EQ(info(words).movement, Movement::Words);
  EXPECT_EQ(info(single).movement, Movement::One);
  EXPECT_EQ(info(pair).movement, Movement::General);
  EXPECT_EQ(info(ahead).movement, Movement::One);
  EXPECT_EQ(there_and_back(info(unit), {}), Slots{});
  EXPECT_EQ(there_and_back(info(words), {1, 2, 3, 4}), (Slots{1, 2, 3, 4}));
  EXPECT_EQ(there_and_back(info(single), {~0ull}), Slots{~0ull});
  EXPECT_EQ(there_and_back(info(pair), {7, ~0ull - 8}), (Slots{7, ~0ull - 8}));
}

TEST_F(TypeInfoTest, OnlyValuesWithoutGapsOrSpecialEqualityAreBitwise) {
  const nbc::TypeId color = enumeration({{}, {}});
  const nbc::TypeId full = tuple({nbc::kI32, nbc::kU16, nbc::kBool, color});
  const nbc::TypeId gap = tuple({nbc::kU8, nbc::kI32});
  const nbc::TypeId tail = tuple({nbc::kI64, nbc::kU8});
  const nbc::TypeId floats = tuple({nbc::kI32, nbc::kF32});
  const nbc::TypeId choice = enumeration({{nbc::kI64}, {}});
  const nbc::TypeId held = tuple({choice});
  build();
  EXPECT_TRUE(info(color).bitwise);
  EXPECT_TRUE(info(full).bitwise);
  EXPECT_FALSE(info(gap).bitwise);
  EXPECT_FALSE(info(tail).bitwise);
  EXPECT_FALSE(info(floats).bitwise);
  EXPECT_FALSE(info(choice).bitwise);
  EXPECT_FALSE(info(held).bitwise);
}

TEST_F(TypeInfoTest, AnEnumWithoutPayloadIsASmallTag) {
  const nbc::TypeId small = enumeration(std::vector<std::vector<nbc::TypeId>>(256));
  const nbc::TypeId large = enumeration(std::vector<std::vector<nbc::TypeId>>(257));
  const nbc::TypeId both = tuple({small, large, nbc::kI8});
  build();
  EXPECT_EQ(info(small).size, 1u);
  EXPECT_EQ(info(large).size, 2u);
  EXPECT_EQ(info(small).slots, 1u);
  EXPECT_EQ(info(small).variants.size(), 256u);
  EXPECT_FALSE(info(large).counted);
  EXPECT_EQ(there_and_back(info(small), {255}), Slots{255});
  EXPECT_EQ(there_and_back(info(large), {256}), Slots{256});
  EXPECT_EQ(there_and_back(info(both), {200, 256, ~0ull}), (Slots{200, 256, ~0ull}));
}

TEST_F(TypeInfoTest, AnEnumWithPayloadsTakesATagAndTheWidestOne) {
  const nbc::TypeId color = enumeration({{}, {}});
  const nbc::TypeId shape =
      enumeration({{}, {nbc::kU8, nbc::kString}, {color, nbc::kF32}, {nbc::kBytes, nbc::kBytes, nbc::kI64}});
  build();
  const TypeInfo& type = info(shape);
  EXPECT_EQ(type.name, "Choice");
  EXPECT_EQ(type.slots, 4u);
  EXPECT_EQ(type.size, 32u);
  EXPECT_EQ(type.movement, Movement::Words);
  EXPECT_TRUE(type.counted);
  EXPECT_TRUE(type.has_float);
  ASSERT_EQ(type.variants.size(), 4u);
  EXPECT_EQ(type.variants[1].name, "variant");
  EXPECT_EQ(type.variants[0].slots, 0u);
  EXPECT_EQ(type.variants[1].slots, 3u);
  EXPECT_EQ(type.variants[2].slots, 2u);
  ASSERT_EQ(type.variants[1].leaves.size(), 2u);
  // In a payload every leaf takes whole slots, the first right behind the tag.
  EXPECT_EQ(type.variants[1].leaves[0].slot, 1u);
  EXPECT_EQ(type.variants[1].leaves[0].offset, 8u);
  EXPECT_EQ(type.variants[1].leaves[0].width, 8u);
  EXPECT_EQ(type.variants[1].leaves[1].offset, 16u);
  EXPECT_EQ(offsets(type.variants[0].fields), Offsets{});
  EXPECT_EQ(offsets(type.variants[1].fields), Offsets{16});
  EXPECT_EQ(offsets(type.variants[3].fields), (Offsets{8, 16}));
  ASSERT_EQ(type.slot_fields.size(), 1u);
  EXPECT_EQ(type.slot_fields[0].kind, Field::Kind::Enum);
  EXPECT_EQ(type.slot_fields[0].variants, &type.enum_fields);
  EXPECT_EQ(type.enum_fields.variants.size(), 4u);
  EXPECT_EQ(there_and_back(type, {2, 1, 0x3F800000, 99}), (Slots{2, 1, 0x3F800000, 99}));
}

TEST_F(TypeInfoTest, ListsBoxesAndMapsKnowTheirObjects) {
  const nbc::TypeId pair = tuple({nbc::kU8, nbc::kString});
  const nbc::TypeId list = table.list(pair);
  const nbc::TypeId box = table.box(pair);
  const nbc::TypeId map = table.map(nbc::kI16, pair);
  const nbc::TypeId plain = table.list(nbc::kI16);
  build();
  EXPECT_EQ(info(list).object.shape, Shape::Array);
  EXPECT_EQ(info(list).object.stride, 24u);
  EXPECT_EQ(offsets(info(list).object.fields), Offsets{8});
  EXPECT_EQ(info(box).object.shape, Shape::Record);
  EXPECT_EQ(info(box).object.size, kBoxContent + 24);
  EXPECT_EQ(offsets(info(box).object.fields), Offsets{kBoxContent + 8});
  EXPECT_EQ(info(map).object.shape, Shape::Table);
  EXPECT_EQ(info(map).key_offset, 8u);
  EXPECT_EQ(info(map).value_offset, 16u);
  EXPECT_EQ(info(map).object.stride, 40u);
  EXPECT_EQ(offsets(info(map).object.fields), Offsets{24});
  EXPECT_EQ(info(plain).object.stride, 2u);
  EXPECT_TRUE(info(plain).object.fields.empty());
  for (nbc::TypeId id : {list, box, map, plain}) {
    EXPECT_TRUE(info(id).counted);
    EXPECT_FALSE(info(id).bitwise);
    EXPECT_EQ(info(id).slots, 1u);
    EXPECT_EQ(&objects[info(id).object_number], &info(id).object);
  }
  EXPECT_EQ(info(map).element, &info(nbc::kI16));
  EXPECT_EQ(info(map).value, &info(pair));
}

TEST_F(TypeInfoTest, FunctionsAnysAndTensorsAreSingleReferences) {
  const nbc::TypeId fn = table.fn({{nbc::kI64}}, {nbc::kString});
  const nbc::TypeId any = table.any(nbc::TraitId(std::size_t{0}));
  const nbc::TypeId tensor = table.declare(Kind::Tensor);
  nbc::Type of;
  of.element = nbc::kF32;
  table.define(tensor, of);
  build();
  for (nbc::TypeId id : {fn, any, tensor}) {
    EXPECT_EQ(info(id).slots, 1u);
    EXPECT_EQ(info(id).size, 8u);
    EXPECT_TRUE(info(id).counted);
    EXPECT_FALSE(info(id).bitwise);
    // Who makes a function or an any knows its type.
    EXPECT_EQ(info(id).object_number == memory::TypeTable::kMost, id != tensor);
    EXPECT_EQ(info(id).slot_fields[0].kind, Field::Kind::Object);
  }
  EXPECT_EQ(info(tensor).object.shape, Shape::Tensor);
  EXPECT_EQ(info(tensor).element, &info(nbc::kF32));
}

TEST_F(TypeInfoTest, FloatsAreFoundHoweverDeepAndThroughRecursion) {
  // enum Tree { Leaf, Node(Box<Tree>, Weight) }, where Weight's list of floats comes last.
  const nbc::TypeId box = table.declare(Kind::Box);
  const nbc::TypeId weights = table.declare(Kind::List);
  const nbc::TypeId tree = enumeration({{}, {box, weights}});
  nbc::Type content;
  content.element = tree;
  table.define(box, content);
  const nbc::TypeId names_only = table.map(nbc::kString, table.list(nbc::kString));
  const nbc::TypeId keyed = table.map(nbc::kF16, nbc::kI64);
  const nbc::TypeId valued = table.map(nbc::kI64, nbc::kBF16);
  const nbc::TypeId holder = tuple({nbc::kI64, table.list(keyed)});
  content.element = nbc::kF64;
  table.define(weights, content);
  build();
  for (nbc::TypeId id : {box, weights, tree, keyed, valued, holder}) {
    EXPECT_TRUE(info(id).has_float) << id.index;
  }
  EXPECT_FALSE(info(names_only).has_float);
}

TEST_F(TypeInfoTest, ScalarsAreExtendedAsRegistersHoldThem) {
  build();
  const std::uint64_t minus = ~0ull;
  const std::uint64_t expected[] = {1,          minus, minus,  minus,  minus,      0xFF, 0xFFFF,
                                    0xFFFFFFFF, minus, 0xFFFF, 0xFFFF, 0xFFFFFFFF, minus};
  for (std::uint32_t k = 0; k < 13; ++k) {
    const std::uint64_t word = k == 0 ? 1 : minus;
    EXPECT_EQ(there_and_back(types[nbc::TypeId(k)], {word}), Slots{expected[k]}) << k;
  }
}

TEST_F(TypeInfoTest, RecordsHoldTheirContentInSlots) {
  const nbc::TypeId pair = tuple({nbc::kU8, nbc::kString});
  const nbc::TypeId choice = enumeration({{}, {nbc::kBytes}});
  build();
  const nbc::TypeId content[] = {nbc::kI8, pair, choice, nbc::kBytes};
  const RecordInfo* record = types.add_record(content, objects);
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->slots, 7u);
  EXPECT_EQ(offsets(record->fields), (Offsets{16, 40, 48}));  // the choice's payload, whatever it is
  EXPECT_EQ(record->object.size, kRecordContent + 56);
  EXPECT_EQ(offsets(record->object.fields), (Offsets{kRecordContent + 16, kRecordContent + 40, kRecordContent + 48}));
  EXPECT_EQ(&objects[record->object_number], &record->object);
  const RecordInfo* empty = types.add_record({}, objects);
  EXPECT_EQ(empty->object.size, kRecordContent);
  EXPECT_EQ(record->slots, 7u);  // where the first stands stays as it was

  Object* object = memory::allocate(account, record->object.size, record->object_number);
  auto* slots = reinterpret_cast<std::uint64_t*>(reinterpret_cast<std::byte*>(object) + kRecordContent);
  std::memset(slots, 0, 56);
  const Text words = text("a text that is counted");
  std::memcpy(slots + 2, words.data(), 16);
  memory::release(account, object);
}

TEST_F(TypeInfoTest, RetainingAndReleasingFollowTheCountedPlaces) {
  const nbc::TypeId choice = enumeration({{}, {nbc::kString}});
  const nbc::TypeId pair = tuple({nbc::kString, choice});
  build();
  const Text first = text("a text that is counted"), second = text("another one that is counted");
  const Slots slots = {first[0], first[1], 1, second[0], second[1]};
  retain_fields(info(pair).slot_fields, slots.data());
  EXPECT_EQ(memory::load_count(object_in(first[0])), 2);
  EXPECT_EQ(memory::load_count(object_in(second[0])), 2);
  drop(info(pair), slots);
  drop(info(pair), slots);
}

TEST_F(TypeInfoTest, AFullTableOfObjectTypesIsRefused) {
  table.list(nbc::kI64);
  const memory::ObjectType filler;
  while (objects.add(&filler) != memory::TypeTable::kMost) {
  }
  EXPECT_FALSE(types.build(table, names, objects));
  const nbc::TypeId content[] = {nbc::kI64};
  EXPECT_EQ(types.add_record(content, objects), nullptr);
}

}  // namespace
}  // namespace noodle::value
