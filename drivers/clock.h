/* The clock of everything that is timed here. */
#ifndef DRIVERS_CLOCK_H
#define DRIVERS_CLOCK_H

/* Seconds since some moment in the past; never goes back (CLOCK_MONOTONIC). Thread safe. */
double clock_seconds(void);

#endif
