# mastic_room(NAME base SOURCES ... TESTS ... FUZZ ... USES base http LINKS PkgConfig::liburing)
#
# A room is a folder, a namespace and a target mastic::<room>. USES names the rooms that its arrows point
# to, so the linker enforces what tools/check_rooms.py reads from the includes. TESTS become one
# program <room>_test whose cases have the room's name as label; each FUZZ source becomes a program.

set_property(GLOBAL PROPERTY MASTIC_ROOMS "")

function(mastic_room)
  cmake_parse_arguments(ROOM "" "NAME" "SOURCES;TESTS;FUZZ;USES;LINKS" ${ARGN})
  string(REPLACE "/" "_" target mastic_${ROOM_NAME})

  if(ROOM_SOURCES)
    mastic_batches(${target} "${ROOM_SOURCES}" sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE mastic_compile ${ROOM_LINKS})
    if(MASTIC_SANITIZE)
      target_compile_options(${target} PRIVATE -O1)
    endif()
    set_property(GLOBAL APPEND PROPERTY MASTIC_ROOMS ${target})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  string(REPLACE "/" "::" alias mastic::${ROOM_NAME})
  add_library(${alias} ALIAS ${target})
  target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  foreach(used IN LISTS ROOM_USES)
    string(REPLACE "/" "_" used mastic_${used})
    target_link_libraries(${target} ${scope} ${used})
  endforeach()

  if(MASTIC_TESTS AND ROOM_TESTS)
    mastic_batches(${target}_test "${ROOM_TESTS}" sources)
    mastic_test(NAME ${target}_test LABEL ${ROOM_NAME} SOURCES ${sources} LINKS ${target})
    # What `./dev test ROOM` builds: the tests of a room and of those within it.
    string(REGEX REPLACE "/.*" "" outer ${ROOM_NAME})
    if(NOT TARGET tests_of_${outer})
      add_custom_target(tests_of_${outer})
    endif()
    add_dependencies(tests_of_${outer} ${target}_test)
  endif()
  if(MASTIC_FUZZ)
    foreach(source IN LISTS ROOM_FUZZ)
      mastic_fuzz(${source} ${target})
    endforeach()
  endif()
endfunction()

# Adds a test program whose cases ctest runs one by one.
function(mastic_test)
  cmake_parse_arguments(TEST "" "NAME;LABEL" "SOURCES;LINKS" ${ARGN})
  add_executable(${TEST_NAME} ${TEST_SOURCES})
  target_link_libraries(${TEST_NAME} PRIVATE
    mastic_compile ${TEST_LINKS} ${MASTIC_RAPIDCHECK} GTest::gtest_main Threads::Threads)
  target_compile_definitions(${TEST_NAME} PRIVATE MASTIC_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  gtest_discover_tests(${TEST_NAME} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
    PROPERTIES LABELS ${TEST_LABEL} TIMEOUT 60)
endfunction()

# Combines `sources` into batches that are compiled as one file each. A compiler spends most of its time on reading
# included headers, and does so once for each batch. The price is that names in the anonymous namespaces of a batch
# must differ. The files that include the sources are made here instead of by CMake's UNITY_BUILD, because ours name
# the sources by their paths in the project, so that a compiler cache finds them again in another clone.
set(MASTIC_BATCH_SIZE 8)
function(mastic_batches target sources result)
  if(NOT MASTIC_BATCHES)
    set(${result} ${sources} PARENT_SCOPE)
    return()
  endif()
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(batches "")
  list(LENGTH sources count)
  while(count GREATER 0)
    list(SUBLIST sources 0 ${MASTIC_BATCH_SIZE} batch)
    list(TRANSFORM batch REPLACE "(.+)" "#include \"${folder}/\\1\"")
    list(JOIN batch "\n" text)
    list(LENGTH batches number)
    set(file ${CMAKE_CURRENT_BINARY_DIR}/${target}_${number}.cc)
    file(CONFIGURE OUTPUT ${file} CONTENT "${text}\n" @ONLY)
    list(APPEND batches ${file})
    if(count GREATER MASTIC_BATCH_SIZE)
      list(SUBLIST sources ${MASTIC_BATCH_SIZE} -1 sources)
    else()
      set(sources "")
    endif()
    list(LENGTH sources count)
  endwhile()
  # GCC warns about types of an anonymous namespace when they are in an included file.
  set_source_files_properties(${batches} PROPERTIES COMPILE_OPTIONS $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  set(${result} ${batches} PARENT_SCOPE)
endfunction()

function(mastic_fuzz source room)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE mastic_compile ${room})
  target_compile_options(${name} PRIVATE -O1)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
endfunction()
