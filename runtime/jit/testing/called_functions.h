#pragma once

// Functions that the loops of generate_loops.cpp call.

#include <vector>

#include "nbc/builder.h"
#include "nbc/testing/generator.h"

namespace noodle::jit::testing {

/// What all functions of a random module share.
struct Shared {
  explicit Shared(std::uint64_t seed) : random(seed) {
    const nbc::TypeId mixed = m.struct_type(
        "Mixed", {m.field("a", nbc::kI16), m.field("b", nbc::kF64), m.field("c", nbc::kU8), m.field("d", nbc::kI64)});
    elements = {nbc::kI64, nbc::kI64, nbc::kF64, nbc::kU8,  nbc::kI8,   nbc::kI16, nbc::kU16,
                nbc::kI32, nbc::kU32, nbc::kU64, nbc::kF32, nbc::kBool, mixed,     nbc::kString};
  }
  /// A type for the elements of a list.
  nbc::TypeId element() { return elements[random.below(elements.size())]; }

  nbc::testing::Random random;
  nbc::ModuleBuilder m;
  std::vector<nbc::TypeId> elements;
  nbc::FunctionId leaf, deep, first_word;  // see below
};

/// (i64, f64, i64) -> (i64, f64): calls nothing, and panics for a few numbers.
void make_leaf(Shared& s);
/// (i64, f64) -> (i64, f64): calls itself as often as the first says.
void make_deep(Shared& s);
/// (borrowed list<i64>, i64, i64, i64) -> (i64): a loop over elements from one place to another, whose head is the
/// function's first word.
void make_first_word(Shared& s);

}  // namespace noodle::jit::testing
