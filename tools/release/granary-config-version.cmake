# Says whether the version that a program asks for is this one or an older one that it can stand in for.
# Before 1.0 the second number may change what programs rely on, afterwards only the first.

set(PACKAGE_VERSION "@VERSION@")
string(REGEX MATCH "^0\\.[0-9]+|^[1-9][0-9]*" _granary_series "${PACKAGE_VERSION}")
string(REGEX MATCH "^0\\.[0-9]+|^[0-9]+" _granary_asked "${PACKAGE_FIND_VERSION}")

if(_granary_series STREQUAL _granary_asked AND NOT PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
else()
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
endif()
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()
unset(_granary_series)
unset(_granary_asked)
