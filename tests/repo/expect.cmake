# expect(TEXT COMMAND...): COMMAND succeeds and prints exactly TEXT.
function(expect text)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
  if(NOT printed STREQUAL text)
    message(SEND_ERROR "${ARGN}\nprinted  ${printed}\nnot      ${text}")
  endif()
endfunction()
