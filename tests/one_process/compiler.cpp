#include <array>
#include <memory>

#include "nbc/builder.h"
#include "nbc/verify.h"
#include "runtime/jit/library.h"
#include "runtime/jit/tier.h"
#include "runtime/vm/runtime.h"
#include "tests/one_process/library.h"

namespace noodle::tests {

namespace {

std::string& compiler_path() {
  static std::string path;
  return path;
}

Trouble load(const std::string& path) {
  compiler_path() = path;
  const auto compile = jit::open_library(path);
  if (!compile) return compile.error();
  return std::nullopt;
}

nbc::Module fibonacci(nbc::FunctionId& fib) {
  nbc::ModuleBuilder m;
  fib = m.declare("fib", {{{nbc::kI64}}, {nbc::kI64}});
  nbc::FunctionBuilder f(m, fib);
  const std::uint16_t n = f.param(0), a = f.reg(nbc::kI64), b = f.reg(nbc::kI64);
  const nbc::Label recurse = f.label();
  f.compare_jump(nbc::Op::JgeImmI64, n, 2, recurse);
  f.ret({n});
  f.bind(recurse);
  f.abc(nbc::Op::SubImmI64, a, n, 1);
  f.call(fib, std::array{a}, std::array{a});
  f.abc(nbc::Op::SubImmI64, b, n, 2);
  f.call(fib, std::array{b}, std::array{b});
  f.abc(nbc::Op::AddI64, a, a, b);
  f.ret({a});
  f.finish();
  return std::move(m.module);
}

Trouble use() {
  nbc::FunctionId fib;
  auto verified = nbc::verify(fibonacci(fib));
  if (!verified) return "the module isn't valid";
  jit::TierOptions wanted;
  wanted.mode = jit::Mode::Always;
  wanted.library = compiler_path();
  std::string log;
  wanted.log = [&](const std::string& line) { log += line + "\n"; };
  jit::HotTier tier(std::move(wanted));
  vm::Options options;
  options.tier = &tier;
  world::TestWorld world;
  const auto runtime = vm::Runtime::create(options, world);
  if (runtime == nullptr) return "there is no memory for a runtime";
  const auto loaded = runtime->load(std::move(*verified));
  if (!loaded) return loaded.error();
  if ((*loaded)->functions[fib.index].entry.load() == nullptr) return "nothing was compiled: " + log;
  const auto result = runtime->run_function(**loaded, fib, std::array<std::uint64_t, 1>{20});
  if (!result) return result.error().text();
  if (result->at(0) != 6765) return "fib(20) is " + std::to_string(result->at(0));
  return std::nullopt;
}

}  // namespace

const Library kCompiler = {"compiler", load, use};

}  // namespace noodle::tests
