/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many scripts does `rebound test` play in a second? All that come with the program, one after
 * the other and on two cores, each in a process and a namespace of its own. The CPU's time is that
 * of all these processes; what the scripts cost by themselves on one core that does nothing else is
 * the wall's time at best. */

#include "bench-spawn.h"

#define N_ROUNDS 5

static void
test_on_one (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, REBOUND_PROGRAM, "test", "--jobs=1", SCRIPTS, NULL);
}

static void
test_on_two (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, REBOUND_PROGRAM, "test", "--jobs=2", SCRIPTS, NULL);
}

static guint
count_scripts (void)
{
  g_autoptr (GDir) folder = g_dir_open (SCRIPTS, 0, NULL);
  const char *name;
  guint n_scripts = 0;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    n_scripts += g_str_has_suffix (name, ".life");
  return MAX (n_scripts, 1);
}

int
main (int argc, char **argv)
{
  static const BenchWay ways[] = {
    { "rebound test --jobs=1", test_on_one, 0, { 0 } },
    { "rebound test --jobs=2", test_on_two, 0, { 0 } },
  };
  g_autofree char *title = NULL;

  bench_begin (argc, argv, NULL);
  title = g_strdup_printf ("One of the %u scripts that come with the program", count_scripts ());
  bench_compare (title, BENCH_TIME_OF_ONE, ways, G_N_ELEMENTS (ways), NULL, N_ROUNDS,
                 count_scripts ());
  return 0;
}
