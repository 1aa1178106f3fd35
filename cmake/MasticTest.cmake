# Tests of applications. find_package(mastic) includes this file, too.
#
#     mastic_add_test(shop_test
#       SOURCES site_test.cc cart_test.cc    the files of the tests
#       LINKS shop                           what they link besides Mastic, such as a library of the application
#       FRAMEWORK catch2                     gtest (this is the default), catch2, doctest, or none: a program with a main
#                                            of its own, which fails by its exit code
#       LABEL slow                           the label of the tests, for ctest -L slow; by default MASTIC_TEST_LABEL
#       FAILING_ALLOCATIONS)                 links what lets single allocations fail
#
# makes a program and adds each of its test cases to ctest, by the name shop_test.CASE; a program without a framework is
# one test. The tests run in the source folder, so that they find their files by relative paths. The framework is the one
# that find_package finds, and it need not be linked otherwise. A source may have a main of its own.

function(mastic_add_test target)
  cmake_parse_arguments(PARSE_ARGV 1 TEST "FAILING_ALLOCATIONS" "FRAMEWORK;LABEL" "SOURCES;LINKS")
  if(TEST_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mastic_add_test(${target}): '${TEST_UNPARSED_ARGUMENTS}' is not understood")
  endif()
  if(NOT TEST_SOURCES)
    message(FATAL_ERROR "mastic_add_test(${target}): SOURCES has to name the files of the test")
  endif()
  if(NOT TEST_FRAMEWORK)
    set(TEST_FRAMEWORK gtest)
  endif()
  if(NOT TEST_FRAMEWORK MATCHES "^(gtest|catch2|doctest|none)$")
    message(FATAL_ERROR "mastic_add_test(${target}): FRAMEWORK is gtest, catch2, doctest or none, and not '${TEST_FRAMEWORK}'")
  endif()
  if(NOT TEST_LABEL)
    set(TEST_LABEL ${MASTIC_TEST_LABEL})
  endif()
  enable_testing()
  set(CMAKE_TESTING_ENABLED ON PARENT_SCOPE)  # what enable_testing sets, but for the folder
  add_executable(${target} ${TEST_SOURCES})
  target_link_libraries(${target} PRIVATE ${TEST_LINKS} mastic::mastic)
  if(TEST_FAILING_ALLOCATIONS)
    target_link_libraries(${target} PRIVATE mastic::failing_allocations)
  endif()
  set(options TEST_PREFIX ${target}. WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  if(TEST_LABEL)
    list(APPEND options PROPERTIES LABELS ${TEST_LABEL})
  endif()
  if(TEST_FRAMEWORK STREQUAL gtest)
    mastic_find_framework(${target} GTest libgtest-dev)
    # GMock has the matchers of EXPECT_THAT. Debian has it in a package of its own, libgmock-dev.
    target_link_libraries(${target} PRIVATE $<TARGET_NAME_IF_EXISTS:GTest::gmock> GTest::gtest_main)
    include(GoogleTest)
    gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES ${options})
  elseif(TEST_FRAMEWORK STREQUAL catch2)
    mastic_find_framework(${target} Catch2 catch2)
    if(TARGET Catch2::Catch2WithMain)
      target_link_libraries(${target} PRIVATE Catch2::Catch2WithMain)
    else()  # Catch2 2 has only headers
      mastic_framework_main(catch2 Catch2::Catch2 "#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n")
      target_link_libraries(${target} PRIVATE mastic_catch2_main)
    endif()
    include(${Catch2_DIR}/Catch.cmake)
    catch_discover_tests(${target} ${options})
  elseif(TEST_FRAMEWORK STREQUAL doctest)
    mastic_find_framework(${target} doctest doctest-dev)
    mastic_framework_main(doctest doctest::doctest
      "#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN\n#include <doctest/doctest.h>\n")
    target_link_libraries(${target} PRIVATE mastic_doctest_main)
    include(${doctest_DIR}/doctest.cmake OPTIONAL RESULT_VARIABLE can_discover)
    if(can_discover)
      doctest_discover_tests(${target} ${options})
    else()
      mastic_add_one_test(${target} "${TEST_LABEL}")
    endif()
  else()
    mastic_add_one_test(${target} "${TEST_LABEL}")
  endif()
endfunction()

function(mastic_add_one_test target label)
  add_test(NAME ${target} COMMAND ${target} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  if(label)
    set_tests_properties(${target} PROPERTIES LABELS ${label})
  endif()
endfunction()

# A macro, because the targets and variables of a package belong to the folder that asks for it.
macro(mastic_find_framework target package debian)
  find_package(${package} QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "mastic_add_test(${target}): CMake does not find ${package}. On Debian and Ubuntu, install ${debian}; \
a package elsewhere is found with -DCMAKE_PREFIX_PATH=FOLDER.")
  endif()
endmacro()

# A library with the main function of a framework, which a test takes that has none itself. Compiled once for all tests.
function(mastic_framework_main name headers text)
  set(target mastic_${name}_main)
  if(TARGET ${target})
    return()
  endif()
  set(source ${CMAKE_BINARY_DIR}/${target}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "${text}" @ONLY)
  add_library(${target} STATIC EXCLUDE_FROM_ALL ${source})
  get_target_property(folders ${headers} INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(${target} SYSTEM PUBLIC ${folders})
  target_link_libraries(${target} PUBLIC mastic::headers)
endfunction()
