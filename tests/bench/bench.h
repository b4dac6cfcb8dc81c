/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the benchmarks share. What is compared takes turns, so that whatever else the machine does
 * falls on all of it alike; a ratio is one of two times of the same round. What is printed is
 * Markdown. A benchmark never fails for being slow: a target that is missed is said to be. */

/* -- a time -- */

/* Runs between bench_start() and bench_stop(), and may do so several times in a round. */
typedef struct
{
  gint64 wall_nsec;
  gint64 cpu_nsec; /* of the thread that has it, the kernel's part included */
} BenchTime;

void bench_start (BenchTime *time);
void bench_stop (BenchTime *time);

/* The same with the CPU's time of all threads of the process. */
void bench_start_threads (BenchTime *time);
void bench_stop_threads (BenchTime *time);

/* Sorts @times. */
gint64 bench_median (gint64 *times, guint n_times);

/* -- the program -- */

/* Reads the command line. `--rounds N`: every table of the program has N rounds, which is for
 * trying that it works; one is not even warmed up for. `--only WORD`: only the ways whose names
 * have WORD in them are played, which is for a profiler. Prints what is to be known of the machine,
 * and @peers, such as "libevent 2.1.12, libuv 1.44.2"; NULL for none. Ends the program with status
 * 2 and a message on bad usage. */
void bench_begin (int argc, char **argv, const char *peers);

/* How many rounds a table has: those that the command line asks for, or @n_rounds. What is below
 * asks by itself. */
guint bench_count_rounds (guint n_rounds);

/* -- what is compared -- */

typedef enum
{
  BENCH_NO_TARGET,
  BENCH_CPU_AT_MOST,       /* times the reference's */
  BENCH_WALL_AT_MOST,      /* times the reference's */
  BENCH_RATE_AT_LEAST,     /* times the reference's: of what is done in a second */
  BENCH_CPU_RATE_AT_LEAST, /* the same, in a second of the CPU */
  BENCH_CPU_USEC_AT_MOST,  /* microseconds for one */
  BENCH_WALL_USEC_AT_MOST,
  BENCH_GROWTH_AT_MOST, /* of the CPU's time from the first size to the last */
} BenchTargetKind;

typedef struct
{
  BenchTargetKind kind;
  double limit;
} BenchTarget;

typedef struct
{
  const char *name;
  void (*play) (gconstpointer data, BenchTime *time);
  guint reference; /* which of the ways it is compared with */
  BenchTarget target;
} BenchWay;

typedef enum
{
  BENCH_TIME_OF_ONE,
  BENCH_SO_MANY_A_SECOND, /* a ratio above 1 is then the better; no targets */
} BenchUnit;

/* A table of a line a way. Plays each of @ways with @data once, to warm up, and then @n_rounds
 * times in turn; each does n_items. What is said is in @unit: medians, the quartiles, and the
 * ratio to that of the reference. */
void bench_compare (const char *title,
                    BenchUnit unit,
                    const BenchWay *ways,
                    guint n_ways,
                    gconstpointer data,
                    guint n_rounds,
                    guint n_items);

typedef struct
{
  const char *name;
  gconstpointer data;
  guint n_items;
} BenchSize;

/* A table of a line a way and a column a size: the CPU's time of one, and how it grows from the
 * first size to the last. */
void bench_grow (const char *title,
                 const BenchWay *ways,
                 guint n_ways,
                 const BenchSize *sizes,
                 guint n_sizes,
                 guint n_rounds);

/* -- sockets -- */

/* The two ends of @n_pairs TCP connections on the loopback, through listeners that are gone
 * afterwards. The first ends are non-blocking. */
void bench_open_pairs (int *fds, int *peer_fds, guint n_pairs);

/* Raises the soft limit of descriptors to @n_descriptors, if it is lower; says so and returns FALSE
 * where the hard one is lower still. */
gboolean bench_raise_descriptor_limit (guint n_descriptors);

G_END_DECLS
