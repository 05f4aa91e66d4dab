#pragma once

// The verifier: the only way from a Module, which may be wrong in any way, to a VerifiedModule, which
// may run. Its rules are in rules.def; docs/reference/nbc.rst explains them.

#include <expected>
#include <memory>

#include "nbc/module.h"

namespace noodle::nbc {

enum class Rule : std::uint8_t {
#define RULE(name, text, meaning) name,
#include "nbc/rules.def"
#undef RULE
};
#define RULE(...) +1
inline constexpr std::uint32_t kRuleCount = 0
#include "nbc/rules.def"
    ;
#undef RULE

/// The rule's name in messages, such as "take-unowned".
std::string_view rule_name(Rule rule);
/// What the rule demands, in a sentence.
std::string_view rule_meaning(Rule rule);

/// Why a module was refused.
struct VerifyError {
  Rule rule = Rule::StringIndex;
  FunctionId function;   // invalid: about a table
  std::uint32_t pc = 0;  // the instruction's first word
  std::string detail;    // what exactly, such as "register 5 (string)"

  /// One line: where, the rule's name, what it demands, the detail.
  std::string text(const Module& module) const;
};

/// One owned value to release when an instruction unwinds.
struct OwnedSlot {
  std::uint16_t slot = 0;
  TypeId type;
  bool operator==(const OwnedSlot&) const = default;
};

inline constexpr std::uint32_t kNoHandler = UINT32_MAX;

/// An instruction that may unwind.
struct UnwindSite {
  std::uint32_t pc = 0;
  std::uint32_t set = 0;               // index for FunctionFacts::owned
  std::uint32_t handler = kNoHandler;  // where control goes after the release; else out of the function
};

/// What the verifier proved about one function, and what the machine needs to run it.
class FunctionFacts {
 public:
  /// Slots of a frame.
  std::uint32_t slots() const { return slots_; }
  std::uint32_t param_slots() const { return param_slots_; }
  std::uint32_t result_slots() const { return result_slots_; }
  /// The type of the register that begins at a slot; invalid inside registers.
  TypeId type_at(std::uint16_t slot) const { return type_at_[slot]; }
  /// All sites, by pc.
  std::span<const UnwindSite> sites() const { return sites_; }
  /// The site at `pc`; every instruction that panics, calls or jumps backward has one.
  const UnwindSite* site(std::uint32_t pc) const;
  /// What to release at a site, by slot: after a panic of the instruction itself and at a safepoint;
  /// for calls, what is left once the owned arguments have moved into the callee.
  std::span<const OwnedSlot> owned(const UnwindSite& site) const {
    return {owned_.data() + set_begin_[site.set], set_begin_[site.set + 1] - set_begin_[site.set]};
  }

 private:
  friend class Verifier;
  std::uint32_t slots_ = 0;
  std::uint32_t param_slots_ = 0;
  std::uint32_t result_slots_ = 0;
  std::vector<TypeId> type_at_;
  std::vector<UnwindSite> sites_;
  std::vector<std::uint32_t> set_begin_{0};
  std::vector<OwnedSlot> owned_;
};

/// A module that keeps all rules. Moving it doesn't move the tables inside.
class VerifiedModule {
 public:
  const Module& module() const { return contents_->module; }
  const FunctionFacts& facts(FunctionId id) const { return contents_->facts[id.index]; }
  /// Whether values of the type have equality and a hash.
  bool equatable(TypeId id) const { return contents_->equatable[id.index]; }

 private:
  friend class Verifier;
  struct Contents {
    Module module;
    std::vector<FunctionFacts> facts;
    std::vector<bool> equatable;
  };
  explicit VerifiedModule(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}
  std::shared_ptr<const Contents> contents_;  // which copies have in common
};

/// Checks all rules, in time linear in the module's size.
std::expected<VerifiedModule, VerifyError> verify(Module module);

/// The same on a module that stays with the caller: only whether it is right.
std::expected<void, VerifyError> check(const Module& module);

}  // namespace noodle::nbc
