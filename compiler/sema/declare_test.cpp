// Declarations, modules, traits, constants and attributes: what is accepted, and what is said.

#include <gtest/gtest.h>

#include "compiler/sema/test_program.h"

namespace noodle::sema {
namespace {

std::string check(std::string text, std::map<std::string, std::string> others = {}) {
  return TestProgram(std::move(text), std::move(others)).check();
}

TEST(Declare, TheCoreLibraryIsSound) {
  TestProgram p("fn main() {}\n");
  EXPECT_EQ(p.check(), "");
  for (std::size_t i = 0; i < p.program->function_count(); ++i) {
    const FunctionInfo& info = p.program->function(FunctionId(i));
    if (info.has_body) EXPECT_NE(p.program->body(FunctionId(i)), nullptr) << info.qualified_name;
  }
  EXPECT_EQ(p.rendered(), "");
}

TEST(Declare, LibraryBodiesAreLeftAloneUntilUsed) {
  TestProgram p("fn main() {}\n");
  p.check();
  EXPECT_EQ(p.program->bodies_checked(), 1u);
}

TEST(Names, UnknownTypesGetASuggestion) {
  EXPECT_EQ(check("fn f(x: Lst<Int>) {}"), "E0201: there is no type `Lst` here\n");
  TestProgram p("fn f(x: Lst<Int>) {}");
  p.check();
  EXPECT_NE(p.rendered().find("did you mean `List`?"), std::string::npos) << p.rendered();
}

TEST(Names, WhatIsNotATypeSaysWhatItIs) {
  EXPECT_EQ(check("trait A {}\nfn f(x: A) {}"), "E0206: `A` is a trait, not a type\n");
  EXPECT_EQ(check("fn g() {}\nfn f(x: g) {}"), "E0206: `g` is a function, not a type\n");
  EXPECT_EQ(check("enum S { Circle(r: Int) }\nfn f(x: Circle) {}"), "E0206: `Circle` is a variant, not a type\n");
  EXPECT_EQ(check("struct S {}\nfn f<T: S>(x: T) {}"), "E0207: `S` is a struct or enum, not a trait\n");
  EXPECT_EQ(check("fn f(x: Self) {}"), "E0208: there is no `Self` here\n");
}

TEST(Names, AreDeclaredOnce) {
  EXPECT_EQ(check("fn f() {}\nstruct f {}"), "E0202: `f` is declared twice in this module\n");
  EXPECT_EQ(check("struct P { x: Int, x: Int }"), "E0202: two fields are named `x`\n");
  EXPECT_EQ(check("enum P { A, A }"), "E0202: two variants are named `A`\n");
  EXPECT_EQ(check("fn f(a: Int, a: Int) {}"), "E0202: two parameters are named `a`\n");
  EXPECT_EQ(check("fn f<T, T>(a: T) {}"), "E0202: two type parameters are named `T`\n");
}

TEST(Names, OwnVariantsComeBeforeTheCore) {
  const std::string expr =
      "enum Expr { Num(n: Int), Add(a: Expr, b: Expr), List(all: List<Expr>) }\nstruct P {}\n"
      "impl Add<P, P> for P {\n    fn add(self, other: P) -> P { other }\n}\n";
  EXPECT_EQ(check(expr + "fn f() -> Int {\n    let e = Add(Num(1), Num(2))\n    List.filled(3, e).len()\n}"), "");
}

TEST(Names, TypeParametersHideConstants) { EXPECT_EQ(check("struct Box<E> { value: E }\nfn f<E>(x: Box<E>) {}"), ""); }

TEST(WrittenTypes, TakeTheirArguments) {
  EXPECT_EQ(check("fn f(x: List) {}"), "E0303: `List` takes 1 type argument, not 0\n");
  EXPECT_EQ(check("fn f(x: Map<Int>) {}"), "E0303: `Map` takes 2 type arguments, not 1\n");
  EXPECT_EQ(check("fn f(x: Int<Int>) {}"), "E0303: `Int` takes no type arguments, not 1\n");
}

TEST(WrittenTypes, KeysNeedEquality) {
  EXPECT_EQ(check("struct F { f: () -> Int }\nfn f(x: Map<F, Int>) {}"), "E0306: `F` can't be a key\n");
  EXPECT_EQ(check("fn f(x: Map<(Int, String), Int>) {}"), "");
}

TEST(WrittenTypes, HaveAFiniteValue) {
  EXPECT_EQ(check("struct N { next: N }"), "E0301: no value of `N` can ever be made\n");
  EXPECT_EQ(check("struct A { b: B }\nstruct B { a: (Int, A) }"),
            "E0301: no value of `A` can ever be made\nE0301: no value of `B` can ever be made\n");
  EXPECT_EQ(check("enum E { One(e: E) }"), "E0301: no value of `E` can ever be made\n");
  EXPECT_EQ(check("struct N { next: N?, all: List<N> }\nenum T { Leaf, Node(l: T, r: T) }"), "");
  EXPECT_EQ(check("struct Box<T> { x: T }\nstruct N { b: Box<N> }"), "E0301: no value of `N` can ever be made\n");
  EXPECT_EQ(check("struct Box<T> { x: T? }\nstruct N { b: Box<N> }"), "");
}

TEST(WrittenTypes, HaveAnEndOfInstances) {
  EXPECT_EQ(check("struct A<T> { x: A<A<T>>? }"), "E0302: `A` needs endlessly many instances of itself\n");
  EXPECT_EQ(check("struct A<T> { x: B<List<T>>? }\nstruct B<T> { x: A<T>? }"),
            "E0302: `A` needs endlessly many instances of itself\n");
  EXPECT_EQ(check("struct A<T> { x: A<T>?, y: List<A<Int>> }"), "");
  EXPECT_EQ(check("struct A<T, U> { x: A<U, T>? }"), "");
}

TEST(Functions, MainHasAForm) {
  EXPECT_EQ(check("fn main() -> Int { 1 }"), "E0304: `main` gives nothing or a `Result<(), E>`, not `Int`\n");
  EXPECT_EQ(check("fn main(a: Int) {}"), "E0304: `main` takes no parameters\n");
  EXPECT_EQ(check("fn main<T>() {}"), "E0304: `main` can't be generic\n");
  EXPECT_EQ(check("fn main() -> Result<(), Error> { Ok(()) }"), "");
}

TEST(Functions, HaveABody) {
  EXPECT_EQ(check("fn f()\n"), "E0305: `f` has no body\n");
  EXPECT_EQ(check("trait T {\n    fn f(self)\n}"), "");
  EXPECT_EQ(check("fn f(self) {}"), "E0209: `self` needs an `impl` or `trait` around the function\n");
}

TEST(Traits, ImplsAreWhole) {
  const std::string trait =
      "trait Area {\n    fn area(self) -> Float\n    fn twice(self) -> Float { self.area() * 2.0 }\n}\nstruct S {}\n";
  EXPECT_EQ(check(trait + "impl Area for S {\n    fn area(self) -> Float { 1.0 }\n}"), "");
  EXPECT_EQ(check(trait + "impl Area for S {}"), "E0601: this impl of `Area` lacks `area`\n");
  EXPECT_EQ(check(trait + "impl Area for S {\n    fn aera(self) -> Float { 1.0 }\n}"),
            "E0602: `Area` has no method `aera`\n");
  EXPECT_EQ(check(trait + "impl Area for S {\n    fn area(self) -> Int { 1 }\n}"),
            "E0603: `area` differs from what `Area` declares\n");
  EXPECT_EQ(check(trait + "impl Area for S {\n    fn area(mut self) -> Float { 1.0 }\n}"),
            "E0603: `area` differs from what `Area` declares\n");
  EXPECT_EQ(check(trait + "impl Area for S {\n    fn area() -> Float { 1.0 }\n}"),
            "E0603: `area` differs from what `Area` declares\n");
}

TEST(Traits, ParametersAndSelfAreFilledIn) {
  EXPECT_EQ(check("trait Conv<A> {\n    fn conv(self, a: A) -> Self\n    fn all<B>(self, b: B) -> List<A>\n}\nstruct "
                  "S<T> { x: T }\n"
                  "impl<T> Conv<Int> for S<T> {\n    fn conv(self, a: Int) -> S<T> { self }\n    fn all<C>(self, b: C) "
                  "-> List<Int> { [] }\n}"),
            "");
}

TEST(Traits, AreImplementedOnce) {
  const std::string head = "trait A {}\ntrait B<T> {}\nstruct S<T> { x: T }\n";
  EXPECT_EQ(check(head + "impl A for S<Int> {}\nimpl A for S<String> {}"), "");
  EXPECT_EQ(check(head + "impl B<Int> for S<Int> {}\nimpl B<String> for S<Int> {}"), "");
  EXPECT_EQ(check(head + "impl A for S<Int> {}\nimpl A for S<Int> {}"),
            "E0604: `A` is implemented twice for `S<Int>`\n");
  EXPECT_EQ(check(head + "impl<T> A for S<T> {}\nimpl A for S<Int> {}"),
            "E0604: `A` is implemented twice for `S<Int>`\n");
  EXPECT_EQ(check(head + "impl<T> A for T {}\nimpl A for Int {}"), "E0604: `A` is implemented twice for `Int`\n");
  EXPECT_EQ(check(head + "impl<T: Number> A for T {}\nimpl A for String {}"), "");
}

TEST(Traits, NeedSomethingOfOnesOwn) {
  EXPECT_EQ(check("impl Add<Int, Int> for Int {\n    fn add(self, other: Int) -> Int { other }\n}"),
            "E0605: neither `Add<Int, Int>` nor `Int` belongs to this program\n");
  EXPECT_EQ(check("struct Mine {}\nimpl Add<Mine, Int> for Int {\n    fn add(self, other: Mine) -> Int { 1 }\n}"), "");
  EXPECT_EQ(check("impl Int {\n    fn f(self) -> Int { self }\n}"), "E0605: `Int` belongs to the standard library\n");
  EXPECT_EQ(check("impl (Int, Int) {}"), "E0609: `(Int, Int)` can't have methods of its own\n");
  EXPECT_EQ(check("struct S {}\nimpl Number for S {}"),
            "E0609: `Number` is decided by the language, and can't be implemented\n");
}

TEST(Traits, BoundsMustHold) {
  EXPECT_EQ(check("struct Heap<T: Ordered> { items: List<T> }\nstruct P {}\nfn f(h: Heap<P>) {}"),
            "E0606: `P` does not implement `Ordered`\n");
  EXPECT_EQ(check("struct Heap<T: Ordered> { items: List<T> }\nfn f(h: Heap<Int>) {}\nfn g<T: Ordered>(h: Heap<T>) {}"),
            "");
  EXPECT_EQ(check("struct Heap<T: Ordered> { items: List<T> }\nfn g<T>(h: Heap<T>) {}"),
            "E0606: `T` does not implement `Ordered`\n");
}

TEST(Traits, SomeCannotBeAny) {
  EXPECT_EQ(check("trait Same {\n    fn same(self, other: Self) -> Bool\n}\nfn f(x: any Same) {}"),
            "E0607: the trait `Same` can't be `any`\n");
  EXPECT_EQ(check("trait Gen {\n    fn gen<T>(self, x: T)\n}\nfn f(x: any Gen) {}"),
            "E0607: the trait `Gen` can't be `any`\n");
  EXPECT_EQ(check("trait Fine {\n    fn fine(mut self, x: Int) -> Int\n}\nfn f(x: any Fine, y: any Iterator<Int>) {}"),
            "");
}

TEST(Traits, MethodsHaveOneMeaning) {
  EXPECT_EQ(check("struct S {}\nimpl S {\n    fn f(self) {}\n}\nimpl S {\n    fn f(self) {}\n}"),
            "E0610: `S` already has a method `f`\n");
  EXPECT_EQ(check("struct S {}\nimpl S {\n    fn f(self) {}\n    fn f(self) {}\n}"),
            "E0610: two methods are named `f`\n");
  EXPECT_EQ(check("struct S<T> { x: T }\nimpl S<Int> {\n    fn f(self) {}\n}\nimpl S<String> {\n    fn f(self) {}\n}"),
            "");
  EXPECT_EQ(check("struct S {}\nimpl<T> S {}"), "E0608: nothing decides the type parameter `T`\n");
}

TEST(Constants, AreEvaluated) {
  TestProgram p(
      "const A: Int = 2 * B + 1\nconst B: Int = 20\nconst C: u8 = u8(A)\nconst D: List<Int> = [A, B]\n"
      "const E1: Bool = A > B && B == 20\nconst F: Float = 1.0 / 4.0\nconst G: String = \"a\" + \"b\"\nconst H: Int? = "
      "Some(A)\n");
  EXPECT_EQ(p.check(), "");
  std::map<std::string, ConstValue> values;
  for (std::size_t i = 0; i < p.program->constant_count(); ++i) {
    const ConstValue* value = p.program->constant(ConstId(i));
    ASSERT_NE(value, nullptr);
    values[std::string(p.program->constant_name(ConstId(i)))] = *value;
  }
  EXPECT_EQ(values["A"].bits, 41u);
  EXPECT_EQ(p.program->types().text(values["C"].type), "u8");
  EXPECT_EQ(values["C"].bits, 41u);
  ASSERT_EQ(values["D"].parts.size(), 2u);
  EXPECT_EQ(values["D"].parts[1].bits, 20u);
  EXPECT_EQ(values["E1"].bits, 1u);
  EXPECT_EQ(values["F"].number, 0.25);
  EXPECT_EQ(values["G"].text, "ab");
  ASSERT_EQ(values["H"].parts.size(), 1u);
  EXPECT_EQ(values["H"].parts[0].bits, 41u);
}

TEST(Constants, MustBeComputable) {
  EXPECT_EQ(check("const A: Int = 9223372036854775807 + 1"), "E0702: this overflows `Int`\n");
  EXPECT_EQ(check("const A: Int = 1 / 0"), "E0702: this divides by zero\n");
  EXPECT_EQ(check("const A: u8 = u8(B)\nconst B: Int = 300"), "E0702: the value does not fit `u8`\n");
  EXPECT_EQ(check("const A: Int = 2 ** 63"), "E0702: this overflows `Int`\n");
  EXPECT_EQ(check("const A: u64 = 2 ** 63"), "");
  EXPECT_EQ(check("const A: i8 = 1 << 8"), "E0702: a shift by 8 is outside the width of `i8`\n");
  EXPECT_EQ(check("fn f() -> Int { 1 }\nconst A: Int = f()"), "E0703: a call of `f` can't stand in a constant\n");
}

TEST(Constants, ACircleIsNamedAsAChain) {
  EXPECT_EQ(check("const A: Int = B + 1\nconst B: Int = C\nconst C: Int = A"),
            "E0701: the value of `A` depends on itself: `A` → `B` → `C` → `A`\n");
  EXPECT_EQ(check("const A = B\nconst B = A"), "E0701: the value of `A` depends on itself: `A` → `B` → `A`\n");
}

TEST(Constants, ALongChainEnds) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "const C" + std::to_string(i) + ": Int = C" + std::to_string(i + 1) + "\n";
  text += "const C5000: Int = 1\n";
  EXPECT_NE(check(text).find("E0706"), std::string::npos);
  std::string forwards = "const C0: Int = 1\n";
  for (int i = 1; i < 5000; ++i) forwards += "const C" + std::to_string(i) + ": Int = C" + std::to_string(i - 1) + "\n";
  EXPECT_EQ(check(forwards), "");
}

TEST(Attributes, AreKnownAndWellFormed) {
  EXPECT_EQ(check("@depricated(since: \"1\")\nfn f() {}"), "E0704: there is no attribute `@depricated`\n");
  EXPECT_EQ(check("@deprecated(until: \"1\")\nfn f() {}"),
            "E0705: `@deprecated` takes `since` and `use`, both texts\n");
  EXPECT_EQ(check("@inline\nstruct S {}"), "E0705: `@inline` stands before a function and takes nothing\n");
  EXPECT_EQ(check("@inline @inline\nfn f() {}"), "E0705: `@inline` stands here twice\n");
  EXPECT_EQ(check("@since(\"1.0\") @inline\nfn f() {}"), "");
  EXPECT_EQ(check("@intrinsic(\"list.push\")\nfn f()\n"),
            "E0704: there is no attribute `@intrinsic`\nE0305: `f` has no body\n");
}

TEST(Attributes, DeprecatedThingsWarnWhereTheyAreUsed) {
  EXPECT_EQ(check("@deprecated(since: \"1.2\", use: \"Q\")\nstruct P {}\nfn f(p: P) {}"),
            "W0001: `P` is deprecated since 1.2\n");
}

TEST(Modules, AreFilesBesideTheMainOne) {
  EXPECT_EQ(check("import a.b\nfn f(p: b.P) {}", {{"a/b.noodle", "pub struct P {}"}}), "");
  EXPECT_EQ(check("import a.b as c\nfn f(p: c.P) {}", {{"a/b.noodle", "pub struct P {}"}}), "");
  EXPECT_EQ(check("import shapes\nfn f(p: shapes.P) {}", {{"shapes.noodle", "struct P {}"}}),
            "E0205: `P` is private to the module `shapes`\n");
  EXPECT_EQ(check("import shapes\nfn f(p: shapes.Pont) {}", {{"shapes.noodle", "pub struct Point {}"}}),
            "E0201: there is no `Pont` in the module `shapes`\n");
  EXPECT_EQ(check("import shaps\n", {{"shapes.noodle", ""}}), "E0203: there is no module `shaps`\n");
  EXPECT_EQ(check("import fs\n", {{"fs.noodle", ""}}).substr(0, 5), "E0204");
  EXPECT_EQ(check("import sql\n"), "E0801: the module `sql` is not in this build\n");
  EXPECT_EQ(check("import core\n").substr(0, 5), "E0204");
  EXPECT_EQ(check("import main\n"), "E0203: a module can't import itself\n");
}

TEST(Modules, MayImportInCircles) {
  EXPECT_EQ(check("import a\npub struct P { x: Int }\nfn f(q: a.Q) {}",
                  {{"a.noodle", "import main\npub struct Q { p: main.P }"}}),
            "");
}

TEST(Modules, UnusedImportsAreWarnedOf) {
  EXPECT_EQ(check("import a\nfn f() {}", {{"a.noodle", "pub fn g() {}"}}), "W0002: the import of `a` is never used\n");
  EXPECT_EQ(check("import a\nfn f() { a.g() }", {{"a.noodle", "pub fn g() {}"}}), "");
  EXPECT_EQ(check("import a\nfn f() {}", {{"a.noodle", "pub struct P {}\nimpl P {\n    pub fn g(self) {}\n}"}}),
            "W0002: the import of `a` is never used\n");
}

TEST(Modules, MayBeImportedForWhatTheyAddToTypesOfOthers) {
  EXPECT_EQ(check("import a\npub struct P {}", {{"a.noodle", "import main\nimpl main.P {\n    pub fn g(self) {}\n}"}}),
            "");
  EXPECT_EQ(check("import a\npub struct P {}",
                  {{"a.noodle", "import main\ntrait G { fn g(self) }\nimpl G for main.P {\n    fn g(self) {}\n}"}}),
            "");
  const std::string adding = "import main\nimpl main.P {\n    pub fn g(self) {}\n}";
  EXPECT_EQ(check("import a\npub struct P {}", {{"a.noodle", "pub import b"}, {"b.noodle", adding}}), "");
  const std::string dividing = "import a\nimpl a.Q {\n    pub fn g(self) {}\n}";
  EXPECT_EQ(check("import a", {{"a.noodle", "pub import b\npub struct Q {}"}, {"b.noodle", dividing}}),
            "W0002: the import of `a` is never used\n");
}

TEST(Later, ActorsAreNotInThisBuild) {
  EXPECT_EQ(check("actor A(x: Int) {\n    var y = 1\n}\n"), "E0801: actors are not in this build\n");
  EXPECT_EQ(check("fn f(t: Task<Int>, c: Channel<String>) {}"), "");
}

TEST(Later, TensorIsACoreName) {
  EXPECT_EQ(check("fn f(t: Tensor<f32>) {}"), "");
  EXPECT_EQ(check("import tensor\nfn f() -> Tensor<Int> { tensor.zeros([2]) }"), "");
}

TEST(Impls, WhoseTypesWouldHoldThemselvesDoNotOverlap) {
  const std::string box = "struct Box<T> { x: T }\ntrait Join<R> { fn join(self, other: R) }\n";
  EXPECT_EQ(check(box + "impl<T> Join<T> for Box<T> { fn join(self, other: T) {} }\n"
                        "impl<T> Join<Box<T>> for Box<T> { fn join(self, other: Box<T>) {} }"),
            "");
}

TEST(Resolve, FindsImplsDefaultsAndRules) {
  TestProgram p(
      "trait Area {\n    fn area(self) -> Float\n    fn twice(self) -> Float { self.area() * 2.0 }\n}\nstruct S<T> { "
      "x: T }\n"
      "impl<T> Area for S<T> {\n    fn area(self) -> Float { 1.0 }\n}\nimpl S<Int> {\n    fn to_string(self) -> String "
      "{ \"s\" }\n}\n"
      "struct F { f: () -> Int }\n");
  EXPECT_EQ(p.check(), "");
  TypeTable& types = p.program->types();
  NominalId s;
  NominalId f;
  for (std::size_t i = 0; i < types.nominal_count(); ++i) {
    if (p.names.text(types.nominal(NominalId(i)).name) == "S") s = NominalId(i);
    if (p.names.text(types.nominal(NominalId(i)).name) == "F") f = NominalId(i);
  }
  TraitId area;
  for (std::size_t i = 0; i < types.trait_count(); ++i) {
    if (p.names.text(types.trait(TraitId(i)).name) == "Area") area = TraitId(i);
  }
  const TypeId integer = types.primitive(TypeKind::I64);
  const TypeId text = types.primitive(TypeKind::String);
  const TypeId s_int = types.nominal(s, {&integer, 1});
  const TypeId s_text = types.nominal(s, {&text, 1});
  const auto& methods = types.trait(area).methods;
  const FunctionRef own = p.program->resolve({methods[0], {&s_int, 1}});
  EXPECT_EQ(p.program->function(own.function).qualified_name, "S.area");
  ASSERT_EQ(own.arguments.size(), 1u);
  EXPECT_EQ(own.arguments[0], integer);
  EXPECT_EQ(p.program->resolve({methods[1], {&s_int, 1}}).function, methods[1]);
  EXPECT_FALSE(p.program->resolve({methods[0], {&integer, 1}}).function.valid());
  EXPECT_TRUE(p.program->implements(s_int, {area, {}}));
  EXPECT_FALSE(p.program->implements(integer, {area, {}}));
  EXPECT_TRUE(p.program->implements(integer, {types.known.ordered, {}}));
  EXPECT_TRUE(p.program->own_to_string(s_int).function.valid());
  EXPECT_FALSE(p.program->own_to_string(s_text).function.valid());
  EXPECT_TRUE(p.program->has_equality(s_int));
  EXPECT_FALSE(p.program->has_equality(types.nominal(f, {})));
  const auto& compare = types.trait(types.known.ordered).methods;
  EXPECT_EQ(p.program->function(p.program->resolve({compare[0], {&integer, 1}}).function).intrinsic, "value.compare");
  const auto& show = types.trait(types.known.show).methods;
  EXPECT_EQ(p.program->function(p.program->resolve({show[0], {&s_text, 1}}).function).intrinsic, "value.to_string");
}

TEST(Program, KnowsMainAndTests) {
  TestProgram p("fn main() {}\ntest \"one\" {}\ntest \"two\" {}\n");
  EXPECT_EQ(p.check(), "");
  EXPECT_TRUE(p.program->main_function().valid());
  const auto tests = p.program->tests();
  ASSERT_EQ(tests.size(), 2u);
  EXPECT_EQ(p.program->function(tests[1]).test_name, "two");
  EXPECT_EQ(p.program->module_name(p.program->main_module()), "main");
  EXPECT_EQ(check("test \"a\" {}\ntest \"a\" {}"), "E0202: two tests are named \"a\"\n");
  TextLoader none;
  Program missing(p.names, p.sources, p.sink, none);
  EXPECT_FALSE(missing.open("main.noodle"));
}

}  // namespace
}  // namespace noodle::sema
