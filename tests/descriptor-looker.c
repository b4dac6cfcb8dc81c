/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Somebody who looks at the descriptors of every process of a name, all the time, as `lsof` and
 * `ss -p` do for a moment: each look has the file for as long as it takes, and a close meanwhile is
 * over when the look is. Ends with whoever has started it.
 *
 *   descriptor-looker NAME */

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Those that a run closes are below. */
#define N_DESCRIPTORS 64

/* Looks at a process before the list of processes is read again. */
#define N_LOOKS 1000

static char link_text[4096];

static bool
is_called (const char *pid, const char *name)
{
  char path[64];
  const char *file;
  ssize_t length;

  snprintf (path, sizeof path, "/proc/%.16s/exe", pid);
  length = readlink (path, link_text, sizeof link_text - 1);
  if (length < 0)
    return false;
  link_text[length] = '\0';
  file = strrchr (link_text, '/');
  return file != NULL && strcmp (file + 1, name) == 0;
}

/* Whether there was one. */
static bool
look_once (const char *pid)
{
  bool was_there = false;

  for (int fd = 3; fd < N_DESCRIPTORS; fd++)
    {
      char path[64];

      snprintf (path, sizeof path, "/proc/%.16s/fd/%d", pid, fd);
      was_there = readlink (path, link_text, sizeof link_text) >= 0 || was_there;
    }
  return was_there;
}

int
main (int argc, char **argv)
{
  pid_t parent = getppid ();

  if (argc != 2)
    {
      fputs ("usage: descriptor-looker NAME\n", stderr);
      return 2;
    }
  while (getppid () == parent)
    {
      DIR *folder = opendir ("/proc");
      struct dirent *entry;

      while (folder != NULL && (entry = readdir (folder)) != NULL)
        if (atoi (entry->d_name) > 0 && is_called (entry->d_name, argv[1]))
          for (int i = 0; i < N_LOOKS && look_once (entry->d_name); i++)
            ;
      if (folder != NULL)
        closedir (folder);
    }
  return 0;
}
