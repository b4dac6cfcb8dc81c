/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From start to exit of a script that only launches an application: what is paid for each run, by
 * whoever plays a thousand. Beside it stand programs that do a part of that each, one after the
 * other in a round: nothing (true), namespaces (unshare), the libraries alone, a GIO program. The
 * CPU's time is the child's own and the kernel's for it, as wait4() tells, from the first
 * instruction of its loader to the last of its exit.
 *
 * Built with REBOUND_PROGRAM, and with NOTHING_GIO and NOTHING_LIBRARIES: programs that return from
 * main() at once, linked with GIO and with librebound-1. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bench-spawn.h"

#define N_ROUNDS 101

/* docs/performance.md: start to exit. */
#define START_LIMIT_USEC 8000

/* The least that can be played: an empty script is a mistake. */
#define SCRIPT "launch\n"

static void
run_true (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, "true", NULL);
}

static void
run_unshare (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, "unshare", "--user", "--map-root-user", "--net", "true", NULL);
}

static void
run_gio (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, NOTHING_GIO, NULL);
}

static void
run_libraries (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, NOTHING_LIBRARIES, NULL);
}

static void
run_version (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, REBOUND_PROGRAM, "--version", NULL);
}

static void
run_check (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, REBOUND_PROGRAM, "check", data, NULL);
}

static void
run_not_isolated (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, REBOUND_PROGRAM, "run", "--no-isolation", data, NULL);
}

static void
run_script (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, REBOUND_PROGRAM, "run", data, NULL);
}

static void
run_rebind_fix (gconstpointer data, BenchTime *time)
{
  bench_spawn (time, REBOUND_PROGRAM, "run", "rebind-fix", NULL);
}

int
main (int argc, char **argv)
{
  enum
  {
    SCRIPT_PLAYED = 7
  };
  static const BenchTarget limit = { BENCH_CPU_USEC_AT_MOST, START_LIMIT_USEC };
  const BenchWay ways[] = {
    { "true", run_true, SCRIPT_PLAYED, { 0 } },
    { "unshare --user --map-root-user --net true", run_unshare, SCRIPT_PLAYED, { 0 } },
    { "linked with GIO: return from main()", run_gio, SCRIPT_PLAYED, { 0 } },
    { "linked with librebound-1: return from main()", run_libraries, SCRIPT_PLAYED, { 0 } },
    { "rebound --version", run_version, SCRIPT_PLAYED, { 0 } },
    { "rebound check SCRIPT", run_check, SCRIPT_PLAYED, { 0 } },
    { "rebound run --no-isolation SCRIPT", run_not_isolated, SCRIPT_PLAYED, { 0 } },
    { "rebound run SCRIPT", run_script, SCRIPT_PLAYED, limit },
    { "rebound run rebind-fix", run_rebind_fix, SCRIPT_PLAYED, { 0 } },
  };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int fd;

  bench_begin (argc, argv, NULL);
  fd = g_file_open_tmp ("bench-start-XXXXXX.life", &path, &error);
  if (fd < 0 || write (fd, SCRIPT, strlen (SCRIPT)) < 0)
    g_error ("no script: %s", error != NULL ? error->message : g_strerror (errno));
  close (fd);
  bench_compare ("From start to exit, SCRIPT being one `launch`", BENCH_TIME_OF_ONE, ways,
                 G_N_ELEMENTS (ways), path, N_ROUNDS, 1);
  unlink (path);
  return 0;
}
