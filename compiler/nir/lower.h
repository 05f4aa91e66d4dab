#pragma once

// Lowering: the typed tree of one function becomes generic NIR. It is done once for a source
// function, whatever the number of its instances; types stay in terms of its type parameters.

#include "compiler/nir/coverage.h"
#include "compiler/nir/nir.h"

namespace noodle::nir {

/// A block argument's body and how many of its first parameters are captures.
struct BlockBody {
  FunctionId body;
  std::uint32_t captures = 0;
};

/// A lowered function and what its instances must know besides.
struct Lowered {
  Function function;
  std::vector<BlockBody> blocks;  // the block arguments written in it
  std::string_view problem;       // why it can't be compiled after all; empty when it can
  source::Span problem_span;
};

/// Lowers a function that has a typed tree (Program::body is not null); with `coverage`, what runs is counted.
Lowered lower(sema::Program& program, FunctionId function, Coverage* coverage = nullptr);

}  // namespace noodle::nir
