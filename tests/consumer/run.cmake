# Installs Mastic into a folder, follows the links of the documentation there, builds the consumer with find_package and
# with pkg-config, and runs both programs and the consumer's tests. Then it builds the program of the README, by the
# README's own command, and the tutorial as a reader pastes it. A project that fetches the sources is only configured,
# which shows that it finds the target: building it would take as long as building the library.

set(prefix ${BUILD_DIR}/consumer/prefix)
set(build ${BUILD_DIR}/consumer/build)
set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBRARY_DIR}/pkgconfig)
set(by_pkg_config "${COMPILER} -std=c++23 ${FLAGS} ${SOURCE_DIR}/main.cc -o ${build}/by_pkg_config \
  $(pkg-config --cflags --libs mastic)")
set(readme "${COMPILER} -std=c++23 ${FLAGS} ${SOURCE_DIR}/../../docs/readme/teas.cc -o ${build}/teas \
  $(pkg-config --cflags --libs mastic)")
set(without_catch2 "'${CMAKE_COMMAND}' -G Ninja -S ${SOURCE_DIR} -B ${build}/without -DCMAKE_PREFIX_PATH=${prefix} \
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_DISABLE_FIND_PACKAGE_Catch2=ON 2>&1 | tr -s ' \\n' ' '")
file(REMOVE_RECURSE ${BUILD_DIR}/consumer)
foreach(command
    "${CMAKE_COMMAND};--install;${BUILD_DIR};--prefix;${prefix}"
    "${PYTHON};${SOURCE_DIR}/../../tools/check_docs.py;--links;${prefix}"
    "${CMAKE_COMMAND};-G;Ninja;-S;${SOURCE_DIR};-B;${build};-DCMAKE_PREFIX_PATH=${prefix};-DCMAKE_CXX_COMPILER=${COMPILER}"
    "${CMAKE_COMMAND};--build;${build}"
    "${build}/consumer"
    "ctest;--test-dir;${build};--no-tests=error;--output-on-failure"
    "sh;-c;ctest --test-dir ${build} -N | grep 'catch2_test.says hello, politely'"
    "sh;-c;ctest --test-dir ${build} -N | grep 'doctest_test.says hello'"
    "sh;-c;${without_catch2} | grep 'CMake does not find Catch2. On Debian and Ubuntu, install catch2'"
    "sh;-c;${by_pkg_config}"
    "${build}/by_pkg_config"
    "sh;-c;${readme}"
    "${build}/teas;--help"
    "${PYTHON};${SOURCE_DIR}/../../docs/tutorial/paste.py;${build}/notes"
    "${CMAKE_COMMAND};-G;Ninja;-S;${build}/notes;-B;${build}/notes/build;-DCMAKE_PREFIX_PATH=${prefix};-DCMAKE_CXX_COMPILER=${COMPILER}"
    "${CMAKE_COMMAND};--build;${build}/notes/build"
    "ctest;--test-dir;${build}/notes/build;--no-tests=error"
    "${CMAKE_COMMAND};-G;Ninja;-S;${SOURCE_DIR}/fetch;-B;${build}/fetch;-DFETCHCONTENT_SOURCE_DIR_MASTIC=${SOURCE_DIR}/../..;-DCMAKE_CXX_COMPILER=${COMPILER}"
    "${CMAKE_COMMAND};--build;${build}/fetch;-t;help")
  execute_process(COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed: ${command}\n${output}")
  endif()
endforeach()
