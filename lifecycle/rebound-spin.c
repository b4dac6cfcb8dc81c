/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What counts as a change is what the run can see: an event, a state, a byte that one of our actors
 * moved. A source of somebody else's may read bytes that nobody counts; so the last dispatches
 * before the limit are looked at closely, and as long as there is another amount to be read from
 * what is ready, it is no busy loop. */

#include "rebound-spin-private.h"

#include <sys/ioctl.h>

#define SUSPECT (REBOUND_SPIN_LIMIT - 100)

/* What is ready, and how much there is to be read from it. */
static guint
take_fingerprint (GArray *fds)
{
  guint hash = 0;

  for (guint i = 0; i < fds->len; i++)
    {
      GPollFD *fd = &g_array_index (fds, GPollFD, i);
      int readable_bytes = 0;

      if (fd->revents == 0)
        continue;
      if (ioctl (fd->fd, FIONREAD, &readable_bytes) < 0)
        readable_bytes = -1;
      hash = hash * 31 + (guint) fd->fd;
      hash = hash * 31 + fd->revents;
      hash = hash * 31 + (guint) readable_bytes;
    }
  return hash;
}

static gboolean
has_changed_anything (ReboundSpin *self, guint64 progress, GArray *fds)
{
  guint before = self->fingerprint;

  if (progress != self->progress)
    return TRUE;
  if (self->count < SUSPECT)
    return FALSE;
  self->fingerprint = take_fingerprint (fds);
  return self->count > SUSPECT && self->fingerprint != before;
}

gboolean
rebound_spin_count (ReboundSpin *self, guint64 progress, GArray *fds)
{
  if (has_changed_anything (self, progress, fds))
    {
      self->progress = progress;
      self->count = 0;
      return FALSE;
    }
  return ++self->count >= REBOUND_SPIN_LIMIT;
}

void
rebound_spin_reset (ReboundSpin *self)
{
  self->count = 0;
}
