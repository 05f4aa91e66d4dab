// Two questions about all structs and enums at once, each answered in time linear in what they hold:
//
// Endless instances. Generics are compiled per instance, so a type must not need ever larger ones of
// itself. In the graph of type parameters there is an edge from a parameter to that of another type
// which it is given to, *growing* when it is given inside a larger type. There are endlessly many
// instances exactly when a growing edge lies on a cycle (the test of ECMA-335, II.9.2).
//
// Finite values. A type has one when all fields of its struct, or of one variant, have one. Lists,
// maps, functions and `any` have an empty or opaque value, and type parameters are taken to have
// one. The least solution is found by counting down what each variant still waits for.

#include <algorithm>
#include <unordered_map>

#include "compiler/sema/database.h"

namespace noodle::sema {

using source::Code;

namespace {

/// Strongly connected components by Tarjan's algorithm, without recursion.
std::vector<std::uint32_t> components(const std::vector<std::vector<std::uint32_t>>& edges) {
  constexpr std::uint32_t kNone = UINT32_MAX;
  const std::size_t n = edges.size();
  std::vector<std::uint32_t> order(n, kNone), low(n, 0), component(n, kNone), stack;
  std::vector<std::pair<std::uint32_t, std::size_t>> calls;
  std::uint32_t clock = 0;
  std::uint32_t count = 0;
  for (std::uint32_t root = 0; root < n; ++root) {
    if (order[root] != kNone) continue;
    calls.emplace_back(root, 0);
    while (!calls.empty()) {
      const std::uint32_t v = calls.back().first;
      if (calls.back().second == 0 && order[v] == kNone) {
        order[v] = low[v] = clock++;
        stack.push_back(v);
      }
      if (calls.back().second < edges[v].size()) {
        const std::uint32_t w = edges[v][calls.back().second++];
        if (order[w] == kNone) {
          calls.emplace_back(w, 0);
        } else if (component[w] == kNone) {
          low[v] = std::min(low[v], order[w]);
        }
        continue;
      }
      if (low[v] == order[v]) {
        for (std::uint32_t w = kNone; w != v;) {
          w = stack.back();
          stack.pop_back();
          component[w] = count;
        }
        ++count;
      }
      calls.pop_back();
      if (!calls.empty()) low[calls.back().first] = std::min(low[calls.back().first], low[v]);
    }
  }
  return component;
}

class NominalGraph {
 public:
  explicit NominalGraph(Database& db) : db_(db) {}

  void run() {
    for (std::size_t m = 0; m < db_.modules.size(); ++m) db_.ask(QueryKind::ModuleNames, static_cast<std::uint32_t>(m));
    for (std::size_t n = 0; n < db_.nominals.size(); ++n) {
      if (!db_.nominals[n].alive) continue;
      db_.ask(QueryKind::NominalText, static_cast<std::uint32_t>(n));  // the reports hold places
      db_.nominal(NominalId(n));
    }
    find_endless();
    find_infinite();
  }

 private:
  template <typename F>
  void for_each_field(std::size_t n, F each) {
    if (!db_.nominals[n].alive) return;
    for (const VariantInfo& variant : db_.types.nominal(NominalId(n)).variants) {
      for (const FieldInfo& field : variant.fields) each(field);
    }
  }

  struct Growing {
    std::uint32_t from, to;
    std::size_t nominal;
    source::Span where;
  };

  void params_in(TypeId type, std::vector<std::uint32_t>& out) {
    if (!db_.types.has_params(type)) return;
    const TypeData& data = db_.types[type];
    if (data.kind == TypeKind::Param) out.push_back(data.index);
    for (TypeId inner : data.arguments) params_in(inner, out);
  }

  void add_edges(std::size_t n, TypeId type, source::Span where) {
    if (!db_.types.has_params(type)) return;
    const TypeData& data = db_.types[type];
    for (std::size_t i = 0; i < data.arguments.size(); ++i) {
      const TypeId argument = data.arguments[i];
      if (data.kind == TypeKind::Nominal) {
        const std::uint32_t to = first_[data.index] + static_cast<std::uint32_t>(i);
        const bool plain = db_.types.kind(argument) == TypeKind::Param;
        std::vector<std::uint32_t> inside;
        params_in(argument, inside);
        for (std::uint32_t param : inside) {
          const std::uint32_t from = first_[n] + param;
          if (from >= edges_.size() || to >= edges_.size()) continue;
          edges_[from].push_back(to);
          if (!plain) growing_.push_back({from, to, n, where});
        }
      }
      add_edges(n, argument, where);
    }
  }

  void find_endless() {
    std::uint32_t count = 0;
    for (const NominalEntry& entry : db_.nominals) {
      first_.push_back(count);
      count += entry.arity;
    }
    edges_.resize(count);
    endless_.resize(db_.nominals.size(), false);
    for (std::size_t n = 0; n < db_.nominals.size(); ++n) {
      if (db_.nominals[n].arity != 0)
        for_each_field(n, [&](const FieldInfo& field) { add_edges(n, field.type, field.span); });
    }
    const auto component = components(edges_);
    for (const Growing& edge : growing_) {
      if (component[edge.from] != component[edge.to]) continue;
      if (endless_[edge.nominal]) continue;
      endless_[edge.nominal] = true;
      const NominalDecl& decl = db_.types.nominal(NominalId(edge.nominal));
      db_.report(Code::EndlessInstances, decl.span,
                 "`" + std::string(db_.names.text(decl.name)) + "` needs endlessly many instances of itself")
          .note(edge.where, "each instance needs one with larger type arguments")
          .help("generics are compiled once for each set of type arguments");
    }
  }

  /// Adds the struct or enum types that a value of `type` must hold.
  void held(TypeId type, std::vector<TypeId>& out) {
    const TypeData& data = db_.types[type];
    if (data.kind == TypeKind::Nominal) out.push_back(type);
    if (data.kind == TypeKind::Tuple) {
      for (TypeId element : data.arguments) held(element, out);
    }
  }

  void find_infinite() {
    struct Variant {
      std::uint32_t node;
      std::uint32_t waits;
    };
    constexpr std::size_t kMostNodes = 100'000;
    std::unordered_map<TypeId, std::uint32_t> node_of;
    std::vector<TypeId> nodes;
    const auto node = [&](TypeId type) {
      const auto [it, added] = node_of.try_emplace(type, static_cast<std::uint32_t>(nodes.size()));
      if (added) nodes.push_back(type);
      return it->second;
    };
    std::vector<std::uint32_t> own(db_.nominals.size(), UINT32_MAX);
    for (std::size_t n = 0; n < db_.nominals.size(); ++n) {
      if (!db_.nominals[n].alive) continue;
      const NominalDecl& decl = db_.types.nominal(NominalId(n));
      std::vector<TypeId> params;
      for (std::size_t i = 0; i < decl.params.size(); ++i) {
        params.push_back(db_.types.param(static_cast<std::uint32_t>(i), decl.params[i].name));
      }
      own[n] = node(db_.types.nominal(NominalId(n), params));
    }
    std::vector<Variant> variants;
    std::vector<std::vector<std::uint32_t>> waiting;  // node to the variants that wait for it
    std::vector<bool> finite;
    std::vector<std::uint32_t> ready;
    for (std::uint32_t at = 0; at < nodes.size(); ++at) {
      if (nodes.size() > kMostNodes) return;
      const TypeData data = db_.types[nodes[at]];
      const auto& decl = db_.types.nominal(NominalId(data.index));
      if (decl.variants.empty() || endless_[data.index]) {
        ready.push_back(at);  // nothing more to say here; and an endless expansion always comes by here
        continue;
      }
      for (const VariantInfo& variant : decl.variants) {
        std::vector<TypeId> needs;
        for (const FieldInfo& field : variant.fields) held(db_.types.substitute(field.type, data.arguments), needs);
        std::vector<std::uint32_t> need_nodes;
        for (TypeId type : needs) need_nodes.push_back(node(type));
        std::ranges::sort(need_nodes);
        need_nodes.erase(std::unique(need_nodes.begin(), need_nodes.end()), need_nodes.end());
        const auto id = static_cast<std::uint32_t>(variants.size());
        variants.push_back({at, static_cast<std::uint32_t>(need_nodes.size())});
        if (waiting.size() < nodes.size()) waiting.resize(nodes.size());
        for (std::uint32_t need : need_nodes) waiting[need].push_back(id);
        if (need_nodes.empty()) ready.push_back(at);
      }
    }
    waiting.resize(nodes.size());
    finite.resize(nodes.size(), false);
    while (!ready.empty()) {
      const std::uint32_t at = ready.back();
      ready.pop_back();
      if (finite[at]) continue;
      finite[at] = true;
      for (std::uint32_t id : waiting[at]) {
        if (--variants[id].waits == 0) ready.push_back(variants[id].node);
      }
    }
    for (std::size_t n = 0; n < own.size(); ++n) {
      if (own[n] != UINT32_MAX && !finite[own[n]]) report_infinite(n, node_of, finite);
    }
  }

  void report_infinite(std::size_t n, const std::unordered_map<TypeId, std::uint32_t>& node_of,
                       const std::vector<bool>& finite) {
    const NominalDecl& decl = db_.types.nominal(NominalId(n));
    auto& diagnostic = db_.report(Code::NoFiniteValue, decl.span,
                                  "no value of `" + std::string(db_.names.text(decl.name)) + "` can ever be made");
    diagnostic.label("each one would hold another, without end");
    for (const VariantInfo& variant : decl.variants) {
      for (const FieldInfo& field : variant.fields) {
        std::vector<TypeId> needs;
        held(field.type, needs);
        for (TypeId type : needs) {
          const auto it = node_of.find(type);
          if (it == node_of.end() || finite[it->second]) continue;
          diagnostic.note(field.span, "this field always holds another value");
          if (!decl.is_enum)
            diagnostic.help("make the field optional: `" + std::string(db_.names.text(field.name)) + ": " +
                            db_.types.text(field.type) + "?`");
          if (decl.is_enum) diagnostic.help("add a variant that ends the recursion");
          return;
        }
      }
    }
  }

  Database& db_;
  std::vector<std::uint32_t> first_;  // by nominal: the node of its first parameter
  std::vector<std::vector<std::uint32_t>> edges_;
  std::vector<Growing> growing_;
  std::vector<bool> endless_;
};

}  // namespace

void Database::check_nominal_graph() { NominalGraph(*this).run(); }

}  // namespace noodle::sema
