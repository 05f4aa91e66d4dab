// Whole values and strings.

#include "runtime/vm/handlers.h"

namespace noodle::vm {

#define CHECK_MEMORY(ok)  \
  if (!(ok)) [[unlikely]] \
  RAISE(NoMemory)

HANDLER(Eq) {
  const TypeInfo& type = *vm->module->type_infos[nbc::x_of(pc[1])];
  gather(vm->scratch, fp, list_of(pc, 2), type.slots);
  gather(vm->scratch2, fp, list_of(pc, 2) + type.slots, type.slots);
  fp[B] = value::equal_slots(type, vm->scratch, vm->scratch2, value::FloatRule::Ieee, vm->account.hash_seed);
  NEXT(words_with_list(2, A));
}
HANDLER(Hash) {
  const TypeInfo& type = *vm->module->type_infos[nbc::x_of(pc[1])];
  gather(vm->scratch, fp, list_of(pc, 2), type.slots);
  fp[B] = value::hash_slots(type, vm->scratch, vm->account.hash_seed);
  NEXT(words_with_list(2, A));
}
HANDLER(StringLen) {
  fp[A] = value::string_length(fp + B);
  NEXT(1);
}
HANDLER(StringByteLen) {
  fp[A] = value::string_bytes(fp + B);
  NEXT(1);
}
HANDLER(StringEq) {
  fp[A] = value::string_equal(fp + B, fp + C);
  NEXT(1);
}
HANDLER(StringCmp) {
  fp[A] = static_cast<std::uint64_t>(std::int64_t{value::string_compare(fp + B, fp + C)});
  NEXT(1);
}

namespace {

// Measures first, then writes: no room is needed beside the result, however many pieces there are.
template <typename WordsOf>
bool concat(Machine& vm, std::uint32_t pieces, WordsOf words_of, std::uint64_t* result) {
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < pieces; ++i) {
    if (__builtin_add_overflow(bytes, value::string_bytes(words_of(i)), &bytes)) return false;
  }
  char* to = value::make_blank_string(vm.account, bytes, result);
  if (to == nullptr) return false;
  for (std::uint32_t i = 0; i < pieces; ++i) {
    const std::string_view piece = value::string_view(words_of(i));
    value::copy_text(to, piece.data(), piece.size());
    to += piece.size();
  }
  return true;
}

}  // namespace

bool concat_words(Machine& machine, const std::uint64_t* words, std::uint32_t pieces, std::uint64_t* result) {
  return concat(machine, pieces, [=](std::uint32_t i) { return words + std::size_t{i} * 2; }, result);
}

HANDLER(StringConcat) {
  const std::uint16_t* list = list_of(pc);
  CHECK_MEMORY(concat(*vm, A / 2, [=](std::uint32_t i) { return fp + list[i * 2]; }, vm->scratch));
  fp[B] = vm->scratch[0];
  fp[B + 1] = vm->scratch[1];
  NEXT(words_with_list(1, A));
}
HANDLER(StringAppend) {
  CHECK_MEMORY(value::append_string(vm->account, fp + A, value::string_view(fp + B)));
  NEXT(1);
}

}  // namespace noodle::vm
