#pragma once

// NIR as text and back: what `--emit=nir` prints, what golden files hold, and how tests of passes
// write their input. A module's text stands alone: it begins with the declarations of the types it
// uses. Printing what was parsed gives the same text.
//
//   struct #Point { x: f64, y: f64 }
//   enum #Option<1> core { Some(value: $0), None() }
//
//   fn flat "twice"(borrowed string, owned i64) -> (string, i64) {
//   ^0(%0: string, %1: i64):
//     %2: string = string.concat %0, %0
//     ret %2, %1
//   }
//
// Types: bool i8 … f64 string bytes never, (A, B), list<T>, map<K, V>, #Name<A>, flat<T>,
// fn(A, mut B) -> C, any #Trait<A>, $0 for a parameter, block 7<A> for the block with body 7.
// An instruction is `results = op<type> immediate operands -> edges !region`, each part only when
// there is one; callees are "name"#id<A> in generic NIR and @"name" later.

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/nir/nir.h"

namespace noodle::nir {

/// The whole module with the declarations it needs.
std::string print(const sema::TypeTable& types, const Module& module);
/// One function alone; `module` (may be null) names the functions and natives that it calls.
std::string print(const sema::TypeTable& types, const Function& function, const Module* module);
/// A type in this text form.
std::string print_type(const sema::TypeTable& types, TypeId type);

/// A module read from text, with the constants that it refers to.
struct Parsed {
  Module module;
  std::vector<std::unique_ptr<sema::ConstValue>> values;
};
/// Reads a module's text; its declarations are added to `types`. The error names the line.
std::expected<Parsed, std::string> parse(std::string_view text, sema::TypeTable& types);

}  // namespace noodle::nir
