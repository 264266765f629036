# The examples, built against the installed library by a stranger, and run.
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)
file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/numbers.csv "v\n1\n-2\n3.5\n")
foreach(example sum kernel)
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${ROOT}/examples/${example} -B ${WORK}/${example}
    -DCMAKE_C_COMPILER=${CC} "-DCMAKE_C_FLAGS=${FLAGS}" -DCMAKE_PREFIX_PATH=${STAGE}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/${example} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
expect("sum\t2.5\n" ${WORK}/sum/sum ${WORK}/numbers.csv)
expect("2\n" ${STAGE}/bin/sheaf run --load ${WORK}/kernel/positives.so positives ${WORK}/numbers.csv)
