#pragma once

// One function's way from NBC to LLVM IR. Shared by the lowering's own files.
//
// Every slot is a variable of LLVM's, promoted to registers afterwards; inside a block its value is kept at hand.
// A block is cut into *regions*: runs of instructions without effects outside of the frame, up to and with one that
// has such. Whatever goes wrong in a region, compiled code leaves to the region's first instruction, whose work the
// interpreter does once more. So all checks of a region share one exit, and its results may be computed in any order.

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "runtime/jit/accesses.h"
#include "runtime/jit/loops.h"
#include "runtime/jit/places.h"
#include "runtime/jit/spans.h"

namespace noodle::jit {

/// Bodies preserve no register: most are short, and need none to be saved on their usual path.
inline constexpr llvm::CallingConv::ID kBodyConvention = llvm::CallingConv::PreserveNone;

/// Words of a function that is taken in wherever it is called.
inline constexpr std::size_t kSmallest = 40;

/// The functions of one LLVM module, and what they have in common.
class Unit {
 public:
  Unit(llvm::LLVMContext& context, const vm::LoadedModule& module);

  /// The body of a function, which takes its arguments in machine registers; declared here, defined by `lower`.
  llvm::Function* body(std::uint32_t id);
  /// A second body for the calls of a small function to itself, to be taken in by the first: half as many calls are
  /// left. Null for others.
  llvm::Function* twin(std::uint32_t id);
  /// The function's slots that are passed as doubles.
  llvm::Type* slot_type(const FunctionView& view, std::uint32_t slot);
  /// What bodies return: whether they were left, then up to two results.
  llvm::StructType* returned(std::uint32_t id);
  llvm::FunctionType* body_type(std::uint32_t id);
  const FunctionView& view(std::uint32_t id);
  /// What was lowered is of no use, since there are too many ways out for so many values.
  bool is_too_large() const { return saves_left == 0; }
  bool includes(std::uint32_t id) const { return bodies_.contains(id); }

  llvm::Instruction* tag(llvm::Instruction* access, llvm::MDNode* kind);
  /// Functions of a machine and an object, which may be null: count it up or down.
  llvm::Function* retain_function();
  llvm::Function* release_function();

  static constexpr std::uint32_t kRegisterResults = 2;

  llvm::LLVMContext& context;
  const vm::LoadedModule& loaded;
  std::unique_ptr<llvm::Module> ir;
  std::unique_ptr<Places> places;  // if they are wanted
  llvm::Type* i1;
  llvm::IntegerType* i8;
  llvm::IntegerType* i16;
  llvm::IntegerType* i32;
  llvm::IntegerType* i64;
  llvm::Type* f64;
  llvm::Type* f32;
  llvm::PointerType* ptr;
  // What memory accesses may touch: accesses of two kinds never meet.
  llvm::MDNode* in_frame;
  llvm::MDNode* in_machine;
  llvm::MDNode* in_header;  // of a list: its length, capacity
  llvm::MDNode* in_count;
  llvm::MDNode* in_data;  // of lists and boxes
  llvm::MDNode* unlikely;
  std::uint32_t asks_every = 0;       // see Request
  bool is_quick = false;              // compiled with Effort::Quick
  std::size_t saves_left = SIZE_MAX;  // how many values more may be written on the ways out: these grow with the square

 private:
  llvm::Function* make_body(std::uint32_t id, const std::string& name);

  std::map<std::uint32_t, llvm::Function*> bodies_;
  std::map<std::uint32_t, llvm::Function*> twins_;
  llvm::Function* retain_ = nullptr;
  llvm::Function* release_ = nullptr;
  std::map<std::uint32_t, std::unique_ptr<FunctionView>> views_;
};

/// The slots of one leaf of a listed value.
std::vector<std::uint32_t> listed(const nbc::Inst& inst, const value::Leaf& leaf);

/// Lowers one function, from its beginning or from the head of a loop.
class Lowering {
 public:
  Lowering(Unit& unit, const FunctionView& view, const Liveness& live, llvm::Function* function, std::int64_t loop);
  void run();

 private:
  using Value = llvm::Value;
  using Block = llvm::BasicBlock;

  // Structure.
  /// A plain loop in the making: what is found out before each chunk of it.
  struct LoopCode {
    PlainLoop plain;
    Block* before = nullptr;  // from outside
    Block* chunk = nullptr;   // a few thousand turns, after which we look whether somebody asks us to leave
    llvm::AllocaInst* stop = nullptr;
    std::vector<llvm::AllocaInst*> lengths;  // of the lists
    std::vector<llvm::AllocaInst*> rooms;    // the same for who writes: 0 for one that others hold as well
    std::vector<llvm::AllocaInst*> data;
  };
  /// An element's list: where its elements are, and the list itself where it may be replaced.
  struct ListPlace {
    Value* list = nullptr;
    Value* data = nullptr;
  };

  void find_blocks();
  void find_kept();
  Block* block_at(std::uint32_t target);
  Block* way_out(std::uint32_t target);
  const LoopCode* loop_at(std::uint32_t pc) const;
  void begin_loop(LoopCode& loop);
  void begin_chunk(LoopCode& loop);
  Value* steady(const Steady& value) { return value.slot ? get_word(*value.slot) : word(value.number); }
  bool counts_up(const nbc::Inst& inst);
  void end_turn(const nbc::Inst& inst, const LoopCode& loop);
  void prologue();
  void block(std::uint32_t pc);
  /// What is made from here on comes from this instruction.
  void mark(std::uint32_t pc) {
    if (u.places != nullptr) b.SetCurrentDebugLocation(Places::at(*fn, pc));
  }
  void one(const nbc::Inst& inst);
  void go_to(std::uint32_t target);
  void branch(const nbc::Inst& inst, Value* condition);
  void switch_on(const nbc::Inst& inst);
  void flush();
  void finish_tails();
  Block* make(const char* name) { return llvm::BasicBlock::Create(u.context, name, fn); }

  // Slots.
  Value* get(std::uint32_t slot);
  Value* get_word(std::uint32_t slot);
  Value* get_float(std::uint32_t slot);
  Value* get_bool(std::uint32_t slot);
  Value* get_pointer(std::uint32_t slot) { return b.CreateIntToPtr(get_word(slot), u.ptr); }
  void set(std::uint32_t slot, Value* value);
  void set_bool(std::uint32_t slot, Value* value) { set(slot, b.CreateZExt(value, u.i64)); }
  Value* as_word(Value* value);
  Value* slot_address(Value* frame, std::uint32_t slot);
  Value* load(llvm::Type* type, Value* at, llvm::MDNode* kind) { return u.tag(b.CreateLoad(type, at), kind); }
  llvm::StoreInst* store(Value* value, Value* at, llvm::MDNode* kind) {
    llvm::StoreInst* made = b.CreateStore(value, at);
    u.tag(made, kind);
    return made;
  }
  Value* at_offset(Value* base, std::uint64_t bytes) {
    return bytes == 0 ? base : b.CreateConstInBoundsGEP1_64(u.i8, base, bytes);
  }
  Value* machine_field(std::uint64_t offset, llvm::Type* type) {
    return load(type, at_offset(vm, offset), u.in_machine);
  }
  Value* word(std::int64_t value) { return llvm::ConstantInt::getSigned(u.i64, value); }
  Value* loaded_function(std::uint32_t id);
  Value* helper(vm::Helper which);
  /// At the beginning of a block: the value that belongs to where control comes from.
  Value* either(std::initializer_list<std::pair<Value*, Block*>> ways);
  Value* call_helper(vm::Helper which, llvm::Type* gives, llvm::ArrayRef<Value*> args);
  Value* ask(vm::Helper which, llvm::ArrayRef<Value*> args) { return call_helper(which, u.i1, args); }
  Value* load_atomic(llvm::Type* type, Value* base, std::uint64_t offset, llvm::AtomicOrdering order);

  // Leaving.
  void region(std::uint32_t pc);
  Block* region_exit();
  /// Leaves to the region's beginning if the condition holds.
  void leave_if(Value* condition);
  void leave(std::uint32_t pc, const std::vector<Value*>& values, vm::WayOut why);
  void save_live(const SlotSet& live, const std::vector<Value*>& values);
  void poll();
  Value* safepoint();
  void say_where();

  // Instructions.
  bool scalar(const nbc::Inst& inst);
  bool integer(const nbc::Inst& inst);
  bool floating(const nbc::Inst& inst);
  bool conversion(const nbc::Inst& inst);
  void checked(const nbc::Inst& inst, llvm::Intrinsic::ID id, unsigned bits, bool is_signed, Value* x, Value* y);
  void divide(const nbc::Inst& inst, unsigned bits, bool is_signed, bool remainder, Value* x, Value* y);
  Value* canonical(Value* value, bool is_signed);
  Value* narrow(Value* value, unsigned bits) { return bits == 64 ? value : b.CreateTrunc(value, b.getIntNTy(bits)); }
  bool moving(const nbc::Inst& inst);
  bool list(const nbc::Inst& inst);
  Value* length_or_zero(Value* object, llvm::IntegerType* type, std::uint64_t offset);
  bool list_change(const nbc::Inst& inst);
  bool push(const nbc::Inst& inst);
  ListPlace checked_list(std::uint32_t slot, std::uint32_t index, bool changes);
  ListPlace unique_place(std::uint32_t slot, ListPlace place);
  Value* element_address(const value::TypeInfo& type, Value* data, Value* index);
  Value* unique_list(std::uint32_t slot, Value* list);
  void load_leaf(const value::Leaf& leaf, Value* at, const std::vector<std::uint32_t>& slots, bool counts);
  void store_leaf(const value::Leaf& leaf, Value* at, const std::vector<std::uint32_t>& slots);
  bool leaves_count_simply(const value::TypeInfo& type) const;
  bool box(const nbc::Inst& inst);
  bool map(const nbc::Inst& inst);
  void map_next(const nbc::Inst& inst);
  Value* map_entry(std::uint32_t slot, Value* entry);
  void map_insert(const nbc::Inst& inst);
  void to_scratch(const nbc::Inst& inst, std::uint32_t count);
  bool strings(const nbc::Inst& inst);
  bool concat(const nbc::Inst& inst);
  bool text_native(const nbc::Inst& inst);
  bool string_equality(const nbc::Inst& inst);
  Value* string_length(Value* low, Value* high);
  bool call_leaf(const nbc::Inst& inst);
  std::vector<Value*> leaf_results(const nbc::Inst& inst, const vm::LoadedNative& native);
  void raise_if(Value* raised, std::uint32_t pc, const std::vector<Value*>& before);
  Value* object_of_text(Value* low, Value* high);
  bool is_often_here() const;
  void count(llvm::Function* function, Value* object);
  void retain_if_any(Value* object);
  void release_if_any(Value* object);
  bool has_simple_counts(const value::TypeInfo& type) const;
  void count_slots(const value::TypeInfo& type, std::uint32_t slot, void (Lowering::*count)(Value*));
  void count_field(const memory::Field& field, std::uint32_t slot, void (Lowering::*count)(Value*));
  void count_variant(const value::TypeInfo& type, std::uint32_t slot, void (Lowering::*count)(Value*));
  void retain_slots(const value::TypeInfo& type, std::uint32_t slot);
  void release_slots(const value::TypeInfo& type, std::uint32_t slot);
  void call(const nbc::Inst& inst);
  void call_closure(const nbc::Inst& inst);
  void copy_words(Value* to, Value* from, Value* count);
  Value* load_pointer(Value* base, std::uint64_t offset);
  void call_method(const nbc::Inst& inst);
  void room_for_call(Value* frame, Value* slots, bool is_taken_in = false);
  void after_call(const nbc::Inst& inst, Value* frame, Value* left, std::uint32_t results_at);
  llvm::CallInst* call_body(llvm::FunctionType* type, Value* target, const std::vector<Value*>& args);
  void called(const nbc::Inst& inst, Value* frame, Value* returned, llvm::StructType* type, std::uint32_t args);
  void give_back(const nbc::Inst& inst);
  void single_step(const nbc::Inst& inst);
  void dead_end(const nbc::Inst& inst);
  Value* step(const nbc::Inst& inst, const Accesses& accesses);
  static bool may_wait(const nbc::Inst& inst, const vm::LoadedModule& module);

  Unit& u;
  const FunctionView& v;
  const Liveness& live_;
  llvm::Function* fn;
  const std::int64_t loop_;  // the loop's head where we come in, or negative
  LoopSpan code_;            // what is compiled: all, or what is around that loop
  std::map<std::uint32_t, Block*> ways_out_;
  SlotSet kept_;  // slots that the frame has when we come in for a loop, and nothing in it writes
  llvm::IRBuilder<> b;
  Value* vm = nullptr;
  Value* fp = nullptr;
  std::vector<llvm::AllocaInst*> variables_;
  std::vector<Value*> now_;  // by slot: its value where that is not the variable's
  std::map<std::uint32_t, Block*> blocks_;
  std::vector<bool> heads_;    // by pc: of a loop
  std::vector<bool> in_loop_;  // by pc
  std::vector<std::uint32_t> order_;
  std::map<std::uint32_t, LoopCode> loops_;  // by head
  std::uint32_t pc_ = 0;                     // of the instruction in the making
  std::uint32_t made_ = 0;                   // instructions so far
  std::uint32_t region_pc_ = 0;
  std::vector<Value*> region_values_;
  Block* region_exit_ = nullptr;
  // Where all exits end.
  Block* tail_ = nullptr;
  llvm::PHINode* tail_pc_ = nullptr;
  llvm::PHINode* tail_why_ = nullptr;
  Block* call_tail_ = nullptr;
  llvm::PHINode* call_frame_ = nullptr;
  llvm::PHINode* call_resume_ = nullptr;
  llvm::PHINode* call_results_ = nullptr;
};

/// Lowers a function from its beginning: its body, and the twin of that.
void lower_body(Unit& unit, std::uint32_t id, const Liveness& live);

}  // namespace noodle::jit
