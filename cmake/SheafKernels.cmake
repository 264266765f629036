# Writes a table in C from names: the registry of kernels, the list of features. No #ifdef rows.

# sheaf_kernel_table(OUTPUT NAMES...): sheaf_builtin_kernels[] of &sheaf_kernel_NAME.
function(sheaf_kernel_table output)
  set(names ${ARGN})
  list(SORT names)
  set(declarations "")
  set(rows "")
  foreach(name IN LISTS names)
    string(APPEND declarations "extern const struct sheaf_kernel sheaf_kernel_${name};\n")
    string(APPEND rows "    &sheaf_kernel_${name},\n")
  endforeach()
  list(LENGTH names count)
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"/* Written by CMake. */
#include <sheaf/kernel.h>
@declarations@
extern const struct sheaf_kernel *const sheaf_builtin_kernels[];
extern const size_t sheaf_builtin_kernel_count;
const struct sheaf_kernel *const sheaf_builtin_kernels[] = {
@rows@};
const size_t sheaf_builtin_kernel_count = @count@;
")
endfunction()

# sheaf_feature_table(OUTPUT): version and features of this build.
function(sheaf_feature_table output)
  set(rows "")
  foreach(feature IN LISTS SHEAF_FEATURES)
    string(REPLACE "|" ";" cells "${feature}")
    list(GET cells 0 name)
    list(GET cells 1 version)
    list(GET cells 2 without)
    if(version STREQUAL "")
      set(version "NULL")
    else()
      set(version "\"${version}\"")
    endif()
    string(APPEND rows "    {\"${name}\", ${version}, \"${without}\"},\n")
  endforeach()
  list(LENGTH SHEAF_FEATURES count)
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"/* Written by CMake. */
#include <sheaf/job.h>
static const struct sheaf_feature features[] = {
@rows@};
const struct sheaf_feature *sheaf_features(size_t *count)
{
    *count = @count@;
    return features;
}
const char *sheaf_version(void)
{
    return \"@PROJECT_VERSION@\";
}
")
endfunction()
