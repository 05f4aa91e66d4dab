#pragma once

// From the compiler's concrete types to entries of a module's type table. Recursion goes through
// lists, maps, boxes and functions: these are declared at once and get their parts when the type
// that is being laid out by value is complete.

#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/nir/layout.h"
#include "nbc/builder.h"

namespace noodle::codegen {

/// Maps types into one module. Each concrete type becomes one entry, in order of first use.
class Types {
 public:
  Types(nir::Layout& layout, nbc::ModuleBuilder& module) : layout_(layout), module_(module) {}

  /// The entry for a type.
  nbc::TypeId map(sema::TypeId type);
  /// One parameter of a signature for a leaf.
  nbc::Param param(sema::TypeId leaf, bool owned) { return {map(leaf), !owned && layout_.counted(leaf)}; }
  /// The trait behind an `any` type; its methods are filled in by whoever knows them.
  nbc::TraitId trait(sema::TypeId any);
  /// `any` types whose traits have been mapped since the last call, in order.
  std::vector<sema::TypeId> take_new_traits() { return std::move(new_traits_); }

  /// Whether a type was beyond the limits of NBC.
  bool failed() const { return failed_; }

  nir::Layout& layout() { return layout_; }

 private:
  nbc::TypeId map_now(sema::TypeId type);
  nbc::TypeId map_nominal(sema::TypeId type, bool flat);
  std::vector<nbc::Field> fields(sema::TypeId type, std::uint32_t variant);
  nbc::TypeId keep(sema::TypeId type, nbc::TypeId id);
  void define(sema::TypeId type, nbc::TypeId id);

  nir::Layout& layout_;
  nbc::ModuleBuilder& module_;
  std::unordered_map<sema::TypeId, nbc::TypeId> mapped_;
  std::unordered_map<sema::TypeId, nbc::TraitId> traits_;
  std::vector<sema::TypeId> new_traits_;
  std::vector<std::pair<sema::TypeId, nbc::TypeId>> pending_;
  bool mapping_ = false;
  bool failed_ = false;
};

}  // namespace noodle::codegen
