#pragma once

// The inside of the parser: a cursor over the tokens, the rules for newlines, the bounds, error
// recovery, and one method a construct, defined in parse_*.cpp by subject. Nobody else includes this.
//
// Newlines. A token knows whether a newline stands before it. Whether that newline counts depends on
// the innermost bracket: `blank_` is set inside `()`, `[]`, struct and map literals, and unset by
// the braces of a block. Every place that could continue a statement asks `newline()` first; what
// needs an operand (behind an operator, a comma, `=`, …) does not ask, so newlines are skipped there.
//
// Heads. `head_` is set in the head of `if`, `while`, `for`, `match`, `within` and in guards, and unset
// inside any bracket: there a `{` is the body's and `=>` is the arm's.
//
// Bounds. `Nest` counts constructs that are open on the parser's own stack. `height_` is an upper
// bound of the height of what was parsed within the innermost open construct: each operator of a
// chain raises it by one. When either exceeds its limit, the one diagnostic TooDeep is reported and
// the parser stands at the end of the file, silent.
//
// Errors. `error` reports and sets `recovering_`, which silences everything until the statement,
// arm or declaration ends and `synchronise` has skipped to the next one. `complain` reports what is
// wrong but understood, and parsing goes on.

#include <optional>
#include <string>
#include <utility>

#include "compiler/syntax/parser.h"

namespace noodle::syntax {

using source::Code;

/// A growing list on a stack that is shared by all lists of its type, so that lists cost no allocation.
template <typename T>
class Sequence {
 public:
  explicit Sequence(std::vector<T>& stack) : stack_(stack), base_(stack.size()) {}
  Sequence(const Sequence&) = delete;
  Sequence& operator=(const Sequence&) = delete;
  ~Sequence() { stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(base_), stack_.end()); }
  void push(const T& item) { stack_.push_back(item); }
  bool empty() const { return stack_.size() == base_; }
  std::size_t size() const { return stack_.size() - base_; }
  const T& operator[](std::size_t i) const { return stack_[base_ + i]; }
  const T& back() const { return stack_.back(); }
  std::span<T> finish(Arena& arena) const {
    return arena.copy(std::span<const T>(stack_.data() + base_, stack_.size() - base_));
  }

 private:
  std::vector<T>& stack_;
  std::size_t base_;
};

class Parser {
 public:
  Parser(Interner& names, ParsedFile& out, source::DiagnosticSink& sink);
  void parse_file();

 private:
  enum class Head : std::uint8_t { None, Body, Match, Guard };

  /// What brackets and heads change, restored when they end.
  class Context {
   public:
    Context(Parser& parser, bool blank, Head head)
        : parser_(parser), blank_(parser.blank_), head_(parser.head_), open_range_(parser.open_range_) {
      parser.blank_ = blank;
      parser.head_ = head;
      parser.open_range_ = false;
    }
    Context(const Context&) = delete;
    ~Context() {
      parser_.blank_ = blank_;
      parser_.head_ = head_;
      parser_.open_range_ = open_range_;
    }

   private:
    Parser& parser_;
    bool blank_;
    Head head_;
    bool open_range_;
  };

  /// One open construct.
  class Nest {
   public:
    explicit Nest(Parser& parser) : parser_(parser), height_(std::exchange(parser.height_, 0)) {
      if (++parser.depth_ > kMostNesting) parser.too_deep();
    }
    Nest(const Nest&) = delete;
    ~Nest() {
      --parser_.depth_;
      parser_.grow();
      parser_.height_ = std::max(height_, parser_.height_);
    }

   private:
    Parser& parser_;
    std::uint32_t height_;
  };

  // ---- the cursor (parser.cpp)
  const Token& token() const { return tokens_[pos_]; }
  const Token& token_at(std::size_t ahead) const { return tokens_[std::min(pos_ + ahead, tokens_.size() - 1)]; }
  TokenKind peek(std::size_t ahead = 1) const { return token_at(ahead).kind; }
  std::uint32_t begin() const { return token().begin + half_; }
  Range range() const { return {begin(), token().end}; }
  bool at(TokenKind kind) const { return kind_ == kind; }
  /// Whether nothing more belongs to the construct: the file or the
  /// interpolation ends, or its closing brace was lost.
  bool at_end() const {
    return kind_ == TokenKind::EndOfFile || kind_ == TokenKind::StringMiddle || kind_ == TokenKind::StringEnd || lost_;
  }
  bool at_word() const { return is_word(kind_); }
  /// Whether the current token is this name.
  bool at_name(std::string_view word) const { return at(TokenKind::Identifier) && spelling() == word; }
  /// Whether a newline that counts stands before the current token.
  bool newline() const { return !blank_ && token().newline_before(); }
  /// Whether the current token touches the one before it.
  bool glued() const { return half_ != 0 || begin() == prev_end_; }
  std::string_view text(Range range) const { return out_.text.substr(range.begin, range.end - range.begin); }
  std::string_view spelling() const { return text(range()); }
  TokenKind previous() const { return pos_ == 0 ? TokenKind::EndOfFile : tokens_[pos_ - 1].kind; }
  void advance();
  bool eat(TokenKind kind);
  /// Leaves `rest` of the current token, whose first byte has been used.
  void split(TokenKind rest);
  void mark(std::uint8_t flag) { tokens_[pos_].flags |= flag; }
  Range since(std::uint32_t begin) const { return {begin, std::max(begin, prev_end_)}; }

  // ---- bounds
  void grow() {
    if (++height_ > kMostHeight) too_deep();
  }
  void too_deep();
  void stop();

  // ---- errors and recovery
  source::Span span(Range range) const { return {out_.file, range.begin, range.end}; }
  source::Diagnostic* error(Code code, Range range, std::string message);
  source::Diagnostic* complain(Code code, Range range, std::string message);
  /// The current token in words: "`)`", "the end of the line".
  std::string found() const;
  std::string found_here() const;
  /// Where something is missing: the current token, or behind the last one when the line ended.
  Range missing_place() const;
  bool expect(TokenKind kind, std::string_view after);
  bool expect_closing(TokenKind kind, Range opening);
  bool another_element(Range opening, bool labelled);
  void expect_body_brace();
  bool expect_parts(std::string_view after);
  void synchronise(std::size_t start, bool commas = false);
  std::uint32_t indent(std::size_t pos);
  bool at_test() const;  // `test "` or `bench "`
  bool at_item_start() const;
  bool at_lost_item() const;
  bool report_foreign_operator();
  bool report_foreign_word_before();
  void statement_not_ended();

  // ---- names
  Name name_here();
  Name take_name(std::string_view what);
  Name take_word(std::string_view what);
  std::span<const Name> path(std::size_t most, std::string_view what);
  std::string_view keep(std::string_view raw, bool escapes);
  std::string_view doc_before(std::size_t pos);
  std::optional<std::string_view> plain_string(std::string_view what);

  // ---- items (parse_items.cpp)
  Item* item(bool top_level);
  std::span<const Attribute> attributes();
  Item* item_body(Item head, bool top_level);
  ImportItem* import_item(Item head);
  StructItem* struct_item(Item head);
  EnumItem* enum_item(Item head);
  TraitItem* trait_item(Item head);
  ImplItem* impl_item(Item head);
  ConstItem* const_item(Item head);
  ConstItem* misplaced_variable(Item head);
  bool foreign_type_item(std::string_view message, std::string_view help);
  TestItem* test_item(Item head);
  ActorItem* actor_item(Item head);
  FunctionItem* function_item(Item head, bool is_receive);
  FunctionItem* member_function(bool in_trait);
  List<FunctionItem> members(bool in_trait);
  std::span<const TypeParam> type_params();
  std::span<const Param> params(bool methods);
  Param param(bool may_be_self);
  Expr* default_value(const Param& param);
  FieldDecl field_decl(bool in_struct);
  void end_member(std::size_t start, std::string_view what);
  bool foreign_item_word();

  // ---- types (parse_types.cpp)
  Type* type();
  Type* type_operand();
  Type* paren_type();
  PathType* path_type();
  List<Type> type_arguments();
  ShapeType* shape_type();
  bool shape_length(ShapeLength& length);
  bool close_angle(Range opening);
  bool at_closing_angle() const;
  bool opens_type_arguments();
  void scan_angles();
  Type* bad_type();

  // ---- patterns (parse_patterns.cpp)
  Pattern* pattern();
  Pattern* pattern_operand(bool in_list);
  Pattern* name_pattern();
  Pattern* struct_pattern(std::uint32_t first, std::span<const Name> path);
  Pattern* literal_pattern();
  Pattern* list_pattern();
  Pattern* tuple_pattern();
  Expr* pattern_literal();
  std::span<const FieldPattern> field_patterns(TokenKind close, Range opening, bool braces, bool* has_rest);

  // ---- expressions (parse_operators.cpp, parse_postfix.cpp, parse_primary.cpp, parse_literals.cpp,
  // parse_control.cpp)
  Expr* expr();
  Expr* head_expr(Head head);
  Expr* binary(int least);
  Expr* unary();
  bool at_foreign_not();
  Expr* unary_with(UnaryOp op);
  Expr* power(Expr* base, std::uint32_t begin);
  Expr* postfix(Expr* base, std::uint32_t begin);
  Expr* member(Expr* base, std::uint32_t begin);
  Expr* call(Expr* base, std::uint32_t begin);
  Expr* subscript();
  Expr* index(Expr* base, std::uint32_t begin);
  Expr* struct_literal(Expr* base, std::uint32_t begin);
  bool at_struct_literal(Expr* base);
  bool at_block_argument();
  BlockArgument* block_argument();
  Argument argument();
  Expr* primary();
  Expr* name_expr();
  Expr* number(std::uint32_t begin, bool negative);
  Expr* string(ExprKind kind, std::uint32_t begin);
  Expr* parens();
  Expr* list();
  Expr* braces();
  Expr* map_after_key(std::uint32_t begin, Range opening, Expr* first);
  Expr* lambda();
  std::span<const LambdaParam> lambda_params();
  Expr* lambda_body();
  Expr* if_expr();
  Expr* match_expr();
  Expr* select_expr();
  std::span<const MatchArm> arms(bool select);
  MatchArm arm(bool select);
  Expr* loop(Name label, std::uint32_t begin);
  Expr* jump();
  Expr* return_expr();
  Expr* async_expr();
  Expr* task_block(ExprKind kind);
  Expr* within_expr();
  Expr* missing_expr();
  Expr* error_expr(std::uint32_t begin);
  bool starts_expr() const;
  bool at_literal() const;
  bool reports_missing_operand();

  // ---- statements (parse_statements.cpp)
  BlockExpr* block();
  BlockExpr* body();
  BlockExpr* block_after_brace(std::uint32_t begin, Range opening, Stmt* first, std::size_t first_pos);
  void end_statement(std::size_t start);
  Stmt* statement();
  Stmt* let_statement();
  Stmt* defer_statement();
  Stmt* expect_statement();
  Stmt* simple_statement();
  Stmt* finish_statement(Expr* place, std::uint32_t begin);
  bool at_label() const;
  bool foreign_statement_word();

  // ---- making nodes
  template <typename T, typename... Args>
  T* make(ExprKind kind, std::uint32_t begin, Args... args) {
    return out_.arena.make<T>(Expr{kind, since(begin)}, args...);
  }
  template <typename T, typename... Args>
  T* make(StmtKind kind, std::uint32_t begin, Args... args) {
    return out_.arena.make<T>(Stmt{kind, since(begin)}, args...);
  }
  template <typename T, typename... Args>
  T* make(PatternKind kind, std::uint32_t begin, Args... args) {
    return out_.arena.make<T>(Pattern{kind, since(begin)}, args...);
  }
  template <typename T, typename... Args>
  T* make(TypeKind kind, std::uint32_t begin, Args... args) {
    return out_.arena.make<T>(Type{kind, since(begin)}, args...);
  }
  BlockExpr* empty_block(std::uint32_t begin) {
    return make<BlockExpr>(ExprKind::Block, begin, List<Stmt>(), static_cast<Stmt*>(nullptr));
  }

  Interner& names_;
  ParsedFile& out_;
  source::DiagnosticSink& sink_;
  std::vector<Token>& tokens_;

  std::size_t pos_ = 0;
  TokenKind kind_ = TokenKind::EndOfFile;  // of the current token, or of what split left of it
  std::uint32_t half_ = 0;                 // how many bytes of the current token have been used
  std::uint32_t prev_end_ = 0;

  bool blank_ = false;
  Head head_ = Head::None;
  bool open_range_ = false;          // a range here may lack its end: the index of a slice
  std::size_t block_at_ = SIZE_MAX;  // the `{` at this token opens a block, not a map

  bool recovering_ = false;
  bool stopped_ = false;
  std::size_t arm_at_ = SIZE_MAX;  // where the arm being read began
  bool lost_ = false;              // a declaration began before its surroundings were closed
  std::uint32_t lost_braces_ = 0;  // reported as missing; one that comes later after all is passed over
  std::uint32_t depth_ = 0;
  std::uint32_t height_ = 0;

  // Where the scan for type arguments went last, once with newlines that count and once without:
  // the tokens [begin, end) and each `<` of them with its `>`.
  struct Angles {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<std::size_t> opens;  // token positions, ascending, of each `<` that has a partner
  };
  Angles angles_[2];

  struct Line {
    std::uint32_t begin;
    std::uint32_t indent;
  };
  std::vector<Line> lines_;  // made by indent()

  std::vector<Expr*> exprs_;
  std::vector<Stmt*> stmts_;
  std::vector<Pattern*> patterns_;
  std::vector<Type*> types_;
  std::vector<PathType*> path_types_;
  std::vector<Item*> items_;
  std::vector<FunctionItem*> functions_;
  std::vector<const LetStmt*> lets_;
  std::vector<Name> name_list_;
  std::vector<Argument> arguments_;
  std::vector<StringPart> parts_;
  std::vector<MapEntry> entries_;
  std::vector<FieldInit> inits_;
  std::vector<FieldPattern> field_patterns_;
  std::vector<FunctionTypeParam> type_parts_;
  std::vector<ShapeLength> shape_lengths_;
  std::vector<LengthPart> length_parts_;
  std::vector<LambdaParam> lambda_params_;
  std::vector<MatchArm> arms_;
  std::vector<Param> params_;
  std::vector<TypeParam> type_params_;
  std::vector<FieldDecl> fields_;
  std::vector<VariantDecl> variants_;
  std::vector<Attribute> attributes_;
  std::vector<AttributeArgument> attribute_arguments_;
};

}  // namespace noodle::syntax
