// `any Trait`: the table of a concrete type's methods, and the thunks in it. A thunk has the method's
// signature with the `any` itself as receiver: it looks at the content as the concrete type and calls
// the method; for `mut self` it takes the content out and puts it back.

#include <algorithm>

#include "compiler/nir/instantiator.h"

namespace noodle::nir {

std::uint32_t Instantiator::method_index(sema::TraitId trait, FunctionId method) {
  const auto& methods = types.trait(trait).methods;
  const auto it = std::find(methods.begin(), methods.end(), method);
  return static_cast<std::uint32_t>(it - methods.begin());
}

/// The dynamic methods of an `any` type, all of them in order, on first need.
void Instantiator::ensure_any(TypeId any) {
  if (!any_text_.try_emplace(any.index, false).second) return;
  const sema::TraitId trait(types[any].index);
  Types arguments{any};
  const Types trait_arguments(types[any].arguments.begin(), types[any].arguments.end());
  arguments.insert(arguments.end(), trait_arguments.begin(), trait_arguments.end());
  const std::vector<FunctionId> methods = types.trait(trait).methods;
  for (std::uint32_t k = 0; k < methods.size(); ++k) {
    Function f;
    declare_function(f, methods[k], arguments);
    any_methods_[{any.index, k}] = module.any_methods.size();
    module.any_methods.push_back({any, k, program.function(methods[k]).name, f.params, f.results});
  }
}

std::uint64_t Instantiator::any_method(TypeId any, std::uint32_t method) {
  ensure_any(any);
  return any_methods_[{any.index, method}];
}

std::uint64_t Instantiator::any_text_method(TypeId any) {
  ensure_any(any);
  const auto position = static_cast<std::uint32_t>(types.trait(sema::TraitId(types[any].index)).methods.size());
  bool& wanted = any_text_[any.index];
  if (!wanted) {
    wanted = true;
    any_methods_[{any.index, position}] = module.any_methods.size();
    module.any_methods.push_back(
        {any, position, symbol("to_string"), {{any, Ownership::Borrowed}}, {prim(TypeKind::String)}});
    for (std::size_t k = 0; k < module.vtables.size(); ++k)
      if (module.vtables[k].any == any) {
        const Types pair{any, module.vtables[k].concrete};
        const InstanceId thunk = make(Made::TextThunk, {}, pair, {});
        module.vtables[k].methods.push_back(thunk);
      }
  }
  return any_methods_[{any.index, position}];
}

std::uint64_t Instantiator::vtable(TypeId any, TypeId concrete_type, source::Span where) {
  ensure_any(any);
  const auto key = std::pair(any.index, concrete_type.index);
  if (const auto it = vtables_.find(key); it != vtables_.end()) return it->second;
  const std::uint64_t id = vtables_[key] = module.vtables.size();
  module.vtables.push_back({any, concrete_type, {}});
  const std::vector<FunctionId> methods = types.trait(sema::TraitId(types[any].index)).methods;
  const Types pair{any, concrete_type};
  std::vector<InstanceId> thunks;
  for (FunctionId method : methods) thunks.push_back(make(Made::Thunk, method, pair, where));
  if (any_text_[any.index]) thunks.push_back(make(Made::TextThunk, {}, pair, where));
  module.vtables[id].methods = std::move(thunks);
  return id;
}

void Instantiator::build_thunk(Function& f, const Job& job) {
  Builder b(f);
  b.span = job.where;
  const Values params = params_of(b, f);
  const TypeId any = job.arguments[0], type = job.arguments[1];
  const Types content = leaves(type);
  const auto results_of = [&](const Inst& inst) {
    Values out;
    for (std::uint32_t k = 0; k < inst.result_count; ++k) out.push_back(f.result(inst, k));
    return out;
  };
  if (job.made == Made::TextThunk) {
    const Values value = results_of(f.inst(b.emit(Op::AnyPeek, std::span(params.data(), 1), content, type)));
    const ValueId text = text_of(b, type, value, false);
    b.ret(std::span(&text, 1));
    return;
  }
  Types arguments{type};
  const auto trait_arguments = types[any].arguments;
  arguments.insert(arguments.end(), trait_arguments.begin(), trait_arguments.end());
  const Target target = resolve(job.function, arguments);
  const sema::FunctionInfo& info = program.function(job.function);
  const bool changes = !info.params.empty() && info.params[0].kind == ParamKind::Mut;

  Types taken = content;
  if (changes) taken.insert(taken.begin(), any);
  Values args =
      results_of(f.inst(b.emit(changes ? Op::AnyTake : Op::AnyPeek, std::span(params.data(), 1), taken, type)));
  ValueId shell;
  if (changes) {
    shell = args[0];
    args.erase(args.begin());
  }
  args.insert(args.end(), params.begin() + 1, params.end());

  // The method's own results: as ours, with the content's leaves in place of the `any`.
  const std::size_t own = leaves(concrete(info.result, arguments)).size();
  Types results(f.results.begin(), f.results.begin() + static_cast<std::ptrdiff_t>(own));
  if (changes) results.insert(results.end(), content.begin(), content.end());
  results.insert(results.end(), f.results.begin() + static_cast<std::ptrdiff_t>(own + (changes ? 1 : 0)),
                 f.results.end());
  const InstanceId method = callee(target, job.where);
  const Values made = results_of(f.inst(b.emit(Op::Call, args, results, {}, method.index)));
  Values out(made.begin(), made.begin() + static_cast<std::ptrdiff_t>(own));
  std::size_t at = own;
  if (changes) {
    Values put{shell};
    put.insert(put.end(), made.begin() + static_cast<std::ptrdiff_t>(at),
               made.begin() + static_cast<std::ptrdiff_t>(at + content.size()));
    at += content.size();
    out.push_back(b.value(Op::AnyPut, put, any, type));
  }
  out.insert(out.end(), made.begin() + static_cast<std::ptrdiff_t>(at), made.end());
  b.ret(out);
}

}  // namespace noodle::nir
