#define VK_NO_PROTOTYPES
#include <vulkan/vulkan_core.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "tests/one_process/library.h"

namespace noodle::tests {

namespace {

namespace fs = std::filesystem;

void* library = nullptr;

// The file that describes Mesa's driver for the processor, which says that there is one.
std::string driver_file() {
  std::error_code ignored;
  for (const char* folder : {"/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"}) {
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      if (entry.path().filename().string().starts_with("lvp_icd.")) return entry.path().string();
    }
  }
  return {};
}

/// What the loader has of a driver's functions.
template <class Function>
Function function_of(VkInstance instance, const char* name) {
  const auto get = find<std::remove_pointer_t<PFN_vkGetInstanceProcAddr>>(library, "vkGetInstanceProcAddr");
  return get != nullptr ? reinterpret_cast<Function>(get(instance, name)) : nullptr;
}

// Making a device is when the driver makes an LLVM context of its own.
Trouble make_device(VkInstance instance, VkPhysicalDevice physical) {
  const auto make = function_of<PFN_vkCreateDevice>(instance, "vkCreateDevice");
  const auto destroy = function_of<PFN_vkDestroyDevice>(instance, "vkDestroyDevice");
  if (make == nullptr || destroy == nullptr) return "a function is missing";
  const float priority = 1;
  VkDeviceQueueCreateInfo queue{};
  queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  VkDeviceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  VkDevice device = VK_NULL_HANDLE;
  if (make(physical, &info, nullptr, &device) != VK_SUCCESS) return "no device can be made";
  destroy(device, nullptr);
  return std::nullopt;
}

Trouble look_at_devices(VkInstance instance) {
  const auto list = function_of<PFN_vkEnumeratePhysicalDevices>(instance, "vkEnumeratePhysicalDevices");
  const auto describe = function_of<PFN_vkGetPhysicalDeviceProperties>(instance, "vkGetPhysicalDeviceProperties");
  if (list == nullptr || describe == nullptr) return "a function is missing";
  VkPhysicalDevice device = VK_NULL_HANDLE;
  std::uint32_t count = 1;
  if (list(instance, &count, &device) != VK_SUCCESS || count != 1) return "there isn't just one device";
  VkPhysicalDeviceProperties properties{};
  describe(device, &properties);
  const std::string name = properties.deviceName;
  if (!name.starts_with("llvmpipe")) return "the device is " + name;
  return make_device(instance, device);
}

Trouble use() {
  const auto make = function_of<PFN_vkCreateInstance>(nullptr, "vkCreateInstance");
  if (make == nullptr) return "vkCreateInstance is missing";
  VkInstanceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  VkInstance instance = VK_NULL_HANDLE;
  if (const VkResult result = make(&info, nullptr, &instance); result != VK_SUCCESS) {
    return "no instance can be made: " + std::to_string(result);
  }
  const Trouble trouble = look_at_devices(instance);
  const auto destroy = function_of<PFN_vkDestroyInstance>(instance, "vkDestroyInstance");
  if (destroy != nullptr) destroy(instance, nullptr);
  return trouble;
}

Trouble load(const std::string& path) {
  const std::string driver = driver_file();
  if (driver.empty()) return "Mesa's driver: cannot open shared object file: No such file or directory";
  for (const char* name : {"VK_DRIVER_FILES", "VK_ICD_FILENAMES"}) setenv(name, driver.c_str(), 1);
  if (Trouble trouble = open_for_all(path, library)) return trouble;
  // The driver itself is loaded with the first instance, and kept from then on.
  const auto make = function_of<PFN_vkCreateInstance>(nullptr, "vkCreateInstance");
  VkInstanceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  VkInstance kept = VK_NULL_HANDLE;
  if (make == nullptr || make(&info, nullptr, &kept) != VK_SUCCESS) return "no instance can be made";
  return std::nullopt;
}

}  // namespace

const Library kVulkan = {"vulkan", load, use};

}  // namespace noodle::tests
