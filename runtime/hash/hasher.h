#pragma once

// Hashes of bytes that come piece by piece.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace noodle::hash {

/// The numbers of natives.def.
enum class Algorithm : std::int64_t { Sha256, Sha384, Sha512, Blake2b, Sha1, Md5, Crc32, Xxh64, Xxh3 };

class Hasher {
 public:
  virtual ~Hasher() = default;
  virtual void update(std::string_view bytes) = 0;
  /// The hash of what has come; nothing more may come. Numbers are given in network order.
  virtual std::string finish() = 0;
  virtual std::unique_ptr<Hasher> copy() const = 0;
};

/// The CRC-32 of bytes behind others.
std::uint32_t crc32_of(std::uint32_t before, std::string_view bytes);

/// Null when there is no such algorithm, or none of OpenSSL's.
std::unique_ptr<Hasher> make_hasher(std::int64_t algorithm);
/// An HMAC; null as well when the algorithm is no cryptographic one.
std::unique_ptr<Hasher> make_hmac(std::int64_t algorithm, std::string_view key);
/// BLAKE2b with a key, which may be empty, and a size of its own.
std::unique_ptr<Hasher> make_blake2b(std::size_t size, std::string_view key);

}  // namespace noodle::hash
