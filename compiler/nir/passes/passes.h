#pragma once

// The passes that turn flat NIR into counted NIR, one file a pass. Each takes one function; the
// manager runs them in order and, when asked, verifies after each.

#include <chrono>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/nir/cfg.h"
#include "compiler/nir/layout.h"
#include "compiler/nir/nir.h"

namespace noodle::nir {

/// What passes may look at besides the function in hand.
class PassContext {
 public:
  Module& module;
  Layout& layout;

  /// Whether operand `index` of an instruction is taken over: it is counted and the operation, or the
  /// signature of what it calls, consumes it.
  bool consumes(const Function& function, const Inst& inst, std::uint32_t index) const;
  bool counted(const Function& function, ValueId value) const { return layout.counted(function.type(value)); }

  /// The shape of the function in hand, made once for all passes that leave its blocks alone.
  const Cfg& shape(const Function& function) {
    if (!shaped_) shape_.build(function);
    shaped_ = true;
    return shape_;
  }
  /// Another function is in hand, or this one's blocks and edges have changed.
  void reshape() { shaped_ = false; }

  PassContext(Module& m, Layout& l) : module(m), layout(l) {}

 private:
  Cfg shape_;
  bool shaped_ = false;
};

/// One pass and its name as --time-passes prints it.
struct Pass {
  const char* name;
  void (*run)(Function& function, PassContext& context);  // null: the pass is for whole modules
  void (*run_module)(PassContext& context) = nullptr;
  /// Without it no module could be made; the others make it better.
  bool required = false;
};

/// `const.value` spelled out as the operations that build it.
void expand_constants(Function& function, PassContext& context);
/// A function that ends in a call of itself goes back to its beginning instead.
void loop_tail_calls(Function& function, PassContext& context);
/// Calls of small functions become their bodies; nothing is inlined into itself.
void inline_calls(PassContext& context);
/// Functions that neither main nor a test can reach are removed.
void remove_unused_functions(PassContext& context);
/// Parameters that a function gives away, or can fill again, are taken over instead of borrowed.
void own_params(PassContext& context);
/// Blocks that can't be reached are emptied, jumps to mere jumps go straight to their end, branches
/// on constants are decided, blocks with one way in join the block before.
void simplify_blocks(Function& function, PassContext& context);
/// The same, if some choice leads to one place whatever is chosen; false when there is none.
bool simplify_choices(Function& function, PassContext& context);
/// Block parameters that always get the same value are replaced by it.
void remove_redundant_params(Function& function, PassContext& context);
/// Arithmetic on constants, looks into enums and calls of closures made in sight are done now.
void fold(Function& function, PassContext& context);
/// A switch is left out on the ways where its enum was just made.
void thread_switches(Function& function, PassContext& context);
/// An operation repeated on the same values gives the results that it gave before.
void merge_repeats(Function& function, PassContext& context);
/// A list that a loop makes element by element from one that is needed no more is made in its place.
void reuse_lists(Function& function, PassContext& context);
/// Elements of lists are borrowed, read and written no more than needed.
void narrow_elements(Function& function, PassContext& context);
/// What is the same in every round of a loop is done once, before it.
void move_invariants(Function& function, PassContext& context);
/// An element that a loop takes and gives back in every round is held through the loop.
void hold_elements(Function& function, PassContext& context);
/// Operations without effect whose results nobody uses are removed.
void remove_dead_code(Function& function, PassContext& context);
/// A float that one sum or product reads is computed right before it.
void schedule_floats(Function& function, PassContext& context);
/// Block parameters that only get what one borrowed parameter of the function shows are borrowed too.
void borrow_params(Function& function, PassContext& context);
/// Looking into an enum or box that nobody needs afterwards becomes moving out of it.
void open_dying_values(Function& function, PassContext& context);
/// A box that is opened is filled again where another of its type is made.
void reuse_boxes(Function& function, PassContext& context);
/// Copies and drops are inserted; the function is then in the counted stage.
void insert_counts(Function& function, PassContext& context);

/// Whether `passes` is what PassOptions takes.
bool is_pass_list(std::string_view passes);
/// All of them in order.
std::span<const Pass> standard_passes();

struct PassOptions {
  bool verify = false;
  /// Which passes run besides the required ones: "all", "none", or names with commas between.
  std::string_view passes = "all";
};

/// Runs the standard passes: first, on the module, those up to the last that looks at all of it; then the
/// rest, a function at a time, so that its code can be made while it is in the cache. The error is a
/// finding of the verifier: a bug of the compiler, named by pass, function and place.
class PassManager {
 public:
  using Outcome = std::expected<void, std::string>;
  using Clock = std::chrono::steady_clock;

  PassManager(Module& module, Layout& layout, const PassOptions& options);
  Outcome run_on_module();
  /// The function is in the counted stage afterwards.
  Outcome finish(Function& function);

  /// Calls `each(name, time, finishing)` for every pass that was wanted, in order.
  template <typename F>
  void each_time(F each) const {
    for (std::size_t i = 0; i < passes_.size(); ++i) each(passes_[i].name, times_[i], i >= finishing_);
  }

 private:
  Outcome run(Function& function, std::size_t first, std::size_t end);
  Outcome check(const Pass& pass, const Function& function);

  Module& module_;
  Layout& layout_;
  PassContext context_;
  PassOptions options_;
  std::vector<Pass> passes_;
  std::size_t finishing_ = 0;  // the first of the passes that finish a function
  std::vector<Clock::duration> times_;
};

/// All of it on every function.
std::expected<void, std::string> run_passes(Module& module, Layout& layout, const PassOptions& options);

}  // namespace noodle::nir
