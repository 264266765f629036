/* Ends of the program that are not its own: a library or a kernel that calls exit in the middle of the work. */
#ifndef DRIVERS_ENDING_H
#define DRIVERS_ENDING_H

/* From now on such an end is told on standard error and gives exit code 1, whatever was asked for: there is no answer.
 * libgomp ends so where it cannot start a thread. (_exit, which says goodbye to nobody, is not seen.) */
void ending_watch(void);
/* This process is about to end, and says so itself. */
void ending_is_ours(void);

#endif
