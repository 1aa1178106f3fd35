# mastic_embed(FOLDER OUTPUT): writes a C++ source with every file below FOLDER as text, for apps/mastic/templates.h.
# A file that was added or changed is seen at the next build.
function(mastic_embed folder output)
  file(GLOB_RECURSE files RELATIVE ${folder} CONFIGURE_DEPENDS ${folder}/*)
  set(entries "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/${file})
    file(READ ${folder}/${file} text)
    string(APPEND entries "    {\"${file}\", R\"=====(${text})=====\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [=[
#include "apps/mastic/templates.h"

namespace mastic::program {
namespace {

constexpr TemplateFile kFiles[] = {
@entries@};

}  // namespace

std::span<const TemplateFile> template_files() { return kFiles; }

}  // namespace mastic::program
]=])
endfunction()
