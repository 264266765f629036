# Every file of exact arithmetic that touches floating-point numbers compiles as it is, and not with flags that let the
# compiler change what is computed.
file(GLOB files ${ROOT}/runtime/exact/*.c ${ROOT}/runtime/exact/tuned/*.c)
set(compile ${CC} -std=gnu11 -D_GNU_SOURCE -DSHEAF_ISA=portable -I${ROOT}/include -I${ROOT}/runtime -I${GENERATED}
  -fsyntax-only)
list(LENGTH files count)
if(count LESS 10)
  message(SEND_ERROR "only ${count} files in ${ROOT}/runtime/exact")
endif()

function(check_refused file flags)
  execute_process(COMMAND ${compile} ${flags} ${file} RESULT_VARIABLE failed ERROR_VARIABLE said)
  if(NOT failed)
    message(SEND_ERROR "${file} compiles with ${flags}")
  elseif(NOT said MATCHES "strict floating point")
    message(SEND_ERROR "${file} does not compile with ${flags}, but for another reason: ${said}")
  endif()
endfunction()

foreach(file IN LISTS files)
  if(NOT file MATCHES "\\.avx[^/]*\\.c$") # those need flags of their own; they include the same headers
    execute_process(COMMAND ${compile} ${file} RESULT_VARIABLE failed ERROR_VARIABLE said)
    if(failed)
      message(SEND_ERROR "${file} does not compile: ${said}")
    endif()
  endif()
  check_refused(${file} -ffast-math)
  check_refused(${file} -Ofast)
endforeach()
