#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/data/build.h"
#include "runtime/data/json.h"
#include "runtime/data/testing/documents.h"

namespace noodle::data {
namespace {

/// Reads any JSON, and prints what was read.
struct JsonReadTest : testing::Test {
  ~JsonReadTest() override { documents.check_empty("a document"); }

  std::string read(std::string_view text) {
    Value value(documents.account, documents.tree());
    std::string printed, problem;
    if (read_json(documents.account, documents.tree(), text, {}, value.at(), problem) != Outcome::Done) return problem;
    EXPECT_TRUE(write_json(documents.tree(), value.at(), {}, printed));
    return printed;
  }
  void expect_same(std::string_view text) { EXPECT_EQ(read(text), text); }

  Documents documents;
};

std::string list_of(std::size_t count, std::string_view element) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) text.append(i == 0 ? "" : ",").append(element);
  return text + "]";
}

TEST_F(JsonReadTest, ListsOfEveryLengthInsideOneAnother) {
  for (const std::size_t count : {0, 1, 2, 31, 32, 33, 64, 65, 1000}) {
    const std::string inner = list_of(count, "\"a text that is counted\"");
    expect_same(inner);
    for (const std::size_t outer : {1, 31, 33}) expect_same(list_of(outer, inner));
  }
  std::string deep = "1";
  for (int level = 0; level < 500; ++level) deep = "[2,[]," + deep + ",\"more\"]";
  expect_same(deep);
}

TEST_F(JsonReadTest, AShortListHasNoMoreRoomThanItNeeds) {
  const Shape& texts = documents.of(documents.texts());
  Value value(documents.account, texts);
  std::string problem;
  ASSERT_EQ(read_json(documents.account, texts, R"(["a","b","c","d","e"])", {}, value.at(), problem), Outcome::Done);
  EXPECT_EQ(value::list_at(*Builder::words(texts, value.at()))->capacity, 5u);
}

TEST_F(JsonReadTest, ObjectsWithTheSameKeysAndWithOthers) {
  expect_same(R"([{"a":1,"b":2},{"a":3,"b":4},{"a":5},{"a":6,"b":7,"c":8},{"a":9,"c":10,"b":11},{"b":12,"a":13}])");
  expect_same(R"([{"a":{"a":{"a":1}},"b":2},{"a":{"a":{"a":3}},"b":4},{"a":{"a":5}}])");
  expect_same(R"([{"a key that is counted":1},{"a key that is counted":2},{"":3},{"":4}])");
  EXPECT_EQ(read(R"([{"a":1,"b":2},{"a":3,"a":4},{"a":5,"b":6,"a":7},{"b":8,"a":9,"b":10}])"),
            R"([{"a":1,"b":2},{"a":4},{"a":7,"b":6},{"b":10,"a":9}])");
  std::string many = "{";
  for (int i = 0; i < 300; ++i) many.append(i == 0 ? "\"" : ",\"").append(std::to_string(i)).append("\":[0]");
  many += "}";
  expect_same("[" + many + "," + many + ",{\"0\":1}," + many + "]");
}

TEST_F(JsonReadTest, AfterALargeObjectSmallOnesAreSmall) {
  const Shape& shape = documents.of(documents.numbers());
  Value value(documents.account, shape);
  std::string text = "[{\"0\":0", problem;
  for (int i = 1; i < 200; ++i) text.append(",\"").append(std::to_string(i)).append("\":0");
  ASSERT_EQ(read_json(documents.account, shape, text + "},{\"0\":1},{\"0\":2}]", {}, value.at(), problem),
            Outcome::Done);
  const std::byte* last = value::list_element(*shape.type, *Builder::words(shape, value.at()), 2);
  EXPECT_EQ(value::table_at(*reinterpret_cast<const std::uint64_t*>(last))->capacity, 1u);
}

TEST_F(JsonReadTest, KeysAreFoundInMapsThatWereMadeAlike) {
  const nbc::TypeId map_type = documents.numbers();
  const Shape& shape = documents.of(map_type);
  Value value(documents.account, shape);
  std::string problem;
  ASSERT_EQ(read_json(documents.account, shape, R"([{"1":1,"2":2,"3":3},{"1":4,"2":5,"3":6},{"1":7,"5":8}])", {},
                      value.at(), problem),
            Outcome::Done)
      << problem;
  const std::uint64_t list = *Builder::words(shape, value.at());
  const value::TypeInfo& map = *shape.type->element;
  const std::vector<std::vector<std::uint64_t>> keys = {{1, 2, 3}, {1, 2, 3}, {1, 5}};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::uint64_t slot = *reinterpret_cast<const std::uint64_t*>(value::list_element(*shape.type, list, i));
    const auto* object = reinterpret_cast<const memory::Object*>(slot);
    EXPECT_EQ(value::map_length(object), keys[i].size());
    for (std::uint64_t key = 0; key < 7; ++key) {
      const auto place = std::ranges::find(keys[i], key);
      const std::int64_t wanted = place == keys[i].end() ? -1 : place - keys[i].begin();
      EXPECT_EQ(value::map_find(map, object, &key, documents.account.hash_seed), wanted) << i << ' ' << key;
    }
  }
}

TEST_F(JsonReadTest, NothingIsLeftOverWhereReadingEnds) {
  const std::string text =
      R"([{"a":["a text that is counted",{"b":[[1],[]]}],"a key that is counted":{}},)"
      R"({"a":["another text that is counted",{"b":[[2]],"c":"and one more"}],"a key that is counted":{"a":[3]}}])";
  for (std::size_t end = 0; end < text.size(); ++end) EXPECT_TRUE(read(text.substr(0, end)).contains(" at line 1"));
  for (std::int64_t limit = 0; limit < 3000; limit += 16) {
    documents.account.limit = limit;
    const std::string printed = read(text);
    EXPECT_TRUE(printed.empty() || printed == text) << printed;
    documents.check_empty(text);
  }
  EXPECT_EQ(read(text), text);
}

}  // namespace
}  // namespace noodle::data
