#pragma once

// The query engine: which questions were asked, what each answer leaned on, and whether it still
// holds after an edit.
//
// The engine keeps no answers, only their fingerprints; the answers live in the Database's tables.
// A question is a kind and an index (a function, a nominal, an impl…). Inputs are set from outside
// when a text is read. Asking a derived question makes its answer current and records it with
// whoever asked. After an edit an answer is asked again only when something that it leaned on has
// really changed (a fingerprint that comes out equal stops the wave: early cut-off).

#include <cstdint>
#include <memory>
#include <vector>

#include "base/chunked.h"
#include "compiler/source/diagnostics.h"

namespace noodle::sema {

enum class QueryKind : std::uint8_t {
  // Inputs, set by collection from the syntax trees.
  ModuleText,   // all of a file
  ModuleNames,  // which items a module has, and what it imports
  HeaderText,   // a function without its body
  BodyText,     // a function's body, a default argument, a constant's initialiser
  NominalText,
  TraitText,
  ImplText,
  ConstText,
  AllImpls,  // which impls there are at all
  // Derived.
  Nominal,     // the declaration of a struct or enum
  Trait,       // the declaration of a trait
  ConstType,   // a constant's type
  Impl,        // type parameters, trait and target of an impl
  ImplTable,   // all impls by trait and by target
  Signature,   // a function's FunctionInfo
  ConstValue,  // a constant's typed initialiser and its value
  Body,        // a function's typed tree
  CheckSignature,
  CheckNominal,
  CheckImpl,
  CheckModule,
  Equality,       // whether a struct or enum holds no function and no `any`
  UnusedImports,  // what a module imports for nothing
  NominalGraph,   // which types have no finite value, or no end of instances
};
inline constexpr QueryKind kLastInput = QueryKind::AllImpls;

struct QueryKey {
  QueryKind kind;
  std::uint32_t index;
  constexpr bool operator==(const QueryKey&) const = default;
};

/// Answers derived questions: fills the tables and returns the answer's fingerprint.
class QueryAnswers {
 public:
  virtual std::uint64_t answer(QueryKey key) = 0;

 protected:
  ~QueryAnswers() = default;
};

class Queries {
 public:
  /// More questions inside one another than this are refused (as a cycle is), so that no source can
  /// exhaust the stack.
  static constexpr std::size_t kDeepest = 200;

  explicit Queries(QueryAnswers& answers) : answers_(answers) {}

  /// Begins a revision; call it once before the inputs of an edit are set.
  void next_revision() { ++revision_; }
  std::uint32_t revision() const { return revision_; }
  /// Sets an input; a new revision's readers see a change only when the fingerprint differs.
  void set_input(QueryKey key, std::uint64_t fingerprint);

  enum class Outcome : std::uint8_t { Current, Cycle, TooDeep };
  /// Makes the answer current and records that the running question leans on it. Cycle: the
  /// question is being answered right now; the asker says so in its own words.
  Outcome ask(QueryKey key);
  /// The questions being answered, outermost first: a cycle is its tail from the repeated key.
  const std::vector<std::uint32_t>& running() const { return stack_; }
  QueryKey key(std::uint32_t node) const { return nodes_[node].key; }
  /// Whether the answer is known and current, without asking.
  bool current(QueryKey key) const;

  /// The sink of the running question (an extra one outside of any).
  source::DiagnosticSink& sink();
  /// How often the sink was asked for: whether there can be anything new in any of them.
  std::uint64_t reports() const { return reports_; }
  /// The diagnostics of an answered question; null when it had none.
  const source::DiagnosticSink* diagnostics(QueryKey key) const;
  /// Calls `each(key, sink)` for every current answer that has diagnostics.
  template <typename F>
  void for_each_sink(F each) const {
    if (outside_) each(QueryKey{}, *outside_);
    for (const Node& node : nodes_) {
      if (node.sink && node.verified == revision_ && node.answered) each(node.key, *node.sink);
    }
  }
  /// Forgets an answer, so that it is asked again.
  void invalidate(QueryKey key);

  /// How often answers of a kind were computed (not merely found valid): what tests count.
  std::uint64_t computed(QueryKind kind) const { return computed_[static_cast<std::size_t>(kind)]; }

 private:
  struct Node {
    QueryKey key;
    bool answered = false;
    bool running = false;
    bool refused = false;        // something below was refused: the answer depends on who asked first
    std::uint32_t verified = 0;  // the revision in which the answer was last found valid
    std::uint32_t changed = 0;   // the revision in which its fingerprint last changed
    std::uint64_t fingerprint = 0;
    std::uint32_t first_lean = 0;  // what the answer leans on: a stretch of leans_
    std::uint32_t lean_count = 0;
    std::unique_ptr<source::DiagnosticSink> sink;
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t find(QueryKey key) const;
  std::uint32_t find_or_add(QueryKey key);
  void store_leans(Node& node, std::vector<std::uint32_t>& asked);
  Outcome make_current(std::uint32_t node);
  bool still_valid(std::uint32_t node);
  void compute(std::uint32_t node);

  QueryAnswers& answers_;
  Chunked<Node> nodes_;
  std::vector<std::uint32_t> by_index_[32];  // by kind, then index: the node, or kNone
  std::vector<std::uint32_t> leans_;         // of all nodes; an answer computed anew leaves its old stretch behind
  std::size_t left_behind_ = 0;
  std::vector<std::uint32_t> stack_;
  std::vector<std::vector<std::uint32_t>> asked_;  // beside stack_, and spare ones behind
  std::size_t verifying_ = 0;
  std::uint32_t revision_ = 1;
  std::uint64_t reports_ = 0;
  std::uint64_t computed_[32] = {};
  std::unique_ptr<source::DiagnosticSink> outside_;
};

}  // namespace noodle::sema
