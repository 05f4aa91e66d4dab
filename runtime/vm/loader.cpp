#include "runtime/vm/loader.h"
#include "runtime/vm/handlers.h"
#include "runtime/vm/rooms.h"

#include <cstring>
#include <utility>

namespace noodle::vm {

namespace {

using memory::Object;

/// A module's signature beside that of a native: handles of every type are written as `handle`, for natives treat
/// them alike; `?` stands where the native has it, for one type in the whole signature, and `*` for any. Where that
/// type is a complex number, a `?` by itself is two floats. What no native knows stands in backquotes.
class Signatures {
 public:
  Signatures(const nbc::Module& module, const nbc::Signature& signature, std::string_view wanted)
      : module_(module), wanted_(wanted), text_(written(signature)) {
    if (text_ == wanted) return;
    // As one that has no complex numbers it isn't what is wanted; perhaps it is so as one that has.
    const nbc::TypeId any = std::exchange(any_, {});
    is_complex_ = true;
    if (written(signature) == wanted && part_.valid() && is_element_of(part_))
      text_ = wanted;
    else
      any_ = any;
  }

  const std::string& text() const { return text_; }
  /// The element of the list that may be one of anything, if there is such.
  nbc::TypeId element() const { return has_list_ ? any_ : nbc::TypeId(); }

 private:
  std::string written(const nbc::Signature& signature) {
    std::string out = "(";
    std::vector<nbc::TypeId> types;
    for (const nbc::Param& param : signature.params) types.push_back(param.type);
    for (std::size_t i = 0; i < types.size();) i += add(out, types, i, signature.params[i].borrowed);
    out += ") -> (";
    for (std::size_t i = 0; i < signature.results.size();) i += add(out, signature.results, i, false);
    return out + ")";
  }

  // Gives how many of the types it has taken.
  std::size_t add(std::string& out, std::span<const nbc::TypeId> types, std::size_t i, bool borrowed) {
    const nbc::TypeId type = types[i];
    const bool follows = i != 0;
    if (follows) out += ", ";
    if (borrowed) out += "borrowed ";
    const nbc::Kind kind = module_.types.kind(type);
    const std::string_view wanted = wanted_.substr(std::min(out.size(), wanted_.size()));
    if (is_complex_ && wanted.starts_with("?") && i + 1 < types.size() && is_part(type) && is_part(types[i + 1])) {
      out += "?";
      return 2;
    }
    if (kind == nbc::Kind::List && wanted.starts_with("list<?>") && is_the_one(module_.types[type].element)) {
      out += "list<?>";
      has_list_ = true;
    } else if (kind == nbc::Kind::Tensor && wanted.starts_with("tensor<?>") &&
               is_the_one(module_.types[type].element)) {
      out += "tensor<?>";
    } else if (kind == nbc::Kind::Tensor && wanted.starts_with("tensor<*>")) {
      out += "tensor<*>";
    } else if (nbc::is_scalar(kind) && wanted.starts_with("?") && is_the_one(type)) {
      out += "?";
    } else if (kind == nbc::Kind::Handle) {
      out += "handle";
    } else {
      out += is_known(type) ? nbc::type_name(module_, type) : "`" + nbc::type_name(module_, type) + "`";
    }
    return 1;
  }

  // Whether it is what the other parts of complex numbers are.
  bool is_part(nbc::TypeId type) {
    if (!part_.valid()) part_ = type;
    return part_ == type;
  }
  // Whether complex numbers, which the other `?` stand for, are made of two such.
  bool is_element_of(nbc::TypeId part) const {
    return any_.valid() && module_.types.kind(any_) == nbc::Kind::Struct && module_.types.is_element(any_) &&
           module_.types.flatten(any_)[0].type == part;
  }

  // Whether it is what every other `?` of the signature is.
  bool is_the_one(nbc::TypeId type) {
    if (!any_.valid()) any_ = type;
    return any_ == type;
  }

  // Whether natives know such types. Others may have any name from the module, also that of one which they know.
  bool is_known(nbc::TypeId type) const {
    const bool holds = module_.types.kind(type) == nbc::Kind::List || module_.types.kind(type) == nbc::Kind::Tensor;
    return (holds ? module_.types[type].element : type).index < nbc::kBuiltinTypes;
  }

  const nbc::Module& module_;
  std::string_view wanted_;
  nbc::TypeId any_, part_;
  bool is_complex_ = false, has_list_ = false;
  std::string text_;
};

class Loader {
 public:
  Loader(Machine& machine, memory::TypeTable& objects, LoadedModule& loaded)
      : machine_(machine), objects_(objects), loaded_(loaded), module_(loaded.module()) {}

  std::expected<void, std::string> run() {
    for (const std::string& text : module_.strings) loaded_.strings.emplace_back(text);
    if (!loaded_.types.build(module_.types, loaded_.strings, objects_)) return too_many_types();
    for (std::size_t i = 0; i < module_.types.size(); ++i) {
      loaded_.type_infos.push_back(&loaded_.types[nbc::TypeId(i)]);
    }
    if (auto done = natives(); !done) return done;
    functions();
    if (!vtables() || !records()) return too_many_types();
    if (!constants()) return std::unexpected("there is no memory for the module's constants");
    for (std::size_t i = 0; i < module_.functions.size(); ++i) {
      specialise(loaded_, static_cast<std::uint32_t>(i), loaded_.code[i], loaded_.slot_types[i],
                 !machine_.options.probes && !machine_.options.counts);
      if (machine_.options.probes) probe(i);
      if (machine_.options.counts) probe_all(i);
    }
    return {};
  }

 private:
  static std::unexpected<std::string> too_many_types() {
    return std::unexpected<std::string>("the runtime's table of types is full");
  }

  std::expected<void, std::string> natives() {
    RoomLibraries libraries(machine_.options);
    for (const nbc::Native& native : module_.natives) {
      const std::string_view name = module_.text(native.name);
      const NativeEntry* entry = find_native(name);
      if (entry == nullptr) {
        return std::unexpected("the runtime has no native `" + std::string(name) + "`");
      }
      const Signatures signatures(module_, native.signature, entry->signature);
      const std::string& signature = signatures.text();
      if (signature != entry->signature) {
        return std::unexpected("the native `" + std::string(name) + "` is " + std::string(entry->signature) +
                               " here, not " + signature);
      }
      if (native.leaf && !entry->leaf) {
        return std::unexpected("the native `" + std::string(name) + "` is not a leaf");
      }
      LoadedNative& bound = loaded_.natives.emplace_back();
      bound.function = entry->function;
      if (entry->late) {
        bound.late = &loaded_.late_natives.emplace_back(machine_.options, *entry);
      } else {
        const auto room = libraries.find(*entry);
        if (!room) return std::unexpected(room.error());
        bound.room = *room;
      }
      bound.leaf = entry->leaf;
      bound.lasting = entry->lasting;
      bound.brief = entry->brief;
      bound.param_slots = nbc::slots_of(module_.types, native.signature.params);
      bound.result_slots = nbc::slots_of(module_.types, native.signature.results);
      for (const nbc::TypeId type : native.signature.results) {
        bound.results.push_back(&loaded_.types[type]);
      }
      if (!signatures.element().valid()) continue;
      if (!loaded_.shapes) loaded_.shapes.emplace(module_.types, loaded_.types, loaded_.strings);
      bound.shape = loaded_.shapes->of(signatures.element());
      if (bound.shape == nullptr)
        return std::unexpected("the types that natives read and write are too large, or boxes in boxes");
    }
    return {};
  }

  void functions() {
    loaded_.functions = std::vector<LoadedFunction>(module_.functions.size());
    loaded_.compiled = std::vector<std::atomic<const CompiledFunction*>>(module_.functions.size());
    for (std::size_t i = 0; i < module_.functions.size(); ++i) {
      const nbc::Function& function = module_.functions[i];
      const nbc::FunctionFacts& facts = loaded_.verified.facts(nbc::FunctionId(i));
      loaded_.code.push_back(function.code);
      auto& slot_types = loaded_.slot_types.emplace_back(facts.slots());
      for (std::uint32_t slot = 0; slot < facts.slots(); ++slot) {
        const nbc::TypeId type = facts.type_at(static_cast<std::uint16_t>(slot));
        if (type.valid()) slot_types[slot] = &loaded_.types[type];
      }
      loaded_.records.emplace_back();
      loaded_.probed.emplace_back();
      LoadedFunction& out = loaded_.functions[i];
      out.code = loaded_.code[i].data();
      out.slots = facts.slots();
      out.param_slots = facts.param_slots();
      out.result_slots = facts.result_slots();
      out.id = static_cast<std::uint32_t>(i);
      out.module = &loaded_;
    }
    // The vectors of vectors don't move any more.
    for (std::size_t i = 0; i < module_.functions.size(); ++i) {
      loaded_.functions[i].code = loaded_.code[i].data();
      loaded_.functions[i].slot_types = loaded_.slot_types[i].data();
    }
  }

  bool vtables() {
    for (const nbc::VTable& vtable : module_.vtables) {
      LoadedVTable& out = loaded_.vtables.emplace_back();
      out.concrete = &loaded_.types[vtable.concrete];
      out.concrete_id = vtable.concrete.index;
      const nbc::TypeId concrete[] = {vtable.concrete};
      out.record = loaded_.types.add_record(concrete, objects_);
      if (out.record == nullptr) return false;
      for (const nbc::FunctionId f : vtable.functions) {
        out.functions.push_back(&loaded_.functions[f.index]);
      }
    }
    return true;
  }

  // A probe in place of each operation that has a site, but for the one that goes on with a panic.
  void probe(std::size_t function) {
    std::vector<Word>& code = loaded_.code[function];
    auto& probed = loaded_.probed[function];
    probed.resize(code.size());
    for (const nbc::UnwindSite& site : loaded_.verified.facts(nbc::FunctionId(function)).sites()) {
      if (nbc::op_of(module_.functions[function].code[site.pc]) == nbc::Op::Resume) continue;
      Word& word = code[site.pc];
      probed[site.pc] = static_cast<std::uint16_t>(word);
      word = (word & ~Word{0xFFFF}) | static_cast<Word>(Exec::Probe);
    }
  }

  // A probe in place of every instruction.
  void probe_all(std::size_t function) {
    const std::vector<Word>& original = module_.functions[function].code;
    std::vector<Word>& code = loaded_.code[function];
    auto& probed = loaded_.probed[function];
    probed.resize(code.size());
    for (std::uint32_t pc = 0; pc < original.size(); pc += nbc::decode(original, pc).words()) {
      if (nbc::op_of(original[pc]) == nbc::Op::Resume) continue;
      probed[pc] = static_cast<std::uint16_t>(code[pc]);
      code[pc] = (code[pc] & ~Word{0xFFFF}) | static_cast<Word>(Exec::Probe);
    }
  }

  // What fn.new and local.push make. The captures are the first parameters of the function, as many slots as
  // the instruction lists.
  bool records() {
    std::vector<const value::RecordInfo*> locals(module_.types.size());
    for (std::size_t i = 0; i < module_.functions.size(); ++i) {
      const std::vector<Word>& code = module_.functions[i].code;
      auto& records = loaded_.records[i];
      for (std::uint32_t pc = 0; pc < code.size();) {
        const nbc::Inst inst = nbc::decode(code, pc);
        if (inst.op() == nbc::Op::FnNew) {
          records.resize(code.size());
          const auto& params = module_.functions[inst.x()].signature.params;
          std::vector<nbc::TypeId> captures;
          std::uint32_t slots = 0;
          for (std::size_t p = 0; p < params.size() && slots < inst.list_size(); ++p) {
            captures.push_back(params[p].type);
            slots += module_.types.slots(params[p].type);
          }
          records[pc] = loaded_.types.add_record(captures, objects_);
          if (records[pc] == nullptr) return false;
        } else if (inst.op() == nbc::Op::LocalPush) {
          records.resize(code.size());
          const value::RecordInfo*& local = locals[inst.x()];
          if (local == nullptr) local = loaded_.types.add_local(nbc::TypeId(inst.x()), objects_);
          if (local == nullptr) return false;
          records[pc] = local;
        }
        pc += inst.words();
      }
      loaded_.functions[i].records = records.data();
    }
    return true;
  }

  bool keep(Object* object) {
    if (object == nullptr) return false;
    memory::make_immortal(machine_.account, object);
    loaded_.immortals.push_back(object);
    return true;
  }

  bool constants() {
    for (const nbc::Constant& constant : module_.constants) {
      std::uint64_t words[2] = {0, 0};
      switch (module_.types.kind(constant.type)) {
        case nbc::Kind::String: {
          const std::string_view text = loaded_.strings[constant.value];
          if (!value::make_string(machine_.account, text, words)) return false;
          if (Object* object = memory::text_object(words); object != nullptr && !keep(object)) return false;
          break;
        }
        case nbc::Kind::Bytes: {
          const std::string_view bytes = loaded_.strings[constant.value];
          if (bytes.empty()) break;
          auto* array = reinterpret_cast<memory::ArrayObject*>(memory::allocate(
              machine_.account, memory::ArrayObject::bytes(bytes.size(), 1), memory::TypeTable::kBytes));
          if (array == nullptr) return false;
          array->length = array->capacity = bytes.size();
          std::memcpy(array->data(), bytes.data(), bytes.size());
          if (!keep(&array->header)) return false;
          words[0] = reinterpret_cast<std::uint64_t>(array);
          break;
        }
        case nbc::Kind::Fn: {
          if (empty_record_ == nullptr) {
            empty_record_ = loaded_.types.add_record({}, objects_);
            if (empty_record_ == nullptr) return false;
          }
          Object* closure =
              memory::allocate(machine_.account, empty_record_->object.size, empty_record_->object_number);
          if (closure == nullptr) return false;
          words[0] = reinterpret_cast<std::uint64_t>(closure);
          reinterpret_cast<std::uint64_t*>(words[0])[value::kRecordWord / 8] =
              reinterpret_cast<std::uint64_t>(&loaded_.functions[constant.value]);
          if (!keep(closure)) return false;
          break;
        }
        case nbc::Kind::Box: {
          const TypeInfo& type = *loaded_.type_infos[constant.type.index];
          Object* box = memory::allocate(machine_.account, type.object.size, type.object_number);
          if (box == nullptr) return false;
          std::vector<std::uint64_t> content(type.element->slots, 0);
          content[0] = constant.value;
          value::store_value(*type.element, reinterpret_cast<std::byte*>(box) + value::kBoxContent, content.data());
          if (!keep(box)) return false;
          words[0] = reinterpret_cast<std::uint64_t>(box);
          break;
        }
        default: words[0] = constant.value; break;
      }
      loaded_.constants.push_back(words[0]);
      loaded_.constants.push_back(words[1]);
    }
    return true;
  }

  Machine& machine_;
  memory::TypeTable& objects_;
  LoadedModule& loaded_;
  const nbc::Module& module_;
  const value::RecordInfo* empty_record_ = nullptr;
};

}  // namespace

std::expected<void, std::string> load_module(Machine& machine, memory::TypeTable& objects, LoadedModule& loaded) {
  return Loader(machine, objects, loaded).run();
}

}  // namespace noodle::vm
