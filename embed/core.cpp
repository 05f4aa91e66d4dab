#include "embed/core.h"

#include <dlfcn.h>

#include <utility>

#include "nbc/builder.h"

namespace noodle::embed {

namespace {

/// The folder of the file that this function is in, where the libraries beside it are.
std::string own_folder() {
  Dl_info about{};
  if (dladdr(reinterpret_cast<const void*>(&own_folder), &about) == 0 || about.dli_fname == nullptr) return ".";
  const std::string path = about.dli_fname;
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace

Core* Core::create(const noodle_options& options, std::string& trouble) {
  std::unique_ptr<Core, void (*)(Core*)> core(new Core, [](Core* made) { delete made; });
  core->world_ = world::make_guest_world();
  const std::string folder = own_folder();
  if (options.no_jit == 0) {
    jit::TierOptions wanted;
    wanted.library = folder + "/libnoodle-jit.so";
    core->tier_ = std::make_unique<jit::HotTier>(std::move(wanted));
  }
  vm::Options machine{.workers = options.workers, .tier = core->tier_.get(), .library_folders = {folder}};
  if (options.memory_limit > 0) machine.memory_limit = options.memory_limit;
  core->runtime_ = vm::Runtime::create(machine, *core->world_);
  if (core->runtime_ == nullptr) {
    trouble = "there is no memory for a runtime; give the process more address space";
    return nullptr;
  }
  return core->load_tensor_types(trouble) ? core.release() : nullptr;
}

Core::~Core() {
  // Programs end before those whose memory they used are told.
  runtime_.reset();
  tier_.reset();
  tell_owners();
}

bool Core::load_tensor_types(std::string& trouble) {
  nbc::ModuleBuilder builder;
  nbc::TypeId ids[kElements];
  const auto add = [&](std::size_t number, nbc::TypeId element) {
    nbc::Type tensor;
    tensor.kind = Kind::Tensor;
    tensor.element = element;
    ids[number] = builder.types().intern(std::move(tensor));
  };
  for (std::size_t kind = 0; kind < kScalars; ++kind) add(kind, nbc::TypeId(kind));
  for (const nbc::TypeId part : {nbc::kF32, nbc::kF64}) {
    const Kind kind = part == nbc::kF32 ? Kind::Complex64 : Kind::Complex128;
    add(number_of(kind), builder.struct_type("Complex", {builder.field("re", part), builder.field("im", part)}));
  }
  auto verified = nbc::verify(std::move(builder.module));
  if (!verified) {
    trouble = "this build is broken: " + std::string(nbc::rule_name(verified.error().rule));
    return false;
  }
  const auto loaded = runtime_->load(std::move(*verified));
  if (!loaded) {
    trouble = loaded.error();
    return false;
  }
  for (std::size_t kind = 0; kind < kElements; ++kind) tensor_types_[kind] = &(*loaded)->types[ids[kind]];
  return true;
}

void Core::end(std::shared_ptr<void> runtime) {
  has_ended_.store(true);
  runtime_->interrupt();
  const Inside inside(*this);
  if (tier_ != nullptr) tier_->close();
  ended_runtime_ = std::move(runtime);
}

void Core::let_go() {
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  enter();
  leave();
  delete this;
}

void Core::drop(Object* object) {
  {
    const std::lock_guard hold(notes_);
    dropped_.push_back(object);
  }
  if (machine_.try_lock()) leave();
}

void Core::give_back(Foreign foreign) {
  const std::lock_guard hold(notes_);
  given_back_.push_back(foreign);
}

// What was noted after the last look and before the mutex was free, nobody else may come to see.
void Core::leave() {
  do {
    drop_noted();
    machine_.unlock();
    tell_owners();
  } while (has_noted() && machine_.try_lock());
}

bool Core::has_noted() {
  const std::lock_guard hold(notes_);
  return !dropped_.empty();
}

void Core::drop_noted() {
  std::vector<Object*> dropped;
  {
    const std::lock_guard hold(notes_);
    dropped.swap(dropped_);
  }
  for (Object* object : dropped) memory::release(account(), object);
}

void Core::tell_owners() {
  std::vector<Foreign> free;
  {
    const std::lock_guard hold(notes_);
    free.swap(given_back_);
  }
  for (const Foreign& foreign : free) {
    if (foreign.done != nullptr) foreign.done(foreign.context);
  }
}

}  // namespace noodle::embed
