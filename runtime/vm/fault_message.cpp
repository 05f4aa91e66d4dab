// What a panic says. Made from the instruction and its operands, which are all still there.

#include "nbc/module.h"
#include "runtime/vm/machine.h"

namespace noodle::vm {

namespace {

using nbc::Op;

std::string_view kind_name(nbc::Kind kind) { return nbc::is_scalar(kind) ? value::scalar_name(kind) : "value"; }

std::string number(nbc::Kind kind, std::uint64_t word) {
  if (nbc::is_float(kind)) return value::print_f64(value::float_of(kind, word));
  if (nbc::is_unsigned(kind)) return value::print_uint(word);
  return value::print_int(static_cast<std::int64_t>(word));
}

std::string out_of_bounds(std::uint64_t index, std::uint64_t length) {
  return "index " + value::print_int(static_cast<std::int64_t>(index)) + " is out of bounds for a list of length " +
         value::print_uint(length);
}

constexpr const char* kMovedOut = "use of a value that was moved out";

// Arithmetic by its mnemonic: `add.i64`, `divi.i64`.
std::string arithmetic(const nbc::Inst& inst, const nbc::FunctionFacts& facts, const std::uint64_t* fp) {
  const std::string_view mnemonic = inst.op_info->mnemonic;
  std::string_view verb = mnemonic.substr(0, mnemonic.find('.'));
  const bool immediate = verb.ends_with('i');
  if (immediate) verb.remove_suffix(1);
  const nbc::TypeId type = facts.type_at(inst.b());
  const nbc::Kind kind = type.valid() ? static_cast<nbc::Kind>(type.index) : nbc::Kind::I64;
  const std::string left = number(kind, fp[inst.b()]);
  const std::uint64_t right_word =
      immediate ? static_cast<std::uint64_t>(std::int64_t{static_cast<std::int16_t>(inst.c())}) : fp[inst.c()];
  const std::string right = number(kind, right_word);
  const std::string unfit = " does not fit in " + std::string(kind_name(kind));
  if (verb == "neg") return "integer overflow: -(" + left + ")" + unfit;
  if (verb == "shl" || verb == "shr") {
    return "shift by " + right + " is outside the width of " + std::string(kind_name(kind));
  }
  if ((verb == "div" || verb == "rem") && right_word == 0) return "division by zero";
  if (verb == "pow" && nbc::is_signed(kind) && static_cast<std::int64_t>(right_word) < 0) {
    return "negative exponent: " + left + " ** " + right;
  }
  const std::string_view sign = verb == "add"   ? " + "
                                : verb == "sub" ? " - "
                                : verb == "mul" ? " * "
                                : verb == "div" ? " / "
                                : verb == "rem" ? " % "
                                                : " ** ";
  return "integer overflow: " + left + std::string(sign) + right + unfit;
}

std::string instruction_message(const LoadedFunction& function, std::uint32_t pc, const std::uint64_t* fp) {
  const nbc::Module& module = function.module->module();
  const nbc::Inst inst = nbc::decode(module.functions[function.id].code, pc);
  const nbc::FunctionFacts& facts = function.module->verified.facts(nbc::FunctionId(function.id));
  switch (inst.op()) {
    case Op::Panic: return std::string(value::string_view(fp + inst.a()));
    case Op::PanicConst: return module.strings[inst.uimm()];
    case Op::Unreachable: return "unreachable code was reached";
    case Op::Resume: return "resume outside of unwinding";
    case Op::Conv: {
      const auto from = static_cast<nbc::Kind>(inst.c() >> 8);
      const auto to = static_cast<nbc::Kind>(inst.c() & 0xFF);
      return number(from, fp[inst.b()]) + " does not fit in " + std::string(kind_name(to));
    }
    case Op::ListFilled:
      return "a list can't have " + value::print_int(static_cast<std::int64_t>(fp[inst.c()])) + " elements";
    case Op::ListPop: return "pop from an empty list";
    case Op::ListSlice:
      return "slice " + value::print_int(static_cast<std::int64_t>(fp[inst.c()])) + ".." +
             value::print_int(static_cast<std::int64_t>(fp[inst.y()])) + " is out of bounds for a list of length " +
             value::print_uint(value::list_length(fp[inst.b()]));
    case Op::ListSwap: {
      const std::uint64_t length = value::list_length(fp[inst.a()]);
      return out_of_bounds(fp[inst.b()] < length ? fp[inst.c()] : fp[inst.b()], length);
    }
    case Op::ListGet:
    case Op::ListPeek:
    case Op::ListLoad:
    case Op::ListStore:
    case Op::ListSet:
    case Op::ListTake:
    case Op::ListPut:
    case Op::ListInsert:
    case Op::ListRemove: return out_of_bounds(fp[inst.c()], value::list_length(fp[inst.b()]));
    case Op::TaskNew: return "the scope of the task is not open";
    case Op::TaskAwait:
    case Op::TaskSettle:
    case Op::ChannelSend:
    case Op::ChannelTrySend:
    case Op::ChannelReceive:
    case Op::ChannelTryReceive: return fp[inst.b()] == 0 ? kMovedOut : "the handle is of another kind";
    case Op::Select: return "a handle to select from is neither task nor channel";
    case Op::ChannelNew:
      return "a channel can't have room for " + value::print_int(static_cast<std::int64_t>(fp[inst.b()])) + " messages";
    case Op::BoxOpen:
    case Op::BoxPeek:
    case Op::BoxGet:
    case Op::BoxTag:
    case Op::BoxTake: return kMovedOut;
    case Op::AnyPeek:
    case Op::AnyTake:
    case Op::AnyPut: return fp[inst.b()] == 0 ? kMovedOut : "the value behind the trait is of another type";
    case Op::MapKey:
    case Op::MapValue:
    case Op::MapPeekKey:
    case Op::MapPeek:
    case Op::MapTake:
    case Op::MapPut: return "the map has no entry " + value::print_int(static_cast<std::int64_t>(fp[inst.c()]));
    default: return arithmetic(inst, facts, fp);
  }
}

}  // namespace

std::string fault_message(Machine& machine, const LoadedFunction& function, std::uint32_t pc, const std::uint64_t* fp) {
  const std::string no_memory =
      "out of memory: the limit is " + value::print_int(machine.options.memory_limit) + " bytes";
  switch (machine.fault) {
    case Fault::NoMemory: return no_memory;
    case Fault::StackOverflow: return "stack overflow: calls are nested too deeply";
    case Fault::Safepoint: return "the limit of steps is reached";
    case Fault::NullCall: return kMovedOut;
    case Fault::Injected: return "injected";
    case Fault::ChildCancelled: return "the awaited task was cancelled";
    case Fault::Stopped: return "stopped";
    case Fault::ChildPanic:
    case Fault::Native: return machine.native_status == NativeStatus::NoMemory ? no_memory : machine.native_message;
    case Fault::Instruction:
    case Fault::None: break;
  }
  return instruction_message(function, pc, fp);
}

}  // namespace noodle::vm
