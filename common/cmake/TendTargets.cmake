# The four kinds of target in this tree. Sources are listed and sorted; there is no GLOB and no global flag.

# -Wno-restrict: GCC 12 finds overlaps in std::string that are not there (GCC bug 105651).
set(TEND_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> -Werror)

function(_tend_settings target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE ${TEND_WARNINGS})
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()

# tend_library(NAME n SRCS a.cc ... DEPS d ...): a static library `n`; headers are found as "folder/a.h" from the top.
function(tend_library)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${ARG_NAME} STATIC ${ARG_SRCS})
  target_include_directories(${ARG_NAME} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  _tend_settings(${ARG_NAME})
endfunction()

# tend_binary(NAME n SRCS main.cc ... DEPS d ...): a program `n` in the build folder's bin/, with jemalloc in place of
# the C library's malloc (docs/decisions/2026-11-25-jemalloc.md).
function(tend_binary)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_include_directories(${ARG_NAME} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} PkgConfig::JEMALLOC)
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  _tend_settings(${ARG_NAME})
endfunction()

# tend_test(NAME n TIER unit SRCS a_test.cc ... DEPS d ...): one GoogleTest binary a folder, labelled by its tier.
# It runs from the top of the source tree, so tests name files as a reader would ("tests/golden/...").
function(tend_test)
  cmake_parse_arguments(ARG "" "NAME;TIER" "SRCS;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_include_directories(${ARG_NAME} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} GTest::gmock_main)
  _tend_settings(${ARG_NAME})
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS ${ARG_TIER} TIMEOUT 300)
endfunction()

# tend_benchmark(NAME n SRCS a_benchmark.cc ... DEPS d ...): one google-benchmark binary a folder; run by `make bench-*`.
function(tend_benchmark)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_include_directories(${ARG_NAME} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} benchmark::benchmark_main)
  _tend_settings(${ARG_NAME})
endfunction()
