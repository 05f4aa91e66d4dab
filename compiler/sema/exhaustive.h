#pragma once

// Whether the arms of a match cover every value, and whether each can be reached.
//
// This is the usefulness algorithm of Luc Maranget, "Warnings for pattern matching" (2007). A row
// of patterns is *useful* after some other rows when a value exists that it matches and they don't.
// An arm is reachable when its pattern is useful after the unguarded arms before it; a match is
// exhaustive when `_` is not useful after all of them, and otherwise the values that `_` would
// still match are the witnesses that the message names. Usefulness looks at the first column: it
// splits the values of its type into constructors (variants, booleans, intervals of integers,
// lengths of lists), keeps for each the rows that allow it, puts their parts in its place, and goes
// on.
//
// The problem is NP-complete, so the work is counted, and a match that needs too much is refused.

#include <string>
#include <vector>

#include "compiler/sema/program.h"
#include "compiler/sema/typed_tree.h"

namespace noodle::sema {

/// Gives what patterns and their types name: a type that nobody asked for yet has no variants in the table.
class Declarations {
 public:
  virtual ~Declarations() = default;
  virtual const ConstValue* constant(ConstId id) = 0;
  virtual const NominalDecl& nominal(NominalId id) = 0;
};

/// What was found out about a list of arms.
struct Coverage {
  std::vector<bool> reachable;       // one an arm
  std::vector<bool> hollow;          // one an arm: a range from high to low
  std::vector<std::string> missing;  // values that no arm matches, as patterns; a few at most
  bool more_missing = false;
  bool too_complex = false;  // the answer was not worked out; the rest means nothing
};

/// One arm: a fully typed pattern, and whether a guard may turn it down.
struct CoverageArm {
  const Pattern* pattern;
  bool guarded;
};

/// Checks arms over values of `type`. Patterns must be without inference variables.
Coverage check_coverage(TypeTable& types, Declarations& declared, TypeId type, std::span<const CoverageArm> arms);

}  // namespace noodle::sema
