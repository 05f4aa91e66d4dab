#pragma once

#include <expected>
#include <string>

#include "runtime/vm/machine.h"

namespace noodle::vm {

/// Fills a LoadedModule from its verified module: types, constants, natives, vtables, code.
std::expected<void, std::string> load_module(Machine& machine, memory::TypeTable& objects, LoadedModule& loaded);

/// Rewrites the opcodes of one function for the types of its registers; with `pairs` also makes one of
/// two where there is a handler for both (specialise.cpp).
void specialise(const LoadedModule& loaded, std::uint32_t function, std::vector<Word>& code,
                const std::vector<const TypeInfo*>& slot_types, bool pairs);

}  // namespace noodle::vm
