# What tests have in common.

# How MPI starts inside the suite: as root in a container too, with more ranks than cores, and without the warnings of
# a container. Open MPI up to 4 reads OMPI_, from 5 on its launcher reads PRTE_; others read neither. MPI libraries leave
# memory behind that is not ours to free.
set(SHEAF_MPI_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
  OMPI_MCA_mpi_yield_when_idle=1
  OMP_WAIT_POLICY=passive # the threads of one rank must not spin on the cores of the others
  OMPI_MCA_btl_vader_single_copy_mechanism=none
  ASAN_OPTIONS=detect_leaks=0)

# Seconds that a long test may take. Under a sanitizer a fork copies the tables of its shadow memory too.
set(SHEAF_LONG_TIMEOUT 600)
if(CMAKE_C_FLAGS MATCHES "-fsanitize")
  set(SHEAF_LONG_TIMEOUT 3600)
endif()

# sheaf_add_mpi_test(NAME RANKS COMMAND...): test mpi.NAME.RANKS runs COMMAND on RANKS ranks. Such tests run alone:
# ranks that wait for each other by polling starve their neighbours.
function(sheaf_add_mpi_test name ranks)
  add_test(NAME mpi.${name}.${ranks} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${ARGN})
  set_tests_properties(mpi.${name}.${ranks} PROPERTIES LABELS mpi TIMEOUT 120 RUN_SERIAL ON
    PROCESSORS ${ranks} ENVIRONMENT "${SHEAF_MPI_ENVIRONMENT}")
endfunction()
