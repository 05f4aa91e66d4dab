#include "compiler/nir/text_parse.h"

#include "compiler/nir/builder.h"
#include "compiler/nir/text_form.h"

namespace noodle::nir {

namespace {

std::unordered_map<std::string_view, Op> ops_by_text() {
  std::unordered_map<std::string_view, Op> out;
  for (std::size_t k = 0; k < kOpCount; ++k) out[info(static_cast<Op>(k)).text] = static_cast<Op>(k);
  return out;
}

class ModuleReader {
 public:
  ModuleReader(std::string_view text, sema::TypeTable& types) : reader_(text, types), ops_(ops_by_text()) {}

  std::expected<Parsed, std::string> read() {
    reader_.declare_all();
    reader_.seek(0);
    while (reader_.declaration()) {
    }
    find_functions();
    while (!reader_.failed() && !reader_.at_end()) item();
    if (reader_.failed()) return std::unexpected(reader_.error());
    return std::move(parsed_);
  }

 private:
  Module& module() { return parsed_.module; }

  // Functions are referred to by name before they are read.
  void find_functions() {
    const std::size_t start = reader_.position();
    while (!reader_.failed() && !reader_.at_end()) {
      if (reader_.take("fn")) {
        for (const char* stage : {"generic", "flat", "counted"})
          if (reader_.take(stage)) {
            const Symbol name = reader_.symbol();
            functions_.emplace(name.index, InstanceId(functions_.size()));
            break;
          }
      } else if (reader_.peek() == '"') {
        reader_.string();
      } else {
        reader_.seek(reader_.position() + 1);
      }
    }
    if (!reader_.failed()) reader_.seek(start);
  }

  void item() {
    if (reader_.take("native")) {
      Native n;
      n.name = reader_.symbol();
      signature(n.params, n.results);
      natives_[n.name.index] = module().natives.size();
      module().natives.push_back(std::move(n));
    } else if (reader_.take("method")) {
      AnyMethod a;
      a.any = reader_.type();
      a.method = static_cast<std::uint32_t>(reader_.number());
      a.name = reader_.symbol();
      signature(a.params, a.results);
      module().any_methods.push_back(std::move(a));
    } else if (reader_.take("vtable")) {
      VTable v;
      v.any = reader_.type();
      reader_.expect("for");
      v.concrete = reader_.type();
      reader_.expect(":");
      while (reader_.peek() == '@') v.methods.push_back(function_name());
      module().vtables.push_back(std::move(v));
    } else if (reader_.take("constant")) {
      module().constants.push_back(constant());
    } else if (reader_.take("main")) {
      module().main = function_name();
    } else if (reader_.take("test")) {
      const Symbol name = reader_.symbol();
      module().tests.push_back({name, function_name()});
    } else if (reader_.take("fn")) {
      function();
    } else {
      reader_.fail("expected a function or a table's entry");
    }
  }

  InstanceId function_name() {
    reader_.expect("@");
    const Symbol name = reader_.symbol();
    const auto it = functions_.find(name.index);
    if (it != functions_.end()) return it->second;
    reader_.fail("unknown function");
    return {};
  }

  void signature(std::vector<Param>& params, std::vector<TypeId>& results) {
    reader_.expect("(");
    if (!reader_.take(")")) {
      do {
        const bool owned = reader_.take("owned");
        if (!owned) reader_.expect("borrowed");
        params.push_back({reader_.type(), owned ? Ownership::Owned : Ownership::Borrowed});
      } while (reader_.take(","));
      reader_.expect(")");
    }
    reader_.expect("->");
    reader_.expect("(");
    if (reader_.take(")")) return;
    do results.push_back(reader_.type());
    while (reader_.take(","));
    reader_.expect(")");
  }

  Constant constant() {
    auto value = std::make_unique<sema::ConstValue>(const_value(0));
    const Constant c{value->type, value.get()};
    parsed_.values.push_back(std::move(value));
    return c;
  }
  sema::ConstValue const_value(int depth) {
    using Kind = sema::ConstValue::Kind;
    sema::ConstValue v;
    v.type = reader_.type();
    if (depth > 100) reader_.fail("constants nest too deep");
    if (reader_.failed()) return v;
    if (reader_.peek() == '"') {
      v.kind = Kind::String;
      v.text = reader_.types().names().text(reader_.symbol());
      return v;
    }
    if (reader_.take("unit")) return v;
    if (reader_.take("f")) {
      v.kind = Kind::Float;
      v.number = reader_.real();
      return v;
    }
    if (reader_.take("tuple"))
      v.kind = Kind::Tuple;
    else if (reader_.take("list"))
      v.kind = Kind::List;
    else if (reader_.take("map"))
      v.kind = Kind::Map;
    else if (reader_.take("variant")) {
      v.kind = Kind::Variant;
      v.variant = static_cast<std::uint32_t>(reader_.number());
    } else {
      const bool is_bool = reader_.types().kind(v.type) == sema::TypeKind::Bool;
      v.kind = is_bool ? Kind::Bool : Kind::Int;
      v.bits = reader_.number();
      return v;
    }
    reader_.expect("[");
    if (reader_.take("]")) return v;
    do v.parts.push_back(const_value(depth + 1));
    while (reader_.take(","));
    reader_.expect("]");
    return v;
  }

  void function() {
    Function f;
    if (reader_.take("generic"))
      f.stage = Stage::Generic;
    else if (reader_.take("flat"))
      f.stage = Stage::Flat;
    else if (reader_.take("counted"))
      f.stage = Stage::Counted;
    else
      reader_.fail("expected generic, flat or counted");
    f.name = f.trace_name = reader_.symbol();
    if (reader_.take("trace")) f.trace_name = reader_.symbol();
    f.type_args = reader_.type_arguments();
    if (reader_.take("params")) f.type_param_count = static_cast<std::uint32_t>(reader_.number());
    signature(f.params, f.results);
    reader_.expect("{");
    while (!reader_.failed()) {
      if (reader_.take("slot")) {
        f.slots.push_back({reader_.type(), {}});
      } else if (reader_.take("region")) {
        reader_.expect("^");
        Region r;
        r.handler = BlockId(reader_.number());
        if (reader_.take("!")) r.parent = RegionId(reader_.number());
        f.regions.push_back(r);
      } else if (reader_.take("constant")) {
        f.constants.push_back(constant());
      } else {
        break;
      }
    }
    Builder b(f);
    while (!reader_.failed() && reader_.take("^")) block(b);
    reader_.expect("}");
    if (f.blocks.empty()) reader_.fail("a function without blocks");
    for (ValueId v : f.operands)
      if (v.valid() && v.index >= f.values.size()) reader_.fail("a value without a definition");
    for (const Edge& e : f.edges)
      if (e.target.index >= f.blocks.size()) reader_.fail("an edge to a block that isn't there");
    for (const Region& r : f.regions)
      if (r.handler.index >= f.blocks.size()) reader_.fail("a handler that isn't there");
    module().functions.push_back(std::move(f));
  }

  struct Typed {
    TypeId type;
    Ownership ownership;
  };
  /// `%3: i64`; numbers must come in order.
  Typed typed_value(const Function& f, std::size_t ahead) {
    reader_.expect("%");
    if (reader_.number() != f.values.size() + ahead) reader_.fail("values must be numbered in order");
    const bool borrowed = reader_.take("borrowed");
    reader_.expect(":");
    return {reader_.type(), borrowed ? Ownership::Borrowed : Ownership::Owned};
  }

  void block(Builder& b) {
    const std::uint64_t number = reader_.number();
    if (number != b.f.blocks.size()) return reader_.fail("blocks must be numbered in order");
    b.at = b.new_block();
    if (reader_.take("(")) {
      do {
        const Typed t = typed_value(b.f, 0);
        b.add_param(b.at, t.type, t.ownership);
      } while (reader_.take(","));
      reader_.expect(")");
    }
    reader_.expect(":");
    while (!reader_.failed() && reader_.peek() != '^' && reader_.peek() != '}') instruction(b);
  }

  ValueId value() {
    reader_.expect("%");
    return ValueId(reader_.number());
  }

  void instruction(Builder& b) {
    std::vector<TypeId> results;
    std::vector<Ownership> owned;
    if (reader_.peek() == '%') {
      do {
        const Typed t = typed_value(b.f, results.size());
        results.push_back(t.type);
        owned.push_back(t.ownership);
      } while (reader_.take(","));
      reader_.expect("=");
    }
    const auto it = ops_.find(reader_.word());
    if (it == ops_.end()) return reader_.fail("unknown operation");
    const Op op = it->second;
    TypeId type;
    if (reader_.take("<")) {
      type = reader_.type();
      reader_.expect(">");
    }
    const std::uint64_t imm = immediate(b.f, op);
    std::vector<ValueId> operands;
    if (reader_.on_line('%')) {
      do operands.push_back(value());
      while (reader_.take(","));
    }
    const InstId id = b.emit(op, operands, results, type, imm);
    for (std::size_t k = 0; k < owned.size(); ++k)
      b.f.value(b.f.result(b.f.inst(id), static_cast<std::uint32_t>(k))).ownership = owned[k];
    if (reader_.take("->")) {
      do {
        reader_.expect("^");
        const BlockId target(reader_.number());
        std::vector<ValueId> arguments;
        if (reader_.take("(")) {
          do arguments.push_back(value());
          while (reader_.take(","));
          reader_.expect(")");
        }
        b.add_edge(id, target, arguments);
      } while (reader_.take(","));
    }
    if (reader_.take("!")) {
      const RegionId region(reader_.number());
      if (region.index >= b.f.regions.size()) reader_.fail("a region that isn't there");
      b.f.inst(id).region = region;
    }
  }

  std::uint64_t immediate(Function& f, Op op) {
    switch (imm_form(op, f.stage)) {
      case ImmForm::None: return 0;
      case ImmForm::Integer: return static_cast<std::uint64_t>(reader_.integer());
      case ImmForm::Float: {
        const double x = reader_.real();
        std::uint64_t bits;
        __builtin_memcpy(&bits, &x, sizeof x);
        return bits;
      }
      case ImmForm::Text: return reader_.symbol().index;
      case ImmForm::Index: return reader_.number();
      case ImmForm::Native: {
        const auto it = natives_.find(reader_.symbol().index);
        if (it == natives_.end()) reader_.fail("unknown native");
        return it == natives_.end() ? 0 : it->second;
      }
      case ImmForm::Callee: break;
    }
    if (f.stage != Stage::Generic) return function_name().index;
    Callee c;
    c.name = reader_.symbol();
    reader_.expect("#");
    c.function = FunctionId(reader_.number());
    const auto args = reader_.type_arguments();
    // A tuple type keeps the list alive in the table's arena.
    if (!args.empty()) c.arguments = reader_.types()[reader_.types().tuple(args)].arguments;
    f.callees.push_back(c);
    return f.callees.size() - 1;
  }

  TextReader reader_;
  std::unordered_map<std::string_view, Op> ops_;
  std::unordered_map<std::uint32_t, InstanceId> functions_;
  std::unordered_map<std::uint32_t, std::size_t> natives_;
  Parsed parsed_;
};

}  // namespace

std::expected<Parsed, std::string> parse(std::string_view text, sema::TypeTable& types) {
  return ModuleReader(text, types).read();
}

}  // namespace noodle::nir
