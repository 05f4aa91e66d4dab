// make_library OUT ROOT FILE…: writes the standard library as a C++ file: its texts, and their trees as
// the parser leaves them, so that no program pays for parsing it.
//
// A tree is written as the bytes of its arena. Every file is parsed twice, into arenas at different
// addresses: a word that points to the same place of both arenas, or of both copies of the text, is a
// pointer; all other bytes must be alike, or are padding. Padding may hold what is left of a pointer, with a
// small field in its lowest bytes, so the arenas of the two differ in those. Symbols are numbers, and mean the same at
// run time because the interner starts with the names that are written here (Interner::preload).

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/interner.h"
#include "compiler/source/diagnostics.h"
#include "compiler/source/source.h"
#include "compiler/syntax/parser.h"

namespace {

constexpr std::size_t kAlignment = 1 << 16;
constexpr std::size_t kShift = 0x1170;  // neither its lowest byte nor its lowest two are zero
std::size_t shift = 0;                  // of all arrays that are made now

}  // namespace

// An arena's blocks are arrays.
void* operator new[](std::size_t size) {
  const std::size_t whole = (size + shift + kAlignment - 1) / kAlignment * kAlignment;
  auto* at = static_cast<std::byte*>(std::aligned_alloc(kAlignment, whole));
  if (at == nullptr) std::abort();
  return at + shift;
}
void operator delete[](void* at) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(at);
  std::free(reinterpret_cast<void*>(address - address % kAlignment));
}
void operator delete[](void* at, std::size_t) noexcept { operator delete[](at); }

namespace noodle {
namespace {

using Words = std::span<const std::uint64_t>;

/// Whether an address lies in [begin, begin + size), and how far inside.
std::optional<std::size_t> offset_in(std::uint64_t address, const void* begin, std::size_t size) {
  const auto first = reinterpret_cast<std::uint64_t>(begin);
  if (address < first || address >= first + size) return std::nullopt;
  return address - first;
}

/// One file, parsed twice.
class Image {
 public:
  Image(std::string path, std::string text, std::size_t number)
      : path_(std::move(path)), texts_{text, text}, number_(std::to_string(number)) {}

  /// Reads it into both arenas; false, and what is wrong printed, when the text has errors.
  bool parse(Interner& names) {
    for (int k = 0; k < 2; ++k) {
      shift = k * kShift;
      source::SourceMap sources;
      source::DiagnosticSink sink;
      const source::FileId file = sources.add(path_, texts_[k]);
      parsed_[k].emplace(syntax::parse(names, texts_[k], file, sink));
      if (sink.has_errors()) {
        std::fputs(source::render_text(sources, sink, false).c_str(), stderr);
        return false;
      }
      for (std::span<const std::byte> block : parsed_[k]->arena.blocks()) {
        blocks_[k].emplace_back(reinterpret_cast<const std::uint64_t*>(block.data()),
                                block.size() / sizeof(std::uint64_t));
      }
    }
    return true;
  }

  void write(std::string& out) const {
    out += "constexpr char kText" + number_ + "[] = R\"__noodle__(" + texts_[0] + ")__noodle__\";\n";
    for (std::size_t b = 0; b < blocks_[0].size(); ++b) out += "extern const Word " + block(b) + "[];\n";
    for (std::size_t b = 0; b < blocks_[0].size(); ++b) {
      out += "const Word " + block(b) + "[] = {\n";
      for (std::size_t w = 0; w < blocks_[0][b].size(); ++w) out += word(blocks_[0][b][w], blocks_[1][b][w]) + ",\n";
      out += "};\n";
    }
  }

  /// The file's entry in the table.
  std::string entry() const {
    const auto tree = reinterpret_cast<std::uint64_t>(parsed_[0]->tree);
    const auto other = reinterpret_cast<std::uint64_t>(parsed_[1]->tree);
    return "{\"" + path_ + "\", {kText" + number_ + ", sizeof kText" + number_ +
           " - 1}, reinterpret_cast<const syntax::File*>(" + *address(tree, other) + ")},\n";
  }

 private:
  std::string block(std::size_t b) const { return "tree" + number_ + "_" + std::to_string(b); }

  std::optional<std::string> address(std::uint64_t first, std::uint64_t second) const {
    for (std::size_t b = 0; b < blocks_[0].size(); ++b) {
      const auto at = offset_in(first, blocks_[0][b].data(), blocks_[0][b].size_bytes());
      if (at && at == offset_in(second, blocks_[1][b].data(), blocks_[1][b].size_bytes())) {
        return "(const char*)" + block(b) + " + " + std::to_string(*at);
      }
    }
    const auto at = offset_in(first, texts_[0].data(), texts_[0].size() + 1);
    if (at && at == offset_in(second, texts_[1].data(), texts_[1].size() + 1)) {
      return "kText" + number_ + " + " + std::to_string(*at);
    }
    return std::nullopt;
  }

  std::string word(std::uint64_t first, std::uint64_t second) const {
    if (const auto pointer = address(first, second)) return "{.pointer = " + *pointer + "}";
    std::uint64_t bytes = 0;
    for (int shift = 0; shift < 64; shift += 8) {
      const std::uint64_t mask = 0xFFull << shift;
      if ((first & mask) == (second & mask)) bytes |= first & mask;
    }
    char text[40];
    std::snprintf(text, sizeof text, "{0x%llxu}", static_cast<unsigned long long>(bytes));
    return text;
  }

  std::string path_;
  std::string texts_[2];
  std::string number_;
  std::optional<syntax::ParsedFile> parsed_[2];
  std::vector<Words> blocks_[2];
};

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

int run(const std::string& out_path, const std::string& root, std::span<char* const> files) {
  Interner names;
  std::string out =
      "#include \"std/embedded.h\"\n\nnamespace noodle::library {\nnamespace {\n\n"
      "union Word {\n  unsigned long long bytes;\n  const char* pointer;\n};\n\n";
  std::string table;
  for (std::size_t i = 0; i < files.size(); ++i) {
    Image image(files[i], read(root + "/" + files[i]), i);
    if (!image.parse(names)) return 1;
    image.write(out);
    table += image.entry();
  }
  out += "const File kFiles[] = {\n" + table + "};\n\nconstexpr std::string_view kNames[] = {\n";
  for (std::size_t i = 0; i < names.size(); ++i) out += "\"" + std::string(names.text(Symbol(i))) + "\",\n";
  out +=
      "};\n\n}  // namespace\n\nstd::span<const File> files() { return kFiles; }\n"
      "std::span<const std::string_view> names() { return kNames; }\n\n}  // namespace noodle::library\n";
  std::ofstream(out_path, std::ios::binary) << out;
  return 0;
}

}  // namespace
}  // namespace noodle

int main(int count, char** words) {
  if (count < 3) return 2;
  return noodle::run(words[1], words[2], {words + 3, static_cast<std::size_t>(count - 3)});
}
