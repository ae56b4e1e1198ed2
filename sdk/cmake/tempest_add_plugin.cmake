# tempest_add_plugin(NAME SOURCES file... [LIBRARIES target...])
# A plugin library libNAME.so that exports its entry and nothing else. It is put into the project's
# build/ folder, where `tempest run` looks, whatever the CMake build folder is called. With
# -DTEMPEST_CHECKED=ON a plugin that calls its host from the wrong thread or function is stopped there.
function(tempest_add_plugin name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_SOURCES)
    message(FATAL_ERROR "tempest_add_plugin(${name}): SOURCES are missing")
  endif()
  set(version_script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.version)
  add_library(${name} MODULE ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE tempest::sdk ${ARG_LIBRARIES})
  if(TEMPEST_CHECKED)
    target_compile_definitions(${name} PRIVATE TEMPEST_CHECKED)
  endif()
  set_target_properties(${name} PROPERTIES
    PREFIX lib SUFFIX .so
    CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    LINK_DEPENDS ${version_script})
  target_link_options(${name} PRIVATE
    "LINKER:--version-script=${version_script}")
  if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize" AND NOT TEMPEST_SANITIZE)
    target_link_options(${name} PRIVATE LINKER:-z,defs) # sanitizers leave their runtime to the host
  endif()
  if(NOT DEFINED TEMPEST_PLUGIN_OUTPUT)
    set(TEMPEST_PLUGIN_OUTPUT ${CMAKE_SOURCE_DIR}/build)
  endif()
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${TEMPEST_PLUGIN_OUTPUT})

  # All plugins and nothing else, such as tests: what `tempest build` builds where it finds the mark.
  if(NOT TARGET tempest_plugins)
    add_custom_target(tempest_plugins)
    file(TOUCH ${CMAKE_BINARY_DIR}/.tempest_plugins)
  endif()
  add_dependencies(tempest_plugins ${name})
endfunction()
