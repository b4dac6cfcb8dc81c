/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the benchmarks share. What is compared takes turns, so that whatever else the machine does
 * falls on all of it alike, and what is said is a ratio of medians. */

/* Runs between bench_start() and bench_stop(), and may do so several times in a round. */
typedef struct
{
  gint64 wall_nsec;
  gint64 cpu_nsec; /* of the thread that has it, the kernel's part included */
} BenchTime;

void bench_start (BenchTime *time);
void bench_stop (BenchTime *time);

typedef struct
{
  const char *name;
  void (*play) (gconstpointer data, BenchTime *time);
  guint reference; /* which of the ways it is compared with */
} BenchWay;

/* Plays each of @ways with @data once, to warm up, and then @n_rounds times in turn. Prints a line
 * a way, what each does @n_items times: the median time of one, and its ratio to that of the first.
 */
void bench_compare (const char *title,
                    const BenchWay *ways,
                    guint n_ways,
                    gconstpointer data,
                    guint n_rounds,
                    guint n_items);

/* Sorts @times. */
gint64 bench_median (gint64 *times, guint n_times);

/* The two ends of @n_pairs TCP connections on the loopback, through listeners that are gone
 * afterwards. The first ends are non-blocking. */
void bench_open_pairs (int *fds, int *peer_fds, guint n_pairs);

/* Raises the soft limit of descriptors to @n_descriptors, if it is lower; says so and returns FALSE
 * where the hard one is lower still. */
gboolean bench_raise_descriptor_limit (guint n_descriptors);

G_END_DECLS
