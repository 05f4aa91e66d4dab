#pragma once

// Instantiation: from the roots of a program, every function instance that it needs becomes flat NIR:
// concrete types, aggregates as their leaves, every call resolved to a function, native, operation or
// dynamic method. What the language derives for types (texts, order) and what `any` and function
// values need (thunks, wrappers) is made here, too. The order of functions, and their names, depend
// on the program alone.

#include <vector>

#include "compiler/nir/coverage.h"
#include "compiler/nir/layout.h"
#include "compiler/nir/nir.h"
#include "compiler/source/diagnostics.h"

namespace noodle::nir {

/// What must be there when the program starts.
struct Roots {
  FunctionId main;  // invalid: none
  std::vector<FunctionId> tests;
  std::vector<FunctionId> exported;  // called from outside by their names, with whatever parameters and results
  Coverage* coverage = nullptr;      // counts what runs; null: nothing is counted
};

/// The module of all that the roots reach. Programs without errors can still fail here, when types
/// nest without end or `==` meets a type without equality: that is reported to `sink`, and the
/// module must not be used.
Module instantiate(sema::Program& program, Layout& layout, const Roots& roots, source::DiagnosticSink& sink);

}  // namespace noodle::nir
