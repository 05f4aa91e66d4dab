# How every room is built: one set of flags, one static library a room, its tests beside it.

option(NOODLE_TESTS "Build the unit tests and the golden runner" OFF)
option(NOODLE_FUZZ "Build the libFuzzer targets" OFF)
option(NOODLE_COVERAGE "Instrument for source-based coverage" OFF)
set(NOODLE_SANITIZE "" CACHE STRING "Sanitizers to build with, such as address,undefined or thread")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
# Debug keeps assertions and lines but not the crawl of -O0.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -gline-tables-only")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

add_library(noodle_plain_flags INTERFACE)
target_include_directories(noodle_plain_flags INTERFACE "${CMAKE_SOURCE_DIR}")
# Debian's libstdc++ 12 uses get_temporary_buffer, which C++20 deprecates, in its own stable_sort.
target_compile_options(noodle_plain_flags INTERFACE
  -Wall -Wextra -Werror -Wno-c99-designator -Wno-deprecated-declarations -fno-exceptions -fno-rtti -fno-omit-frame-pointer
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
# The build id is a part of what code in the cache is found by.
target_link_options(noodle_plain_flags INTERFACE -fuse-ld=lld-19 -Wl,--build-id=sha1)
# The same and what this build asks for besides.
add_library(noodle_flags INTERFACE)
target_link_libraries(noodle_flags INTERFACE noodle_plain_flags)
# A room's archive lists its objects without copying or indexing them: lld opens each itself, and an archiver of
# another LLVM, which cannot read our bitcode, is never asked to.
set(CMAKE_AR ar)
set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_AR> qcST <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # Inlining across rooms makes the compiler a twelfth faster; what did not change comes from the cache.
  # ccache knows precompiled headers again when there are no times in them.
  target_compile_options(noodle_flags INTERFACE -flto=thin "SHELL:-Xclang -fno-pch-timestamp")
  target_link_options(noodle_flags INTERFACE -flto=thin -Wl,--thinlto-cache-dir=${CMAKE_BINARY_DIR}/lto-cache)
endif()
if(NOODLE_SANITIZE)
  target_compile_options(noodle_flags INTERFACE -fsanitize=${NOODLE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(noodle_flags INTERFACE -fsanitize=${NOODLE_SANITIZE})
  if(NOODLE_SANITIZE MATCHES "address")
    # Fake stacks need a dynamic frame, which the interpreter's calling convention can't have.
    target_compile_options(noodle_flags INTERFACE -fsanitize-address-use-after-return=never)
  endif()
  target_compile_definitions(noodle_flags INTERFACE NOODLE_SANITIZED=1)
endif()
if(NOODLE_FUZZ)
  target_compile_options(noodle_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(NOODLE_COVERAGE)
  target_compile_options(noodle_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(noodle_flags INTERFACE -fprofile-instr-generate)
endif()

if(NOODLE_TESTS)
  enable_testing()
  find_package(GTest REQUIRED)
endif()

# What most files include of the C++ library is read once, and in large rooms also what most of their files include of
# ours: reading it again and again is half of what a build costs. <filesystem> is none of it, whose std::quoted would be
# meant instead of functions of ours. Only a release does so: elsewhere a file that doesn't include what it uses is found.
set(NOODLE_COMMON_HEADERS
  <algorithm> <array> <atomic> <bit> <charconv> <chrono> <cmath> <condition_variable> <cstddef> <cstdint> <cstdio>
  <cstdlib> <cstring> <deque> <expected> <functional> <limits> <map> <memory> <mutex> <optional> <set> <span> <string>
  <string_view> <thread> <tuple> <unordered_map> <utility> <vector>)

# noodle_room(NAME SOURCES … DEPS … COMMON …): the static library noodle_NAME. COMMON are headers that most files include.
function(noodle_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPS;COMMON" ${ARGN})
  add_library(noodle_${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(noodle_${name} PUBLIC noodle_flags ${ROOM_DEPS})
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    return()
  elseif(name STREQUAL "base" OR ROOM_COMMON)
    target_precompile_headers(noodle_${name} PRIVATE ${NOODLE_COMMON_HEADERS} ${ROOM_COMMON})
  else()
    target_precompile_headers(noodle_${name} REUSE_FROM noodle_base)
  endif()
endfunction()

# noodle_interface_text(HEADER FILES…): a header with a number for what is in the files, which two that must agree on them
# are compiled with.
function(noodle_interface_text header)
  list(TRANSFORM ARGN PREPEND "${CMAKE_SOURCE_DIR}/" OUTPUT_VARIABLE files)
  set(script ${CMAKE_SOURCE_DIR}/cmake/HashFiles.cmake)
  add_custom_command(OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${files}" -DTO=${header} -P ${script}
    DEPENDS ${files} ${script}
    VERBATIM)
endfunction()

# noodle_room_needs(NAME VARIABLE FILE): finds a library that libnoodle-NAME.so is linked with. Where there is none the room
# is left out: being a macro, this returns from the folder's CMakeLists.txt.
macro(noodle_room_needs name variable file)
  find_library(${variable} ${file})
  if(NOT ${variable})
    message(STATUS "libnoodle-${name}.so is left out: ${file} is not installed")
    return()
  endif()
endmacro()

# noodle_room_library(NAME SOURCES … LIBRARIES …): libnoodle-NAME.so, which has the natives of the caller's natives.def and
# is opened when a program uses one of them (runtime/room). Nothing of it may be exchanged for what has the same name in
# its process. With SHARED_CXX it uses the system's C++ library, as shared libraries in C++ do that it is linked with.
function(noodle_room_library name)
  cmake_parse_arguments(ROOM "SHARED_CXX" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(noodle-${name} MODULE
    ${ROOM_SOURCES} "${CMAKE_SOURCE_DIR}/runtime/room/interface.cpp" "${CMAKE_SOURCE_DIR}/runtime/room/library.cpp")
  add_dependencies(noodle-${name} noodle_room_interface)
  target_include_directories(noodle-${name} PRIVATE "${CMAKE_BINARY_DIR}/runtime/room")
  target_link_libraries(noodle-${name} PRIVATE noodle_flags ${ROOM_LIBRARIES})
  set_property(SOURCE "${CMAKE_SOURCE_DIR}/runtime/room/library.cpp" DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    PROPERTY COMPILE_DEFINITIONS "NOODLE_ROOM_NATIVES=\"${CMAKE_CURRENT_SOURCE_DIR}/natives.def\"")
  target_link_options(noodle-${name} PRIVATE -Wl,--exclude-libs,ALL -Wl,--gc-sections -Wl,--as-needed)
  if(NOT NOODLE_SANITIZE AND NOT NOODLE_COVERAGE)
    target_link_options(noodle-${name} PRIVATE -Wl,-s -Wl,-z,defs "-Wl,--version-script=${CMAKE_SOURCE_DIR}/runtime/room/exports.map")
    if(NOT ROOM_SHARED_CXX)
      target_link_options(noodle-${name} PRIVATE -static-libstdc++ -static-libgcc)
    endif()
  endif()
  set_target_properties(noodle-${name} PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()

# noodle_room_test(NAME SOURCES … DEPS …): the GoogleTest program NAME_test, run by CTest.
function(noodle_room_test name)
  if(NOT NOODLE_TESTS)
    return()
  endif()
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name}_test ${ROOM_SOURCES})
  target_link_libraries(${name}_test PRIVATE noodle_flags ${ROOM_DEPS} GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name}_test WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
endfunction()

# noodle_fuzzer(NAME SOURCES … DEPS …): the libFuzzer program fuzz_NAME.
function(noodle_fuzzer name)
  if(NOT NOODLE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(fuzz_${name} ${ROOM_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE noodle_flags ${ROOM_DEPS})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endfunction()

# noodle_soak(NAME SOURCES … DEPS …): the program soak_NAME, a long randomised test. It is called with
# a first seed and a number of seconds, prints what it finds, and last a line of three numbers:
# executions, findings, and the seed to go on with.
function(noodle_soak name)
  if(NOT NOODLE_TESTS)
    return()
  endif()
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(soak_${name} EXCLUDE_FROM_ALL ${ROOM_SOURCES})
  target_link_libraries(soak_${name} PRIVATE noodle_flags ${ROOM_DEPS})
endfunction()
