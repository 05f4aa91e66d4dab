#pragma once

// The structs of DLPack, versions 0 and 1, as https://dmlc.github.io/dlpack/latest/c_api.html specifies their layout.
// Debian's header knows the first alone.

#include <cstdint>

extern "C" {

/// Where memory is, and of which device.
struct DLDevice {
  std::int32_t type;
  std::int32_t id;
};

/// What elements are: a code, bits of one lane, lanes.
struct DLDataType {
  std::uint8_t code;
  std::uint8_t bits;
  std::uint16_t lanes;
};

/// Elements; strides count elements and may be null.
struct DLTensor {
  void* data;
  DLDevice device;
  std::int32_t rank;
  DLDataType dtype;
  std::int64_t* shape;
  std::int64_t* strides;
  std::uint64_t byte_offset;
};

struct DLManagedTensor {
  DLTensor tensor;
  void* context;
  void (*deleter)(DLManagedTensor* self);
};

struct DLManagedTensorVersioned {
  struct {
    std::uint32_t major;
    std::uint32_t minor;
  } version;
  void* context;
  void (*deleter)(DLManagedTensorVersioned* self);
  std::uint64_t flags;
  DLTensor tensor;
};
}

namespace noodle::embed {

inline constexpr std::int32_t kProcessor = 1, kPinned = 3;  // devices whose memory the processor reads
inline constexpr std::uint8_t kInt = 0, kUInt = 1, kFloat = 2, kBrainFloat = 4, kComplex = 5, kBool = 6;
inline constexpr std::uint32_t kDLPackMajor = 1, kDLPackMinor = 0;
inline constexpr std::uint64_t kReadOnly = 1;

}  // namespace noodle::embed
