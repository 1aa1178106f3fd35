# Plugins, and programs that load them. find_package(mastic) includes this file, too.
#
#     mastic_plugin(shop shop.cc)          makes libshop.so, a plugin
#     mastic_host(program)                 lets a program that is linked with mastic::mastic load plugins
#
# A plugin does not link Mastic: it finds Mastic in the program, so both have the same one. What is in the headers
# (inline functions, the variables in them) is in both, and the linker of the running program takes the program's. That
# needs default visibility, and GCC must not make such variables unique in the process, because then two plugins that
# have a name in common would share a variable.

function(mastic_plugin target)
  add_library(${target} MODULE ${ARGN})
  target_link_libraries(${target} PRIVATE mastic::headers)
  set_target_properties(${target} PROPERTIES PREFIX lib CXX_VISIBILITY_PRESET default VISIBILITY_INLINES_HIDDEN OFF)
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
endfunction()

# The program holds all of the static library, not only what it calls itself, and shows Mastic's symbols and no others:
# what else it has, such as a function make_site(), must not take the place of a plugin's.
function(mastic_host target)
  target_link_libraries(${target} PRIVATE mastic::mastic)
  get_target_property(kind mastic::mastic TYPE)
  if(kind STREQUAL STATIC_LIBRARY)
    set_target_properties(${target} PROPERTIES MASTIC_HOST ON)
    target_link_options(${target} PRIVATE
      LINKER:--whole-archive,$<TARGET_FILE:mastic::mastic>,--no-whole-archive
      LINKER:--dynamic-list=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/shown_symbols.list)
  endif()
endfunction()
