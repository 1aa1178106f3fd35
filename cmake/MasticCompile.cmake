# How everything in Mastic is compiled: the standard, the warnings, the hardening, the sanitizers.
# They are properties of one interface target, mastic_compile, which every target links privately.

add_library(mastic_compile INTERFACE)
target_compile_features(mastic_compile INTERFACE cxx_std_23)
target_include_directories(mastic_compile INTERFACE ${PROJECT_SOURCE_DIR})
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

target_compile_options(mastic_compile INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wcast-qual -Wimplicit-fallthrough
  -Wno-missing-field-initializers  # GCC warns even about members that have defaults
  # GCC 12 warns about overlaps in concatenated strings that do not exist (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<BOOL:${MASTIC_WARNINGS_AS_ERRORS}>:-Werror>
  # No program replaces our functions by its own at load time, so GCC may inline within a file, as
  # Clang does.
  $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>
  # The functions of other libraries are resolved when the program starts (-z now), so calls need no
  # stub that would resolve them later.
  -fno-plt)

# Where the processor supports it, a jump or return to a wrong place ends the program.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i[3-6]86")
  set(control_flow_protection -fcf-protection)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(control_flow_protection -mbranch-protection=standard)
endif()

# A profile tells which calls are worth inlining, across files and libraries, and which code is rare enough to be
# placed apart. It is recorded beside the object files, so both builds are made in one folder
# (tools/build_profiled.py). Code that was not run has no profile and is compiled as usual. The options apply to
# the examples, too, which do not link mastic_compile.
if(MASTIC_PROFILE AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  message(FATAL_ERROR "MASTIC_PROFILE needs GCC; ./dev build profiled uses it")
elseif(MASTIC_PROFILE STREQUAL "record")
  add_compile_options(-fprofile-generate -fprofile-update=prefer-atomic)
  add_link_options(-fprofile-generate)
elseif(MASTIC_PROFILE STREQUAL "use")
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  add_compile_options(-fprofile-use -fprofile-partial-training -Wno-missing-profile -Wno-coverage-mismatch)
elseif(MASTIC_PROFILE)
  message(FATAL_ERROR "MASTIC_PROFILE is 'record', 'use' or empty, and not '${MASTIC_PROFILE}'")
endif()

# Under sanitizers rooms are built with -O1 (MasticRoom.cmake), so that the tests are quick. The tests themselves
# are not: their many checks take a compiler four times as long with -O1, and are hardly faster with it. Reports
# need only line numbers from the debug information.
if(MASTIC_SANITIZE)
  target_compile_options(mastic_compile INTERFACE
    -fsanitize=${MASTIC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(mastic_compile INTERFACE -fsanitize=${MASTIC_SANITIZE})
  if(MASTIC_FUZZ)
    target_compile_options(mastic_compile INTERFACE -fsanitize=fuzzer-no-link)
  endif()
else()
  target_compile_options(mastic_compile INTERFACE
    -fstack-protector-strong ${control_flow_protection}
    $<$<CONFIG:Release>:-D_GLIBCXX_ASSERTIONS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>)
  target_link_options(mastic_compile INTERFACE -pie -Wl,-z,relro,-z,now)
endif()
