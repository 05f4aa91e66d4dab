#pragma once

// What printer and parser of NIR's text must agree on: what an operation's immediate is.

#include "compiler/nir/nir.h"

namespace noodle::nir {

enum class ImmForm : std::uint8_t { None, Integer, Float, Text, Index, Callee, Native };

inline ImmForm imm_form(Op op, Stage stage) {
  switch (op) {
    case Op::ConstInt: return ImmForm::Integer;
    case Op::ConstFloat: return ImmForm::Float;
    case Op::ConstString:
    case Op::FormatValue: return ImmForm::Text;
    case Op::ConstValue:
    case Op::ConstVariant:
    case Op::StructGet:
    case Op::StructWith:
    case Op::EnumMake:
    case Op::Payload:
    case Op::EnumOpen:
    case Op::ListLoad:
    case Op::ListStore:
    case Op::SlotStore:
    case Op::SlotLoad:
    case Op::SlotDrop:
    case Op::CallAny: return ImmForm::Index;
    case Op::ToAny: return stage == Stage::Generic ? ImmForm::None : ImmForm::Index;
    case Op::Call:
    case Op::ClosureMake: return ImmForm::Callee;
    case Op::CallNative: return ImmForm::Native;
    default: return ImmForm::None;
  }
}

inline const char* stage_name(Stage stage) {
  constexpr const char* kNames[] = {"generic", "flat", "counted"};
  return kNames[static_cast<int>(stage)];
}

/// Names of the kinds Error … Bytes in order.
inline constexpr const char* kPrimitiveNames[] = {"error", "never", "bool", "i8",     "i16",  "i32",
                                                  "i64",   "u8",    "u16",  "u32",    "u64",  "f16",
                                                  "bf16",  "f32",   "f64",  "string", "bytes"};

}  // namespace noodle::nir
