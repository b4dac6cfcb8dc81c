/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bench-spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static gint64
usec_of (const struct timeval *time)
{
  return time->tv_sec * G_USEC_PER_SEC + time->tv_usec;
}

void
bench_spawn (BenchTime *time, ...)
{
  char *argv[8] = { NULL };
  va_list words;
  gint64 start_usec = g_get_monotonic_time ();
  posix_spawn_file_actions_t actions;
  struct rusage usage;
  pid_t pid;
  int status;
  int error_number;

  va_start (words, time);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (argv) && (argv[i] = va_arg (words, char *)) != NULL; i++)
    ;
  va_end (words);
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen (&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  error_number = posix_spawnp (&pid, argv[0], &actions, NULL, argv, environ);
  if (error_number != 0)
    g_error ("%s: %s", argv[0], g_strerror (error_number));
  if (wait4 (pid, &status, 0, &usage) < 0 || !WIFEXITED (status) || WEXITSTATUS (status) != 0)
    g_error ("%s: it failed", argv[0]);
  time->wall_nsec += (g_get_monotonic_time () - start_usec) * 1000;
  time->cpu_nsec += (usec_of (&usage.ru_utime) + usec_of (&usage.ru_stime)) * 1000;
  posix_spawn_file_actions_destroy (&actions);
}
