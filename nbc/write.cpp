#include "nbc/write.h"

#include <cstring>

#include "base/bytes.h"
#include "nbc/file_format.h"

namespace noodle::nbc {
namespace {

void put_fixed(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

void put(std::string& out, std::uint64_t value) { append_packed(out, value); }

template <typename Tag>
void put(std::string& out, Id<Tag> id) {
  put(out, id.index);
}

// A name that may be missing: 0, or the index plus one.
void put_name(std::string& out, StringId id) { put(out, id.valid() ? std::uint64_t(id.index) + 1 : 0); }

void put_bytes(std::string& out, std::string_view bytes) {
  put(out, bytes.size());
  out += bytes;
}

template <typename T, typename One>
void put_all(std::string& out, const std::vector<T>& items, One one) {
  put(out, items.size());
  for (const T& item : items) one(item);
}

class Writer {
 public:
  explicit Writer(const Module& module) : m_(module) {}

  std::string run() {
    add(Section::Strings, !m_.strings.empty(),
        [&](std::string& o) { put_all(o, m_.strings, [&](const std::string& s) { put_bytes(o, s); }); });
    add(Section::Types, m_.types.size() > kBuiltinTypes, [&](std::string& o) {
      put(o, m_.types.size() - kBuiltinTypes);
      for (std::size_t i = kBuiltinTypes; i < m_.types.size(); ++i) type(o, m_.types[TypeId(i)]);
    });
    add(Section::Constants, !m_.constants.empty(), [&](std::string& o) {
      put_all(o, m_.constants, [&](const Constant& c) {
        put(o, c.type);
        put(o, c.value);
      });
    });
    add(Section::Natives, !m_.natives.empty(), [&](std::string& o) {
      put_all(o, m_.natives, [&](const Native& n) {
        put_name(o, n.name);
        put(o, n.leaf);
        signature(o, n.signature);
      });
    });
    add(Section::Functions, !m_.functions.empty(),
        [&](std::string& o) { put_all(o, m_.functions, [&](const Function& f) { function(o, f); }); });
    add(Section::Traits, !m_.traits.empty(), [&](std::string& o) {
      put_all(o, m_.traits, [&](const Trait& t) {
        put_name(o, t.name);
        put_all(o, t.methods, [&](const Method& method) {
          put_name(o, method.name);
          signature(o, method.signature);
        });
      });
    });
    add(Section::VTables, !m_.vtables.empty(), [&](std::string& o) {
      put_all(o, m_.vtables, [&](const VTable& v) {
        put(o, v.trait);
        put(o, v.concrete);
        put_all(o, v.functions, [&](FunctionId f) { put(o, f); });
      });
    });
    add(Section::Exports, !m_.exports.empty(), [&](std::string& o) {
      put_all(o, m_.exports, [&](const Export& e) {
        put(o, static_cast<std::uint64_t>(e.kind));
        put_name(o, e.name);
        put(o, e.function);
      });
    });
    add(Section::Interface, !m_.interface.empty(), [&](std::string& o) { put_bytes(o, m_.interface); });
    add(Section::Generics, !m_.generics.empty(), [&](std::string& o) {
      put_all(o, m_.generics, [&](const GenericBody& g) {
        put_name(o, g.name);
        put_bytes(o, g.bytes);
      });
    });
    add(Section::Hashes, !m_.type_hashes.empty() || !m_.function_hashes.empty(), [&](std::string& o) {
      auto hash = [&](const Hash128& h) {
        put_fixed(o, h.low, 8);
        put_fixed(o, h.high, 8);
      };
      put_all(o, m_.type_hashes, hash);
      put_all(o, m_.function_hashes, hash);
    });
    bool has_debug = !m_.debug.files.empty() || !m_.debug.functions.empty();
    add(Section::Debug, has_debug, [&](std::string& o) { debug(o, m_.debug); });
    add(Section::Kernels, !m_.kernels.empty(),
        [&](std::string& o) { put_all(o, m_.kernels, [&](const std::string& k) { put_bytes(o, k); }); });
    return finish();
  }

 private:
  struct Part {
    Section id;
    std::string bytes;
  };

  template <typename Fill>
  void add(Section id, bool wanted, Fill fill) {
    if (!wanted) return;
    parts_.push_back({id, {}});
    fill(parts_.back().bytes);
  }

  void params(std::string& o, const std::vector<Param>& list) {
    put_all(o, list, [&](const Param& p) { put(o, std::uint64_t(p.type.index) * 2 + p.borrowed); });
  }
  void ids(std::string& o, const std::vector<TypeId>& list) {
    put_all(o, list, [&](TypeId t) { put(o, t); });
  }
  void signature(std::string& o, const Signature& s) {
    params(o, s.params);
    ids(o, s.results);
  }
  void fields(std::string& o, const std::vector<Field>& list) {
    put_all(o, list, [&](const Field& f) {
      put_name(o, f.name);
      put(o, f.type);
    });
  }

  void type(std::string& o, const Type& t) {
    put(o, static_cast<std::uint64_t>(t.kind));
    switch (t.kind) {
      case Kind::Map:
        put(o, t.element);
        put(o, t.value);
        break;
      case Kind::Struct:
        put_name(o, t.name);
        fields(o, t.fields);
        break;
      case Kind::Enum:
        put_name(o, t.name);
        put_all(o, t.variants, [&](const Variant& v) {
          put_name(o, v.name);
          fields(o, v.fields);
        });
        break;
      case Kind::Fn:
        params(o, t.params);
        ids(o, t.results);
        break;
      case Kind::Any: put(o, t.trait); break;
      default: put(o, t.element);
    }
  }

  void function(std::string& o, const Function& f) {
    put_name(o, f.name);
    signature(o, f.signature);
    ids(o, f.registers);
    put(o, f.code.size());
    std::size_t at = o.size();
    o.resize(at + f.code.size() * 8);
    for (Word w : f.code) {
      for (int i = 0; i < 8; ++i) o[at++] = static_cast<char>(w >> (8 * i));
    }
    put_all(o, f.cleanups, [&](const Cleanup& c) {
      put(o, c.first);
      put(o, c.end);
      put(o, c.handler);
      put_all(o, c.kept, [&](std::uint16_t s) { put(o, s); });
    });
  }

  void debug(std::string& o, const DebugInfo& d) {
    put_all(o, d.files, [&](StringId f) { put_name(o, f); });
    put_all(o, d.functions, [&](const FunctionDebug& f) {
      put_all(o, f.inlined, [&](const InlinedCall& c) {
        put_name(o, c.function);
        for (std::uint32_t n : {c.file, c.line, c.column, c.parent}) put(o, n);
      });
      put_all(o, f.lines, [&](const LineEntry& l) {
        for (std::uint32_t n : {l.pc, l.file, l.line, l.column, l.inlined}) put(o, n);
      });
      put_all(o, f.locals, [&](const LocalName& l) {
        put_name(o, l.name);
        put(o, l.type);
        for (std::uint32_t n : {std::uint32_t(l.slot), l.first, l.end}) put(o, n);
      });
    });
  }

  std::string finish() const {
    std::string out(kMagic);
    put_fixed(out, kVersion, 2);
    put_fixed(out, 0, 2);
    put_fixed(out, m_.features, 8);
    put_fixed(out, 0, 8);
    put_fixed(out, parts_.size(), 4);
    std::size_t at = out.size() + parts_.size() * kSectionEntry;
    for (const Part& p : parts_) {
      put_fixed(out, static_cast<std::uint64_t>(p.id), 1);
      put_fixed(out, is_optional(p.id) ? kOptionalSection : 0, 1);
      put_fixed(out, 0, 2);
      put_fixed(out, at, 4);
      put_fixed(out, p.bytes.size(), 4);
      at += p.bytes.size();
    }
    for (const Part& p : parts_) out += p.bytes;
    fix_checksum(out);
    return out;
  }

  const Module& m_;
  std::vector<Part> parts_;
};

}  // namespace

void fix_checksum(std::string& bytes) {
  if (bytes.size() < kChecked) return;
  std::uint64_t sum = hash_bytes(std::string_view(bytes).substr(kChecked));
  for (int i = 0; i < 8; ++i) bytes[kChecksumAt + i] = static_cast<char>(sum >> (8 * i));
}

std::string write(const Module& module) { return Writer(module).run(); }

}  // namespace noodle::nbc
