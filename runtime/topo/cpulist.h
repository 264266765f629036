/* Texts such as "0-3,8". */
#ifndef SHEAF_RUNTIME_CPULIST_H
#define SHEAF_RUNTIME_CPULIST_H

#include <sheaf/topo.h>

/* Takes the next range off the front of *text, first <= last < SHEAF_CPUSET_BITS, in the order written. Loop while
 * **text is not 0. SHEAF_USAGE: no such list (the message has the text from the bad range on). */
enum sheaf_status cpulist_next(const char **text, unsigned *first, unsigned *last, struct sheaf_error *err);

#endif
