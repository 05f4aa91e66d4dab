#include "runtime/jit/names.h"

#include <algorithm>

namespace noodle::jit {

const nbc::LineEntry* line_entry(const vm::LoadedModule& module, std::uint32_t function, std::uint32_t pc) {
  const auto& functions = module.module().debug.functions;
  if (function >= functions.size() || functions[function].lines.empty()) return nullptr;
  const auto& lines = functions[function].lines;
  const auto next = std::ranges::upper_bound(lines, pc, {}, &nbc::LineEntry::pc);
  // What stands before the first place belongs to it.
  return next == lines.begin() ? &*next : &*std::prev(next);
}

namespace {

// The line in the function's own text, also of what was inlined there; 0 when nobody knows.
std::uint32_t own_line(const vm::LoadedModule& module, std::uint32_t function, std::uint32_t pc) {
  const nbc::LineEntry* entry = line_entry(module, function, pc);
  if (entry == nullptr) return 0;
  std::uint32_t line = entry->line;
  const auto& inlined = module.module().debug.functions[function].inlined;
  for (std::uint32_t i = entry->inlined; i != 0; i = inlined[i - 1].parent) line = inlined[i - 1].line;
  return line;
}

}  // namespace

std::string name_of(const vm::LoadedModule& module, std::uint32_t function) {
  return std::string(module.module().text(module.module().functions[function].name));
}

std::string place_of(const vm::LoadedModule& module, std::uint32_t function, std::uint32_t pc) {
  const nbc::LineEntry* entry = line_entry(module, function, pc);
  if (entry == nullptr) return {};
  return std::string(module.module().text(module.module().debug.files[entry->file])) + ":" +
         std::to_string(entry->line);
}

std::string name_of_entry(const vm::LoadedModule& module, std::uint32_t function, std::int64_t loop) {
  if (loop < 0) return name_of(module, function);
  const auto pc = static_cast<std::uint32_t>(loop);
  const std::uint32_t line = own_line(module, function, pc);
  // Without lines the word says which loop is meant.
  return name_of(module, function) + "@loop " + (line != 0 ? std::to_string(line) : "at word " + std::to_string(pc));
}

std::vector<NamedCode> named_code(const vm::LoadedModule& module, const Image& image, const std::byte* code) {
  std::vector<NamedCode> pieces;
  for (const Symbol& symbol : image.symbols) {
    const std::string name = name_of_entry(module, symbol.function, symbol.loop);
    if (symbol.fast_bytes != 0) pieces.push_back({name, code + symbol.fast, symbol.fast_bytes});
    const std::size_t rest = symbol.bytes - symbol.fast_bytes;
    if (rest != 0) pieces.push_back({symbol.loop < 0 ? "enter " + name : name, code + symbol.entry, rest});
  }
  return pieces;
}

}  // namespace noodle::jit
