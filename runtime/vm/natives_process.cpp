// Natives of pipes, child processes and signals.

#include <algorithm>
#include <csignal>

#include "runtime/vm/natives_port.h"

namespace noodle::vm {

// (ok, read end, write end, error)
NativeStatus native_process_pipe(NativeCall& call) {
  call.results[0] = call.results[1] = call.results[2] = 0;
  const auto ends = call.world.ports().pipe();
  if (!ends) return call.give_text(ends.error(), 3);
  task::Resources& resources = resources_of(call);
  Resource* in = resources.open(*call.fiber.task, ResourceKind::Stream, ends->first, "a pipe");
  Resource* out = resources.open(*call.fiber.task, ResourceKind::Stream, ends->second, "a pipe");
  if (in != nullptr) call.results[1] = adopt(call.account, in->handle);
  if (out != nullptr) call.results[2] = adopt(call.account, out->handle);
  call.results[0] = in != nullptr && out != nullptr;
  return call.give_text(call.results[0] != 0 ? "" : "there is no memory for a pipe", 3);
}

// (ok, process, in, out, error, message); pipes: 1 in, 2 out, 4 error
NativeStatus native_process_start(NativeCall& call) {
  world::ChildOptions options;
  const auto* words = reinterpret_cast<const memory::ArrayObject*>(call.args[0]);
  for (std::uint64_t i = 0; words != nullptr && i < words->length; ++i) {
    const auto* text = reinterpret_cast<const std::uint64_t*>(words->data()) + 2 * i;
    options.command.emplace_back(value::string_view(text));
  }
  options.folder = text_of(call, 1);
  const std::int64_t pipes = int_arg(call, 3);
  options.pipe_in = (pipes & 1) != 0;
  options.pipe_out = (pipes & 2) != 0;
  options.pipe_error = (pipes & 4) != 0;
  std::fill_n(call.results, 5, 0);
  const auto child = call.world.ports().start_child(options);
  if (!child) return call.give_text(child.error(), 5);
  const auto give = [&](ResourceKind kind, world::Port port, std::size_t slot) {
    if (port == world::kNoPort) return;
    Resource* resource = resources_of(call).open(*call.fiber.task, kind, port, options.command[0]);
    if (resource != nullptr) call.results[slot] = adopt(call.account, resource->handle);
  };
  give(ResourceKind::Process, child->process, 1);
  give(ResourceKind::Stream, child->in, 2);
  give(ResourceKind::Stream, child->out, 3);
  give(ResourceKind::Stream, child->error, 4);
  call.results[0] = call.results[1] != 0;
  return call.give_text(call.results[0] != 0 ? "" : "there is no memory for a process", 5);
}

namespace {

// A process tells its code once; then it is known here.
Transfer ask_for_code(NativeCall& call, Resource& process) {
  // Held while it is asked: several tasks may wait.
  const Hold hold(process.lock);
  if (process.code_known) return {Io::Done, 0, {}};
  Transfer ended = call.world.ports().child_code(process.port, process.code);
  process.code_known = ended.io == Io::Done;
  return ended;
}

}  // namespace

// (ok, code, error)
NativeStatus native_process_wait(NativeCall& call) {
  auto* const process = resource_of(call, ResourceKind::Process);
  const auto give = [&](bool ok, std::int64_t code, std::string_view error) {
    call.results[0] = ok;
    call.results[1] = static_cast<std::uint64_t>(code);
    return call.give_text(error, 2);
  };
  if (process == nullptr) return give(false, 0, kClosed);
  Waiting waiting(call, int_arg(call, 1));
  NativeStatus status = NativeStatus::Ok;
  const auto ended = attempt(call, waiting, *process, For::Bytes, status, [&] { return ask_for_code(call, *process); });
  if (!ended) return status;
  return ended->io == Io::Done ? give(true, process->code, {}) : give(false, 0, ended->error);
}

NativeStatus native_process_signal(NativeCall& call) {
  auto* const process = resource_of(call, ResourceKind::Process);
  const Use use(call, process);
  if (!use) return give_failure(call, kClosed);
  return give_done(call, call.world.ports().signal_child(process->port, static_cast<int>(int_arg(call, 1))));
}

// Messages are variants of an enum without payload: their numbers stand in this order.
NativeStatus native_process_signals(NativeCall& call) {
  constexpr int kSignals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
  auto* const channel = handle_as<task::Channel>(call.args[1]);
  if (channel == nullptr) return give_failure(call, kClosed);
  if (channel->type->kind != nbc::Kind::Enum || channel->type->slots != 1 ||
      channel->type->variants.size() != std::size(kSignals))
    return give_failure(call, "the channel's messages are no signals");
  std::vector<int> wanted;
  const auto* numbers = reinterpret_cast<const memory::ArrayObject*>(call.args[0]);
  for (std::uint64_t i = 0; numbers != nullptr && i < numbers->length; ++i) {
    const std::uint64_t number = reinterpret_cast<const std::uint64_t*>(numbers->data())[i];
    if (number >= std::size(kSignals)) return give_failure(call, "there is no such signal");
    wanted.push_back(kSignals[number]);
  }
  const auto port = call.world.ports().signals(wanted);
  if (!port) return give_failure(call, port.error());
  Resource* resource = resources_of(call).open(*call.fiber.task, ResourceKind::Signals, *port, "signals");
  if (resource == nullptr) return NativeStatus::NoMemory;
  resources_of(call).deliver(call.worker, *resource, *channel,
                             std::vector<int>(std::begin(kSignals), std::end(kSignals)));
  return give_done(call, {});
}

}  // namespace noodle::vm
