#pragma once

// Types to read documents as, made by hand: any JSON, and a struct with fields of every kind.

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/shape.h"
#include "runtime/value/value.h"

namespace noodle::data {

/// Ends a fuzzer with what is wrong with a document.
[[noreturn]] inline void fail(const char* what, std::string_view text) {
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(text.size()), text.data());
  std::abort();
}

/// Holds the types, and an account that must be empty when all values are released.
class Documents {
 public:
  Documents() {
    account.types = &objects_;
    account.hash_seed = 0x5EED;
    make_tree();
    make_record();
    if (!types_.build(table_, names_, objects_)) std::abort();
    shapes_.emplace(table_, types_, names_);
  }
  Documents(const Documents&) = delete;
  Documents& operator=(const Documents&) = delete;

  memory::Account account;
  void check_empty(std::string_view text) const {
    if (account.live != 0 || account.used != 0) fail("something is left over", text);
  }

  const Shape& tree() { return *shapes_->of(tree_); }
  const Shape& record() { return *shapes_->of(record_); }
  const Shape& of(nbc::TypeId type) { return *shapes_->of(type); }
  const TypeInfo& info(nbc::TypeId type) const { return types_[type]; }
  nbc::TypeId texts() const { return texts_; }
  nbc::TypeId rows() const { return rows_; }  // of texts
  nbc::TypeId records() const { return records_; }
  nbc::TypeId numbers() const { return numbers_; }  // a list of maps from integers

 private:
  nbc::StringId name(std::string_view text) {
    names_.push_back(text);
    return nbc::StringId(names_.size() - 1);
  }
  nbc::TypeId structure(std::string_view called, const std::vector<std::pair<std::string_view, nbc::TypeId>>& fields) {
    nbc::Type type;
    type.kind = nbc::Kind::Struct;
    if (!called.empty()) type.name = name(called);
    for (const auto& [field, of] : fields) type.fields.push_back({.name = name(field), .type = of});
    return table_.intern(std::move(type));
  }
  nbc::TypeId choice(std::string_view called,
                     const std::vector<std::pair<std::string_view, std::vector<nbc::TypeId>>>& variants) {
    nbc::Type type;
    type.kind = nbc::Kind::Enum;
    type.name = name(called);
    for (const auto& [variant, parts] : variants) {
      nbc::Variant& made = type.variants.emplace_back(nbc::Variant{.name = name(variant), .fields = {}});
      for (const nbc::TypeId part : parts) made.fields.push_back({.name = name("value"), .type = part});
    }
    return table_.intern(std::move(type));
  }

  void make_tree() {
    const nbc::TypeId list = table_.declare(nbc::Kind::List), map = table_.declare(nbc::Kind::Map);
    tree_ = choice("Json", {{"Null", {}},
                            {"Bool", {nbc::kBool}},
                            {"Int", {nbc::kI64}},
                            {"Float", {nbc::kF64}},
                            {"String", {nbc::kString}},
                            {"List", {list}},
                            {"Object", {map}}});
    nbc::Type items;
    items.kind = nbc::Kind::List;
    items.element = tree_;
    table_.define(list, std::move(items));
    nbc::Type entries;
    entries.kind = nbc::Kind::Map;
    entries.element = nbc::kString;
    entries.value = tree_;
    table_.define(map, std::move(entries));
  }

  void make_record() {
    texts_ = table_.list(nbc::kString);
    const nbc::TypeId level = choice("Level", {{"Low", {}}, {"High", {}}});
    const nbc::TypeId inner = structure("Inner", {{"a", nbc::kU8}, {"b", nbc::kF32}, {"c", level}});
    const nbc::TypeId shape = choice("Shape", {{"Dot", {}}, {"Named", {nbc::kString}}, {"Both", {inner}}});
    const nbc::TypeId boxed = table_.declare(nbc::Kind::Box);
    const nbc::TypeId flat =
        structure("flat Node", {{"n", nbc::kI64}, {"next", choice("Node?", {{"Some", {boxed}}, {"None", {}}})}});
    nbc::Type box;
    box.kind = nbc::Kind::Box;
    box.element = flat;
    table_.define(boxed, std::move(box));
    record_ =
        structure("Record", {{"n", nbc::kI64},
                             {"x", nbc::kF64},
                             {"yes", nbc::kBool},
                             {"text", nbc::kString},
                             {"bytes", nbc::kBytes},
                             {"small", nbc::kI16},
                             {"inner", inner},
                             {"list", table_.list(inner)},
                             {"map", table_.map(nbc::kString, texts_)},
                             {"numbers", table_.map(nbc::kI64, nbc::kF64)},
                             {"shape", shape},
                             {"maybe", choice("String?", {{"Some", {nbc::kString}}, {"None", {}}})},
                             {"node", boxed},
                             {"set", structure("Set<String>", {{"items", table_.map(nbc::kString, table_.unit())}})},
                             {"pair", structure("", {{"0", nbc::kString}, {"1", nbc::kU64}})},
                             {"any", tree_}});
    records_ = table_.list(record_);
    rows_ = table_.list(texts_);
    numbers_ = table_.list(table_.map(nbc::kI64, nbc::kF64));
  }

  nbc::TypeTable table_;
  std::vector<std::string_view> names_;
  value::Types types_;
  memory::TypeTable objects_;
  std::optional<Shapes> shapes_;
  nbc::TypeId tree_, record_, texts_, rows_, records_, numbers_;
};

/// A value of a shape, all zeros at first, which is released at the end.
class Value {
 public:
  Value(memory::Account& account, const Shape& shape)
      : account_(account), type_(*shape.type), room_(shape.type->size / 8 + 1) {}
  ~Value() { value::release_fields(account_, type_.memory_fields, at()); }
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;

  std::byte* at() { return reinterpret_cast<std::byte*>(room_.data()); }
  bool equals(Value& other) {
    // Floats are compared as they print: NaN is not read, and a zero keeps its sign.
    return value::equal_memory(type_, at(), other.at(), value::FloatRule::Total, account_.hash_seed);
  }

 private:
  memory::Account& account_;
  const TypeInfo& type_;
  std::vector<std::uint64_t> room_;
};

}  // namespace noodle::data
