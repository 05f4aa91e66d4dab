// Exchanges opcodes for ones that know the shape of their operands. Words stay where they are.

#include "runtime/vm/handlers.h"
#include "runtime/vm/loader.h"

namespace noodle::vm {

namespace {

using nbc::Op;

enum class Shape : std::uint8_t { Word, Byte, Object, String, Other };

// The shape of a list's element, when it is a single leaf that has a handler of its own.
Shape element_shape(const TypeInfo& list) {
  const TypeInfo& element = *list.element;
  if (element.leaves.size() != 1) return Shape::Other;
  const value::Leaf& leaf = element.leaves[0];
  if (leaf.kind == nbc::Kind::Bool || leaf.kind == nbc::Kind::U8) return Shape::Byte;
  if (leaf.kind == nbc::Kind::String) return Shape::String;
  if (leaf.width != 8 || leaf.kind == nbc::Kind::Enum) return Shape::Other;
  return leaf.type->counted ? Shape::Object : Shape::Word;
}

class Specialiser {
 public:
  Specialiser(const LoadedModule& loaded, std::uint32_t function, std::vector<Word>& code,
              const std::vector<const TypeInfo*>& slot_types)
      : loaded_(loaded), original_(loaded.module().functions[function].code), code_(code), types_(slot_types) {}

  void run(bool pairs) {
    std::uint32_t before = UINT32_MAX;
    for (std::uint32_t pc = 0; pc < original_.size();) {
      const nbc::Inst inst = nbc::decode(original_, pc);
      one(inst);
      if (pairs && before != UINT32_MAX && pair(before, pc)) {
        before = UINT32_MAX;  // a pair is no part of another
      } else {
        before = inst.words() == 1 ? pc : UINT32_MAX;
      }
      pc += inst.words();
    }
  }

 private:
  void set_op(std::uint32_t pc, Exec op) { code_[pc] = (code_[pc] & ~Word{0xFFFF}) | static_cast<Word>(op); }
  void set_a(std::uint32_t pc, std::uint16_t a) { code_[pc] = (code_[pc] & ~(Word{0xFFFF} << 16)) | Word{a} << 16; }
  void set_bc(std::uint32_t pc, std::uint16_t b, std::uint16_t c) {
    code_[pc] = (code_[pc] & 0xFFFFFFFFull) | Word{b} << 32 | Word{c} << 48;
  }
  void set_c(std::uint32_t pc, std::uint32_t c) { code_[pc] = (code_[pc] & 0x0000FFFFFFFFFFFFull) | Word{c} << 48; }
  void set_imm(std::uint32_t pc, std::int32_t imm) {
    code_[pc] = (code_[pc] & 0xFFFFFFFFull) | Word{static_cast<std::uint32_t>(imm)} << 32;
  }

  // Which of the two operands of a move is a whole register: that one tells the type.
  std::uint16_t head(const nbc::Inst& inst) const { return types_[inst.a()] != nullptr ? inst.a() : inst.b(); }
  void move(const nbc::Inst& inst) {
    const std::uint32_t slots = types_[head(inst)]->slots;
    set_op(inst.pc, slots == 1 ? Exec::Move1 : slots == 2 ? Exec::Move2 : Exec::MoveN);
    if (slots > 2) set_c(inst.pc, slots);
  }
  void copy(const nbc::Inst& inst) {
    const TypeInfo& type = *types_[head(inst)];
    if (!type.counted) return move(inst);
    if (type.kind == nbc::Kind::String) return set_op(inst.pc, Exec::CopyString);
    if (type.kind != nbc::Kind::Enum) return set_op(inst.pc, Exec::CopyObject);
    set_op(inst.pc, Exec::CopyEnum);
    set_c(inst.pc, head(inst));
  }
  void drop(const nbc::Inst& inst) {
    const TypeInfo& type = *loaded_.type_infos[inst.uimm()];
    set_op(inst.pc, !type.counted                    ? Exec::DropNothing
                    : type.kind == nbc::Kind::String ? Exec::DropString
                    : type.kind == nbc::Kind::Enum   ? Exec::DropEnum
                                                     : Exec::DropObject);
  }
  void constant(const nbc::Inst& inst) {
    const bool pair = types_[inst.a()] != nullptr && types_[inst.a()]->slots == 2;
    const nbc::Constant& constant = loaded_.module().constants[inst.uimm()];
    set_op(inst.pc, pair || constant.type == nbc::kString ? Exec::ConstPair : Exec::ConstWord);
  }
  void branch(const nbc::Inst& inst, Exec forward, Exec back) {
    const std::int64_t offset = inst.branch_target() - std::int64_t{inst.pc};
    set_op(inst.pc, offset <= 0 ? back : forward);
    // Fused branches are relative already.
    if (forward == Exec::Jump || forward == Exec::BrTrue || forward == Exec::BrFalse) {
      set_imm(inst.pc, static_cast<std::int32_t>(offset));
    }
  }
  void switches(const nbc::Inst& inst) {
    for (std::uint32_t i = 0; i < inst.target_count(); ++i) {
      const auto offset = static_cast<std::uint32_t>(std::int64_t{inst.target(i)} - std::int64_t{inst.pc});
      Word& word = code_[inst.pc + 1 + i / 2];
      const unsigned shift = 32 * (i % 2);
      word = (word & ~(Word{0xFFFFFFFF} << shift)) | Word{offset} << shift;
    }
  }
  void call(const nbc::Inst& inst) {
    const std::uint32_t params = loaded_.verified.facts(nbc::FunctionId(inst.uimm())).param_slots();
    if (inst.list_size() > 4 || params > 3 || inst.list_size() == 0) return;
    constexpr Exec kShort[] = {Exec::Call0, Exec::Call1, Exec::Call2, Exec::Call3};
    set_op(inst.pc, kShort[params]);
    set_a(inst.pc, static_cast<std::uint16_t>(types_.size() + kFrameWords));
  }
  void list(const nbc::Inst& inst) {
    const Shape shape = element_shape(*types_[inst.b()]);
    auto choose = [&](Exec word, Exec byte, Exec object, Exec string) {
      const Exec chosen = shape == Shape::Word     ? word
                          : shape == Shape::Byte   ? byte
                          : shape == Shape::Object ? object
                          : shape == Shape::String ? string
                                                   : static_cast<Exec>(inst.op());
      set_op(inst.pc, chosen);
    };
    switch (inst.op()) {
      case Op::ListGet: choose(Exec::ListGetWord, Exec::ListGetByte, Exec::ListGetObject, Exec::ListGetString); break;
      case Op::ListPeek: choose(Exec::ListPeekWord, Exec::ListGetByte, Exec::ListPeekWord, Exec::ListPeekString); break;
      case Op::ListSet:
      case Op::ListPut: choose(Exec::ListSetWord, Exec::ListSetByte, Exec::ListSetObject, Exec::ListSet); break;
      case Op::ListTake: choose(Exec::ListTakeWord, Exec::ListTake, Exec::ListTakeWord, Exec::ListTake); break;
      case Op::ListPush: choose(Exec::ListPushWord, Exec::ListPush, Exec::ListPushWord, Exec::ListPushPair); break;
      default: break;
    }
  }
  void list_leaf(const nbc::Inst& inst) {
    const TypeInfo& type = *types_[inst.b()];
    const value::Leaf& leaf = type.element->leaves[inst.y()];
    if (leaf.width != 8 || leaf.type->slots != 1 || leaf.type->counted) return;
    const bool loads = inst.op() == Op::ListLoad;
    if (type.object.stride == 8) return set_op(inst.pc, loads ? Exec::ListLoadEight : Exec::ListStoreEight);
    set_op(inst.pc, loads ? Exec::ListLoadWord : Exec::ListStoreWord);
    code_[inst.pc + 1] = Word{leaf.offset} | Word{type.object.stride} << 32;
  }

  Exec op_at(std::uint32_t pc) const { return static_cast<Exec>(static_cast<std::uint16_t>(code_[pc])); }

  /// Makes a pair of two instructions of one word where there is a handler for both.
  bool pair(std::uint32_t first, std::uint32_t second) {
    if (op_at(first) == Exec::AddImmI64) return count_and_test(first, second);
    if (op_at(first) == Exec::AddF64) return float_pair(first, second, Exec::AddAddF64);
    if (op_at(first) == Exec::SubF64) return float_pair(first, second, Exec::SubAddF64);
    if (op_at(first) == Exec::MulF64) return float_pair(first, second, Exec::MulAddF64);
    return false;
  }
  bool count_and_test(std::uint32_t first, std::uint32_t second) {
    if (nbc::a_of(code_[first]) != nbc::a_of(code_[second])) return false;
    switch (op_at(second)) {
      case Exec::JltI64Back: set_op(first, Exec::AddImmJltI64Back); return true;
      case Exec::JleI64Back: set_op(first, Exec::AddImmJleI64Back); return true;
      case Exec::JltImmI64Back: set_op(first, Exec::AddImmJltImmI64Back); return true;
      case Exec::JleImmI64Back: set_op(first, Exec::AddImmJleImmI64Back); return true;
      default: return false;
    }
  }
  /// `adds` is the pair with an addition behind; those with the other operations follow it.
  bool float_pair(std::uint32_t first, std::uint32_t second, Exec adds) {
    const Exec op = op_at(second);
    if (op != Exec::AddF64 && op != Exec::SubF64 && op != Exec::MulF64) return false;
    const std::uint16_t x = nbc::a_of(code_[first]);
    const std::uint16_t b = nbc::b_of(code_[second]);
    const std::uint16_t c = nbc::c_of(code_[second]);
    if (b != x && c != x) return false;
    const bool reversed = b != x;
    // Sums and products don't care which side is which.
    if (reversed && op != Exec::SubF64) set_bc(second, c, b);
    const int which = op == Exec::AddF64 ? 0 : op == Exec::MulF64 ? 3 : reversed ? 2 : 1;
    set_op(first, static_cast<Exec>(static_cast<int>(adds) + which));
    return true;
  }

  void one(const nbc::Inst& inst) {
    switch (inst.op()) {
      case Op::Move:
      case Op::Borrow:
      case Op::Reborrow: move(inst); break;
      case Op::Copy: copy(inst); break;
      case Op::Drop: drop(inst); break;
      case Op::Zero:
        set_op(inst.pc, Exec::ZeroN);
        set_c(inst.pc, types_[inst.a()]->slots);
        break;
      case Op::Const: constant(inst); break;
      case Op::SwitchEnum:
      case Op::SwitchInt: switches(inst); break;
      case Op::Call: call(inst); break;
      case Op::Ret:
        if (inst.list_size() == 0) set_op(inst.pc, Exec::Ret0);
        if (inst.list_size() == 1) set_op(inst.pc, Exec::Ret1);
        break;
      case Op::ListGet:
      case Op::ListPeek:
      case Op::ListSet:
      case Op::ListPut:
      case Op::ListTake:
      case Op::ListPush: list(inst); break;
      case Op::ListLoad:
      case Op::ListStore: list_leaf(inst); break;
#define BRANCH(name) \
  case Op::name: branch(inst, Exec::name, Exec::name##Back); break;
        BRANCH(Jump)
        BRANCH(BrTrue)
        BRANCH(BrFalse)
        BRANCH(JeqI64)
        BRANCH(JneI64)
        BRANCH(JltI64)
        BRANCH(JleI64)
        BRANCH(JeqImmI64)
        BRANCH(JneImmI64)
        BRANCH(JltImmI64)
        BRANCH(JleImmI64)
        BRANCH(JgtImmI64)
        BRANCH(JgeImmI64)
        BRANCH(JeqF64)
        BRANCH(JneF64)
        BRANCH(JltF64)
        BRANCH(JleF64)
        BRANCH(JnltF64)
        BRANCH(JnleF64)
#undef BRANCH
      default: break;
    }
  }

  const LoadedModule& loaded_;
  const std::vector<Word>& original_;
  std::vector<Word>& code_;
  const std::vector<const TypeInfo*>& types_;
};

}  // namespace

void specialise(const LoadedModule& loaded, std::uint32_t function, std::vector<Word>& code,
                const std::vector<const TypeInfo*>& slot_types, bool pairs) {
  Specialiser(loaded, function, code, slot_types).run(pairs);
}

}  // namespace noodle::vm
