#include "runtime/memory/type_table.h"

#include <sys/mman.h>

namespace noodle::memory {

namespace {
constexpr std::size_t kBytesReserved = TypeTable::kMost * sizeof(const ObjectType*);
constexpr ObjectType kTextType{.shape = Shape::Text, .size = 0, .stride = 1, .fields = {}};
constexpr ObjectType kBytesType{.shape = Shape::Array, .size = 0, .stride = 1, .fields = {}};
constexpr ObjectType kHandleType{.shape = Shape::Handle, .size = 0, .stride = 0, .fields = {}};
}  // namespace

TypeTable::TypeTable() {
  void* at = mmap(nullptr, kBytesReserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return;  // add() then says that the table is full
  types_ = static_cast<const ObjectType**>(at);
  add(&kTextType);
  add(&kBytesType);
  add(&kHandleType);
}

TypeTable::~TypeTable() {
  if (types_ != nullptr) munmap(types_, kBytesReserved);
}

std::uint32_t TypeTable::add(const ObjectType* type) {
  if (types_ == nullptr || size_ == kMost) return kMost;
  types_[size_] = type;
  return size_++;
}

}  // namespace noodle::memory
