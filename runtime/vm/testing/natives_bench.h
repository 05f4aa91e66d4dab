#pragma once

// A module with a function for each native of the table, called by name with C++ values.

#include <map>
#include <set>
#include <variant>

#include "runtime/vm/native.h"
#include "runtime/vm/testing/bench.h"

namespace noodle::vm::testing {

struct BytesArg {
  std::string bytes;
};
struct ListArg {
  std::vector<std::string> texts;
};
using Arg = std::variant<std::int64_t, double, std::string, BytesArg, ListArg>;

class NativesBench : public Bench {
 public:
  explicit NativesBench(World* real = nullptr) : texts_(m.types().list(nbc::kString)) {
    for (const NativeEntry& entry : native_table()) {
      const nbc::Signature signature = parse(entry.signature);
      const nbc::NativeId native = m.native(entry.name, signature, entry.leaf);
      functions_[std::string(entry.name)] = function(entry.name, signature, [&](nbc::FunctionBuilder& f) {
        std::vector<std::uint16_t> in, out;
        for (std::size_t i = 0; i < signature.params.size(); ++i) in.push_back(f.param(i));
        for (const nbc::TypeId type : signature.results) out.push_back(f.reg(type));
        f.call_native(native, in, out);
        f.ret(out);
      });
      signatures_[std::string(entry.name)] = signature;
    }
    for (const nbc::TypeId type : {nbc::kString, nbc::kBytes, type_of("list<string>"), type_of("list<u8>")}) {
      drops_[type.index] = function("drop", {{{type}}, {}}, [](nbc::FunctionBuilder& f) {
        f.drop(f.param(0));
        f.ret({});
      });
    }
    load(real);
  }

  /// Calls a native; its results as text with spaces between them, or its panic's message.
  std::string call(const std::string& name, const std::vector<Arg>& args = {}) {
    auto done = call_raw(name, args);
    if (!done)
      return done.error().kind == Stop::Kind::Exit ? "exit " + std::to_string(done.error().exit_code)
                                                   : done.error().message;
    std::string out;
    std::size_t slot = 0;
    for (const nbc::TypeId type : signatures_.at(name).results) {
      if (!out.empty()) out += ' ';
      out += show(type, done->data() + slot);
      slot += type == nbc::kString ? 2 : 1;
    }
    runtime().release(module(), functions_.at(name), *done);
    return out;
  }
  std::expected<Words, Stop> call_raw(const std::string& name, const std::vector<Arg>& args) {
    called.insert(name);
    const nbc::Signature& signature = signatures_.at(name);
    EXPECT_EQ(args.size(), signature.params.size()) << name;
    Words words;
    std::vector<std::pair<nbc::TypeId, Words>> borrowed;
    for (std::size_t i = 0; i < args.size(); ++i) {
      const nbc::TypeId type = signature.params[i].type;
      const Words arg = make(type, args[i]);
      words.insert(words.end(), arg.begin(), arg.end());
      if (signature.params[i].borrowed) borrowed.emplace_back(type, arg);
    }
    auto done = run(functions_.at(name), words);
    for (const auto& [type, arg] : borrowed) results(drops_.at(type.index), arg);
    return done;
  }

  std::set<std::string> called;

 private:
  nbc::TypeId type_of(std::string_view text) {
    if (text == "list<string>" || text == "list<?>") return m.types().list(nbc::kString);
    if (text == "list<u8>") return m.types().list(nbc::kU8);
    if (text == "list<i64>") return m.types().list(nbc::kI64);
    if (text == "list<f64>") return m.types().list(nbc::kF64);
    if (text == "?") return nbc::kF64;
    if (text == "handle") return m.types().handle(m.types().unit());
    constexpr std::string_view kNames[] = {"bool", "i8",  "i16",  "i32", "i64", "u8",     "u16",  "u32",
                                           "u64",  "f16", "bf16", "f32", "f64", "string", "bytes"};
    for (std::uint32_t i = 0; i < std::size(kNames); ++i) {
      if (kNames[i] == text) return nbc::TypeId(i);
    }
    ADD_FAILURE() << "no type " << text;
    return nbc::kBool;
  }
  nbc::Signature parse(std::string_view text) {
    nbc::Signature out;
    const std::size_t arrow = text.find(" -> ");
    auto each = [](std::string_view list, auto f) {
      list = list.substr(1, list.size() - 2);
      while (!list.empty()) {
        const std::size_t comma = std::min(list.find(", "), list.size());
        f(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 2, list.size()));
      }
    };
    each(text.substr(0, arrow), [&](std::string_view param) {
      const bool borrowed = param.starts_with("borrowed ");
      out.params.push_back({type_of(borrowed ? param.substr(9) : param), borrowed});
    });
    each(text.substr(arrow + 4), [&](std::string_view result) { out.results.push_back(type_of(result)); });
    return out;
  }
  // An owned value.
  Words make(nbc::TypeId type, const Arg& arg) {
    if (const auto* x = std::get_if<std::int64_t>(&arg)) return {word(*x)};
    if (const auto* x = std::get_if<double>(&arg)) return {word(*x)};
    if (const auto* x = std::get_if<std::string>(&arg)) return make_text(*x);
    if (const auto* x = std::get_if<BytesArg>(&arg)) {
      Words out = results(functions_.at("bytes.filled"), {0, 0});
      for (const char c : x->bytes) out = results(functions_.at("bytes.push"), {out[0], static_cast<unsigned char>(c)});
      if (type == nbc::kBytes) return out;
      const Words list = results(functions_.at("bytes.to_list"), out);
      results(drops_.at(nbc::kBytes.index), out);
      return list;
    }
    std::string joined;
    for (const std::string& text : std::get<ListArg>(arg).texts) joined += text + "\n";
    const Words text = make_text(joined);
    Words list = results(functions_.at("string.lines"), text);
    results(drops_.at(nbc::kString.index), text);
    return list;
  }
  std::string show(nbc::TypeId type, const std::uint64_t* at) {
    switch (static_cast<nbc::Kind>(type.index)) {
      case nbc::Kind::Bool: return *at == 1 ? "true" : *at == 0 ? "false" : "not a bool";
      case nbc::Kind::U8:
      case nbc::Kind::U64: return std::to_string(*at);
      case nbc::Kind::F64: return value::print_f64(std::bit_cast<double>(*at));
      case nbc::Kind::String: return "'" + std::string(Runtime::text(at)) + "'";
      case nbc::Kind::I64: return std::to_string(number(*at));
      default: break;
    }
    // Lists and bytes, through natives.
    Words out;
    if (type == texts_) {
      const Words comma = make_text("|");
      out = results(functions_.at("string.join"), {*at, comma[0], comma[1]});
    } else if (type == nbc::kBytes) {
      out = results(functions_.at("bytes.quote"), {*at});
    } else {
      const Words bytes = results(functions_.at("bytes.from_list"), {*at});
      out = results(functions_.at("bytes.quote"), bytes);
      results(drops_.at(nbc::kBytes.index), bytes);
    }
    const std::string shown = "<" + std::string(Runtime::text(out.data())) + ">";
    results(drops_.at(nbc::kString.index), out);
    return shown;
  }

  nbc::TypeId texts_;  // once loaded, the module's builder is empty
  std::map<std::string, nbc::FunctionId> functions_;
  std::map<std::string, nbc::Signature> signatures_;
  std::map<std::uint32_t, nbc::FunctionId> drops_;
};

}  // namespace noodle::vm::testing
