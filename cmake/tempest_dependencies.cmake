# Every library that Tempest uses, found once. Which folder may use which is checked by tests/style.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED) # Boost.DLL (with BOOST_DLL_USE_STD_FS) and Boost.Asio, both header-only
# Boost.Asio and what stands on it, header-only: without what Boost has deprecated of it.
add_library(tempest_asio INTERFACE)
target_compile_definitions(tempest_asio INTERFACE BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(tempest_asio INTERFACE Boost::headers)
if(TEMPEST_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(tempest_asio INTERFACE -Wno-tsan) # g++ says of its fences that the sanitizer does not see them
endif()
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL 7.85 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(toml11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(FlatBuffers CONFIG REQUIRED)
find_package(prometheus-cpp REQUIRED)
# The CMake file of Debian's hiredis is broken; its pkg-config file works.
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
# It asks for -D_FILE_OFFSET_BITS=64, which says nothing where a long has 64 bits and sets its users apart from the tests'
# precompiled header.
set_property(TARGET PkgConfig::hiredis PROPERTY INTERFACE_COMPILE_OPTIONS "")

# Part of GCC (libgcc-12-dev), and clang looks there as well.
find_library(TEMPEST_LIBBACKTRACE backtrace PATHS ${CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES} REQUIRED)

if(TEMPEST_TESTS OR NOT DEFINED TEMPEST_TESTS)
  find_package(GTest REQUIRED)
endif()
