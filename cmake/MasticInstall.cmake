# The files of `cmake --install`: the headers, the one library, the program, and the files that
# find_package(mastic) and pkg-config read.

include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mastic)

install(TARGETS mastic mastic_headers mastic_failing_allocations EXPORT masticTargets)
# The source that mastic::failing_allocations compiles into a test.
install(FILES src/mastic/base/failing_allocations.cc DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mastic/base)
install(EXPORT masticTargets NAMESPACE mastic:: DESTINATION ${config_dir})
install(TARGETS mastic_program RUNTIME)
# What the program has made of its table of commands, where each shell and `man` look for it.
set(made ${PROJECT_BINARY_DIR}/apps/mastic/made)
install(FILES ${made}/mastic.bash RENAME mastic DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${made}/_mastic DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${made}/mastic.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${made}/mastic.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(DIRECTORY src/mastic TYPE INCLUDE
  FILES_MATCHING PATTERN "*.h"
  PATTERN "*_testing.h" EXCLUDE
  PATTERN "messages" EXCLUDE)
# The documentation, and the files that it links to and quotes.
install(FILES LICENSE README.md ARCHITECTURE.md CONTRIBUTING.md TYPE DOC)
install(DIRECTORY docs examples TYPE DOC
  FILES_MATCHING PATTERN "*.md" PATTERN "*.svg" PATTERN "*.png"
  REGEX "/(docs/tutorial/notes|docs/guide/peers|examples)/"
  PATTERN "__pycache__" EXCLUDE)
foreach(linked json/json.h routing/path_type.h http/media_type_table.h testing/html/README.md wire/messages/requests.txt)
  cmake_path(GET linked PARENT_PATH room)
  install(FILES src/mastic/${linked} DESTINATION ${CMAKE_INSTALL_DOCDIR}/src/mastic/${room})
endforeach()

configure_package_config_file(cmake/masticConfig.cmake.in masticConfig.cmake
  INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(masticConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/masticConfig.cmake ${PROJECT_BINARY_DIR}/masticConfigVersion.cmake
  cmake/MasticPlugin.cmake cmake/MasticTest.cmake cmake/shown_symbols.list DESTINATION ${config_dir})

# For pkg-config. A program that links the static library has to link its dependencies, too.
set(pc_requires Requires.private)
set(pc_link_options "")
if(NOT BUILD_SHARED_LIBS)
  set(pc_requires Requires)
  set(pc_link_options "-Wl,--exclude-libs,libmastic.a")
endif()
set(pc_packages "liburing zlib")
if(TARGET PkgConfig::libdw)
  string(APPEND pc_packages " libdw")
endif()
if(TARGET PkgConfig::brotli)
  string(APPEND pc_packages " libbrotlidec")
endif()
if(TARGET PkgConfig::zstd)
  string(APPEND pc_packages " libzstd")
endif()
if(TARGET PkgConfig::gumbo)
  string(APPEND pc_packages " gumbo")
endif()
file(RELATIVE_PATH pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/mastic.pc.in mastic.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/mastic.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
