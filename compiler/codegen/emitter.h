#pragma once

// The emitter of one function; its parts are in emit*.cpp. Only codegen's own files include this.

#include "compiler/codegen/emit.h"
#include "compiler/codegen/registers.h"

namespace noodle::codegen {

class Emitter {
 public:
  Emitter(ModuleContext& context, const nir::Function& f, nbc::FunctionId id)
      : context_(context),
        types_(context.types),
        layout_(context.types.layout()),
        f_(f),
        cfg_(f),
        owners_(nir::owners_of(f, layout_)),
        live_(f, cfg_, owners_),
        order_(order_blocks(f, cfg_)),
        selection_(f, layout_, cfg_),
        code_(context.builder, id) {}

  std::expected<void, std::string> run();

 private:
  using Reg = std::uint16_t;

  // emit.cpp: blocks, places in the source, ways from block to block
  void begin_function();
  void find_destinations();
  void emit_block(std::size_t at);
  nir::BlockId next_with_code(std::size_t at) const;
  void place(const nir::Inst& inst);
  void enter_region(nir::RegionId region);
  std::uint32_t inline_site(nir::SiteId site);
  void name_value(nir::ValueId v, nir::BlockId block);
  void emit_terminator(nir::BlockId block, const nir::Inst& inst, nir::BlockId next);
  void emit_jump(nir::BlockId block, const nir::Inst& inst, nir::BlockId next);
  bool is_short_test(nir::BlockId head, nir::RegionId region) const;
  void emit_branch(const nir::Inst& inst, nir::BlockId next);
  void emit_compare_branch(const nir::Inst& compare, nbc::Label to, bool when);
  void emit_moves(nir::BlockId block, const nir::Edge& edge);
  void emit_return(const nir::Inst& inst);

  // emit_ops.cpp
  void emit(nir::BlockId block, const nir::Inst& inst);
  void emit_constant(const nir::Inst& inst);
  void emit_call(const nir::Inst& inst);
  void emit_slot(const nir::Inst& inst);
  void emit_list(const nir::Inst& inst);
  void emit_map(const nir::Inst& inst);
  void emit_task(const nir::Inst& inst);
  void emit_local(const nir::Inst& inst);
  void emit_box_or_any(const nir::Inst& inst);
  void emit_string(const nir::Inst& inst);
  void emit_whole(const nir::Inst& inst);

  // emit_numbers.cpp
  void emit_number(const nir::Inst& inst);
  void emit_compare(const nir::Inst& inst);
  bool emit_immediate(const nir::Inst& inst);
  void emit_convert(const nir::Inst& inst);

  // emit_enums.cpp
  void emit_payload(nir::BlockId block, const nir::Inst& inst);
  bool is_refined(nir::BlockId block, nir::ValueId subject, std::uint64_t variant) const;
  bool outlives_refinement(nir::BlockId block, const nir::Inst& inst) const;
  bool stays_below(nir::BlockId above, nir::BlockId block) const;
  void switch_again(Reg subject, std::uint32_t variants, std::uint64_t variant);

  Reg reg(nir::ValueId v) const { return registers_.of_value[v.index]; }
  Reg in(const nir::Inst& i, std::uint32_t k) const { return reg(f_.operands_of(i)[k]); }
  Reg out(const nir::Inst& i, std::uint32_t k = 0) const { return reg(f_.result(i, k)); }
  nbc::TypeId type_of(nir::ValueId v) { return types_.map(f_.type(v)); }
  sema::TypeKind kind(nir::ValueId v) const { return layout_.types().kind(f_.type(v)); }
  bool counted(nir::ValueId v) { return layout_.counted(f_.type(v)); }
  /// All slots of operands [from, end), or of results: an operand list.
  std::vector<Reg> operand_slots(const nir::Inst& i, std::uint32_t from);
  std::vector<Reg> result_slots(const nir::Inst& i, std::uint32_t from);
  std::vector<Reg> operand_heads(const nir::Inst& i, std::uint32_t from) const;
  std::vector<Reg> result_heads(const nir::Inst& i) const;
  /// The register of an operand changed in place, moved to where the result belongs.
  Reg in_place(const nir::Inst& inst);
  /// Where control ends up that goes to a block: past blocks without code.
  nir::BlockId destination(nir::BlockId block) const;
  nbc::Label label(nir::BlockId block) { return labels_[destination(block).index]; }
  /// A register that no value lives in, one a type.
  Reg scratch(nbc::TypeId type);

  ModuleContext& context_;
  Types& types_;
  nir::Layout& layout_;
  const nir::Function& f_;
  nir::Cfg cfg_;
  std::vector<nir::ValueId> owners_;
  nir::Liveness live_;
  BlockOrder order_;
  Selection selection_;
  nbc::FunctionBuilder code_;
  Registers registers_;
  std::vector<nbc::Label> labels_;
  std::vector<nir::BlockId> destinations_;  // by block: the next one, if this has no code; else itself
  std::vector<std::pair<nbc::TypeId, Reg>> scratch_;
  std::vector<Reg> kept_;  // the pinned registers
  std::vector<std::pair<Reg, nbc::TypeId>> counted_slots_;
  nir::RegionId region_;
  nbc::Label region_begin_;
  nbc::Label block_end_;              // of the block being emitted
  std::vector<bool> emitted_;         // by block
  std::vector<std::uint32_t> sites_;  // by inline site: what `line` takes, or 0
  source::Span last_span_;
  source::Position last_position_;
};

}  // namespace noodle::codegen
