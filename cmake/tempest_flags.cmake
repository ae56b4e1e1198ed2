# Compiler settings of the whole tree.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Kind of build" FORCE)
endif()

set(TEMPEST_SANITIZE "" CACHE STRING "Sanitizers for everything, as in -fsanitize=; empty = none")

# A target of this tree: its headers are named from the top, warnings are errors, sanitizers apply.
add_library(tempest_flags INTERFACE)
target_include_directories(tempest_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tempest_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion -Wsign-conversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 in inlined library code.
  target_compile_options(tempest_flags INTERFACE
    -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # What a file keeps to itself, its neighbours see as well: builds of single files watch for that.
  target_compile_options(tempest_flags INTERFACE -Wno-shadow -Wno-subobject-linkage)
endif()
if(TEMPEST_SANITIZE)
  # Without vptr: UBSan opens a pipe to look at an object, and calls a sound one broken where no descriptor is left.
  target_compile_options(tempest_flags INTERFACE
    -fsanitize=${TEMPEST_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(tempest_flags INTERFACE -fsanitize=${TEMPEST_SANITIZE})
endif()

find_program(TEMPEST_MOLD mold)
find_program(TEMPEST_LLD ld.lld)
if(TEMPEST_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(TEMPEST_LLD)
  add_link_options(-fuse-ld=lld)
endif()

find_program(TEMPEST_CCACHE ccache)
if(TEMPEST_CCACHE)
  # A precompiled header (of the tests) is never the same bytes twice: what it was made from counts.
  set(CMAKE_C_COMPILER_LAUNCHER ${TEMPEST_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${TEMPEST_CCACHE})
endif()
