# Tests of the tester: mistakes that are planted in copies of the sources, each of which the model has to find.

# noodle_mutant(NAME FILE FOUND RIGHT WRONG): the program model_NAME, in which FILE has WRONG where RIGHT stood, and the
# test that the model says FOUND of it.
function(noodle_mutant name file found right wrong)
  set(source ${CMAKE_SOURCE_DIR}/runtime/${file})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(READ ${source} text)
  string(FIND "${text}" "${right}" at)
  string(FIND "${text}" "${right}" last REVERSE)
  if(at EQUAL -1 OR NOT at EQUAL last)
    message(FATAL_ERROR "The mistake ${name} can't be planted: runtime/${file} must have this once: ${right}")
  endif()
  string(REPLACE "${right}" "${wrong}" mutated "${text}")
  get_filename_component(base ${file} NAME)
  set(mutant ${CMAKE_CURRENT_BINARY_DIR}/${name}/${base})
  set(before "")
  if(EXISTS ${mutant})
    file(READ ${mutant} before)
  endif()
  if(NOT before STREQUAL mutated)
    file(WRITE ${mutant} "${mutated}")
  endif()
  add_executable(model_${name} ${mutant})
  target_compile_options(model_${name} PRIVATE -w)
  target_link_libraries(model_${name} PRIVATE noodle_model)
  add_test(NAME model_${name} COMMAND model_${name} --finds ${found} --seeds 0..1000)
  set_tests_properties(model_${name} PROPERTIES TIMEOUT 300)
endfunction()

noodle_mutant(lost_wakeup task/waiting.cpp "there was no end"
  "if (fiber.state.compare_exchange_strong(expected, Fiber::Parked, std::memory_order_acq_rel)) return true"
  "fiber.state.store(Fiber::Parked); return true")
noodle_mutant(lost_message task/channel.cpp "a message was lost"
  "if (fiber.inbox_from == &channel.handle) {"
  "if (fiber.inbox_from == &channel.handle && fiber.inbox_from == nullptr) {")
noodle_mutant(double_close task/resource.cpp "closing a port that is closed"
  "if (resource.port == world::kNoPort) return;
  world_.ports().close(std::exchange(resource.port, world::kNoPort))"
  "world_.ports().close(resource.port)")
noodle_mutant(missed_cancellation task/waiting.cpp "what waits for ever came to an end by itself"
  "if (!fiber.stopping && told_to_stop(task)) {"
  "if (false) {")
noodle_mutant(starvation task/queues.cpp "there was no end"
  "if (worker.turns_ % kLowTurn == 0) {"
  "if (false) {")
noodle_mutant(publication memory/publish.cpp "a task ended with bytes that it did not hold"
  "if (count > 1) return share(object)"
  "if (count > 1) return true")
noodle_mutant(lost_charge task/channel.cpp "a task ended with bytes that it did not hold"
  "receiver.task->held += from.weight"
  "")
noodle_mutant(lost_interrupt task/scheduler.cpp "all threads sleep, and nothing will wake one"
  "if (keeper_.load() == &worker) world_.ports().interrupt_poll()"
  "")
noodle_mutant(missed_interrupt task/scheduler.cpp "what was told to stop waited on"
  "(worker.index_ == 0 && interrupted_.load())"
  "false")
noodle_mutant(missed_exit task/scheduler.cpp "what waits for ever came to an end by itself"
  "main.flags.fetch_or(Task::kExit);
  cancel(&worker, main)"
  "main.flags.fetch_or(Task::kExit)")
noodle_mutant(orphans task/scopes.cpp "a task whose child had panicked did not end"
  "scope.culprit = &task;
    woken = cancel_children(scope)"
  "scope.culprit = &task")
noodle_mutant(lost_job task/offload.cpp "all threads sleep, and nothing will wake one"
  "if (job.done_) return Passed::Done;
    Scheduler"
  "Scheduler")
noodle_mutant(lost_news task/resource.cpp "all threads sleep, and nothing will wake one"
  "if ((writing ? resource.write_news : resource.read_news) != news) return Passed::Done;"
  "")
noodle_mutant(early_free task/scheduler.cpp "memory was used that had been freed"
  "fail(&worker, *scope, serial, task);
  } else {
    let_go(task);
  }"
  "fail(&worker, *scope, serial, task);
  }
  let_go(task);")
noodle_mutant(dangling task/scopes.cpp "memory was touched that is not there"
  "let_go(task);
  }"
  "let_go(task);
    failed = task.next;
  }")
noodle_mutant(double_free task/channel.cpp "memory was freed twice"
  "memory::raw_free(std::exchange(fiber.inbox, nullptr))"
  "memory::raw_free(fiber.inbox)")
# What the model found when it was new.
noodle_mutant(missed_end task/scheduler.cpp "all threads sleep, and nothing will wake one"
  "over(worker) || (worker"
  "(worker")
# The panic of a task whose waiter's time was over just then.
noodle_mutant(lost_panic task/scheduler.cpp "a panic was lost"
  "if (wake_all(&worker, task.awaiting)) task"
  "const bool waited = !task.awaiting.empty(); wake_all(&worker, task.awaiting); if (waited) task")
