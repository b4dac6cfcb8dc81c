/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rounds in turn, and the tables that are made of them. On a machine that does other things as well
 * two times can be compared when they were taken one right after the other, so a ratio is the
 * median of what each round's ratio was, not the ratio of two medians. The middle half of the
 * rounds says how far that can be believed. */

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* The middle half of the rounds lies between the quartiles. */
typedef struct
{
  double median;
  double lower;
  double upper;
} Summary;

typedef double (*Measure) (const BenchTime *time, guint n_items);

static guint rounds_asked;    /* 0: as many as the program thinks right */
static const char *way_asked; /* NULL: all */

/* -- the program -- */

static char *
dup_processor (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL)
      || (line = strstr (text, "model name")) == NULL || (line = strchr (line, ':')) == NULL)
    return g_strdup ("unknown processor");
  return g_strstrip (g_strndup (line + 1, strcspn (line + 1, "\n")));
}

static void
print_machine (const char *peers)
{
  g_autofree char *processor = dup_processor ();
  struct utsname kernel;

  uname (&kernel);
  kernel.release[strcspn (kernel.release, "-")] = '\0';
  printf ("*Linux %s, %s, %u cores (%s); GLib %u.%u.%u%s%s*\n\n", kernel.release, kernel.machine,
          g_get_num_processors (), processor, glib_major_version, glib_minor_version,
          glib_micro_version, peers != NULL ? ", " : "", peers != NULL ? peers : "");
}

static G_NORETURN void
refuse_usage (const char *program)
{
  g_printerr ("usage: %s [--rounds N] [--only WORD]; N is 1 to 10000, WORD is in a way's name\n",
              program);
  exit (2);
}

void
bench_begin (int argc, char **argv, const char *peers)
{
  for (int i = 1; i < argc; i += 2)
    {
      guint64 n_rounds;

      if (i + 1 == argc)
        refuse_usage (argv[0]);
      if (strcmp (argv[i], "--only") == 0)
        way_asked = argv[i + 1];
      else if (strcmp (argv[i], "--rounds") == 0
               && g_ascii_string_to_unsigned (argv[i + 1], 10, 1, 10000, &n_rounds, NULL))
        rounds_asked = (guint) n_rounds;
      else
        refuse_usage (argv[0]);
    }
  print_machine (peers);
}

guint
bench_count_rounds (guint n_rounds)
{
  return rounds_asked > 0 ? rounds_asked : n_rounds;
}

/* For a profiler: the others are not played, and there is nothing to compare with. */
static void
play (const BenchWay *way, gconstpointer data, BenchTime *time)
{
  if (way_asked == NULL || strstr (way->name, way_asked) != NULL)
    way->play (data, time);
}

/* -- what rounds come to -- */

static int
compare_values (const void *a, const void *b)
{
  const double first = *(const double *) a;
  const double second = *(const double *) b;

  return first < second ? -1 : first > second;
}

static Summary
summarize (double *values, guint n_values)
{
  qsort (values, n_values, sizeof *values, compare_values);

  return (Summary){ values[n_values / 2], values[n_values / 4], values[n_values * 3 / 4] };
}

static double
cpu_usec (const BenchTime *time, guint n_items)
{
  return (double) time->cpu_nsec / 1000 / n_items;
}

static double
wall_usec (const BenchTime *time, guint n_items)
{
  return (double) time->wall_nsec / 1000 / n_items;
}

static double
cpu_rate (const BenchTime *time, guint n_items)
{
  return 1e9 * n_items / (double) MAX (time->cpu_nsec, 1);
}

static double
wall_rate (const BenchTime *time, guint n_items)
{
  return 1e9 * n_items / (double) MAX (time->wall_nsec, 1);
}

static Summary
summarize_times (const BenchTime *times, guint n_rounds, guint n_items, Measure measure)
{
  g_autofree double *values = g_new (double, n_rounds);

  for (guint i = 0; i < n_rounds; i++)
    values[i] = measure (&times[i], n_items);
  return summarize (values, n_rounds);
}

static Summary
summarize_ratios (const BenchTime *times, const BenchTime *others, guint n_rounds, Measure measure)
{
  g_autofree double *values = g_new (double, n_rounds);

  for (guint i = 0; i < n_rounds; i++)
    values[i] = measure (&times[i], 1) / MAX (measure (&others[i], 1), 0.001);
  return summarize (values, n_rounds);
}

/* -- cells -- */

/* Three digits that count. */
static void
print_number (double number)
{
  printf ("%.*f", number < 10 ? 2 : number < 100 ? 1 : 0, number);
}

static void
print_summary (Summary summary)
{
  printf (" ");
  print_number (summary.median);
  printf (" (");
  print_number (summary.lower);
  printf ("–");
  print_number (summary.upper);
  printf (") |");
}

static void
print_met (const char *text, double limit, const char *unit, double seen, gboolean is_met)
{
  printf (" %s %g%s: ", text, limit, unit);
  if (is_met)
    printf ("met |");
  else
    {
      printf ("**missed**, ");
      print_number (seen);
      printf (" |");
    }
}

static void
print_at_most (const char *text, BenchTarget target, const char *unit, double seen)
{
  print_met (text, target.limit, unit, seen, seen <= target.limit);
}

static gboolean
have_target (const BenchWay *ways, guint n_ways)
{
  for (guint i = 0; i < n_ways; i++)
    if (ways[i].target.kind != BENCH_NO_TARGET)
      return TRUE;
  return FALSE;
}

/* -- a line a way -- */

typedef struct
{
  Summary cpu;
  Summary cpu_ratio;
  Summary wall;
  Summary wall_ratio;
} Line;

static void
print_target (BenchTarget target, const Line *line)
{
  double rate = 1 / line->wall_ratio.median;
  double cpu_rate = 1 / line->cpu_ratio.median;

  switch (target.kind)
    {
    case BENCH_CPU_AT_MOST:
      print_at_most ("CPU ratio ≤", target, "", line->cpu_ratio.median);
      break;
    case BENCH_WALL_AT_MOST:
      print_at_most ("wall ratio ≤", target, "", line->wall_ratio.median);
      break;
    case BENCH_RATE_AT_LEAST:
      print_met ("rate ≥", target.limit, "", rate, rate >= target.limit);
      break;
    case BENCH_CPU_RATE_AT_LEAST:
      print_met ("throughput ≥", target.limit, "", cpu_rate, cpu_rate >= target.limit);
      break;
    case BENCH_CPU_USEC_AT_MOST:
      print_at_most ("CPU ≤", target, " µs", line->cpu.median);
      break;
    case BENCH_WALL_USEC_AT_MOST:
      print_at_most ("wall ≤", target, " µs", line->wall.median);
      break;
    case BENCH_GROWTH_AT_MOST:
    case BENCH_NO_TARGET:
      printf (" |");
      break;
    }
}

static void
print_lines (const BenchWay *ways,
             guint n_ways,
             const BenchTime *times,
             guint n_rounds,
             guint n_items)
{
  gboolean has_target = have_target (ways, n_ways);

  printf ("| way | CPU, µs | ratio | wall, µs | ratio |%s\n", has_target ? " target |" : "");
  printf ("|---|---|---|---|---|%s\n", has_target ? "---|" : "");
  for (guint way = 0; way < n_ways; way++)
    {
      const BenchTime *own = times + way * n_rounds;
      const BenchTime *others = times + ways[way].reference * n_rounds;
      const Line line = { summarize_times (own, n_rounds, n_items, cpu_usec),
                          summarize_ratios (own, others, n_rounds, cpu_usec),
                          summarize_times (own, n_rounds, n_items, wall_usec),
                          summarize_ratios (own, others, n_rounds, wall_usec) };

      printf ("| %s |", ways[way].name);
      print_summary (line.cpu);
      print_summary (line.cpu_ratio);
      print_summary (line.wall);
      print_summary (line.wall_ratio);
      if (has_target)
        print_target (ways[way].target, &line);
      printf ("\n");
    }
  printf ("\n");
}

static void
print_title (const char *title, guint n_rounds)
{
  printf ("**%s.** The median of %u rounds in turn (quartiles)\n\n", title, n_rounds);
}

/* Of each way the rounds. */
static BenchTime *
play_in_turn (const BenchWay *ways, guint n_ways, gconstpointer data, guint n_rounds)
{
  BenchTime *times = g_new0 (BenchTime, n_ways * n_rounds);

  for (guint way = 0; way < n_ways && rounds_asked != 1; way++)
    {
      BenchTime ignored = { 0 };

      play (&ways[way], data, &ignored);
    }
  for (guint round = 0; round < n_rounds; round++)
    for (guint way = 0; way < n_ways; way++)
      play (&ways[way], data, &times[way * n_rounds + round]);
  return times;
}

static void
print_rates (const BenchWay *ways,
             guint n_ways,
             const BenchTime *times,
             guint n_rounds,
             guint n_items)
{
  printf ("| way | a second of CPU | ratio | a second | ratio |\n|---|---|---|---|---|\n");
  for (guint way = 0; way < n_ways; way++)
    {
      const BenchTime *own = times + way * n_rounds;
      const BenchTime *others = times + ways[way].reference * n_rounds;

      printf ("| %s |", ways[way].name);
      print_summary (summarize_times (own, n_rounds, n_items, cpu_rate));
      print_summary (summarize_ratios (own, others, n_rounds, cpu_rate));
      print_summary (summarize_times (own, n_rounds, n_items, wall_rate));
      print_summary (summarize_ratios (own, others, n_rounds, wall_rate));
      printf ("\n");
    }
  printf ("\n");
}

void
bench_compare (const char *title,
               BenchUnit unit,
               const BenchWay *ways,
               guint n_ways,
               gconstpointer data,
               guint n_rounds,
               guint n_items)
{
  guint n = bench_count_rounds (n_rounds);
  g_autofree BenchTime *times = play_in_turn (ways, n_ways, data, n);

  print_title (title, n);
  if (unit == BENCH_TIME_OF_ONE)
    print_lines (ways, n_ways, times, n, n_items);
  else
    print_rates (ways, n_ways, times, n, n_items);
}

/* -- a column a size -- */

/* The rounds of a way lie size by size. */
static void
print_growth_line (const BenchWay *way,
                   const BenchTime *times,
                   const BenchSize *sizes,
                   guint n_sizes,
                   guint n_rounds)
{
  const BenchSize *last = &sizes[n_sizes - 1];
  double items_ratio = (double) sizes[0].n_items / last->n_items;
  Summary growth = summarize_ratios (times + (n_sizes - 1) * n_rounds, times, n_rounds, cpu_usec);

  printf ("| %s |", way->name);
  for (guint i = 0; i < n_sizes; i++)
    print_summary (summarize_times (times + i * n_rounds, n_rounds, sizes[i].n_items, cpu_usec));
  growth = (Summary){ growth.median * items_ratio, growth.lower * items_ratio,
                      growth.upper * items_ratio };
  print_summary (growth);
  if (way->target.kind == BENCH_GROWTH_AT_MOST)
    print_at_most ("growth ≤", way->target, "", growth.median);
  else
    printf (" |");
  printf ("\n");
}

void
bench_grow (const char *title,
            const BenchWay *ways,
            guint n_ways,
            const BenchSize *sizes,
            guint n_sizes,
            guint n_rounds)
{
  guint n = bench_count_rounds (n_rounds);
  g_autofree BenchTime *times = g_new0 (BenchTime, n_ways * n_sizes * n);

  /* The round before the first is to warm up. */
  for (guint round = rounds_asked == 1 ? 1 : 0; round <= n; round++)
    for (guint size = 0; size < n_sizes; size++)
      for (guint way = 0; way < n_ways; way++)
        {
          BenchTime *time = &times[(way * n_sizes + size) * n + MAX (round, 1) - 1];

          *time = (BenchTime){ 0 };
          play (&ways[way], sizes[size].data, time);
        }
  print_title (title, n);
  printf ("| way; CPU, µs, with |");
  for (guint i = 0; i < n_sizes; i++)
    printf (" %s |", sizes[i].name);
  printf (" growth | target |\n|---|---|---|");
  for (guint i = 0; i < n_sizes; i++)
    printf ("---|");
  printf ("\n");
  for (guint way = 0; way < n_ways; way++)
    print_growth_line (&ways[way], times + way * n_sizes * n, sizes, n_sizes, n);
  printf ("\n");
}
