#pragma once

// The text form of modules: what `noodle disasm` prints. parse_text gives back a module with the same
// bytes, also for modules that would not verify.

#include <expected>
#include <string>
#include <string_view>

#include "nbc/module.h"

namespace noodle::nbc {

/// The whole module as text.
std::string disassemble(const Module& module);
/// One instruction as it stands in the text, without its comment; `word 0x…` where the words are no
/// instruction in canonical form.
std::string instruction_text(const Inst& inst);

/// Where a text was not understood.
struct TextError {
  std::size_t line = 0;
  std::string message;
};

/// Reads what `disassemble` prints.
std::expected<Module, TextError> parse_text(std::string_view text);

}  // namespace noodle::nbc
