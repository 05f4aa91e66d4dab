#pragma once

#include <string>

#include "nbc/module.h"

namespace noodle::nbc {

/// The module as a file. Equal modules give equal bytes, on every machine.
std::string write(const Module& module);

/// Puts a right checksum into the header of a file whose other bytes were changed (for tests and
/// tools). Does nothing to bytes that are too short for a header.
void fix_checksum(std::string& bytes);

/// Fills in the content hashes: each names a type or function by what it is, with everything it refers
/// to, whatever its module and index.
void add_content_hashes(Module& module);

}  // namespace noodle::nbc
