#pragma once

// Names that the text form's writer and parser share.

#include <string_view>

#include "nbc/types.h"

namespace noodle::nbc {

inline constexpr std::string_view kKindNames[kKinds] = {
    "bool", "i8",     "i16",   "i32",  "i64", "u8",     "u16",  "u32", "u64", "f16", "bf16",   "f32",
    "f64",  "string", "bytes", "list", "map", "struct", "enum", "box", "fn",  "any", "tensor", "handle"};

inline constexpr std::string_view kExportNames[] = {"public", "main", "test"};

}  // namespace noodle::nbc
