/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clocks that the benchmarks go by, and the sockets that they need many of. */

#include "bench.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Pairs through one listener: there are 4,000 ports for them (ip_local_port_range, as the isolation
 * sets it). */
#define CROWD 1000

static gint64
now_nsec (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static void
start (BenchTime *time, clockid_t clock)
{
  time->wall_nsec -= now_nsec (CLOCK_MONOTONIC);
  time->cpu_nsec -= now_nsec (clock);
}

static void
stop (BenchTime *time, clockid_t clock)
{
  time->wall_nsec += now_nsec (CLOCK_MONOTONIC);
  time->cpu_nsec += now_nsec (clock);
}

void
bench_start (BenchTime *time)
{
  start (time, CLOCK_THREAD_CPUTIME_ID);
}

void
bench_stop (BenchTime *time)
{
  stop (time, CLOCK_THREAD_CPUTIME_ID);
}

void
bench_start_threads (BenchTime *time)
{
  start (time, CLOCK_PROCESS_CPUTIME_ID);
}

void
bench_stop_threads (BenchTime *time)
{
  stop (time, CLOCK_PROCESS_CPUTIME_ID);
}

static int
compare_times (const void *a, const void *b)
{
  const gint64 first = *(const gint64 *) a;
  const gint64 second = *(const gint64 *) b;

  return first < second ? -1 : first > second;
}

gint64
bench_median (gint64 *times, guint n_times)
{
  qsort (times, n_times, sizeof *times, compare_times);
  return times[n_times / 2];
}

/* Each crowd has an address of its own: what is in TIME_WAIT from an earlier one stands in nobody's
 * way. */
static void
open_crowd (int *fds, int *peer_fds, guint n_pairs)
{
  static guint32 last_address = 0x7f010000; /* 127.1.0.0 */
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (++last_address);
  if (listener < 0 || bind (listener, (struct sockaddr *) &address, length) < 0
      || listen (listener, 1) < 0
      || getsockname (listener, (struct sockaddr *) &address, &length) < 0)
    g_error ("no listener: %m");
  for (guint i = 0; i < n_pairs; i++)
    if ((fds[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0
        || connect (fds[i], (struct sockaddr *) &address, length) < 0
        || (peer_fds[i] = accept4 (listener, NULL, NULL, SOCK_CLOEXEC)) < 0
        || fcntl (fds[i], F_SETFL, O_NONBLOCK) < 0)
      g_error ("no pair of sockets: %m");
  close (listener);
}

void
bench_open_pairs (int *fds, int *peer_fds, guint n_pairs)
{
  for (guint i = 0; i < n_pairs; i += CROWD)
    open_crowd (fds + i, peer_fds + i, MIN (CROWD, n_pairs - i));
}

gboolean
bench_raise_descriptor_limit (guint n_descriptors)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= n_descriptors)
    return TRUE;
  limit.rlim_cur = n_descriptors;
  if (limit.rlim_cur <= limit.rlim_max && setrlimit (RLIMIT_NOFILE, &limit) == 0)
    return TRUE;
  g_print ("cannot be measured here: %u descriptors are needed, and RLIMIT_NOFILE's hard limit is "
           "%" G_GUINT64_FORMAT "\n",
           n_descriptors, (guint64) limit.rlim_max);
  return FALSE;
}
