#include "compiler/nir/lower.h"

#include <algorithm>
#include <utility>

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

namespace {
constexpr std::size_t kFirstRoom = 32;  // instructions and values of a common function
}

Lowering::Lowering(sema::Program& the_program, FunctionId id, Coverage* the_coverage)
    : program(the_program),
      types(the_program.types()),
      coverage(the_coverage),
      body(*the_program.body(id)),
      info_(the_program.function(id)),
      b(out.function) {
  Function& f = out.function;
  f.origin = id;
  f.name = f.trace_name =
      symbol(info_.qualified_name.empty() ? std::string(types.names().text(info_.name)) : info_.qualified_name);
  f.type_param_count = static_cast<std::uint32_t>(info_.type_params.size());
  f.span = b.span = info_.span;
  f.insts.reserve(kFirstRoom);
  f.values.reserve(kFirstRoom);
  f.operands.reserve(kFirstRoom);
  for (const sema::Local& local : body.locals) new_var(local.type, local.name);
}

Lowered lower(sema::Program& program, FunctionId function, Coverage* coverage) {
  return Lowering(program, function, coverage).run();
}

Lowered Lowering::run() {
  Function& f = out.function;
  std::uint32_t block_params = 0;
  for (std::uint32_t k = 0; k < body.param_count; ++k) {
    if (body.locals[k].kind == sema::LocalKind::BlockParam) {
      const std::uint32_t position = f.type_param_count + block_params++;
      var_types[k] = types.param(position, symbol("block" + std::to_string(position)));
    }
  }
  for (std::size_t k = 0; k < body.locals.size(); ++k) {
    if (!body.locals[k].in_defer) continue;
    var_slots[k] = SlotId(f.slots.size());
    f.slots.push_back({var_types[k], body.locals[k].name});
  }
  const BlockId entry = block();
  blocks[entry.index].sealed = true;
  enter(entry);
  f.results.push_back(info_.result);
  for (std::uint32_t k = 0; k < body.param_count; ++k) {
    const auto local_kind = body.locals[k].kind;
    const bool moved = local_kind == sema::LocalKind::MutParam || local_kind == sema::LocalKind::BlockParam;
    const Ownership ownership = moved ? Ownership::Owned : Ownership::Borrowed;
    f.params.push_back({var_types[k], ownership});
    if (moved) f.results.push_back(var_types[k]);
    const ValueId v = b.add_param(entry, var_types[k], ownership);
    f.value(v).name = body.locals[k].name;
  }
  for (std::uint32_t k = 0; k < body.param_count; ++k) write(k, f.block(entry).params[k]);

  if (body.task_scope.valid()) open_tasks(body.task_scope, body.own_scope, body.outer_scope, body.root);
  if (body.root->kind != sema::ExprKind::Block) count(*body.root);
  const bool unit_result = is_unit(info_.result);
  if (unit_result) {
    statement(body.root);
    if (body.task_scope.valid()) close_tasks();
    if (!dead()) return_value(unit());
  } else {
    const ValueId value = expr(body.root);
    if (body.task_scope.valid()) close_tasks();
    if (!dead() && kind(info_.result) == TypeKind::Never) end_unreachable();
    if (!dead()) return_value(value);
  }
  fill_params();
  return std::move(out);
}

void Lowering::problem(std::string_view text, source::Span span) {
  if (!out.problem.empty()) return;
  out.problem = text;
  out.problem_span = span;
}

// ------------------------------------------------------------------------------------- emitting

ValueId Lowering::emit(Op op, std::span<const ValueId> operands, TypeId result, TypeId type, std::uint64_t imm) {
  if (dead()) return {};
  return b.value(op, operands, result, type, imm);
}

ValueId Lowering::emit(Op op, std::initializer_list<ValueId> operands, TypeId result, TypeId type, std::uint64_t imm) {
  return emit(op, std::span(operands.begin(), operands.size()), result, type, imm);
}

std::vector<ValueId> Lowering::emit_many(Op op, std::span<const ValueId> operands, std::span<const TypeId> results,
                                         TypeId type, std::uint64_t imm) {
  std::vector<ValueId> values(results.size());
  if (dead()) return values;
  const Inst& inst = b.f.inst(b.emit(op, operands, results, type, imm));
  for (std::uint32_t k = 0; k < results.size(); ++k) values[k] = b.f.result(inst, k);
  return values;
}

void Lowering::effect(Op op, std::initializer_list<ValueId> operands, std::uint64_t imm) {
  if (!dead()) b.emit(op, std::span(operands.begin(), operands.size()), {}, {}, imm);
}

void Lowering::count(const Expr& e, std::string_view way, std::size_t number) {
  if (coverage == nullptr || !coverage->counts(e.span)) return;
  const std::uint32_t counter = coverage->number({e.span, way, static_cast<std::uint32_t>(number)});
  if (dead()) return;
  const source::Span at = std::exchange(b.span, e.span);
  native("test.cover", {integer(counter)}, types.unit());
  b.span = at;
}

ValueId Lowering::integer(std::int64_t n) {
  return emit(Op::ConstInt, {}, i64(), i64(), static_cast<std::uint64_t>(n));
}
ValueId Lowering::boolean_value(bool x) { return emit(Op::ConstInt, {}, boolean(), boolean(), x); }
ValueId Lowering::string_value(std::string_view text) {
  return emit(Op::ConstString, {}, text_type(), text_type(), symbol(text).index);
}
ValueId Lowering::unit() { return emit(Op::StructMake, {}, types.unit(), types.unit()); }

ValueId Lowering::native(std::string_view name, std::initializer_list<ValueId> operands, TypeId result) {
  return emit(Op::CallNative, operands, result, {}, symbol(name).index);
}

// --------------------------------------------------------------------------------------- blocks

BlockId Lowering::block() {
  blocks.emplace_back();
  return b.new_block();
}

void Lowering::enter(BlockId to) { b.at = to; }

void Lowering::seal(BlockId id) {
  BlockState& state = blocks[id.index];
  state.sealed = true;
  for (const auto& [var, param] : state.waiting) fills.push_back({param, id, var});
  state.waiting.clear();
}

void Lowering::note_edge(InstId id) {
  const Inst& inst = b.f.inst(id);
  homes[id.index] = b.at;
  for (std::uint32_t k = 0; k < inst.edge_count; ++k)
    blocks[b.f.edges[inst.first_edge + k].target.index].ways.emplace_back(id, k);
  b.at = {};
}

void Lowering::jump(BlockId to) {
  if (!dead()) note_edge(b.jump(to));
}

void Lowering::branch(ValueId condition, BlockId yes, BlockId no) {
  if (!dead()) note_edge(b.branch(condition, yes, no));
}

void Lowering::switch_on(ValueId subject, std::span<const BlockId> targets) {
  if (dead()) return;
  const InstId id = b.emit(Op::Switch, std::span(&subject, 1), {});
  for (BlockId target : targets) b.add_edge(id, target);
  note_edge(id);
}

void Lowering::end_unreachable() {
  effect(Op::Unreachable, {});
  b.at = {};
}

void Lowering::meet(BlockId join, const Fork& fork) {
  BlockState& state = blocks[join.index];
  state.dominator = fork.from;
  state.since = fork.since;
  state.until = clock_;
  seal(join);
  b.at = has_ways_in(join) ? join : BlockId();
}

// ------------------------------------------------------------------------------------ variables

Var Lowering::new_var(TypeId type, Symbol) {
  var_types.push_back(type);
  var_slots.push_back({});
  writes.emplace_back();
  return static_cast<Var>(var_types.size() - 1);
}

void Lowering::write(Var var, ValueId value) {
  if (dead()) return;
  if (var_slots[var].valid()) return effect(Op::SlotStore, {value}, var_slots[var].index);
  writes[var].push_back(++clock_);
  defs[std::uint64_t{b.at.index} << 32 | var] = value;
  if (var < body.locals.size() && !b.f.value(value).name.valid()) b.f.value(value).name = body.locals[var].name;
}

ValueId Lowering::read(Var var) {
  if (dead()) return {};
  if (var_slots[var].valid()) return emit(Op::SlotLoad, {}, var_types[var], {}, var_slots[var].index);
  return read_at(b.at, var);
}

bool Lowering::written_between(Var var, std::uint32_t since, std::uint32_t until) const {
  const auto& times = writes[var];
  const auto it = std::upper_bound(times.begin(), times.end(), since);
  return it != times.end() && *it <= until;
}

ValueId Lowering::read_at(BlockId start, Var var) {
  BlockId at = start, first = start;
  ValueId value;
  for (std::uint32_t hops = 0;; ++hops) {
    if (hops == 1) first = at;
    const std::uint64_t key = std::uint64_t{at.index} << 32 | var;
    if (const auto it = defs.find(key); it != defs.end()) {
      value = it->second;
      break;
    }
    BlockState& state = blocks[at.index];
    if (state.sealed && state.ways.size() == 1) {
      const InstId way = state.ways[0].first;
      at = state.dominator.valid() ? state.dominator : BlockId();
      if (!at.valid() || written_between(var, state.since, state.until)) at = home_of(way);
      continue;
    }
    if (state.sealed && state.dominator.valid() && !written_between(var, state.since, state.until)) {
      at = state.dominator;
      continue;
    }
    if (state.sealed && state.ways.empty()) {
      // Not bound on this way; whoever reads it here never uses what it reads.
      const TypeId type = var_types[var];
      const InstId zero = b.detached(Op::Zero, {}, std::span(&type, 1), type);
      auto& insts = b.f.block(at).insts;
      insts.insert(insts.begin(), zero);
      value = b.f.result(b.f.inst(zero));
    } else {
      value = b.add_param(at, var_types[var]);
      if (var < body.locals.size()) b.f.value(value).name = body.locals[var].name;
      if (state.sealed)
        fills.push_back({value, at, var});
      else
        state.waiting.emplace_back(var, value);
    }
    defs[key] = value;
    break;
  }
  if (at != start) defs[std::uint64_t{start.index} << 32 | var] = value;
  // What stands further down comes by here as well: it need not go all the way again.
  if (at != first) defs[std::uint64_t{first.index} << 32 | var] = value;
  return value;
}

void Lowering::fill_params() {
  // Parameters of a block were made in the order in which they stand here, and so are arguments.
  for (std::size_t k = 0; k < fills.size(); ++k) {
    const Fill fill = fills[k];
    const auto ways = blocks[fill.block.index].ways;
    for (const auto& [inst, edge] : ways) {
      const ValueId value = read_at(home_of(inst), fill.var);
      b.add_argument(b.f.edges[b.f.inst(inst).first_edge + edge], value);
    }
  }
}

}  // namespace noodle::nir
