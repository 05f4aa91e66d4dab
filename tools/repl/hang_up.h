#pragma once

#include <thread>

#include "runtime/vm/runtime.h"

namespace noodle::tools {

/// Stops what runs when the terminal that the input comes from goes away while this lives: nobody is left who could. A
/// pipe that ends has merely said all.
class HangUp {
 public:
  explicit HangUp(vm::Runtime& runtime);
  ~HangUp();
  HangUp(const HangUp&) = delete;
  HangUp& operator=(const HangUp&) = delete;

 private:
  void watch();

  vm::Runtime& runtime_;
  int over_ = -1;  // an eventfd
  std::thread thread_;
};

}  // namespace noodle::tools
