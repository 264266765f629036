# No file names a place that exists on one machine only: a home, a checkout, an archive's mirror.
file(GLOB_RECURSE files ${ROOT}/include/* ${ROOT}/runtime/* ${ROOT}/kernels/* ${ROOT}/drivers/* ${ROOT}/scripts/*
  ${ROOT}/cmake/* ${ROOT}/docs/* ${ROOT}/examples/* ${ROOT}/bench/*)
list(APPEND files ${ROOT}/CMakeLists.txt ${ROOT}/CMakePresets.json ${ROOT}/.ci/run)
file(GLOB pages ${ROOT}/*.md)
# /home/user is anyone's.
set(machine_path "(^|[^A-Za-z0-9_.~}*-])/(home|root|work|mnt|Users)/|(deb|archive|security|ports)\\.(debian|ubuntu)\\.")
foreach(file IN LISTS files pages)
  file(STRINGS ${file} lines REGEX "${machine_path}")
  list(FILTER lines EXCLUDE REGEX "/home/user")
  foreach(line IN LISTS lines)
    message(SEND_ERROR "${file}: ${line}")
  endforeach()
endforeach()
