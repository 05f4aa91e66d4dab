#include "compiler/codegen/emit.h"

#include <algorithm>

#include "compiler/codegen/emitter.h"

namespace noodle::codegen {

using nir::BlockId;
using nir::Inst;
using nir::Op;
using nir::ValueId;

std::uint32_t ModuleContext::file(source::FileId id) {
  if (files.size() <= id.index) files.resize(id.index + 1, 0);
  if (files[id.index] == 0) {
    std::string_view path = options.sources->path(id);
    if (!options.root.empty() && path.starts_with(options.root)) path.remove_prefix(options.root.size());
    builder.module.debug.files.push_back(builder.string(path));
    files[id.index] = static_cast<std::uint32_t>(builder.module.debug.files.size());
  }
  return files[id.index] - 1;
}

std::expected<void, std::string> emit_function(ModuleContext& context, nir::InstanceId id) {
  return Emitter(context, context.module.function(id), context.functions[id.index]).run();
}

std::expected<void, std::string> Emitter::run() {
  auto registers = assign_registers(f_, live_, owners_, order_, selection_, types_, code_);
  if (!registers) return std::unexpected(registers.error());
  registers_ = std::move(*registers);
  for (std::size_t b = 0; b < f_.blocks.size(); ++b) labels_.push_back(code_.label());
  find_destinations();
  begin_function();
  for (std::size_t i = 0; i < order_.blocks.size(); ++i) emit_block(i);
  enter_region({});
  if (code_.slots() > nbc::kMaxSlots) return std::unexpected("a function needs too many registers");
  code_.finish();
  return {};
}

void Emitter::begin_function() {
  sites_.assign(f_.sites.size(), 0);
  emitted_.assign(f_.blocks.size(), false);
  for (std::size_t s = 0; s < f_.slots.size(); ++s) {
    auto leaves = layout_.leaves(f_.slots[s].type);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      Reg head = registers_.of_slot[s][i];
      kept_.push_back(head);
      code_.abc(nbc::Op::Zero, head);
      if (layout_.counted(leaves[i])) counted_slots_.emplace_back(head, types_.map(leaves[i]));
    }
  }
}

/// Finds blocks that only jump on, with nothing to move: no code is made for them.
void Emitter::find_destinations() {
  destinations_.resize(f_.blocks.size());
  for (std::size_t b = 0; b < f_.blocks.size(); ++b) destinations_[b] = BlockId(b);
  for (BlockId block : order_.blocks) {
    const Inst& last = f_.terminator(block);
    if (last.op != Op::Jump || block.index == 0) continue;
    const auto& insts = f_.block(block).insts;
    const bool works = std::any_of(insts.begin(), insts.end() - 1, [&](auto id) { return !selection_.is_folded(id); });
    const nir::Edge& edge = f_.edges_of(last)[0];
    const auto& params = f_.block(edge.target).params;
    bool moves = false;
    for (std::uint32_t k = 0; k < edge.argument_count; ++k) moves |= reg(params[k]) != reg(f_.arguments_of(edge)[k]);
    const bool is_handler = std::any_of(f_.regions.begin(), f_.regions.end(),
                                        [&](const nir::Region& region) { return region.handler == block; });
    if (works || moves || is_handler || destination(edge.target) == block) continue;
    destinations_[block.index] = edge.target;
  }
}

BlockId Emitter::destination(BlockId block) const {
  while (destinations_[block.index] != block) block = destinations_[block.index];
  return block;
}

BlockId Emitter::next_with_code(std::size_t at) const {
  for (std::size_t i = at + 1; i < order_.blocks.size(); ++i) {
    if (destinations_[order_.blocks[i].index] == order_.blocks[i]) return order_.blocks[i];
  }
  return {};
}

void Emitter::emit_block(std::size_t at) {
  const BlockId block = order_.blocks[at];
  if (destinations_[block.index] != block) return;
  const BlockId next = next_with_code(at);
  code_.bind(label(block));
  block_end_ = code_.label();
  const auto& insts = f_.block(block).insts;
  for (ValueId v : f_.block(block).params) name_value(v, block);
  for (std::uint32_t i = 0; i < insts.size(); ++i) {
    const Inst& inst = f_.inst(insts[i]);
    if (selection_.is_folded(insts[i])) continue;
    enter_region(inst.region);
    place(inst);
    if (nir::info(inst.op).is_terminator) {
      emit_terminator(block, inst, next);
    } else {
      emit(block, inst);
      for (std::uint32_t k = 0; k < inst.result_count; ++k) name_value(f_.result(inst, k), block);
    }
  }
  code_.bind(block_end_);
  emitted_[block.index] = true;
}

/// Notes where in the source the next instruction comes from.
void Emitter::place(const Inst& inst) {
  const auto* sources = context_.options.sources;
  if (sources == nullptr || !inst.span.valid()) return;
  if (inst.span.file != last_span_.file || inst.span.begin != last_span_.begin || !last_span_.valid()) {
    last_position_ = sources->position(inst.span.file, inst.span.begin, last_position_.line);
    last_span_ = inst.span;
  }
  const std::uint32_t site = inline_site(inst.site);
  code_.line(context_.file(inst.span.file), last_position_.line, last_position_.column, site);
}

std::uint32_t Emitter::inline_site(nir::SiteId site) {
  if (!site.valid()) return 0;
  if (sites_[site.index] != 0) return sites_[site.index];
  const nir::InlineSite& data = f_.sites[site.index];
  const std::uint32_t parent = inline_site(data.parent);
  source::Position position;
  std::uint32_t file = 0;
  if (data.call.valid()) {
    position = context_.options.sources->position(data.call.file, data.call.begin);
    file = context_.file(data.call.file);
  }
  auto name = context_.builder.string(layout_.types().names().text(data.callee));
  return sites_[site.index] = code_.inlined_call(name, file, position.line, position.column, parent);
}

/// Tells the debugger where a variable is while it lives in this block, from its definition on.
void Emitter::name_value(ValueId v, BlockId block) {
  const nir::Value& value = f_.value(v);
  if (!value.name.valid() || reg(v) == Registers::kNone || context_.options.sources == nullptr) return;
  if (!live_.is_live_out(block, v)) return;  // its register may serve another before the block ends
  auto name = context_.builder.string(layout_.types().names().text(value.name));
  nbc::Label begin = code_.label();
  code_.bind(begin);
  code_.local(name, type_of(v), reg(v), begin, block_end_);
}

/// Code from here on stands in another cleanup region than the code before.
void Emitter::enter_region(nir::RegionId region) {
  if (region == region_) return;
  if (region_.valid()) {
    nbc::Label end = code_.label();
    code_.bind(end);
    code_.cleanup(region_begin_, end, label(f_.regions[region_.index].handler), kept_);
  }
  region_ = region;
  if (region.valid()) {
    region_begin_ = code_.label();
    code_.bind(region_begin_);
  }
}

// -------------------------------------------------------------------------- from block to block

/// Whether a loop's head does nothing but a little work and a branch.
bool Emitter::is_short_test(BlockId head, nir::RegionId region) const {
  constexpr std::size_t kLongest = 4;
  const auto& insts = f_.block(head).insts;
  if (f_.inst(insts.back()).op != Op::Branch) return false;
  std::size_t emitted = 0;
  for (nir::InstId id : insts) {
    const Inst& inst = f_.inst(id);
    if (selection_.is_folded(id)) continue;
    if (inst.region != region || nir::info(inst.op).result == nir::Ownership::Borrowed) return false;
    ++emitted;
  }
  return emitted <= kLongest;
}

/// A jump back to a loop's head does the head's test here, so that a round has one branch instead of two.
void Emitter::emit_jump(BlockId block, const Inst& inst, BlockId next) {
  const nir::Edge edge = f_.edges_of(inst)[0];
  emit_moves(block, edge);
  const BlockId target = destination(edge.target);
  if (target == next) return;
  if (!emitted_[target.index] || !is_short_test(target, inst.region)) return code_.jump(label(target));
  for (nir::InstId id : f_.block(target).insts) {
    const Inst& head = f_.inst(id);
    if (selection_.is_folded(id)) continue;
    place(head);
    if (head.op == Op::Branch) {
      emit_branch(head, next);
    } else {
      emit(block, head);
    }
  }
}

void Emitter::emit_terminator(BlockId block, const Inst& inst, BlockId next) {
  switch (inst.op) {
    case Op::Jump: return emit_jump(block, inst, next);
    case Op::Branch: return emit_branch(inst, next);
    case Op::Switch: {
      std::vector<nbc::Label> targets;
      for (const nir::Edge& edge : f_.edges_of(inst)) targets.push_back(label(edge.target));
      return code_.switch_enum(in(inst, 0), targets);
    }
    case Op::Ret: return emit_return(inst);
    case Op::Panic: return code_.abc(nbc::Op::Panic, in(inst, 0));
    case Op::Resume: return code_.abc(nbc::Op::Resume);
    default: return code_.abc(nbc::Op::Unreachable);
  }
}

void Emitter::emit_branch(const Inst& inst, BlockId next) {
  const BlockId yes = destination(f_.edges_of(inst)[0].target);
  const BlockId no = destination(f_.edges_of(inst)[1].target);
  const nir::InstId compare = selection_.fused(inst);
  auto go = [&](BlockId to, bool when) {
    if (compare.valid()) return emit_compare_branch(f_.inst(compare), label(to), when);
    if (when) return code_.br_true(in(inst, 0), label(to));
    code_.br_false(in(inst, 0), label(to));
  };
  if (yes == next) return go(no, false);
  go(yes, true);
  if (no != next) code_.jump(label(no));
}

void Emitter::emit_compare_branch(const Inst& compare, nbc::Label to, bool when) {
  auto operands = f_.operands_of(compare);
  const bool is_float = kind(operands[0]) == sema::TypeKind::F64;
  Op op = compare.op;
  std::int64_t value = 0;
  const bool swap = selection_.is_immediate(compare, 0);
  if (swap || selection_.is_immediate(compare, 1)) {
    selection_.immediate(operands[swap ? 0 : 1], value);
    if (swap) op = op == Op::Lt ? Op::Gt : op == Op::Gt ? Op::Lt : op == Op::Le ? Op::Ge : op == Op::Ge ? Op::Le : op;
    if (!when) {
      constexpr Op kOpposite[] = {Op::Ne, Op::Eq, Op::Ge, Op::Gt, Op::Le, Op::Lt};
      op = kOpposite[static_cast<int>(op) - static_cast<int>(Op::Eq)];
    }
    constexpr nbc::Op kOps[] = {nbc::Op::JeqImmI64, nbc::Op::JneImmI64, nbc::Op::JltImmI64,
                                nbc::Op::JleImmI64, nbc::Op::JgtImmI64, nbc::Op::JgeImmI64};
    return code_.compare_jump(kOps[static_cast<int>(op) - static_cast<int>(Op::Eq)], reg(operands[swap ? 1 : 0]),
                              static_cast<Reg>(value), to);
  }
  Reg a = reg(operands[0]);
  Reg b = reg(operands[1]);
  if (op == Op::Gt || op == Op::Ge) {
    std::swap(a, b);
    op = op == Op::Gt ? Op::Lt : Op::Le;
  }
  if (is_float) {
    switch (op) {
      case Op::Eq: return code_.compare_jump(when ? nbc::Op::JeqF64 : nbc::Op::JneF64, a, b, to);
      case Op::Ne: return code_.compare_jump(when ? nbc::Op::JneF64 : nbc::Op::JeqF64, a, b, to);
      case Op::Lt: return code_.compare_jump(when ? nbc::Op::JltF64 : nbc::Op::JnltF64, a, b, to);
      default: return code_.compare_jump(when ? nbc::Op::JleF64 : nbc::Op::JnleF64, a, b, to);
    }
  }
  switch (op) {
    case Op::Eq: return code_.compare_jump(when ? nbc::Op::JeqI64 : nbc::Op::JneI64, a, b, to);
    case Op::Ne: return code_.compare_jump(when ? nbc::Op::JneI64 : nbc::Op::JeqI64, a, b, to);
    case Op::Lt:
      return when ? code_.compare_jump(nbc::Op::JltI64, a, b, to) : code_.compare_jump(nbc::Op::JleI64, b, a, to);
    default:
      return when ? code_.compare_jump(nbc::Op::JleI64, a, b, to) : code_.compare_jump(nbc::Op::JltI64, b, a, to);
  }
}

/// All arguments of a jump to their parameters at once: moves whose target nobody still reads come
/// first, and a circle is opened with a spare register.
void Emitter::emit_moves(BlockId block, const nir::Edge& edge) {
  struct Move {
    Reg to;
    Reg from;
    nbc::TypeId type;
    bool borrowed;
  };
  std::vector<Move> moves;
  const auto& params = f_.block(edge.target).params;
  for (std::uint32_t k = 0; k < edge.argument_count; ++k) {
    Reg to = reg(params[k]);
    Reg from = reg(f_.arguments_of(edge)[k]);
    const bool borrowed = counted(params[k]) && f_.value(params[k]).ownership == nir::Ownership::Borrowed;
    if (to != from) moves.push_back({to, from, type_of(params[k]), borrowed});
  }
  const bool goes_back = cfg_.number(edge.target) <= cfg_.number(block);
  auto move = [&](Reg to, const Move& m, bool again) {
    if (!m.borrowed) return code_.move(to, m.from);
    again ? code_.reborrow(to, m.from) : code_.borrow(to, m.from);
  };
  while (!moves.empty()) {
    bool moved = false;
    for (std::size_t i = 0; i < moves.size(); ++i) {
      auto reads = [&](const Move& other) { return other.from == moves[i].to; };
      if (std::any_of(moves.begin(), moves.end(), reads)) continue;
      move(moves[i].to, moves[i], goes_back);
      moves.erase(moves.begin() + static_cast<std::ptrdiff_t>(i));
      moved = true;
      break;
    }
    if (moved) continue;
    const Reg spare = scratch(moves[0].type);
    const Reg from = moves[0].from;
    move(spare, moves[0], false);
    for (Move& m : moves) {
      if (m.from == from) m.from = spare;
    }
  }
}

void Emitter::emit_return(const Inst& inst) {
  for (auto [head, type] : counted_slots_) code_.imm(nbc::Op::Drop, head, type.index);
  code_.list(nbc::Op::Ret, 0, 0, operand_slots(inst, 0));
}

}  // namespace noodle::codegen
