#pragma once

// The door of lint: what is right and could still be better.
//
// A rule looks at a program without errors and reports warnings of the section `W01xx` of codes.def. Those that are
// about how something is written look at the syntax tree (text_rules, branch_rules, loop_rules), those that need to
// know types look at typed trees (typed_rules), and those about names ask the program as an editor would
// (name_rules). A suggestion of a rule never changes what a program does.
//
// A rule must be right: what might be meant is left alone. `@allow("rule")` at a declaration silences it there.

#include <string_view>
#include <vector>

#include "compiler/sema/program.h"
#include "compiler/source/diagnostics.h"

namespace noodle::lint {

/// Every rule of this room, in the order of their codes.
std::vector<source::Code> all_rules();
/// Those that are applied when nobody says which.
std::vector<source::Code> default_rules();
/// Whether the suggestion of a warning may be applied by `noodle lint --fix`: it changes how the program is written
/// and not what it says to its readers.
bool is_fixable(source::Code code);

/// Looks at the main module of a program that was checked without errors, with its uses kept, and reports to the
/// sink what the rules find.
void check(sema::Program& program, Interner& names, const source::SourceMap& sources,
           const std::vector<source::Code>& rules, source::DiagnosticSink& sink);

}  // namespace noodle::lint
