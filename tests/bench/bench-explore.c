/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many random lives does `rebound explore` play in a second of one core? Beside it: the same
 * lives written out as scripts (`--print`), by `rebound test`, which has a process and a namespace
 * for each as well, and by `rebound run`, which starts a program for each; and the namespace alone.
 * The CPU's time is that of all these processes, the kernel's for them included.
 *
 * Built with REBOUND_PROGRAM and SCRIPTS, the folder of the scripts that come with the program. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "bench-spawn.h"

#define N_ROUNDS 9

/* Seeds 1 to 50. `rebound explore` plays one life in fifty twice more, to see that its log is the
 * same: it has 52 plays for them, the others have 50. */
#define N_LIVES 50

typedef struct
{
  const char *script; /* its name */
  char *folder;       /* of the lives as scripts */
} Lives;

static char *
dup_path (const Lives *lives, guint seed)
{
  return g_strdup_printf ("%s/%u.life", lives->folder, seed);
}

static void
write_life (const Lives *lives, guint seed)
{
  g_autofree char *word = g_strdup_printf ("%u", seed);
  g_autofree char *path = dup_path (lives, seed);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  const char *argv[]
      = { REBOUND_PROGRAM, "explore", lives->script, "--seed", word, "--print", NULL };
  int status;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &text, NULL, &status,
                     &error)
      || !g_spawn_check_wait_status (status, &error)
      || !g_file_set_contents (path, text, -1, &error))
    g_error ("%s, seed %u: %s", lives->script, seed, error->message);
}

static Lives
write_lives (const char *script)
{
  g_autoptr (GError) error = NULL;
  Lives lives = { script, g_dir_make_tmp ("bench-explore-XXXXXX", &error) };

  if (lives.folder == NULL)
    g_error ("no folder: %s", error->message);
  for (guint seed = 1; seed <= N_LIVES; seed++)
    write_life (&lives, seed);
  return lives;
}

static void
remove_lives (Lives *lives)
{
  for (guint seed = 1; seed <= N_LIVES; seed++)
    {
      g_autofree char *path = dup_path (lives, seed);

      g_unlink (path);
    }
  g_rmdir (lives->folder);
  g_free (lives->folder);
}

static void
explore (const Lives *lives, const char *jobs, BenchTime *time)
{
  g_autofree char *seeds = g_strdup_printf ("--seeds=%d", N_LIVES);

  bench_spawn (time, REBOUND_PROGRAM, "explore", lives->script, seeds, jobs, NULL);
}

static void
explore_on_one (gconstpointer data, BenchTime *time)
{
  explore (data, "--jobs=1", time);
}

static void
explore_on_two (gconstpointer data, BenchTime *time)
{
  explore (data, "--jobs=2", time);
}

static void
test_scripts (gconstpointer data, BenchTime *time)
{
  const Lives *lives = data;

  bench_spawn (time, REBOUND_PROGRAM, "test", "--jobs=1", lives->folder, NULL);
}

static void
run_scripts (gconstpointer data, BenchTime *time)
{
  for (guint seed = 1; seed <= N_LIVES; seed++)
    {
      g_autofree char *path = dup_path (data, seed);

      bench_spawn (time, REBOUND_PROGRAM, "run", path, NULL);
    }
}

static void
enter_namespaces (gconstpointer data, BenchTime *time)
{
  for (guint i = 0; i < N_LIVES; i++)
    bench_spawn (time, "unshare", "--user", "--map-root-user", "--net", "true", NULL);
}

static void
compare (const char *script)
{
  static const BenchWay ways[] = {
    { "rebound explore --jobs=1", explore_on_one, 0, { 0 } },
    { "rebound explore --jobs=2", explore_on_two, 0, { 0 } },
    { "the same as scripts: rebound test --jobs=1", test_scripts, 0, { 0 } },
    { "the same as scripts: rebound run, one by one", run_scripts, 0, { 0 } },
    { "no life: unshare --user --map-root-user --net true", enter_namespaces, 0, { 0 } },
  };
  g_autofree char *title = g_strdup_printf ("Lives of %s", script);
  Lives lives = write_lives (script);

  bench_compare (title, BENCH_SO_MANY_A_SECOND, ways, G_N_ELEMENTS (ways), &lives, N_ROUNDS,
                 N_LIVES);
  remove_lives (&lives);
}

int
main (int argc, char **argv)
{
  bench_begin (argc, argv, NULL);
  compare ("explore-listener");
  compare ("explore-pool");
  return 0;
}
