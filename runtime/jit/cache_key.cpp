#include "runtime/jit/cache_key.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "base/bytes.h"
#include "nbc/write.h"

namespace noodle::jit {

namespace {

// A build id's note is among the first bytes of a file, where the linker puts what the loader looks at.
constexpr std::size_t kHeadBytes = 16'384;

std::string head_of(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::string head(kHeadBytes, '\0');
  const ssize_t count = pread(file, head.data(), head.size(), 0);
  close(file);
  head.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return head;
}

template <class T>
bool read_at(std::string_view bytes, std::uint64_t at, T& to) {
  if (at > bytes.size() || bytes.size() - at < sizeof to) return false;
  std::memcpy(&to, bytes.data() + at, sizeof to);
  return true;
}

std::uint64_t aligned(std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; }

std::string id_in_notes(std::string_view notes) {
  Elf64_Nhdr note;
  for (std::uint64_t at = 0; read_at(notes, at, note);) {
    const std::uint64_t id = at + sizeof note + aligned(note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID) {
      return id <= notes.size() ? std::string(notes.substr(id, note.n_descsz)) : std::string();
    }
    at = id + aligned(note.n_descsz);
  }
  return {};
}

#if defined(__x86_64__)
struct Leaf {
  unsigned leaf, part;
  bool second;  // whether ebx says something about the processor, not which of its cores this is
};
constexpr Leaf kLeaves[] = {{0, 0, true},          {1, 0, false},         {7, 0, true},          {7, 1, true},
                            {0xD, 1, false},       {0x14, 0, true},       {0x19, 0, true},       {0x80000001, 0, true},
                            {0x80000002, 0, true}, {0x80000003, 0, true}, {0x80000004, 0, true}, {0x80000008, 0, true}};

constexpr unsigned kExtended = 0x80000000;

// Registers that the system saves.
std::uint64_t saved_registers() {
  std::uint32_t low = 0, high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32 | low;
}
#endif

void append(std::string& to, std::uint64_t number) { append_raw(to, number); }

void append(std::string& to, std::string_view text) {
  append(to, std::uint64_t{text.size()});
  to += text;
}

// What people who work on the compiler tell it.
std::vector<std::string> compiler_words() {
  std::vector<std::string> words;
  for (char** word = environ; *word != nullptr; ++word) {
    if (std::string_view(*word).starts_with("NOODLE_JIT_")) words.emplace_back(*word);
  }
  std::ranges::sort(words);
  return words;
}

}  // namespace

std::string build_id(const std::string& path) {
  const std::string head = head_of(path);
  Elf64_Ehdr header;
  if (!read_at(head, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return {};
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return {};
  for (std::uint32_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part;
    if (!read_at(head, header.e_phoff + std::uint64_t{i} * sizeof part, part)) return {};
    if (part.p_type != PT_NOTE || part.p_offset > head.size()) continue;
    std::string id = id_in_notes(std::string_view(head).substr(part.p_offset, part.p_filesz));
    if (!id.empty()) return id;
  }
  return {};
}

std::string processor_identity() {
  std::string identity;
#if defined(__x86_64__)
  // A virtual machine's host answers each question, which takes some microseconds: none is asked twice.
  const unsigned most = __get_cpuid_max(0, nullptr), most_extended = __get_cpuid_max(kExtended, nullptr);
  for (const Leaf& leaf : kLeaves) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (leaf.leaf <= (leaf.leaf < kExtended ? most : most_extended)) __cpuid_count(leaf.leaf, leaf.part, a, b, c, d);
    // Which part of a processor has which number is another matter than what it can do.
    for (const unsigned value : {a, leaf.second ? b : 0, c, d}) append(identity, value);
    if (leaf.leaf == 1) append(identity, (c & bit_OSXSAVE) != 0 ? saved_registers() : 0);
  }
#endif
  return identity;
}

std::string code_identity(const std::string& library) {
  const std::string command = build_id("/proc/self/exe"), compiler = build_id(library);
  const std::string processor = processor_identity();
  if (command.empty() || compiler.empty() || processor.empty()) return {};
  std::string identity;
  for (const std::string& part : {command, compiler, processor}) append(identity, part);
  for (const std::string& word : compiler_words()) append(identity, word);
  return identity;
}

std::string module_identity(const nbc::Module& module) {
  nbc::Module bare = module;
  bare.debug = {};
  bare.interface.clear();
  bare.generics.clear();
  bare.type_hashes.clear();
  bare.function_hashes.clear();
  return nbc::write(bare);
}

}  // namespace noodle::jit
