/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often and until when is exact, and so is how far apart: it is said only where every distance
 * is the same, to the microsecond. Nothing is rounded, because in virtual time nothing has to be.
 */

#include "rebound-repeat.h"

#include <string.h>

#include "lifecycle/rebound-duration.h"

void
rebound_repeat_begin (ReboundRepeat *self, gint64 usec)
{
  self->count = 1;
  self->first_usec = usec;
  self->last_usec = usec;
  self->distance_usec = -1;
}

void
rebound_repeat_note (ReboundRepeat *self, gint64 usec)
{
  gint64 distance_usec = usec - self->last_usec;

  if (self->count == 1)
    self->distance_usec = distance_usec;
  else if (self->distance_usec != distance_usec)
    self->distance_usec = -1;
  self->count++;
  self->last_usec = usec;
}

void
rebound_repeat_print_time (char *buffer, gint64 usec)
{
  gboolean is_whole = usec % 1000 == 0;

  g_snprintf (buffer, REBOUND_REPEAT_TIME_BYTES, "%" G_GINT64_FORMAT ".%0*d", usec / G_USEC_PER_SEC,
              is_whole ? 3 : 6, (int) (usec % G_USEC_PER_SEC / (is_whole ? 1000 : 1)));
}

/* "200 ms": as a script has it, with the blank that a sentence has. */
static void
append_distance (GString *out, gint64 usec)
{
  g_autofree char *duration = rebound_duration_to_string (usec);
  gsize digits = strspn (duration, "0123456789.");

  g_string_append_printf (out, ", every %.*s %s", (int) digits, duration, duration + digits);
}

void
rebound_repeat_append (const ReboundRepeat *self, GString *out)
{
  char until[REBOUND_REPEAT_TIME_BYTES];

  g_string_append_printf (out, "×%u", self->count);
  if (self->count > 2 && self->distance_usec > 0)
    append_distance (out, self->distance_usec);
  if (self->last_usec == self->first_usec)
    return;
  rebound_repeat_print_time (until, self->last_usec);
  g_string_append_printf (out, ", until %s", until);
}
