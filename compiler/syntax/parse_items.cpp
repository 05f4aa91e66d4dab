// Declarations: functions, types, traits, implementations, constants, imports, tests, actors.

#include <algorithm>

#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

void Parser::parse_file() {
  Sequence<Item*> items(items_);
  while (kind_ != EndOfFile) {
    const std::size_t start = pos_;
    recovering_ = lost_ = false;
    if (at(Semicolon)) {
      complain(Code::UnneededSemicolon, range(), "this `;` separates nothing");
      advance();
      continue;
    }
    if (at(BraceClose) && lost_braces_ != 0) {
      --lost_braces_;
      advance();
      continue;
    }
    if (at(BraceClose) || at(ParenClose) || at(BracketClose)) {
      error(Code::UnexpectedClosing, range(), "this " + std::string(describe(kind_)) + " closes nothing");
      advance();
    } else if (Item* one = item(true)) {
      items.push(one);
    }
    if (lost_) continue;
    if (!recovering_ && kind_ != EndOfFile && !token().newline_before()) {
      if (at(Semicolon)) continue;
      auto* problem = error(at(BraceClose) ? Code::UnexpectedClosing : Code::StatementNotEnded, range(),
                            "a declaration ends with its line, but here follows " + found());
      if (problem != nullptr && at(Comma) && items.size() != 0 && items.back()->kind == ItemKind::Import) {
        problem->help("each module has an `import` of its own");
      }
    }
    if (recovering_) {
      synchronise(start);
      if (pos_ == start || at(BraceClose)) advance();
    }
  }
  out_.tree = out_.arena.make<File>(items.finish(out_.arena));
}

// One declaration; at the top level anything else is reported, read and dropped (null).
Item* Parser::item(bool top_level) {
  const Nest nest(*this);
  const Context context(*this, false, Head::None);
  const std::uint32_t first = begin();
  if (top_level) foreign_item_word();
  Item head{ItemKind::Error, {}, false, {}, doc_before(pos_)};
  if (at(At)) {
    head.attributes = attributes();
    if (head.doc.empty()) head.doc = doc_before(pos_);
  }
  if (at(Pub)) {
    head.is_pub = true;
    advance();
    if (at(ParenOpen)) {
      complain(Code::NeedlessVisibility, range(), "`pub` takes no arguments");
      while (!at(ParenClose) && !at_end() && !token().newline_before()) advance();
      eat(ParenClose);
    }
  }
  Item* made = item_body(head, top_level);
  if (made != nullptr) made->range = since(first);
  return made;
}

Item* Parser::item_body(Item head, bool top_level) {
  switch (kind_) {
    case Import: return import_item(head);
    case Fn: return function_item(head, false);
    case Struct: return struct_item(head);
    case Enum: return enum_item(head);
    case Trait: return trait_item(head);
    case Impl: return impl_item(head);
    case Const: return const_item(head);
    case Actor: return actor_item(head);
    case Identifier:
      if (at_test()) return test_item(head);
      break;
    default: break;
  }
  if (!head.attributes.empty()) {
    error(Code::MisplacedAttribute, head.attributes.back().range, "there is no declaration behind this attribute");
  } else if (at(Let) || at(Var)) {
    return misplaced_variable(head);
  } else if (foreign_type_item("there are no type aliases",
                               "write the type itself, or wrap it: `struct Id { value: Int }`")) {
    return nullptr;
  } else if (head.is_pub) {
    error(Code::UnexpectedToken, missing_place(), "expected a declaration after `pub`, found " + found());
  } else if (auto* problem =
                 error(Code::NotADeclaration, range(), "a declaration is expected here, found " + found_here())) {
    if (kind_ == Mut) {
      problem->help("variables stand in functions");
    } else if (peek() == Fn || peek() == Struct || peek() == Enum || peek() == Trait) {
      problem->help("`pub` before a declaration shows it to other modules; without it only its own module sees it");
    } else if (at_name("from")) {
      problem->help("write `import geometry`, then `geometry.area`");
    } else {
      problem->help("what runs stands in a function, such as `fn main() { … }`");
    }
  }
  if (top_level) statement();
  return nullptr;
}

std::span<const Attribute> Parser::attributes() {
  Sequence<Attribute> list(attributes_);
  while (at(At)) {
    const std::uint32_t first = begin();
    mark(Token::kPrefix);
    advance();
    const Name name = take_word("the name of an attribute");
    Sequence<AttributeArgument> given(attribute_arguments_);
    if (at(ParenOpen) && !newline()) {
      const Range opening = range();
      const Context context(*this, true, Head::None);
      advance();
      while (!at(ParenClose) && !at_end()) {
        AttributeArgument argument{};
        if (at_word() && peek() == Colon) {
          argument.label = name_here();
          advance();
        }
        argument.value = expr();
        given.push(argument);
        if (!eat(Comma)) break;
      }
      expect_closing(ParenClose, opening);
    }
    list.push({name, given.finish(out_.arena), since(first)});
    if (recovering_) break;
  }
  return list.finish(out_.arena);
}

ImportItem* Parser::import_item(Item head) {
  head.kind = ItemKind::Import;
  advance();
  if (at(String) || at(StringBegin)) {
    if (auto* problem = error(Code::ExpectedName, range(), "a module is named without quotes")) {
      problem->help("for example `import geometry.shapes`");
    }
  }
  const std::span<const Name> names = path(SIZE_MAX, "the name of a module");
  Name alias{};
  if (at(As) && !newline()) {
    advance();
    alias = take_name("a name for the module");
  }
  return out_.arena.make<ImportItem>(head, names, alias);
}

std::span<const TypeParam> Parser::type_params() {
  if (!at(Less)) return {};
  const Context context(*this, true, Head::None);
  const Range opening = range();
  mark(Token::kTypeAngle);
  advance();
  Sequence<TypeParam> list(type_params_);
  while (!at_closing_angle() && !at_end() && !recovering_) {
    TypeParam one{take_name("the name of a type parameter"), {}};
    if (eat(Colon)) {
      Sequence<PathType*> bounds(path_types_);
      do {
        bounds.push(path_type());
      } while (eat(Plus));
      one.bounds = bounds.finish(out_.arena);
    }
    list.push(one);
    if (!eat(Comma)) break;
  }
  close_angle(opening);
  return list.finish(out_.arena);
}

// Stands on `fn`, or on the word `receive`.
FunctionItem* Parser::function_item(Item head, bool is_receive) {
  head.kind = ItemKind::Function;
  advance();
  const Name name = take_word("the name of a function");
  const std::span<const TypeParam> generics = type_params();
  const std::span<const Param> list = params(true);
  Type* result = nullptr;
  if (at(Arrow) && !newline()) {
    advance();
    result = type();
  } else if (at(Colon)) {
    if (auto* problem = error(Code::ForeignOperator, range(), "the result type stands behind `->`")) {
      problem->suggest("write `->`", span(range()), " ->");
    }
    advance();
    if (!at(BraceOpen) && !token().newline_before()) result = type();
  }
  BlockExpr* code = nullptr;
  if (at(BraceOpen)) {
    code = body();
  } else if (!recovering_ && !at(BraceClose) && !at_end() && !token().newline_before() && !at(Semicolon)) {
    auto* problem =
        error(Code::UnexpectedToken, range(), "expected `{` and the body of the function, found " + found());
    if (problem != nullptr && at(Equal)) problem->help("a body stands in braces: `{ … }`");
  }
  return out_.arena.make<FunctionItem>(head, is_receive, name, generics, list, result, code);
}

std::span<const Param> Parser::params(bool methods) {
  Sequence<Param> list(params_);
  const Range opening = range();
  if (!at(ParenOpen) || newline()) {
    error(Code::UnexpectedToken, missing_place(), "expected `(` and the parameters, found " + found());
    return {};
  }
  {
    const Context context(*this, true, Head::None);
    advance();
    while (!at(ParenClose) && !at_end() && !recovering_) {
      if (!list.empty() && list.back().kind == ParamKind::Block) {
        error(Code::MisplacedParameter, list.back().range, "a block is the last parameter of a function");
      }
      list.push(param(methods && list.empty()));
      if (!eat(Comma)) break;
    }
  }
  expect_closing(ParenClose, opening);
  return list.finish(out_.arena);
}

// Stands on `=`. Only what is passed by value has a default.
Expr* Parser::default_value(const Param& param) {
  const std::uint32_t first = begin();
  advance();
  Expr* value = expr();
  if (param.kind == ParamKind::Plain && !param.is_self) return value;
  const bool is_block = param.kind == ParamKind::Block;
  const std::string what = param.is_self ? "`self`" : is_block ? "a `block` parameter" : "a `mut` parameter";
  if (auto* problem = complain(Code::MisplacedParameter, since(first), what + " has no default")) {
    problem->help(is_block ? "every call writes its block" : "every call names its value");
  }
  return error_expr(first);  // calls without it say nothing more
}

Param Parser::param(bool may_be_self) {
  Param one{ParamKind::Plain, false, {}, nullptr, nullptr, {}};
  const std::uint32_t first = begin();
  const bool named_block = at(Identifier) && is_word(peek()) && spelling() == "block";
  if (at(Mut) || named_block) {
    one.kind = at(Mut) ? ParamKind::Mut : ParamKind::Block;
    advance();
  }
  if (at(SelfValue)) {
    one.is_self = true;
    one.name = name_here();
    if (!may_be_self) error(Code::MisplacedParameter, one.name.range, "`self` is the first parameter of a method");
    if (at(Colon)) error(Code::MisplacedParameter, range(), "`self` has the type of its `impl`; none is written");
  } else {
    one.name = take_name("the name of a parameter");
    if (at(Mut)) {
      error(Code::ForeignWord, range(), "`mut` stands in front of the parameter's name");
    } else if (eat(Colon)) {
      if (at(Mut)) error(Code::ForeignWord, range(), "`mut` stands in front of the parameter's name");
      one.type = type();
    } else {
      const bool goes_on = at(Comma) || at(ParenClose) || at(Equal);
      constexpr std::string_view kMessage = "this parameter has no type";
      auto* problem = goes_on ? complain(Code::ExpectedType, missing_place(), std::string(kMessage))
                              : error(Code::ExpectedType, missing_place(), std::string(kMessage));
      if (problem != nullptr) problem->help("functions state their types: `name: Int`");
      one.type = bad_type();
    }
    if (at(Equal)) one.default_value = default_value(one);
  }
  one.range = since(first);
  return one;
}

// Members are separated by newlines or commas.
void Parser::end_member(std::size_t start, std::string_view what) {
  if (!recovering_) {
    if (at(Comma) || at(BraceClose) || at_end() || newline()) {
      eat(Comma);
      return;
    }
    if (at(Semicolon)) {
      complain(Code::UnneededSemicolon, range(), std::string(what) + " are separated by newlines or commas");
      advance();
      return;
    }
    if (report_foreign_operator()) {
      // it has said what is wrong
    } else {
      const std::string message =
          std::string(what) + " are separated by newlines or commas, but here follows " + found();
      const TokenKind next = peek();
      const bool another =
          at(Fn) || (at_word() && (next == Colon || next == ParenOpen || next == Comma || next == BraceClose));
      if (another) {
        complain(Code::UnexpectedToken, range(), message);
        return;
      }
      error(Code::UnexpectedToken, range(), message);
    }
  }
  synchronise(start, true);
  eat(Comma);
  if (pos_ == start && !at_end() && !at(BraceClose)) advance();
}

// `name: Type`; in a variant's parentheses the name may be missing.
FieldDecl Parser::field_decl(bool in_struct) {
  FieldDecl field{{}, nullptr, false, {}, doc_before(pos_)};
  const std::uint32_t first = begin();
  if (in_struct && at(Pub) && peek() != Colon) {
    complain(Code::NeedlessVisibility, range(),
             "the fields of a `pub struct` are visible; what is not is marked `private`");
    advance();
  }
  if (in_struct && at(Identifier) && is_word(peek()) && spelling() == "private") {
    field.is_private = true;
    advance();
  }
  if (in_struct && (at(Let) || at(Var)) && peek() != Colon) {
    error(Code::UnexpectedToken, range(), "a field is written `name: Type`, without " + std::string(describe(kind_)));
    advance();
  }
  if (in_struct && at(Fn) && peek() != Colon) {
    if (auto* problem = error(Code::UnexpectedToken, range(), "a function can't stand in a struct")) {
      problem->help("methods stand in an `impl` block");
    }
  } else if (in_struct || (at_word() && peek() == Colon)) {
    field.name = take_word("the name of a field");
    if (eat(Colon)) {
      field.type = type();
    } else if (auto* problem = error(Code::ExpectedType, missing_place(), "this field has no type")) {
      problem->help("a field is written `name: Type`");
    }
  } else {
    field.type = type();
  }
  if (field.type == nullptr) field.type = bad_type();
  field.range = since(first);
  return field;
}

// The brace of a body that holds no statements.
bool Parser::expect_parts(std::string_view after) {
  if (at(BraceOpen)) mark(Token::kParts);
  return expect(BraceOpen, after);
}

StructItem* Parser::struct_item(Item head) {
  head.kind = ItemKind::Struct;
  advance();
  const Name name = take_name("the name of a struct");
  const std::span<const TypeParam> generics = type_params();
  Sequence<FieldDecl> fields(fields_);
  const Range opening = range();
  expect_body_brace();
  if (expect_parts("and the fields of the struct")) {
    while (!at(BraceClose) && !at_end()) {
      const std::size_t start = pos_;
      fields.push(field_decl(true));
      end_member(start, "fields");
    }
    expect_closing(BraceClose, opening);
  }
  return out_.arena.make<StructItem>(head, name, generics, fields.finish(out_.arena));
}

EnumItem* Parser::enum_item(Item head) {
  head.kind = ItemKind::Enum;
  advance();
  const Name name = take_name("the name of an enum");
  const std::span<const TypeParam> generics = type_params();
  Sequence<VariantDecl> variants(variants_);
  const Range opening = range();
  expect_body_brace();
  if (expect_parts("and the variants of the enum")) {
    while (!at(BraceClose) && !at_end()) {
      const std::size_t start = pos_;
      VariantDecl variant{{}, {}, {}, doc_before(pos_)};
      variant.name = take_name("the name of a variant");
      if (at(ParenOpen) && !newline()) {
        const Range paren = range();
        const Context context(*this, true, Head::None);
        Sequence<FieldDecl> fields(fields_);
        advance();
        while (!at(ParenClose) && !at_end() && !recovering_) {
          fields.push(field_decl(false));
          if (!eat(Comma)) break;
        }
        expect_closing(ParenClose, paren);
        variant.fields = fields.finish(out_.arena);
      } else if (at(BraceOpen)) {
        error(Code::UnexpectedToken, range(), "the fields of a variant stand in parentheses");
      } else if (at(Equal)) {
        error(Code::UnexpectedToken, range(), "a variant has no number; give the enum a method that tells it");
      }
      variant.range = {variant.name.range.begin, std::max(variant.name.range.end, prev_end_)};
      variants.push(variant);
      end_member(start, "variants");
    }
    expect_closing(BraceClose, opening);
  }
  return out_.arena.make<EnumItem>(head, name, generics, variants.finish(out_.arena));
}

// A function of a trait, an impl or an actor; null when something else stands there.
FunctionItem* Parser::member_function(bool in_trait) {
  const std::uint32_t first = begin();
  foreign_item_word();
  Item head{ItemKind::Function, {}, false, {}, doc_before(pos_)};
  if (at(At)) {
    head.attributes = attributes();
    if (head.doc.empty()) head.doc = doc_before(pos_);
  }
  if (at(Pub)) {
    if (in_trait) complain(Code::NeedlessVisibility, range(), "the methods of a trait are as visible as the trait");
    head.is_pub = true;
    advance();
  }
  if (foreign_type_item("there are no associated types",
                        "a trait takes type parameters: `trait Container<Item> { … }`")) {
    return nullptr;
  }
  if (!at(Fn)) {
    auto* problem = error(Code::UnexpectedToken, range(), "expected `fn` and a method, found " + found_here());
    if (problem != nullptr && (at(Const) || at(Let) || at(Var))) problem->help("let a method give the value");
    return nullptr;
  }
  FunctionItem* made = function_item(head, false);
  made->range = since(first);
  return made;
}

List<FunctionItem> Parser::members(bool in_trait) {
  Sequence<FunctionItem*> list(functions_);
  const Range opening = range();
  expect_body_brace();
  if (expect_parts("and the methods")) {
    while (!at(BraceClose) && !at_end()) {
      const std::size_t start = pos_;
      if (FunctionItem* method = member_function(in_trait)) list.push(method);
      end_member(start, "methods");
    }
    expect_closing(BraceClose, opening);
  }
  return list.finish(out_.arena);
}

TraitItem* Parser::trait_item(Item head) {
  head.kind = ItemKind::Trait;
  advance();
  const Name name = take_name("the name of a trait");
  const std::span<const TypeParam> generics = type_params();
  if (at(Colon)) {
    error(Code::UnexpectedToken, range(),
          "a trait has no supertraits; ask for both bounds where it is used: `<T: A + B>`");
  }
  const List<FunctionItem> methods = members(true);
  return out_.arena.make<TraitItem>(head, name, generics, methods);
}

ImplItem* Parser::impl_item(Item head) {
  head.kind = ItemKind::Impl;
  advance();
  const std::span<const TypeParam> generics = type_params();
  Type* target = type();
  PathType* trait = nullptr;
  if (at(For) && !newline()) {
    if (target->kind == TypeKind::Path) {
      trait = static_cast<PathType*>(target);
    } else {
      error(Code::ExpectedName, target->range, "expected the name of a trait before `for`");
    }
    advance();
    target = type();
  }
  const List<FunctionItem> methods = members(false);
  return out_.arena.make<ImplItem>(head, generics, trait, target, methods);
}

ConstItem* Parser::const_item(Item head) {
  head.kind = ItemKind::Const;
  advance();
  const Name name = take_name("the name of a constant");
  Type* of = eat(Colon) ? type() : nullptr;
  Expr* value = nullptr;
  if (at(Equal) && !newline()) {
    advance();
    value = expr();
  } else {
    error(Code::MissingValue, missing_place(), "this constant has no value");
    value = error_expr(prev_end_);
  }
  return out_.arena.make<ConstItem>(head, name, of, value);
}

TestItem* Parser::test_item(Item head) {
  head.kind = ItemKind::Test;
  const bool is_bench = spelling() == "bench";
  advance();
  const Range where = range();
  const std::string_view name =
      plain_string(is_bench ? "the name of a benchmark" : "the name of a test").value_or(std::string_view());
  if (at(ParenOpen)) {
    if (auto* problem = error(Code::UnexpectedToken, range(), "a test has no parameters")) {
      problem->help(
          "`import check`, and say what holds for all values: `check.all(check.lists(check.ints()), list => { expect … "
          "})`");
    }
  }
  BlockExpr* code = body();
  return out_.arena.make<TestItem>(head, is_bench, name, where, code);
}

ActorItem* Parser::actor_item(Item head) {
  head.kind = ItemKind::Actor;
  advance();
  const Name name = take_name("the name of an actor");
  const std::span<const Param> list = at(ParenOpen) ? params(false) : std::span<const Param>();
  Sequence<const LetStmt*> state(lets_);
  Sequence<FunctionItem*> methods(functions_);
  const Range opening = range();
  expect_body_brace();
  if (expect_parts("and the body of the actor")) {
    while (!at(BraceClose) && !at_end()) {
      const std::size_t start = pos_;
      if (at(Let) || at(Var)) {
        Stmt* made = let_statement();
        if (made->kind == StmtKind::Let) state.push(static_cast<const LetStmt*>(made));
      } else if (at_name("receive")) {
        const Item member{ItemKind::Function, {}, false, {}, doc_before(pos_)};
        const std::uint32_t first = begin();
        FunctionItem* receive = function_item(member, true);
        receive->range = since(first);
        methods.push(receive);
      } else if (FunctionItem* method = member_function(false)) {
        methods.push(method);
      }
      end_member(start, "the members of an actor");
    }
    expect_closing(BraceClose, opening);
  }
  return out_.arena.make<ActorItem>(head, name, list, state.finish(out_.arena), methods.finish(out_.arena));
}

}  // namespace noodle::syntax
