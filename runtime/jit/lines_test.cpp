// Where code comes from, and how that is told: packed, read from LLVM's table, written for debuggers.

#include <random>

#include <gtest/gtest.h>

#include "runtime/jit/debugger.h"
#include "runtime/jit/dwarf.h"
#include "runtime/jit/line_table.h"
#include "runtime/jit/origins.h"
#include "tests/golden_file.h"
#include "tests/process.h"
#include "tests/temp_folder.h"

namespace noodle::jit {
namespace {

Origins some_origins() {
  return {.all = {{.function = 7, .pc = 0, .caller = 0}, {7, 100'000, 0}, {2, 3, 2}, {UINT32_MAX, UINT32_MAX, 3}},
          .stretches = {{0, 1}, {5, 4}, {5, 0}, {70'000, 2}, {UINT32_MAX, 3}}};
}

TEST(Origins, ComeBackAsTheyWerePacked) {
  const Origins origins = some_origins();
  const auto back = unpack(pack(origins));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->all, origins.all);
  EXPECT_EQ(back->stretches, origins.stretches);
  EXPECT_TRUE(unpack(pack({})));
}

TEST(Origins, ThatAreDamagedAreRefused) {
  const std::string bytes = pack(some_origins());
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_FALSE(unpack(bytes.substr(0, i))) << i;
  EXPECT_FALSE(unpack(bytes + '\0'));
  EXPECT_FALSE(unpack(pack({.all = {{.function = 1, .pc = 1, .caller = 1}}, .stretches = {}})));  // inside itself
  EXPECT_FALSE(unpack(pack({.all = {}, .stretches = {{0, 1}}})));
  // Whatever is in there, callers come first.
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string other = bytes;
    other[random() % other.size()] = static_cast<char>(random());
    const auto read = unpack(other);
    if (!read) continue;
    for (std::size_t k = 0; k < read->all.size(); ++k) ASSERT_LE(read->all[k].caller, k);
    for (const Stretch& stretch : read->stretches) ASSERT_LE(stretch.origin, read->all.size());
  }
}

// Code whose bytes don't matter: `outer` with `inner` taken in, and in that `innermost`; then `enter outer`, which
// begins with what is of no line.
struct Example {
  std::vector<std::byte> code = std::vector<std::byte>(0x90);
  std::vector<NamedCode> pieces{{"outer", code.data(), 0x40}, {"enter outer", code.data() + 0x40, 0x20}};
  CodeLines lines{.frames = {{"outer", "a.noodle", 3, 0},
                             {"inner", "b.noodle", 900, 1},
                             {"innermost", "a.noodle", 70, 2},
                             {"inner", "b.noodle", 901, 1}},
                  .rows = {{0, 1}, {0x10, 2}, {0x18, 3}, {0x20, 4}, {0x30, 1}, {0x40, 0}, {0x50, 1}}};
  std::uint64_t base = reinterpret_cast<std::uintptr_t>(code.data());
};

std::map<std::uint64_t, std::uint64_t> addresses_in(std::string_view table) {
  std::map<std::uint64_t, std::uint64_t> found;
  const std::string set_address("\0\x09\x02", 3);
  for (std::size_t at = table.find(set_address); at != table.npos; at = table.find(set_address, at + 1)) {
    std::memcpy(&found[at + 3], table.data() + at + 3, sizeof(std::uint64_t));
  }
  return found;
}

TEST(LineTable, IsReadAsItIsWritten) {
  const Example example;
  const std::string table = debug_sections(example.code, example.pieces, example.lines).lines;
  const std::vector<LineRow> expected{{0, 3},    {0x10, 900}, {0x18, 70}, {0x20, 901},
                                      {0x30, 3}, {0x40, 0},   {0x50, 3},  {0x60, 0}};
  std::vector<LineRow> rows = read_line_table(table, addresses_in(table));
  for (LineRow& row : rows) row.at -= example.base;
  EXPECT_EQ(rows, expected);
  EXPECT_TRUE(read_line_table(table, {}).empty());  // nobody knows where the code is
}

TEST(LineTable, ThatIsDamagedIsReadWithinItsBounds) {
  const Example example;
  const std::string table = debug_sections(example.code, example.pieces, example.lines).lines;
  const auto addresses = addresses_in(table);
  for (std::size_t i = 0; i < table.size(); ++i) {
    EXPECT_TRUE(read_line_table(std::string(table, 0, i), addresses).empty()) << i;
  }
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string other = table;
    other[random() % other.size()] = static_cast<char>(random());
    const std::vector<LineRow> rows = read_line_table(other, addresses);
    for (std::size_t k = 1; k < rows.size(); ++k) ASSERT_LT(rows[k - 1].at, rows[k].at);
  }
}

class SymbolFile : public tests::TempFolder {
 protected:
  std::string tool(const std::string& program, std::vector<std::string> words, const std::string& file) {
    EXPECT_TRUE(tests::write_text((folder_ / "code.o").string(), file));
    words.insert(words.begin(), {"/usr/bin/env", program});
    words.emplace_back("code.o");
    const tests::ProcessResult result = tests::run_process(words, folder_.string(), "", 60);
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    return result.out;
  }
};

TEST_F(SymbolFile, HasFunctionsThatWereTakenIn) {
  const Example example;
  const std::string file = symbol_file(example.code, example.pieces, example.lines);
  tool("llvm-dwarfdump-19", {"--verify"}, file);
  auto at = [&](std::uint64_t offset) {
    std::string text(32, '\0');
    text.resize(static_cast<std::size_t>(
        std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(example.base + offset))));
    return tool("llvm-symbolizer-19", {"--output-style=GNU", "--functions", "--inlines", text, "--obj"}, file);
  };
  EXPECT_EQ(at(0x08), "outer\na.noodle:3\n");
  EXPECT_EQ(at(0x10), "inner\nb.noodle:900\nouter\na.noodle:3\n");
  EXPECT_EQ(at(0x1F), "innermost\na.noodle:70\ninner\nb.noodle:900\nouter\na.noodle:3\n");
  EXPECT_EQ(at(0x28), "inner\nb.noodle:901\nouter\na.noodle:3\n");
  EXPECT_EQ(at(0x30), "outer\na.noodle:3\n");
  EXPECT_EQ(at(0x5F), "enter outer\na.noodle:3\n");
}

TEST_F(SymbolFile, WithoutLinesHasNamesAlone) {
  const Example example;
  const std::string file = symbol_file(example.code, example.pieces, {});
  EXPECT_EQ(file.find(".debug_info"), std::string::npos);
  EXPECT_NE(tool("llvm-nm-19", {}, file).find(" T enter outer\n"), std::string::npos);
}

}  // namespace
}  // namespace noodle::jit
