# What `cmake --install build --prefix PREFIX` leaves there, and nothing that names PREFIX: it may be moved.
#
#   bin/sheaf               lib/sheaf/sheaf-mpi.so       (loaded by the program and the library when needed)
#   lib/libsheaf.so         lib/cmake/sheaf/             find_package(sheaf): sheaf::sheaf, sheaf::kernel
#   include/sheaf/          lib/pkgconfig/sheaf.pc
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sheaf)

# For a kernel in a shared object: the headers alone. Its sheaf_ functions come from whoever loads it.
add_library(sheaf_kernel INTERFACE)
target_include_directories(sheaf_kernel INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(sheaf_kernel PROPERTIES EXPORT_NAME kernel)

install(TARGETS sheaf RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS sheaf_shared sheaf_kernel EXPORT sheafTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET sheaf_mpi)
  install(TARGETS sheaf_mpi LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/sheaf)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/sheaf DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

install(EXPORT sheafTargets NAMESPACE sheaf:: DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/sheafConfig.cmake.in ${PROJECT_BINARY_DIR}/sheafConfig.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sheafConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sheafConfig.cmake ${PROJECT_BINARY_DIR}/sheafConfigVersion.cmake
  DESTINATION ${package_dir})

file(RELATIVE_PATH pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/sheaf.pc @ONLY CONTENT
"prefix=\${pcfiledir}/@pc_to_prefix@
includedir=\${prefix}/@CMAKE_INSTALL_INCLUDEDIR@
libdir=\${prefix}/@CMAKE_INSTALL_LIBDIR@

Name: sheaf
Description: @PROJECT_DESCRIPTION@
Version: @PROJECT_VERSION@
Cflags: -I\${includedir}
Libs: -L\${libdir} -lsheaf
")
install(FILES ${PROJECT_BINARY_DIR}/sheaf.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
