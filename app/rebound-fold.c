/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client that is refused every 200 ms for a minute is one line. One that is served every second
 * is the same few lines each time, but that its connection has the next number; these are folded as
 * a group where a group is all that happened at an instant, so that nobody has to guess where one
 * begins. The numbers are compared, not passed over: each of them has to be higher by as much as
 * all the others and as it was the time before, and so nothing is lost of what is folded. */

#include "rebound-fold.h"

#include <string.h>

/* What a script says is not folded, for whoever prints twice wants to read it twice; nor is a
 * segment, for two are not one. */
#define NEVER (REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_PACKETS)

/* -- events -- */

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
  rebound_repeat_begin (&self->repeat, rebound_event_get_time_usec (event));
}

static gboolean
is_alike (ReboundEvent *a, ReboundEvent *b)
{
  return rebound_event_get_actor (a) == rebound_event_get_actor (b)
         && rebound_event_get_kind (a) == rebound_event_get_kind (b);
}

static gboolean
is_same (ReboundEvent *a, ReboundEvent *b)
{
  return is_alike (a, b) && strcmp (rebound_event_get_text (a), rebound_event_get_text (b)) == 0;
}

gboolean
rebound_fold_take (ReboundFold *self, ReboundEvent *event)
{
  if (self->event == NULL || (rebound_event_get_group (event) & NEVER) != 0
      || !is_same (self->event, event))
    return FALSE;
  rebound_repeat_note (&self->repeat, rebound_event_get_time_usec (event));
  return TRUE;
}

/* -- instants -- */

void
rebound_instant_fold_clear (ReboundInstantFold *self)
{
  g_clear_pointer (&self->events, g_ptr_array_unref);
}

gboolean
rebound_instant_fold_begin (ReboundInstantFold *self, GPtrArray *events)
{
  gboolean is_group = FALSE;

  rebound_instant_fold_clear (self);
  for (guint i = 0; i < events->len; i++)
    {
      if ((rebound_event_get_group (events->pdata[i]) & (NEVER | REBOUND_EVENT_GROUP_CHECKS)) != 0)
        return FALSE;
      is_group = is_group || !is_same (events->pdata[0], events->pdata[i]);
    }
  if (!is_group)
    return FALSE;
  self->events = g_ptr_array_ref (events);
  rebound_repeat_begin (&self->repeat, rebound_event_get_time_usec (events->pdata[0]));
  return TRUE;
}

/* Where the number of a connection begins ("phone#12"): behind a name. */
static gboolean
is_number (const char *text, const char *at)
{
  return at > text + 1 && at[-1] == '#' && (g_ascii_isalnum (at[-2]) || at[-2] == '-')
         && g_ascii_isdigit (*at);
}

/* @step is by how much a number is higher; -1 where there was none yet. */
static gboolean
is_next_text (const char *first, const char *text, gint64 *step)
{
  const char *a = first;
  const char *b = text;

  while (*a != '\0' && *b != '\0')
    {
      if (is_number (first, a) && is_number (text, b))
        {
          gint64 difference
              = g_ascii_strtoll (b, (char **) &b, 10) - g_ascii_strtoll (a, (char **) &a, 10);

          if (difference < 0 || (*step >= 0 && difference != *step))
            return FALSE;
          *step = difference;
        }
      else if (*a++ != *b++)
        return FALSE;
    }
  return *a == *b;
}

gboolean
rebound_instant_fold_take (ReboundInstantFold *self, GPtrArray *events)
{
  guint n_before = self->repeat.count;
  gint64 step = n_before == 1 ? -1 : self->step * n_before;

  if (self->events == NULL || self->events->len != events->len)
    return FALSE;
  for (guint i = 0; i < events->len; i++)
    if (!is_alike (self->events->pdata[i], events->pdata[i])
        || !is_next_text (rebound_event_get_text (self->events->pdata[i]),
                          rebound_event_get_text (events->pdata[i]), &step))
      return FALSE;
  if (n_before == 1)
    self->step = MAX (step, 0);
  rebound_repeat_note (&self->repeat, rebound_event_get_time_usec (events->pdata[0]));
  return TRUE;
}
