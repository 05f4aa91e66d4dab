#include "tools/native_listing.h"

#include <charconv>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "nbc/text.h"

namespace noodle::tools {

namespace {

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The parts of a line between blanks.
std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  for (;;) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return found;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    found.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

class Lister {
 public:
  Lister(const vm::LoadedModule& module, std::uint32_t function)
      : module_(module), function_(function), symbol_("f" + std::to_string(function)) {}

  std::string run(std::string_view assembly) {
    while (!assembly.empty()) {
      const std::size_t end = std::min(assembly.find('\n'), assembly.size());
      line(assembly.substr(0, end));
      assembly.remove_prefix(std::min(end + 1, assembly.size()));
    }
    std::string all = name(function_) + ":\n" + text_;
    for (const auto& [label, data] : constants_) {
      if (text_.find(label) != std::string::npos) all += label + ":\n" + data;
    }
    return all;
  }

 private:
  std::string name(std::uint32_t function) const {
    return std::string(module_.module().text(module_.module().functions[function].name));
  }

  void line(std::string_view line) {
    line = line.substr(0, line.find("  #"));
    const std::vector<std::string_view> parts = words(line);
    if (parts.empty() || parts[0].starts_with('#')) return;
    if (line.front() != '\t' && line.front() != ' ') return label(parts[0].substr(0, parts[0].find(':')));
    if (parts[0] == ".file") {
      remember_file(parts);
    } else if (parts[0] == ".loc" && parts.size() > 2) {
      place_ = {number(parts[1]).value_or(0), number(parts[2]).value_or(0)};
    } else if (parts[0].starts_with('.')) {
      if (data_ != nullptr && !parts[0].starts_with(".p2align")) *data_ += std::string(line) + "\n";
      if (parts[0] == ".section" || parts[0] == ".text") data_ = nullptr;
    } else if (inside_) {
      instruction(parts[0], line);
    }
  }

  void label(std::string_view label) {
    if (label.starts_with(".LCPI") || label.starts_with(".LJTI")) {
      data_ = &constants_[std::string(label)];
      return;
    }
    data_ = nullptr;
    if (label == symbol_) {
      inside_ = true;
    } else if (label.starts_with(".Lfunc_end") || !label.starts_with(".L")) {
      inside_ = false;
    } else if (inside_ && label.starts_with(".LBB")) {
      text_ += std::string(label) + ":\n";
    }
  }

  // .file 1 "f7", perhaps with a folder before the name.
  void remember_file(const std::vector<std::string_view>& parts) {
    if (parts.size() < 3) return;
    for (std::string_view part : std::span(parts).subspan(2)) {
      if (!part.starts_with("\"f") || !part.ends_with('"')) continue;
      const auto function = number(part.substr(2, part.size() - 3));
      if (function) files_[number(parts[1]).value_or(0)] = *function;
    }
  }

  void instruction(std::string_view mnemonic, std::string_view line) {
    constexpr std::size_t kColumn = 56;
    std::string text = "        " + std::string(mnemonic);
    std::string_view operands = line.substr(line.find(mnemonic) + mnemonic.size());
    operands.remove_prefix(std::min(operands.find_first_not_of(" \t"), operands.size()));
    if (!operands.empty()) {
      text.resize(std::max<std::size_t>(text.size() + 1, 17), ' ');
      text += operand(operands);
    }
    if (place_ != shown_) {
      shown_ = place_;
      text.resize(std::max(text.size() + 2, kColumn), ' ');
      text += "; " + origin();
    }
    text_ += text + "\n";
  }

  // Another function's body by its name in the source.
  std::string operand(std::string_view text) const {
    const auto function = text.starts_with('f') ? number(text.substr(1)) : std::nullopt;
    return function && *function < module_.functions.size() ? name(*function) : std::string(text);
  }

  // `12: add.i64 r1 r2 r3`, and before it the function's name where it is another one's; `-` for code that belongs to
  // no instruction, or to several.
  std::string origin() const {
    const auto file = files_.find(place_.first);
    if (file == files_.end() || place_.second == 0) return "-";
    const auto& code = module_.module().functions[file->second].code;
    const std::uint32_t pc = place_.second - 1;
    if (pc >= code.size()) return "-";
    const std::string other = file->second == function_ ? "" : name(file->second) + " ";
    return other + std::to_string(pc) + ": " + nbc::instruction_text(nbc::decode(code, pc));
  }

  const vm::LoadedModule& module_;
  const std::uint32_t function_;
  const std::string symbol_;
  bool inside_ = false;
  std::string text_;
  std::map<std::string, std::string> constants_;  // by label
  std::string* data_ = nullptr;                   // of the constant in the making
  std::map<std::uint32_t, std::uint32_t> files_;  // by the assembly's number: the function
  std::pair<std::uint32_t, std::uint32_t> place_, shown_;
};

}  // namespace

std::string native_listing(const vm::LoadedModule& module, std::uint32_t function, std::string_view assembly) {
  return Lister(module, function).run(assembly);
}

}  // namespace noodle::tools
