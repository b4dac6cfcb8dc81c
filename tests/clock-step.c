/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A clock on the wall that somebody sets, in the midst of it and again and again: loaded before
 * libc, it answers those who ask for the time of day with one that is hours away from the last
 * answer, forwards and backwards. What does not ask for the time of day is not touched:
 * CLOCK_MONOTONIC and CLOCK_BOOTTIME cannot be set.
 *
 * CLOCK_STEP_SEED is where the steps begin. CLOCK_STEP_COUNT names a file that gets, at exit, how
 * often somebody asked. */

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Two days each way: whoever counts in days, hours or minutes is hit. */
#define MOST_SECONDS (2 * 24 * 3600)

typedef int (*ClockGettime) (clockid_t, struct timespec *);

static unsigned int n_asked;

/* A linear congruence, with the factors of Numerical Recipes. */
static long
next_step (void)
{
  static unsigned int state;
  const char *seed = getenv ("CLOCK_STEP_SEED");

  if (n_asked == 1 && seed != NULL)
    state = (unsigned int) strtoul (seed, NULL, 10);
  state = state * 1664525u + 1013904223u;
  return (long) (state % (2 * MOST_SECONDS)) - MOST_SECONDS;
}

int
clock_gettime (clockid_t clock, struct timespec *time)
{
  static ClockGettime real;
  int result;

  if (real == NULL)
    real = (ClockGettime) dlsym (RTLD_NEXT, "clock_gettime");
  result = real (clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    {
      n_asked++;
      time->tv_sec += next_step ();
    }
  return result;
}

int
gettimeofday (struct timeval *restrict time, void *restrict zone __attribute__ ((unused)))
{
  struct timespec now;

  if (clock_gettime (CLOCK_REALTIME, &now) < 0)
    return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *seconds)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (seconds != NULL)
    *seconds = now.tv_sec;
  return now.tv_sec;
}

__attribute__ ((destructor)) static void
tell (void)
{
  const char *path = getenv ("CLOCK_STEP_COUNT");
  char text[16];
  int fd = path != NULL ? open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;

  if (fd < 0)
    return;
  if (write (fd, text, (size_t) snprintf (text, sizeof text, "%u\n", n_asked)) < 0)
    perror (path);
  close (fd);
}
