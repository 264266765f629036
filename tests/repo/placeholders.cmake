# No page still waits for a number or a text: NN, FIGURES, TODO and the like, as words of their own.
file(GLOB pages ${ROOT}/*.md ${ROOT}/docs/*.md)
foreach(page IN LISTS pages)
  file(STRINGS ${page} lines REGEX "(^|[^A-Za-z0-9_])(NN|FIGURES|TODO|FIXME|TBD)([^A-Za-z0-9_]|$)")
  foreach(line IN LISTS lines)
    message(SEND_ERROR "${page}: ${line}")
  endforeach()
endforeach()
