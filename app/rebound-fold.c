/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client that is refused every 200 ms for a minute is one line. How often and until when is
 * exact, and so is how far apart: it is said only where every distance is the same, to the
 * microsecond. Nothing is rounded, because in virtual time nothing has to be. */

#include "rebound-fold.h"

#include <string.h>

#include "lifecycle/rebound-duration.h"

void
rebound_fold_clear (ReboundFold *self)
{
  g_clear_pointer (&self->event, rebound_event_unref);
}

void
rebound_fold_begin (ReboundFold *self, ReboundEvent *event)
{
  rebound_fold_clear (self);
  self->event = rebound_event_ref (event);
  self->count = 1;
  self->last_usec = rebound_event_get_time_usec (event);
  self->distance_usec = -1;
}

/* What a script says is not folded, for whoever prints twice wants to read it twice; nor is a
 * segment, for two are not one. */
static gboolean
is_same (ReboundEvent *a, ReboundEvent *b)
{
  return (rebound_event_get_group (a) & (REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_PACKETS))
             == 0
         && rebound_event_get_actor (a) == rebound_event_get_actor (b)
         && rebound_event_get_kind (a) == rebound_event_get_kind (b)
         && strcmp (rebound_event_get_text (a), rebound_event_get_text (b)) == 0;
}

gboolean
rebound_fold_take (ReboundFold *self, ReboundEvent *event)
{
  gint64 time_usec = rebound_event_get_time_usec (event);
  gint64 distance_usec = time_usec - self->last_usec;

  if (self->event == NULL || !is_same (self->event, event))
    return FALSE;
  if (self->count == 1)
    self->distance_usec = distance_usec;
  else if (self->distance_usec != distance_usec)
    self->distance_usec = -1;
  self->count++;
  self->last_usec = time_usec;
  return TRUE;
}

void
rebound_fold_print_time (char *buffer, gint64 usec)
{
  gboolean is_whole = usec % 1000 == 0;

  g_snprintf (buffer, REBOUND_FOLD_TIME_BYTES, "%" G_GINT64_FORMAT ".%0*d", usec / G_USEC_PER_SEC,
              is_whole ? 3 : 6, (int) (usec % G_USEC_PER_SEC / (is_whole ? 1000 : 1)));
}

/* "200 ms": as a script has it, with the blank that a sentence has. */
static void
append_distance (GString *text, gint64 usec)
{
  g_autofree char *duration = rebound_duration_to_string (usec);
  gsize digits = strspn (duration, "0123456789.");

  g_string_append_printf (text, ", every %.*s %s", (int) digits, duration, duration + digits);
}

char *
rebound_fold_describe (guint count, gint64 first_usec, gint64 last_usec, gint64 distance_usec)
{
  GString *text = g_string_new (NULL);

  if (count > 1)
    g_string_append_printf (text, "  ×%u", count);
  if (count > 2 && distance_usec > 0)
    append_distance (text, distance_usec);
  if (last_usec > first_usec)
    {
      char until[REBOUND_FOLD_TIME_BYTES];

      rebound_fold_print_time (until, last_usec);
      g_string_append_printf (text, ", until %s", until);
    }
  return g_string_free (text, FALSE);
}

char *
rebound_fold_to_text (const ReboundFold *self)
{
  return rebound_fold_describe (self->count, rebound_event_get_time_usec (self->event),
                                self->last_usec, self->distance_usec);
}
