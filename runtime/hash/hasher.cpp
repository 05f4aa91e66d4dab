#include "runtime/hash/hasher.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium/crypto_generichash_blake2b.h>
#include <zlib.h>

#include <array>
#include <mutex>

#include "runtime/hash/xxhash.h"

namespace noodle::hash {

namespace {

/// OpenSSL as a guest: no files of its own, nothing at the process's end.
void begin_openssl() {
  static std::once_flag once;
  std::call_once(once, [] { OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr); });
}

/// An algorithm of OpenSSL, looked up once: that takes longer than hashing a little.
template <Algorithm kWhich>
const EVP_MD* fetched(const char* name) {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, name, nullptr);
  return digest;
}

/// Null when it is none of OpenSSL's.
const EVP_MD* digest_of(std::int64_t algorithm) {
  begin_openssl();
  switch (static_cast<Algorithm>(algorithm)) {
    case Algorithm::Sha256: return fetched<Algorithm::Sha256>("SHA256");
    case Algorithm::Sha384: return fetched<Algorithm::Sha384>("SHA384");
    case Algorithm::Sha512: return fetched<Algorithm::Sha512>("SHA512");
    case Algorithm::Sha1: return fetched<Algorithm::Sha1>("SHA1");
    case Algorithm::Md5: return fetched<Algorithm::Md5>("MD5");
    default: return nullptr;
  }
}

class DigestHasher final : public Hasher {
 public:
  explicit DigestHasher(const EVP_MD* digest) { EVP_DigestInit_ex(context_, digest, nullptr); }
  DigestHasher(const DigestHasher& other) { EVP_MD_CTX_copy_ex(context_, other.context_); }
  ~DigestHasher() override { EVP_MD_CTX_free(context_); }

  void update(std::string_view bytes) override { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
  std::string finish() override {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out;
    unsigned size = 0;
    EVP_DigestFinal_ex(context_, out.data(), &size);
    return {reinterpret_cast<const char*>(out.data()), size};
  }
  std::unique_ptr<Hasher> copy() const override { return std::make_unique<DigestHasher>(*this); }

 private:
  EVP_MD_CTX* const context_ = EVP_MD_CTX_new();
};

class HmacHasher final : public Hasher {
 public:
  HmacHasher(const EVP_MD* digest, std::string_view key) {
    // An empty key is one; no key would be that of before.
    HMAC_Init_ex(context_, key.empty() ? "" : key.data(), static_cast<int>(key.size()), digest, nullptr);
  }
  HmacHasher(const HmacHasher& other) { HMAC_CTX_copy(context_, other.context_); }
  ~HmacHasher() override { HMAC_CTX_free(context_); }

  void update(std::string_view bytes) override {
    HMAC_Update(context_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  std::string finish() override {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out;
    unsigned size = 0;
    HMAC_Final(context_, out.data(), &size);
    return {reinterpret_cast<const char*>(out.data()), size};
  }
  std::unique_ptr<Hasher> copy() const override { return std::make_unique<HmacHasher>(*this); }

 private:
  HMAC_CTX* const context_ = HMAC_CTX_new();
};

class Blake2bHasher final : public Hasher {
 public:
  Blake2bHasher(std::size_t size, std::string_view key) : size_(size) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.empty() ? nullptr : key.data());
    crypto_generichash_blake2b_init(&state_, bytes, key.size(), size);
  }

  void update(std::string_view bytes) override {
    crypto_generichash_blake2b_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  std::string finish() override {
    std::array<unsigned char, crypto_generichash_blake2b_BYTES_MAX> out;
    crypto_generichash_blake2b_final(&state_, out.data(), size_);
    return {reinterpret_cast<const char*>(out.data()), size_};
  }
  std::unique_ptr<Hasher> copy() const override { return std::make_unique<Blake2bHasher>(*this); }

 private:
  crypto_generichash_blake2b_state state_;
  std::size_t size_;
};

/// A number in network order.
template <class Number>
std::string in_network_order(Number number) {
  std::string out;
  for (std::size_t shift = 8 * sizeof number; shift != 0; shift -= 8) out += static_cast<char>(number >> (shift - 8));
  return out;
}

class Crc32Hasher final : public Hasher {
 public:
  void update(std::string_view bytes) override { crc_ = crc32_of(crc_, bytes); }
  std::string finish() override { return in_network_order(crc_); }
  std::unique_ptr<Hasher> copy() const override { return std::make_unique<Crc32Hasher>(*this); }

 private:
  std::uint32_t crc_ = 0;
};

class Xxh64Hasher final : public Hasher {
 public:
  Xxh64Hasher() { XXH64_reset(&state_, 0); }
  void update(std::string_view bytes) override { XXH64_update(&state_, bytes.data(), bytes.size()); }
  std::string finish() override { return in_network_order(XXH64_digest(&state_)); }
  std::unique_ptr<Hasher> copy() const override { return std::make_unique<Xxh64Hasher>(*this); }

 private:
  XXH64_state_t state_;
};

class Xxh3Hasher final : public Hasher {
 public:
  Xxh3Hasher() { XXH3_64bits_reset(&state_); }
  void update(std::string_view bytes) override { XXH3_64bits_update(&state_, bytes.data(), bytes.size()); }
  std::string finish() override { return in_network_order(XXH3_64bits_digest(&state_)); }
  std::unique_ptr<Hasher> copy() const override { return std::make_unique<Xxh3Hasher>(*this); }

 private:
  XXH3_state_t state_;
};

}  // namespace

std::uint32_t crc32_of(std::uint32_t before, std::string_view bytes) {
  // zlib takes a null pointer for a wish to begin.
  if (bytes.empty()) return before;
  return static_cast<std::uint32_t>(crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::unique_ptr<Hasher> make_hasher(std::int64_t algorithm) {
  switch (static_cast<Algorithm>(algorithm)) {
    case Algorithm::Blake2b: return make_blake2b(crypto_generichash_blake2b_BYTES_MAX, {});
    case Algorithm::Crc32: return std::make_unique<Crc32Hasher>();
    case Algorithm::Xxh64: return std::make_unique<Xxh64Hasher>();
    case Algorithm::Xxh3: return std::make_unique<Xxh3Hasher>();
    default: break;
  }
  const EVP_MD* digest = digest_of(algorithm);
  return digest == nullptr ? nullptr : std::make_unique<DigestHasher>(digest);
}

std::unique_ptr<Hasher> make_hmac(std::int64_t algorithm, std::string_view key) {
  begin_openssl();
  const EVP_MD* digest =
      algorithm == static_cast<std::int64_t>(Algorithm::Blake2b) ? EVP_blake2b512() : digest_of(algorithm);
  if (digest == nullptr || key.size() > INT32_MAX) return nullptr;
  return std::make_unique<HmacHasher>(digest, key);
}

std::unique_ptr<Hasher> make_blake2b(std::size_t size, std::string_view key) {
  return std::make_unique<Blake2bHasher>(size, key);
}

}  // namespace noodle::hash
