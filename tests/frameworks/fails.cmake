# Runs PROGRAM with the arguments CASE, which are separated by commas. It has to fail, and to print what the regular
# expression EXPECTED matches, however its framework indents and wraps lines.
string(REPLACE "," ";" arguments "${CASE}")
execute_process(COMMAND ${PROGRAM} ${arguments} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "the case passes:\n${output}")
endif()
string(REGEX REPLACE "[ \n]+" " " line "${output}")
if(NOT line MATCHES "${EXPECTED}")
  message(FATAL_ERROR "the message is not there: ${EXPECTED}\n${output}")
endif()
