// What other languages have and Noodle writes in another way: words, operators, declarations.

#include <array>

#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {

struct ForeignItem {
  std::string_view word;
  std::string_view ours;
};
constexpr auto kForeignItems = std::to_array<ForeignItem>({
    {"func", "fn"},
    {"function", "fn"},
    {"def", "fn"},
    {"fun", "fn"},
    {"proc", "fn"},
    {"method", "fn"},
    {"class", "struct"},
    {"record", "struct"},
    {"interface", "trait"},
    {"protocol", "trait"},
    {"use", "import"},
    {"include", "import"},
    {"require", "import"},
    {"using", "import"},
    {"public", "pub"},
    {"export", "pub"},
    {"extension", "impl"},
    {"implement", "impl"},
});

struct ForeignStatement {
  std::string_view word;
  std::string_view message;
  std::string_view help;
};
// Words that begin a statement in other languages, when an operand or a brace follows.
constexpr auto kForeignStatements = std::to_array<ForeignStatement>({
    {"switch", "`switch` is written `match`", "write `match value { pattern => … }`"},
    {"case", "an arm has no `case`", "write `pattern => …` in a `match`"},
    {"foreach", "`foreach` is written `for`", "write `for item in items { … }`"},
    {"unless", "`unless` is written `if !…`", "write `if !condition { … }`"},
    {"until", "`until` is written `while !…`", "write `while !condition { … }`"},
    {"do", "there is no `do`", "write `loop { … if done { break } }`"},
    {"try", "there is no `try`", "pass an error on with `?`, or look at it with `match`"},
    {"throw", "there is no `throw`", "an expected failure is `return Err(…)`, a bug is `panic(…)`"},
    {"raise", "there is no `raise`", "an expected failure is `return Err(…)`, a bug is `panic(…)`"},
    {"val", "`val` is written `let`", "write `let name = value`"},
    {"auto", "`auto` is written `let`", "write `let name = value`"},
    {"final", "`final` is written `let`", "write `let name = value`"},
    {"print", "`print` is a function", "write `print(…)`"},
    {"elif", "`elif` is written `else if`", "it stands behind the `}` of an `if`"},
    {"elseif", "`elseif` is written `else if`", "it stands behind the `}` of an `if`"},
    {"func", "`func` is written `fn`", "functions stand outside other functions"},
    {"function", "`function` is written `fn`", "functions stand outside other functions"},
    {"def", "`def` is written `fn`", "functions stand outside other functions"},
    {"class", "`class` is written `struct`", "types stand outside functions"},
    {"yield", "there is no `yield`", "implement `Iterator`, or take a block"},
    {"del", "there is no `del`", "values are freed by themselves"},
    {"delete", "there is no `delete`", "values are freed by themselves"},
    {"static", "there is no `static`", "values that everyone sees are constants: `const NAME: Int = 1`"},
});

}  // namespace

// ---- declarations

// A word that another language has in front of a declaration.
bool Parser::foreign_item_word() {
  if (!at(Identifier) || peek() != Identifier || token_at(1).newline_before()) return false;
  const std::string_view word = spelling();
  for (const ForeignItem& foreign : kForeignItems) {
    if (foreign.word != word) continue;
    if (auto* problem = error(Code::ForeignWord, range(),
                              "`" + std::string(word) + "` is written `" + std::string(foreign.ours) + "`")) {
      problem->suggest("write `" + std::string(foreign.ours) + "`", span(range()), std::string(foreign.ours));
    }
    kind_ = foreign.ours == "fn"       ? Fn
            : foreign.ours == "struct" ? Struct
            : foreign.ours == "trait"  ? Trait
            : foreign.ours == "import" ? Import
            : foreign.ours == "impl"   ? Impl
                                       : Pub;
    return true;
  }
  return false;
}

// `type Name`, which other languages have for an alias or in a trait; reports it.
bool Parser::foreign_type_item(std::string_view message, std::string_view help) {
  if (!at(Identifier) || peek() != Identifier || token_at(1).newline_before()) return false;
  if (spelling() != "type" && spelling() != "typealias" && spelling() != "typedef") return false;
  if (auto* problem = error(Code::ForeignWord, range(), std::string(message))) problem->help(std::string(help));
  advance();
  out_.lost_names.push_back(names_.intern(spelling()));
  return true;
}

// `let` or `var` at top level. Its name is declared, with a type that is not known, so that its uses say nothing more.
ConstItem* Parser::misplaced_variable(Item head) {
  if (auto* problem =
          complain(Code::NotADeclaration, range(), "there is no top-level " + std::string(describe(kind_)))) {
    problem->suggest("values that everyone sees are constants", span(range()), "const");
  }
  ConstItem* item = const_item(head);
  item->type = bad_type();
  item->value = error_expr(prev_end_);
  return item;
}

// ---- statements and operators

// Reports a word with which another language begins a statement.
bool Parser::foreign_statement_word() {
  const Token& next = token_at(1);
  if (next.newline_before()) return false;
  switch (next.kind) {
    case Identifier:
    case String:
    case StringBegin:
    case Integer:
    case Float:
    case SelfValue:
    case If:
    case True:
    case False: break;
    case BraceOpen:
      if (spelling() != "do" && spelling() != "try") return false;
      break;
    default: return false;
  }
  for (const ForeignStatement& foreign : kForeignStatements) {
    if (foreign.word != spelling()) continue;
    if (auto* problem = error(Code::ForeignWord, range(), std::string(foreign.message))) {
      problem->help(std::string(foreign.help));
    }
    return true;
  }
  return false;
}

// What a name before the current token means in another language, when that explains why the token stands here.
bool Parser::report_foreign_word_before() {
  const Range before = tokens_[pos_ - 1].range();
  const std::string_view word = text(before);
  const auto say = [&](Range where, std::string message, std::string help) {
    if (auto* problem = error(Code::ForeignOperator, where, std::move(message))) problem->help(std::move(help));
    return true;
  };
  if ((at(String) || at(StringBegin)) && before.end == begin() && word.size() <= 2) {
    return say(before, "a string has no prefix",
               "leave out `" + std::string(word) + "`: what stands in `{}` is interpolated in every string");
  }
  if (at(Identifier) && word == "new") {
    return say(before, "there is no `new`",
               "a struct is made with braces, `Point { x: 1 }`, or by a function of its type, `Point.new(1)`");
  }
  if (at(Identifier) && word == "lambda") {
    return say(before, "there is no `lambda`", "write `x => x + 1`, or `(a, b) => a + b`");
  }
  if (at(Bang) && before.end == begin() && (peek() == ParenOpen || peek() == BracketOpen)) {
    return say({before.begin, token().end}, "there are no macros",
               peek() == ParenOpen ? "call the function: `" + std::string(word) + "(…)`" : "write a list: `[1, 2]`");
  }
  if (at(Identifier) && peek() == Equal) {
    return say(before, "a declaration begins with `let` or `var`, not with its type",
               "write `let " + std::string(spelling()) + " = …`, or `let " + std::string(spelling()) + ": Int = …`");
  }
  return false;
}

// Says what Noodle writes for an operator that another language has at this place.
bool Parser::report_foreign_operator() {
  const auto say = [&](Range where, std::string message, std::string help, std::string_view replacement) {
    if (auto* problem = error(Code::ForeignOperator, where, std::move(message))) {
      if (replacement.empty()) {
        problem->help(std::move(help));
      } else {
        problem->suggest(std::move(help), span(where), std::string(replacement));
      }
    }
    return true;
  };
  const Range here = range();
  if (at(Equal)) {
    if (auto* problem = error(Code::AssignmentAsValue, here, "an assignment is not a value")) {
      problem->suggest("to compare, write `==`", span(here), "==");
    }
    return true;
  }
  const Range pair = {here.begin, std::min<std::uint32_t>(here.begin + 2, token_at(1).end)};
  const bool touching = token_at(1).begin == token().end;
  if (at(Identifier)) {
    const std::string_view word = spelling();
    if (word == "and") return say(here, "`and` is written `&&`", "write `&&`", "&&");
    if (word == "or") return say(here, "`or` is written `||`", "write `||`", "||");
    if (word == "is") return say(here, "`is` is written `==`, or `match` for a pattern", "compare with `==`", "==");
    if (word == "mod") return say(here, "`mod` is written `%`", "write `%`", "%");
    if (word == "not" && peek() == In) {
      return say({here.begin, token_at(1).end}, "`in` stands only in `for`", "ask `!items.contains(value)`", {});
    }
  }
  if (at(In)) return say(here, "`in` stands only in `for`", "ask `items.contains(value)`", {});
  if (at(If) && !newline() && pos_ > 0) {
    return say(here, "an `if` doesn't follow its value", "write `if condition { a } else { b }`", {});
  }
  if (previous() == Identifier && !newline() && report_foreign_word_before()) return true;
  if (at(Colon) && touching && peek() == Equal) {
    return say(pair, "there is no `:=`", "declare with `let` or `var`, assign with `=`", {});
  }
  if (at(Colon) && touching && peek() == Colon) {
    return say(pair, "`::` is written `.`", "names of modules, types and values are joined by a dot", ".");
  }
  if (at(Arrow)) return say(here, "`->` stands before a result type only", "a lambda and an arm have `=>`", "=>");
  if (previous() == Question && tokens_[pos_ - 1].space_before() && !newline() && starts_expr()) {
    return say(tokens_[pos_ - 1].range(), "there is no `? :`", "write `if condition { a } else { b }`", {});
  }
  return false;
}

}  // namespace noodle::syntax
