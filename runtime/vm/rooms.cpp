#include "runtime/vm/rooms.h"

#include <unistd.h>

#include "runtime/room/interface.h"
#include "runtime/room/open.h"
#include "runtime/task/team.h"
#include "runtime/value/tensor.h"
#include "runtime/vm/handles.h"
#include "runtime/vm/loaded.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

using room::Call;
using room::Host;

NativeCall& of(const Call& call) { return *static_cast<NativeCall*>(call.native); }
memory::Account& account_of(const Call& call) { return of(call).account; }

bool make_text(Call& call, const char* text, std::size_t bytes, std::uint64_t* out) {
  return value::make_string(account_of(call), {text, bytes}, out);
}
char* make_blank_text(Call& call, std::size_t bytes, std::uint64_t* out) {
  return value::make_blank_string(account_of(call), bytes, out);
}
void release_text(Call& call, const std::uint64_t* words) { value::release_string(account_of(call), words); }

bool make_some_bytes(Call& call, const void* data, std::size_t bytes, std::uint64_t* out) {
  return make_bytes(of(call), {static_cast<const char*>(data), bytes}, bytes, memory::TypeTable::kBytes, out);
}

void release_bytes(Call& call, std::uint64_t bytes) {
  if (bytes != 0) memory::release(account_of(call), &value::list_at(bytes)->header);
}

bool charge(Call& call, std::size_t bytes) { return account_of(call).charge(bytes); }
void credit(Call& call, std::size_t bytes) { account_of(call).credit(bytes); }
void* take_room(Call& call, std::size_t bytes) {
  if (!charge(call, bytes)) return nullptr;
  void* room = memory::raw_allocate(bytes);
  if (room == nullptr) credit(call, bytes);
  return room;
}
void give_room(Call& call, void* room, std::size_t bytes) {
  memory::raw_free(room);
  credit(call, bytes);
}

bool make_ints(Call& call, const TypeInfo& type, const std::int64_t* ints, std::size_t count, std::uint64_t* out) {
  *out = 0;
  if (count == 0) return true;
  if (!value::list_reserve(account_of(call), type, out, count)) return false;
  memory::ArrayObject* list = value::list_at(*out);
  std::memcpy(list->data(), ints, count * sizeof *ints);
  list->length = count;
  return true;
}

bool list_reserve(Call& call, const TypeInfo& type, std::uint64_t* list, std::uint64_t count) {
  return value::list_reserve(account_of(call), type, list, count);
}
bool list_add(Call& call, const TypeInfo& type, std::uint64_t* list, const std::uint64_t* words) {
  return value::list_push(account_of(call), type, list, words);
}
void list_release(Call& call, std::uint64_t* list) { value::list_clear(account_of(call), list); }

memory::TensorObject* make_tensor(Call& call, const TypeInfo& type, std::uint32_t rank, std::uint64_t bytes,
                                  memory::Object* owner) {
  return value::make_tensor(account_of(call), type, rank, bytes, owner);
}
void release_tensor(Call& call, memory::TensorObject& tensor) { memory::release(account_of(call), &tensor.header); }

std::uint64_t adopt_handle(Call& call, memory::HandleObject& handle) { return adopt(account_of(call), handle); }
void release_handle(Call& call, memory::HandleObject& handle) { memory::release(account_of(call), &handle.header); }

void panic(Call& call, const char* text, std::size_t bytes) { of(call).message.assign(text, bytes); }
bool share(Call& call, std::size_t count, void (*part)(void* data, std::size_t i), void* data) {
  task::Team& team = of(call).worker.scheduler().team();
  return team.run({.count = count, .part = part, .data = data}, [&] { return is_told_to_stop(of(call)); });
}
std::uint32_t cores(const Call& call) { return of(call).worker.scheduler().worker_count(); }
bool told_to_stop(const Call& call) { return is_told_to_stop(of(call)); }

constexpr Host kHost{
    .make_text = make_text,
    .make_blank_text = make_blank_text,
    .release_text = release_text,
    .text_index = value::string_index_of,
    .text_offset = value::string_offset,
    .make_bytes = make_some_bytes,
    .release_bytes = release_bytes,
    .charge = charge,
    .credit = credit,
    .take_room = take_room,
    .give_room = give_room,
    .make_ints = make_ints,
    .list_reserve = list_reserve,
    .list_add = list_add,
    .list_release = list_release,
    .make_tensor = make_tensor,
    .release_tensor = release_tensor,
    .adopt = adopt_handle,
    .release_handle = release_handle,
    .panic = panic,
    .share = share,
    .cores = cores,
    .is_told_to_stop = told_to_stop,
};

/// A library's natives, once it is sure that both mean the same by them.
std::expected<room::Natives, std::string> open_file(const std::string& path) {
  const auto door = room::open_door(path, "noodle_room_interface", room::interface_id(), "noodle_room_natives");
  if (!door) return std::unexpected(door.error());
  return reinterpret_cast<room::Natives (*)()>(*door)();
}

NativeStatus call_function(NativeCall& call, room::Function function) {
  Call inner{.host = kHost,
             .native = &call,
             .args = call.args,
             .results = call.results,
             .result_types = call.result_types.data(),
             .is_brief = call.is_brief};
  switch (function(inner)) {
    case room::Status::Ok: return NativeStatus::Ok;
    case room::Status::Panic: return NativeStatus::Panic;
    case room::Status::NoMemory: return NativeStatus::NoMemory;
    case room::Status::Interrupted: return NativeStatus::Interrupted;
    case room::Status::Lasts: return NativeStatus::Lasts;
  }
  return NativeStatus::Panic;
}

}  // namespace

NativeStatus call_room_native(NativeCall& call) { return call_function(call, call.native.room); }

NativeStatus call_late_native(NativeCall& call) {
  LateNative& late = *call.native.late;
  room::Function function = late.room.load(std::memory_order_acquire);
  if (function == nullptr) {
    const auto found = RoomLibraries(late.options).find(late.entry);
    if (!found) {
      call.results[0] = call.results[1] = 0;
      return call.give_text(found.error(), 2);
    }
    function = *found;
    late.room.store(function, std::memory_order_release);
  }
  return call_function(call, function);
}

std::expected<room::Function, std::string> RoomLibraries::find(const NativeEntry& entry) {
  if (entry.library.empty() || options_.only_loads) return nullptr;
  const auto natives = open(entry);
  if (!natives) return std::unexpected(natives.error());
  for (const room::Native& native : std::span(natives->natives, natives->count)) {
    if (native.name != entry.name) continue;
    if (native.signature == entry.signature) return native.function;
    break;
  }
  return std::unexpected(std::string(entry.library) + " has another `" + std::string(entry.name) +
                         "` than this command wants; build both again");
}

std::expected<room::Natives, std::string> RoomLibraries::open(const NativeEntry& entry) {
  if (const auto found = open_.find(entry.library); found != open_.end()) return found->second;
  auto natives = look_for(entry);
  if (natives) open_.emplace(entry.library, *natives);
  return natives;
}

std::expected<room::Natives, std::string> RoomLibraries::look_for(const NativeEntry& entry) const {
  const std::string name(entry.library);
  std::string places;
  for (const std::string& folder : options_.library_folders) {
    const std::string path = folder + "/" + name;
    if (access(path.c_str(), F_OK) == 0) return open_file(path);
    places += (places.empty() ? "" : " or ") + folder;
  }
  if (places.empty()) places = "any folder, since none was named";
  return std::unexpected("the program uses `" + std::string(entry.name) + "`, which needs " + name +
                         ", and that is not in " + places + "; install it there, or build it with `./dev build`");
}

}  // namespace noodle::vm
