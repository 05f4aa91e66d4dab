#include "nbc/testing/generator.h"

#include <array>

#include "nbc/testing/function_generator.h"
#include "nbc/write.h"

namespace noodle::nbc::testing {
namespace {

// One of every shape of type: flat and nested, with and without counted parts, recursive.
class WorldMaker {
 public:
  WorldMaker(World& world, Random& random) : w_(world), b_(world.builder), t_(world.types()), random_(random) {}

  void run() {
    types();
    natives();
    declare_functions();
    bodies();
  }

 private:
  Variant variant(std::string_view name, std::initializer_list<TypeId> parts) {
    Variant v{b_.string(name), {}};
    for (TypeId p : parts) v.fields.push_back(b_.field(std::to_string(v.fields.size()), p));
    return v;
  }

  void types() {
    for (std::uint32_t k = 0; k <= static_cast<std::uint32_t>(Kind::F64); ++k)
      w_.scalars.push_back(TypeId(std::size_t(k)));
    TypeId point = b_.struct_type("Point", {b_.field("x", kF64), b_.field("y", kF32), b_.field("tag", kString)});
    TypeId option = b_.enum_type("Option", {variant("None", {}), variant("Some", {kString})});
    TypeId color = b_.enum_type("Color", {variant("Red", {}), variant("Green", {}), variant("Blue", {})});
    TypeId plain = b_.enum_type("Plain", {variant("Number", {kI64}), variant("Flag", {kBool, kU8})});
    TypeId strings = t_.list(kString);
    TypeId nested = b_.enum_type(
        "Nested", {variant("Empty", {}), variant("Inner", {option, kI32}), variant("Many", {strings, point, color})});
    // An expression tree: a box of an enum that holds such boxes.
    TypeId tree_box = t_.declare(Kind::Box);
    TypeId tree = b_.enum_type("Tree", {variant("Leaf", {kI64}), variant("Node", {tree_box, kString, tree_box})});
    Type boxed;
    boxed.element = tree;
    t_.define(tree_box, boxed);
    // A list of itself.
    TypeId lists = t_.declare(Kind::List);
    Type self;
    self.element = lists;
    t_.define(lists, self);
    std::array<TypeId, 2> parts{kI64, kString};
    TypeId pair = b_.tuple_type(parts);
    TypeId unit = t_.unit();
    w_.comparable = {kI64,  kString, kBool,    kF64,    kBytes, point, option, color,
                     plain, nested,  tree_box, strings, lists,  pair,  unit};
    w_.leaves = w_.scalars;
    for (TypeId leaf : {kString, kBytes, option, color, plain, nested, tree, tree_box, strings, lists})
      w_.leaves.push_back(leaf);
    for (TypeId e : {kBool, kU16, kI64, kF64, point, option, color, unit, nested, t_.list(kI64)}) {
      w_.leaves.push_back(t_.list(e));
      w_.comparable.push_back(t_.list(e));
    }
    for (auto [k, v] :
         {std::pair{kString, kI64}, {kI64, strings}, {color, point}, {pair, unit}, {option, nested}, {kF64, kBool}}) {
      w_.leaves.push_back(t_.map(k, v));
      w_.comparable.push_back(t_.map(k, v));
    }
    for (TypeId c : {point, kI64, option}) w_.leaves.push_back(t_.box(c));

    trait_ = TraitId(std::size_t(0));
    any_ = t_.any(trait_);
    Signature reads{{{any_, true}}, {kI64}};
    Signature changes{{{any_, false}, {kString, true}, {kI64}}, {kBool, any_}};
    b_.trait("Shown", {{b_.string("reads"), reads}, {b_.string("changes"), changes}});
    w_.leaves.push_back(any_);
    w_.leaves.push_back(t_.list(any_));
    concrete_ = {point, kString, nested};

    for (TypeId e : {kI64, kString, unit, point}) {
      w_.leaves.push_back(t_.handle(e));
      w_.comparable.push_back(t_.handle(e));
    }
    fns_ = {t_.fn({{kString, true}, {kI64}}, {kI64}), t_.fn({}, {}), t_.fn({{point, false}}, {option}),
            t_.fn({}, {kI64}), t_.fn({}, {kString})};
    for (TypeId fn : fns_) w_.leaves.push_back(fn);
  }

  void natives() {
    for (std::string_view name : {"string.trim", "string.upper"}) {
      w_.natives.push_back(b_.native(name, {{{kString, true}}, {kString}}, true));
    }
  }

  void declare_functions() {
    const Trait trait = w_.module().traits[0];
    for (TypeId c : concrete_) {
      std::vector<FunctionId> thunks;
      for (const Method& method : trait.methods) thunks.push_back(b_.declare("thunk", method.signature));
      quiet_.insert(quiet_.end(), thunks.begin(), thunks.end());
      b_.vtable(trait_, c, thunks);
    }
    for (TypeId fn : fns_) {
      Signature s = flatten_signature(t_, fn);
      quiet_.push_back(b_.declare("plain closure", s));
      w_.closures.push_back(quiet_.back());
      s.params.insert(s.params.begin(), {{kString, true}, {kI64}, {t_.list(kString), true}});
      quiet_.push_back(b_.declare("capturing closure", s));
      w_.closures.push_back(quiet_.back());
    }
  }

  Signature random_signature() {
    Signature s;
    for (std::uint32_t n = random_.below(4); n > 0; --n) {
      TypeId t = w_.leaves[random_.below(w_.leaves.size())];
      s.params.push_back({t, t_.counted(t) && random_.chance(60)});
    }
    for (std::uint32_t n = random_.below(3); n > 0; --n)
      s.results.push_back(w_.leaves[random_.below(w_.leaves.size())]);
    return s;
  }

  void bodies() {
    Module& m = w_.module();
    m.debug.files.push_back(b_.string("random.noodle"));
    for (FunctionId id : quiet_) FunctionGenerator(w_, random_, id, false).run(2 + random_.below(5));
    // Functions call only earlier ones, so calls end.
    for (std::uint32_t n = 2 + random_.below(4); n > 0; --n) {
      FunctionId id = b_.declare("function", random_signature());
      FunctionGenerator(w_, random_, id, true).run(5 + random_.below(25));
      w_.callable.push_back(id);
    }
    FunctionId main = b_.declare("main", {{}, {kI64}});
    FunctionGenerator(w_, random_, main, true).run(10 + random_.below(40));
    FunctionId test = b_.declare("test", {});
    FunctionGenerator(w_, random_, test, true).run(5 + random_.below(20));
    b_.export_function(ExportKind::Main, "main", main);
    b_.export_function(ExportKind::Test, "a test", test);
    b_.export_function(ExportKind::Public, "function", w_.callable[0]);
    if (random_.chance(30)) m.interface = "opaque";
    if (random_.chance(30)) m.generics.push_back({b_.string("generic"), std::string("\0body", 5)});
    if (random_.chance(30)) m.kernels.push_back("kernel");
    if (random_.chance(50)) add_content_hashes(m);
  }

  World& w_;
  ModuleBuilder& b_;
  TypeTable& t_;
  Random& random_;
  TraitId trait_;
  TypeId any_;
  std::vector<TypeId> concrete_;
  std::vector<TypeId> fns_;
  std::vector<FunctionId> quiet_;  // functions that call nothing: anything may call them
};

}  // namespace

Module generate(std::uint64_t seed) {
  World world;
  Random random(seed);
  WorldMaker(world, random).run();
  return std::move(world.builder.module);
}

Module generate_crowded(std::size_t targets) {
  ModuleBuilder m;
  FunctionBuilder f(m, m.declare("f", {}));
  const std::uint16_t first = f.reg(kI64);
  while (f.slots() < kMaxSlots) f.reg(kI64);
  f.integer(first, 0);
  const Label to = f.label();
  f.switch_int(first, std::vector<Label>(targets, to));
  f.bind(to);
  f.ret({});
  f.finish();
  return std::move(m.module);
}

}  // namespace noodle::nbc::testing
