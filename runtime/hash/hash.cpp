// Natives of hashes.

#include <openssl/crypto.h>

#include <new>
#include <string>

#include "runtime/hash/hasher.h"
#include "runtime/hash/xxhash.h"
#include "runtime/room/natives.h"

namespace noodle::room {

namespace {

using hash::Hasher;

// So much is hashed between two looks whether somebody wants us to stop.
constexpr std::size_t kAtOnce = std::size_t{1} << 22;

/// What stands behind a handle.
struct HashObject {
  HandleObject handle;
  std::unique_ptr<Hasher> hasher;
};

HashObject* object_of(HandleObject* handle) { return reinterpret_cast<HashObject*>(handle); }

constexpr HandleObject::Kind kHashKind{
    .name = "hasher",
    .children = [](HandleObject*, void*, void (*)(void*, memory::Object*)) -> std::int64_t { return 0; },
    .dispose = [](HandleObject* handle) { delete object_of(handle); },
};

std::uint64_t adopt(Call& call, std::unique_ptr<Hasher> hasher) {
  auto* object = new HashObject{.handle = {.header = {}, .kind = &kHashKind}, .hasher = std::move(hasher)};
  return call.host.adopt(call, object->handle);
}

/// Hashes bytes; false when it was told to stop.
bool update(const Call& call, Hasher& hasher, std::string_view bytes) {
  for (; bytes.size() > kAtOnce; bytes.remove_prefix(kAtOnce)) {
    hasher.update(bytes.substr(0, kAtOnce));
    if (call.host.is_told_to_stop(call)) return false;
  }
  hasher.update(bytes);
  return true;
}

Status give_hash(Call& call, std::unique_ptr<Hasher> hasher, std::string_view bytes) {
  if (!update(call, *hasher, bytes)) return Status::Interrupted;
  return give_bytes(call, hasher->finish());
}

Status no_algorithm(Call& call, std::int64_t number, const char* what) {
  return panic(call, "the algorithm with number " + std::to_string(number) + what);
}

Status no_hasher(Call& call) { return panic(call, "this is no hasher"); }

}  // namespace

Status native_hash_of(Call& call) {
  auto hasher = hash::make_hasher(int_arg(call, 0));
  if (hasher == nullptr) return no_algorithm(call, int_arg(call, 0), " is unknown");
  return give_hash(call, std::move(hasher), bytes_arg(call, 1));
}

Status native_hash_hmac(Call& call) {
  auto hasher = hash::make_hmac(int_arg(call, 0), bytes_arg(call, 1));
  if (hasher == nullptr) return no_algorithm(call, int_arg(call, 0), " takes no such key");
  return give_hash(call, std::move(hasher), bytes_arg(call, 2));
}

Status native_hash_blake2b(Call& call) {
  const std::int64_t size = int_arg(call, 1);
  const std::string_view key = bytes_arg(call, 2);
  constexpr std::size_t kMost = 64;
  if (size < 1 || size > static_cast<std::int64_t>(kMost)) {
    return panic(call, "a BLAKE2b hash has 1 to 64 bytes, not " + std::to_string(size));
  }
  if (key.size() > kMost)
    return panic(call, "a key of BLAKE2b has at most 64 bytes, not " + std::to_string(key.size()));
  return give_hash(call, hash::make_blake2b(static_cast<std::size_t>(size), key), bytes_arg(call, 0));
}

Status native_hash_crc32(Call& call) {
  call.results[0] = hash::crc32_of(static_cast<std::uint32_t>(call.args[1]), bytes_arg(call, 0));
  return Status::Ok;
}

Status native_hash_xxh64(Call& call) {
  const std::string_view bytes = bytes_arg(call, 0);
  call.results[0] = XXH64(bytes.data(), bytes.size(), call.args[1]);
  return Status::Ok;
}

Status native_hash_xxh3(Call& call) {
  const std::string_view bytes = bytes_arg(call, 0);
  call.results[0] = XXH3_64bits_withSeed(bytes.data(), bytes.size(), call.args[1]);
  return Status::Ok;
}

Status native_hash_equal(Call& call) {
  const std::string_view a = bytes_arg(call, 0), b = bytes_arg(call, 1);
  return give_bool(call, a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

Status native_hash_begin(Call& call) {
  const bool has_key = call.args[1] != 0;
  auto hasher = has_key ? hash::make_hmac(int_arg(call, 0), bytes_arg(call, 2)) : hash::make_hasher(int_arg(call, 0));
  if (hasher == nullptr) return no_algorithm(call, int_arg(call, 0), has_key ? " takes no such key" : " is unknown");
  call.results[0] = adopt(call, std::move(hasher));
  return Status::Ok;
}

Status native_hash_update(Call& call) {
  HandleObject* handle = handle_arg(call, 0, kHashKind);
  if (handle == nullptr) return no_hasher(call);
  const std::string_view bytes = bytes_arg(call, 1);
  if (is_only_one(handle->header)) {
    if (!update(call, *object_of(handle)->hasher, bytes)) return Status::Interrupted;
    call.results[0] = call.args[0];
    return Status::Ok;
  }
  auto copy = object_of(handle)->hasher->copy();
  if (!update(call, *copy, bytes)) return Status::Interrupted;
  call.results[0] = adopt(call, std::move(copy));
  call.host.release_handle(call, *handle);
  return Status::Ok;
}

Status native_hash_finish(Call& call) {
  HandleObject* handle = handle_arg(call, 0, kHashKind);
  if (handle == nullptr) return no_hasher(call);
  // More may come after that.
  return give_bytes(call, object_of(handle)->hasher->copy()->finish());
}

}  // namespace noodle::room
