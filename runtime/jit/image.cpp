#include "runtime/jit/image.h"

#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Support/ScopedPrinter.h>

#include <cstring>
#include <map>

namespace noodle::jit {

namespace {

using llvm::object::ELF64LEObjectFile;
using llvm::object::SectionRef;
using llvm::object::SymbolRef;

// f7: a body; e7: its entry; o7_12: its entry at a loop's head.
bool name_symbol(llvm::StringRef name, std::uint64_t at, std::uint64_t size, MadeImage& image) {
  const char kind = name.empty() ? ' ' : name.front();
  std::uint32_t function = 0;
  std::int64_t loop = -1;
  auto [first, second] = name.drop_front().split('_');
  if (first.getAsInteger(10, function)) return false;
  if (kind == 'o' && second.getAsInteger(10, loop)) return false;
  Symbol* known = nullptr;
  for (Symbol& symbol : image.symbols) {
    if (symbol.function == function && symbol.loop == loop) known = &symbol;
  }
  if (known == nullptr) {
    image.symbols.push_back({.function = function, .loop = loop});
    known = &image.symbols.back();
  }
  (kind == 'f' ? known->fast : known->entry) = at;
  known->bytes += size;
  if (kind == 'f') known->fast_bytes = size;
  return true;
}

class Linker {
 public:
  Linker(const ELF64LEObjectFile& object, Outside outside, MadeImage& image)
      : object_(object), outside_(outside), image_(image) {}

  bool run() {
    place();
    for (const SectionRef& section : object_.sections()) {
      if (!relocate(section)) return false;
    }
    for (const SymbolRef& symbol : object_.symbols()) {
      auto type = symbol.getType();
      if (!type || *type != SymbolRef::ST_Function) continue;
      auto name = symbol.getName();
      const auto at = address(symbol);
      if (!name || !at) continue;
      name_symbol(*name, *at, llvm::object::ELFSymbolRef(symbol).getSize(), image_);
    }
    read_lines();
    return true;
  }

 private:
  bool wrong(std::string why) {
    image_.trouble = std::move(why);
    return false;
  }

  void place() {
    for (const SectionRef& section : object_.sections()) {
      if ((llvm::object::ELFSectionRef(section).getFlags() & llvm::ELF::SHF_ALLOC) == 0 || section.getSize() == 0)
        continue;
      auto name = section.getName();
      if (name && name->starts_with(".eh_frame")) continue;
      const std::uint64_t alignment = std::max<std::uint64_t>(section.getAlignment().value(), 16);
      image_.bytes.resize((image_.bytes.size() + alignment - 1) / alignment * alignment);
      places_[section.getIndex()] = image_.bytes.size();
      if (section.isText()) image_.code_bytes += section.getSize();
      auto contents = section.getContents();
      if (contents) image_.bytes.append(contents->data(), contents->size());
    }
  }

  std::optional<std::uint64_t> address(const SymbolRef& symbol) const {
    auto section = symbol.getSection();
    auto value = symbol.getValue();
    if (!section || *section == object_.section_end() || !value) return std::nullopt;
    const auto place = places_.find((*section)->getIndex());
    if (place == places_.end()) return std::nullopt;
    return place->second + *value;
  }

  // A jump to a function outside, which may be further away than a call reaches.
  std::optional<std::uint64_t> way_out(const SymbolRef& symbol, std::uint64_t kind) {
    auto name = symbol.getName();
    if (outside_ == nullptr || !name || kind != llvm::ELF::R_X86_64_PLT32) return std::nullopt;
    const auto known = ways_out_.find(*name);
    if (known != ways_out_.end()) return known->second;
    const auto to = reinterpret_cast<std::uint64_t>(outside_(*name));
    if (to == 0) return std::nullopt;
    const std::uint64_t at = image_.bytes.size();
    constexpr char kJump[] = {'\xFF', '\x25', 0, 0, 0, 0};  // through the word behind it
    image_.bytes.append(kJump, sizeof kJump);
    image_.bytes.append(reinterpret_cast<const char*>(&to), sizeof to);
    ways_out_[*name] = at;
    return at;
  }

  bool relocate(const SectionRef& section) {
    auto target = section.getRelocatedSection();
    if (!target || *target == object_.section_end()) return true;
    const auto place = places_.find((*target)->getIndex());
    if (place == places_.end()) return true;
    for (const auto& relocation : section.relocations()) {
      const auto symbol = relocation.getSymbol();
      auto to = symbol == object_.symbol_end() ? std::nullopt : address(*symbol);
      if (!to && symbol != object_.symbol_end()) to = way_out(*symbol, relocation.getType());
      if (!to) {
        auto name = symbol == object_.symbol_end() ? llvm::Expected<llvm::StringRef>("?") : symbol->getName();
        return wrong("the code refers to " + (name ? name->str() : "something") + ", which is outside of it");
      }
      auto addend = llvm::object::ELFRelocationRef(relocation).getAddend();
      if (!addend) return wrong("a reference without an addend");
      const std::uint64_t at = place->second + relocation.getOffset();
      const auto value = static_cast<std::int64_t>(*to) + *addend - static_cast<std::int64_t>(at);
      switch (relocation.getType()) {
        case llvm::ELF::R_X86_64_PC32:
        case llvm::ELF::R_X86_64_PLT32: {
          const auto narrow = static_cast<std::int32_t>(value);
          std::memcpy(image_.bytes.data() + at, &narrow, 4);
          break;
        }
        case llvm::ELF::R_X86_64_PC64: std::memcpy(image_.bytes.data() + at, &value, 8); break;
        default: return wrong("a reference of kind " + std::to_string(relocation.getType()));
      }
    }
    return true;
  }

  void read_lines() {
    std::map<std::uint64_t, std::uint64_t> addresses;
    for (const SectionRef& section : object_.sections()) {
      auto target = section.getRelocatedSection();
      if (!target || *target == object_.section_end() || !is_line_table(**target)) continue;
      for (const auto& relocation : section.relocations()) {
        const auto symbol = relocation.getSymbol();
        const auto to = symbol == object_.symbol_end() ? std::nullopt : address(*symbol);
        auto addend = llvm::object::ELFRelocationRef(relocation).getAddend();
        if (to && addend) addresses[relocation.getOffset()] = *to + static_cast<std::uint64_t>(*addend);
      }
    }
    for (const SectionRef& section : object_.sections()) {
      auto contents = section.getContents();
      if (contents && is_line_table(section)) image_.lines = read_line_table(*contents, addresses);
    }
  }

  static bool is_line_table(const SectionRef& section) {
    auto name = section.getName();
    return name && *name == ".debug_line";
  }

  const ELF64LEObjectFile& object_;
  Outside outside_;
  MadeImage& image_;
  std::map<std::uint64_t, std::uint64_t> places_;
  std::map<llvm::StringRef, std::uint64_t> ways_out_;
};

}  // namespace

void link(llvm::StringRef bytes, Outside outside, MadeImage& image) {
  auto object = llvm::object::ObjectFile::createELFObjectFile(llvm::MemoryBufferRef(bytes, "code"));
  if (!object) {
    image.trouble = "the compiled code can't be read: " + llvm::toString(object.takeError());
    return;
  }
  const auto* elf = llvm::dyn_cast<ELF64LEObjectFile>(object->get());
  if (elf == nullptr) {
    image.trouble = "the compiled code is of another kind";
    return;
  }
  if (!Linker(*elf, outside, image).run()) {
    image.bytes.clear();
    image.symbols.clear();
  }
}

}  // namespace noodle::jit
