#include "runtime/jit/testing/value_text.h"

#include <vector>

#include "runtime/vm/loaded.h"

namespace noodle::jit::testing {

namespace {

using nbc::Kind;
using value::TypeInfo;

constexpr int kDeepest = 60;

std::string number(std::uint64_t word) {
  char text[20];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(word));
  return text;
}

class Printer {
 public:
  void value(const TypeInfo& type, const std::uint64_t* slots) {
    if (++depth_ > kDeepest) {
      out += "…";
    } else if (type.kind == Kind::Struct) {
      leaves(type.leaves, slots);
    } else {
      one(type, slots);
    }
    --depth_;
  }

  std::string out;

 private:
  void leaves(std::span<const value::Leaf> leaves, const std::uint64_t* slots) {
    out += "(";
    for (const value::Leaf& leaf : leaves) {
      value(*leaf.type, slots + leaf.slot);
      out += " ";
    }
    out += ")";
  }

  void in_memory(const TypeInfo& type, const std::byte* at) {
    std::vector<std::uint64_t> slots(type.slots + 1);
    value::load_value(type, at, slots.data());
    value(type, slots.data());
    out += " ";
  }

  void one(const TypeInfo& type, const std::uint64_t* slots) {
    switch (type.kind) {
      case Kind::F16:
      case Kind::BF16:
      case Kind::F32:
      case Kind::F64: {
        const double x = value::float_of(type.kind, slots[0]);
        out += x != x ? "nan" : number(slots[0]);
        break;
      }
      case Kind::String: text(value::string_view(slots)); break;
      case Kind::Enum:
        out += "#" + number(slots[0]);
        if (slots[0] < type.variants.size()) leaves(type.variants[slots[0]].leaves, slots);
        break;
      case Kind::Bytes:
      case Kind::List:
      case Kind::Map:
      case Kind::Box:
      case Kind::Fn:
      case Kind::Any:
        if (slots[0] == 0) {
          out += "null";
        } else {
          object(type, slots[0]);
        }
        break;
      case Kind::Handle: out += slots[0] == 0 ? "null" : "handle"; break;
      default: out += number(slots[0]);
    }
  }

  void text(std::string_view text) {
    out += "\"";
    out += text;
    out += "\"";
  }

  void object(const TypeInfo& type, std::uint64_t word) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(word);
    const auto* array = reinterpret_cast<const memory::ArrayObject*>(word);
    switch (type.kind) {
      case Kind::Bytes: text({reinterpret_cast<const char*>(array->data()), array->length}); break;
      case Kind::List:
        out += "[";
        for (std::uint64_t i = 0; i < array->length; ++i) {
          in_memory(*type.element, array->data() + i * type.object.stride);
        }
        out += "]";
        break;
      case Kind::Map: {
        const auto* map = reinterpret_cast<const memory::Object*>(word);
        out += "{";
        for (std::int64_t i = -1; (i = value::map_next(type, map, i + 1)) >= 0;) {
          in_memory(*type.element, value::map_key(type, map, i));
          out += ": ";
          in_memory(*type.value, value::map_value(type, map, i));
        }
        out += "}";
        break;
      }
      case Kind::Box:
        out += "box ";
        in_memory(*type.element, reinterpret_cast<const std::byte*>(word) + value::kBoxContent);
        break;
      case Kind::Fn: {
        const auto* function = reinterpret_cast<const vm::LoadedFunction*>(words[value::kRecordWord / 8]);
        out += "fn " + std::to_string(function->id);
        break;
      }
      default: {
        const auto* vtable = reinterpret_cast<const vm::LoadedVTable*>(words[value::kRecordWord / 8]);
        out += "any " + std::to_string(vtable->concrete_id) + " ";
        value(*vtable->concrete, words + value::kRecordContent / 8);
      }
    }
  }

  int depth_ = 0;
};

}  // namespace

std::string text_of(const TypeInfo& type, const std::uint64_t* slots) {
  Printer printer;
  printer.value(type, slots);
  return std::move(printer.out);
}

}  // namespace noodle::jit::testing
