#include "runtime/jit/debugger.h"

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <mutex>

#include "base/bytes.h"
#include "runtime/jit/dwarf.h"

// The names and layouts are GDB's, and so is it that there is one list a process.
extern "C" {

struct jit_code_entry {
  jit_code_entry* next;
  jit_code_entry* previous;
  const char* file;
  std::uint64_t bytes;
};

struct jit_descriptor {
  std::uint32_t version;
  std::uint32_t action;  // 1: an entry was added, 2: it goes
  jit_code_entry* relevant;
  jit_code_entry* first;
};

[[gnu::used, gnu::visibility("default")]] jit_descriptor __jit_debug_descriptor = {1, 0, nullptr, nullptr};

/// A debugger stops here and reads the descriptor.
[[gnu::noinline, gnu::used, gnu::visibility("default")]] void __jit_debug_register_code() {
  asm volatile("" ::: "memory");
}
}

namespace noodle::jit {

namespace {

std::mutex& list_mutex() {
  static std::mutex mutex;
  return mutex;
}

// The last ones are there only when there are lines.
enum Section : std::uint16_t {
  Null,
  Text,
  Symbols,
  Strings,
  Frames,
  SectionNames,
  Info,
  Abbreviations,
  Lines,
  kSections
};

std::uint32_t add_name(std::string& names, const std::string& name) {
  const auto at = static_cast<std::uint32_t>(names.size());
  names += name;
  names += '\0';
  return at;
}

// How callers are found from code: all keeps frame pointers. That is right wherever it calls something, and before a
// function has pushed its frame it leaves its caller out.
std::string call_frames(std::span<const std::byte> code) {
  constexpr std::uint32_t kNoEntry = 0xFFFF'FFFF;
  constexpr char kAugmentation = 0, kCodeUnit = 1, kDataUnit = 0x78;  // -8
  constexpr char kFramePointer = 6, kReturnAddress = 16;
  std::string frames;
  auto entry = [&](std::string body) {
    body.resize((body.size() + 4 + 7) / 8 * 8 - 4, '\0');
    append_raw(frames, static_cast<std::uint32_t>(body.size()));
    frames += body;
  };
  std::string common;
  append_raw(common, kNoEntry);
  common += {1, kAugmentation, kCodeUnit, kDataUnit, kReturnAddress};
  common += {0x0C, kFramePointer, 16};  // the frame begins at the frame pointer and two words
  common += {static_cast<char>(0x80 | kFramePointer), 2, static_cast<char>(0x80 | kReturnAddress), 1};
  entry(common);
  std::string all;
  append_raw(all, std::uint32_t{0});  // where what is common stands
  append_raw(all, reinterpret_cast<std::uintptr_t>(code.data()));
  append_raw(all, std::uint64_t{code.size()});
  entry(all);
  return frames;
}

Elf64_Ehdr header(std::uint64_t sections_at, std::uint16_t sections) {
  Elf64_Ehdr made{};
  const unsigned char ident[] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT};
  std::copy(std::begin(ident), std::end(ident), made.e_ident);
  made.e_type = ET_EXEC;
  made.e_machine = EM_X86_64;  // as the compiler's code is
  made.e_version = EV_CURRENT;
  made.e_shoff = sections_at;
  made.e_ehsize = sizeof(Elf64_Ehdr);
  made.e_shentsize = sizeof(Elf64_Shdr);
  made.e_shnum = sections;
  made.e_shstrndx = SectionNames;
  return made;
}

}  // namespace

std::string symbol_file(std::span<const std::byte> code, std::span<const NamedCode> pieces, const CodeLines& lines) {
  std::string names(1, '\0'), sections(1, '\0'), symbols(sizeof(Elf64_Sym), '\0');
  const auto base = reinterpret_cast<std::uintptr_t>(code.data());
  for (const NamedCode& piece : pieces) {
    Elf64_Sym symbol{};
    symbol.st_name = add_name(names, piece.name);
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    symbol.st_shndx = Text;
    symbol.st_value = reinterpret_cast<std::uintptr_t>(piece.at);
    symbol.st_size = piece.bytes;
    append_raw(symbols, symbol);
  }
  Elf64_Shdr made[kSections]{};
  made[Text].sh_name = add_name(sections, ".text");
  made[Text].sh_type = SHT_NOBITS;  // it lies where it runs, not here
  made[Text].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
  made[Text].sh_addr = base;
  made[Text].sh_size = code.size();
  made[Text].sh_addralign = 16;
  made[Symbols].sh_name = add_name(sections, ".symtab");
  made[Symbols].sh_type = SHT_SYMTAB;
  made[Symbols].sh_link = Strings;
  made[Symbols].sh_info = 1;
  made[Symbols].sh_entsize = sizeof(Elf64_Sym);
  made[Symbols].sh_addralign = 8;
  made[Strings].sh_name = add_name(sections, ".strtab");
  made[Strings].sh_type = SHT_STRTAB;
  made[Frames].sh_name = add_name(sections, ".debug_frame");
  made[Frames].sh_type = SHT_PROGBITS;
  made[Frames].sh_addralign = 8;
  made[SectionNames].sh_name = add_name(sections, ".shstrtab");
  made[SectionNames].sh_type = SHT_STRTAB;
  const std::uint16_t count = lines.rows.empty() ? Info : kSections;
  std::string contents;
  auto place = [&](Section section, const std::string& bytes) {
    made[section].sh_offset = sizeof(Elf64_Ehdr) + count * sizeof made[0] + contents.size();
    made[section].sh_size = bytes.size();
    contents += bytes;
  };
  place(Symbols, symbols);
  place(Strings, names);
  place(Frames, call_frames(code));
  if (count > Info) {
    const DebugSections debug = debug_sections(code, pieces, lines);
    auto place_debug = [&](Section section, const char* name, const std::string& bytes) {
      made[section].sh_name = add_name(sections, name);
      made[section].sh_type = SHT_PROGBITS;
      made[section].sh_addralign = 1;
      place(section, bytes);
    };
    place_debug(Info, ".debug_info", debug.info);
    place_debug(Abbreviations, ".debug_abbrev", debug.abbreviations);
    place_debug(Lines, ".debug_line", debug.lines);
  }
  place(SectionNames, sections);
  std::string file;
  append_raw(file, header(sizeof(Elf64_Ehdr), count));
  for (std::uint16_t i = 0; i < count; ++i) append_raw(file, made[i]);
  return file + contents;
}

bool is_debugged() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "TracerPid:") return status >> word && word != "0";
  }
  return false;
}

struct DebuggerImages::Entry {
  std::string file;
  jit_code_entry listed{};
};

void DebuggerImages::add(std::span<const std::byte> code, std::span<const NamedCode> pieces, const CodeLines& lines) {
  auto entry = std::make_unique<Entry>();
  entry->file = symbol_file(code, pieces, lines);
  jit_code_entry& listed = entry->listed;
  listed.file = entry->file.data();
  listed.bytes = entry->file.size();
  const std::lock_guard hold(list_mutex());
  listed.next = __jit_debug_descriptor.first;
  if (listed.next != nullptr) listed.next->previous = &listed;
  __jit_debug_descriptor.first = &listed;
  __jit_debug_descriptor.relevant = &listed;
  __jit_debug_descriptor.action = 1;
  __jit_debug_register_code();
  entries_.push_back(std::move(entry));
}

DebuggerImages::DebuggerImages() = default;

DebuggerImages::~DebuggerImages() {
  const std::lock_guard hold(list_mutex());
  for (const auto& entry : entries_) {
    jit_code_entry& listed = entry->listed;
    (listed.previous != nullptr ? listed.previous->next : __jit_debug_descriptor.first) = listed.next;
    if (listed.next != nullptr) listed.next->previous = listed.previous;
    __jit_debug_descriptor.relevant = &listed;
    __jit_debug_descriptor.action = 2;
    __jit_debug_register_code();
  }
}

}  // namespace noodle::jit
