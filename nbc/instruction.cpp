#include "nbc/instruction.h"

#include <algorithm>
#include <array>
#include <utility>

namespace noodle::nbc {
namespace {

// The operand words of opcodes.def.
#define IN(place, what) \
  Operand { Role::In, Place::place, What::what }
#define TAKE(place, what) \
  Operand { Role::Take, Place::place, What::what }
#define MUT(place, what) \
  Operand { Role::Mut, Place::place, What::what }
#define OUT(place, what) \
  Operand { Role::Out, Place::place, What::what }
#define VIEW(place, what) \
  Operand { Role::View, Place::place, What::what }
#define ARGS(place, what) \
  Operand { Role::Args, Place::place, What::what }
#define IMM(place, what) \
  Operand { Role::Imm, Place::place, What::what }
#define LIST(role, what) role(List, what)
#define TARGETS \
  Operand { Role::Imm, Place::Targets, What::Targets }

constexpr OpInfo make(std::string_view mnemonic, std::uint8_t flags, std::string_view meaning,
                      std::initializer_list<Operand> operands) {
  OpInfo info;
  info.mnemonic = mnemonic;
  info.meaning = meaning;
  info.flags = flags;
  for (const Operand& operand : operands) {
    info.operands[info.operand_count++] = operand;
    switch (operand.place) {
      case Place::A: info.used_first |= 0xFFFFull << 16; break;
      case Place::B: info.used_first |= 0xFFFFull << 32; break;
      case Place::C: info.used_first |= 0xFFFFull << 48; break;
      case Place::Imm: info.used_first |= 0xFFFFFFFFull << 32; break;
      case Place::X: info.used_second |= 0xFFFFFFFFull; break;
      case Place::Y: info.used_second |= 0xFFFFull << 32; break;
      case Place::Z: info.used_second |= 0xFFFFull << 48; break;
      case Place::List:
        info.used_first |= 0xFFFFull << 16;
        info.has_list = true;
        break;
      case Place::Targets: info.has_targets = true; break;
    }
  }
  if (info.used_second != 0) info.fixed_words = 2;
  return info;
}

constexpr std::array<OpInfo, kOpCount> kOps = {
#define OPCODE(name, mnemonic, flags, meaning, ...) make(mnemonic, flags, meaning, {__VA_ARGS__}),
#include "nbc/opcodes.def"
#undef OPCODE
};

// Mnemonics in alphabetical order, for find_op.
constexpr std::array<std::uint16_t, kOpCount> sorted_ops() {
  std::array<std::uint16_t, kOpCount> order{};
  for (std::uint16_t i = 0; i < kOpCount; ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [](auto x, auto y) { return kOps[x].mnemonic < kOps[y].mnemonic; });
  return order;
}

}  // namespace

const OpInfo& info(Op op) { return kOps[static_cast<std::size_t>(op)]; }

Op find_op(std::string_view mnemonic) {
  static constexpr auto kSorted = sorted_ops();
  auto at = std::lower_bound(kSorted.begin(), kSorted.end(), mnemonic,
                             [](auto i, std::string_view m) { return kOps[i].mnemonic < m; });
  if (at == kSorted.end() || kOps[*at].mnemonic != mnemonic) return Op(kOpCount);
  return Op(*at);
}

std::uint32_t Inst::raw(Place place) const {
  switch (place) {
    case Place::A: return a();
    case Place::B: return b();
    case Place::C: return c();
    case Place::Imm: return uimm();
    case Place::X: return x();
    case Place::Y: return y();
    case Place::Z: return z();
    case Place::List:
    case Place::Targets: break;
  }
  return 0;
}

std::int64_t Inst::branch_target() const {
  for (const Operand& operand : op_info->all()) {
    if (operand.what == What::Offset) return std::int64_t(pc) + std::int16_t(c());
    if (operand.what == What::Target) return uimm();
  }
  return -1;
}

std::uint32_t Inst::words() const {
  std::uint32_t n = op_info->fixed_words;
  if (op_info->has_list) n += (std::uint32_t(a()) + 3) / 4;
  if (op_info->has_targets) n += static_cast<std::uint32_t>((std::uint64_t(uimm()) + 1) / 2);
  return n;
}

Inst decode(std::span<const Word> code, std::uint32_t pc) {
  Inst inst;
  if (pc >= code.size() || raw_op(code[pc]) >= kOpCount) return inst;
  inst.at = code.data() + pc;
  inst.pc = pc;
  inst.op_info = &kOps[raw_op(code[pc])];
  if (inst.words() > code.size() - pc) inst.op_info = nullptr;
  return inst;
}

bool unused_places_are_zero(const Inst& inst) {
  const OpInfo& info = *inst.op_info;
  if ((inst.at[0] & ~info.used_first) != 0) return false;
  if (info.fixed_words == 2 && (inst.at[1] & ~info.used_second) != 0) return false;
  std::uint32_t last = inst.words() - 1;
  if (info.has_list && inst.list_size() % 4 != 0) {
    return inst.at[last] >> (16 * (inst.list_size() % 4)) == 0;
  }
  if (info.has_targets && inst.target_count() % 2 != 0) return inst.at[last] >> 32 == 0;
  return true;
}

}  // namespace noodle::nbc
