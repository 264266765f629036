/* All bits of an answer as one number, and as a list to find out which differ. */
#ifndef DRIVERS_COMPARE_DIGEST_H
#define DRIVERS_COMPARE_DIGEST_H

#include <sheaf/job.h>

/* Equal answers give equal numbers; others, almost certainly, different ones. Names, kinds, values and tallies count;
 * times, of course, do not. */
uint64_t answer_digest(const struct sheaf_answer *answer);

/* Says every value on the wire, in a fixed order. */
void answer_say(const struct sheaf_answer *answer, const struct sheaf_source *source);

#endif
