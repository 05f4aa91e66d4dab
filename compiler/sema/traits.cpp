// Which impl fits a type: matching of types, bounds, the rules that the language itself sets, and
// the methods that follow.
//
// An impl's target is a pattern: its type parameters match anything. A type that is asked about may
// hold inference variables, which match anything too, but leave the answer undecided.

#include <algorithm>

#include "base/hash.h"
#include "compiler/sema/database.h"

namespace noodle::sema {

namespace {

/// Bounds of impls lead to further impls; beyond this depth the answer is no.
constexpr int kDeepestBounds = 24;

Fits both(Fits a, Fits b) {
  if (a == Fits::No || b == Fits::No) return Fits::No;
  return a == Fits::Yes && b == Fits::Yes ? Fits::Yes : Fits::Undecided;
}

std::uint64_t key_of(std::uint64_t head, std::uint64_t what) { return hash_combine(hash_combine(3, head), what); }

/// The head of a bare type parameter: impls for every type.
constexpr std::uint64_t kBlanketHead = 0;

/// Whether a parameter that `binding` leaves open occurs in the type.
bool mentions_open(const TypeTable& types, TypeId type, std::span<const TypeId> binding) {
  if (!types.has_params(type)) return false;
  const TypeData& data = types[type];
  if (data.kind == TypeKind::Param) return data.index >= binding.size() || !binding[data.index].valid();
  return std::ranges::any_of(data.arguments, [&](TypeId inner) { return mentions_open(types, inner, binding); });
}

}  // namespace

std::uint64_t Database::head(TypeId type) const {
  const TypeData& data = types[type];
  const std::uint64_t kind = static_cast<std::uint64_t>(data.kind) + 1;
  switch (data.kind) {
    case TypeKind::Param: return kBlanketHead;
    case TypeKind::Nominal:
    case TypeKind::Any: return kind << 32 | data.index;
    case TypeKind::Tuple:
    case TypeKind::Function: return kind << 32 | data.arguments.size();
    default: return kind << 32;
  }
}

Fits Database::match(TypeId pattern, TypeId actual, std::vector<TypeId>& binding) const {
  if (pattern == actual && !types.has_params(pattern)) return Fits::Yes;
  if (!actual.valid()) return Fits::Undecided;
  const TypeData& p = types[pattern];
  const TypeData& a = types[actual];
  if (p.kind == TypeKind::Error || a.kind == TypeKind::Error) return Fits::Yes;
  if (p.kind == TypeKind::Param) {
    if (p.index >= binding.size()) return pattern == actual ? Fits::Yes : Fits::No;
    TypeId& bound = binding[p.index];
    if (!bound.valid()) {
      bound = actual;
      return Fits::Yes;
    }
    if (bound == actual) return Fits::Yes;
    // No finite type is a part of itself.
    if (types.is_part(bound, actual) || types.is_part(actual, bound)) return Fits::No;
    return types.has_infer(bound) || types.has_infer(actual) ? Fits::Undecided : Fits::No;
  }
  if (a.kind == TypeKind::Infer) return Fits::Undecided;
  const bool is_shaped = a.kind == TypeKind::Nominal && a.arguments.size() > p.arguments.size();  // no pattern is
  if (p.kind != a.kind || p.index != a.index || p.mut_mask != a.mut_mask ||
      (p.arguments.size() != a.arguments.size() && !is_shaped)) {
    return Fits::No;
  }
  Fits fits = Fits::Yes;
  for (std::size_t i = 0; i < p.arguments.size() && fits != Fits::No; ++i) {
    fits = both(fits, match(p.arguments[i], a.arguments[i], binding));
  }
  return fits;
}

Fits Database::match_impl(const ImplEntry& entry, TypeId self, std::vector<TypeId>& binding) {
  if (!entry.usable) return Fits::No;
  binding.assign(entry.info.type_params.size(), TypeId());
  return match(entry.info.target, self, binding);
}

std::uint64_t Database::answer_impl_table() {
  ask(QueryKind::AllImpls, 0);
  trait_impls.clear();
  all_trait_impls.clear();
  inherent.clear();
  trait_methods.clear();
  std::uint64_t print = 0;
  for (std::size_t i = 0; i < impls.size(); ++i) {
    if (!impls[i].alive) continue;
    const ImplEntry& entry = impl(ImplId(i));
    if (!entry.usable) continue;
    const std::uint64_t at = head(entry.info.target);
    print = hash_combine(hash_combine(print, i), at);
    if (entry.info.has_trait) {
      trait_impls[key_of(at, entry.info.trait.trait.index)].push_back(ImplId(i));
      all_trait_impls[entry.info.trait.trait].push_back(ImplId(i));
      print = hash_combine(print, entry.info.trait.trait.index);
      continue;
    }
    for (FunctionId method : entry.info.methods) {
      const Symbol name = functions[method.index].syntax->name.symbol;
      inherent[key_of(at, name.index)].push_back({ImplId(i), method});
      print = hash_combine(hash_combine(print, method.index), name.index);
    }
  }
  for (std::size_t t = 0; t < traits.size(); ++t) {
    if (!traits[t].alive) continue;
    ask(QueryKind::ModuleNames, traits[t].module.index);
    for (FunctionId method : types.trait(TraitId(t)).methods) {
      const Symbol name = functions[method.index].syntax->name.symbol;
      trait_methods[name].push_back({TraitId(t), method});
      print = hash_combine(hash_combine(print, method.index), t);
    }
  }
  return print;
}

std::span<const InherentMethod> Database::inherent_named(TypeId target, Symbol name) const {
  const auto it = inherent.find(key_of(head(target), name.index));
  return it == inherent.end() ? std::span<const InherentMethod>() : std::span<const InherentMethod>(it->second);
}

std::span<const ImplId> Database::impls_by_trait(TraitId trait_id) const {
  const auto it = all_trait_impls.find(trait_id);
  return it == all_trait_impls.end() ? std::span<const ImplId>() : std::span<const ImplId>(it->second);
}

bool Database::takes_self(FunctionId id) const {
  const auto* item = functions[id.index].syntax;
  return item != nullptr && !item->params.empty() && item->params.front().is_self;
}

bool Database::function_visible(ModuleId from, FunctionId id) const {
  const FunctionEntry& entry = functions[id.index];
  if (entry.module == from || entry.trait.valid() || entry.parent.valid()) return true;
  if (entry.impl.valid() && impls[entry.impl.index].info.has_trait) return true;
  return entry.item != nullptr && entry.item->is_pub;
}

std::optional<Fits> Database::builtin_rule(TypeId type, const TraitRef& trait_ref, const Scope& scope, int depth) {
  const auto& known = types.known;
  const TypeKind kind = types.kind(type);
  const TraitId asked = trait_ref.trait;
  if (!asked.valid()) return Fits::Yes;
  if (asked == known.show) return Fits::Yes;
  const auto bounded = [&](TraitId by) {
    const std::uint32_t index = types[type].index;
    if (kind != TypeKind::Param || index >= scope.type_params.size()) return false;
    return std::ranges::any_of(scope.type_params[index].bounds,
                               [&](const TraitRef& bound) { return bound.trait == by; });
  };
  const auto decided = [](bool yes) { return yes ? Fits::Yes : Fits::No; };
  if (asked == known.hashable) {
    if (types.has_infer(type)) return has_equality(type) ? Fits::Undecided : Fits::No;
    return decided(has_equality(type));
  }
  if (asked == known.number || asked == known.real) {
    if (kind == TypeKind::Infer) return Fits::Undecided;
    if (kind == TypeKind::Param)
      return decided(bounded(known.real) || (asked == known.number && bounded(known.number)));
    return decided(asked == known.number ? is_number(kind) : is_float(kind));
  }
  if (asked == known.ordered) {
    if (is_number(kind) || kind == TypeKind::String) return Fits::Yes;
    if (kind == TypeKind::Infer) return Fits::Undecided;
    if (kind == TypeKind::Param && (bounded(known.number) || bounded(known.real))) return Fits::Yes;
    if (kind == TypeKind::Tuple) {
      Fits fits = Fits::Yes;
      for (TypeId element : std::vector(types[type].arguments.begin(), types[type].arguments.end())) {
        fits = both(fits, satisfies(element, trait_ref, scope, depth + 1));
      }
      return fits;
    }
  }
  return std::nullopt;
}

Fits Database::satisfies_bounds(std::span<const TypeParamDecl> params, std::span<const TypeId> arguments,
                                const Scope& scope, int depth, TraitRef* failed, std::size_t* failed_param) {
  Fits fits = Fits::Yes;
  for (std::size_t i = 0; i < params.size() && i < arguments.size(); ++i) {
    for (const TraitRef& bound : params[i].bounds) {
      if (!arguments[i].valid()) {
        fits = both(fits, Fits::Undecided);
        continue;
      }
      std::vector<TypeId> trait_arguments;
      for (TypeId argument : bound.arguments) {
        // What is still open fits anything.
        const bool open = mentions_open(types, argument, arguments);
        trait_arguments.push_back(open ? TypeId() : types.substitute(argument, arguments));
      }
      const TraitRef wanted{bound.trait, trait_arguments};
      const Fits one = satisfies(arguments[i], wanted, scope, depth + 1);
      if (one == Fits::No && failed != nullptr) {
        *failed = {wanted.trait, context.keep(trait_arguments)};
        *failed_param = i;
      }
      fits = both(fits, one);
      if (fits == Fits::No) return fits;
    }
  }
  return fits;
}

/// Binds type parameters that only bounds mention, as `T` in `impl<T, I: Iterator<T>> … for I`: what the type
/// bound to `I` iterates over is `T`, when it does so in one way.
void Database::solve_bounds(std::span<const TypeParamDecl> params, std::vector<TypeId>& binding, const Scope& scope,
                            int depth) {
  if (depth > kDeepestBounds) return;
  for (std::size_t i = 0; i < params.size() && i < binding.size(); ++i) {
    for (const TraitRef& bound : params[i].bounds) {
      const auto open = [&](TypeId argument) { return mentions_open(types, argument, binding); };
      if (!binding[i].valid() || std::ranges::none_of(bound.arguments, open)) continue;
      const auto ways = ways_to_implement(binding[i], bound.trait, scope, depth + 1);
      if (ways.size() != 1) continue;
      for (std::size_t k = 0; k < bound.arguments.size() && k < ways[0].size(); ++k) {
        if (types.kind(ways[0][k]) != TypeKind::Error) match(bound.arguments[k], ways[0][k], binding);
      }
    }
  }
}

/// The arguments with which a type has a trait: by what it is bounded by, as `any` of it, or by impls.
std::vector<std::vector<TypeId>> Database::ways_to_implement(TypeId type, TraitId trait_id, const Scope& scope,
                                                             int depth) {
  std::vector<std::vector<TypeId>> ways;
  const TypeData data = types[type];
  if (data.kind == TypeKind::Any && TraitId(data.index) == trait_id) {
    ways.emplace_back(data.arguments.begin(), data.arguments.end());
  }
  if (data.kind == TypeKind::Param && data.index < scope.type_params.size()) {
    for (const TraitRef& bound : scope.type_params[data.index].bounds) {
      if (bound.trait == trait_id) ways.emplace_back(bound.arguments.begin(), bound.arguments.end());
    }
  }
  for (ImplMatch& match : impls_of(type, trait_id, scope, depth)) ways.push_back(std::move(match.trait_arguments));
  return ways;
}

/// Calls `each(impl, entry, binding, fits)` for every impl of the trait whose target and bounds fit; stops
/// when it gives false.
template <typename F>
void Database::for_each_impl(TypeId self, TraitId trait_id, F each) {
  ask(QueryKind::ImplTable, 0);
  const std::uint64_t heads[] = {head(self), kBlanketHead};
  for (std::size_t h = heads[0] == kBlanketHead ? 1 : 0; h < 2; ++h) {
    const auto it = trait_impls.find(key_of(heads[h], trait_id.index));
    if (it == trait_impls.end()) continue;
    for (ImplId id : it->second) {
      const ImplEntry& entry = impls[id.index];
      std::vector<TypeId> binding;
      const Fits fits = match_impl(entry, self, binding);
      if (fits != Fits::No && !each(id, entry, binding, fits)) return;
    }
  }
}

Fits Database::satisfies(TypeId type, const TraitRef& trait_ref, const Scope& scope, int depth) {
  if (!type.valid() || depth > kDeepestBounds) return type.valid() ? Fits::No : Fits::Undecided;
  const TypeData data = types[type];
  if (data.kind == TypeKind::Error || data.kind == TypeKind::Never) return Fits::Yes;
  if (const auto rule = builtin_rule(type, trait_ref, scope, depth)) return *rule;
  if (data.kind == TypeKind::Infer) return Fits::Undecided;
  const auto arguments_fit = [&](std::span<const TypeId> have, std::vector<TypeId> binding) {
    Fits fits = Fits::Yes;
    for (std::size_t i = 0; i < have.size() && i < trait_ref.arguments.size(); ++i) {
      fits = both(fits, match(have[i], trait_ref.arguments[i], binding));
    }
    return fits;
  };
  Fits best = Fits::No;
  if (data.kind == TypeKind::Any && TraitId(data.index) == trait_ref.trait) {
    best = arguments_fit(data.arguments, {});
    if (best == Fits::Yes) return best;
  }
  if (data.kind == TypeKind::Param && data.index < scope.type_params.size()) {
    for (const TraitRef& bound : scope.type_params[data.index].bounds) {
      if (bound.trait != trait_ref.trait) continue;
      const Fits fits = arguments_fit(bound.arguments, {});
      if (fits == Fits::Yes) return fits;
      if (fits == Fits::Undecided) best = fits;
    }
  }
  for_each_impl(type, trait_ref.trait, [&](ImplId, const ImplEntry& entry, std::vector<TypeId>& binding, Fits fits) {
    for (std::size_t i = 0; i < entry.info.trait.arguments.size() && i < trait_ref.arguments.size(); ++i) {
      fits = both(fits, match(entry.info.trait.arguments[i], trait_ref.arguments[i], binding));
    }
    if (fits != Fits::No) solve_bounds(entry.info.type_params, binding, scope, depth + 1);
    if (fits != Fits::No) fits = both(fits, satisfies_bounds(entry.info.type_params, binding, scope, depth + 1));
    if (fits != Fits::No) best = fits;
    return best != Fits::Yes;
  });
  return best;
}

std::vector<ImplMatch> Database::impls_of(TypeId self, TraitId trait_id, const Scope& scope, int depth) {
  std::vector<ImplMatch> found;
  if (!trait_id.valid()) return found;
  for_each_impl(self, trait_id, [&](ImplId id, const ImplEntry& entry, std::vector<TypeId>& binding, Fits) {
    solve_bounds(entry.info.type_params, binding, scope, depth);
    if (satisfies_bounds(entry.info.type_params, binding, scope, depth) == Fits::No) return true;
    ImplMatch& match = found.emplace_back();
    match.impl = id;
    for (TypeId argument : entry.info.trait.arguments) {
      match.trait_arguments.push_back(mentions_open(types, argument, binding) ? types.primitive(TypeKind::Error)
                                                                              : types.substitute(argument, binding));
    }
    match.arguments = std::move(binding);
    return true;
  });
  return found;
}

std::optional<ImplMatch> Database::find_impl(TypeId self, const TraitRef& trait_ref, const Scope& scope) {
  std::optional<ImplMatch> found;
  if (!trait_ref.trait.valid()) return found;
  for_each_impl(self, trait_ref.trait, [&](ImplId id, const ImplEntry& entry, std::vector<TypeId>& binding, Fits fits) {
    for (std::size_t i = 0; i < entry.info.trait.arguments.size() && i < trait_ref.arguments.size(); ++i) {
      fits = both(fits, match(entry.info.trait.arguments[i], trait_ref.arguments[i], binding));
    }
    if (fits == Fits::No) return true;
    solve_bounds(entry.info.type_params, binding, scope, 0);
    if (satisfies_bounds(entry.info.type_params, binding, scope, 0) == Fits::No) return true;
    if (found && fits != Fits::Yes) return true;
    found = ImplMatch{id, std::move(binding), {trait_ref.arguments.begin(), trait_ref.arguments.end()}};
    return fits != Fits::Yes;
  });
  if (!found && builtin_rule(self, trait_ref, scope, 0) == Fits::Yes) {
    found = ImplMatch{ImplId(), {}, {trait_ref.arguments.begin(), trait_ref.arguments.end()}};
  }
  return found;
}

std::vector<MethodMatch> Database::methods(TypeId receiver, Symbol name, const Scope& scope, bool with_self) {
  std::vector<MethodMatch> found;
  if (!receiver.valid() || !name.valid()) return found;
  ask(QueryKind::ImplTable, 0);
  const TypeData data = types[receiver];
  if (data.kind == TypeKind::Error || data.kind == TypeKind::Infer || data.kind == TypeKind::Never) return found;
  const auto suits = [&](FunctionId function) { return takes_self(function) == with_self; };

  std::vector<MethodMatch> hidden;  // private to other modules: only when there is nothing else
  if (const auto it = inherent.find(key_of(head(receiver), name.index)); it != inherent.end()) {
    for (const InherentMethod& method : it->second) {
      if (!suits(method.function)) continue;
      std::vector<TypeId> binding;
      if (match_impl(impls[method.impl.index], receiver, binding) == Fits::No) continue;
      auto& list = function_visible(scope.module, method.function) ? found : hidden;
      list.push_back({MethodMatch::Through::Inherent, method.function, std::move(binding)});
    }
  }
  if (!found.empty()) return found;

  const auto add_trait_method = [&](MethodMatch::Through through, FunctionId function,
                                    std::span<const TypeId> arguments) {
    MethodMatch match{through, function, {receiver}};
    for (TypeId argument : arguments) {
      match.arguments.push_back(types.kind(argument) == TypeKind::Error ? TypeId() : argument);
    }
    for (const MethodMatch& other : found) {
      // Once for each trait: a second method of the name in one trait was reported there.
      const bool same = functions[other.function.index].trait == functions[function.index].trait;
      if (same && other.arguments == match.arguments) return;
    }
    found.push_back(std::move(match));
  };
  const auto it = trait_methods.find(name);
  if (it != trait_methods.end()) {
    for (const TraitMethodName& method : it->second) {
      if (!suits(method.function)) continue;
      if (data.kind == TypeKind::Any && TraitId(data.index) == method.trait) {
        add_trait_method(MethodMatch::Through::Any, method.function, data.arguments);
      }
      if (data.kind == TypeKind::Param && data.index < scope.type_params.size()) {
        for (const TraitRef& bound : scope.type_params[data.index].bounds) {
          if (bound.trait == method.trait)
            add_trait_method(MethodMatch::Through::Bound, method.function, bound.arguments);
        }
      }
    }
    if (!found.empty()) return found;
    for (const TraitMethodName& method : it->second) {
      if (!suits(method.function)) continue;
      const TraitDecl& decl = types.trait(method.trait);
      if (!decl.is_pub && decl.module != scope.module) continue;
      for (const ImplMatch& match : impls_of(receiver, method.trait, scope)) {
        add_trait_method(MethodMatch::Through::TraitImpl, method.function, match.trait_arguments);
      }
    }
    // What a type has by the language's own rule gives way to what the program says.
    for (const TraitMethodName& method : it->second) {
      const bool ruled = method.trait == types.known.ordered || method.trait == types.known.show;
      if (!found.empty() || !ruled || !suits(method.function)) continue;
      if (builtin_rule(receiver, TraitRef{method.trait, {}}, scope, 0) == Fits::Yes) {
        add_trait_method(MethodMatch::Through::TraitImpl, method.function, {});
      }
    }
  }
  return found.empty() ? hidden : found;
}

std::vector<std::string_view> Database::method_names(TypeId receiver, const Scope& scope, bool with_self) {
  std::vector<std::string_view> out;
  if (!receiver.valid()) return out;
  ask(QueryKind::ImplTable, 0);
  const auto add = [&](FunctionId function) {
    if (takes_self(function) != with_self || !function_visible(scope.module, function)) return;
    out.push_back(names.text(functions[function.index].syntax->name.symbol));
  };
  for (std::size_t i = 0; i < impls.size(); ++i) {
    const ImplEntry& entry = impls[i];
    std::vector<TypeId> binding;
    if (!entry.alive || !entry.usable) continue;
    const std::uint64_t target = head(entry.info.target);
    if (target != kBlanketHead && target != head(receiver)) continue;
    if (match_impl(entry, receiver, binding) == Fits::No) continue;
    solve_bounds(entry.info.type_params, binding, scope, 0);
    if (satisfies_bounds(entry.info.type_params, binding, scope, 0) == Fits::No) continue;
    for (FunctionId method : entry.info.methods) add(method);
    if (!entry.info.has_trait) continue;
    for (FunctionId method : types.trait(entry.info.trait.trait).methods) add(method);
  }
  const TypeData data = types[receiver];
  if (data.kind == TypeKind::Any) {
    for (FunctionId method : types.trait(TraitId(data.index)).methods) add(method);
  }
  if (data.kind == TypeKind::Param && data.index < scope.type_params.size()) {
    for (const TraitRef& bound : scope.type_params[data.index].bounds) {
      for (FunctionId method : types.trait(bound.trait).methods) add(method);
    }
  }
  if (with_self) out.push_back("to_string");
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool Database::has_broken_impl(TypeId type) {
  ask(QueryKind::ImplTable, 0);
  const TypeKind kind = types.kind(type);
  if (kind == TypeKind::Param || kind == TypeKind::Error || kind == TypeKind::Infer) return false;
  return std::ranges::any_of(impls, [&](const ImplEntry& entry) {
    return entry.alive && !entry.usable && entry.info.target.valid() && head(entry.info.target) == head(type);
  });
}

FunctionId Database::impl_method(ImplId id, Symbol name) const {
  for (FunctionId method : impls[id.index].info.methods) {
    const auto* item = functions[method.index].syntax;
    if (item != nullptr && item->name.symbol == name) return method;
  }
  return FunctionId();
}

/// The type's own method of this name, neither generic nor of a trait, that makes a text of the value.
FunctionRef Database::own_text(TypeId type, Symbol name) {
  ask(QueryKind::ImplTable, 0);
  for (const InherentMethod& method : inherent_named(type, name)) {
    std::vector<TypeId> binding;
    const auto* item = functions[method.function.index].syntax;
    if (!takes_self(method.function) || item->params.size() != 1 || !item->type_params.empty()) continue;
    if (function(method.function).result != types.primitive(TypeKind::String)) continue;
    if (match_impl(impls[method.impl.index], type, binding) != Fits::Yes) continue;
    if (satisfies_bounds(impls[method.impl.index].info.type_params, binding, Scope(), 0) == Fits::No) continue;
    return {method.function, context.keep(binding)};
  }
  return {};
}

FunctionRef Database::own_report(TypeId type) {
  const bool core = types.known.error.valid() && types.nominal_of(type) == types.known.error;
  return core ? own_text(type, names.intern("report")) : FunctionRef{};
}

FunctionRef Database::own_to_string(TypeId type) {
  const Scope scope;
  if (const FunctionRef own = own_text(type, to_string_name); own.function.valid()) return own;
  // Else that of a trait: `Show`, or one of the program's with such a method.
  const auto named = trait_methods.find(to_string_name);
  if (named == trait_methods.end()) return {};
  for (const bool show : {true, false}) {
    for (const TraitMethodName& candidate : named->second) {
      const auto* item = functions[candidate.function.index].syntax;
      if ((candidate.trait == types.known.show) != show) continue;
      if (!takes_self(candidate.function) || item->params.size() != 1 || !item->type_params.empty()) continue;
      if (function(candidate.function).result != types.primitive(TypeKind::String)) continue;
      for (const ImplMatch& match : impls_of(type, candidate.trait, scope)) {
        const FunctionId method = impl_method(match.impl, to_string_name);
        if (method.valid()) return {method, context.keep(match.arguments)};
      }
    }
  }
  return {};
}

FunctionRef Database::resolve_method(FunctionRef method) {
  const FunctionEntry& entry = functions[method.function.index];
  if (!entry.trait.valid() || method.arguments.empty()) return method;
  const TraitDecl& decl = trait(entry.trait);
  const TypeId self = method.arguments[0];
  const std::size_t trait_params = decl.params.size();
  if (method.arguments.size() < 1 + trait_params || entry.syntax == nullptr) return {};
  const TraitRef wanted{entry.trait, method.arguments.subspan(1, trait_params)};
  const auto own = method.arguments.subspan(1 + trait_params);
  const Symbol name = entry.syntax->name.symbol;
  if (types.kind(self) == TypeKind::Any && TraitId(types[self].index) == entry.trait) return {};
  if (entry.trait == types.known.show && name == to_string_name) {
    const FunctionRef defined = own_to_string(self);
    if (defined.function.valid()) return defined;
    return {context.core_function("traits", "text_of"), context.keep(std::vector{self})};
  }
  const auto match = find_impl(self, wanted, Scope{});
  if (!match) return {};
  if (!match->impl.valid()) {
    if (entry.trait == types.known.ordered)
      return {context.core_function("traits", "compare"), context.keep(std::vector{self})};
    return {};
  }
  const FunctionId found = impl_method(match->impl, name);
  if (!found.valid()) return entry.syntax->body != nullptr ? method : FunctionRef{};
  std::vector<TypeId> arguments = match->arguments;
  arguments.insert(arguments.end(), own.begin(), own.end());
  return {found, context.keep(arguments)};
}

// ------------------------------------------------------------------------------------ equality

/// Whether a struct or enum holds no function and no `any` anywhere, type arguments apart.
std::uint64_t Database::answer_equality(NominalId id) {
  std::vector<NominalId> todo{id};
  std::vector<bool> seen(types.nominal_count(), false);
  seen[id.index] = true;
  bool equal = true;
  std::vector<TypeId> inner;
  while (equal && !todo.empty()) {
    const NominalId at = todo.back();
    todo.pop_back();
    for (const VariantInfo& variant : nominal(at).variants) {
      for (const FieldInfo& field : variant.fields) inner.push_back(field.type);
    }
    while (equal && !inner.empty()) {
      const TypeData data = types[inner.back()];
      inner.pop_back();
      inner.insert(inner.end(), data.arguments.begin(), data.arguments.end());
      if (data.kind == TypeKind::Function || data.kind == TypeKind::Any) equal = false;
      if (data.kind == TypeKind::Nominal && !seen[data.index]) {
        seen[data.index] = true;
        todo.push_back(NominalId(data.index));
      }
    }
  }
  nominals[id.index].has_equality = equal;
  return equal ? 1 : 2;
}

bool Database::has_equality(TypeId type) {
  std::vector<TypeId> todo{type};
  while (!todo.empty()) {
    const TypeData data = types[todo.back()];
    todo.pop_back();
    if (data.kind == TypeKind::Function || data.kind == TypeKind::Any) return false;
    if (data.kind == TypeKind::Nominal) {
      ask(QueryKind::Equality, data.index);
      if (!nominals[data.index].has_equality) return false;
    }
    todo.insert(todo.end(), data.arguments.begin(), data.arguments.end());
  }
  return true;
}

/// Says that a type lacks a trait, and why where it can be told.
void Database::report_unsatisfied(TypeId type, const TraitRef& trait, const Scope& scope, source::Span where) {
  const std::string type_text = types.text(type);
  const std::string trait_text = text(trait);
  auto& diagnostic =
      report(source::Code::BoundNotMet, where, "`" + type_text + "` does not implement `" + trait_text + "`");
  const TypeData data = types[type];
  if (data.kind == TypeKind::Param) {
    if (data.index < scope.type_params.size() && !scope.type_params[data.index].bounds.empty()) {
      diagnostic.help("add the bound: `" + type_text + ": … + " + trait_text + "`");
    } else {
      diagnostic.help("add the bound: `<" + type_text + ": " + trait_text + ">`");
    }
    return;
  }
  if (trait.trait == types.known.hashable) {
    diagnostic.help("a type that holds a function or an `any` has no equality, so it can't be a key");
    return;
  }
  if (types.is_complex(type) && (trait.trait == types.known.number || trait.trait == types.known.real)) {
    diagnostic.help(
        "complex numbers have no order and are rounded in no way: take their magnitudes, as with `tensor.abs(z)`, or "
        "parts, "
        "as with `tensor.real(z)`");
    return;
  }
  // An impl for the type may fail only for a bound of its own; that is the reason to give.
  TraitRef failed;
  std::size_t param = 0;
  bool explained = false;
  for_each_impl(type, trait.trait, [&](ImplId, const ImplEntry& entry, std::vector<TypeId>& binding, Fits) {
    if (satisfies_bounds(entry.info.type_params, binding, scope, 0, &failed, &param) == Fits::No) {
      diagnostic.note(entry.info.span, "this impl needs `" + types.text(binding[param]) + ": " + text(failed) + "`");
      explained = true;
    }
    return !explained;
  });
  if (!explained && context.is_users(type) && trait.trait.valid() && trait.trait != types.known.number &&
      trait.trait != types.known.real) {
    diagnostic.help("write `impl " + trait_text + " for " + type_text + " { … }`");
  }
}

std::string Database::text(const TraitRef& trait_ref) const {
  if (!trait_ref.trait.valid()) return "_";
  std::string out(names.text(types.trait(trait_ref.trait).name));
  for (std::size_t i = 0; i < trait_ref.arguments.size(); ++i) {
    out += i == 0 ? "<" : ", ";
    out += trait_ref.arguments[i].valid() ? types.text(trait_ref.arguments[i]) : "_";
  }
  if (!trait_ref.arguments.empty()) out += '>';
  return out;
}

/// Whether one type could match both impls' targets and trait arguments, bounds considered.
/// Whether `a`, as a pattern, could match what `b` is for, with b's parameters standing for anything.
bool Database::may_cover(const ImplInfo& a, const ImplInfo& b) {
  std::vector<TypeId> apart;
  for (std::size_t i = 0; i < b.type_params.size(); ++i) apart.push_back(types.infer(static_cast<std::uint32_t>(i)));
  std::vector<TypeId> binding(a.type_params.size());
  if (match(a.target, types.substitute(b.target, apart), binding) == Fits::No) return false;
  for (std::size_t i = 0; i < a.trait.arguments.size() && i < b.trait.arguments.size(); ++i) {
    if (match(a.trait.arguments[i], types.substitute(b.trait.arguments[i], apart), binding) == Fits::No) return false;
  }
  return satisfies_bounds(a.type_params, binding, Scope{}, 0) != Fits::No;
}

bool Database::may_overlap(const ImplInfo& a, const ImplInfo& b) { return may_cover(a, b) && may_cover(b, a); }

}  // namespace noodle::sema
