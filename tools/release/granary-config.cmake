# Gives CMake an imported target for each library beside this file: granary::granary for the plain one,
# granary::checked for the one whose name ends in -checked, and so on. The archive may lie anywhere.
#
#   find_package(granary REQUIRED)
#   target_link_libraries(program PRIVATE granary::granary)

if(NOT CMAKE_CROSSCOMPILING
   AND NOT "${CMAKE_C_COMPILER_TARGET}${CMAKE_CXX_COMPILER_TARGET}" MATCHES "wasm")
  set(granary_FOUND FALSE)
  set(granary_NOT_FOUND_MESSAGE
      "Granary is for WebAssembly, not for ${CMAKE_SYSTEM_PROCESSOR}: configure with \
-DCMAKE_SYSTEM_NAME=Generic -DCMAKE_C_COMPILER=clang -DCMAKE_C_COMPILER_TARGET=wasm32, or a toolchain file")
  return()
endif()

get_filename_component(_granary_root "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
file(GLOB _granary_libraries "${_granary_root}/lib/libgranary*.a")
foreach(_granary_library IN LISTS _granary_libraries)
  get_filename_component(_granary_name "${_granary_library}" NAME_WE)
  string(REGEX REPLACE "^lib(granary-)?" "" _granary_name "${_granary_name}")
  if(NOT TARGET granary::${_granary_name})
    add_library(granary::${_granary_name} STATIC IMPORTED)
    set_target_properties(
      granary::${_granary_name}
      PROPERTIES IMPORTED_LOCATION "${_granary_library}"
                 INTERFACE_INCLUDE_DIRECTORIES "${_granary_root}/include")
  endif()
endforeach()
unset(_granary_name)
unset(_granary_library)
unset(_granary_libraries)
unset(_granary_root)
