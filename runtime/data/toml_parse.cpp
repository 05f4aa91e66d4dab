#include <algorithm>

#include "runtime/data/build.h"
#include "runtime/data/toml.h"
#include "runtime/data/toml_scalars.h"

namespace noodle::data {

namespace {

using NodeKind = TomlNode::Kind;

struct Key {
  std::string name;
  std::size_t at;
};

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Reads a document line by line. Failing leaves what is wrong in `problem_`.
class TomlParser {
 public:
  explicit TomlParser(std::string_view text) : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {
    if (text.starts_with("\xEF\xBB\xBF")) at_ += 3;
    root_.is_defined = true;
    here_ = &root_;
  }

  std::expected<TomlNode, TomlProblem> run() {
    while (at_ != end_) {
      if (!line()) return std::unexpected(std::move(problem_));
    }
    return std::move(root_);
  }

 private:
  char peek() const { return at_ != end_ ? *at_ : '\0'; }
  bool accept(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }
  bool fail(std::string text) { return fail_at(std::move(text), offset()); }
  bool fail_at(std::string text, std::size_t at) {
    problem_ = {std::move(text), at};
    return false;
  }
  void skip_spaces() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
  }
  std::string found() const;
  bool comment();
  bool end_of_line();
  bool skip_lines();

  bool line();
  bool header();
  bool pair(TomlNode& table);
  bool keys(std::vector<Key>& out);
  bool value(TomlNode& out);
  bool list(TomlNode& out);
  bool inline_table(TomlNode& out);
  bool word(TomlNode& out);
  bool deeper(int levels = 1);

  TomlNode* descend(TomlNode& table, const Key& key);
  TomlNode* add(TomlNode& table, const Key& key);
  bool open_table(TomlNode& parent, const Key& key);
  bool open_element(TomlNode& parent, const Key& key);

  const char* begin_;
  const char* at_;
  const char* end_;
  TomlNode root_;
  TomlNode* here_;  // the table that pairs go to
  std::uint32_t section_ = 1;
  int depth_ = 1;  // of `here_`, and of what is being read below it
  TomlProblem problem_;
};

std::string TomlParser::found() const {
  if (at_ == end_) return "the end";
  if (*at_ == '\n' || *at_ == '\r') return "the line's end";
  return "`" +
         std::string(at_, std::min<std::size_t>(value::scalar_bytes(*at_), static_cast<std::size_t>(end_ - at_))) + "`";
}

bool TomlParser::comment() {
  if (peek() != '#') return true;
  while (at_ != end_ && *at_ != '\n') {
    const auto c = static_cast<unsigned char>(*at_);
    if (c == '\r' && at_ + 1 != end_ && at_[1] == '\n') break;
    if ((c < 0x20 && c != '\t') || c == 0x7F) return fail("a comment has no control characters");
    ++at_;
  }
  return true;
}

bool TomlParser::end_of_line() {
  skip_spaces();
  if (!comment()) return false;
  if (at_ == end_) return true;
  if (*at_ == '\r' && at_ + 1 != end_ && at_[1] == '\n') ++at_;
  return accept('\n') || fail("expected the line's end, found " + found());
}

// White space, comments and lines' ends inside a list.
bool TomlParser::skip_lines() {
  for (;;) {
    skip_spaces();
    if (!comment()) return false;
    if (at_ == end_ || (*at_ != '\n' && *at_ != '\r')) return true;
    if (!end_of_line()) return false;
  }
}

bool TomlParser::line() {
  skip_spaces();
  if (at_ == end_) return true;
  if (*at_ == '#' || *at_ == '\n' || *at_ == '\r') return end_of_line();
  return (*at_ == '[' ? header() : pair(*here_)) && end_of_line();
}

bool TomlParser::keys(std::vector<Key>& out) {
  do {
    skip_spaces();
    Key& key = out.emplace_back("", offset());
    if (peek() == '"' || peek() == '\'') {
      if (const std::string_view wrong = read_toml_string(at_, end_, true, key.name); !wrong.empty()) {
        return fail(std::string(wrong));
      }
    } else {
      while (at_ != end_ && is_bare(*at_)) key.name += *at_++;
      if (key.name.empty()) return fail("expected a key, found " + found());
    }
    skip_spaces();
  } while (accept('.'));
  return true;
}

// The table below a key, on the way to another: made when there is none; of tables that repeat, the last one.
TomlNode* TomlParser::descend(TomlNode& table, const Key& key) {
  TomlNode* next = table.find(key.name);
  if (!deeper(next != nullptr && next->is_repeated ? 2 : 1)) return nullptr;
  if (next == nullptr) return add(table, key);
  if (next->is_repeated) return &next->items.back();
  if (next->kind == NodeKind::Table && !next->is_closed) return next;
  fail_at(shown(key.name) + " has a value already", key.at);
  return nullptr;
}

TomlNode* TomlParser::add(TomlNode& table, const Key& key) {
  table.keys.push_back(key.name);
  TomlNode& made = table.items.emplace_back();
  made.at = key.at;
  return &made;
}

bool TomlParser::open_table(TomlNode& parent, const Key& key) {
  if (!deeper()) return false;
  TomlNode* table = parent.find(key.name);
  if (table == nullptr) table = add(parent, key);
  if (table->kind != NodeKind::Table || table->is_closed || table->is_defined) {
    return fail_at("the table " + shown(key.name) + " is there already", key.at);
  }
  table->is_defined = true;
  table->at = key.at;
  here_ = table;
  return true;
}

bool TomlParser::open_element(TomlNode& parent, const Key& key) {
  if (!deeper(2)) return false;
  TomlNode* list = parent.find(key.name);
  if (list == nullptr) {
    list = add(parent, key);
    list->kind = NodeKind::List;
    list->is_repeated = true;
  }
  if (!list->is_repeated) return fail_at(shown(key.name) + " is there already, and no list of tables", key.at);
  here_ = &list->items.emplace_back();
  here_->is_defined = true;
  here_->at = key.at;
  return true;
}

bool TomlParser::header() {
  ++at_;
  const bool is_element = accept('[');
  std::vector<Key> path;
  if (!keys(path)) return false;
  if (!accept(']') || (is_element && !accept(']'))) return fail("expected `]`, found " + found());
  ++section_;
  depth_ = 1;
  TomlNode* table = &root_;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    table = descend(*table, path[i]);
    if (table == nullptr) return false;
  }
  return is_element ? open_element(*table, path.back()) : open_table(*table, path.back());
}

bool TomlParser::pair(TomlNode& table) {
  std::vector<Key> path;
  if (!keys(path)) return false;
  if (!accept('=')) return fail("expected `=` after the key " + shown(path.back().name) + ", found " + found());
  skip_spaces();
  TomlNode* to = &table;
  const int depth = depth_;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    const Key& key = path[i];
    TomlNode* next = to->find(key.name);
    if (next != nullptr && next->is_repeated) return fail_at(shown(key.name) + " is a list of tables", key.at);
    to = descend(*to, key);
    if (to == nullptr) return false;
    // A table that a header or the pairs of another one define can't be added to from here.
    if (to->is_defined && to->section != section_) {
      return fail_at("the table " + shown(key.name) + " is defined elsewhere", key.at);
    }
    to->is_defined = true;
    to->section = section_;
  }
  if (to->find(path.back().name) != nullptr) {
    return fail_at("the key " + shown(path.back().name) + " stands twice", path.back().at);
  }
  TomlNode made;
  if (!value(made)) return false;
  depth_ = depth;
  to->keys.push_back(std::move(path.back().name));
  to->items.push_back(std::move(made));
  return true;
}

// However the levels are written, there are so many at most: what is read is walked by functions that call themselves.
bool TomlParser::deeper(int levels) {
  depth_ += levels;
  return depth_ <= kMostNesting || fail("more than " + std::to_string(kMostNesting) + " levels deep");
}

bool TomlParser::list(TomlNode& out) {
  out.kind = NodeKind::List;
  out.is_closed = true;
  if (!deeper()) return false;
  ++at_;
  if (!skip_lines()) return false;
  while (!accept(']')) {
    TomlNode item;
    if (!value(item) || !skip_lines()) return false;
    out.items.push_back(std::move(item));
    if (accept(',')) {
      if (!skip_lines()) return false;
    } else if (peek() != ']') {
      return fail("expected `,` or `]` after an element, found " + found());
    }
  }
  --depth_;
  return true;
}

// What is inside a table that is written as a value can't be added to from outside.
void close(TomlNode& node) {
  node.is_closed = true;
  for (TomlNode& item : node.items) {
    if (item.kind == NodeKind::Table && !item.is_closed) close(item);
  }
}

bool TomlParser::inline_table(TomlNode& out) {
  out.kind = NodeKind::Table;
  if (!deeper()) return false;
  ++at_;
  const std::uint32_t outside = section_;
  section_ = UINT32_MAX - static_cast<std::uint32_t>(depth_);
  skip_spaces();
  if (!accept('}')) {
    do {
      if (!pair(out)) return false;
      skip_spaces();
    } while (accept(','));
    if (!accept('}')) return fail("expected `,` or `}` in a table, found " + found());
  }
  section_ = outside;
  --depth_;
  close(out);
  return true;
}

bool TomlParser::word(TomlNode& out) {
  const char* first = at_;
  const auto is_part = [](char c) { return is_bare(c) || c == '+' || c == '.' || c == ':'; };
  while (at_ != end_ && is_part(*at_)) ++at_;
  // A date and a time may have a space between them.
  const bool is_date = at_ - first == 10 && first[4] == '-' && first[7] == '-';
  if (is_date && end_ - at_ > 2 && *at_ == ' ' && at_[1] >= '0' && at_[1] <= '9') {
    ++at_;
    while (at_ != end_ && is_part(*at_)) ++at_;
  }
  const std::string_view text(first, at_);
  if (text.empty()) return fail("expected a value, found " + found());
  if (text == "true" || text == "false") {
    out.kind = NodeKind::Bool;
    out.integer = text == "true" ? 1 : 0;
    return true;
  }
  const bool is_number =
      (text[0] >= '0' && text[0] <= '9') || text[0] == '+' || text[0] == '-' || text == "inf" || text == "nan";
  if (!is_number)
    return fail_at("expected a value, found " + shown(text) + " without quotes",
                   static_cast<std::size_t>(first - begin_));
  const std::string_view wrong = read_toml_word(text, out);
  return wrong.empty() ||
         fail_at(std::string(wrong) + ": " + std::string(text.substr(0, 40)), static_cast<std::size_t>(first - begin_));
}

bool TomlParser::value(TomlNode& out) {
  out.at = offset();
  switch (peek()) {
    case '"':
    case '\'': {
      out.kind = NodeKind::Text;
      const std::string_view wrong = read_toml_string(at_, end_, false, out.text);
      return wrong.empty() || fail(std::string(wrong));
    }
    case '[': return list(out);
    case '{': return inline_table(out);
    default: return word(out);
  }
}

}  // namespace

TomlNode* TomlNode::find(const std::string& key) {
  if (kind != Kind::Table) return nullptr;
  constexpr std::size_t kFew = 16;
  if (keys.size() <= kFew) {
    const auto found = std::ranges::find(keys, key);
    return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
  }
  for (std::size_t i = numbers_.size(); i < keys.size(); ++i) numbers_.emplace(keys[i], static_cast<std::uint32_t>(i));
  const auto found = numbers_.find(key);
  return found == numbers_.end() ? nullptr : &items[found->second];
}

std::expected<TomlNode, TomlProblem> parse_toml(std::string_view text) { return TomlParser(text).run(); }

}  // namespace noodle::data
