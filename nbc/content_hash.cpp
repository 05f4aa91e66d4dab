// Content hashes. Types, traits, vtables and functions form one graph; a node's hash covers what it
// says itself and its children's hashes. Cycles (recursive types and functions) are hashed together:
// each member's hash starts from its own words and takes in its neighbours' as often as the cycle has
// members, which tells apart whatever differs anywhere in it.

#include <algorithm>

#include "nbc/write.h"

namespace noodle::nbc {
namespace {

constexpr std::size_t kMostRounds = 1024;

struct Node {
  Hash128 own;
  std::vector<std::uint32_t> children;
};

// Collects the words that a node says itself.
class Words {
 public:
  void number(std::uint64_t n) {
    for (int i = 0; i < 8; ++i) bytes_ += static_cast<char>(n >> (8 * i));
  }
  void text(std::string_view t) {
    number(t.size());
    bytes_ += t;
  }
  Hash128 hash() const { return hash128_bytes(bytes_); }

 private:
  std::string bytes_;
};

class Graph {
 public:
  explicit Graph(Module& module) : m_(module) {
    types_at_ = 0;
    traits_at_ = static_cast<std::uint32_t>(m_.types.size());
    vtables_at_ = traits_at_ + static_cast<std::uint32_t>(m_.traits.size());
    functions_at_ = vtables_at_ + static_cast<std::uint32_t>(m_.vtables.size());
    for (std::size_t i = 0; i < m_.types.size(); ++i) type(m_.types[TypeId(i)]);
    for (const Trait& t : m_.traits) trait(t);
    for (const VTable& v : m_.vtables) vtable(v);
    for (const Function& f : m_.functions) function(f);
  }

  void run() {
    final_.resize(nodes_.size());
    find_cycles();
    m_.type_hashes.assign(final_.begin() + kBuiltinTypes, final_.begin() + traits_at_);
    m_.function_hashes.assign(final_.begin() + functions_at_, final_.end());
  }

 private:
  // While a node is being built: its words and its children.
  Words words_;
  Node node_;

  void begin(int what) {
    words_ = Words();
    node_ = Node();
    words_.number(static_cast<std::uint64_t>(what));
  }
  void end() {
    node_.own = words_.hash();
    nodes_.push_back(std::move(node_));
  }
  void child(TypeId t) { node_.children.push_back(types_at_ + t.index); }
  void child(TraitId t) { node_.children.push_back(traits_at_ + t.index); }
  void child(VTableId v) { node_.children.push_back(vtables_at_ + v.index); }
  void child(FunctionId f) { node_.children.push_back(functions_at_ + f.index); }

  void params(const std::vector<Param>& list) {
    words_.number(list.size());
    for (const Param& p : list) {
      words_.number(p.borrowed);
      child(p.type);
    }
  }
  void ids(const std::vector<TypeId>& list) {
    words_.number(list.size());
    for (TypeId t : list) child(t);
  }
  void signature(const Signature& s) {
    params(s.params);
    ids(s.results);
  }
  void fields(const std::vector<Field>& list) {
    words_.number(list.size());
    for (const Field& f : list) {
      words_.text(m_.text(f.name));
      child(f.type);
    }
  }

  void type(const Type& t) {
    begin(0);
    words_.number(static_cast<std::uint64_t>(t.kind));
    words_.number(t.name.valid());
    words_.text(m_.text(t.name));
    if (t.element.valid()) child(t.element);
    if (t.value.valid()) child(t.value);
    if (t.kind == Kind::Any) child(t.trait);
    fields(t.fields);
    words_.number(t.variants.size());
    for (const Variant& v : t.variants) {
      words_.text(m_.text(v.name));
      fields(v.fields);
    }
    params(t.params);
    ids(t.results);
    end();
  }

  void trait(const Trait& t) {
    begin(1);
    words_.text(m_.text(t.name));
    for (const Method& method : t.methods) {
      words_.text(m_.text(method.name));
      signature(method.signature);
    }
    end();
  }

  void vtable(const VTable& v) {
    begin(2);
    child(v.trait);
    child(v.concrete);
    for (FunctionId f : v.functions) child(f);
    end();
  }

  void function(const Function& f) {
    begin(3);
    signature(f.signature);
    ids(f.registers);
    words_.number(f.code.size());
    for (std::uint32_t pc = 0; pc < f.code.size();) {
      Inst inst = decode(f.code, pc);
      std::uint32_t n = inst.op_info ? inst.words() : 1;
      Word first = inst.op_info ? instruction(inst) : f.code[pc];
      words_.number(first);
      for (std::uint32_t i = 1; i < n; ++i) {
        // An index into a table stands in x; what it names was noted instead.
        bool x_is_index = i == 1 && inst.op_info->fixed_words == 2;
        words_.number(x_is_index ? f.code[pc + i] >> 32 : f.code[pc + i]);
      }
      pc += n;
    }
    for (const Cleanup& c : f.cleanups) {
      for (std::uint32_t n : {c.first, c.end, c.handler}) words_.number(n);
      words_.number(c.kept.size());
      for (std::uint16_t s : c.kept) words_.number(s);
    }
    end();
  }

  // Notes what an instruction refers to; gives its first word without indices into tables.
  Word instruction(const Inst& inst) {
    Word word = inst.at[0];
    for (const Operand& operand : inst.op_info->all()) {
      if (operand.role != Role::Imm) continue;
      std::uint32_t at = inst.raw(operand.place);
      switch (operand.what) {
        case What::Type:
        case What::EquatableType: child(TypeId(at)); break;
        case What::Function: child(FunctionId(at)); break;
        case What::VTable: child(VTableId(at)); break;
        case What::StringIndex: words_.text(m_.strings[at]); break;
        case What::Native:
          words_.text(m_.text(m_.natives[at].name));
          signature(m_.natives[at].signature);
          break;
        case What::Constant: constant(m_.constants[at]); break;
        default: continue;
      }
      if (operand.place == Place::Imm) word &= 0xFFFFFFFFull;
    }
    return word;
  }

  void constant(const Constant& c) {
    child(c.type);
    switch (m_.types.kind(c.type)) {
      case Kind::String:
      case Kind::Bytes: words_.text(m_.strings[c.value]); break;
      case Kind::Fn: child(FunctionId(c.value)); break;
      default: words_.number(c.value);
    }
  }

  Hash128 combine(std::uint32_t at, const std::vector<std::uint32_t>& cycle,
                  const std::vector<Hash128>& current) const {
    Words words;
    words.number(nodes_[at].own.low);
    words.number(nodes_[at].own.high);
    for (std::uint32_t c : nodes_[at].children) {
      Hash128 h = final_[c];
      if (component_[c] == component_[at]) {
        h = current[std::lower_bound(cycle.begin(), cycle.end(), c) - cycle.begin()];
      }
      words.number(h.low);
      words.number(h.high);
    }
    return words.hash();
  }

  void close(std::vector<std::uint32_t> cycle) {
    std::sort(cycle.begin(), cycle.end());
    std::vector<Hash128> current, next(cycle.size());
    for (std::uint32_t at : cycle) current.push_back(nodes_[at].own);
    for (std::size_t round = 0; round < std::min(cycle.size(), kMostRounds); ++round) {
      for (std::size_t i = 0; i < cycle.size(); ++i) next[i] = combine(cycle[i], cycle, current);
      std::swap(current, next);
    }
    for (std::size_t i = 0; i < cycle.size(); ++i) final_[cycle[i]] = current[i];
  }

  // Tarjan's algorithm without recursion: components come out children first.
  void find_cycles() {
    constexpr std::uint32_t kUnseen = UINT32_MAX;
    std::size_t n = nodes_.size();
    std::vector<std::uint32_t> order(n, kUnseen), low(n, 0), stack;
    std::vector<bool> on_stack(n, false);
    component_.assign(n, kUnseen);
    struct Frame {
      std::uint32_t node;
      std::size_t next;
    };
    std::vector<Frame> frames;
    std::uint32_t clock = 0;
    for (std::uint32_t root = 0; root < n; ++root) {
      if (order[root] != kUnseen) continue;
      frames.push_back({root, 0});
      while (!frames.empty()) {
        auto [at, next] = frames.back();
        if (next == 0) {
          order[at] = low[at] = clock++;
          stack.push_back(at);
          on_stack[at] = true;
        }
        if (next < nodes_[at].children.size()) {
          std::uint32_t c = nodes_[at].children[next];
          ++frames.back().next;
          if (order[c] == kUnseen) {
            frames.push_back({c, 0});
          } else if (on_stack[c]) {
            low[at] = std::min(low[at], order[c]);
          }
          continue;
        }
        frames.pop_back();
        if (!frames.empty()) low[frames.back().node] = std::min(low[frames.back().node], low[at]);
        if (low[at] != order[at]) continue;
        std::vector<std::uint32_t> cycle;
        do {
          cycle.push_back(stack.back());
          on_stack[stack.back()] = false;
          component_[stack.back()] = at;
          stack.pop_back();
        } while (cycle.back() != at);
        close(std::move(cycle));
      }
    }
  }

  Module& m_;
  std::uint32_t types_at_, traits_at_, vtables_at_, functions_at_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> component_;
  std::vector<Hash128> final_;
};

}  // namespace

void add_content_hashes(Module& module) { Graph(module).run(); }

}  // namespace noodle::nbc
