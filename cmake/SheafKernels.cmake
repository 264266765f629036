# Writes tables in C from names: the registry of kernels, the list of features, the instruction sets. No #ifdef rows.
include(CheckCCompilerFlag)

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

# Instruction sets beyond the portable code: the names that runtime/base/cpu.c knows, and the flags each takes.
set(SHEAF_FLAGS_avx2 -mavx2 -mfma)
set(SHEAF_FLAGS_avx512 ${SHEAF_FLAGS_avx2} -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512)
set(SHEAF_FLAGS_avx512ifma ${SHEAF_FLAGS_avx512} -mavx512ifma)
set(SHEAF_COMMON_ISAS avx2 avx512) # of SHEAF_ISAS(X); the others are for files written for them alone

# Loops of one accumulator are bound by its latency; GCC splits it when asked.
set(SHEAF_TUNED_FLAGS $<$<NOT:$<CONFIG:Debug>>:-O3> -funroll-loops)
check_c_compiler_flag(-fvariable-expansion-in-unroller SHEAF_HAVE_ACCUMULATOR_SPLIT)
if(SHEAF_HAVE_ACCUMULATOR_SPLIT AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND SHEAF_TUNED_FLAGS -fvariable-expansion-in-unroller)
endif()

# sheaf_isa_list(OUTPUT): finds the instruction sets this compiler can make (SHEAF_FOUND_ISAS, for the caller) and
# writes them as X-macros; see runtime/base/isa.h.
function(sheaf_isa_list output)
  set(found "")
  set(macros "")
  set(common "")
  foreach(isa avx2 avx512 avx512ifma)
    string(TOUPPER ${isa} upper)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
      string(REPLACE ";" " " flags "${SHEAF_FLAGS_${isa}}")
      check_c_compiler_flag("${flags}" SHEAF_COMPILES_${upper})
    endif()
    if(SHEAF_COMPILES_${upper})
      list(APPEND found ${isa})
      string(APPEND macros "#define SHEAF_ISA_${upper}(X, ...) X(${isa}, ##__VA_ARGS__)\n")
    else()
      string(APPEND macros "#define SHEAF_ISA_${upper}(X, ...)\n")
    endif()
    if(isa IN_LIST SHEAF_COMMON_ISAS)
      string(APPEND common " SHEAF_ISA_${upper}(X, ##__VA_ARGS__)")
    endif()
  endforeach()
  message(STATUS "tuned for: ${found}")
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"/* Written by CMake. */
@macros@#define SHEAF_ISAS(X, ...)@common@
")
  set(SHEAF_FOUND_ISAS ${found} PARENT_SCOPE)
endfunction()

# sheaf_tuned_sources(RESULT FILES...): what to compile for tuned/NAME.c (every common instruction set, and portable)
# and tuned/NAME.ISA.c (that one). Call it where the target is: source properties stay there.
function(sheaf_tuned_sources result)
  set(sources "")
  foreach(file IN LISTS ARGN)
    get_filename_component(stem ${file} NAME)
    string(REGEX REPLACE "\\.c$" "" stem ${stem})
    if(stem MATCHES "\\.([a-z0-9]+)$")
      set(isas ${CMAKE_MATCH_1})
    else()
      set(isas portable ${SHEAF_COMMON_ISAS})
    endif()
    foreach(isa IN LISTS isas)
      if(isa STREQUAL "portable" OR isa IN_LIST SHEAF_FOUND_ISAS)
        set(wrapper ${CMAKE_CURRENT_BINARY_DIR}/tuned/${stem}-${isa}.c)
        file(CONFIGURE OUTPUT ${wrapper} @ONLY CONTENT
"/* Written by CMake. */
#define SHEAF_ISA @isa@
#include \"@file@\"
")
        set_source_files_properties(${wrapper} PROPERTIES COMPILE_OPTIONS "${SHEAF_TUNED_FLAGS};${SHEAF_FLAGS_${isa}}")
        list(APPEND sources ${wrapper})
      endif()
    endforeach()
  endforeach()
  set(${result} ${sources} PARENT_SCOPE)
endfunction()
