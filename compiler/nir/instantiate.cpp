#include "compiler/nir/instantiate.h"

#include <algorithm>

#include "compiler/nir/instantiator.h"

namespace noodle::nir {

namespace {

/// Instances whose type arguments nest deeper, or have more parts, than this come from functions that
/// call themselves with ever larger types.
constexpr std::uint32_t kDeepestArguments = 40;
constexpr std::uint64_t kLargestArguments = 1000;
constexpr std::size_t kMostInstances = 100'000;  // of generic functions, and of what is derived for types

}  // namespace

Module instantiate(sema::Program& program, Layout& layout, const Roots& roots, source::DiagnosticSink& sink) {
  return Instantiator(program, layout, sink, roots.coverage).run(roots);
}

Module Instantiator::run(const Roots& roots) {
  if (roots.main.valid()) {
    const TypeId result = program.function(roots.main).result;
    module.main = types.is_result(result) ? make(Made::Start, roots.main, {}, {}) : instance(roots.main, {}, {});
  }
  for (FunctionId test : roots.tests) {
    const Symbol name = symbol(program.function(test).test_name);
    module.tests.push_back({name, instance(test, {}, {})});
  }
  for (FunctionId id : roots.exported) {
    module.tests.push_back({program.function(id).name, instance(id, {}, {}), true});
  }
  for (std::size_t k = 0; k < jobs_.size() && !failed_; ++k) {
    const Job job = jobs_[k];
    current_ = k;
    build(job);
    if (!layout.error().empty())
      fail(source::Code::TypeTooLarge, job.where, layout.error(), "put a part of it in a list, or make it smaller");
    if (layout.bad_element().valid() && !failed_) no_element(job.where);
    if (generic_instances_ > kMostInstances)
      fail(source::Code::TypeTooLarge, job.where, "the program needs too many instances of its generic functions",
           "a function that calls itself with a larger type each time never ends");
  }
  if (coverage != nullptr && !failed_) count_unused();
  return std::move(module);
}

/// What nobody calls has counters, too.
void Instantiator::count_unused() {
  for (std::size_t f = 0; f < program.function_count(); ++f) {
    const FunctionId id(f);
    const auto& info = program.function(id);
    if (!info.has_body || !coverage->is_own(info.span) || lowered_.contains(id.index)) continue;
    if (program.body(id) != nullptr) lower(program, id, coverage);
  }
}

void Instantiator::fail(source::Code code, source::Span where, std::string message, std::string help) {
  failed_ = true;
  auto& diagnostic = sink.report(code, where, std::move(message));
  if (!help.empty()) diagnostic.help(std::move(help));
}

void Instantiator::no_equality(TypeId type, source::Span where) {
  failed_ = true;
  const source::Span call = origin(where);
  auto& diagnostic = sink.report(source::Code::NoEquality, call,
                                 "values of `" + types.text(type) + "` can't be compared for equality");
  if (call != where) diagnostic.note(where, "compared here");
  diagnostic.help("a type that holds functions or `any` has no `==`");
}

/// Where a function first has a tensor whose elements can't be; where it stands when none of its values is such.
source::Span Instantiator::place_of_bad_element(const Job& job, const Function& generic) {
  for (const Inst& inst : generic.insts) {
    for (std::uint32_t k = 0; k < inst.result_count; ++k) {
      const TypeId type = concrete(generic.value(generic.result(inst, k)).type, job.arguments);
      if (layout.bad_element(type).valid()) return inst.span;
    }
  }
  return generic.span;
}

void Instantiator::no_element(source::Span where) {
  const TypeId element = layout.bad_element();
  fail(source::Code::BadElement, origin(where), "a tensor has no elements of type `" + types.text(element) + "`",
       std::string(types.help_with_element(element)));
}

source::Span Instantiator::origin(source::Span where) const {
  for (std::size_t k = current_; !jobs_[k].arguments.empty() && jobs_[k].where.valid(); k = jobs_[k].asker) {
    where = jobs_[k].where;
    if (jobs_[k].asker == k) break;
  }
  return where;
}

// ------------------------------------------------------------------------------------- instances

const Lowered& Instantiator::lowered(FunctionId function) {
  auto& kept = lowered_[function.index];
  if (kept == nullptr) {
    kept = std::make_unique<Lowered>(lower(program, function, coverage));
    for (const BlockBody& block : kept->blocks) block_captures_[block.body.index] = block.captures;
    if (!kept->problem.empty()) fail(source::Code::TypeTooLarge, kept->problem_span, std::string(kept->problem), "");
  }
  return *kept;
}

std::pair<std::uint32_t, std::uint64_t> Instantiator::measure(TypeId type) {
  if (const auto it = measures_.find(type.index); it != measures_.end()) return it->second;
  std::pair<std::uint32_t, std::uint64_t> m{1, 1};
  const Types inner(types[type].arguments.begin(), types[type].arguments.end());
  for (TypeId a : inner) {
    const auto part = measure(a);
    m.first = std::max(m.first, part.first + 1);
    m.second = std::min<std::uint64_t>(m.second + part.second, kLargestArguments + 1);
  }
  return measures_[type.index] = m;
}

bool Instantiator::too_large(std::span<const TypeId> arguments) {
  return std::ranges::any_of(arguments, [&](TypeId t) {
    const auto [depth, size] = measure(t);
    return depth > kDeepestArguments || size > kLargestArguments;
  });
}

std::string Instantiator::name_of(FunctionId function, std::span<const TypeId> arguments) {
  const sema::FunctionInfo& info = program.function(function);
  std::string name = info.qualified_name.empty() ? std::string(types.names().text(info.name)) : info.qualified_name;
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    name += k ? ", " : "<";
    name += types.text(arguments[k]);
  }
  if (!arguments.empty()) name += ">";
  return name;
}

Symbol Instantiator::unique(std::string name) {
  const Symbol plain = symbol(name);
  const std::uint32_t n = names_[plain.index]++;
  if (n == 0) return plain;
  return unique(name + "'" + std::to_string(n));
}

std::string Instantiator::name_of(Made made, FunctionId function, std::span<const TypeId> arguments) {
  switch (made) {
    case Made::Instance:
    case Made::Wrapper:
    case Made::Thunk: return name_of(function, arguments);
    case Made::Text:
    case Made::TextThunk: return types.text(arguments.back()) + ".to_string";
    case Made::Compare: return types.text(arguments.back()) + ".compare";
    case Made::Start: return "(start)";
  }
  return {};
}

InstanceId Instantiator::make(Made made, FunctionId function, std::span<const TypeId> arguments, source::Span where) {
  const TypeId tuple = arguments.empty() ? types.unit() : types.tuple(arguments);
  const InstanceId id(module.functions.size());
  if (const auto [known, is_new] = made_.try_emplace({made, function, tuple}, id); !is_new) return known->second;
  module.functions.emplace_back();
  Job job{made, id, function, Types(arguments.begin(), arguments.end()), where, jobs_.empty() ? 0 : current_};
  Function f;
  f.stage = Stage::Flat;
  f.name = unique(name_of(made, function, arguments));
  f.trace_name = f.name;
  f.type_args = job.arguments;
  declare(f, job);
  module.functions[id.index] = std::move(f);
  if (!job.arguments.empty()) ++generic_instances_;
  jobs_.push_back(std::move(job));
  return id;
}

InstanceId Instantiator::instance(FunctionId function, std::span<const TypeId> arguments, source::Span where) {
  // Impls are looked for only so deep: a method that nothing provides has run past that.
  const sema::FunctionInfo& info = program.function(function);
  const bool is_built_in = !info.intrinsic.empty() || !info.native.empty();
  const bool unprovided = info.kind == sema::FunctionKind::TraitMethod && !info.has_body && !is_built_in;
  if (unprovided || too_large(arguments)) {
    if (failed_) return InstanceId(0);
    const bool blocks = std::ranges::any_of(arguments, [&](TypeId t) { return types.kind(t) == TypeKind::Block; });
    const std::string name(program.function(function).qualified_name);
    if (blocks) {
      fail(source::Code::TypeTooLarge, where, "`" + name + "` gives itself a new block each time",
           "a function is compiled once for each block it is given: pass the block on by its name instead");
    } else {
      fail(source::Code::TypeTooLarge, where, "`" + name + "` is needed for ever larger types",
           "a generic function that calls itself with a larger type each time never ends");
    }
    return InstanceId(0);
  }
  return make(is_built_in ? Made::Wrapper : Made::Instance, function, arguments, where);
}

InstanceId Instantiator::callee(const Target& target, source::Span where) {
  return target.kind == Target::Kind::Dynamic ? make(Made::Wrapper, target.function, target.arguments, where)
                                              : instance(target.function, target.arguments, where);
}

InstanceId Instantiator::text_function(TypeId type) { return make(Made::Text, {}, std::span(&type, 1), {}); }

InstanceId Instantiator::compare_function(TypeId type) { return make(Made::Compare, {}, std::span(&type, 1), {}); }

/// Parameters and results, known before the body is made.
void Instantiator::declare(Function& f, const Job& job) {
  switch (job.made) {
    case Made::Instance:
    case Made::Wrapper: return declare_function(f, job.function, job.arguments);
    case Made::Text:
      add_param(f.params, job.arguments[0], Ownership::Borrowed);
      f.results = {prim(TypeKind::String)};
      return;
    case Made::Compare:
      add_param(f.params, job.arguments[0], Ownership::Borrowed);
      add_param(f.params, job.arguments[0], Ownership::Borrowed);
      f.results = {prim(TypeKind::I64)};
      return;
    case Made::Thunk: {
      // As the trait's method for the `any` itself.
      Types arguments{job.arguments[0]};
      const auto trait_arguments = types[job.arguments[0]].arguments;
      arguments.insert(arguments.end(), trait_arguments.begin(), trait_arguments.end());
      return declare_function(f, job.function, arguments);
    }
    case Made::TextThunk:
      f.params.push_back({job.arguments[0], Ownership::Borrowed});
      f.results = {prim(TypeKind::String)};
      return;
    case Made::Start: return;
  }
}

void Instantiator::declare_function(Function& f, FunctionId function, std::span<const TypeId> arguments) {
  const sema::FunctionInfo& info = program.function(function);
  f.origin = function;
  f.inline_hint = info.inline_hint;
  f.span = info.span;
  if (!info.qualified_name.empty()) f.trace_name = symbol(info.qualified_name);
  leaves(concrete(info.result, arguments), f.results);
  std::size_t next_block = info.type_params.size();
  for (const sema::ParamInfo& p : info.params) {
    const TypeId type = p.kind == ParamKind::Block ? arguments[next_block++] : concrete(p.type, arguments);
    add_param(f.params, type, p.kind == ParamKind::Plain ? Ownership::Borrowed : Ownership::Owned);
    if (p.kind != ParamKind::Plain) add_returned(f.results, type);
  }
}

void Instantiator::build(const Job& job) {
  Function& f = work_;  // the table grows while the body is made
  f = module.function(job.id);
  switch (job.made) {
    case Made::Instance:
      if (program.body(job.function) == nullptr) {  // one of the library with errors, which are told now
        Builder b(f);
        params_of(b, f);
        b.emit(Op::Unreachable, {}, {});
      } else {
        const Lowered& l = lowered(job.function);
        if (!failed_) flatten(*this, l.function, job.arguments, f);
        if (!failed_ && layout.bad_element().valid()) no_element(place_of_bad_element(job, l.function));
        if (job.arguments.empty()) {  // it has no other instance
          lowered_.erase(job.function.index);
          program.release_body(job.function);
        }
      }
      break;
    case Made::Wrapper: build_wrapper(f, job); break;
    case Made::Text: build_text(f, job.arguments[0]); break;
    case Made::Compare: build_compare(f, job.arguments[0]); break;
    case Made::Thunk:
    case Made::TextThunk: build_thunk(f, job); break;
    case Made::Start: build_start(f, job); break;
  }
  module.function(job.id) = f;  // a copy, without spare room
}

/// The entry block with the function's parameters.
Values Instantiator::params_of(Builder& b, Function& f) {
  b.at = b.new_block();
  Values out;
  for (const Param& p : f.params) out.push_back(b.add_param(b.at, p.type, p.ownership));
  return out;
}

void Instantiator::build_wrapper(Function& f, const Job& job) {
  const sema::FunctionInfo& info = program.function(job.function);
  Function g;
  g.type_param_count = static_cast<std::uint32_t>(info.type_params.size());
  Builder b(g);
  b.at = b.new_block();
  b.span = info.span;
  Types results{info.result};
  Values args;
  for (const sema::ParamInfo& p : info.params) {
    args.push_back(b.add_param(b.at, p.type));
    if (p.kind == ParamKind::Mut) results.push_back(p.type);
  }
  if (info.intrinsic == "panic") {
    b.emit(Op::Panic, args, {});
  } else {
    Types arguments;
    for (std::uint32_t k = 0; k < g.type_param_count; ++k)
      arguments.push_back(types.param(k, info.type_params[k].name));
    const auto kept = arguments.empty() ? std::span<const TypeId>() : types[types.tuple(arguments)].arguments;
    g.callees.push_back({job.function, kept, info.name});
    const Inst call = g.inst(b.emit(Op::Call, args, results, {}, 0));
    Values values;
    for (std::uint32_t k = 0; k < call.result_count; ++k) values.push_back(g.result(call, k));
    b.ret(values);
  }
  flatten(*this, g, job.arguments, f);
}

/// Runs a `main` that gives a Result: an error is printed, and the program exits with 1.
void Instantiator::build_start(Function& f, const Job& job) {
  Builder b(f);
  params_of(b, f);
  const TypeId type = program.function(job.function).result;
  const InstanceId main = instance(job.function, {}, {});
  const Types inner = leaves(type);
  const Inst call = f.inst(b.emit(Op::Call, {}, inner, {}, main.index));
  ValueId result = f.result(call);
  if (layout.is_boxed(type)) result = b.value(Op::BoxPeek, {result}, layout.flat(type), type);
  const BlockId good = b.new_block(), bad = b.new_block();
  const InstId sw = b.emit(Op::Switch, std::span(&result, 1), {});
  b.add_edge(sw, good);
  b.add_edge(sw, bad);
  b.at = good;
  b.ret({});
  b.at = bad;
  const auto payload_types = layout.payload(type, 1);
  const Inst payload = f.inst(b.emit(Op::Payload, std::span(&result, 1), payload_types, {}, 1));
  Values error;
  for (std::uint32_t k = 0; k < payload.result_count; ++k) error.push_back(f.result(payload, k));
  const TypeId error_type = layout.fields(type, 1)[0];
  const sema::FunctionRef report = program.own_report(error_type);
  const ValueId text = report.function.valid() ? b.value(Op::Call, error, prim(TypeKind::String), {},
                                                         instance(report.function, report.arguments, b.span).index)
                                               : text_of(b, error_type, error, false);
  const ValueId line = b.value(Op::StringConcat, {string(b, "error: "), text}, prim(TypeKind::String));
  const Param text_param{prim(TypeKind::String), Ownership::Borrowed};
  b.emit(Op::CallNative, std::span(&line, 1), {}, {}, native("io.print_error", {text_param}, {}));
  const ValueId one = integer(b, 1);
  const Param code_param{prim(TypeKind::I64), Ownership::Borrowed};
  b.emit(Op::CallNative, std::span(&one, 1), {}, {}, native("process.exit", {code_param}, {}));
  b.emit(Op::Unreachable, {}, {});
}

// ----------------------------------------------------------------------------------------- types

TypeId Instantiator::concrete(TypeId type, std::span<const TypeId> arguments) {
  if (!type.valid()) return type;
  type = types.substitute(type, arguments);
  if (types.kind(type) != TypeKind::Flat) return type;
  const TypeId inner = types[type].arguments[0];
  return layout.is_boxed(inner) ? type : inner;
}

void Instantiator::leaves(TypeId type, Types& out) {
  if (types.kind(type) == TypeKind::Block) {
    for (const Capture& c : captures(type)) leaves(c.type, out);
    return;
  }
  const auto found = layout.leaves(type);
  out.insert(out.end(), found.begin(), found.end());
}

std::vector<Instantiator::Capture> Instantiator::captures(TypeId block) {
  const sema::TypeData data = types[block];
  const FunctionId body(data.index);
  const sema::FunctionInfo& info = program.function(body);
  std::vector<Capture> out;
  std::size_t next_block = info.type_params.size();
  for (std::uint32_t k = 0; k < block_captures_[body.index]; ++k) {
    const sema::ParamInfo& p = info.params[k];
    const TypeId type = p.kind == ParamKind::Block ? data.arguments[next_block++] : concrete(p.type, data.arguments);
    out.push_back({type, p.kind});
  }
  return out;
}

void Instantiator::returned(TypeId type, std::vector<bool>& out) {
  if (types.kind(type) != TypeKind::Block) {
    out.insert(out.end(), leaves(type).size(), true);
    return;
  }
  for (const Capture& c : captures(type)) {
    if (c.kind == ParamKind::Plain)
      out.insert(out.end(), leaves(c.type).size(), false);
    else
      returned(c.type, out);
  }
}

void Instantiator::add_param(std::vector<Param>& params, TypeId type, Ownership ownership) {
  const Types all = leaves(type);
  std::vector<bool> back;
  if (ownership == Ownership::Owned) returned(type, back);
  for (std::size_t k = 0; k < all.size(); ++k) {
    const bool owned = ownership == Ownership::Owned && back[k];
    params.push_back({all[k], owned ? Ownership::Owned : Ownership::Borrowed});
  }
}

void Instantiator::add_returned(Types& results, TypeId type) {
  const Types all = leaves(type);
  std::vector<bool> back;
  returned(type, back);
  for (std::size_t k = 0; k < all.size(); ++k)
    if (back[k]) results.push_back(all[k]);
}

// ---------------------------------------------------------------------------------------- tables

std::uint64_t Instantiator::native(std::string_view name, std::vector<Param> params, Types results) {
  // One that takes or gives handles, lists, tensors or floats is imported once for each type that they have.
  std::string key(name);
  const auto distinguish = [&](TypeId type) {
    const TypeKind kind = types.kind(type);
    const bool is_one_of_many =
        kind == TypeKind::Handle || kind == TypeKind::List || kind == TypeKind::Tensor || sema::is_float(kind);
    if (is_one_of_many) key += " " + std::to_string(type.index);
  };
  for (const Param& param : params) distinguish(param.type);
  for (const TypeId type : results) distinguish(type);
  const auto [it, fresh] = natives_.try_emplace(std::move(key), module.natives.size());
  if (fresh) module.natives.push_back({symbol(name), std::move(params), std::move(results)});
  return it->second;
}

std::uint64_t Instantiator::constant(const Constant& c) {
  const auto [it, fresh] = constants_.try_emplace(c.value, module.constants.size());
  if (fresh) module.constants.push_back(c);
  return it->second;
}

Instantiator::Target Instantiator::resolve(FunctionId function, std::span<const TypeId> arguments) {
  Target t{Target::Kind::Function, function, Types(arguments.begin(), arguments.end())};
  const sema::FunctionInfo* info = &program.function(function);
  const std::size_t own = info->type_params.size();
  if (info->trait.valid() && info->kind == sema::FunctionKind::TraitMethod && !arguments.empty()) {
    const TypeId self = arguments[0];
    if (types.kind(self) == TypeKind::Any && types[self].index == info->trait.index) {
      t.kind = Target::Kind::Dynamic;
      return t;
    }
    const sema::FunctionRef found = program.resolve({function, arguments.subspan(0, own)});
    if (found.function.valid()) {
      t.function = found.function;
      t.arguments.assign(found.arguments.begin(), found.arguments.end());
      t.arguments.insert(t.arguments.end(), arguments.begin() + static_cast<std::ptrdiff_t>(own), arguments.end());
      info = &program.function(found.function);
    }
  }
  if (!info->intrinsic.empty())
    t.kind = Target::Kind::Intrinsic;
  else if (!info->native.empty())
    t.kind = Target::Kind::Native;
  return t;
}

}  // namespace noodle::nir
