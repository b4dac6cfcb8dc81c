/* SPDX-License-Identifier: LGPL-2.1-or-later */

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

void
bench_start (BenchTime *time)
{
  time->wall_nsec -= now_nsec (CLOCK_MONOTONIC);
  time->cpu_nsec -= now_nsec (CLOCK_THREAD_CPUTIME_ID);
}

void
bench_stop (BenchTime *time)
{
  time->wall_nsec += now_nsec (CLOCK_MONOTONIC);
  time->cpu_nsec += now_nsec (CLOCK_THREAD_CPUTIME_ID);
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

static double
median_of (const BenchTime *times, guint n_rounds, gsize offset)
{
  g_autofree gint64 *sorted = g_new (gint64, n_rounds);

  for (guint i = 0; i < n_rounds; i++)
    sorted[i] = G_STRUCT_MEMBER (gint64, &times[i], offset);
  return (double) bench_median (sorted, n_rounds);
}

typedef struct
{
  double wall_nsec;
  double cpu_nsec;
} Medians;

static Medians
medians_of (const BenchTime *times, guint n_rounds)
{
  Medians medians = { median_of (times, n_rounds, G_STRUCT_OFFSET (BenchTime, wall_nsec)),
                      median_of (times, n_rounds, G_STRUCT_OFFSET (BenchTime, cpu_nsec)) };

  return medians;
}

void
bench_compare (const char *title,
               const BenchWay *ways,
               guint n_ways,
               gconstpointer data,
               guint n_rounds,
               guint n_items)
{
  g_autofree BenchTime *times = g_new0 (BenchTime, n_ways * n_rounds);

  for (guint way = 0; way < n_ways; way++)
    {
      BenchTime ignored = { 0 };

      ways[way].play (data, &ignored);
    }
  for (guint round = 0; round < n_rounds; round++)
    for (guint way = 0; way < n_ways; way++)
      ways[way].play (data, &times[way * n_rounds + round]);

  g_print ("%s\n", title);
  for (guint way = 0; way < n_ways; way++)
    {
      Medians own = medians_of (times + way * n_rounds, n_rounds);
      Medians reference = medians_of (times + ways[way].reference * n_rounds, n_rounds);

      g_print ("  %-34s %9.2f us, ratio %5.2f; of CPU %9.2f us, ratio %5.2f\n", ways[way].name,
               own.wall_nsec / 1000 / n_items, own.wall_nsec / reference.wall_nsec,
               own.cpu_nsec / 1000 / n_items, own.cpu_nsec / reference.cpu_nsec);
    }
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
