#pragma once

// Kinds of values as the C interface numbers them. Those of scalars, strings and bytes are NBC's own.

#include <optional>
#include <string>
#include <string_view>

#include "embed/noodle.h"
#include "nbc/text_tables.h"
#include "runtime/value/tensor.h"

namespace noodle::embed {

using nbc::Kind;

static_assert(static_cast<int>(Kind::Bool) == NOODLE_BOOL && static_cast<int>(Kind::I64) == NOODLE_I64 &&
              static_cast<int>(Kind::F16) == NOODLE_F16 && static_cast<int>(Kind::F64) == NOODLE_F64 &&
              static_cast<int>(Kind::Bytes) == NOODLE_BYTES && static_cast<int>(Kind::List) == NOODLE_LIST);

inline noodle_kind kind_of(Kind kind) {
  if (kind <= Kind::List) return static_cast<noodle_kind>(kind);
  if (nbc::is_complex(kind)) return kind == Kind::Complex64 ? NOODLE_COMPLEX64 : NOODLE_COMPLEX128;
  return kind == Kind::Tensor ? NOODLE_TENSOR : kind == Kind::Enum ? NOODLE_VARIANT : NOODLE_OTHER;
}

inline bool is_scalar(std::int32_t kind) { return kind >= NOODLE_BOOL && kind <= NOODLE_F64; }

/// The kind of a tensor's elements that has this number; none where none can have it.
inline std::optional<Kind> element_of(std::int32_t kind) {
  if (is_scalar(kind)) return static_cast<Kind>(kind);
  if (kind == NOODLE_COMPLEX64) return Kind::Complex64;
  return kind == NOODLE_COMPLEX128 ? std::optional(Kind::Complex128) : std::nullopt;
}

/// What a list holds one of, when that is one value; else null.
inline const value::TypeInfo* only_leaf(const value::TypeInfo& type) {
  return type.leaves.size() == 1 ? type.leaves[0].type : nullptr;
}

/// `f64`; of no kind at all `kind 77`.
inline std::string kind_name(std::int32_t kind) {
  if (kind >= NOODLE_BOOL && kind <= NOODLE_LIST) return std::string(nbc::kKindNames[kind]);
  if (kind == NOODLE_TENSOR) return "tensor";
  if (kind == NOODLE_COMPLEX64 || kind == NOODLE_COMPLEX128)
    return kind == NOODLE_COMPLEX64 ? "complex64" : "complex128";
  return kind == NOODLE_VARIANT ? "enum" : kind == NOODLE_OTHER ? "other" : "kind " + std::to_string(kind);
}

}  // namespace noodle::embed
