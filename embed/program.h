#pragma once

// What stands behind runtimes, programs and functions of the C interface.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "embed/core.h"

/// Lives as long as its runtime, as its module does.
struct noodle_function {
  noodle::embed::Core& core;
  noodle::vm::LoadedModule& module;
  noodle::nbc::FunctionId id;
  std::string name, signature;
  std::vector<noodle_type> parameters, results;
  std::deque<std::string> type_names;  // of those
};

struct noodle_program {
  std::string name;
  std::string interface;  // the signatures of all that is public, a line each
  std::deque<noodle_function> functions;
};

struct noodle_runtime {
  noodle::embed::Core& core;
  std::deque<noodle_program> programs;  // changed with the machine held
};
