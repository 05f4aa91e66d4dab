#pragma once

// One random function. It keeps book of what each register holds just as the verifier will, and only
// appends instructions that are right. Used by generator.cpp alone.

#include <vector>

#include "nbc/builder.h"
#include "nbc/testing/generator.h"

namespace noodle::nbc::testing {

/// What all functions of a random module share.
struct World {
  ModuleBuilder builder;
  std::vector<TypeId> scalars;
  std::vector<TypeId> leaves;        // every leaf type that registers get
  std::vector<TypeId> comparable;    // types with equality, structs among them
  std::vector<FunctionId> callable;  // functions that may be called by what comes after them
  std::vector<FunctionId> closures;  // functions that closures may be made of
  std::vector<NativeId> natives;

  Module& module() { return builder.module; }
  TypeTable& types() { return builder.module.types; }
};

enum class Held : std::uint8_t { Empty, Set, Owned, Borrowed };

/// A register, or a payload leaf below a switch.
struct Var {
  std::uint16_t slot = 0;
  TypeId type;
  Held held = Held::Empty;
  bool head = true;
  bool locked = false;      // not to be taken, written or changed: an enum below its switch
  std::uint32_t scope = 0;  // only the block that made a value may consume it
  std::uint32_t owner = 0;  // Borrowed: the root's index among the variables
  bool busy = false;        // used by the instruction that is being made
  bool claimed = false;     // changed or consumed by it
};

class FunctionGenerator {
 public:
  /// `calls` says whether the function may call others (those that may be called from anywhere don't).
  FunctionGenerator(World& world, Random& random, FunctionId id, bool calls);
  void run(std::uint32_t statements);

 private:
  using Slots = std::vector<std::uint16_t>;

  // values
  std::uint32_t make(TypeId type, int depth = 0);
  std::uint32_t make_number(TypeId type);
  std::uint32_t make_list(TypeId type, int depth);
  std::uint32_t make_map(TypeId type, int depth);
  std::uint32_t make_enum(TypeId type, int depth);
  std::uint32_t make_boxed(TypeId type, int depth);
  std::uint32_t make_closure(TypeId type, int depth);
  std::uint32_t make_any(TypeId type, int depth);
  void take_made(std::span<const Leaf> leaves, int depth, Slots& slots);
  std::uint32_t small_integer();
  std::uint32_t fresh(TypeId type, Held held);

  // operands
  std::uint32_t input(TypeId type, bool head);
  std::uint32_t owned(TypeId type);
  std::uint32_t changeable(TypeId type);
  std::uint32_t output(TypeId type, bool head);
  void use(std::uint32_t var);
  void add_slots(Slots& slots, std::uint32_t var);
  void touch(std::uint32_t var);
  void release_busy();
  bool readable(const Var& v) const {
    if (v.held == Held::Empty || v.claimed) return false;
    return v.held != Held::Borrowed || !vars_[v.owner].claimed;
  }
  bool counted(TypeId t) { return types().counted(t); }

  // instructions
  bool any_instruction();
  bool instruction(Op op);
  TypeId random_type(What what);
  bool call(Op op);
  bool start_task();
  void drop(std::uint32_t var);

  // control
  void statement(int depth);
  void block(int depth, std::uint32_t statements);
  void forget_payloads();
  void close_scope(std::uint32_t scope);
  void branch_to(Label target);
  void if_else(int depth);
  void loop(int depth);
  static constexpr std::uint32_t kNoVar = UINT32_MAX;
  std::uint32_t carried_borrow();
  void switch_int(int depth);
  void switch_enum(int depth);
  void arm(std::uint32_t var, std::uint16_t variant, int mode, int depth);
  void guarded(int depth);
  void leave_early();
  void return_results();
  void finish_handlers();

  TypeTable& types() { return world_.types(); }

  World& world_;
  Random& random_;
  FunctionBuilder f_;
  Signature signature_;
  bool calls_;
  bool unwinding_ = false;
  std::vector<Var> vars_;
  std::uint32_t scope_ = 0;
  std::uint32_t scopes_ = 0;  // made so far
  std::uint32_t lines_ = 0;
  struct Handler {
    Label at;
    std::vector<std::uint32_t> kept;
  };
  std::vector<Handler> handlers_;
};

}  // namespace noodle::nbc::testing
