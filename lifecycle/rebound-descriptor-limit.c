/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* accept() fails in the field where a process has run out of descriptors, and it can be made to
 * fail for real: by a limit. RLIMIT_NOFILE limits the number of a descriptor and not how many there
 * are, so the holes below the highest one that is open are filled first, and the limit comes so
 * many numbers above it. What is open stays open, and poll(), which takes no more descriptors than
 * the limit says, goes on as ever.
 *
 * It holds for the process as a whole: for the application, the peers, and whatever a run opens by
 * the way. A connection that is watched for the first time in a context needs a descriptor of its
 * own for the epoll. So a script opens what it needs first. */

#include "rebound-descriptor-limit-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct _ReboundDescriptorLimit
{
  struct rlimit before;
  rlim_t count;    /* of descriptors, while it holds */
  GArray *fillers; /* int */
};

/* There is one process, and so one limit. */
static ReboundDescriptorLimit *current;

/* Of those that the limit is about: tools such as valgrind keep theirs above it. -1 with errno. */
static int
find_highest (const struct rlimit *limit)
{
  DIR *folder = opendir ("/proc/self/fd");
  struct dirent *entry;
  int highest = -1, error_number;

  if (folder == NULL)
    return -1;
  while (errno = 0, (entry = readdir (folder)) != NULL)
    {
      int fd = atoi (entry->d_name); /* the folder's own may be among them: it does no harm */

      if ((rlim_t) fd < limit->rlim_cur)
        highest = MAX (highest, fd);
    }
  error_number = errno;
  closedir (folder);
  errno = error_number;
  return error_number == 0 ? highest : -1;
}

/* FALSE with errno. */
static gboolean
fill_holes (ReboundDescriptorLimit *self, int highest)
{
  int fd;

  while ((fd = open ("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0 && fd <= highest)
    g_array_append_val (self->fillers, fd);
  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

static gboolean
set_limit (ReboundDescriptorLimit *self, rlim_t count)
{
  struct rlimit limit = { MIN (count, self->before.rlim_cur), self->before.rlim_max };

  self->count = limit.rlim_cur;
  return setrlimit (RLIMIT_NOFILE, &limit) == 0;
}

static void
release (ReboundDescriptorLimit *self)
{
  for (guint i = 0; i < self->fillers->len; i++)
    close (g_array_index (self->fillers, int, i));
  g_array_unref (self->fillers);
  g_free (self);
}

ReboundDescriptorLimit *
rebound_descriptor_limit_new (guint spare)
{
  ReboundDescriptorLimit *self = g_new0 (ReboundDescriptorLimit, 1);
  int highest, error_number;

  self->fillers = g_array_new (FALSE, FALSE, sizeof (int));
  if (getrlimit (RLIMIT_NOFILE, &self->before) == 0 && (highest = find_highest (&self->before)) >= 0
      && fill_holes (self, highest) && set_limit (self, (rlim_t) highest + 1 + spare))
    {
      current = self;
      return self;
    }
  error_number = errno;
  release (self);
  errno = error_number;
  return NULL;
}

void
rebound_descriptor_limit_pause (void)
{
  int error_number = errno;

  if (current != NULL)
    setrlimit (RLIMIT_NOFILE, &current->before);
  errno = error_number;
}

void
rebound_descriptor_limit_resume (void)
{
  int error_number = errno;

  if (current != NULL)
    set_limit (current, current->count);
  errno = error_number;
}

void
rebound_descriptor_limit_free (ReboundDescriptorLimit *self)
{
  current = NULL;
  setrlimit (RLIMIT_NOFILE, &self->before);
  release (self);
}
